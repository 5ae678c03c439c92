"""How labels are scored against a reference: as the guidelines measure them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from presseschau.label.stance_model import SIDES

_ROUNDS = 500

Pairs: TypeAlias = Sequence[tuple[str, str]]  # reference, label


def three(stance: str | None) -> str:
    """A stance as scores count it: mixed, and none for want of a target, are neutral."""
    return stance if stance in SIDES else "neutral"


def macro_f1(pairs: Pairs, enough: int = 1) -> float:
    """Mean F1 over the classes with `enough` reference articles.

    >>> macro_f1([("a", "a"), ("a", "b"), ("b", "b")])
    0.6666666666666666
    """
    gold, given = Counter(g for g, _ in pairs), Counter(p for _, p in pairs)
    hits = Counter(g for g, p in pairs if g == p)
    classes = sorted(c for c in gold if gold[c] >= enough)
    return sum(2 * hits[c] / (gold[c] + given[c]) for c in classes) / len(classes) if classes else 0.0


def accuracy(pairs: Pairs) -> float:
    """Share of right labels."""
    return sum(g == p for g, p in pairs) / len(pairs)


def interval(pairs: Pairs, measure: Callable[[Pairs], float]) -> tuple[float, float]:
    """95 % bootstrap interval of a measure over (reference, label) pairs."""
    rng = random.Random(0)  # noqa: S311 a resampling
    return percentile_interval(measure(rng.choices(pairs, k=len(pairs))) for _ in range(_ROUNDS))


def percentile_interval(draws: Iterable[float]) -> tuple[float, float]:
    """2.5 and 97.5 % quantile of bootstrap draws."""
    ranked = sorted(draws)
    return ranked[int(0.025 * len(ranked))], ranked[int(0.975 * len(ranked))]
