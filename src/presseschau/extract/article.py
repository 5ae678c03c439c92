"""From the parsed page to the article: which way was taken, how sure, and whether the page is an article at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser

from presseschau.clean import join_drop_caps, normalise, normalise_characters
from presseschau.extract.agency import agency_credited, agency_in, split_agency_mark
from presseschau.extract.body.blocks import Block, outer_box
from presseschau.extract.body.dom import read_blocks
from presseschau.extract.body.hints import BIT
from presseschau.extract.body.known import Known, Shingles
from presseschau.extract.body.listing import is_listing
from presseschau.extract.body.model import default_model
from presseschau.extract.body.notices import without_permalink
from presseschau.extract.body.select import Selection, select
from presseschau.extract.body.service import is_service_page
from presseschau.extract.body.sites import site_blocks
from presseschau.extract.body.tables import lines
from presseschau.extract.body.tokens import words_of
from presseschau.extract.notices import is_notice
from presseschau.stable import rounded

if TYPE_CHECKING:
    from presseschau.extract import Extractor
    from presseschau.extract.metadata.read import Metadata

_STATED_WORDS = 80  # a shorter `articleBody` is a teaser under another name
_ALIGNED = 0.6  # share of stated and of shown words that agree where the DOM shows the stated body
_NOT_SHOWN = 0.3  # at most so much of the stated body is in what was found, where scripts would have drawn it
_STATED_CONFIDENCE = 0.7
_SLOW_CONFIDENCE = 0.7
_SLOW_MAX_BYTES = 3_000_000  # trafilatura needs a second a megabyte on odd pages
_SHOWN_LEAD = 0.7
_SENTENCE_WORDS = 8
_IN_BLOCKS = 0.6  # share of the words of what trafilatura finds that text outside of links must have
_BELOW = 12  # blocks


@dataclass(frozen=True, slots=True)
class Article:
    """What a page's article is.

    Attributes:
        text: Parts with a blank line between them; "" where there is none.
        teaser: The lead, where the page shows it.
        path: See `Document.path`.
        confidence: Expected F1, 0 to 1.
        listing: True for an index page.
        agency: What an agency mark at the end, taken off, named.
    """

    text: str
    teaser: str | None = None
    path: str = "none"
    confidence: float = 0.0
    listing: bool = False
    agency: str | None = None


def read_article(
    tree: LexborHTMLParser,
    source: bytes,
    meta: Metadata,
    how: Extractor,
    title: str | None,
    crawled: datetime | None,
) -> Article:
    """The article of a parsed page.

    Args:
        tree: The parsed page; it is not changed.
        source: Its bytes in UTF-8, for the slow path.
        meta: What it says about itself; its URL chooses site rules.
        how: Limits and which ways are open.
        title: The record's title, which wins over the page's.
        crawled: When the page was fetched, which chooses among site rules.

    Raises:
        TooComplex: The page is beyond the limits.
    """
    blocks = read_blocks(tree, how.max_nodes, how.max_depth)
    if meta.published is None and is_service_page(meta.title):
        return Article("")
    allowed = site_blocks(blocks, meta.url, crawled) if how.sites else None
    known = Known(title or meta.title, meta.teaser, meta.article_body)
    choice = select(blocks, known, default_model(), allowed)
    parts = _normal_parts(choice.blocks)
    path, confidence = ("blocks" if allowed is None else "site"), choice.confidence
    stated = _stated_body(known, parts)
    if stated == "aligned":
        path = "jsonld"
    elif stated == "hidden":
        parts, path, confidence = _stated_parts(known, parts), "jsonld", _STATED_CONFIDENCE
    elif how.fallback and confidence < how.min_confidence and len(source) <= _SLOW_MAX_BYTES:
        slow = _slow_parts(source, known)
        if slow and not _is_menu(slow, blocks):
            parts, path, confidence = slow, "trafilatura", max(confidence, _SLOW_CONFIDENCE * how.min_confidence)
    if not parts:
        return Article("")
    text, agency = split_agency_mark(_joined(parts))
    agency = agency or _agency_beside(blocks, choice)
    listing = is_listing(blocks, choice.blocks, meta.page_types, meta.url)
    return Article(text, _teaser(choice.blocks, parts, known), path, rounded(confidence), listing, agency)


def _agency_beside(blocks: Sequence[Block], choice: Selection) -> str | None:
    """The agency that the marks left out of the article name, or the one right below it, or a source line."""
    if named := next(filter(None, map(agency_in, choice.marks)), None):
        return named
    start, end = _span(blocks, choice.blocks)
    below = split_agency_mark("\n" + _below(blocks, end))[1]
    return below or agency_credited([block.text for block in blocks[start : end + _BELOW]])


def _normal_parts(blocks: Sequence[Block]) -> list[str]:
    """The blocks' texts, normalised; their white space is collapsed, so mostly one look at all of them is enough."""
    texts = [" ".join(map(without_permalink, line)) for line in lines(blocks)]
    if normalise_characters(joined := " ".join(texts)) != joined:
        texts = [normalise(t) for t in texts]
    return [t for t in texts if t]


def _span(blocks: Sequence[Block], chosen: Sequence[Block]) -> tuple[int, int]:
    """Where the article begins and ends among the blocks; all of them where none is chosen."""
    if not chosen:
        return 0, len(blocks)
    start = blocks.index(chosen[0])
    return start, blocks.index(chosen[-1], start) + 1


def _below(blocks: Sequence[Block], end: int) -> str:
    """The text right below the article, in the box of its last block: an agency's mark, where it was left out."""
    same_box = end < len(blocks) and outer_box(blocks[end]) is outer_box(blocks[end - 1])
    return blocks[end].text if same_box else ""


def _joined(parts: Sequence[str]) -> str:
    """The text; a part that starts with a letter on its own may start with a drop cap."""
    text = "\n\n".join(parts)
    return join_drop_caps(text) if any(part[1:2] in " \n" for part in parts) else text


def _stated_body(known: Known, parts: Sequence[str]) -> str:
    """How JSON-LD's `articleBody` and the found text agree: `aligned`, `hidden` (stated but not found), or ""."""
    stated = " ".join((known.article_body or "").split())
    if stated.count(" ") < _STATED_WORDS:
        return ""
    literal = sum([len(part) for part in parts if part in stated])
    if literal >= _ALIGNED * max(len(stated), sum(map(len, parts))):
        return "aligned"
    body, found = Shingles(known.article_body), Shingles(" ".join(parts))
    shown = found.overlap(body.words)
    if shown >= _ALIGNED and body.overlap(found.words) >= _ALIGNED:
        return "aligned"
    return "hidden" if shown < _NOT_SHOWN and len(body.words) > 1.3 * len(found.words) else ""


def _stated_parts(known: Known, parts: Sequence[str]) -> list[str]:
    """The stated body, below the lead where the page shows one."""
    lead = known.lead_shingles
    shown = [p for p in parts[:2] if lead.overlap(words_of(p)) >= _SHOWN_LEAD]
    body = normalise(known.article_body or "")
    return [*shown, *(line for raw in body.split("\n") if (line := raw.strip()) and line not in shown)]


def _slow_parts(source: bytes, known: Known) -> list[str]:
    """What trafilatura takes for the article; [] where it finds none or gives up."""
    import logging

    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    try:
        found = trafilatura.bare_extraction(
            source.decode("utf-8", "replace"), include_comments=False, with_metadata=False
        )
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError):  # its own bugs on broken pages
        return []
    title = known.title_words
    said = map(normalise, (getattr(found, "text", None) or "").split("\n"))
    parts = [line for line in said if line and words_of(line) != title and not is_notice(line)]
    return parts if any(len(line.split()) >= _SENTENCE_WORDS for line in parts) else []  # a menu is no article


def _is_menu(parts: Sequence[str], blocks: Sequence[Block]) -> bool:
    """Whether much of a text stands in links only, so in none of the page's blocks: a menu, or a list of teasers."""
    said = Counter(words_of(" ".join(parts)))
    shown = Counter(words_of(" ".join([block.text for block in blocks])))
    return (said & shown).total() < _IN_BLOCKS * said.total()


def _teaser(blocks: Sequence[Block], parts: Sequence[str], known: Known) -> str | None:
    """The first part where it is the stated description, or stands in a box that is named for leads."""
    lead = known.lead_shingles
    first = words_of(parts[0])
    if len(first) >= 4 and lead.overlap(first) >= _SHOWN_LEAD:
        return parts[0]
    if (
        len(parts) > 1
        and blocks
        and (blocks[0].box.near | blocks[0].inline) & BIT["lead"]
        and normalise(blocks[0].text) == parts[0]
    ):
        return parts[0]
    return None
