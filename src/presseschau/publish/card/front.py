"""The card's YAML block, which `load_dataset` works from."""

from __future__ import annotations

from typing import Any

from presseschau.publish.card.features import yaml_features
from presseschau.publish.card.info import DatasetInfo
from presseschau.publish.card.summaries import is_technical
from presseschau.publish.card.vocabulary import check
from presseschau.publish.shards import Shard
from presseschau.publish.statistics import Statistics
from presseschau.schema import DATA, VIEWS, Schema

_SIZES = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"), (10**7, "1M<n<10M"),
          (10**8, "10M<n<100M"), (10**9, "100M<n<1B"), (10**10, "1B<n<10B"), (10**11, "10B<n<100B"),
          (10**12, "100B<n<1T"))  # fmt: skip


def metadata(info: DatasetInfo, schema: Schema, statistics: Statistics) -> dict[str, Any]:
    """The card's YAML block, checked against what the Hub knows.

    Source: Hugging Face Hub documentation, dataset cards and `configs`.
    """
    manifest, languages = statistics.manifest, list(statistics.languages)
    shards = [Shard(**shard) for shard in manifest["shards"]]
    invented = manifest["config"].get("source", {}).get("kind") == "sample"
    configs, infos = [], []
    for view in VIEWS:
        sizes = statistics.sizes.views[view.name]
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
    german, technology = ["german"] * ("de" in languages), ["technology"] * is_technical(statistics)
    stance = ["stance-detection"] * statistics.has_stance
    rows = sum(s.rows for s in shards if s.part == DATA)
    front = {
        "pretty_name": info.pretty_name,
        **info.rights,
        "language": languages,
        "multilinguality": ["monolingual" if len(languages) == 1 else "multilingual"],
        "language_creators": ["other" if invented else "found"],
        "annotations_creators": ["machine-generated", *(["expert-generated"] if statistics.roles else [])],
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
