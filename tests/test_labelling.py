"""The label stage as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from presseschau.label import Labeler
from presseschau.pipeline.clock import Clock
from presseschau.pipeline.extraction import Extracted
from presseschau.pipeline.labelling import label
from presseschau.pipeline.pages import WORK_SCHEMA, write_rows


class Recorded:
    """An engine that keeps its jobs."""

    def __init__(self) -> None:
        self.jobs: list[Any] = []

    def run(self, function: Callable[[Any], Any], jobs: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        for job in jobs:
            self.jobs.append(job)
            yield job, function(job)


def test_workers_in_another_folder_find_the_files_that_options_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("scheme.yaml").write_text("topic: {classes: [{key: garden}, {key: other}]}", encoding="utf-8")
    documents = tmp_path / "documents.parquet"
    write_rows(documents, WORK_SCHEMA, [])
    engine, work = Recorded(), SimpleNamespace(work_dir=Path("work"), progress=False)
    settings: Any = SimpleNamespace(pipeline=work, engine=engine, label=Labeler(scheme=Path("scheme.yaml")))
    given: Any = SimpleNamespace(classifier=None, targets=())
    label(settings, given, Extracted((documents,), frozenset(), 0, ()), [], Clock())
    [job] = engine.jobs
    assert job.labeler == Labeler(scheme=tmp_path / "scheme.yaml")
