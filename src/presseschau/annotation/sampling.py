"""Which articles people should read: random and stratified samples to measure with, selective ones to learn from.

A random order is the order of sha256 over a draw's name and id, so the same draw takes the same articles whatever the
order of the input, and a larger sample holds the smaller one. No other choice goes by that hash: with the seed of the
build, too, a sample has the shares of the splits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from presseschau.annotation.articles import Row
from presseschau.stable import rounded, sha256

Strategy = Literal["random", "stratified", "uncertainty", "disagreement", "quota"]
BLIND: tuple[Strategy, ...] = ("random", "stratified")  # with known inclusion probabilities: fit for validation


@dataclass(frozen=True, slots=True)
class Sampled:
    """An article that was chosen.

    Attributes:
        id: The article.
        inclusion_probability: With which the sample took it; None where it was no random sample.
        why: Stratum, or the value that it was chosen for.
    """

    id: str
    inclusion_probability: float | None
    why: str


def random_sample(rows: Sequence[Row], n: int, draw: str) -> list[Sampled]:
    """A simple random sample without replacement; every article has the probability n / N."""
    chosen = sorted(rows, key=_order(draw))[:n]
    probability = _probability(len(chosen), len(rows))
    return [Sampled(r.id, probability, "random") for r in sorted(chosen, key=lambda r: r.id)]


def stratified_sample(rows: Sequence[Row], n: int, draw: str, stratum: Callable[[Row], str]) -> list[Sampled]:
    """A random sample in each stratum, the same number from each where it has so many; probability n_h / N_h.

    Equal numbers measure rare classes as well as frequent ones; weighting by inverse probability restores the corpus.
    """
    strata: dict[str, list[Row]] = {}
    for row in rows:
        strata.setdefault(stratum(row), []).append(row)
    sizes = shares({name: len(members) for name, members in strata.items()}, n)
    found = []
    for name in sorted(strata):
        members, size = strata[name], sizes[name]
        probability = _probability(size, len(members))
        found += [Sampled(row.id, probability, name) for row in sorted(members, key=_order(draw))[:size]]
    return sorted(found, key=lambda s: s.id)


def _probability(chosen: int, members: int) -> float:
    """The share to six digits, zeros before them not counted: one of a million articles stands for a million, too."""
    return float(f"{chosen / max(1, members):.6g}")


def shares(sizes: Mapping[str, int], n: int) -> dict[str, int]:
    """How many of n each group gives: equal shares; what small groups lack goes to the others, in order of name.

    >>> shares({"ai": 100, "energy": 2, "mobile": 50}, 12)
    {'ai': 5, 'energy': 2, 'mobile': 5}
    """
    given = dict.fromkeys(sorted(sizes), 0)
    left = min(n, sum(sizes.values()))
    while left:
        open_groups = [g for g in given if given[g] < sizes[g]]
        each = max(1, left // len(open_groups))
        for group in open_groups:
            taken = min(each, sizes[group] - given[group], left)
            given[group] += taken
            left -= taken
    return given


def uncertain(rows: Sequence[Row], n: int, task: str) -> list[Sampled]:
    """The articles whose published confidence is lowest, one of each near-duplicate cluster.

    Lewis, D. D., Gale, W. A. (1994). A sequential algorithm for training text classifiers. SIGIR.
    """
    scored = {r.id: confidence for r in rows if (confidence := r.confidence[task]) is not None}
    return _lowest(rows, scored, n, "confidence")


def disputed(rows: Sequence[Row], margins: Mapping[str, float], n: int) -> list[Sampled]:
    """The articles on which labelling functions disagree most (lowest relative margin), one of each cluster.

    Args:
        rows: The articles.
        margins: Distance of the first to the second class as a share of the first's score, by article, 0 to 1.
        n: How many.
    """
    return _lowest(rows, margins, n, "margin")


def quota(rows: Sequence[Row], n: int, draw: str, task: str) -> list[Sampled]:
    """The same number of articles of each class that the rules gave, at random within it, one of each cluster."""
    groups: dict[str, list[Row]] = {}
    for row in _one_per_cluster(sorted(rows, key=_order(draw))):
        label = row.labels[task]
        if label is not None:
            groups.setdefault(label, []).append(row)
    sizes = shares({name: len(members) for name, members in groups.items()}, n)
    found = [Sampled(r.id, None, name) for name in groups for r in groups[name][: sizes[name]]]
    return sorted(found, key=lambda s: s.id)


def _lowest(rows: Sequence[Row], scores: Mapping[str, float], n: int, what: str) -> list[Sampled]:
    ranked = sorted((r for r in rows if r.id in scores), key=lambda r: (rounded(scores[r.id]), r.id))
    chosen = _one_per_cluster(ranked)[:n]
    return [Sampled(r.id, None, f"{what} {rounded(scores[r.id])}") for r in chosen]


def _one_per_cluster(rows: Sequence[Row]) -> list[Row]:
    first: dict[str, Row] = {}
    for row in rows:
        first.setdefault(row.cluster, row)
    return list(first.values())


def _order(draw: str) -> Callable[[Row], str]:
    return lambda row: sha256(f"annotate:{draw}:{row.id}")
