"""What the user says about the dataset, and the licence text that goes with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from presseschau.publish.card.vocabulary import check_license

TERMS = "LICENSE.md"


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """What the user says about the dataset.

    Attributes:
        name: Name of the folder and of the repository, in lower case with hyphens.
        version: Semantic version of the data.
        license: A licence identifier of the Hub, or `other`.
        pretty_name: Title of the card.
        contact: Where people write who want an article taken down.
        license_name: Name of an `other` licence; None for the one whose text comes with the package.
        license_link: Where its text is: `LICENSE`, `LICENSE.md` or a URL.
        creators: Who made the dataset, for its citation.
        homepage: URL of the dataset's page.
    """

    name: str
    version: str
    license: str
    pretty_name: str
    contact: str | None = None
    license_name: str | None = None
    license_link: str | None = None
    creators: tuple[str, ...] = ()
    homepage: str | None = None

    def __post_init__(self) -> None:
        """Checks the forms."""
        if not re.fullmatch(r"[A-Za-z0-9](?:[\w.-]{0,94}[A-Za-z0-9])?", self.name):
            raise ValueError(f"name={self.name!r} must be letters, digits, '-', '_' and '.'")
        if not re.fullmatch(r"\d+\.\d+\.\d+(?:[-+][\w.]+)?", self.version):
            raise ValueError(f"version={self.version!r} must be a semantic version such as 1.0.0")
        if not self.pretty_name.strip():
            raise ValueError("pretty_name is empty, and is the title of the card")
        if self.homepage is not None and not self.homepage.startswith(("https://", "http://")):
            raise ValueError(f"homepage={self.homepage!r} must be a URL")
        check_license(self.license, self.license_name, self.license_link)

    @property
    def own_terms(self) -> bool:
        """Whether the licence is the one that comes with the package: the texts stay their publishers'."""
        return self.license == "other" and self.license_link is None

    @property
    def rights(self) -> dict[str, str]:
        """What the card's YAML says about the licence."""
        if self.license != "other":
            return {"license": self.license}
        name = self.license_name or ("texts-of-their-publishers" if self.own_terms else "see-license")
        return {"license": "other", "license_name": name, "license_link": self.license_link or TERMS}


def terms(info: DatasetInfo) -> str:
    """The text of `LICENSE.md` where the texts stay their publishers' and no other licence was named."""
    text = (Path(__file__).parent / "LICENSE_TEXT.md").read_text(encoding="utf-8")
    return text.replace("NAME", info.pretty_name).replace("CONTACT", info.contact or "the maintainers of this copy")
