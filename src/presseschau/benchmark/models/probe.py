"""What one column beside the text gives away: a model that beats its probe has read the text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np

from presseschau.benchmark.data import Examples, Floats
from presseschau.benchmark.models.model import Model, label_shares
from presseschau.config import ConfigError


@dataclass(slots=True)
class Probe(Model):
    """Label shares of train for each value of one column, smoothed by the shares of all; an unseen value gives those.

    Attributes:
        column: `genre`, `target` (the stance target), `publisher` or `topic`.
        prior: Weight of the overall shares, in articles.
    """

    reads: ClassVar[str] = "one column, no text"
    column: Literal["genre", "target", "publisher", "topic"]
    prior: float = 1.0
    shares: Floats = field(init=False, default_factory=lambda: np.zeros(0))
    table: dict[str, Floats] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Checks the ranges."""
        if not 0 < self.prior < float("inf"):
            raise ValueError(f"prior={self.prior} must be above 0")

    def fit(self, train: Examples, validation: Examples | None, seed: int) -> None:  # noqa: ARG002 counts only
        """Counts labels by value."""
        if self.column == train.corpus.task or self.column not in train.corpus.table.column_names:
            what = "is the label itself" if self.column == train.corpus.task else "is no column of this dataset"
            raise ConfigError(f"model.column={self.column} {what}: take another model")
        self.shares = label_shares(train)
        found: dict[str, Floats] = {}
        for value, label in zip(map(_key, train.column(self.column)), train.y, strict=True):
            found.setdefault(value, np.zeros(len(train.labels)))[label] += 1
        self.table = {v: (n + self.prior * self.shares) / (n.sum() + self.prior) for v, n in found.items()}

    def predict_proba(self, examples: Examples) -> Floats:
        """The shares of the article's value."""
        return np.array([self.table.get(_key(value), self.shares) for value in examples.column(self.column)])

    @property
    def nbytes(self) -> int:
        """One row of shares a value."""
        return sum(len(k.encode()) + v.nbytes for k, v in self.table.items())


def _key(value: object) -> str:
    return "" if value is None else str(value).casefold()
