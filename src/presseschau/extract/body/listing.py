"""Index pages, section fronts and link lists: pages of other pages' headlines."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from presseschau.extract.body.blocks import Block

_INDEX_TYPES = frozenset(("collectionpage", "searchresultspage", "profilepage"))
_ARTICLE_TYPES = frozenset((
    "article", "newsarticle", "reportagenewsarticle", "analysisnewsarticle", "opinionnewsarticle",
    "backgroundnewsarticle", "techarticle", "advertisercontentarticle", "blogposting", "liveblogposting", "report",
    "review", "recipe", "interview", "podcastepisode",
))  # fmt: skip
_MANY, _SOME = 6, 3  # headlines that lead elsewhere: all by themselves, and with the text hanging under them
_HEADLINE_WORDS = 15  # words of text per headline on a page that calls itself an index: teasers are longer than that
_HANGING = 0.5  # share of the text that stands right under headlines that lead elsewhere
_LEADING, _LINK_CHARS = 0.6, 25  # share of the text's blocks that hold such a headline, and how long that is at least


def is_listing(blocks: Sequence[Block], chosen: Sequence[Block], page_types: Sequence[str], url: str | None) -> bool:
    """True where the text is other articles' teasers: with or under their headlines, or the page calls itself so.

    A page that calls itself an article is one, however long the lists below it.

    Args:
        blocks: All blocks of the page.
        chosen: Those taken for its article.
        page_types: JSON-LD types and og:type.
        url: Its address; a front page has no path.
    """
    types = {t.lower() for t in page_types}
    if types & _ARTICLE_TYPES:
        return False
    if len(chosen) >= _MANY and sum(b.linked >= _LINK_CHARS for b in chosen) >= _LEADING * len(chosen):
        return True
    headlines = sum(b.gap_heads for b in blocks)
    if headlines >= _SOME and _hanging_share(chosen) >= _HANGING:
        return True
    if headlines < _MANY:
        return False
    front = url is not None and not urlsplit(url).path.strip("/")
    words = sum(len(b.text.split()) for b in chosen)
    return (front or bool(types & _INDEX_TYPES)) and words < _HEADLINE_WORDS * headlines


def _hanging_share(chosen: Sequence[Block]) -> float:
    """Share of the chosen blocks that stand right under a headline that leads elsewhere."""
    if len(chosen) < 3:
        return 0.0
    return sum(b.gap_heads > 0 for b in chosen) / len(chosen)
