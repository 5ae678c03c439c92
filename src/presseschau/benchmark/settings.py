"""A benchmark run's config as checked, frozen dataclasses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from presseschau.config import ConfigError, build
from presseschau.read.csv_file import csv_options

Task = Literal["topic", "genre", "stance"]
NAME = re.compile(r"[^/\\|\x00-\x1f]{1,80}")  # of a model: it names a folder, and stands in tables


@dataclass(frozen=True, slots=True)
class Source:
    r"""Where the labelled articles are.

    Attributes:
        kind: `published` is a folder built here or an id on the Hub; `csv`, `jsonl`, `parquet` are labelled files.
        path: The folder, the Hub id or the file with the training (or all) rows.
        revision: Commit, tag or branch of a Hub id.
        name: View (config) of a Hub id.
        text: Column of the text, by name, or by index where a CSV file has no header.
        title: Column of the title.
        label: Column of the label; of a published dataset the task's.
        id: Column that names a row, else its number.
        cluster: Column of near-duplicate clusters, else identical texts are one cluster.
        split: Column that says which split a row belongs to.
        validation: File with the validation rows.
        test: File with the test rows.
        sep: Separator of CSV; `\t` is a tab.
        quote: Quote of CSV.
        header: Whether a CSV file has one; null: it has none where the columns are given by index.
        missing: What happens to rows without text or label: `error`, or `drop`.
        unseen: What happens to test rows whose label train does not have: `error`, `count` them as wrong, or `drop`.
    """

    kind: Literal["published", "csv", "jsonl", "parquet"]
    path: str
    revision: str | None = None
    name: str | None = None
    text: str = "text"
    title: str | None = None
    label: str | None = None
    id: str | None = None
    cluster: str | None = None
    split: str | None = None
    validation: str | None = None
    test: str | None = None
    sep: str = ","
    quote: str = '"'
    header: bool | None = None
    missing: Literal["error", "drop"] = "error"
    unseen: Literal["error", "count", "drop"] = "count"

    def __post_init__(self) -> None:
        """Checks the ranges."""
        csv_options(self.sep, self.quote)
        if self.split and (self.test or self.validation):
            raise ValueError("say either split=COLUMN or test=FILE, not both")


@dataclass(frozen=True, slots=True)
class TextFields:
    """What a model may read.

    Attributes:
        fields: `title`, `text` or both, in this order.
        max_chars: Characters of the whole input, counted from its start; None: all.
    """

    fields: tuple[Literal["title", "text"], ...] = ("title", "text")
    max_chars: int | None = None

    def __post_init__(self) -> None:
        """Checks the ranges."""
        if not self.fields:
            raise ValueError("fields must name title, text or both")
        if self.max_chars is not None and self.max_chars < 1:
            raise ValueError(f"max_chars must be at least 1, got {self.max_chars}")


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """How sure a number is.

    Attributes:
        bootstrap: Resamples of the clusters behind an interval; 0: no intervals.
        confidence: Coverage of an interval, 0 to 1.
        permutations: Rounds of the approximate randomisation test; at least 50 for each pair of runs there is.
    """

    bootstrap: int = 1000
    confidence: float = 0.95
    permutations: int = 2000

    def __post_init__(self) -> None:
        """Checks the ranges."""
        if self.bootstrap < 0 or self.permutations < 1 or not 0 < self.confidence < 1:
            raise ValueError("needs bootstrap >= 0, permutations >= 1 and a confidence between 0 and 1")


@dataclass(frozen=True, slots=True)
class Settings:
    """One run: a model on a task of a dataset, by a protocol.

    Attributes:
        dataset: Where the articles are.
        model: Config of the model: `kind`, `name`, its options, and `space`, the values that a search tries.
        output: The folder of results; runs of one folder share a leaderboard.
        task: topic, genre or stance.
        text: What the model reads.
        uncertainty: Intervals and tests.
        protocol: `splits`, `cv`, or None for `splits` where the data has them and `cv` where not.
        folds: Folds of cross-validation.
        seed: The one seed; a random model runs with `seed`, `seed` + 1 and so on.
        seeds: Runs of a model that is random.
        search: How `model.space` is searched, by macro-F1 on validation: not at all, `grid`, `random`.
        budget: Settings that a search tries at most.
        learning_curve: Shares of train, 0 to 1, that the model is trained on besides the whole.
        masked: Also predict the test articles with the labeler's terms masked.
        workers: Processes for features; None: one per core.
        progress: Show progress bars; None: where there is a terminal.
        clean: Run again what is finished.
    """

    dataset: Source
    model: Mapping[str, Any]
    output: Path
    task: Task = "topic"
    text: TextFields = field(default_factory=TextFields)
    uncertainty: Uncertainty = field(default_factory=Uncertainty)
    protocol: Literal["splits", "cv"] | None = None
    folds: int = 10
    seed: int = 0
    seeds: int = 5
    search: Literal["none", "grid", "random"] = "none"
    budget: int = 20
    learning_curve: tuple[float, ...] = ()
    masked: bool = True
    workers: int | None = None
    progress: bool | None = None
    clean: bool = False

    def __post_init__(self) -> None:
        """Checks the ranges."""
        if self.folds < 2:
            raise ValueError(f"folds={self.folds} must be at least 2")
        if self.seed < 0 or self.seeds < 1 or self.budget < 1 or self.seed + self.seeds > 2**32:
            raise ValueError("needs seed >= 0 (and below 2^32), seeds >= 1 and budget >= 1")
        if not NAME.fullmatch(self.name):
            raise ValueError(f"model.name={self.name} names a folder: 1 to 80 characters without slash or bar")
        if self.workers is not None and self.workers < 1:
            raise ValueError(f"workers={self.workers} must be at least 1")
        if any(not 0 < share < 1 for share in self.learning_curve):
            raise ValueError("learning_curve takes shares between 0 and 1, such as learning_curve=[0.1,0.25,0.5]")
        if self.search != "none" and self.protocol == "cv":
            raise ValueError("search needs a validation split: protocol=cv has none")

    @property
    def name(self) -> str:
        """The model's name in results and leaderboards."""
        said = self.model.get("name")
        return str(self.model["kind"] if said is None else said)


def settings_from(config: Mapping[str, Any]) -> Settings:
    """The settings of a composed config.

    Raises:
        ConfigError: For an unknown key, a missing one, a value of another type or out of range.
    """
    if not isinstance(config.get("model"), Mapping) or "kind" not in config["model"]:
        raise ConfigError("model is missing: say model=NAME")
    if not isinstance(config.get("output"), Mapping):
        raise ConfigError("output is no folder: say output.dir=DIR")
    values = {key: value for key, value in config.items() if key not in ("action", "runs", "output")}
    return build(Settings, {**values, "output": config["output"]["dir"]}, "")
