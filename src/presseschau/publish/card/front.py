"""The card's YAML block, which `load_dataset` works from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from presseschau.publish.card.features import yaml_features
from presseschau.publish.card.info import DatasetInfo
from presseschau.publish.card.vocabulary import check
from presseschau.publish.shards import Shard
from presseschau.schema import DATA, SPLITS, VIEWS, Schema

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"),
          (10_000_000, "1M<n<10M"), (100_000_000, "10M<n<100M"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """What the card's YAML says beside names and numbers.

    Attributes:
        languages: ISO codes that the language filter lets through.
        people: Whether people labelled any row.
        invented: Whether the texts were written for the dataset, as those of the sample are.
    """

    languages: tuple[str, ...] = ("de",)
    people: bool = False
    invented: bool = False


@dataclass(frozen=True, slots=True)
class ViewSize:
    """Rows and logical bytes of one split of a view, counted as `datasets` counts them: after the view's filter."""

    split: str
    rows: int
    num_bytes: int


def view_sizes(folder: Path, shards: Sequence[Shard]) -> dict[str, list[ViewSize]]:
    """By view the splits that have rows; one without rows must not be listed, or loading fails."""
    counted = {(view.name, split): [0, 0] for view in VIEWS for split in SPLITS}
    conditions = {view.name: pq.filters_to_expression([list(view.filters)]) for view in VIEWS if view.filters}
    for shard in shards:
        views = [view for view in VIEWS if view.part == shard.part]
        with pq.ParquetFile(folder / shard.path) as file:  # a group at a time: a dataset scan reads whole shards ahead
            for group in range(file.num_row_groups):
                table = file.read_row_group(group)
                for view in views:
                    own = table.select(view.columns) if view.columns else table
                    if view.filters:
                        own = own.filter(conditions[view.name])
                    counted[view.name, shard.split][0] += len(own)
                    counted[view.name, shard.split][1] += own.nbytes
    return {
        view.name: [ViewSize(split, *counted[view.name, split]) for split in SPLITS if counted[view.name, split][0]]
        for view in VIEWS
    }


def metadata(
    folder: Path, info: DatasetInfo, schema: Schema, shards: Sequence[Shard], said: Said | None = None
) -> dict[str, Any]:
    """The card's YAML block, checked against what the Hub knows.

    Source: Hugging Face Hub documentation, dataset cards and `configs`.
    """
    said = said or Said()
    configs, infos = [], []
    counted = view_sizes(folder, shards)
    for view in VIEWS:
        sizes = counted[view.name]
        if not sizes:
            continue
        config: dict[str, Any] = {"config_name": view.name}
        if view.name == "default":
            config["default"] = True
        config["data_files"] = [{"split": s.split, "path": f"{view.part}/{s.split}-*"} for s in sizes]
        if view.columns:
            config["columns"] = list(view.columns)
        if view.filters:
            config["filters"] = [list(f) for f in view.filters]
        configs.append(config)
        features = yaml_features(schema.of(view.part).features)
        read = [shard for shard in shards if shard.part == view.part and shard.split in {size.split for size in sizes}]
        infos.append(
            {
                "config_name": view.name,
                "features": [own for own in features if not view.columns or own["name"] in view.columns],
                "splits": [{"name": s.split, "num_bytes": s.num_bytes, "num_examples": s.rows} for s in sizes],
                "download_size": sum(s.bytes for s in read),
                "dataset_size": sum(s.num_bytes for s in sizes),
            }
        )
    rows = sum(s.rows for s in shards if s.part == DATA)
    front = {
        "pretty_name": info.pretty_name,
        **info.rights,
        "language": list(said.languages),
        "multilinguality": ["monolingual" if len(said.languages) == 1 else "multilingual"],
        "language_creators": ["other" if said.invented else "found"],
        "annotations_creators": ["machine-generated", *(["expert-generated"] if said.people else [])],
        "source_datasets": ["original"],
        "task_categories": ["text-classification"],
        "task_ids": ["topic-classification", "multi-class-classification"],
        "size_categories": [next((name for limit, name in _SIZES if rows < limit), "n>1T")],
        "tags": ["news", "german", "technology", "topic-classification", "stance-detection", "genre", "presseschau"],
        "configs": configs,
        "dataset_info": infos,
    }
    check(front, [shard.path for shard in shards])
    return front
