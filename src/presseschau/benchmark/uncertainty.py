"""How sure a score or a difference is: bootstrap over clusters, exact McNemar, approximate randomisation, Holm."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb

import numpy as np
import numpy.typing as npt

from presseschau.benchmark.data import ABSTAINED, Floats, Ints
from presseschau.benchmark.metrics import f1

_ROUNDS = 200  # rounds drawn at a time: bounds memory, changes nothing else


def cluster_counts(y: Ints, predicted: Ints, clusters: Sequence[str], width: int) -> tuple[Floats, Floats]:
    """True positives, false positives and false negatives by cluster and label; articles and right ones by cluster.

    Returns:
        An array of (clusters, 3, labels), and one of (clusters, 2); clusters in order of name.
    """
    names = {name: i for i, name in enumerate(sorted(set(clusters)))}
    group = np.array([names[name] for name in clusters], dtype=np.int64)
    size, right = len(names), y == predicted

    def cells(rows: npt.NDArray[np.bool_], labels: Ints) -> Floats:
        at = group[rows] * width + labels[rows]
        return np.bincount(at, minlength=size * width).astype(float).reshape(size, width)

    wrong = ~right & (predicted != ABSTAINED)
    table = np.stack([cells(right, y), cells(wrong, predicted), cells(~right, y)], axis=1)
    plain = np.column_stack([np.bincount(group, minlength=size), np.bincount(group[right], minlength=size)])
    return table, plain.astype(float)


def _each(table: Floats) -> Floats:
    return f1(table[..., 0, :], table[..., 1, :], table[..., 2, :])


def _resampled(table: Floats, whole: Floats, classes: Ints) -> Floats:
    """Macro-F1 of tables (…, 3, labels).

    A class that a resample happens to miss keeps its F1 of the whole set: as 0 it would pull an interval down, left out
    of the mean it would push that of a poor model up.
    """
    missed = (table[..., 0, :] + table[..., 2, :]) == 0
    return np.asarray(np.where(missed, whole, _each(table))[..., classes].mean(-1))


Side = tuple[Sequence[tuple[Ints, Ints]], Sequence[str]]  # labels and predictions of each seed, and clusters


def intervals(
    runs: Sequence[tuple[Ints, Ints]],
    clusters: Sequence[str],
    classes: Ints,
    width: int,
    *,
    rounds: int,
    confidence: float,
    seed: int,
) -> dict[str, list[float] | None]:
    """Percentile intervals of accuracy and macro-F1, by resampling clusters (Efron & Tibshirani 1993, ch. 8 and 13).

    Args:
        runs: Labels and predictions of each seed on the same articles; their scores are averaged in each resample.
        clusters: Cluster of each article.
        classes: Labels that macro-F1 is the mean over.
        width: Number of labels.
        rounds: Resamples.
        confidence: Coverage.
        seed: Of the resampling.
    """
    accuracy, macro = _resamples((runs, clusters), classes, width, rounds, np.random.default_rng(seed))
    return {"accuracy": _middle(accuracy, confidence), "macro_f1": _middle(macro, confidence)}


def difference(
    hard: Side, easy: Side, classes: Ints, width: int, *, rounds: int, confidence: float, seed: int
) -> dict[str, list[float] | None]:
    """Percentile intervals of a score on one set of articles minus that on another, each resampled by itself."""
    generator = np.random.default_rng(seed)
    one, two = (_resamples(side, classes, width, rounds, generator) for side in (hard, easy))
    return {
        "accuracy": _middle(one[0] - two[0], confidence),
        "macro_f1_shared": _middle(one[1] - two[1], confidence),
    }


def _middle(draws: Floats, confidence: float) -> list[float] | None:
    """The interval; None where no resample changes the score: [1, 1] of few articles would pass for certainty."""
    if np.ptp(draws) < 1e-12:
        return None
    return [round(float(v), 6) for v in np.quantile(draws, [(1 - confidence) / 2, (1 + confidence) / 2])]


def _resamples(
    side: Side, classes: Ints, width: int, rounds: int, generator: np.random.Generator
) -> tuple[Floats, Floats]:
    """Accuracy and macro-F1 in each resample of the clusters, averaged over the seeds."""
    runs, clusters = side
    tables = [cluster_counts(y, p, clusters, width) for y, p in runs]
    points = [_each(table.sum(0)) for table, _ in tables]
    size = len(tables[0][0])
    accuracy, macro = [], []
    for start in range(0, rounds, _ROUNDS):
        drawn = generator.multinomial(size, np.full(size, 1 / size), size=min(_ROUNDS, rounds - start)).astype(float)
        means = []
        for (table, plain), point in zip(tables, points, strict=True):
            total = drawn @ plain
            whole = (drawn @ table.reshape(size, -1)).reshape(len(drawn), 3, width)
            means.append((total[:, 1] / total[:, 0], _resampled(whole, point, classes)))
        accuracy.append(np.mean([m[0] for m in means], axis=0))
        macro.append(np.mean([m[1] for m in means], axis=0))
    return np.concatenate(accuracy), np.concatenate(macro)


def mcnemar(right_a: npt.NDArray[np.bool_], right_b: npt.NDArray[np.bool_]) -> float:
    """Two-sided p of the exact McNemar test: are the articles that only one gets right shared out evenly?

    McNemar 1947; exact by the binomial distribution.

    >>> mcnemar(np.array([True] * 6), np.array([False] * 6))
    0.03125
    """
    first, second = int((right_a & ~right_b).sum()), int((right_b & ~right_a).sum())
    total, low = first + second, min(first, second)
    # The sum grows by whole numbers of any size, so it is exact; 2^total may be far beyond a float's range
    return min(1.0, 2 * sum(comb(total, i) for i in range(low + 1)) / 2**total) if total else 1.0


def randomisation(
    y: Ints,
    predicted_a: Ints,
    predicted_b: Ints,
    clusters: Sequence[str],
    classes: Ints,
    width: int,
    *,
    rounds: int,
    seed: int,
) -> float:
    """Two-sided p of approximate randomisation on macro-F1: the runs' predictions are swapped cluster by cluster.

    Noreen 1989; Yeh 2000, "More accurate tests for the statistical significance of result differences".
    """
    a, _ = cluster_counts(y, predicted_a, clusters, width)
    b, _ = cluster_counts(y, predicted_b, clusters, width)
    flat_a, flat_b = a.reshape(len(a), -1), b.reshape(len(b), -1)

    def gap(rows_a: Floats, rows_b: Floats) -> Floats:
        shape = (-1, 3, width)
        one, two = (_each(rows.reshape(shape))[..., classes].mean(-1) for rows in (rows_a, rows_b))
        return np.asarray(one - two)

    observed = abs(float(gap(flat_a.sum(0), flat_b.sum(0))[0]))
    generator = np.random.default_rng(seed)
    at_least = 0
    for start in range(0, rounds, _ROUNDS):
        swap = generator.integers(0, 2, size=(min(_ROUNDS, rounds - start), len(a))).astype(float)
        change = swap @ (flat_b - flat_a)
        at_least += int((np.abs(gap(flat_a.sum(0) + change, flat_b.sum(0) - change)) >= observed - 1e-12).sum())
    return (at_least + 1) / (rounds + 1)


def holm(values: Sequence[float]) -> list[float]:
    """The p values adjusted for their number by Holm's step-down procedure (Holm 1979).

    >>> [round(p, 3) for p in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(values)), key=lambda i: (values[i], i))
    adjusted, highest = [0.0] * len(values), 0.0
    for rank, i in enumerate(order):
        highest = max(highest, min(1.0, (len(values) - rank) * values[i]))
        adjusted[i] = highest
    return adjusted
