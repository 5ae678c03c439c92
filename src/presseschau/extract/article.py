"""From the parsed page to the article: which way was taken, how sure, and whether the page is an article at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser

from presseschau.extract.body import article_text, default_model, select
from presseschau.extract.dom import read_blocks
from presseschau.extract.features import Known
from presseschau.stable import rounded

if TYPE_CHECKING:
    from presseschau.extract import Extractor
    from presseschau.extract.metadata import Metadata


@dataclass(frozen=True, slots=True)
class Article:
    """What a page's article is.

    Attributes:
        text: Parts with a blank line between them; "" where there is none.
        teaser: The lead, where the page shows it.
        path: See `Document.path`.
        confidence: Expected F1, 0 to 1.
        listing: True for an index page.
    """

    text: str
    teaser: str | None
    path: str
    confidence: float
    listing: bool


def read_article(
    tree: LexborHTMLParser, html: str, meta: Metadata, how: Extractor, title: str | None, url: str | None, crawled: datetime | None
) -> Article:
    """The article of a parsed page.

    Raises:
        TooComplex: The page is beyond the limits.
    """
    blocks = read_blocks(tree, how.max_nodes, how.max_depth)
    known = Known(title or meta.title, meta.teaser, meta.article_body)
    choice = select(blocks, known, default_model())
    text = article_text(choice.blocks)
    return Article(text, meta.teaser, "blocks" if text else "none", rounded(choice.confidence), False)
