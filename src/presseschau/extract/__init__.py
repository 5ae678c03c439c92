"""Page in, article out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from presseschau.document import Document, Drop, Page
from presseschau.stable import canonical_url, publisher_of

if TYPE_CHECKING:
    from presseschau.extract.metadata import Metadata

VERSION = "1"
EXTRACTOR = f"presseschau-blocks {VERSION}"

__all__ = ["EXTRACTOR", "Extractor", "extract_html", "extract_text"]


def extract_html(raw: bytes | str, url: str | None = None, crawled: datetime | None = None) -> Document:
    """The article on an HTML page, with what the page states about it.

    Args:
        raw: The page; bytes are decoded by BOM, meta and detection.
        url: Where it is from; canonical and og:url fill in for it.
        crawled: When it was fetched, UTC.
    """
    return Extractor().read(Page("", "html", raw, url=url, crawled=crawled))


def extract_text(raw: str, url: str | None = None) -> Document:
    """The article in a plain-text dump of a page, or in a text that is already clean; see `text_dump`."""
    from presseschau.extract import text_dump

    return text_dump.extract_text(raw, url)


@dataclass(frozen=True, slots=True)
class Extractor:
    """Pages to documents.

    Attributes:
        sites: Use the dated site rules.
        fallback: Use trafilatura where the result looks unsure.
        max_bytes: Longest page, in bytes.
        max_nodes: Elements and texts in a page.
        max_depth: Nested elements.
    """

    sites: bool = True
    fallback: bool = True
    max_bytes: int = 20_000_000
    max_nodes: int = 200_000
    max_depth: int = 400

    def read(self, page: Page) -> Document:
        """The document, whatever is in it."""
        from selectolax.lexbor import LexborHTMLParser

        from presseschau.extract.body import read_body
        from presseschau.extract.encoding import decode
        from presseschau.extract.metadata import read_metadata

        html = decode(page.raw, page.headers) if isinstance(page.raw, bytes) else page.raw
        tree = LexborHTMLParser(html)
        meta: Metadata = read_metadata(tree, html, page.url, page.crawled)
        body = read_body(tree, page.title or meta.title)
        return _document(page, meta, body.text, body.path, body.confidence, body.listing)

    def __call__(self, page: Page) -> Document | Drop:
        """The page's document, or why it can't be read."""
        if page.kind == "text":
            raw = page.raw if isinstance(page.raw, str) else page.raw.decode("utf-8", "replace")
            doc = extract_text(raw, page.url)
            return replace(doc, crawled=page.crawled, headers=page.headers, published=page.published or doc.published, title=page.title or doc.title)
        return self.read(page)


def _document(page: Page, meta: Metadata, text: str, path: str, confidence: float, listing: bool) -> Document:
    url = canonical_url(page.url) or canonical_url(meta.url)
    return Document(
        text=text,
        title=page.title or meta.title,
        teaser=meta.teaser,
        url=url,
        published=page.published or meta.published,
        modified=meta.modified,
        crawled=page.crawled,
        authors=tuple(meta.authors),
        publisher=publisher_of(url) or meta.publisher,
        country=meta.country,
        section=meta.section,
        keywords=tuple(meta.keywords),
        free=meta.free,
        listing=listing,
        robots=tuple(meta.robots),
        headers=page.headers,
        path=path,
        confidence=confidence,
        extractor=EXTRACTOR,
    )
