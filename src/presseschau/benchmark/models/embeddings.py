"""Static word embeddings, averaged, with a linear classifier (needs the extra `embeddings`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np

from presseschau.benchmark.data import Examples, Floats
from presseschau.benchmark.models.linear import Linear
from presseschau.benchmark.models.model import Model, no_model
from presseschau.config import ConfigError

_BATCH = 1000


@dataclass(slots=True)
class Embeddings(Model):
    """A Model2Vec model's vectors and a linear classifier; see `Linear` for its options.

    Attributes:
        path: Folder of a Model2Vec model, or an id on the Hub.
        revision: Commit, tag or branch of a Hub id.
    """

    probabilities: ClassVar[str] = "logistic regression's own; of an SVM the softmax of decision values"
    path: str
    revision: str | None = None
    classifier: Literal["svm", "logreg"] = "logreg"
    C: float = 10.0
    class_weight: Literal["balanced"] | None = None
    calibration: Literal["temperature", "sigmoid"] = "temperature"
    max_iter: int = 1000
    _encoder: Any = field(init=False, default=None)
    _linear: Any = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Checks the ranges."""
        if not 0 < self.C < float("inf") or self.max_iter < 1:
            raise ValueError(f"C={self.C} must be above 0 and max_iter={self.max_iter} at least 1")

    def fit(self, train: Examples, validation: Examples | None, seed: int) -> None:
        """Fits the classifier; the vectors stay as they are."""
        self._encoder = self._load()
        self._linear = Linear(self.classifier, self.C, self.class_weight, self.calibration, self.max_iter)
        self._linear.fit(self._vectors(train), train.y, seed)
        if validation is not None and self._linear.wants_temperature:
            self._linear.set_temperature(self._linear.scores(self._vectors(validation)), validation.y)

    def predict_proba(self, examples: Examples) -> Floats:
        """Probability of each label."""
        scores = self._linear.scores(self._vectors(examples))
        probabilities: Floats = self._linear.probabilities(scores, len(examples.labels))
        return probabilities

    def _vectors(self, examples: Examples) -> Any:
        """One row an article, from a few texts at a time."""
        from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

        texts = examples.texts()
        batches = iter(lambda: list(islice(texts, _BATCH)), [])
        rows = [np.asarray(self._encoder.encode(batch), dtype=np.float32) for batch in batches]
        return csr_matrix(np.concatenate(rows))

    def _load(self) -> Any:
        try:
            from model2vec import StaticModel  # type: ignore[import-not-found]
        except ImportError:
            raise ConfigError("model=embeddings needs an extra: pip install 'presseschau[embeddings]'") from None
        try:
            if Path(self.path).exists() or self.revision is None:
                return StaticModel.from_pretrained(self.path)
            from huggingface_hub import snapshot_download

            return StaticModel.from_pretrained(snapshot_download(self.path, revision=self.revision))
        except Exception as error:
            raise no_model(self.path, error) from error

    @property
    def nbytes(self) -> int:
        """Vectors and weights."""
        return int(self._encoder.embedding.nbytes + self._linear.nbytes) if self._linear else 0
