"""Learnt weights of words and of class names: how much each speaks for an article or for boilerplate.

A weight is the log ratio of the publishers in whose articles a word stands to those in whose boilerplate it stands, so
that no single site's wording counts more than once.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from presseschau.extract.boxes import outer_box
from presseschau.extract.dom import Block, Box
from presseschau.extract.features import Floats
from presseschau.extract.hints import name_parts

LEXICON_COLUMNS: tuple[str, ...] = (
    "lex_mean", "lex_low", "lex_high", "lex_start", "lex_known", "name_own", "name_parent", "name_grand",
    "name_low", "name_high", "name_outer",
)  # fmt: skip
_FIRST_WORDS = 30  # the start of a long block tells enough
_CLEAR = 0.7  # weight from which on a word speaks clearly for one side


def word_tokens(words: list[str]) -> list[str]:
    """Words and word pairs of a block; all figures are one word."""
    words = ["0" if w[0].isdigit() else w for w in words]
    return words + [f"{a} {b}" for a, b in itertools.pairwise(words)]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Weights; unknown words weigh nothing.

    Attributes:
        words: Of words and word pairs.
        names: Of parts of class names and ids.
    """

    words: Mapping[str, float]
    names: Mapping[str, float]
    _seen: dict[str, float] = field(default_factory=dict, compare=False, repr=False)

    def name_weight(self, names: str) -> float:
        """Mean weight of the known parts of a class string."""
        if not names:
            return 0.0
        known = self._seen.get(names)
        if known is None:
            if len(self._seen) > 50_000:
                self._seen.clear()
            found = [self.names[t] for t in name_parts(names) if t in self.names]
            known = self._seen[names] = sum(found) / len(found) if found else 0.0
        return known

    def rows(self, blocks: Sequence[Block], words: Sequence[list[str]]) -> Floats:
        """One row of `LEXICON_COLUMNS` per block; `words` are those of each block's text."""
        boxes: dict[Box, tuple[float, float]] = {}
        out = [(*self._word_row(w), *self._name_row(b, boxes)) for b, w in zip(blocks, words, strict=True)]
        return np.asarray(out, dtype=np.float32).reshape(len(out), len(LEXICON_COLUMNS))

    def _word_row(self, words: list[str]) -> tuple[float, float, float, float, float]:
        tokens = word_tokens(words[:_FIRST_WORDS])
        get = self.words.get
        weights = [w for w in map(get, tokens) if w is not None]
        if not weights:
            return 0.0, 0.0, 0.0, 0.0, 0.0
        n = len(tokens)
        start = get(tokens[0], 0.0) + (get(tokens[(n + 1) // 2], 0.0) if n > 1 else 0.0)
        low = sum([w < -_CLEAR for w in weights]) / n
        high = sum([w > _CLEAR for w in weights]) / n
        return sum(weights) / n, low, high, start, len(weights) / n

    def _name_row(self, block: Block, boxes: dict[Box, tuple[float, float]]) -> tuple[float, ...]:
        box = block.box
        parent = box.parent or box
        grand = parent.parent or parent
        weigh = self.name_weight
        return (
            weigh(box.names),
            weigh(parent.names),
            weigh(grand.names),
            *self._extremes(box, boxes),
            weigh(outer_box(block).names),
        )

    def _extremes(self, box: Box, boxes: dict[Box, tuple[float, float]]) -> tuple[float, float]:
        """Lowest and highest weight of the names of a box and all above it."""
        chain = []
        at: Box | None = box
        while at is not None and at not in boxes:
            chain.append(at)
            at = at.parent
        low, high = boxes[at] if at is not None else (0.0, 0.0)
        for inner in reversed(chain):
            weight = self.name_weight(inner.names)
            low, high = min(low, weight), max(high, weight)
            boxes[inner] = low, high
        return low, high
