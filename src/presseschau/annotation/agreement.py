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
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Counts: TypeAlias = npt.NDArray[np.float64]
Ratings: TypeAlias = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Coefficient:
    """An agreement coefficient and what it rests on.

    Attributes:
        name: `krippendorff_alpha`, `fleiss_kappa`, or `cohen_kappa anna/ben`.
        value: 1 is perfect, 0 is chance; None where chance agreement is total or nothing can be compared.
        low: Lower end of the 95 % bootstrap interval over articles.
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
            found.append(_pair_with_interval(f"cohen_kappa {one}/{other}", both, rounds, seed))
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


def _cohen(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa of two annotators' labels of the same articles.

    The example of the paper: three categories, 200 cases.

    >>> cells = [(88, "a", "a"), (10, "a", "b"), (2, "a", "c"), (14, "b", "a"), (40, "b", "b"), (6, "b", "c"),
    ...          (18, "c", "a"), (10, "c", "b"), (12, "c", "c")]
    >>> round(_cohen([(x, y) for n, x, y in cells for _ in range(n)]), 3)
    0.492
    """
    n = len(pairs)
    if not n:
        return None
    one, other = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    chance = sum(one[label] * other[label] for label in one) / (n * n)
    if chance >= 1:
        return None
    return (sum(a == b for a, b in pairs) / n - chance) / (1 - chance)


def _with_interval(
    name: str, counts: Counts, measure: Callable[[Counts], float | None], rounds: int, seed: int
) -> Coefficient:
    rng = np.random.default_rng(seed)
    drawn = [measure(counts[rng.integers(0, len(counts), len(counts))]) for _ in range(rounds)] if len(counts) else []
    return Coefficient(name, measure(counts), *_interval(drawn), len(counts))


def _pair_with_interval(name: str, pairs: Sequence[tuple[str, str]], rounds: int, seed: int) -> Coefficient:
    rng = np.random.default_rng(seed)
    labels = sorted({label for pair in pairs for label in pair})
    one, other = (np.array([labels.index(pair[k]) for pair in pairs]) for k in (0, 1))
    drawn, n = list[float | None](), len(pairs)
    for _ in range(rounds):
        at = rng.integers(0, n, n)
        shares = np.bincount(one[at], minlength=len(labels)) @ np.bincount(other[at], minlength=len(labels))
        chance = float(shares) / (n * n)
        drawn.append(None if chance >= 1 else (float((one[at] == other[at]).mean()) - chance) / (1 - chance))
    return Coefficient(name, _cohen(pairs), *_interval(drawn), len(pairs))


def _interval(values: Sequence[float | None]) -> tuple[float | None, float | None]:
    """2.5 and 97.5 % quantile of the draws that have a value."""
    ranked = sorted(v for v in values if v is not None)
    if not ranked:
        return None, None
    return ranked[int(0.025 * len(ranked))], ranked[min(len(ranked) - 1, int(0.975 * len(ranked)))]
