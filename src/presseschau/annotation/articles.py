"""The articles of a published dataset folder, as annotators and analyses need them: document, labels, role."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq

from presseschau.document import Document
from presseschau.schema import TASKS, LabelNames

_LABELS = ("topic", "topic_secondary", "genre", "stance")
_DOCUMENT = ("title", "teaser", "text", "url", "publisher", "section", "keywords", "agency", "published", "language")
_LIGHT = (
    "id", "cluster", "publisher", "topic", "topic_confidence", "topic_source", "genre", "genre_confidence", "stance",
    "stance_confidence", "label_role",
)  # fmt: skip
_ROWS = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One article without its text.

    Attributes:
        id: The article.
        split: Where it is.
        cluster: Near-duplicate cluster.
        publisher: Registrable domain, None where unknown.
        labels: topic, genre and stance, None for a stance that there is not.
        confidence: Of the three.
        topic_source: rules, model, llm or human.
        label_role: validation or training where people labelled it, else None.
    """

    id: str
    split: str
    cluster: str
    publisher: str | None
    labels: dict[str, str | None]
    confidence: dict[str, float | None]
    topic_source: str
    label_role: str | None


@dataclass(frozen=True, slots=True)
class Article:
    """One article with its text and the label columns as published, names instead of numbers."""

    id: str
    document: Document
    text_sha256: str
    labels: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A published dataset folder.

    Attributes:
        folder: Where it is.
        names: Its class names, as its shards state them.
    """

    folder: Path
    names: LabelNames

    @classmethod
    def open(cls, folder: Path) -> Dataset:
        """Opens the folder.

        Raises:
            ValueError: It has no shards, or shards without the features of `presseschau`.
        """
        shards = sorted((folder / "data").glob("*.parquet"))
        if not shards:
            raise ValueError(f"dir={folder} is no dataset folder: it has no data/*.parquet")
        try:
            features = orjson.loads(pq.read_schema(shards[0]).metadata[b"huggingface"])["info"]["features"]
            names = LabelNames(*(tuple(features[task]["names"]) for task in TASKS))
        except (KeyError, TypeError, orjson.JSONDecodeError):
            raise ValueError(f"dir={folder}: {shards[0].name} names no topic, genre and stance classes") from None
        return cls(folder, names)

    def rows(self, splits: Collection[str] = ()) -> list[Row]:
        """All articles without their texts, in order of id; of some splits only, where any are named.

        Raises:
            ValueError: There is no split of that name.
        """
        known = {split for split, _ in self._shards()}
        for split in splits:
            if split not in known:
                raise ValueError(f"splits={split}: {self.folder} has no such split; known: {', '.join(sorted(known))}")
        rows = []
        for split, values in self._read(_LIGHT):
            if splits and split not in splits:
                continue
            rows.append(
                Row(
                    id=values["id"],
                    split=split,
                    cluster=values["cluster"],
                    publisher=values["publisher"],
                    labels={task: values[task] for task in TASKS},
                    confidence={task: values[f"{task}_confidence"] for task in TASKS},
                    topic_source=values["topic_source"],
                    label_role=values["label_role"],
                )
            )
        return sorted(rows, key=lambda r: r.id)

    def articles(self, ids: Collection[str]) -> Iterator[Article]:
        """The named articles with their texts, split by split in order of id.

        Raises:
            ValueError: The dataset is a stub: it has no texts.
        """
        columns = (*_DOCUMENT, "id", "text_sha256", "topic_confidence", "stance_target", "stance_target_type",
                   "stance_evidence", *_LABELS)  # fmt: skip
        wanted = set(ids)
        for _, values in self._read(columns):
            if values["id"] not in wanted:
                continue
            if values["text"] is None:
                raise ValueError(f"dir={self.folder} is a stub without texts; rehydrate it first")
            own = {k: values[k] for k in _DOCUMENT}
            own["keywords"] = tuple(own["keywords"] or ())
            labels = {k: v for k, v in values.items() if k not in _DOCUMENT}
            yield Article(values["id"], Document(**own), values["text_sha256"], labels)

    def _shards(self) -> list[tuple[str, Path]]:
        return [(path.name.partition("-")[0], path) for path in sorted((self.folder / "data").glob("*.parquet"))]

    def _read(self, columns: tuple[str, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Split and columns of each article, classes by name."""
        for split, path in self._shards():
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches(batch_size=_ROWS, columns=list(columns)):
                    for row in batch.to_pylist():
                        yield split, self._named(row)

    def _named(self, row: dict[str, Any]) -> dict[str, Any]:
        for column in _LABELS:
            if row.get(column) is not None:
                row[column] = getattr(self.names, column.removesuffix("_secondary"))[row[column]]
        return row
