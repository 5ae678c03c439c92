"""The card's YAML block, which `load_dataset` works from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from presseschau.publish.card.features import yaml_features
from presseschau.publish.card.info import DatasetInfo
from presseschau.publish.card.vocabulary import check
from presseschau.publish.shards import Shard
from presseschau.publish.sizes import ViewSize
from presseschau.schema import DATA, VIEWS, Schema

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"),
          (10_000_000, "1M<n<10M"), (100_000_000, "10M<n<100M"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """What the card's YAML says beside names and numbers.

    Attributes:
        languages: ISO codes of the articles.
        people: Whether people labelled any row.
        invented: Whether the texts were written for the dataset, as those of the sample are.
        technical: Whether most articles are about technology.
        stance: Whether the articles have a stance.
    """

    languages: tuple[str, ...] = ("de",)
    people: bool = False
    invented: bool = False
    technical: bool = True
    stance: bool = True


def metadata(
    info: DatasetInfo, schema: Schema, shards: Sequence[Shard], views: Mapping[str, Sequence[ViewSize]], said: Said
) -> dict[str, Any]:
    """The card's YAML block, checked against what the Hub knows.

    Source: Hugging Face Hub documentation, dataset cards and `configs`.
    """
    configs, infos = [], []
    for view in VIEWS:
        sizes = views[view.name]
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
    german, technology = ["german"] * ("de" in said.languages), ["technology"] * said.technical
    stance = ["stance-detection"] * said.stance
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
        "tags": ["news", *german, *technology, "topic-classification", *stance, "genre", "presseschau"],
        "configs": configs,
        "dataset_info": infos,
    }
    check(front, [shard.path for shard in shards])
    return front
