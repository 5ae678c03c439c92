"""The labels of all documents of a build: by the rules, by a local model, and toward targets that the user names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import orjson

from presseschau.pipeline.classified import classified_key, classify
from presseschau.pipeline.clock import Clock, progress
from presseschau.pipeline.extraction import BuildError, Extracted, why
from presseschau.pipeline.inputs import Inputs
from presseschau.pipeline.keys import StageKey, label_key
from presseschau.pipeline.pages import BatchDone, LabelJob, label_batch
from presseschau.pipeline.settings import Settings
from presseschau.pipeline.store import Store
from presseschau.pipeline.targets import TargetJob, target_batch, targets_key

Job = TypeVar("Job", LabelJob, TargetJob)


def label(
    settings: Settings, given: Inputs, extracted: Extracted, notes: list[str], clock: Clock
) -> tuple[list[Path], list[Path]]:
    """Labels the documents that no earlier build has labelled.

    Args:
        settings: The config.
        given: Has the local model and the targets, where there are some.
        extracted: The documents.
        notes: Is told why work is done again.
        clock: Is told what it costs.

    Returns:
        The files with the labels of each file of documents, and those with the stances toward given targets.
    """
    work, documents = settings.pipeline, extracted.documents
    labels, key = _by_rules(settings, extracted, notes, clock)
    if (classifier := given.classifier) is not None:
        key = classified_key(key, classifier)
        folder = work.work_dir.absolute() / "classified" / key.key
        with progress("classify", len(labels), 0, "batch", work.progress) as bar:
            labels = classify(classifier, documents, labels, extracted.lasting, folder, bar.update)
    if not given.targets:
        return labels, []
    store = Store.open(work.work_dir.absolute() / "targets" / targets_key(key, given.targets).key)
    jobs = [
        TargetJob(given.targets, path, own, store.path(path.stem)) for path, own in zip(documents, labels, strict=True)
    ]
    new = [job for job in jobs if job.path.stem not in store.entries]
    for report in _done(settings, extracted, target_batch, new, store, "looking for targets in {} ended its process"):
        clock.worked("label", report.cpu)
    return labels, [job.path for job in jobs]


def _by_rules(settings: Settings, extracted: Extracted, notes: list[str], clock: Clock) -> tuple[list[Path], StageKey]:
    """The files with the rules' labels of all documents, and their key."""
    work, documents = settings.pipeline, extracted.documents
    key = label_key(documents[0].parent.name if documents else "", settings.label)
    store, last = Store.open(work.work_dir.absolute() / "label" / key.key), work.work_dir / "label" / "last.json"
    files = {name: path.absolute() for name in ("scheme", "calibration") if (path := getattr(settings.label, name))}
    labeler = replace(settings.label, **files)  # workers may be in another folder
    jobs = [LabelJob(labeler, path, store.path(path.stem)) for path in documents if path.stem not in store.entries]
    done = len(documents) - len(jobs)
    if jobs:
        notes.extend(why(last, "label", key, done > 0))
    ended = "labelling {} ended its process; run again with label.stance=false"
    with progress("label", len(documents), done, "batch", work.progress) as bar:
        for report in _done(settings, extracted, label_batch, jobs, store, ended):
            clock.worked("label", report.cpu)
            bar.update()
    last.write_bytes(orjson.dumps(key.parts))
    return [store.path(path.stem) for path in documents], key


def _done(
    settings: Settings,
    extracted: Extracted,
    function: Callable[[Job], BatchDone],
    jobs: Iterable[Job],
    store: Store,
    ended: str,
) -> Iterator[BatchDone]:
    """The report of each job as it is done; its file is kept in the store if later builds may start from its batch."""
    for job, report in settings.engine.run(function, jobs):
        if report is None:
            raise BuildError(ended.format(job.documents.name))
        if job.path.stem in extracted.lasting:
            store.add(job.path.stem, [job.path.stem])
        yield report
