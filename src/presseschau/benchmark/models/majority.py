"""Always the most frequent label of train: the floor."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from presseschau.benchmark.data import Examples, Floats
from presseschau.benchmark.models.model import Model, label_shares


@dataclass(slots=True)
class Majority(Model):
    """Train's label shares as probabilities, so its label is the most frequent one (ties: the first in order)."""

    shares: Floats = field(init=False, default_factory=lambda: np.zeros(0))

    def fit(self, train: Examples, validation: Examples | None, seed: int) -> None:  # noqa: ARG002 counts only
        """Counts."""
        self.shares = label_shares(train)

    def predict_proba(self, examples: Examples) -> Floats:
        """The same for every article."""
        return np.tile(self.shares, (len(examples), 1))

    @property
    def nbytes(self) -> int:
        """One share a label."""
        return self.shares.nbytes
