"""Linear classifiers over sparse features: logistic regression and linear SVM, with probabilities."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from presseschau.benchmark.data import Floats, Ints
from presseschau.benchmark.models.model import spread
from presseschau.config import ConfigError

Weights = Literal["balanced"] | None
_UNSHRUNK = 1e6  # C of Platt's two numbers


@dataclass(slots=True)
class Linear:
    """A linear classifier, one label against the rest, in the dual by liblinear (Fan et al. 2008).

    A linear SVM has no probabilities: they are the softmax of its decision values, at a temperature that validation
    chooses (Guo et al. 2017, "On Calibration of Modern Neural Networks"), 1 where there is no validation split;
    `sigmoid` fits a logistic curve to each label's decision values out of fold on train (Platt 1999) instead.

    Attributes:
        classifier: `svm` (squared hinge) or `logreg` (logistic loss).
        C: Inverse strength of the L2 penalty, above 0.
        class_weight: `balanced` weighs a label's articles and the rest by their inverse frequency.
        calibration: `temperature` or `sigmoid`, of the SVM.
        max_iter: Iterations at most.
    """

    classifier: Literal["svm", "logreg"]
    C: float
    class_weight: Weights
    calibration: Literal["temperature", "sigmoid"]
    max_iter: int
    _classes: Any = field(init=False, default=None)
    _weights: Any = field(init=False, default=None)
    _bias: Any = field(init=False, default=None)
    _temperature: float = field(init=False, default=1.0)
    _curves: Any = field(init=False, default=None)

    @property
    def wants_temperature(self) -> bool:
        """Whether validation has something to choose."""
        return self.classifier == "svm" and self.calibration == "temperature"

    def fit(self, rows: Any, y: Ints, seed: int) -> None:
        """Fits weights to rows (CSR); `seed` draws liblinear's order of rows and the folds of `sigmoid`."""
        self._classes = np.unique(y)
        self._weights, self._bias = self._fitted(rows, y, seed)
        if self.classifier == "svm" and self.calibration == "sigmoid":
            self._curves = self._platt(rows, y, seed)

    def _fitted(self, rows: Any, y: Ints, seed: int) -> tuple[Any, Any]:
        """Weights (features, labels) and biases, one fit a label: liblinear's random order is one for all threads."""
        from sklearn.linear_model import LogisticRegression
        from sklearn.svm import LinearSVC

        how: dict[str, Any] = {"C": self.C, "class_weight": self.class_weight, "max_iter": self.max_iter,
                               "random_state": seed, "dual": True}  # fmt: skip
        model = LinearSVC(**how) if self.classifier == "svm" else LogisticRegression(solver="liblinear", **how)
        rows = rows.astype(np.float64)  # once, or each fit would
        weights = np.empty((rows.shape[1], len(self._classes)), dtype=np.float32)
        bias = np.empty(len(self._classes), dtype=np.float32)
        for at, label in enumerate(self._classes):
            model.fit(rows, y == label)
            weights[:, at], bias[at] = model.coef_[0], model.intercept_[0]
        return weights, bias

    def _platt(self, rows: Any, y: Ints, seed: int) -> Any:
        """Slope and offset of each label's curve."""
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import StratifiedKFold

        folds = int(min(5, np.bincount(y)[self._classes].min()))
        if folds < 2:
            raise ConfigError("model.calibration=sigmoid needs two articles of every label: take temperature")
        scores = np.zeros((len(y), len(self._classes)))
        for train, held in StratifiedKFold(folds, shuffle=True, random_state=seed).split(y, y):
            weights, bias = self._fitted(rows[train], y[train], seed)
            scores[held] = rows[held] @ weights + bias
        curves = [LogisticRegression(C=_UNSHRUNK).fit(scores[:, [i]], y == c) for i, c in enumerate(self._classes)]
        return np.array([[c.coef_[0, 0], c.intercept_[0]] for c in curves]).T

    def scores(self, rows: Any) -> Floats:
        """Decision values of the labels of train."""
        return np.asarray(rows @ self._weights + self._bias, dtype=np.float64)

    def set_temperature(self, scores: Floats, y: Ints) -> None:
        """Chooses the temperature by articles that it was not fitted on."""
        self._temperature = _best_temperature(scores, self._classes, y)

    def probabilities(self, scores: Floats, width: int) -> Floats:
        """Probabilities over all labels from decision values."""
        if self.classifier == "svm" and self._curves is None:
            return spread(_softmax(scores / self._temperature), self._classes, width)
        if self._curves is not None:
            scores = scores * self._curves[0] + self._curves[1]
        sure = 1 / (1 + np.exp(-np.clip(scores, -500, 500)))
        return spread(sure / sure.sum(axis=1, keepdims=True), self._classes, width)

    @property
    def nbytes(self) -> int:
        """Weights and biases."""
        return 0 if self._weights is None else int(self._weights.nbytes + self._bias.nbytes)


def _softmax(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _best_temperature(scores: Floats, classes: Ints, y: Ints) -> float:
    """The temperature of least log-loss on articles whose label the model knows, from a fixed grid."""
    known = np.flatnonzero(np.isin(y, classes))
    if not len(known):
        return 1.0
    truth = np.searchsorted(classes, y[known])
    grid = np.round(np.geomspace(0.02, 5, 120), 6)
    losses = [-np.log(_softmax(scores[known] / t)[np.arange(len(known)), truth] + 1e-12).mean() for t in grid]
    return float(grid[int(np.argmin(losses))])
