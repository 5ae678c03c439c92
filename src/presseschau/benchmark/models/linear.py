"""Linear classifiers over features of any kind: logistic regression and linear SVM, with probabilities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from ...config import ConfigError
from ..data import Floats, Ints
from .model import spread

Weights = Literal["balanced"] | None


@dataclass(slots=True)
class Linear:
    """A linear classifier.

    A linear SVM has no probabilities: they are the softmax of its decision values, at a temperature that validation
    chooses (Guo et al. 2017, "On Calibration of Modern Neural Networks"), 1 where there is no validation split;
    `sigmoid` fits Platt scaling by cross-validation on train instead.

    Attributes:
        classifier: `svm` (squared hinge) or `logreg`, both one against the rest, in the dual by liblinear (Fan et
            al. 2008): a tenth of the time of a multinomial fit on long texts, at the same accuracy.
        C: Inverse strength of the L2 penalty, above 0.
        class_weight: `balanced` weighs labels by their inverse frequency.
        calibration: `temperature` or `sigmoid`, of the SVM.
        max_iter: Iterations at most.
    """

    classifier: Literal["svm", "logreg"]
    C: float
    class_weight: Weights
    calibration: Literal["temperature", "sigmoid"]
    max_iter: int
    _model: Any = field(init=False, default=None)
    _temperature: float = field(init=False, default=1.0)

    def fit(self, rows: Any, y: Ints, validation: tuple[Callable[[], Any], Ints] | None, seed: int) -> None:
        """Fits; rows of validation are made only where they are needed."""
        from sklearn.calibration import CalibratedClassifierCV
        from sklearn.svm import LinearSVC

        weight = self.class_weight
        if self.classifier == "logreg":
            self._model = OneVersusRest(self.C, weight, self.max_iter)
            self._model.fit(rows, y, seed)
            return
        self._model = LinearSVC(C=self.C, class_weight=weight, max_iter=self.max_iter, random_state=seed)
        if self.calibration == "sigmoid":
            folds = int(min(5, np.bincount(y)[np.unique(y)].min()))
            if folds < 2:
                raise ConfigError("model.calibration=sigmoid needs two articles of every label: take temperature")
            self._model = CalibratedClassifierCV(self._model, cv=folds, ensemble=False)
        self._model.fit(rows, y)
        if self.calibration == "temperature" and validation is not None:
            self._temperature = _best_temperature(self._scores(validation[0]()), self._model.classes_, validation[1])

    def predict_proba(self, rows: Any, width: int) -> Floats:
        """Probabilities over all labels."""
        if hasattr(self._model, "predict_proba"):
            return spread(self._model.predict_proba(rows), self._model.classes_, width)
        return spread(_softmax(self._scores(rows) / self._temperature), self._model.classes_, width)

    def _scores(self, rows: Any) -> Floats:
        scores = np.asarray(self._model.decision_function(rows))
        return np.column_stack([-scores, scores]) if scores.ndim == 1 else scores

    @property
    def nbytes(self) -> int:
        """Coefficients and intercepts."""
        model = self._model
        inner = model.calibrated_classifiers_[0].estimator if hasattr(model, "calibrated_classifiers_") else model
        return 0 if inner is None else int(inner.coef_.nbytes + np.asarray(inner.intercept_).nbytes)


@dataclass(slots=True)
class OneVersusRest:
    """Logistic regression of each label against the rest; probabilities brought to a sum of 1."""

    C: float
    class_weight: Weights
    max_iter: int
    classes_: Any = field(init=False, default=None)
    coef_: Any = field(init=False, default=None)
    intercept_: Any = field(init=False, default=None)

    def fit(self, rows: Any, y: Ints, seed: int) -> None:
        """Fits one binary model a label."""
        from sklearn.linear_model import LogisticRegression

        self.classes_ = np.unique(y)
        fits = []
        for label in self.classes_:
            model = LogisticRegression(
                C=self.C, class_weight=self.class_weight, max_iter=self.max_iter, random_state=seed,
                solver="liblinear", dual=True,
            )  # fmt: skip
            fits.append(model.fit(rows, y == label))
        self.coef_ = np.concatenate([m.coef_ for m in fits])
        self.intercept_ = np.concatenate([m.intercept_ for m in fits])

    def predict_proba(self, rows: Any) -> Floats:
        """Probability of each label of train."""
        sure = 1 / (1 + np.exp(-(rows @ self.coef_.T + self.intercept_)))
        return np.asarray(sure / sure.sum(axis=1, keepdims=True))


def _softmax(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _best_temperature(scores: Floats, classes: Ints, y: Ints) -> float:
    """The temperature of least log-loss on articles whose label the model knows, from a fixed grid."""
    place = {int(label): i for i, label in enumerate(classes)}
    known = np.array([i for i, label in enumerate(y) if int(label) in place], dtype=np.int64)
    if not len(known):
        return 1.0
    truth = np.array([place[int(y[i])] for i in known])
    grid = np.round(np.geomspace(0.02, 5, 120), 6)
    losses = [-np.log(_softmax(scores[known] / t)[np.arange(len(known)), truth] + 1e-12).mean() for t in grid]
    return float(grid[int(np.argmin(losses))])
