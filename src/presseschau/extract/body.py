"""The article among a page's blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from presseschau.clean import normalise
from presseschau.extract.context import CONTEXT_COLUMNS, context_rows
from presseschau.extract.dom import Block, Box
from presseschau.extract.features import COLUMNS, Floats, Known, Shingles, measure, outer_box, words_of
from presseschau.extract.lexicon import LEXICON_COLUMNS, Lexicon
from presseschau.extract.model import Forest
from presseschau.extract.phrases import PHRASE_NAMES, phrases

Mask: TypeAlias = npt.NDArray[np.bool_]

_LOWEST, _HIGHEST = 0.2, 0.45  # bounds of the threshold
_REGION_SHARE = 0.8  # of the sure words must stand in the article's box
_SURE_PAGE = 0.95  # mean probability in the box from which on the box is trusted
_OUTSIDE = 0.8  # how sure the model must then be of a block outside of it
_LEAD_WITHIN = 12  # a lead stands at most so many blocks above the body
_LEAD = 0.3  # how sure the model must be of a lead
_SHORTEST_LEAD = 6  # words
_NO_LEAD = sum(
    1 << PHRASE_NAMES.index(name)
    for name in ("byline", "credit", "date_start", "reading", "related", "newsletter", "consent", "share", "comment", "ad", "paywall", "agency")
)


@dataclass(frozen=True, slots=True)
class Model:
    """Two forests and the lexicon; the second forest sees what the first thinks of the surroundings."""

    lexicon: Lexicon
    first: Forest
    second: Forest

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Model:
        """From what `scripts/train_extractor.py` writes."""
        lexicon = Lexicon(data["lexicon"]["words"], data["lexicon"]["names"])
        return cls(lexicon, Forest.from_json(data["first"], (*COLUMNS, *LEXICON_COLUMNS)), Forest.from_json(data["second"], CONTEXT_COLUMNS))

    def probability(self, blocks: Sequence[Block], known: Known) -> Floats:
        """Probability per block that it is part of the article: the mean of both forests' log odds."""
        words = [words_of(b.text) for b in blocks]
        rows = np.hstack([measure(blocks, words, known), self.lexicon.rows(blocks, words)])
        margin = self.first.margin(rows)
        first = 1 / (1 + np.exp(-np.clip(margin, -30, 30)))
        both = (margin + self.second.margin(context_rows(blocks, rows, first))) / 2
        out: Floats = 1 / (1 + np.exp(-np.clip(both, -30, 30)))
        return out


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
        confidence: Expected F1 of the choice, by the model's own probabilities.
    """

    blocks: tuple[Block, ...]
    confidence: float


def select(blocks: Sequence[Block], known: Known, model: Model) -> Selection:
    """The article's blocks, chosen by probability and by the box that holds most of it."""
    if not blocks:
        return Selection((), 0.0)
    p = model.probability(blocks, known)
    words = np.asarray([len(b.text.split()) for b in blocks], dtype=np.float32)
    keep = p > _threshold(p, words)
    if not keep.any():
        return Selection((), 0.0)
    region = _article_box(blocks, p, words)
    if region is not None:
        _leave_strays(blocks, p, words, keep, region, known)
    _take_lead(blocks, p, words, keep, known)
    title = words_of(known.title or "")
    seen: set[str] = set()
    chosen = []
    for i in np.flatnonzero(keep).tolist():
        text = blocks[i].text
        if (len(text) > 40 and text in seen) or (title and words_of(text) == title):
            keep[i] = False
            continue
        seen.add(text)
        chosen.append(blocks[i])
    sure = float((p * words)[keep].sum())
    confidence = 2 * sure / float(words[keep].sum() + (p * words).sum() + 1e-6)
    return Selection(tuple(chosen), confidence)


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


def _take_lead(blocks: Sequence[Block], p: Floats, words: Floats, keep: Mask, known: Known) -> None:
    """Blocks between headline and body that may be the lead: the model alone loses every fifth of them."""
    sure = np.flatnonzero(keep & (words >= 12) & (p > 0.6))
    if not len(sure):
        return
    first = int(sure[0])
    title = set(words_of(known.title or ""))
    lead = Shingles(known.lead)
    tokens = {i: words_of(blocks[i].text) for i in range(max(0, first - _LEAD_WITHIN - 4), first)}
    alike = {i: len(title.intersection(t)) / len(title.union(t)) if title else 0.0 for i, t in tokens.items()}
    heads = [i for i, t in tokens.items() if alike[i] >= 0.7 or (blocks[i].tag == "h1" and len(t) > 1)]
    for i in range(max(0, first - _LEAD_WITHIN), first):
        block = blocks[i]
        if keep[i] or words[i] < _SHORTEST_LEAD or alike[i] >= 0.6 or block.linked > 0.4 * len(block.text):
            continue
        stated = lead.overlap(tokens[i]) > 0.6
        if (stated and p[i] > _LEAD / 2) or (heads and i > heads[-1] and p[i] > _LEAD and not phrases(block.text) & _NO_LEAD):
            keep[i] = True


def article_text(blocks: Sequence[Block]) -> str:
    """The blocks' text, a blank line between them."""
    return "\n\n".join(t for b in blocks if (t := normalise(b.text)))
