"""Stance toward targets that the user names, in a worker: one row for every article and target that it mentions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from presseschau.document import Document
from presseschau.label.stance import StanceLabeler
from presseschau.label.stance_given import GivenTarget, stance_toward
from presseschau.pipeline.keys import StageKey
from presseschau.pipeline.pages import BatchDone, cpu_seconds, passed, write_rows
from presseschau.schema import SPAN
from presseschau.stable import code_digest, rounded, sha256

TARGET_SCHEMA = pa.schema(
    {
        "unit": pa.string(), "source": pa.string(), "number": pa.int32(),
        "target": pa.string(), "kind": pa.string(), "mentions": pa.int32(),
        "stance": pa.string(), "stance_confidence": pa.float32(), "stance_source": pa.string(),
        "stance_evidence": pa.list_(SPAN),
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TargetJob:
    """One file of documents, and that of their labels, to look for the targets in; and the file for the rows."""

    targets: tuple[GivenTarget, ...]
    documents: Path
    labels: Path
    path: Path


def targets_key(labels: StageKey, targets: tuple[GivenTarget, ...]) -> StageKey:
    """The key of this stage; it rests on that of the labels, since the genre has a say in the stance."""
    own = {"targets": sha256(orjson.dumps(targets)), "targets.code": code_digest(["pipeline/targets.py"])}
    return StageKey({**labels.parts, **own})


def target_batch(job: TargetJob) -> BatchDone:
    """Looks for the targets in the documents of one file and writes `job.path`; the file is complete or absent."""
    start = cpu_seconds()
    labels = pq.read_table(job.labels, columns=["source", "genre"])
    genres = dict(zip(labels.column("source").to_pylist(), labels.column("genre").to_pylist(), strict=True))
    count = write_rows(job.path, TARGET_SCHEMA, _rows(job.targets, passed(job.documents), genres))
    return BatchDone(count, cpu_seconds() - start)


def _rows(
    targets: tuple[GivenTarget, ...], documents: Iterable[tuple[str, str, Document]], genres: dict[str, str]
) -> Iterator[dict[str, Any]]:
    labeler = StanceLabeler()
    for unit, source, document in documents:
        for found in stance_toward(labeler, document, genres[source], targets):
            yield {
                "unit": unit,
                "source": source,
                "number": targets.index(found.target),
                "target": found.target.name,
                "kind": found.target.kind,
                "mentions": found.mentions,
                "stance": found.stance.stance,
                "stance_confidence": rounded(found.stance.confidence or 0.0),
                "stance_source": "rules",
                "stance_evidence": [{"start": s.start, "end": s.end, "text": s.text} for s in found.stance.evidence],
            }
