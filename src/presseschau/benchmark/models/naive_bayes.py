"""Multinomial and complement naive Bayes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np

from presseschau.benchmark.data import Examples, Floats
from presseschau.benchmark.features import learnt
from presseschau.benchmark.models.model import Model, spread
from presseschau.benchmark.ngrams import Ngrams


@dataclass(slots=True)
class NaiveBayes(Model):
    """Naive Bayes on word n-grams.

    Complement naive Bayes: Rennie et al. 2003, "Tackling the Poor Assumptions of Naive Bayes Text Classifiers".

    Attributes:
        variant: `multinomial` or `complement`.
        alpha: Smoothing, above 0.
        features: The n-grams.
    """

    needs: ClassVar[tuple[str, ...]] = ("scipy.sparse", "sklearn.naive_bayes", "sklearn.preprocessing")
    variant: Literal["multinomial", "complement"] = "multinomial"
    alpha: float = 1.0
    features: Ngrams = field(default_factory=Ngrams)
    _tfidf: Any = field(init=False, default=None)
    _classifier: Any = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Checks the ranges."""
        if not 0 < self.alpha < float("inf"):
            raise ValueError(f"alpha={self.alpha} must be above 0")

    def fit(self, train: Examples, validation: Examples | None, seed: int) -> None:  # noqa: ARG002 nothing to choose
        """Counts n-grams by label."""
        from sklearn.naive_bayes import ComplementNB, MultinomialNB

        self._tfidf, rows = learnt((self.features,), train, self.workers)
        self._classifier = (MultinomialNB if self.variant == "multinomial" else ComplementNB)(alpha=self.alpha)
        self._classifier.fit(rows, train.y)

    def predict_proba(self, examples: Examples) -> Floats:
        """Posterior of each label; of complement naive Bayes the softmax of its scores."""
        rows = self._tfidf.rows(examples.texts(), len(examples), self.workers)
        sure = np.concatenate([self._classifier.predict_proba(part) for part in rows])
        return spread(sure, self._classifier.classes_, len(examples.labels))

    @property
    def nbytes(self) -> int:
        """Vocabulary and log-probabilities."""
        return int(self._tfidf.nbytes + np.asarray(self._classifier.feature_log_prob_).nbytes) if self._tfidf else 0
