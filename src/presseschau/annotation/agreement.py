"""How far annotators agree beyond chance: Krippendorff's alpha, Cohen's and Fleiss' kappa, with bootstrap intervals.

Ratings of one task are a table `{article: {annotator: label}}`; who did not rate an article is not in its row.

Krippendorff, K. (2011). Computing Krippendorff's Alpha-Reliability. Cohen, J. (1960). A coefficient of agreement for
nominal scales. Educational and Psychological Measurement 20. Fleiss, J. L. (1971). Measuring nominal scale agreement
among many raters. Psychological Bulletin 76.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from presseschau.label.scoring import percentile_interval

Counts: TypeAlias = npt.NDArray[np.float64]
Pairs: TypeAlias = npt.NDArray[np.int64]
Ratings: TypeAlias = Mapping[str, Mapping[str, str]]

_SAME = 1e-12  # what sums in another order may differ by


@dataclass(frozen=True, slots=True)
class Coefficient:
    """An agreement coefficient and what it rests on.

    Attributes:
        name: `krippendorff_alpha`, `fleiss_kappa`, or `cohen_kappa anna/ben`.
        value: 1 is perfect, 0 is chance; None where chance agreement is total or nothing can be compared.
        low: Lower end of the 95 % bootstrap interval over articles; None where no draw changes the value, as where all
            agree: [1, 1] of few articles would pass for certainty.
        high: Upper end.
        articles: Articles that at least two annotators rated.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    articles: int


def krippendorff_alpha(ratings: Ratings) -> float | None:
    """Krippendorff's alpha for nominal labels; any number of annotators, missing ratings allowed.

    The examples A (two observers, two values), B (two, five values) and C (four, with gaps) of the paper:

    >>> def table(*rows):
    ...     units = enumerate(zip(*rows))
    ...     return {f"{u:02}": {f"{o}": v for o, v in enumerate(unit) if v != "."} for u, unit in units}
    >>> round(krippendorff_alpha(table("0100000010", "1110010000")), 3)
    0.095
    >>> round(krippendorff_alpha(table("aabbdcccedda", "babbbccceddd")), 3)
    0.692
    >>> round(krippendorff_alpha(table("123321412...", "1233224125.3", ".3332342251.", "12332441251.")), 3)
    0.743
    """
    return _alpha(_counts(ratings))


def agreement(ratings: Ratings, rounds: int = 1000, seed: int = 0) -> list[Coefficient]:
    """All coefficients of one task with 95 % bootstrap intervals: alpha, Fleiss' kappa, Cohen's kappa of each pair.

    Args:
        ratings: The task's ratings.
        rounds: Bootstrap rounds; articles are drawn with replacement.
        seed: Of the draws.
    """
    complete = _complete(_counts(ratings))
    found = [alpha(ratings, rounds, seed), _with_interval("fleiss_kappa", complete, _fleiss, rounds, seed)]
    for one, other in combinations(sorted({a for row in ratings.values() for a in row}), 2):
        both = [(row[one], row[other]) for _, row in sorted(ratings.items()) if one in row and other in row]
        if both:
            numbers = np.unique(both, return_inverse=True)[1].reshape(-1, 2)
            found.append(_with_interval(f"cohen_kappa {one}/{other}", numbers, _cohen, rounds, seed))
    return found


def alpha(ratings: Ratings, rounds: int = 1000, seed: int = 0) -> Coefficient:
    """Krippendorff's alpha alone, with its 95 % bootstrap interval."""
    return _with_interval("krippendorff_alpha", _counts(ratings), _alpha, rounds, seed)


def unmeasurable(ratings: Ratings, found: Sequence[Coefficient]) -> str | None:
    """Why no coefficient of a task has a value; None where one has.

    >>> unmeasurable({"u": {"anna": "ai"}}, agreement({"u": {"anna": "ai"}}))
    'only anna labelled: agreement needs two annotators on the same articles'
    """
    if any(c.value is not None for c in found):
        return None
    people = sorted({who for row in ratings.values() for who in row})
    if not people:
        return "no annotator's labels are in the files"
    if len(people) == 1:
        return f"only {people[0]} labelled: agreement needs two annotators on the same articles"
    if not any(len(row) > 1 for row in ratings.values()):
        return f"no article was labelled by two of the {len(people)} annotators"
    return "all gave the same label to all articles: nothing tells agreement from chance"


def alpha_per_label(ratings: Ratings) -> dict[str, float | None]:
    """Krippendorff's alpha of each label against all others: which classes people tell apart, and which they do not."""
    labels = sorted({label for row in ratings.values() for label in row.values()})
    return {
        label: krippendorff_alpha(
            {i: {a: label if value == label else "" for a, value in row.items()} for i, row in ratings.items()}
        )
        for label in labels
    }


def _counts(ratings: Ratings) -> Counts:
    """Articles by labels: how many annotators gave each label; only articles that two or more rated."""
    labels = sorted({label for row in ratings.values() for label in row.values()})
    at = {label: k for k, label in enumerate(labels)}
    rows = [row for _, row in sorted(ratings.items()) if len(row) >= 2]
    counts = np.zeros((len(rows), len(labels)))
    for u, row in enumerate(rows):
        for label, n in Counter(row.values()).items():
            counts[u, at[label]] = n
    return counts


def _complete(counts: Counts) -> Counts:
    """The rows with the most frequent number of ratings, the larger number where two are equally frequent."""
    sizes = Counter(counts.sum(axis=1).tolist())
    usual = max(sizes, key=lambda s: (sizes[s], s), default=0)
    rows: Counts = counts[counts.sum(axis=1) == usual]
    return rows


def _alpha(counts: Counts) -> float | None:
    sizes = counts.sum(axis=1)
    totals = counts.sum(axis=0)
    n = float(totals.sum())
    chance = n * n - float((totals**2).sum())
    if not chance:
        return None
    observed = float(((counts * (sizes[:, None] - counts)).sum(axis=1) / (sizes - 1)).sum())
    return 1 - (n - 1) * observed / chance


def _fleiss(counts: Counts) -> float | None:
    """Fleiss' kappa of articles that equally many annotators rated: it knows no missing ratings.

    Ten subjects, fourteen raters, five categories:

    >>> rows = ["eeeeeeeeeeeeee", "bbccccccddddee", "cccdddddeeeeee", "bbbcccccccccdd", "aabbccccccccde",
    ...         "aaaaaaabbbbbbb", "aaabbccccccddd", "aabbbbbcccddee", "aaaaaabbbbbccd", "bbccdddeeeeeee"]
    >>> round(_fleiss(_counts({f"{i}": {f"{o:02}": v for o, v in enumerate(row)} for i, row in enumerate(rows)})), 3)
    0.21
    """
    if not len(counts):
        return None
    raters = float(counts[0].sum())
    share = counts.sum(axis=0) / counts.sum()
    chance = float((share**2).sum())
    if chance >= 1:
        return None
    observed = float(((counts**2).sum(axis=1) - raters).mean() / (raters * (raters - 1)))
    return (observed - chance) / (1 - chance)


def _cohen(pairs: Pairs) -> float | None:
    """Cohen's kappa of two annotators: one row for each article, their labels as numbers.

    The example of the paper: three categories, 200 cases.

    >>> cells = [(88, 0, 0), (10, 0, 1), (2, 0, 2), (14, 1, 0), (40, 1, 1), (6, 1, 2), (18, 2, 0), (10, 2, 1),
    ...          (12, 2, 2)]
    >>> round(_cohen(np.array([(x, y) for n, x, y in cells for _ in range(n)])), 3)
    0.492
    """
    one, other = (np.bincount(column, minlength=pairs.max() + 1) for column in pairs.T)
    chance = float(one @ other) / len(pairs) ** 2
    if chance >= 1:
        return None
    return (float((pairs[:, 0] == pairs[:, 1]).mean()) - chance) / (1 - chance)


def _with_interval(
    name: str, rows: npt.NDArray[Any], measure: Callable[[Any], float | None], rounds: int, seed: int
) -> Coefficient:
    """A measure of rows, one for each article, with the interval over draws of them that have a value."""
    rng = np.random.default_rng(seed)
    drawn = [measure(rows[rng.integers(0, len(rows), len(rows))]) for _ in range(rounds)] if len(rows) else []
    known = [value for value in drawn if value is not None]
    low, high = percentile_interval(known) if np.ptp(known or 0.0) > _SAME else (None, None)
    return Coefficient(name, measure(rows), low, high, len(rows))
