"""The article among a page's blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from presseschau.extract.body.boxes import outer_box
from presseschau.extract.body.dom import Block, Box
from presseschau.extract.body.features import COLUMNS, Floats, Known, measure, words_of
from presseschau.extract.body.lexicon import LEXICON_COLUMNS, Lexicon
from presseschau.extract.body.notices import notice_class
from presseschau.extract.forest import Forest
from presseschau.extract.phrases import PHRASE_NAMES, phrases

Mask: TypeAlias = npt.NDArray[np.bool_]

_LOWEST, _HIGHEST = 0.2, 0.45  # bounds of the threshold
_REGION_SHARE = 0.8  # of the sure words must stand in the article's box
_SURE_PAGE = 0.95  # mean probability in the box from which on the box is trusted
_OUTSIDE = 0.8  # how sure the model must then be of a block outside of it
_LEAD_WITHIN = 12  # a lead stands at most so many blocks above the body
_LEAD = 0.3  # how sure the model must be of a lead
_FILL, _FILL_SURE = 0.15, 0.6  # of a block in a gap, and of one beside it
_SUBHEADS = frozenset(("h2", "h3", "h4", "h5"))
_HEADLINES = frozenset(("h1", "h2", "h3"))
_MARKS = frozenset(("mark", "credit"))
_SHORTEST_LEAD = 6  # words
_NO_LEAD = sum(
    1 << PHRASE_NAMES.index(name)
    for name in (
        "byline",
        "credit",
        "date_start",
        "reading",
        "related",
        "newsletter",
        "consent",
        "share",
        "comment",
        "ad",
        "paywall",
        "agency",
    )
)


@dataclass(frozen=True, slots=True)
class Model:
    """What tells article from boilerplate: the lexicon gives some of the columns, the forest weighs them all."""

    lexicon: Lexicon
    forest: Forest

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Model:
        """From what `scripts/train_extractor.py` writes."""
        lexicon = Lexicon(data["lexicon"]["words"], data["lexicon"]["names"])
        return cls(lexicon, Forest.from_json(data["forest"], (*COLUMNS, *LEXICON_COLUMNS)))

    def probability(self, blocks: Sequence[Block], known: Known, words: Sequence[list[str]] | None = None) -> Floats:
        """Probability per block that it is part of the article; `words` of each, where they are there already."""
        if words is None:
            words = [words_of(b.text) for b in blocks]
        return self.forest.probability(np.hstack([measure(blocks, words, known), self.lexicon.rows(blocks, words)]))


@cache
def default_model() -> Model:
    """The model that is shipped with the package."""
    import orjson

    return Model.from_json(orjson.loads((Path(__file__).parent / "model.json").read_bytes()))


@dataclass(frozen=True, slots=True)
class Selection:
    """The blocks that are the article.

    Attributes:
        blocks: In reading order.
        marks: Credits and author marks that the model took for a part of it; they may name an agency.
        confidence: Expected F1 of the choice, by the model's own probabilities.
    """

    blocks: tuple[Block, ...]
    confidence: float
    marks: tuple[str, ...] = ()


def select(blocks: Sequence[Block], known: Known, model: Model) -> Selection:
    """The article's blocks, chosen by probability and by the box that holds most of it."""
    if not blocks:
        return Selection((), 0.0)
    tokens = [words_of(b.text) for b in blocks]
    p = model.probability(blocks, known, tokens)
    words = np.asarray([b.text.count(" ") + 1 for b in blocks], dtype=np.float32)
    keep = p > _threshold(p, words)
    if not keep.any():
        return Selection((), 0.0)
    likely = keep.copy()
    region = _article_box(blocks, p, words)
    if region is not None:
        _leave_strays(blocks, p, words, keep, region, known)
    _take_lead(blocks, tokens, p, words, keep, known)
    _fill_gaps(blocks, p, keep, likely)
    _drop_headline(blocks, tokens, p, words, keep, known)
    title = words_of(known.title or "")
    seen: set[str] = set()
    chosen, marks = [], []
    for i in np.flatnonzero(keep).tolist():
        text = blocks[i].text
        if (len(text) > 40 and text in seen) or (title and tokens[i] == title):
            keep[i] = False
            continue
        if notice := notice_class(blocks[i]):
            keep[i], p[i] = False, 0.0  # settled, so no matter of confidence
            if notice in _MARKS:
                marks.append(text)
            continue
        seen.add(text)
        chosen.append(blocks[i])
    mass = p.astype(np.float64) * words
    confidence = float(2 * mass[keep].sum() / (words[keep].sum(dtype=np.float64) + mass.sum() + 1e-6))
    return Selection(tuple(chosen), confidence, tuple(marks))


def _threshold(p: Floats, words: Floats) -> float:
    """Half of the expected F1 in reach, which is the threshold that reaches it (Lipton, Elkan, Naryanaswamy 2014).

    So a page of a build that the model has not seen, where it is unsure of every paragraph, keeps them all the same.
    """
    order = np.argsort(-p, kind="stable")
    hits = np.cumsum((p * words)[order])
    reach = 2 * hits / (np.cumsum(words[order]) + hits[-1] + 1e-9)
    return float(min(_HIGHEST, max(_LOWEST, reach.max() / 2)))


def _article_box(blocks: Sequence[Block], p: Floats, words: Floats) -> Box | None:
    """The innermost box that holds most of what the model is sure of."""
    mass = words * np.maximum(0.0, p - 0.5)
    sums: dict[Box, float] = {}
    for block, m in zip(blocks, mass.tolist(), strict=True):
        box: Box | None = outer_box(block)
        while m > 0 and box is not None:
            sums[box] = sums.get(box, 0.0) + m
            box = box.parent
    enough = _REGION_SHARE * float(mass.sum())
    holders = [box for box, m in sums.items() if m >= enough]
    return max(holders, key=lambda b: (b.depth, -b.index), default=None)


def _within(box: Box | None, outer: Box) -> bool:
    while box is not None and box is not outer:
        box = box.parent
    return box is outer


def _leave_strays(blocks: Sequence[Block], p: Floats, words: Floats, keep: Mask, region: Box, known: Known) -> None:
    """Where the article's box is clear, a block outside of it stays only if it is sure or is the lead above it."""
    inside = np.asarray([_within(b.box, region) for b in blocks]) & keep
    if not inside.any() or float((p * words)[inside].sum()) < _SURE_PAGE * float(words[inside].sum()):
        return
    first = int(np.flatnonzero(inside)[0])
    for i in np.flatnonzero(keep & ~inside).tolist():
        if p[i] < _OUTSIDE and not (known.lead and first - _LEAD_WITHIN <= i < first):
            keep[i] = False


def _take_lead(
    blocks: Sequence[Block], tokens: Sequence[list[str]], p: Floats, words: Floats, keep: Mask, known: Known
) -> None:
    """Blocks between headline and body that may be the lead: the model alone loses every fifth of them."""
    sure = np.flatnonzero(keep & (words >= 12) & (p > 0.6))
    if not len(sure):
        return
    first = int(sure[0])
    title = set(words_of(known.title or ""))
    lead = known.lead_shingles()
    above = range(max(0, first - _LEAD_WITHIN - 4), first)
    alike = {i: len(title.intersection(tokens[i])) / len(title.union(tokens[i])) if title else 0.0 for i in above}
    heads = [i for i in above if alike[i] >= 0.7 or (blocks[i].tag == "h1" and len(tokens[i]) > 1)]
    for i in range(max(0, first - _LEAD_WITHIN), first):
        block = blocks[i]
        if keep[i] or words[i] < _SHORTEST_LEAD or alike[i] >= 0.6 or block.linked > 0.4 * len(block.text):
            continue
        stated = lead.overlap(tokens[i]) > 0.6
        if (stated and p[i] > _LEAD / 2) or (
            heads and i > heads[-1] and p[i] > _LEAD and not phrases(block.text) & _NO_LEAD
        ):
            keep[i] = True


def _fill_gaps(blocks: Sequence[Block], p: Floats, keep: Mask, likely: Mask) -> None:
    """A subhead or a paragraph between two that are kept, with the page's own looks for such, is kept as well."""
    looks = {
        (b.tag, b.box.names) for b, k, q in zip(blocks, keep.tolist(), p.tolist(), strict=True) if k and q > _FILL_SURE
    }
    for i in range(1, len(blocks) - 1):
        block = blocks[i]
        if likely[i] or p[i] < _FILL or block.gap or blocks[i + 1].gap or not (keep[i - 1] and keep[i + 1]):
            continue  # what was likely and is out is a stray
        if (
            max(p[i - 1], p[i + 1]) < _FILL_SURE
            or block.linked > 0.4 * len(block.text)
            or phrases(block.text) & _NO_LEAD
        ):
            continue
        if block.tag in _SUBHEADS or (block.tag, block.box.names) in looks:
            keep[i] = True


def _drop_headline(
    blocks: Sequence[Block], tokens: Sequence[list[str]], p: Floats, words: Floats, keep: Mask, known: Known
) -> None:
    """An h1 above the body, or a heading there that says the title in other words, is the headline and not the text."""
    body = np.flatnonzero(keep & (words >= 12) & (p > 0.6))
    title = set(words_of(known.title or ""))
    for i in range(int(body[0]) if len(body) else 0):
        if not keep[i] or blocks[i].tag not in _HEADLINES:
            continue
        said = set(tokens[i])
        if blocks[i].tag == "h1" or (
            said and title and len(said & title) >= 0.75 * min(len(said), len(title)) and len(said) > 2
        ):
            keep[i] = False
