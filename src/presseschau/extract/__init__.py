"""Page in, article out: `extract_html` and `extract_text` for people, `Extractor` for the pipeline.

Imports are late on purpose: whoever reads a text dump needs no HTML parser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from presseschau.document import Document, Drop, Page
from presseschau.stable import article_id, canonical_url, publisher_of

if TYPE_CHECKING:
    from presseschau.extract.article import Article
    from presseschau.extract.metadata.read import Metadata

EXTRACTOR = "presseschau-1"
_MARKUP = re.compile(rb"<\s*[a-zA-Z!/?]")
_BLANK = re.compile(rb"(?:[\0 \t\r\n\f]|\xef\xbb\xbf)*+")  # a byte order mark is no content

__all__ = ["EXTRACTOR", "Extractor", "extract_html", "extract_text"]


def extract_html(raw: bytes | str, url: str | None = None, crawled: datetime | None = None) -> Document:
    """The article on an HTML page, with what the page states about itself.

    Args:
        raw: The page; the encoding of bytes is decided by BOM, meta and detection.
        url: Where it is from; without it the page's canonical or og:url stands in.
        crawled: When it was fetched, UTC; relative dates ("vor 3 Stunden") need it.

    Returns:
        A document; its `text` is "" where there is no article, or where the page is empty, binary or beyond the limits
        of `Extractor`. Hostile input is no exception.

    Raises:
        TypeError: The page is neither.
    """
    if not isinstance(raw, bytes | str):
        raise TypeError(f"extract_html takes a page as bytes or str, not {type(raw).__name__}")
    answer = Extractor()(Page("", "html", raw, url=url, crawled=crawled))
    if isinstance(answer, Document):
        return answer
    address = canonical_url(url)
    return Document("", url=address, publisher=publisher_of(address), crawled=crawled, extractor=EXTRACTOR)


def extract_text(raw: str, url: str | None = None) -> Document:
    """The article in a plain-text dump of a page, or in a text that is already clean; see `select.extract_text`.

    A text that is HTML is read as HTML; see `plain.kind_of`.

    Raises:
        TypeError: The text is none.
    """
    if not isinstance(raw, str):
        raise TypeError(f"extract_text takes a text as str, not {type(raw).__name__}")
    from presseschau.extract.dump import select
    from presseschau.extract.plain import kind_of

    kind, text = kind_of(raw)
    return extract_html(text, url) if kind == "html" else select.extract_text(text, url)


class _Unusable(Exception):  # noqa: N818  (an outcome, not an error of ours)
    """The page can't be read: reason and detail."""


@dataclass(frozen=True, slots=True)
class Extractor:
    """Pages to documents. The limits keep one hostile page from holding up a build.

    Attributes:
        sites: Use the dated site rules of `extract/body/sites/`.
        fallback: Ask trafilatura where the result looks unsure.
        min_confidence: Below this expected F1 the result is unsure.
        max_bytes: Longest page; the longest real article pages are about 5 MB.
        max_nodes: Elements and texts in a page; a live ticker of a day has about 50,000.
        max_depth: Nested elements; real pages stay under 100.
    """

    sites: bool = True
    fallback: bool = True
    min_confidence: float = 0.5
    max_bytes: int = 20_000_000
    max_nodes: int = 200_000
    max_depth: int = 400

    def __post_init__(self) -> None:
        for name in ("max_bytes", "max_nodes", "max_depth"):
            if getattr(self, name) < 1:
                raise ValueError(f"extract.{name} must be at least 1, not {getattr(self, name)!r}")
        if not 0 <= self.min_confidence <= 1:
            raise ValueError(f"extract.min_confidence must be 0 to 1, not {self.min_confidence!r}")
        if self.sites:
            from presseschau.extract.body.sites import check_rules

            try:
                check_rules()
            except ValueError as error:
                raise ValueError(f"extract.sites: {error}") from None

    def __call__(self, page: Page) -> Document | Drop:
        """The page's document, or a failed drop that says why it can't be read.

        Reasons: `empty`, `binary`, `too_large`, `too_deep`, `too_many_nodes`, `unreadable`.
        """
        try:
            source = self._source(page)
            if page.kind == "text" or not _MARKUP.search(source):
                from presseschau.extract.plain import kind_of

                kind, text = kind_of(source.decode("utf-8"))
                if kind == "text":
                    return self._from_text(page, text)
                source = text.encode()
            return self._from_html(page, source)
        except _Unusable as unusable:
            (reason, detail), url = unusable.args, canonical_url(page.url)
            id_ = article_id(url, "") if url else None
            return Drop(page.source, "extract", reason, detail, "failed", id_, url)

    def _source(self, page: Page) -> bytes:
        """The page in UTF-8: what the parser reads; only what is looked at again is ever made a string of."""
        raw = page.raw
        if len(raw) > self.max_bytes:
            raise _Unusable("too_large", f"{len(raw)} bytes, at most {self.max_bytes}")
        if isinstance(raw, bytes):
            from presseschau.extract.encoding import as_utf8, looks_binary

            if raw and looks_binary(raw):
                raise _Unusable("binary", "no text in any encoding")
            source = as_utf8(raw, page.headers)
        else:
            source = raw.encode("utf-8", "replace")  # a lone surrogate is no text that could be stored
        if _BLANK.fullmatch(source):
            raise _Unusable("empty", "no content")
        return source

    def _from_text(self, page: Page, text: str) -> Document:
        from presseschau.extract.dump import select

        doc = select.extract_text(text, page.url, page.title)
        return replace(doc, published=page.published or doc.published, crawled=page.crawled, headers=page.headers)

    def _from_html(self, page: Page, source: bytes) -> Document:
        from selectolax.lexbor import LexborHTMLParser, SelectolaxError

        from presseschau.extract.article import read_article
        from presseschau.extract.markup import TooComplex, check_markup
        from presseschau.extract.metadata.read import read_metadata
        from presseschau.extract.shadow import shown

        try:
            check_markup(source)
            source = shown(source)
            tree = LexborHTMLParser(source)
            meta = read_metadata(tree, source, page.url, page.crawled)
            article = read_article(tree, source, meta, self, page.title, page.crawled)
        except TooComplex as limit:
            raise _Unusable(limit.reason, str(limit)) from limit
        except SelectolaxError as error:
            raise _Unusable("unreadable", str(error)[:200]) from error
        return _document(page, meta, article)


def _document(page: Page, meta: Metadata, article: Article) -> Document:
    from presseschau.extract.metadata.title import without_section

    # Not earlier: the headline that the page shows, and that leaves the text, has the section, too.
    return Document(
        text=article.text,
        title=page.title or (without_section(meta.title, meta.section, meta.url) if meta.title else None),
        teaser=article.teaser,
        url=meta.url,
        published=page.published or meta.published,
        modified=meta.modified,
        crawled=page.crawled,
        authors=meta.authors,
        publisher=meta.publisher,
        country=meta.country,
        section=meta.section,
        keywords=meta.keywords,
        agency=meta.agency or article.agency,
        free=meta.free,
        license=meta.license,
        listing=article.listing,
        robots=meta.robots,
        headers=page.headers,
        path=article.path,
        confidence=article.confidence,
        extractor=EXTRACTOR,
    )
