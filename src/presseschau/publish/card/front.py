"""The card's YAML block, which `load_dataset` works from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from presseschau.publish.card.info import DatasetInfo
from presseschau.publish.card.vocabulary import check
from presseschau.publish.shards import Shard
from presseschau.schema import DATA, SPLITS, VIEWS, Schema, View

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


def view_sizes(folder: Path, view: View, shards: Sequence[Shard]) -> list[ViewSize]:
    """The splits of a view that have rows; one without rows must not be listed, or loading fails."""
    sizes = []
    shards = [shard for shard in shards if shard.part == view.part]
    condition = pq.filters_to_expression([list(view.filters)]) if view.filters else None
    for split in (s for s in SPLITS if any(shard.split == s for shard in shards)):
        rows = num_bytes = 0
        for path in (folder / shard.path for shard in shards if shard.split == split):
            with pq.ParquetFile(path) as file:  # a group at a time: a dataset scan reads whole shards ahead
                for group in range(file.num_row_groups):
                    table = file.read_row_group(group, columns=list(view.columns) if view.columns else None)
                    table = table if condition is None else table.filter(condition)
                    rows, num_bytes = rows + len(table), num_bytes + table.nbytes
        if rows:
            sizes.append(ViewSize(split, rows, num_bytes))
    return sizes


def metadata(
    folder: Path, info: DatasetInfo, schema: Schema, shards: Sequence[Shard], said: Said | None = None
) -> dict[str, Any]:
    """The card's YAML block, checked against what the Hub knows.

    Source: Hugging Face Hub documentation, dataset cards and `configs`; features as `datasets` writes them.
    """
    from datasets import Features  # a second of import that only the end of a build needs

    said = said or Said()
    configs, infos = [], []
    for view in VIEWS:
        sizes = view_sizes(folder, view, shards)
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
        features = Features.from_dict(schema.of(view.part).features)
        own = Features({name: features[name] for name in features if not view.columns or name in view.columns})
        read = [shard for shard in shards if shard.part == view.part and shard.split in {size.split for size in sizes}]
        infos.append(
            {
                "config_name": view.name,
                "features": own._to_yaml_list(),
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
