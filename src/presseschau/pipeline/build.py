"""The build: pages in, a dataset folder out. Order of the stages, cache, resume, ledger."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import duckdb
import orjson

from presseschau.annotation.overrides import OverrideReport
from presseschau.dedup.resolve import resolve_duplicates
from presseschau.pipeline import corpus, release
from presseschau.pipeline.clock import Clock, progress
from presseschau.pipeline.database import connect
from presseschau.pipeline.extraction import BuildError, extract, list_units
from presseschau.pipeline.inputs import Inputs, open_inputs
from presseschau.pipeline.keys import build_key, pairs_key
from presseschau.pipeline.labelling import label
from presseschau.pipeline.pages import PageStages, write_drops
from presseschau.pipeline.settings import Settings
from presseschau.pipeline.standing import keep_record, standing
from presseschau.pipeline.store import Store, forget, locked
from presseschau.pipeline.stub import release_stub
from presseschau.publish.folder import staged
from presseschau.publish.manifest import Manifest
from presseschau.publish.shards import write_ledger
from presseschau.read import Reader, unread_pages
from presseschau.split import SplitPlan, load_lock
from presseschau.stable import sha256


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


def build(settings: Settings) -> Built:
    """Runs the whole build.

    Raises:
        ConfigError: An argument is wrong (also `read.ReadError`, `publish.folder.FolderError`, ValueError of stages).
        BuildError: The build failed; the last good dataset is untouched.
        StoreBusyError: Another build works in the same folder.
    """
    reader, given = open_inputs(settings)
    work, clock, notes = settings.pipeline, Clock(), list[str]()
    with locked(work.work_dir):
        if work.clean:
            forget(work.work_dir)
        with clock("read"):
            units, drops = list_units(reader)
            entered = release.Entered.of(units, reader.skipped())
            if unread_note := unread_pages(entered.skipped, settings.source.kind):
                notes.append(unread_note)
        read = orjson.dumps([asdict(entered), [asdict(drop) for drop in drops]], option=orjson.OPT_SORT_KEYS)
        key = build_key(settings, given, sha256(read))
        if not work.clean and (before := standing(work.work_dir, key, settings.output)):
            clock.write(work.work_dir / "cost.json")
            return Built(settings.output, *before, clock.seconds, 0, ("nothing has changed: the dataset stands",))
        with clock("extract"):
            stages = _page_stages(settings, reader, given)
            extracted = extract(settings.engine, work, stages, units, notes, clock)
        unread = work.work_dir / "unread.parquet"
        write_drops(unread, drops)
        with clock("label"):
            labels, targets = label(settings, given, extracted, notes, clock)
        del units, reader, stages  # a million units, and what the reader knows of them, take half a gigabyte
        with connect(work.work_dir, work.memory_limit) as con:
            with clock("dedup"):
                corpus.load_pages(con, [*extracted.documents, unread], extracted.stale)
                corpus.load_labels(con, labels)
                if targets:
                    corpus.load_targets(con, targets)
                pairs = Store.open(work.work_dir / "pairs" / pairs_key(settings.dedup.shingle_words).key)
                corpus.recall_pairs(con, pairs)
                overruled = _resolve(con, settings, given, notes)
            with clock("split"):
                plan = _split(con, settings, given)
            with clock("publish"):
                manifest = _publish(con, settings, given, entered, plan, overruled)
                corpus.keep_pairs(con, pairs)
                counts = corpus.label_counts(con, settings.names)
                notes += corpus.absent_columns(con, settings.source.keep)
        if len(extracted.lasting) == len(extracted.documents):
            keep_record(work.work_dir, key, settings.output, counts)
        clock.write(work.work_dir / "cost.json")
    notes += [*plan.fallbacks, *overruled.messages()]
    return Built(settings.output, manifest, counts, clock.seconds, extracted.pages, tuple(notes))


def _resolve(con: duckdb.DuckDBPyConnection, settings: Settings, given: Inputs, notes: list[str]) -> OverrideReport:
    """Rights, duplicates, and the labels that people and corrections put in place of the rules'."""
    with progress("dedup", 3, 0, "step", settings.pipeline.progress) as bar:
        # For the screen alone: a message in the manifest would tell of a list that is nobody else's.
        if unmatched := corpus.apply_rights(con, settings.rights.reserved, given.takedown):
            notes.append(unmatched)
        bar.update()
        load_lock(con, given.lock)
        resolve_duplicates(con, settings.dedup)
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
    given: Inputs,
    entered: release.Entered,
    plan: SplitPlan,
    overruled: OverrideReport,
) -> Manifest:
    """The dataset folder in its place, or its stub."""
    work = settings.pipeline
    rows = sum(corpus.split_sizes(con).values())
    with staged(settings.output) as folder, progress("publish", rows, 0, "row", work.progress) as bar:
        whole = work.work_dir / ".whole.partial" if settings.publish.content == "stub" else folder
        if whole != folder:
            shutil.rmtree(whole, ignore_errors=True)
            whole.mkdir()
        manifest = release.write(con, whole, settings, given, entered, plan, overruled, bar.update)
        if whole != folder:
            release_stub(whole, folder)
            shutil.rmtree(whole)
    return manifest


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
    if reasons and (most := _commonest_detail(con, reasons[0][1])):
        why += f"; most often: {most}"
    raise BuildError(f"no article is left of the input pages ({why}); see {work_dir / 'ledger.parquet'}")


def _commonest_detail(con: duckdb.DuckDBPyConnection, reason: str) -> str | None:
    """What went wrong with most of the pages that could not be used for a reason; None where they were dropped."""
    found = con.execute(
        "SELECT detail FROM ledger WHERE reason = ? AND outcome = 'failed' AND detail IS NOT NULL "
        "GROUP BY detail ORDER BY count(*) DESC, detail LIMIT 1",
        [reason],
    ).fetchone()
    return str(found[0]) if found else None
