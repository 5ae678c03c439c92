"""Index pages, section fronts and link lists: pages of other pages' headlines."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from presseschau.extract.dom import Block

_INDEX_TYPES = frozenset(("collectionpage", "searchresultspage", "itemlist", "profilepage", "website"))
_ARTICLE_TYPES = frozenset(("article", "newsarticle", "reportagenewsarticle", "analysisnewsarticle", "opinionnewsarticle", "blogposting", "liveblogposting", "report", "review", "recipe"))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_MANY = 8  # headlines that lead elsewhere, beside a text that is no article by its own account
_ABOUNDING = 25  # beside any text
_HEADLINE_WORDS = 8  # of article text per headline, under which the headlines are the page


def is_listing(blocks: Sequence[Block], chosen: Sequence[Block], page_types: Sequence[str], url: str | None) -> bool:
    """True where headlines that lead elsewhere outweigh the text, or every paragraph hangs under one of them.

    Args:
        blocks: All blocks of the page.
        chosen: Those taken for its article.
        page_types: JSON-LD types and og:type.
        url: Its address; a front page has no path.
    """
    types = {t.lower() for t in page_types}
    is_article = bool(types & _ARTICLE_TYPES)
    is_index = not is_article and (bool(types & _INDEX_TYPES) or (url is not None and not urlsplit(url).path.strip("/")))
    headlines = sum(b.gap_heads + _leads_elsewhere(b) for b in blocks)
    words = sum(len(b.text.split()) for b in chosen)
    hanging = _hanging_share(blocks, chosen)
    if is_index:
        return headlines >= _MANY and (hanging >= 0.3 or words < 3 * _HEADLINE_WORDS * headlines)
    if is_article:
        return False
    return (headlines >= _ABOUNDING and words < _HEADLINE_WORDS * headlines) or (headlines >= _MANY and hanging >= 0.6)


def _leads_elsewhere(block: Block) -> bool:
    """A heading, or a line as long as one, that is nothing but a link."""
    return block.linked >= 0.8 * len(block.text) and (block.tag in _HEADINGS or 4 <= len(block.text.split()) <= 25)


def _hanging_share(blocks: Sequence[Block], chosen: Sequence[Block]) -> float:
    """Share of the chosen blocks that stand right under a headline that leads elsewhere."""
    if len(chosen) < 3:
        return 0.0
    inside = set(map(id, chosen))
    hanging = 0
    for before, block in zip([None, *blocks], blocks, strict=False):
        if id(block) in inside and (block.gap_heads or (before is not None and _leads_elsewhere(before))):
            hanging += 1
    return hanging / len(chosen)
