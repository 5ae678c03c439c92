"""How sure a score or a difference is: bootstrap over clusters and seeds, McNemar, approximate randomisation, Holm."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from math import lcm

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
    """Percentile intervals of accuracy and macro-F1, by resampling clusters, and the seeds of a random model.

    Efron & Tibshirani 1993, ch. 8 and 13; articles and seeds at once: Owen 2007, "The pigeonhole bootstrap".

    Args:
        runs: Labels and predictions of each seed on the same articles; their scores are averaged in each resample.
        clusters: Cluster of each article.
        classes: Labels that macro-F1 is the mean over.
        width: Number of labels.
        rounds: Resamples.
        confidence: Coverage.
        seed: Of the resampling.
    """
    generator = np.random.default_rng(seed)
    weights = _seed_weights(len(runs), rounds, generator)
    accuracy, macro = _resamples((runs, clusters), weights, classes, width, generator)
    return {"accuracy": _middle(accuracy, confidence), "macro_f1": _middle(macro, confidence)}


def difference(
    hard: Side, easy: Side, classes: Ints, width: int, *, rounds: int, confidence: float, seed: int
) -> dict[str, list[float] | None]:
    """Percentile intervals of a score on one set of articles minus that of the same seeds on another.

    Each set of articles is resampled by itself.
    """
    generator = np.random.default_rng(seed)
    weights = _seed_weights(len(hard[0]), rounds, generator)
    one, two = (_resamples(side, weights, classes, width, generator) for side in (hard, easy))
    return {
        "accuracy": _middle(one[0] - two[0], confidence),
        "macro_f1_shared": _middle(one[1] - two[1], confidence),
    }


def _middle(draws: Floats, confidence: float) -> list[float] | None:
    """The interval; None where no resample changes the score: [1, 1] of few articles would pass for certainty."""
    if np.ptp(draws) < 1e-12:
        return None
    return [round(float(v), 6) for v in np.quantile(draws, [(1 - confidence) / 2, (1 + confidence) / 2])]


def _seed_weights(seeds: int, rounds: int, generator: np.random.Generator) -> Floats:
    """What each seed counts in each resample: they are drawn with replacement, too."""
    return generator.multinomial(seeds, np.full(seeds, 1 / seeds), size=rounds) / seeds


def _resamples(
    side: Side, weights: Floats, classes: Ints, width: int, generator: np.random.Generator
) -> tuple[Floats, Floats]:
    """Accuracy and macro-F1 in each resample of the clusters, averaged over the seeds by their weights."""
    runs, clusters = side
    tables = [cluster_counts(y, p, clusters, width) for y, p in runs]
    points = [_each(table.sum(0)) for table, _ in tables]
    rounds, size = len(weights), len(tables[0][0])
    accuracy, macro = np.zeros(rounds), np.zeros(rounds)
    for start in range(0, rounds, _ROUNDS):
        part = slice(start, min(start + _ROUNDS, rounds))
        drawn = generator.multinomial(size, np.full(size, 1 / size), size=part.stop - start).astype(float)
        for (table, plain), point, weight in zip(tables, points, weights[part].T, strict=True):
            total = drawn @ plain
            whole = (drawn @ table.reshape(size, -1)).reshape(len(drawn), 3, width)
            accuracy[part] += weight * total[:, 1] / total[:, 0]
            macro[part] += weight * _resampled(whole, point, classes)
    return accuracy, macro


def mcnemar(right_a: npt.NDArray[np.bool_], right_b: npt.NDArray[np.bool_]) -> float:
    """Two-sided p of the exact McNemar test: are the articles that only one gets right shared out evenly?

    McNemar 1947; exact by the binomial distribution.

    >>> mcnemar(np.array([True] * 6), np.array([False] * 6))
    0.03125
    """
    first, second = int((right_a & ~right_b).sum()), int((right_b & ~right_a).sum())
    total, low = first + second, min(first, second)
    # Binomial coefficients, each from the one before; whole numbers, since 2^total may be far beyond a float's range
    ways = accumulate(range(low), lambda chosen, i: chosen * (total - i) // (i + 1), initial=1)
    return min(1.0, 2 * sum(ways) / (1 << total))


def randomisation(a: Side, b: Side, classes: Ints, width: int, *, rounds: int, seed: int) -> tuple[float, float]:
    """Two-sided p of the difference in accuracy, and in macro-F1, of two runs: the means over the seeds of each.

    The runs' predictions on the same articles are swapped cluster by cluster, those of all seeds together (Noreen 1989;
    Yeh 2000, "More accurate tests for the statistical significance of result differences"). To what that moves the
    difference comes what other seeds would; of a run with a single seed nothing is known of them, so that the luck of
    the only seed of a random model passes for the model's.
    """
    generator = np.random.default_rng(seed)
    sides = [[cluster_counts(y, p, clusters, width)[0] for y, p in runs] for runs, clusters in (a, b)]
    each = [np.array([_both(table.sum(0), classes) for table in side]) for side in sides]
    luck = _luck(each, rounds, np.random.default_rng([seed, 1]))
    observed = np.abs(each[0].mean(0) - each[1].mean(0))
    turns = lcm(len(sides[0]), len(sides[1]))  # each seed of the one meets as many of the other
    pairs = [(sides[0][i % len(sides[0])], sides[1][i % len(sides[1])]) for i in range(turns)]
    at_least = np.zeros(2)
    for start in range(0, rounds, _ROUNDS):
        part = slice(start, min(start + _ROUNDS, rounds))
        size = len(pairs[0][0])
        swap = generator.integers(0, 2, size=(part.stop - start, size)).astype(float)
        gaps = luck[part].copy()
        for one, two in pairs:
            change = (swap @ (two - one).reshape(size, -1)).reshape(-1, 3, width)
            gaps += (_both(one.sum(0) + change, classes) - _both(two.sum(0) - change, classes)) / turns
        at_least += (np.abs(gaps) >= observed - 1e-12).sum(0)
    accuracy, macro = (at_least + 1) / (rounds + 1)
    return float(accuracy), float(macro)


def _both(table: Floats, classes: Ints) -> Floats:
    """Accuracy and macro-F1 of tables (…, 3, labels)."""
    hit, missed = table[..., 0, :].sum(-1), table[..., 2, :].sum(-1)
    return np.stack([hit / (hit + missed), _each(table)[..., classes].mean(-1)], axis=-1)


def _luck(each: Sequence[Floats], rounds: int, generator: np.random.Generator) -> Floats:
    """How far other seeds would move the difference of two means: (rounds, scores); nothing where each has one.

    Student's t with the degrees of freedom of Welch 1947: resampled, two or three seeds differ far too little.
    """
    many = [scores for scores in each if len(scores) > 1]
    if not many:
        return np.zeros((rounds, 2))
    parts = np.array([np.maximum(scores.var(0, ddof=1), 1e-60) / len(scores) for scores in many])  # may be 0 over 0
    degrees = parts.sum(0) ** 2 / sum(part**2 / (len(scores) - 1) for part, scores in zip(parts, many, strict=True))
    return np.asarray(generator.standard_t(degrees, size=(rounds, 2)) * np.sqrt(parts.sum(0)))


def holm(values: Sequence[float], of: int | None = None) -> list[float]:
    """The p values adjusted for their number by Holm's step-down procedure (Holm 1979).

    Args:
        values: P values.
        of: Of how many these are some, chosen by what they test; the result is then never below what Holm gives these
            among all.

    >>> [round(p, 3) for p in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    >>> [round(p, 3) for p in holm([0.01, 0.04], of=6)]
    [0.06, 0.2]
    """
    number = len(values) if of is None else of
    order = sorted(range(len(values)), key=lambda i: (values[i], i))
    adjusted, highest = [0.0] * len(values), 0.0
    for rank, i in enumerate(order):
        highest = max(highest, min(1.0, (number - rank) * values[i]))
        adjusted[i] = highest
    return adjusted
