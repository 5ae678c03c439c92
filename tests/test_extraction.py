"""The page stages over a whole input."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from presseschau.dedup import Dedup
from presseschau.extract import Extractor
from presseschau.filter import Filter
from presseschau.pipeline.clock import Clock
from presseschau.pipeline.extraction import extract, list_units
from presseschau.pipeline.groups import Work
from presseschau.pipeline.pages import PageStages
from presseschau.pipeline.store import locked
from presseschau.read import open_source


class Meanwhile:
    """An engine in this process, while whose jobs wait something else happens."""

    def __init__(self, happens: Callable[[], object]) -> None:
        self.happens = happens

    def run(self, function: Callable[[Any], Any], jobs: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        for job in jobs:
            self.happens()
            yield job, function(job)


@pytest.mark.parametrize("changes", [False, True])
def test_what_was_written_while_a_build_ran_is_read_again_by_the_next(tmp_path: Path, changes: bool) -> None:
    page, work = tmp_path / "a.html", Work(tmp_path / "work", progress=False)
    page.write_text("<p>Alt</p>", encoding="utf-8")
    time.sleep(0.05)  # the file system's clock goes by ticks
    reader = open_source("html", str(page))
    stages = PageStages(reader, Extractor(), Filter(), Dedup())
    with locked(work.work_dir):
        units, _ = list_units(reader)
        engine = Meanwhile(lambda: changes and page.write_text("<p>Neu</p>", encoding="utf-8"))
        extracted = extract(engine, work, stages, units, [], Clock())
    assert extracted.pages == 1
    # The store knows pages by their content as it was listed: after the change it would give the new one for the old.
    assert bool(extracted.lasting) is not changes
