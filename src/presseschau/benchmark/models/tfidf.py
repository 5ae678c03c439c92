"""TF-IDF of words, characters or both with a linear classifier."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np

from presseschau.benchmark.data import Examples, Floats
from presseschau.benchmark.features import learnt
from presseschau.benchmark.models.linear import Linear
from presseschau.benchmark.models.model import Model
from presseschau.benchmark.ngrams import Ngrams


@dataclass(slots=True)
class TfidfLinear(Model):
    """TF-IDF features and a linear classifier; see `Linear` for its options.

    Attributes:
        word: Word n-grams; None: none.
        char: Character n-grams; None: none.
    """

    needs: ClassVar[tuple[str, ...]] = ("scipy.sparse", "sklearn.linear_model", "sklearn.preprocessing", "sklearn.svm")
    probabilities: ClassVar[str] = "logistic regression's own; of an SVM the softmax of decision values"
    word: Ngrams | None = None
    char: Ngrams | None = None
    classifier: Literal["svm", "logreg"] = "svm"
    C: float = 1.0
    class_weight: Literal["balanced"] | None = None
    calibration: Literal["temperature", "sigmoid"] = "temperature"
    max_iter: int = 1000
    _tfidf: Any = field(init=False, default=None)
    _linear: Any = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Checks the ranges."""
        if self.word is None and self.char is None:
            raise ValueError("needs word or char features")
        if not 0 < self.C < float("inf") or self.max_iter < 1:
            raise ValueError(f"C={self.C} must be above 0 and max_iter={self.max_iter} at least 1")

    def fit(self, train: Examples, validation: Examples | None, seed: int) -> None:
        """Learns vocabulary and weights from train; validation only sets the temperature of an SVM's probabilities."""
        blocks = tuple(ngrams for ngrams in (self.word, self.char) if ngrams is not None)
        self._tfidf, rows = learnt(blocks, train, self.workers)
        self._linear = Linear(self.classifier, self.C, self.class_weight, self.calibration, self.max_iter)
        self._linear.fit(rows, train.y, seed)
        if validation is not None and self._linear.wants_temperature:
            self._linear.set_temperature(self._scores(validation), validation.y)

    def predict_proba(self, examples: Examples) -> Floats:
        """Probability of each label."""
        probabilities: Floats = self._linear.probabilities(self._scores(examples), len(examples.labels))
        return probabilities

    def _scores(self, examples: Examples) -> Floats:
        """Decision values, from the rows of a few articles at a time."""
        rows = self._tfidf.rows(examples.texts(), len(examples), self.workers)
        return np.concatenate([self._linear.scores(part) for part in rows])

    @property
    def nbytes(self) -> int:
        """Vocabulary, document frequencies and weights."""
        return self._tfidf.nbytes + self._linear.nbytes if self._linear else 0
