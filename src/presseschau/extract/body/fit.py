"""Fits the extractor's model: boosted oblivious trees and the lexicon. Used by `scripts/train_extractor.py` only."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from presseschau.extract.body.blocks import Block, upwards
from presseschau.extract.body.hints import name_parts
from presseschau.extract.body.lexicon import Lexicon
from presseschau.extract.body.tokens import words_of
from presseschau.extract.forest import Floats


@dataclass(frozen=True, slots=True)
class Boosting:
    """How a forest is grown.

    Attributes:
        trees: Their number.
        depth: Questions per tree.
        rate: Shrinkage of each tree.
        ridge: L2 on leaf values, in units of the mean row weight.
        rows: Share of rows per tree.
        columns: Share of columns per tree.
        bins: Thresholds tried per column.
    """

    trees: int = 160
    depth: int = 4
    rate: float = 0.12
    ridge: float = 3.0
    rows: float = 0.5
    columns: float = 0.4
    bins: int = 24


def _edges(values: Floats, bins: int) -> Floats:
    distinct = np.unique(values)
    if len(distinct) <= bins:
        return ((distinct[1:] + distinct[:-1]) / 2).astype(np.float32)
    return np.unique(np.quantile(values, np.linspace(0, 1, bins + 1)[1:-1]).astype(np.float32))


def fit_forest(
    table: Floats, target: Floats, weight: Floats, columns: Sequence[str], how: Boosting, seed: int
) -> dict[str, Any]:
    """Newton boosting of oblivious trees on weighted logistic loss.

    Args:
        table: One row per block.
        target: 0 to 1, soft labels allowed.
        weight: Of each row.
        columns: Names of the table's columns.
        how: Settings.
        seed: Of the row and column samples.

    Returns:
        The forest as `Forest.from_json` reads it; only columns in use are named.
    """
    rng = np.random.default_rng(seed)
    count, width = table.shape
    sample = rng.choice(count, min(count, 30_000), replace=False)
    edges = [_edges(table[sample, j], how.bins) for j in range(width)]
    binned = np.stack([np.searchsorted(edges[j], table[:, j], side="left") for j in range(width)]).astype(np.uint8)
    usable = np.asarray([j for j in range(width) if len(edges[j])])
    weight = weight / weight.mean()
    share = float((weight * target).sum() / weight.sum())
    bias = math.log(share / (1 - share))
    margin = np.full(count, bias)
    features, thresholds, leaves = [], [], []
    for _ in range(how.trees):
        p = 1 / (1 + np.exp(-margin))
        gradient, hessian = weight * (target - p), np.maximum(weight * p * (1 - p), 1e-6 * weight)
        rows = np.flatnonzero(rng.random(count) < how.rows)
        tried = np.sort(rng.choice(usable, max(1, int(how.columns * len(usable))), replace=False))
        feature, threshold, leaf = _grow(binned[np.ix_(tried, rows)], tried, edges, gradient[rows], hessian[rows], how)
        answers = np.zeros(count, dtype=np.int64)
        for level, (j, value) in enumerate(zip(feature, threshold, strict=True)):
            answers |= (table[:, j] > np.float32(value)).astype(np.int64) << level
        margin += leaf[answers]
        features.append(feature)
        thresholds.append(threshold)
        leaves.append(leaf)
    used = sorted({j for tree in features for j in tree})
    place = {j: i for i, j in enumerate(used)}
    return {
        "names": [columns[j] for j in used],
        "feature": [[place[j] for j in tree] for tree in features],
        "threshold": [[float(np.float32(v)) for v in tree] for tree in thresholds],
        "leaf": [[round(float(v), 5) for v in tree] for tree in leaves],
        "bias": round(bias, 6),
    }


def _grow(
    binned: npt.NDArray[np.uint8],
    tried: npt.NDArray[np.int64],
    edges: Sequence[Floats],
    gradient: Floats,
    hessian: Floats,
    how: Boosting,
) -> tuple[list[int], list[float], Floats]:
    """One tree: at every level the question that gains most over all leaves at once."""
    width = how.bins + 2
    leaf = np.zeros(binned.shape[1], dtype=np.int64)
    feature, threshold = [], []
    for level in range(how.depth):
        leaves = 1 << level
        best = (-1.0, 0, 0)
        for k, j in enumerate(tried):
            at = leaf * width + binned[k]
            g = np.bincount(at, gradient, leaves * width).reshape(leaves, width).cumsum(1)
            h = np.bincount(at, hessian, leaves * width).reshape(leaves, width).cumsum(1)
            gain = (g**2 / (h + how.ridge) + (g[:, -1:] - g) ** 2 / (h[:, -1:] - h + how.ridge)).sum(0)[: len(edges[j])]
            cut = int(gain.argmax())
            if gain[cut] > best[0]:
                best = (float(gain[cut]), k, cut)
        _, k, cut = best
        feature.append(int(tried[k]))
        threshold.append(float(edges[tried[k]][cut]))
        leaf |= (binned[k] > cut).astype(np.int64) << level
    size = 1 << how.depth
    value = how.rate * np.bincount(leaf, gradient, size) / (np.bincount(leaf, hessian, size) + how.ridge)
    return feature, threshold, value


Seen = tuple[set[str], set[str]]
_CAP, _FLOOR = 3.0, 0.35  # no name is proof; one that says little is left out
_BOILERPLATE = -0.7  # log ratio from which on a word is one of boilerplate
# Publishers that must share a word or name before it counts, so that no site's wording gets in.
_LEAST_WORDS, _LEAST_NAMES = 8, 5


@dataclass(frozen=True, slots=True)
class Evidence:
    """Which words and class names stand in whose articles and boilerplate: (article, boilerplate) sets by publisher."""

    words: Mapping[str, Seen]
    names: Mapping[str, Seen]

    @classmethod
    def collect(cls, pages: Iterable[tuple[str, bool, Sequence[Block], Floats]]) -> Evidence:
        """From (publisher, is German, blocks, target) per page."""
        words: dict[str, Seen] = {}
        names: dict[str, Seen] = {}
        for group, german, blocks, target in pages:
            word, name = words.setdefault(group, (set(), set())), names.setdefault(group, (set(), set()))
            for block, y in zip(blocks, target.tolist(), strict=True):
                if 0.3 <= y <= 0.7:
                    continue
                side = int(y < 0.3)
                if german:
                    word[side].update([w.decode("latin-1") for w in words_of(block.text)])
                for box in islice(upwards(block.box), 3):
                    name[side].update(name_parts(box.names))
        return cls(words, names)

    def lexicon(self, groups: Iterable[str]) -> Lexicon:
        """What these publishers' pages teach."""
        chosen = sorted(g for g in groups if g in self.words)
        words = _log_ratios(self.words, chosen, _LEAST_WORDS)
        names = _log_ratios(self.names, chosen, _LEAST_NAMES)
        return Lexicon(
            [word for word, value in words.items() if value < _BOILERPLATE],
            {name: round(max(-_CAP, min(_CAP, v)), 2) for name, v in names.items() if abs(v) >= _FLOOR},
        )


def _log_ratios(seen: Mapping[str, Seen], groups: Sequence[str], least: int) -> dict[str, float]:
    """By token: of how many publishers have it in articles to how many have it in boilerplate, as a logarithm."""
    article: Counter[str] = Counter()
    other: Counter[str] = Counter()
    for group in groups:
        article.update(seen[group][0])
        other.update(seen[group][1])
    return {
        token: math.log((article[token] + 0.7) / (other[token] + 0.7))
        for token in sorted(article.keys() | other.keys())
        if article[token] + other[token] >= least
    }
