"""The build: pages in, a dataset folder out. Order of the stages, cache, resume, ledger."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

import duckdb
import orjson

from presseschau.annotation.overrides import OverrideReport, Overrides, load_overrides
from presseschau.annotation.transformer import Classifier
from presseschau.config import ConfigError, nearest, said
from presseschau.document import Drop
from presseschau.label import Labeler, load_scheme
from presseschau.label.calibrate import load_calibration
from presseschau.label.stance_given import GivenTarget, load_given
from presseschau.pipeline import corpus, plan, release
from presseschau.pipeline.classified import classified_key, classify
from presseschau.pipeline.clock import Clock, progress
from presseschau.pipeline.database import connect
from presseschau.pipeline.extraction import BuildError, Extracted, extract, list_units, why
from presseschau.pipeline.pages import LabelJob, PageStages, label_batch, write_drops
from presseschau.pipeline.settings import PRIVATE, PageLimit, SavedRights, Settings, Signing
from presseschau.pipeline.standing import keep_record, standing
from presseschau.pipeline.store import Store, forget, locked
from presseschau.pipeline.stub import release_stub
from presseschau.pipeline.targets import TargetJob, look, targets_key
from presseschau.publish.folder import check_output, staged
from presseschau.publish.manifest import Manifest
from presseschau.publish.shards import write_ledger
from presseschau.read import Reader, unread_pages
from presseschau.rights import Snapshots, Takedown
from presseschau.schema import STANCES
from presseschau.split import Lock, SplitPlan, from_splits_json
from presseschau.stable import sha256


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the config names besides the pages.

    Attributes:
        takedown: What has to be left out.
        lock: The splits of an earlier release.
        overrides: Labels by people and language models, and corrections.
        snapshots: Saved rights files of hosts.
        targets: What stance is asked toward besides the main target of each article.
        classifier: A local model whose labels replace the rules'.
    """

    takedown: Takedown | None
    lock: Lock | None
    overrides: Overrides
    snapshots: Snapshots
    targets: tuple[GivenTarget, ...] = ()
    classifier: Classifier | None = None


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
    reader, given = _open_inputs(settings)
    work, clock, notes = settings.pipeline, Clock(), list[str]()
    with locked(work.work_dir):
        if work.clean:
            forget(work.work_dir)
        with clock("read"):
            units, drops = list_units(reader)
            entered = release.Entered.of(units, reader.skipped())
            if settings.source.kind == "html" and (unread_note := unread_pages(entered.skipped)):
                notes.append(unread_note)
        key = _key(settings, entered, drops, given)
        if not work.clean and (before := standing(work.work_dir, key, settings.output)):
            clock.write(work.work_dir / "cost.json")
            return Built(settings.output, *before, clock.seconds, 0, ("nothing has changed: the dataset stands",))
        with clock("extract"):
            stages = _page_stages(settings, reader, given)
            extracted = extract(settings.engine, work, stages, _extract_key(stages), units, notes, clock)
        unread = work.work_dir / "unread.parquet"
        write_drops(unread, drops)
        with clock("label"):
            labels, label_key = _classify(settings, extracted, given, *_label(settings, extracted, notes, clock))
            targets = _targets(settings, extracted, given, labels, label_key, clock)
        del units, reader, stages  # a million units, and what the reader knows of them, take half a gigabyte
        with connect(work.work_dir, work.memory_limit) as con:
            with clock("dedup"):
                corpus.load_pages(con, [*extracted.documents, unread], extracted.stale)
                corpus.load_labels(con, labels)
                if targets:
                    corpus.load_targets(con, targets)
                pairs = Store.open(work.work_dir / "pairs" / plan.pairs_key(settings.dedup.shingle_words).key)
                corpus.recall_pairs(con, pairs)
                overruled = _resolve(con, settings, given, notes)
            with clock("split"):
                split_plan = _split(con, settings, given)
            with clock("publish"):
                manifest = _publish(con, settings, split_plan, entered, given, overruled)
                corpus.keep_pairs(con, pairs)
                labels_kept = _label_counts(con, settings)
                notes += corpus.unheard(con, settings.source.keep)
        if len(extracted.lasting) == len(extracted.documents):
            keep_record(work.work_dir, key, settings.output, labels_kept)
        clock.write(work.work_dir / "cost.json")
    notes += [*split_plan.fallbacks, *overruled.messages()]
    return Built(settings.output, manifest, labels_kept, clock.seconds, extracted.pages, tuple(notes))


def _resolve(con: duckdb.DuckDBPyConnection, settings: Settings, given: Inputs, notes: list[str]) -> OverrideReport:
    """Rights, duplicates, and the labels that people and corrections put in place of the rules'."""
    with progress("dedup", 3, 0, "step", settings.pipeline.progress) as bar:
        # For the screen alone: a message in the manifest would tell of a list that is nobody else's.
        if unmatched := corpus.apply_rights(con, settings.rights.reserved, given.takedown):
            notes.append(unmatched)
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
    given: Inputs,
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
        own = (given.overrides, overruled, given.targets, given.classifier)
        manifest = release.write(con, whole, settings, plan, entered, *own, bar.update)
        if whole != folder:
            release_stub(whole, folder)
            shutil.rmtree(whole)
    return manifest


def _key(settings: Settings, entered: release.Entered, drops: Sequence[Drop], given: Inputs) -> plan.StageKey:
    """What the whole build rests on."""
    configs = {f.name: getattr(settings, f.name) for f in fields(settings) if f.name not in PRIVATE}
    configs |= {"transformer": given.classifier and {"task": settings.transformer.task, **given.classifier.state}}
    configs |= {"source": replace(settings.source, path=""), "page_limit": PageLimit(settings.pipeline.page_seconds)}
    configs |= {"rights": replace(settings.rights, snapshots=None), "saved": SavedRights(given.snapshots.digest)}
    read = orjson.dumps([asdict(entered), [asdict(drop) for drop in drops]], option=orjson.OPT_SORT_KEYS)
    return plan.build_key(configs, {"read": sha256(read), "epoch": os.environ.get("SOURCE_DATE_EPOCH", "")})


def _extract_key(stages: PageStages) -> plan.StageKey:
    """What the results of the page stages rest on besides the pages."""
    return plan.extract_key(
        {
            "extract": stages.extract,
            "mask": stages.mask,
            "filter": stages.filter,
            "dedup": Signing.of(stages.dedup),
            "pipeline": PageLimit(stages.seconds),
            "rights": SavedRights(stages.snapshots.digest),
        }
    )


def _label(
    settings: Settings, extracted: Extracted, notes: list[str], clock: Clock
) -> tuple[list[Path], plan.StageKey]:
    """Labels the documents of all batches that no earlier build has labelled; the files of all, and their key."""
    work = settings.pipeline
    documents = extracted.documents
    key = plan.label_key(documents[0].parent.name if documents else "", settings.label)
    store = Store.open(work.work_dir.absolute() / "label" / key.key)
    names = [path.stem for path in documents]
    jobs = [
        LabelJob(settings.label, path, store.path(path.stem)) for path in documents if path.stem not in store.entries
    ]
    if jobs:
        notes.extend(why(work.work_dir / "label" / "last.json", "label", key, len(jobs) < len(names)))
    with progress("label", len(names), len(names) - len(jobs), "batch", work.progress) as bar:
        for job, report in settings.engine.run(label_batch, jobs):
            if report is None:
                raise BuildError(f"labelling {job.documents.name} ended its process; run again with label.stance=false")
            if job.documents.stem in extracted.lasting:
                store = store.add(job.path.stem, [job.path.stem])
            clock.worked("label", report.cpu)
            bar.update()
    (work.work_dir / "label" / "last.json").write_bytes(orjson.dumps(dict(key.parts)))
    return [store.path(name) for name in names], key


def _classify(
    settings: Settings, extracted: Extracted, given: Inputs, labels: list[Path], key: plan.StageKey
) -> tuple[list[Path], plan.StageKey]:
    """The label files with a local model's labels in them, and their key; the rules' own where there is no model."""
    work, classifier = settings.pipeline, given.classifier
    if classifier is None:
        return labels, key
    key = classified_key(key, classifier)
    folder = work.work_dir.absolute() / "classified" / key.key
    with progress("classify", len(labels), 0, "batch", work.progress) as bar:
        return classify(classifier, extracted.documents, labels, extracted.lasting, folder, bar.update), key


def _targets(
    settings: Settings, extracted: Extracted, given: Inputs, labels: list[Path], key: plan.StageKey, clock: Clock
) -> list[Path]:
    """The files with the stances toward given targets; none where none are given."""
    if not given.targets:
        return []
    folder = settings.pipeline.work_dir.absolute() / "targets" / targets_key(key, given.targets).key
    jobs = [TargetJob(given.targets, *pair) for pair in zip(extracted.documents, labels, strict=True)]
    files, seconds = look(settings.engine, jobs, extracted.lasting, folder)
    clock.worked("label", seconds)
    return files


def _open_inputs(settings: Settings) -> tuple[Reader, Inputs]:
    """Opens whatever the config names, so that a mistake is found before any work is done."""
    if settings.targets and not settings.label.stance:
        raise ConfigError("label.stance.targets asks for stance labels, and label.stance.enabled=false for none")
    try:
        _check_scheme(settings.label)
        known = settings.names.topic
        for topic in settings.keep_topics:
            if topic not in known:
                raise ConfigError(f"label.keep names {topic!r}: {nearest(topic, known)}")
        check_output(settings.output)
        given = Inputs(
            takedown=Takedown.load(settings.takedown) if settings.takedown else None,
            lock=from_splits_json(settings.lock) if settings.lock else None,
            overrides=load_overrides(settings.names, settings.llm, settings.human, settings.corrections),
            snapshots=settings.rights.saved(),
            targets=load_given(settings.targets) if settings.targets else (),
            classifier=Classifier.open(
                settings.transformer, load_scheme(settings.label.scheme), load_calibration(settings.label.calibration)
            ),
        )
        settings.split.check(given.lock)
        return settings.source.open(), given
    except (ValueError, OSError) as error:
        raise ConfigError(said(error)) from error


def _check_scheme(labeler: Labeler) -> None:
    """Reads all of a scheme of the user's own now; a worker would find a mistake in its lexicon only after a while."""
    if labeler.scheme is not None:
        scheme = load_scheme(labeler.scheme)
        for task in (scheme.topic, scheme.genre):
            task.build_lexicon()
        _ = labeler.functions
        if labeler.stance and (missing := [name for name in STANCES if name not in scheme.stance.keys]):
            raise ValueError(
                f"label.scheme: its stance has no class {missing[0]}, which the rules name: leave `stance` out of the "
                "scheme, or say label.stance=false"
            )


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


def _label_counts(con: duckdb.DuckDBPyConnection, settings: Settings) -> dict[str, dict[str, int]]:
    counts = corpus.label_counts(con, ("topic", "genre", "stance"))
    known = {column: settings.names.of(column) or () for column in counts}
    ordered = {column: {name: counts[column][name] for name in names} for column, names in known.items()}
    return {column: {name: n for name, n in classes.items() if n} for column, classes in ordered.items()}
