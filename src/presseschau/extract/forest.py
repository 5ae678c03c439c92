"""A small boosted ensemble of oblivious trees, read from plain JSON, evaluated with numpy.

An oblivious tree asks the same few questions of every row, so a forest is three array look-ups (Kohavi 1994, "Bottom-up
induction of oblivious read-once decision graphs"; Prokhorenkova et al. 2018, "CatBoost").
`scripts/train_extractor.py` fits it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
_MILLION = 1_000_000
_CHUNK = 4096  # rows
_DEEPEST = 8  # questions of a tree, whose answers are the bits of a byte


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees of one depth.

    Attributes:
        feature: Column asked at (tree, level).
        threshold: The answer is yes where the value is greater.
        leaf: Millionths of log odds at (tree, answers read as a binary number, first level lowest). Whole numbers, so
            that the sum is the same on every processor, whatever order its vector unit adds in.
        bias: Added to the sum.
    """

    feature: npt.NDArray[np.int32]
    threshold: Floats
    leaf: npt.NDArray[np.int64]
    bias: float

    @classmethod
    def from_json(cls, data: dict[str, Any], columns: Sequence[str]) -> Forest:
        """A forest whose stored column names are looked up in the columns of today.

        Raises:
            ValueError: A column is missing, or a tree is too deep.
        """
        at = {name: i for i, name in enumerate(columns)}
        missing = sorted(set(data["names"]) - set(at))
        if missing:
            raise ValueError(f"the extractor's model asks for unknown features: {', '.join(missing[:5])}")
        order = np.asarray([at[name] for name in data["names"]], dtype=np.int32)
        feature = order[np.asarray(data["feature"], dtype=np.int32)]
        threshold = np.asarray(data["threshold"], dtype=np.float32)
        if feature.shape[1] > _DEEPEST:
            raise ValueError(f"the extractor's model has trees of more than {_DEEPEST} questions")
        leaf = np.rint(np.asarray(data["leaf"], dtype=np.float64) * _MILLION).astype(np.int64)
        return cls(feature, threshold, leaf, float(data["bias"]))

    def margin(self, rows: Floats) -> Floats:
        """Log odds per row."""
        out = np.empty(len(rows), dtype=np.float32)
        for start in range(0, len(rows), _CHUNK):  # a page may have 100,000 rows; a gigabyte of answers is too much
            out[start : start + _CHUNK] = self._margin(rows[start : start + _CHUNK])
        return out

    def _margin(self, rows: Floats) -> Floats:
        """By columns: one of them is copied per question, and most pages have few rows and all have many questions."""
        trees, depth = self.feature.shape
        # Level first, so that the answers of a level are one slice.
        answers = rows.T.take(self.feature.T.ravel(), axis=0) > self.threshold.T.reshape(-1, 1)
        levels = answers.view(np.uint8).reshape(depth, trees, len(rows))
        leaf = levels[-1].copy()
        for level in levels[-2::-1]:  # the answers as a binary number, in a byte
            leaf += leaf
            leaf += level
        place = np.arange(0, self.leaf.size, self.leaf.shape[1], dtype=np.int32)[:, None] + leaf
        total = self.leaf.ravel().take(place).sum(axis=0) / _MILLION + self.bias
        return np.asarray(total, dtype=np.float32)

    def probability(self, rows: Floats) -> Floats:
        """Logistic of the margin, 0 to 1."""
        return (1 / (1 + np.exp(-np.clip(self.margin(rows), -30, 30)))).astype(np.float32)
