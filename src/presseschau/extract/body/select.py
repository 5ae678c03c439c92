"""The article among a page's blocks."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from presseschau.extract.body.asides import (
    drop_comments,
    drop_galleries,
    drop_hidden,
    drop_last_heading,
    drop_quotes,
    drop_teasers,
)
from presseschau.extract.body.blocks import Block, Box, look, outer_box, upwards
from presseschau.extract.body.gaps import BESIDE, fill_gaps
from presseschau.extract.body.known import Known
from presseschau.extract.body.model import Model
from presseschau.extract.body.next_article import next_article
from presseschau.extract.body.notices import notice_kind
from presseschau.extract.body.sure import SURE, sure_paragraphs
from presseschau.extract.body.tables import keep_tables
from presseschau.extract.body.tokens import HEAD, Tokens
from presseschau.extract.phrases import phrases
from presseschau.extract.threshold import f1_threshold

_LOWEST, _HIGHEST = 0.2, 0.45  # bounds of the threshold
_REGION_SHARE = 0.8  # of the sure words must stand in the article's box
_SURE_PAGE = 0.95  # mean probability in the box from which on the box is trusted
_OUTSIDE = 0.8  # how sure the model must then be of a block outside of it
_LEAD_WITHIN = 12  # a lead stands at most so many blocks above the body
_LEAD = 0.3  # how sure the model must be of a lead
_HEADLINES = frozenset(("h1", "h2", "h3"))
_APPEALS = frozenset(("support", "notice"))
_MARKS = frozenset(("mark", "credit"))
_SHORTEST_LEAD = 6  # words
_LEAD_LINKED = 0.4  # share of a lead that is link
_TITLE_WORDS = 4  # different ones
_BESIDE_TITLE = 6  # words of a date or a place
_COPY_CHARS = 40  # a shorter text may well stand there twice


@dataclass(frozen=True, slots=True)
class Selection:
    """The blocks that are the article.

    Attributes:
        blocks: In reading order.
        confidence: Expected F1 of the choice, by the model's own probabilities.
        marks: Credits and author marks that the model took for a part of it; they may name an agency.
    """

    blocks: tuple[Block, ...]
    confidence: float
    marks: tuple[str, ...] = ()


def select(blocks: Sequence[Block], known: Known, model: Model, allowed: Collection[Block] | None = None) -> Selection:
    """The article's blocks, chosen by probability and by the box that holds most of it.

    Args:
        blocks: All blocks of the page.
        known: What its metadata says.
        model: What scores them.
        allowed: Those that may be chosen, where somebody knows; None for all.
    """
    if not blocks:
        return Selection((), 0.0)
    tokens = Tokens(blocks)
    p: list[float] = model.probability(blocks, tokens).tolist()  # lists: numpy takes longer on thirty numbers
    if (end := next_article(blocks, tokens, known)) < len(p):
        p[end:] = [0.0] * (len(p) - end)
    if allowed is not None:
        left = frozenset(allowed)
        p = [likely if block in left else 0.0 for likely, block in zip(p, blocks, strict=True)]
    words = tokens.spaced
    bar = f1_threshold(p, words, _LOWEST, _HIGHEST)
    keep = [likely > bar for likely in p]
    if not any(keep):
        return Selection((), 0.0)
    likely = keep.copy()
    region = _article_box(blocks, p, words)
    if region is not None:
        _leave_strays(blocks, p, words, keep, region, known)
    _take_lead(blocks, tokens, p, keep, known)
    fill_gaps(blocks, p, keep, likely)
    _drop_headline(blocks, tokens, p, keep, known)
    for drop in (drop_hidden, drop_comments, drop_teasers, drop_galleries):
        drop(blocks, p, words, keep)
    if allowed is None:  # else somebody knows whether quotes of the text belong to it
        drop_quotes(blocks, p, words, keep)
    marks = _drop_settled(blocks, tokens, p, keep, known)
    keep_tables(blocks, p, keep)
    drop_last_heading(blocks, keep)
    kept = [i for i, stays in enumerate(keep) if stays]
    mass = [p[i] * words[i] for i in range(len(p))]
    confidence = 2 * sum([mass[i] for i in kept]) / (sum([words[i] for i in kept]) + sum(mass) + 1e-6)
    return Selection(tuple(_with_labels(blocks, kept)), confidence, marks)


def _with_labels(blocks: Sequence[Block], kept: Sequence[int]) -> Iterator[Block]:
    """The kept blocks, each below its label where the block above the label is kept as well: a subhead in bold."""
    last = None
    for i in kept:
        label = blocks[i].label
        if label is not None and last == i - 1 and not blocks[i].gap and not notice_kind(label):
            yield label
        yield blocks[i]
        last = i


def _drop_settled(
    blocks: Sequence[Block], tokens: Tokens, p: list[float], keep: list[bool], known: Known
) -> tuple[str, ...]:
    """Second copies, the title and notices go, whatever the model thinks; the marks among them are returned."""
    marks = []
    appeals: dict[Box, None] = {}
    for i, block in enumerate(blocks):
        if keep[i] and (notice := notice_kind(block)):
            keep[i], p[i] = False, 0.0  # settled, so no matter of confidence
            if notice in _APPEALS:
                appeals[outer_box(block)] = None
            if notice in _MARKS:
                marks.append(block.text)
    _drop_appeals(appeals, p, tokens.spaced, keep)
    title = known.title_words
    head = title[:HEAD] or None  # None is the head of no block
    seen: set[str] = set()
    for i, block in enumerate(blocks):
        if not keep[i]:
            continue
        text = block.text
        if (len(text) > _COPY_CHARS and text in seen) or (tokens.heads[i] == head and tokens.of(i) == title):
            keep[i] = False
        else:
            seen.add(text)
    return tuple(marks)


def _drop_appeals(appeals: Iterable[Box], p: list[float], words: Sequence[int], keep: list[bool]) -> None:
    """The rest of its box goes with an appeal or a notice, where nothing in it is sure and most text is outside."""
    said = [count if stays else 0 for count, stays in zip(words, keep, strict=True)]
    total = sum(said)
    for box in appeals:
        inside = sum(said[box.first : box.last])
        if max(p[box.first : box.last]) < _OUTSIDE and 2 * inside < total:
            for i in range(box.first, box.last):
                keep[i], p[i], said[i] = False, 0.0, 0
            total -= inside


def _article_box(blocks: Sequence[Block], p: Sequence[float], words: Sequence[int]) -> Box | None:
    """The innermost box that holds most of what the model is sure of, and so the middle of it."""
    sure = [count * max(0.0, likely - 0.5) for likely, count in zip(p, words, strict=True)]
    before = [0.0, *accumulate(sure)]
    total = before[-1]
    if not total:
        return None
    around = upwards(outer_box(blocks[bisect_left(before, total / 2, 1) - 1]))
    return next((box for box in around if before[box.last] - before[box.first] >= _REGION_SHARE * total), None)


def _leave_strays(
    blocks: Sequence[Block], p: Sequence[float], words: Sequence[int], keep: list[bool], region: Box, known: Known
) -> None:
    """Where the article's box is clear, others stay only if they are sure, have its looks, or are the lead above it."""
    kept = [i for i, stays in enumerate(keep) if stays]
    inside = [i for i in kept if region.first <= i < region.last]
    if not 0 < len(inside) < len(kept):
        return
    if sum([p[i] * words[i] for i in inside]) < _SURE_PAGE * sum([words[i] for i in inside]):
        return
    first = inside[0]
    looks = {look(blocks[i]) for i in inside if p[i] > SURE and blocks[i].box.names}
    for i in kept:
        if region.first <= i < region.last or p[i] >= _OUTSIDE or look(blocks[i]) in looks:
            continue
        if not (known.lead and first - _LEAD_WITHIN <= i < first):
            keep[i] = False


def _take_lead(blocks: Sequence[Block], tokens: Tokens, p: list[float], keep: list[bool], known: Known) -> None:
    """Blocks between headline and body that may be the lead: the model alone loses every fifth of them."""
    words = tokens.spaced
    first = next(sure_paragraphs(range(len(keep)), p, words, keep), None)
    if first is None:
        return
    likely = [
        i
        for i in range(max(0, first - _LEAD_WITHIN), first)
        if p[i] > _LEAD / 2
        and not keep[i]
        and words[i] >= _SHORTEST_LEAD
        and blocks[i].linked <= _LEAD_LINKED * len(blocks[i].text)
    ]
    if not likely:
        return
    title = set(known.title_words)
    lead = known.lead_shingles
    above = range(max(0, first - _LEAD_WITHIN - 4), first)
    said = {i: set(tokens.of(i)) for i in above}
    alike = {i: len(title & said[i]) / len(title | said[i]) if title else 0.0 for i in above}
    heads = [i for i in above if alike[i] >= 0.7 or (blocks[i].tag == "h1" and len(said[i]) > 1)]
    for i in likely:
        if alike[i] < 0.6 and (
            lead.overlap(tokens.of(i)) > 0.6
            or (heads and i > heads[-1] and p[i] > _LEAD and not phrases(blocks[i].text) & BESIDE)
        ):
            keep[i] = True


def _drop_headline(blocks: Sequence[Block], tokens: Tokens, p: list[float], keep: list[bool], known: Known) -> None:
    """An h1 above the body, a heading there that says the title in other words, or the title and a date is no text."""
    title = set(known.title_words)
    for i in range(next(sure_paragraphs(range(len(keep)), p, tokens.spaced, keep), 0)):
        if not keep[i]:
            continue
        said = set(tokens.of(i))
        if blocks[i].tag not in _HEADLINES:
            if len(title) >= _TITLE_WORDS and title <= said and len(said) <= len(title) + _BESIDE_TITLE:
                keep[i] = False
        elif blocks[i].tag == "h1" or (
            said and title and len(said & title) >= 0.75 * min(len(said), len(title)) and len(said) > 2
        ):
            keep[i] = False
