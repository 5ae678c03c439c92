"""TF-IDF of words, characters or both with a linear classifier."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from ..data import Examples, Floats
from ..features import Blocks, Ngrams, Tfidf
from .linear import Linear
from .model import Model


@dataclass(slots=True)
class TfidfLinear(Model):
    """TF-IDF features and a linear classifier; see `Linear` for its options.

    Attributes:
        word: Word n-grams; None: none.
        char: Character n-grams; None: none.
    """

    probabilities: ClassVar[str] = "logistic regression's own; of an SVM the softmax of decision values"
    word: Ngrams | None = None
    char: Ngrams | None = None
    classifier: Literal["svm", "logreg"] = "svm"
    C: float = 1.0
    class_weight: Literal["balanced"] | None = None
    calibration: Literal["temperature", "sigmoid"] = "temperature"
    max_iter: int = 1000
    workers: int = field(init=False, default=1)
    _blocks: Any = field(init=False, default=None)
    _linear: Any = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Checks the ranges."""
        if self.word is None and self.char is None:
            raise ValueError("needs word or char features")
        if self.C <= 0 or self.max_iter < 1:
            raise ValueError(f"C={self.C} must be above 0 and max_iter={self.max_iter} at least 1")

    def fit(self, train: Examples, validation: Examples | None, seed: int) -> None:
        """Learns vocabulary and weights from train; validation only sets the temperature of an SVM's probabilities."""
        self._blocks = Blocks(tuple(Tfidf(n) for n in (self.word, self.char) if n is not None))
        rows = self._blocks.fit_transform(train.texts, len(train), self.workers)
        self._linear = Linear(self.classifier, self.C, self.class_weight, self.calibration, self.max_iter)
        self._linear.fit(
            rows, train.y, None if validation is None else (lambda: self._rows(validation), validation.y), seed
        )

    def predict_proba(self, examples: Examples) -> Floats:
        """Probability of each label."""
        probabilities: Floats = self._linear.predict_proba(self._rows(examples), len(examples.labels))
        return probabilities

    def _rows(self, examples: Examples) -> Any:
        return self._blocks.transform(examples.texts, len(examples), self.workers)

    @property
    def nbytes(self) -> int:
        """Vocabulary, document frequencies and weights."""
        return self._blocks.nbytes + self._linear.nbytes if self._linear else 0
