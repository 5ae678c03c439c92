"""Words and class names that speak for an article or for boilerplate."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from presseschau.extract.body.blocks import Block, Box, outer_box
from presseschau.extract.body.hints import name_parts
from presseschau.extract.body.tokens import END, Tokens, words_of
from presseschau.extract.words import read_words

Floats = npt.NDArray[np.float32]

WORD_COLUMNS: tuple[str, ...] = ("function", "service", "boilerplate")
NAME_COLUMNS: tuple[str, ...] = ("name_own", "name_parent", "name_grand", "name_outer", "name_low")
_FIRST_WORDS = 30  # the start of a long block tells enough
_FIELD = 6  # bits, for counts up to `_FIRST_WORDS`
_SHIFTS = _FIELD * np.arange(len(WORD_COLUMNS))[:, None]
_WORDS = read_words("body/words")
_FUNCTION_WORDS = words_of(_WORDS["function_words"])
_SERVICE_WORDS = words_of(_WORDS["service_words"])
_NOTHING = itertools.repeat(0)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words by kind, and weights of names; what is unknown counts for nothing.

    Attributes:
        boilerplate: Words that stand in boilerplate far more often than in articles.
        names: Weights of parts of class names and ids: the log ratio of the publishers in whose articles' boxes a part
            stands to those in whose boilerplate's boxes it stands, so that no single site counts more than once.
    """

    boilerplate: Sequence[str]
    names: Mapping[str, float]
    _kinds: dict[bytes, int] = field(default_factory=dict, compare=False, repr=False)
    _weights: dict[str, float] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        # A bit in a field of its own per kind, so that one look-up a word and one sum a block count them all.
        for i, words in enumerate((_FUNCTION_WORDS, _SERVICE_WORDS, [w.encode("latin-1") for w in self.boilerplate])):
            for word in words:
                self._kinds[word] = self._kinds.get(word, 0) | 1 << _FIELD * i

    def word_rows(self, tokens: Tokens) -> Floats:
        """`WORD_COLUMNS` of each block, by columns: shares of its first words."""
        heads: list[bytes] = []
        starts = []
        for start, end in zip(tokens.starts, tokens.ends, strict=True):
            starts.append(len(heads))
            heads += tokens.words[start : min(end, start + _FIRST_WORDS)] or [END]  # no block without anything to sum
        said = np.fromiter(map(self._kinds.get, heads, _NOTHING), dtype=np.int64, count=len(heads))
        counts = np.add.reduceat(said, starts) >> _SHIFTS & (1 << _FIELD) - 1
        return np.asarray(counts / np.diff(starts, append=len(heads)), dtype=np.float32)

    def name_rows(self, blocks: Sequence[Block]) -> Floats:
        """`NAME_COLUMNS` of each block, by columns."""
        weighed: dict[Box, tuple[float, float]] = {}
        rows = []
        for block in blocks:
            box = block.box
            own, low = weighed[box] if box in weighed else self._weigh(box, weighed)
            parent = box.parent or box
            rows.append(
                (own, weighed[parent][0], weighed[parent.parent or parent][0], weighed[outer_box(block)][0], low)
            )
        return np.asarray(rows, dtype=np.float32).T

    def _weigh(self, box: Box, weighed: dict[Box, tuple[float, float]]) -> tuple[float, float]:
        """Weight of the names of a box, and lowest weight of it and all above it, each box once."""
        boxes = []
        at: Box | None = box
        while at is not None and at not in weighed:
            boxes.append(at)
            at = at.parent
        figures = weighed[at] if at is not None else (0.0, 0.0)
        for inner in reversed(boxes):
            weight = self.name_weight(inner.names) if inner.names else 0.0
            figures = weighed[inner] = (weight, min(figures[1], weight))
        return figures

    def name_weight(self, names: str) -> float:
        """Mean weight of the known parts of a class string."""
        known = self._weights.get(names)
        if known is None:
            if len(self._weights) > 50_000:
                self._weights.clear()
            found = [self.names[t] for t in name_parts(names) if t in self.names]
            known = self._weights[names] = sum(found) / len(found) if found else 0.0
        return known
