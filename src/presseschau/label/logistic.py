"""The logistic curve: log-odds to a probability and back, and the few weights that give the log-odds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from presseschau.label.style_fit import Floats

_FAR = 30.0  # log-odds beyond which a probability is as good as 0 or 1
_ROUNDS, _STEP, _CLOSE = 60, 5.0, 1e-10  # steps at most, the largest one, and one so small that it is the last


def logistic(odds: float) -> float:
    """Probability by its log-odds."""
    return 1 / (1 + math.exp(-max(-_FAR, min(_FAR, odds))))


def log_odds(probability: float) -> float:
    """Log-odds of a probability, which is kept a millionth off 0 and 1."""
    bounded = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(bounded / (1 - bounded))


def newton(x: Floats, y: Floats, start: Floats, ridge: Floats, counts: Floats | None = None) -> Floats:
    """Weights of a logistic regression by Newton steps, ridge-penalised towards where they start.

    Args:
        x: One row for each article.
        y: Outcomes, 0 to 1.
        start: What a weight is without any article.
        ridge: Strength of the penalty by weight; 0 lets it go where the articles say.
        counts: How much each article counts, 1 by default.
    """
    import numpy as np

    counts, weights = np.ones(len(y)) if counts is None else counts, start.copy()
    for _ in range(_ROUNDS):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -_FAR, _FAR)))
        hessian = (x * (counts * p * (1 - p))[:, None]).T @ x + np.diag(ridge + 1e-9)
        step = np.linalg.solve(hessian, x.T @ (counts * (y - p)) - ridge * (weights - start))
        weights += np.clip(step, -_STEP, _STEP)
        if float(np.abs(step).max()) < _CLOSE:
            break
    return weights
