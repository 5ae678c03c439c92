"""What must not be published: URLs, publishers, articles, texts that somebody asked to leave out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from presseschau.stable import canonical_url, registrable_domain, sha256

_HEX = re.compile(r"[0-9a-f]{16}|[0-9a-f]{64}", re.IGNORECASE)
_COMMENT = re.compile(r"(?:^|\s)#.*$")  # the # of a URL's fragment has no space before it


@dataclass(frozen=True, slots=True)
class Takedown:
    """What must not be published.

    Attributes:
        urls: Canonical URLs.
        publishers: Registrable domains.
        ids: Article ids, 16 hex digits.
        hashes: Hex sha256 of a text or of a canonical URL.
    """

    urls: frozenset[str] = frozenset()
    publishers: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    hashes: frozenset[str] = frozenset()

    @classmethod
    def load(cls, path: Path) -> Takedown:
        """Read a list: one URL, publisher domain, article id or sha256 a line, `#` starts a comment.

        Raises:
            ValueError: A line is none of these; the message names file and line.
        """
        found: dict[str, set[str]] = {"urls": set(), "publishers": set(), "ids": set(), "hashes": set()}
        for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
            entry = _COMMENT.sub("", line).strip()
            if entry:
                kind, value = _entry(entry, f"{path}:{number}")
                found[kind].add(value)
        return cls(**{kind: frozenset(values) for kind, values in found.items()})

    def matches(self, url: str | None, publisher: str | None, id: str | None, text_sha256: str | None) -> str | None:  # noqa: A002 - the column's name
        """Which kind of entry an article hits: `url`, `publisher`, `id` or `text`; None for none.

        Args:
            url: Canonical URL.
            publisher: Registrable domain.
            id: Article id.
            text_sha256: Hex sha256 of the article's text.
        """
        if url is not None and (url in self.urls or (self.hashes and sha256(url) in self.hashes)):
            return "url"
        if publisher is not None and publisher in self.publishers:
            return "publisher"
        if id is not None and id in self.ids:
            return "id"
        return "text" if text_sha256 is not None and text_sha256 in self.hashes else None


def _entry(entry: str, where: str) -> tuple[str, str]:
    if _HEX.fullmatch(entry):
        return ("ids" if len(entry) == 16 else "hashes"), entry.lower()
    if "://" in entry:
        url = canonical_url(entry)
        if url is None:
            raise ValueError(f"{where}: not an absolute http(s) URL: {entry!r}")
        return "urls", url
    domain = registrable_domain(entry.lower()) if re.fullmatch(r"[\w-]+(?:\.[\w-]+)+", entry) else None
    if domain is None:
        raise ValueError(f"{where}: neither a URL, a publisher's domain, an article id nor a sha256: {entry!r}")
    if domain != entry.lower():
        raise ValueError(f"{where}: {entry!r} is a host, publishers are known by their domain: {domain!r}")
    return "publishers", domain
