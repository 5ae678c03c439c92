"""The dataset folder from the settled corpus: shards, splits, ledger, manifest, card."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from presseschau.annotation import quality
from presseschau.annotation.corrections import listing
from presseschau.annotation.overrides import OverrideReport
from presseschau.annotation.transformer import Classifier
from presseschau.label import Labeler
from presseschau.label.calibrate import load_calibration
from presseschau.label.stance_model import load_model
from presseschau.pipeline import corpus
from presseschau.pipeline.database import less_memory, stream
from presseschau.pipeline.inputs import Inputs
from presseschau.pipeline.order import split_batches, target_batches
from presseschau.pipeline.settings import Settings
from presseschau.publish import card, croissant, report, statistics
from presseschau.publish.content_hash import ContentHash
from presseschau.publish.manifest import Count, Manifest
from presseschau.publish.opened import Folder
from presseschau.publish.shards import Shard, extra_type, file_sha256, published, write_ledger, write_split
from presseschau.read import Unit
from presseschau.schema import DATA, SPLITS, TARGETS, TASKS, Schema
from presseschau.split import SplitPlan, balance, to_splits_json


@dataclass(frozen=True, slots=True)
class Entered:
    """What the build started from, in short: a list of a million units is not kept until the manifest is written.

    Attributes:
        sha256: Over the sorted names and contents of all units.
        units: How many there are.
        skipped: Other files in the input folder, by ending.
    """

    sha256: str
    units: int
    skipped: Mapping[str, int]

    @classmethod
    def of(cls, units: Iterable[Unit], skipped: Mapping[str, int]) -> Entered:
        """The short form of the input."""
        digest, count = hashlib.sha256(), 0
        for unit in units:
            digest.update(f"{unit.source}\0{unit.start}\0{unit.digest}\n".encode("utf-8", "replace"))
            count += 1
        return cls(digest.hexdigest(), count, skipped)


def write(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    settings: Settings,
    given: Inputs,
    entered: Entered,
    plan: SplitPlan,
    overruled: OverrideReport,
    tell: Callable[[int], object],
) -> Manifest:
    """Writes every file of the dataset into an empty folder and tells how many rows are written; the manifest."""
    overrides, classifier = given.overrides, given.classifier
    own = _extra_values(con) if settings.source.keep else ()
    schema = Schema(settings.names, extra_type(own, settings.source.keep), settings.publish.authors)
    shards, content = _write_shards(con, folder, settings, schema, bool(given.targets), tell)
    machines = (*([classifier.labeler] if classifier else []), *overrides.machines)
    ledger_rows = write_ledger(folder, corpus.ledger_batches(con))
    with (folder / "splits.json").open("wb") as file:
        file.writelines(to_splits_json(con, plan))
    sizes = {split: sum(s.rows for s in shards if s.split == split and s.part == DATA) for split in SPLITS}
    events, publishers = settings.publish.event_leakage, settings.publish.publisher_probe
    leaks, shared = corpus.audit(con, settings.dedup, plan, folder, events=events, publishers=publishers)
    manifest = Manifest(
        name=settings.dataset.name,
        version=settings.dataset.version,
        config=settings.shown,
        labels=asdict(schema.names),
        labelers={settings.label.name: settings.label.functions, **dict.fromkeys(machines, ())},
        targets=[{"name": target.name, "kind": target.kind} for target in given.targets],
        overrides={**overruled.summary(), "corrections": listing(overrides.corrections)},
        input_sha256=entered.sha256,
        input_units=entered.units,
        skipped={**entered.skipped, **corpus.skipped(con)},
        counts=_counts(con),
        splits={split: rows for split, rows in sizes.items() if rows},
        masked=corpus.masked(con),
        leakage=asdict(leaks) | asdict(shared),
        balance=[asdict(own) for own in balance(con, plan.stratify, plan.validation, plan.test)],
        messages=(*plan.fallbacks, *overruled.messages()),
        references=_references(settings.label, classifier),
        validated=quality.summary(overruled.changes, overrides.human, asdict(schema.names), overruled.missed),
        card=settings.publish.card.read_text(encoding="utf-8"),
        shards=shards,
        ledger_sha256=file_sha256(folder / "ledger.parquet"),
        content_sha256=content.hexdigest(),
    )
    if ledger_rows != manifest.pages or sum(sizes.values()) != manifest.outcome("kept"):
        raise AssertionError(f"{manifest.pages} pages, {ledger_rows} ledger rows, {sizes} kept: the sums do not hold")
    (folder / "manifest.json").write_bytes(manifest.to_json())
    if settings.dataset.own_terms:
        (folder / "LICENSE.md").write_text(card.terms(settings.dataset), encoding="utf-8")
    counted = statistics.count(folder)
    card.write_card(folder, schema, counted)
    describe(folder, schema, counted)
    return manifest


def describe(folder: Path, schema: Schema | None = None, counted: statistics.Statistics | None = None) -> None:
    """Writes what is derived from the other files of a folder: `croissant.json` and `report.html`.

    Args:
        folder: A dataset folder that has everything else.
        schema: Its columns; None reads them.
        counted: What is counted in it; None counts it now.
    """
    counted = counted or statistics.count(folder)
    croissant.write_croissant(folder, schema or Folder.open(folder).schema, counted)
    report.write_report(folder, counted)


def _write_shards(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    settings: Settings,
    schema: Schema,
    targets: bool,
    tell: Callable[[int], object],
) -> tuple[list[Shard], ContentHash]:
    sizes, shards, content = corpus.split_sizes(con), list[Shard](), ContentHash()
    options = (settings.publish.rows_per_shard, settings.publish.rows_per_group)
    corpus.place(con)
    with less_memory(con, 1 / 2):
        for split, batches in itertools.groupby(split_batches(con, schema.arrow.names), key=lambda item: item[0]):
            rows = (published(batch, schema) for _, batch in batches)
            shards += write_split(folder, split, rows, sizes[split], schema, *options, content)
            tell(sizes[split])
    if targets:
        own = schema.of(TARGETS)
        for split, count, found in target_batches(con):
            rows = (published(batch, own) for batch in found)
            shards += write_split(folder, split, rows, count, own, *options, content, TARGETS)
    pa.default_memory_pool().release_unused()  # what the widest rows took is not kept beside the database's memory
    return shards, content


def _extra_values(con: duckdb.DuckDBPyConnection) -> Iterator[str | None]:
    for batch in stream(con, "SELECT extra FROM pages JOIN dedup USING (source)", 10_000):
        yield from batch.column(0).to_pylist()


def _counts(con: duckdb.DuckDBPyConnection) -> list[Count]:
    rows = con.execute("SELECT outcome, stage, reason, count(*) FROM ledger GROUP BY ALL ORDER BY ALL").fetchall()
    return [Count(*row) for row in rows]


def _references(labeler: Labeler, classifier: Classifier | None) -> list[dict[str, Any]]:
    """What the confidences of the labels were fitted on, by reference set."""
    known = load_calibration(labeler.calibration)
    fitted = {task: (known[task].reference, known[task].articles) for task in TASKS if task in known}
    if labeler.scheme is not None and labeler.calibration is None:
        fitted = dict.fromkeys(fitted, ("none", 0))  # a taxonomy of the user's own
    if labeler.stance:
        fitted["stance"] = (load_model().reference, load_model().articles)
    if classifier is not None:
        own = classifier.calibration
        fitted[classifier.config.task] = (own.reference, own.articles) if own else ("none", 0)
    tasks: dict[tuple[str, int], list[str]] = {}
    for task, found in fitted.items():
        tasks.setdefault(found, []).append(task)
    return [{"name": name, "articles": articles, "tasks": of} for (name, articles), of in tasks.items()]
