"""The build: pages in, a dataset folder out. Order of the stages, cache, resume, ledger."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pyarrow as pa
from tqdm import tqdm

from presseschau.config import ConfigError, nearest
from presseschau.document import Drop
from presseschau.engine import Engine
from presseschau.label.overrides import OverrideReport, Overrides, load_overrides
from presseschau.pipeline import corpus, plan, release
from presseschau.pipeline.pages import (
    BatchDone,
    Breadcrumb,
    ExtractJob,
    LabelJob,
    PageStages,
    extract_batch,
    label_batch,
    unit_key,
    write_drops,
)
from presseschau.pipeline.settings import PRIVATE, PageLimit, SavedRights, Settings
from presseschau.pipeline.standing import keep_record, standing
from presseschau.pipeline.store import Store, locked
from presseschau.pipeline.stub import release_stub
from presseschau.publish.folder import check_replaceable, staged
from presseschau.publish.manifest import Manifest
from presseschau.publish.shards import write_ledger
from presseschau.read import Reader, Unit
from presseschau.rights import Snapshots, Takedown
from presseschau.split import Lock, SplitPlan, from_splits_json
from presseschau.stable import sha256


class BuildError(RuntimeError):
    """The build could not be finished; the message is one line."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the config names besides the pages.

    Attributes:
        takedown: What has to be left out.
        lock: The splits of an earlier release.
        overrides: Labels by people and language models, and corrections.
        snapshots: Saved rights files of hosts.
    """

    takedown: Takedown | None
    lock: Lock | None
    overrides: Overrides
    snapshots: Snapshots


@dataclass(frozen=True, slots=True)
class Built:
    """What a build made, for the summary.

    Attributes:
        folder: The dataset.
        manifest: Its manifest.
        labels: Kept articles by class, for each label column, in published order.
        seconds: Wall-clock seconds by stage, in order.
        pages: Pages worked on now, not taken from earlier builds.
        notes: Why work was done again, fallbacks of the split.
    """

    folder: Path
    manifest: Manifest
    labels: Mapping[str, Mapping[str, int]]
    seconds: Mapping[str, float]
    pages: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Extracted:
    """What the page stages have made, now or earlier.

    Attributes:
        documents: The batch files.
        lasting: Names of the batches that later builds may start from; the others hold what may end otherwise then.
        pages: Pages worked on now.
    """

    documents: tuple[Path, ...]
    lasting: frozenset[str]
    pages: int


def build(settings: Settings) -> Built:
    """Runs the whole build.

    Raises:
        ConfigError: An argument is wrong (also `read.ReadError`, `publish.folder.FolderError`, ValueError of stages).
        BuildError: The build failed; the last good dataset is untouched.
        StoreBusyError: Another build works in the same folder.
    """
    reader, given = _open_inputs(settings)
    work, clock, notes = settings.pipeline, Clock(), list[str]()
    with locked(work.work_dir):
        if work.clean:
            for leftover in ("extract", "label"):
                shutil.rmtree(work.work_dir / leftover, ignore_errors=True)
        with clock("read"):
            units, drops = list_units(reader)
            entered = release.Entered.of(units, reader.skipped())
        key = _key(settings, entered, drops, given.snapshots)
        if not work.clean and (before := standing(work.work_dir, key, settings.output)):
            clock.write(work.work_dir / "cost.json")
            return Built(settings.output, *before, clock.seconds, 0, ("nothing has changed: the dataset stands",))
        with clock("extract"):
            extracted = _extract(settings, _page_stages(settings, reader, given), units, notes, clock)
        unread = work.work_dir / "unread.parquet"
        write_drops(unread, drops)
        with clock("label"):
            labels = _label(settings, extracted, notes, clock)
        keys = pa.array(["", *map(unit_key, units)])
        del units, reader  # a million of them take more memory than the corpus stages
        con = corpus.connect(work.work_dir, work.memory_limit)
        try:
            with clock("dedup"):
                corpus.load_pages(con, [*extracted.documents, unread], keys)
                corpus.load_labels(con, labels)
                overruled = _resolve(con, settings, given)
            with clock("split"):
                split_plan = _split(con, settings, given)
            with clock("publish"):
                manifest = _publish(con, settings, split_plan, entered, given.overrides, overruled)
                labels_kept = _label_counts(con, settings)
        finally:
            con.close()
            corpus.forget(work.work_dir)
        if len(extracted.lasting) == len(extracted.documents):
            keep_record(work.work_dir, key, settings.output, labels_kept)
        clock.write(work.work_dir / "cost.json")
    notes += [*split_plan.fallbacks, *overruled.messages()]
    return Built(settings.output, manifest, labels_kept, clock.seconds, extracted.pages, tuple(notes))


def _resolve(con: duckdb.DuckDBPyConnection, settings: Settings, given: Inputs) -> OverrideReport:
    """Rights, duplicates, and the labels that people and corrections put in place of the rules'."""
    with progress("dedup", 3, 0, "step", settings.pipeline.progress) as bar:
        corpus.apply_rights(con, settings.rights.reserved, given.takedown)
        bar.update()
        if given.lock is not None:
            given.lock.load(con)
        settings.dedup.resolve(con)
        bar.update()
        overruled = corpus.overrule(con, given.overrides)
        bar.update()
    return overruled


def _split(con: duckdb.DuckDBPyConnection, settings: Settings, given: Inputs) -> SplitPlan:
    """Topics that are not kept out, a split for the rest, and the ledger settled."""
    corpus.keep_topics(con, settings.keep_topics)
    # Copies that were asked to stay follow their cluster, also where it is held out.
    relatives = "move" if settings.dedup.near == "keep" else settings.split.relatives
    plan = replace(settings.split, relatives=relatives).assign(con, given.lock)
    corpus.settle(con)
    _refuse_nothing(con, settings.pipeline.work_dir)
    return plan


def _publish(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    plan: SplitPlan,
    entered: release.Entered,
    overrides: Overrides,
    overruled: OverrideReport,
) -> Manifest:
    """The dataset folder in its place, or its stub."""
    work = settings.pipeline
    rows = sum(corpus.split_sizes(con).values())
    with staged(settings.output) as folder, progress("publish", rows, 0, "row", work.progress) as bar:
        whole = work.work_dir / "whole" if settings.publish.content == "stub" else folder
        shutil.rmtree(work.work_dir / "whole", ignore_errors=True)
        whole.mkdir(exist_ok=True)
        manifest = release.write(con, whole, settings, plan, entered, overrides, overruled, bar.update)
        if whole != folder:
            release_stub(whole, folder)
            shutil.rmtree(whole)
    return manifest


def _key(settings: Settings, entered: release.Entered, drops: Sequence[Drop], snapshots: Snapshots) -> plan.StageKey:
    """What the whole build rests on."""
    configs = {f.name: getattr(settings, f.name) for f in fields(settings) if f.name not in PRIVATE}
    configs |= {"source": replace(settings.source, path=""), "page_limit": PageLimit(settings.pipeline.page_seconds)}
    configs |= {"rights": replace(settings.rights, snapshots=None), "saved": SavedRights(snapshots.digest)}
    read = orjson.dumps([asdict(entered), [asdict(drop) for drop in drops]], option=orjson.OPT_SORT_KEYS)
    return plan.build_key(configs, {"read": sha256(read), "epoch": os.environ.get("SOURCE_DATE_EPOCH", "")})


def _extract(
    settings: Settings, stages: PageStages, units: Sequence[Unit], notes: list[str], clock: Clock
) -> Extracted:
    """Does the page stages for all units that no earlier build has done."""
    work = settings.pipeline
    key = plan.extract_key(
        {
            "extract": stages.extract,
            "mask": stages.mask,
            "filter": stages.filter,
            "dedup": stages.dedup,
            "pipeline": PageLimit(stages.seconds),
            "rights": SavedRights(stages.snapshots.digest),
        }
    )
    store = Store.open(work.work_dir.absolute() / "extract" / key.key)
    batches = plan.plan_batches(units, store, work.batch_bytes, work.batch_units)
    if batches.todo:
        notes.extend(_why(work.work_dir / "extract" / "last.json", "extract", key, bool(batches.ready)))
    jobs = [ExtractJob(stages, todo, store.path(name)) for name, todo in batches.todo.items()]
    pages = 0
    with progress("extract", len(units), len(units) - sum(len(j.units) for j in jobs), "file", work.progress) as bar:
        for job, report in survive(settings.engine, jobs):
            if report.lasting:
                store = store.add(job.path.stem, [unit_key(unit) for unit in job.units])
            pages += report.pages
            clock.worked("extract", report.cpu)
            bar.update(len(job.units))
    (work.work_dir / "extract" / "last.json").write_bytes(orjson.dumps(dict(key.parts)))
    documents = tuple(store.path(name) for name in sorted({*batches.ready, *batches.todo}))
    return Extracted(documents, frozenset(path.stem for path in documents if path.stem in store.entries), pages)


def _label(settings: Settings, extracted: Extracted, notes: list[str], clock: Clock) -> list[Path]:
    """Labels the documents of all batches that no earlier build has labelled; the files that hold all."""
    work = settings.pipeline
    documents = extracted.documents
    key = plan.label_key(documents[0].parent.name if documents else "", settings.label)
    store = Store.open(work.work_dir.absolute() / "label" / key.key)
    names = [path.stem for path in documents]
    jobs = [
        LabelJob(settings.label, path, store.path(path.stem)) for path in documents if path.stem not in store.entries
    ]
    if jobs:
        notes.extend(_why(work.work_dir / "label" / "last.json", "label", key, len(jobs) < len(names)))
    with progress("label", len(names), len(names) - len(jobs), "batch", work.progress) as bar:
        for job, report in settings.engine.run(label_batch, jobs):
            if report is None:
                raise BuildError(f"labelling {job.documents.name} ended its process; run again with label.stance=false")
            if job.documents.stem in extracted.lasting:
                store = store.add(job.path.stem, [job.path.stem])
            clock.worked("label", report.cpu)
            bar.update()
    (work.work_dir / "label" / "last.json").write_bytes(orjson.dumps(dict(key.parts)))
    return [store.path(name) for name in names]


def survive(engine: Engine, jobs: Sequence[ExtractJob]) -> Iterator[tuple[ExtractJob, BatchDone]]:
    """Runs all jobs; a page that kills its process is left out by name and its batch is done again."""
    for job, report in engine.run(extract_batch, jobs):
        while report is None:
            at = Breadcrumb.left(job.path)
            if at is None:
                raise BuildError("a worker process ends before it reads a page; is there memory and disk space left?")
            unit, page = at
            guilty = page if page is not None and page not in job.poisoned else unit
            if guilty in job.poisoned:
                raise BuildError(f"a worker process keeps ending near {unit}")
            job = replace(job, poisoned=job.poisoned | {guilty})
            ((job, report),) = engine.run(extract_batch, [job])
        yield job, report


def _why(record: Path, stage: str, key: plan.StageKey, growing: bool) -> list[str]:
    """Says why a stage has work to do although an earlier build was here."""
    if growing:
        return [f"{stage}: only what is new in the input"]
    if not record.exists():
        return []
    changed = key.changed(orjson.loads(record.read_bytes()))
    return [f"{stage}: done again, since {', '.join(changed[:4])} changed"] if changed else []


@contextmanager
def progress(stage: str, total: int, done: int, unit: str, shown: bool | None) -> Iterator[tqdm[Any]]:
    """A progress bar with its rate; `shown` None shows it where there is a terminal."""
    disable = None if shown is None else not shown
    with tqdm(total=total, initial=done, desc=f"{stage:8}", unit=unit, disable=disable, dynamic_ncols=True) as bar:
        yield bar


def _open_inputs(settings: Settings) -> tuple[Reader, Inputs]:
    """Opens whatever the config names, so that a mistake is found before any work is done."""
    known = settings.names.topic
    for topic in settings.keep_topics:
        if topic not in known:
            raise ConfigError(f"label.keep names {topic!r}: {nearest(topic, known)}")
    try:
        check_replaceable(settings.output)
        given = Inputs(
            takedown=Takedown.load(settings.takedown) if settings.takedown else None,
            lock=from_splits_json(settings.lock) if settings.lock else None,
            overrides=load_overrides(settings.names, settings.llm, settings.human, settings.corrections),
            snapshots=settings.rights.saved(),
        )
        return settings.source.open(), given
    except (ValueError, OSError) as error:
        raise ConfigError(str(error)) from error


def _page_stages(settings: Settings, reader: Reader, given: Inputs) -> PageStages:
    seconds = settings.pipeline.page_seconds
    return PageStages(
        reader, settings.extract, settings.filter, settings.dedup, seconds, given.snapshots, settings.mask
    )


def _refuse_nothing(con: duckdb.DuckDBPyConnection, work_dir: Path) -> None:
    """Ends a build that kept no article; the ledger in the work folder says why."""
    if corpus.split_sizes(con):
        return
    write_ledger(work_dir, corpus.ledger_batches(con))
    reasons = con.execute(
        "SELECT count(*) AS n, reason FROM ledger GROUP BY reason ORDER BY n DESC, reason LIMIT 4"
    ).fetchall()
    why = ", ".join(f"{n} {reason}" for n, reason in reasons) or "there are none"
    raise BuildError(f"no article is left of the input pages ({why}); see {work_dir / 'ledger.parquet'}")


def _label_counts(con: duckdb.DuckDBPyConnection, settings: Settings) -> dict[str, dict[str, int]]:
    counts = {column: corpus.label_counts(con, column) for column in ("topic", "genre", "stance")}
    known = {column: settings.names.of(column) or () for column in counts}
    ordered = {column: {name: counts[column].get(name, 0) for name in names} for column, names in known.items()}
    return {column: {name: n for name, n in classes.items() if n} for column, classes in ordered.items()}


def list_units(reader: Reader) -> tuple[list[Unit], list[Drop]]:
    """Every unit of the input, and a drop for each file that could not even be listed."""
    units, drops = list[Unit](), list[Drop]()
    for item in reader.units():
        if isinstance(item, Unit):
            units.append(item)
        else:
            drops.append(item)
    return units, drops


class Clock:
    """Wall-clock and CPU seconds by stage, for the summary and `cost.json`; never for an output."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.cpu: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Times a block in this process."""
        start, cpu = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - start
            self.worked(stage, time.process_time() - cpu)

    def worked(self, stage: str, cpu: float) -> None:
        """Adds CPU seconds that a worker reports."""
        self.cpu[stage] = self.cpu.get(stage, 0.0) + cpu

    def write(self, path: Path) -> None:
        """Keeps the figures of this build for `speed`."""
        path.write_bytes(orjson.dumps({"seconds": self.seconds, "cpu": self.cpu}))
