"""What every model can do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Protocol

import numpy as np

from presseschau.benchmark.data import ABSTAINED, Examples, Floats, Ints
from presseschau.config import ConfigError


class Model(Protocol):
    """A classifier of articles.

    Labels are indices into `Examples.labels`, which may hold labels that train does not have; probabilities have one
    column for each of them. A model reads texts through `Examples.texts`, never the section, keywords or URL.

    Attributes:
        random: Whether another seed gives another model; such a model is run with several.
        costly: Whether every question costs money: such a model is asked about the test articles as they are, and about
            nothing else.
        needs: Modules that its seconds shall not have the import of.
        reads: What it reads besides title and text (for stance, the target), for the report.
        workers: Processes that it may use; they change nothing about its results.
        probabilities: How its probabilities come about, for the report.
    """

    random: ClassVar[bool] = False
    costly: ClassVar[bool] = False
    needs: ClassVar[tuple[str, ...]] = ()
    reads: ClassVar[str] = "title and text"
    probabilities: ClassVar[str] = "the model's own"
    workers: int = 1

    def fit(self, train: Examples, validation: Examples | None, seed: int) -> None:
        """Learns from train; validation may only choose (when to stop, how sure to be)."""
        ...

    def predict_proba(self, examples: Examples) -> Floats:
        """Probability of each label, one row an article; rows sum to 1, or to 0 where the model abstains."""
        ...

    def before(self, asked: Sequence[Examples]) -> str | None:  # noqa: ARG002 of interest to a model that sends them
        """What asking would cost, where the config does not allow it yet; None: go on."""
        return None

    def made(self, source: str, labeler: str | None) -> bool:  # noqa: ARG002 of interest to a model that labels
        """Whether a label of this source and labeler is the model's own: there it is not ranked."""
        return False

    @property
    def spent(self) -> dict[str, Any]:
        """What its answers cost besides time."""
        return {}

    @property
    def nbytes(self) -> int:
        """Size of what was learnt, in bytes."""
        return 0


def no_model(path: str, error: Exception) -> ConfigError:
    """What is wrong where a pretrained model is neither a folder nor on the Hub."""
    reason = " ".join(str(error).split())[:160]
    return ConfigError(f"model.path={path} is no model folder here and can't be had from the Hub ({reason})")


def label_shares(train: Examples) -> Floats:
    """Share of each label among the articles."""
    return np.bincount(train.y, minlength=len(train.labels)) / len(train)


def chosen(probabilities: Floats) -> Ints:
    """The most probable label of each row, `ABSTAINED` where all are 0."""
    return np.where(probabilities.any(axis=1), probabilities.argmax(axis=1), ABSTAINED).astype(np.int64)


def spread(probabilities: Floats, classes: Ints, width: int) -> Floats:
    """Columns of the classes that a model knows, put in their places among all labels."""
    whole = np.zeros((len(probabilities), width))
    whole[:, classes] = probabilities
    return whole


def confident(answers: Sequence[tuple[int | None, float]], width: int) -> Floats:
    """Rows of one label each with its confidence, the rest spread evenly; zeros where there is no label."""
    rows = np.zeros((len(answers), width))
    for i, (label, confidence) in enumerate(answers):
        if label is not None:
            sure = max(confidence, 1 / width + 1e-6)
            rows[i] = (1 - sure) / max(1, width - 1)
            rows[i, label] = sure
    return rows
