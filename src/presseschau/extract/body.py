"""The article among a page's blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from presseschau.clean import normalise
from presseschau.extract.context import CONTEXT_COLUMNS, context_rows
from presseschau.extract.dom import Block, Box
from presseschau.extract.features import COLUMNS, Floats, Known, measure, outer_box, words_of
from presseschau.extract.lexicon import LEXICON_COLUMNS, Lexicon
from presseschau.extract.model import Forest

_REGION_SHARE = 0.8  # of the sure words must stand in the article's box
_OUTSIDE = 0.8  # how sure the model must be of a block outside of it
_SURE_PAGE = 0.85  # mean probability in the box from which on the box is trusted
_LEAD_WITHIN = 15  # a lead stands at most so many blocks above the body


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
        rows = np.hstack([measure(blocks, known), self.lexicon.rows(blocks)])
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
    keep = p > 0.5
    if not keep.any():
        return Selection((), 0.0)
    _leave_strays(blocks, p, words, keep, known)
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
    sure = float((p * words * keep).sum())
    confidence = 2 * sure / float((words * keep).sum() + (p * words).sum() + 1e-6)
    return Selection(tuple(chosen), confidence)


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


def _leave_strays(blocks: Sequence[Block], p: Floats, words: Floats, keep: np.ndarray[Any, np.dtype[np.bool_]], known: Known) -> None:
    """Where the article's box is clear, a block outside of it stays only if it is sure or is the lead above it."""
    region = _article_box(blocks, p, words)
    if region is None:
        return
    inside = np.asarray([_within(b.box, region) for b in blocks]) & keep
    if not inside.any() or float((p * words)[inside].sum()) < _SURE_PAGE * float(words[inside].sum()):
        return
    first = int(np.flatnonzero(inside)[0])
    for i in np.flatnonzero(keep & ~inside).tolist():
        if p[i] < _OUTSIDE and not (known.lead and first - _LEAD_WITHIN < i < first):
            keep[i] = False


def article_text(blocks: Sequence[Block]) -> str:
    """The blocks' text, a blank line between them."""
    return "\n\n".join(t for b in blocks if (t := normalise(b.text)))
