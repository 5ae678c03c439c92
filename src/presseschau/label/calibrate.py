"""From evidence to probability: a small monotone logistic, fitted on a named reference set and kept as data.

Few parameters on purpose: with some hundred reference articles anything finer learns their noise. Figures that are
reported come from cross-fitting: each fold's confidences are made by the other folds.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from presseschau.label.logistic import logistic, newton
from presseschau.label.yaml_file import read_yaml

DEFAULT_CALIBRATION = Path(__file__).parent / "calibration.yaml"
_RIDGE = 0.1


@dataclass(frozen=True, slots=True)
class Calibration:
    """Probability that a label is right, as a logistic function of named evidence features.

    Attributes:
        reference: Name of the reference set it was fitted on.
        articles: Size of that set.
        intercept: Log-odds without evidence.
        weights: Log-odds per unit of each feature, none below 0: more evidence never means less confidence.
        lowest: Floor of the probability.
        highest: Ceiling of the probability.
    """

    reference: str
    articles: int
    intercept: float
    weights: tuple[tuple[str, float], ...]
    lowest: float = 0.05
    highest: float = 0.99

    def __post_init__(self) -> None:
        if any(w < 0 for _, w in self.weights):
            raise ValueError("calibration: weights must be 0 or more")
        if not 0 <= self.lowest < self.highest <= 1:
            raise ValueError("calibration: needs 0 <= lowest < highest <= 1")

    def probability(self, features: Mapping[str, float]) -> float:
        """Calibrated probability, between `lowest` and `highest`.

        >>> Calibration("five articles", 5, -1.0, (("margin", 2.0),)).probability({"margin": 1.0})
        0.7310585786300049
        """
        z = self.intercept + sum(w * features.get(name, 0.0) for name, w in self.weights)
        return min(self.highest, max(self.lowest, logistic(z)))


def fit(
    features: Sequence[Mapping[str, float]],
    right: Sequence[bool],
    reference: str,
    weights: Sequence[float] | None = None,
) -> Calibration:
    """Fit by ridge-penalised Newton steps; a feature whose weight comes out below 0 is left out and the rest refitted.

    Args:
        features: One mapping per reference article, with the same names.
        right: Whether the label was right there.
        reference: Name of the reference set, kept as provenance.
        weights: How many articles each one stands for, 1 on average; all the same by default.

    Raises:
        ValueError: No articles, or lists of different length.

    >>> rows = [{"margin": m} for m in (0.1, 0.5, 1.0, 2.0, 3.0)]
    >>> fitted = fit(rows, [False, False, True, True, True], "five articles")
    >>> fitted.probability({"margin": 0.2}) < fitted.probability({"margin": 2.5})
    True
    """
    import numpy as np

    if not features or len(features) != len(right):
        raise ValueError(f"calibration: {len(features)} feature rows for {len(right)} outcomes")
    used = list(features[0])
    y, w = np.array(right, dtype=float), np.ones(len(right)) if weights is None else np.array(weights)
    # Two imagined articles, one right and one wrong, keep a perfect reference from claiming certainty.
    prior = ((w * y).sum() + 1) / (w.sum() + 2)
    target = np.where(y > 0, 1 - 1 / (len(y) + 2), 1 / (len(y) + 2))
    while True:
        x = np.column_stack([np.ones(len(y)), *([f.get(n, 0.0) for f in features] for n in used)])
        start = np.array([math.log(prior / (1 - prior)), *[0.0] * len(used)])
        beta = newton(x, target, start, np.array([0.0, *[_RIDGE] * len(used)]), w)
        worst = min(range(len(used)), key=lambda i: beta[i + 1], default=-1)
        if worst < 0 or beta[worst + 1] >= 0:
            break
        del used[worst]
    fitted = tuple((n, round(float(b), 4)) for n, b in zip(used, beta[1:], strict=True))
    return Calibration(reference, len(y), round(float(beta[0]), 4), fitted)


def cross_fit(
    features: Sequence[Mapping[str, float]],
    right: Sequence[bool],
    folds: int = 5,
    weights: Sequence[float] | None = None,
) -> list[float]:
    """Confidence of each article by a calibration that never saw it; article i is in fold i mod `folds`."""
    out = [0.0] * len(right)
    for fold in range(folds):
        train = [i for i in range(len(right)) if i % folds != fold]
        own = None if weights is None else [weights[i] for i in train]
        fitted = fit([features[i] for i in train], [right[i] for i in train], "cross-fit", own)
        for i in range(fold, len(right), folds):
            out[i] = fitted.probability(features[i])
    return out


def expected_error(
    confidence: Sequence[float], right: Sequence[bool], bins: int = 5, weights: Sequence[float] | None = None
) -> float:
    """Expected calibration error over bins of equally many articles, weighted by what these stand for.

    >>> round(expected_error([0.9, 0.9, 0.5, 0.5], [True, True, True, False], bins=2), 3)
    0.05
    """
    n = len(right)
    ranked = sorted(zip(confidence, right, weights or [1.0] * n, strict=True))
    parts = [ranked[i * n // bins : (i + 1) * n // bins] for i in range(bins)]
    whole = sum(w for _, _, w in ranked)
    return sum(abs(sum(w * c for c, _, w in p) - sum(w * r for _, r, w in p)) for p in parts) / whole


def perfect_limit(
    confidence: Sequence[float], seed: int = 0, rounds: int = 500, weights: Sequence[float] | None = None
) -> float:
    """The 95 % quantile of the expected error, were the confidences exactly right."""
    rng = random.Random(seed)  # noqa: S311 a simulation
    draws = ([rng.random() < c for c in confidence] for _ in range(rounds))
    errors = sorted(expected_error(confidence, right, weights=weights) for right in draws)
    return errors[int(0.95 * rounds)]


@cache
def load_calibration(path: Path | None = None) -> dict[str, Calibration]:
    """Calibrations by task from a YAML file; None for the one that comes with the package.

    Raises:
        ValueError: The file can't be read or lacks a field.
    """
    origin = path or DEFAULT_CALIBRATION
    data = read_yaml(origin)
    try:
        return {
            task: Calibration(
                reference=str(data["reference"]),
                articles=int(data["articles"]),
                intercept=float(entry["intercept"]),
                weights=tuple((str(n), float(w)) for n, w in entry["weights"].items()),
                **{bound: float(entry[bound]) for bound in ("lowest", "highest") if bound in entry},
            )
            for task, entry in data["tasks"].items()
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"calibration {origin.name}: missing or wrong field {error}") from None
