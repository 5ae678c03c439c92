"""What must not be published: URLs, publishers, articles, texts that somebody asked to leave out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path

from presseschau.stable import canonical_url, host_of, publisher_of, sha256

_HEX = re.compile(r"[0-9a-f]{16}|[0-9a-f]{64}", re.IGNORECASE)
_COMMENT = re.compile(r"(?:^|\s)#.*$")  # the # of a URL's fragment has no space before it

_NAMED = 20  # lines in a message


@dataclass(frozen=True, slots=True)
class Takedown:
    """What must not be published.

    Attributes:
        urls: Canonical URLs.
        publishers: Registrable domains.
        ids: Article ids, 16 hex digits.
        hashes: Hex sha256 of a text or of a canonical URL.
        lines: In which line of the list each entry stands.
    """

    urls: frozenset[str] = frozenset()
    publishers: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    hashes: frozenset[str] = frozenset()
    lines: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> Takedown:
        """Read a list: one URL, publisher domain, article id or sha256 a line, `#` starts a comment.

        Raises:
            ValueError: A line is none of these, or the file is not in UTF-8; the message names file and line.
        """
        found: dict[str, set[str]] = {"urls": set(), "publishers": set(), "ids": set(), "hashes": set()}
        lines: dict[str, int] = {}
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise ValueError(f"{path}: not in UTF-8") from error
        for number, line in enumerate(text.splitlines(), start=1):
            entry = _COMMENT.sub("", line).strip()
            if entry:
                kind, value = _entry(entry, f"{path}:{number}")
                found[kind].add(value)
                lines.setdefault(value, number)
        return cls(**{kind: frozenset(values) for kind, values in found.items()}, lines=lines)

    def hits(
        self,
        url: str | None,
        publisher: str | None,
        id: str | None,  # noqa: A002 - the column's name
        text_sha256: str | None,
    ) -> list[tuple[str, str]]:
        """(kind, entry) of all entries that an article hits, the kinds in the order `url`, `publisher`, `id`, `text`.

        Args:
            url: Canonical URL.
            publisher: Registrable domain.
            id: Article id.
            text_sha256: Hex sha256 of the article's text.
        """
        hashed = sha256(url) if url is not None and self.hashes else None
        asked = (
            ("url", url, self.urls),
            ("url", _with_other_scheme(url), self.urls),
            ("url", hashed, self.hashes),
            ("publisher", publisher, self.publishers),
            ("id", id, self.ids),
            ("text", text_sha256, self.hashes),
        )
        return [(kind, value) for kind, value, listed in asked if value is not None and value in listed]

    def unmatched(self, hit: Set[str]) -> str | None:
        """A line for the user where entries were hit by no article, mistyped ones perhaps; None where all were.

        It names the entries by their lines only: what was asked to be left out is not to be told by a log either.

        Args:
            hit: The entries that were hit.
        """
        lines = sorted(line for entry, line in self.lines.items() if entry not in hit)
        if not lines:
            return None
        named = f"line{'s' * (len(lines) > 1)} {', '.join(map(str, lines[:_NAMED]))}{', …' if lines[_NAMED:] else ''}"
        return f"takedown: {len(lines)} of {len(self.lines)} entries match no article ({named})"


def _with_other_scheme(url: str | None) -> str | None:
    """The same address by `http` for `https` and the other way round, as a page is found by either."""
    if url is None:
        return None
    scheme, _, rest = url.partition("://")
    return f"{'http' if scheme == 'https' else 'https'}://{rest}"


def _entry(entry: str, where: str) -> tuple[str, str]:
    if _HEX.fullmatch(entry):
        return ("ids" if len(entry) == 16 else "hashes"), entry.lower()
    if "://" in entry:
        url = canonical_url(entry)
        if url is None:
            raise ValueError(f"{where}: not an absolute http(s) URL: {entry!r}")
        return "urls", url
    site = canonical_url(f"https://{entry}/") if re.fullmatch(r"[\w-]+(?:\.[\w-]+)+", entry) else None
    domain = publisher_of(site)
    if domain is None:
        raise ValueError(f"{where}: neither a URL, a publisher's domain, an article id nor a sha256: {entry!r}")
    if domain != host_of(site):
        raise ValueError(f"{where}: {entry!r} is a host, publishers are known by their domain: {domain!r}")
    return "publishers", domain
