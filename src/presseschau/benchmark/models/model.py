"""What every model can do."""

from __future__ import annotations

from typing import ClassVar, Protocol

import numpy as np

from ..data import Examples, Floats, Ints


class Model(Protocol):
    """A classifier of articles.

    Labels are indices into `Examples.labels`, which may hold labels that train does not have; probabilities have one
    column for each of them. A model reads texts through `Examples.texts`, never the section, keywords or URL.

    Attributes:
        random: Whether another seed gives another model; such a model is run with several.
        reads: What it reads besides title and text (for stance, the target), for the report.
        workers: Processes that it may use; they change nothing about its results.
        probabilities: How its probabilities come about, for the report.
    """

    random: ClassVar[bool] = False
    reads: ClassVar[str] = "title and text"
    probabilities: ClassVar[str] = "the model's own"
    workers: int

    def fit(self, train: Examples, validation: Examples | None, seed: int) -> None:
        """Learns from train; validation may only choose (when to stop, how sure to be)."""
        ...

    def predict_proba(self, examples: Examples) -> Floats:
        """Probability of each label, one row an article; rows sum to 1."""
        ...

    def predict(self, examples: Examples) -> Ints:
        """The most probable label of each article."""
        return np.asarray(self.predict_proba(examples).argmax(axis=1), dtype=np.int64)

    @property
    def nbytes(self) -> int:
        """Size of what was learnt, in bytes."""
        return 0


def spread(probabilities: Floats, classes: Ints, width: int) -> Floats:
    """Columns of the classes that a model knows, put in their places among all labels."""
    whole = np.zeros((len(probabilities), width))
    whole[:, classes] = probabilities
    return whole
