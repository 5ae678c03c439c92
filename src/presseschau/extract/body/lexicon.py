"""Learnt weights of words and of class names: how much each speaks for an article or for boilerplate.

A weight is the log ratio of the publishers in whose articles a word stands to those in whose boilerplate it stands, so
that no single site's wording counts more than once.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from presseschau.extract.body.boxes import outer_box
from presseschau.extract.body.dom import Block, Box
from presseschau.extract.body.features import Floats
from presseschau.extract.body.hints import name_parts

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
    _pairs: dict[tuple[str, str], float] = field(default_factory=dict, compare=False, repr=False)
    _seen: dict[str, float] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        # Pairs apart, so that a block's are looked up without a string made of each.
        pairs = (tuple(token.split(" ")) for token in self.words if " " in token)
        self._pairs.update({(a, b): self.words[f"{a} {b}"] for a, b in pairs})

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
        weighed: dict[Box, tuple[float, float, float]] = {}
        out = [(*self._word_row(w), *self._name_row(b, weighed)) for b, w in zip(blocks, words, strict=True)]
        flat = np.fromiter(itertools.chain.from_iterable(out), dtype=np.float32, count=len(out) * len(LEXICON_COLUMNS))
        return flat.reshape(len(out), len(LEXICON_COLUMNS))

    def _word_row(self, words: list[str]) -> tuple[float, float, float, float, float]:
        """The weights of `word_tokens`, which are the words and then the pairs."""
        if not words:
            return 0.0, 0.0, 0.0, 0.0, 0.0
        singles = ["0" if w[0].isdigit() else w for w in words[:_FIRST_WORDS]]
        get, get_pair = self.words.get, self._pairs.get
        single = list(map(get, singles))
        pairs = list(map(get_pair, itertools.pairwise(singles)))
        weights = [w for w in single if w is not None]
        weights += [w for w in pairs if w is not None]
        if not weights:
            return 0.0, 0.0, 0.0, 0.0, 0.0
        n = len(single) + len(pairs)
        start = (single[0] or 0.0) + ((pairs[0] or 0.0) if pairs else 0.0)
        low = len([w for w in weights if w < -_CLEAR]) / n
        high = len([w for w in weights if w > _CLEAR]) / n
        return sum(weights) / n, low, high, start, len(weights) / n

    def _name_row(self, block: Block, weighed: dict[Box, tuple[float, float, float]]) -> tuple[float, ...]:
        box = block.box
        parent = box.parent or box
        grand = parent.parent or parent
        own, low, high = weighed[box] if box in weighed else self._weigh(box, weighed)
        return own, weighed[parent][0], weighed[grand][0], low, high, weighed[outer_box(block)][0]

    def _weigh(self, box: Box, weighed: dict[Box, tuple[float, float, float]]) -> tuple[float, float, float]:
        """Weight of the names of a box, and lowest and highest weight of it and all above it, each box once."""
        boxes = []
        at: Box | None = box
        while at is not None and at not in weighed:
            boxes.append(at)
            at = at.parent
        figures = weighed[at] if at is not None else (0.0, 0.0, 0.0)
        for inner in reversed(boxes):
            weight = self.name_weight(inner.names)
            figures = weighed[inner] = (weight, min(figures[1], weight), max(figures[2], weight))
        return figures
