"""A label drawn by train's shares: what knowing the shares alone is worth."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from presseschau.benchmark.data import Examples, Floats
from presseschau.benchmark.models.model import Model, label_shares
from presseschau.stable import sha256


@dataclass(slots=True)
class Stratified(Model):
    """Draws by seed and article id, so that an article's draw does not depend on the others."""

    random: ClassVar[bool] = True
    reads: ClassVar[str] = "nothing"
    probabilities: ClassVar[str] = "1 for the label drawn"
    shares: Floats = field(init=False, default_factory=lambda: np.zeros(0))
    seed: int = field(init=False, default=0)

    def fit(self, train: Examples, validation: Examples | None, seed: int) -> None:  # noqa: ARG002 counts only
        """Counts."""
        self.shares, self.seed = label_shares(train), seed

    def predict_proba(self, examples: Examples) -> Floats:
        """One label with probability 1."""
        draws = [int(sha256(f"{self.seed}\t{id_}")[:13], 16) / 16**13 for id_ in examples.column("id")]
        edges = np.cumsum(self.shares)
        last = int(np.flatnonzero(self.shares)[-1])
        drawn = np.minimum(np.searchsorted(edges, np.array(draws), side="right"), last)
        return np.asarray(np.eye(len(self.shares))[drawn])

    @property
    def nbytes(self) -> int:
        """One share a label."""
        return self.shares.nbytes
