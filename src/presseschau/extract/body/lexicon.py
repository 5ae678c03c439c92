"""Words and class names that speak for an article or for boilerplate."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from presseschau.extract.body.blocks import Box
from presseschau.extract.body.hints import name_parts
from presseschau.extract.body.tokens import Tokens, words_of
from presseschau.extract.words import read_words

WORD_COLUMNS: tuple[str, ...] = ("function", "boilerplate")
NAME_COLUMNS: tuple[str, ...] = ("name_own", "name_parent", "name_grand", "name_outer", "name_low")
_FIELD = 4  # bits, for counts up to `HEAD`
_FULL = (1 << _FIELD) - 1
_FUNCTION_WORDS = words_of(read_words("body/words")["function_words"])
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
        for i, words in enumerate((_FUNCTION_WORDS, [w.encode("latin-1") for w in self.boilerplate])):
            for word in words:
                self._kinds[word] = self._kinds.get(word, 0) | 1 << _FIELD * i

    def word_rows(self, tokens: Tokens) -> list[list[float]]:
        """`WORD_COLUMNS` of each block, by columns: shares of its first words."""
        kinds = self._kinds.get
        said = [(sum(map(kinds, head, _NOTHING)), len(head) or 1) for head in tokens.heads]
        return [
            [(counts >> at & _FULL) / size for counts, size in said]
            for at in range(0, _FIELD * len(WORD_COLUMNS), _FIELD)
        ]

    def name_rows(self, boxes: Sequence[Box], outers: Sequence[Box]) -> list[list[float]]:
        """`NAME_COLUMNS` of each block, by columns, from its innermost and its outer box."""
        weights: dict[Box, float] = {}
        lowest = [self._lowest(box, weights) for box in boxes]
        parents = [box.parent or box for box in boxes]
        grands = [box.parent or box for box in parents]
        return [*([weights[box] for box in at] for at in (boxes, parents, grands, outers)), lowest]

    def _lowest(self, box: Box, weights: dict[Box, float]) -> float:
        """The lowest weight of the names of a box and of all above it; the weights are kept."""
        low = 0.0
        at: Box | None = box
        while at is not None:
            weight = weights.get(at)
            if weight is None:
                weight = weights[at] = self.name_weight(at.names) if at.names else 0.0
            if weight < low:
                low = weight
            at = at.parent
        return low

    def name_weight(self, names: str) -> float:
        """Mean weight of the known parts of a class string."""
        known = self._weights.get(names)
        if known is None:
            if len(self._weights) > 50_000:
                self._weights.clear()
            found = [self.names[t] for t in name_parts(names) if t in self.names]
            known = self._weights[names] = sum(found) / len(found) if found else 0.0
        return known
