"""A dataset folder, opened: its manifest, schema and rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from presseschau.publish.manifest import read_manifest
from presseschau.publish.shards import Shard
from presseschau.publish.statistics import Statistics, count
from presseschau.schema import DATA, SCHEMA_VERSION, SPLITS, TASKS, LabelNames, Schema


@dataclass(frozen=True)  # no slots: what is counted is kept
class Folder:
    """A dataset folder, opened."""

    path: Path
    manifest: dict[str, Any]
    shards: tuple[Shard, ...]
    schema: Schema

    @classmethod
    def open(cls, path: Path) -> Folder:
        """Reads the manifest and the first shard's schema.

        Raises:
            ValueError: It is no dataset folder, or one of another schema version.
        """
        manifest = read_manifest(path)
        if manifest.get("schema_version") != SCHEMA_VERSION:
            raise ValueError(f"{path} has schema version {manifest.get('schema_version')}, this is {SCHEMA_VERSION}")
        shards = tuple(Shard(**shard) for shard in manifest["shards"])
        return cls(path, manifest, shards, read_schema(path / shards[0].path) if shards else Schema(LabelNames((), ())))

    def tables(self, split: str, part: str = DATA) -> Iterator[pa.Table]:
        """The rows of one split, in order; of the articles, or of another folder of shards."""
        for shard in self.shards:
            if shard.split == split and shard.part == part:
                with pq.ParquetFile(self.path / shard.path) as file:
                    for group in range(file.num_row_groups):
                        yield file.read_row_group(group)

    @cached_property
    def statistics(self) -> Statistics:
        """What is counted in it, once for all who ask."""
        return count(self.path)

    @property
    def splits(self) -> list[str]:
        """Splits that have articles, in published order."""
        return self.splits_of(DATA)

    def splits_of(self, part: str) -> list[str]:
        """Splits that have shards in a folder, in published order."""
        return [s for s in SPLITS if any(shard.split == s and shard.part == part for shard in self.shards)]


def read_schema(path: Path) -> Schema:
    """The schema that a shard was written with.

    Raises:
        ValueError: It is no shard of a dataset.
    """
    try:
        arrow = pq.read_schema(path)
        features = orjson.loads(arrow.metadata[b"huggingface"])["info"]["features"]
        names = LabelNames(*(tuple(features[column]["names"]) for column in TASKS))
    except (pa.ArrowException, OSError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is no shard of a dataset: {' '.join(str(error).split())[:200]}") from None
    extra = arrow.field("extra").type if "extra" in arrow.names else None
    return Schema(names, extra, "authors" in arrow.names)
