"""What happens to one page, in a worker: read, extract, mask, tell the language, filter, read the rights, sign, label.

A page never depends on another one, so batches may be cut anywhere and the results stay the same.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from presseschau import language, rights
from presseschau.dedup import Dedup
from presseschau.document import Document, Drop, Page, Stage
from presseschau.extract import Extractor
from presseschau.extract.encoding import decode
from presseschau.filter import Filter
from presseschau.label import Labeler
from presseschau.masking import Masking
from presseschau.pipeline.breadcrumb import Breadcrumb
from presseschau.pipeline.limits import PageTimeoutError, time_limit
from presseschau.pipeline.store import key_of
from presseschau.read import TRANSIENT, Reader, Skipped, Unit
from presseschau.schema import SPAN
from presseschau.stable import article_id, canonical_url, rounded, sha256

_S = pa.string()
_UTC = pa.timestamp("s")  # DuckDB compares naive UTC times without a time-zone setting
WORK_SCHEMA = pa.schema(
    {
        "unit": _S, "source": _S, "id": _S, "url": _S,
        "outcome": _S, "stage": _S, "reason": _S, "detail": _S,
        "publisher": _S, "country": _S, "title": _S, "teaser": _S, "text": _S, "text_sha256": _S,
        "published": _UTC, "modified": _UTC, "crawled": _UTC,
        "section": _S, "keywords": pa.list_(_S), "agency": _S, "authors": pa.list_(_S), "free": pa.bool_(),
        "license": _S,
        "language": _S, "language_score": pa.float32(),
        "tdm_reserved": pa.bool_(), "tdm_evidence": _S,
        "extractor": _S, "path": _S, "confidence": pa.float32(), "extra": _S,
        "exact_key": pa.uint64(), "bands": pa.list_(pa.uint64()), "prints": pa.list_(pa.uint64()),
        "shingles": pa.int32(), "masked": pa.list_(pa.struct({"kind": _S, "count": pa.int32()})),
    }
)  # fmt: skip
LABEL_SCHEMA = pa.schema(
    {
        "unit": _S, "source": _S,
        "topic": _S, "topic_secondary": _S, "topic_confidence": pa.float32(), "topic_source": _S,
        "genre": _S, "genre_confidence": pa.float32(),
        "stance_target": _S, "stance_target_type": _S, "stance": _S, "stance_confidence": pa.float32(),
        "stance_source": _S, "stance_evidence": pa.list_(SPAN), "labeler": _S,
    }
)  # fmt: skip
_FLUSH_ROWS = 2_000
_LABELLED_TOGETHER = 64
PRELOAD = ("presseschau.pipeline.warm",)  # what the fork server of the engine imports besides this module
_DOCUMENT_COLUMNS = tuple(f.name for f in fields(Document) if f.name in WORK_SCHEMA.names)


@dataclass(frozen=True, slots=True)
class PageStages:
    """The page stages with their config.

    Attributes:
        reader: Where pages come from.
        extract: Page to document.
        filter: Which documents are no usable article.
        dedup: Gives each text its signature.
        seconds: Wall-clock limit for one page, the safety net behind the extractor's limits on bytes, nodes and depth.
        snapshots: What hosts say about text and data mining in files of their own, as saved by the user.
        mask: Takes contact data of people out of the text.
    """

    reader: Reader
    extract: Extractor
    filter: Filter
    dedup: Dedup
    seconds: float = 30.0
    snapshots: rights.Snapshots = field(default_factory=rights.Snapshots)
    mask: Masking = field(default_factory=Masking)

    def results(self, unit: Unit, at: Breadcrumb, poisoned: frozenset[str] = frozenset()) -> Iterator[dict[str, Any]]:
        """One row of `WORK_SCHEMA` for every page of the unit.

        Args:
            unit: What to read.
            at: Is told every page before it is touched.
            poisoned: Sources of units and pages that killed their process in an earlier try: ledger rows, untouched.
        """
        at.drop(unit.source)
        items: Iterable[Page | Drop | Skipped] = (
            [_killed(unit.source, "read")] if unit.source in poisoned else self.reader.pages(unit)
        )
        for item in items:
            if isinstance(item, Skipped):
                # No page, so no ledger row: `corpus` takes these rows out and adds them up for the manifest.
                counted = {"outcome": "skipped", "reason": item.what, "detail": str(item.count)}
                yield {"unit": unit_key(unit), "source": unit.source, **counted}
                continue
            if isinstance(item, Page):
                at.drop(unit.source, item.source)
                result = _killed(item.source, "extract") if item.source in poisoned else self._result(item)
            else:
                result = item
            yield {"unit": unit_key(unit), **(asdict(result) if isinstance(result, Drop) else result)}

    def _result(self, page: Page) -> Drop | dict[str, Any]:
        try:
            with time_limit(self.seconds):
                return self._document_row(page)
        except PageTimeoutError:
            why = "timeout", f"over {self.seconds:g} s"
        except MemoryError:
            why = "out_of_memory", ""
        except Exception as error:
            # A bug on one page in a million must not end the build; the ledger names it and verify counts it.
            why = "error", f"{type(error).__name__}: {error}"[:200]
        return Drop(page.source, "extract", *why, "failed", url=canonical_url(page.url))

    def _document_row(self, page: Page) -> Drop | dict[str, Any]:
        document = self.extract(page)
        if isinstance(document, Drop):
            return document
        document, masked = self.mask.document(document)
        id_ = article_id(document.url, "" if document.url else _as_decoded(page))
        detected = language.detect_language(document.text)
        document = replace(document, language=detected.code, language_score=rounded(detected.score))
        verdict = self.filter(document)
        if verdict is not None:
            return Drop(page.source, "filter", *verdict, id=id_, url=document.url)
        saved = self.snapshots.reservation(document.url)
        reservation = rights.reservation(document.headers, document.robots, saved)
        signature = self.dedup.sign(document.text)
        row = {name: getattr(document, name) for name in _DOCUMENT_COLUMNS}
        return row | {
            "source": page.source,
            "id": id_,
            "text_sha256": sha256(document.text),
            "published": _naive(document.published),
            "modified": _naive(document.modified),
            "crawled": _naive(document.crawled),
            "tdm_reserved": reservation.reserved,
            "tdm_evidence": reservation.evidence,
            "extra": page.extra,
            "detail": _wrong_url(page.url),
            "masked": [{"kind": kind, "count": count} for kind, count in masked.items()],
            "exact_key": signature.exact_key,
            "bands": signature.bands,
            "prints": signature.prints,
            "shingles": signature.shingles,
        }


def unit_key(unit: Unit) -> str:
    """What a unit is known by in the work store: its content and its place in the input."""
    return key_of(unit.source, str(unit.start), unit.digest)


def _killed(source: str, stage: Stage) -> Drop:
    return Drop(source, stage, "killed_worker", "memory, crash or endless loop", "failed")


def _as_decoded(page: Page) -> str:
    return page.raw if isinstance(page.raw, str) else decode(page.raw, page.headers)


def _wrong_url(stated: str | None) -> str | None:
    """What the ledger says of an article whose record states a URL that is none; its text is good all the same."""
    if stated is None or canonical_url(stated):
        return None
    plain = " ".join(stated.split())
    return f"url: not a URL: {plain if len(plain) <= 60 else plain[:57] + '...'}"


def _naive(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=None) if moment else None


@dataclass(frozen=True, slots=True)
class ExtractJob:
    """One batch of units to read and extract into one file."""

    stages: PageStages
    units: tuple[Unit, ...]
    path: Path
    poisoned: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class LabelJob:
    """One file of documents to label into another file."""

    labeler: Labeler
    documents: Path
    path: Path


@dataclass(frozen=True, slots=True)
class BatchDone:
    """What a worker reports of a finished batch.

    Attributes:
        pages: Rows in it.
        cpu: CPU seconds it took.
        lasting: False where something in it may come out differently the next time, so that it is done again then.
    """

    pages: int
    cpu: float
    lasting: bool = True


def extract_batch(job: ExtractJob) -> BatchDone:
    """Runs the page stages over a batch and writes `job.path`; the file is complete or absent."""
    start, passing = cpu_seconds(), False

    def rows(at: Breadcrumb) -> Iterator[dict[str, Any]]:
        nonlocal passing
        for unit in job.units:
            for row in job.stages.results(unit, at, job.poisoned):
                passing = passing or row.get("reason") in TRANSIENT
                yield row

    with Breadcrumb.beside(job.path) as at:
        count = write_rows(job.path, WORK_SCHEMA, rows(at))
    return BatchDone(count, cpu_seconds() - start, not passing)


def label_batch(job: LabelJob) -> BatchDone:
    """Labels the documents of one file and writes `job.path`; the file is complete or absent."""
    start = cpu_seconds()
    count = write_rows(job.path, LABEL_SCHEMA, _label_rows(job.labeler, passed(job.documents)))
    return BatchDone(count, cpu_seconds() - start)


def write_drops(path: Path, drops: Iterable[Drop]) -> int:
    """Writes a work file of ledger rows for input that never became a unit; the number of rows."""
    return write_rows(path, WORK_SCHEMA, ({"unit": "", **asdict(drop)} for drop in drops))


def passed(path: Path) -> Iterator[tuple[str, str, Document]]:
    """(unit, source, document) of every page of a work file that passed the page stages."""
    with pq.ParquetFile(path) as file:
        columns = ["unit", "source", "outcome", *_DOCUMENT_COLUMNS]
        for batch in file.iter_batches(batch_size=_FLUSH_ROWS, columns=columns, use_threads=False):
            for row in batch.to_pylist():
                if row["outcome"] is None:
                    yield row["unit"], row["source"], document_of(row)


def document_of(row: Mapping[str, Any]) -> Document:
    """The document in a row of a work file, or what a published row has of it."""
    values: dict[str, Any] = {name: row[name] for name in _DOCUMENT_COLUMNS if name in row}
    return Document(**values | {name: tuple(own) for name, own in values.items() if isinstance(own, list)})


def _label_rows(labeler: Labeler, documents: Iterable[tuple[str, str, Document]]) -> Iterator[dict[str, Any]]:
    documents = iter(documents)
    while some := list(islice(documents, _LABELLED_TOGETHER)):
        together = labeler.label_all([document for _, _, document in some])
        for (unit, source, _), labels in zip(some, together, strict=True):
            row = {f.name: getattr(labels, f.name) for f in fields(labels)}
            row["stance_evidence"] = [{"start": s.start, "end": s.end, "text": s.text} for s in labels.stance_evidence]
            for name in ("topic_confidence", "genre_confidence", "stance_confidence"):
                row[name] = None if row[name] is None else rounded(row[name])
            yield {"unit": unit, "source": source, "labeler": labeler.name, **row}


def write_rows(path: Path, schema: pa.Schema, rows: Iterable[Mapping[str, Any]]) -> int:
    """Writes a work file, whole or not at all; the number of rows."""
    part = path.with_suffix(".parquet.part")
    count, waiting = 0, list[Mapping[str, Any]]()
    # Read once or twice and always whole: dictionaries and statistics would cost more than they ever save.
    plain = {"use_dictionary": False, "write_statistics": False}
    with pq.ParquetWriter(part, schema, compression="zstd", compression_level=1, **plain) as writer:
        for row in rows:
            waiting.append(row)
            if len(waiting) == _FLUSH_ROWS:
                writer.write_table(pa.Table.from_pylist(waiting, schema=schema))
                count, waiting = count + len(waiting), []
        writer.write_table(pa.Table.from_pylist(waiting, schema=schema))
        count += len(waiting)
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(path)
    return count


def cpu_seconds() -> float:
    """CPU seconds so far, of the process or of a thread beside the main one."""
    on_main = threading.current_thread() is threading.main_thread()
    return time.process_time() if on_main else time.thread_time()
