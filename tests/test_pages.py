"""The page stages in real processes, with pages that hang, crash or kill."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from conftest import ROOT, build
from presseschau.dedup import Dedup
from presseschau.document import Document, Drop, Page
from presseschau.engine import Local
from presseschau.extract import Extractor
from presseschau.filter import Filter
from presseschau.label import Labeler
from presseschau.pipeline import corpus
from presseschau.pipeline.breadcrumb import Breadcrumb
from presseschau.pipeline.database import connect
from presseschau.pipeline.extraction import BuildError, survive
from presseschau.pipeline.limits import PageTimeoutError, time_limit
from presseschau.pipeline.pages import (
    ExtractJob,
    LabelJob,
    PageStages,
    extract_batch,
    label_batch,
    passed,
    unit_key,
)
from presseschau.read import Skipped, Unit, open_source

TEXT = "\n\n".join(
    f"Absatz {n}: Die Werkstatt in der Hafenstraße repariert seit dem Frühjahr auch Telefone, und die Kundschaft "
    "kommt aus der ganzen Stadt, weil die Preise niedrig sind und niemand lange auf sein Gerät warten muss."
    for n in range(4)
)


@dataclass(frozen=True)
class Deadly:
    """A reader whose pages named in `deadly` end the process that works on them, as a crash in C code would."""

    names: tuple[str, ...]
    deadly: frozenset[str]
    on_open: frozenset[str] = frozenset()

    def units(self) -> Iterator[Unit | Drop]:
        yield Unit("all", "/dev/null", 1, "d")

    def pages(self, unit: Unit) -> Iterator[Page | Drop]:
        if unit.source in self.on_open:
            os.kill(os.getpid(), signal.SIGKILL)
        for name in self.names:
            yield DeadlyPage(name, "text", TEXT + name) if name in self.deadly else Page(name, "text", TEXT + name)

    def skipped(self) -> Mapping[str, int]:
        return {}


class DeadlyPage(Page):
    """Ends the process when its text is asked for."""

    def __getattribute__(self, name: str) -> object:
        if name == "raw":
            os.kill(os.getpid(), signal.SIGKILL)
        return super().__getattribute__(name)


def stages(reader: object, **own: object) -> PageStages:
    return PageStages(reader, Extractor(), Filter(), Dedup(), **own)  # type: ignore[arg-type]


def outcomes(path: Path) -> dict[str, str | None]:
    return {row["source"]: row["reason"] for row in pq.read_table(path).to_pylist()}


def test_pages_that_kill_their_process_are_found_and_the_rest_is_kept(tmp_path: Path) -> None:
    reader = Deadly(("a", "b", "c", "d"), frozenset({"b", "d"}))
    (unit,) = reader.units()
    job = ExtractJob(stages(reader), (unit,), tmp_path / "batch.parquet")
    ((done, _),) = survive(Local(1), [job])
    assert outcomes(done.path) == {"a": None, "b": "killed_worker", "c": None, "d": "killed_worker"}
    assert [p.name for p in tmp_path.iterdir()] == ["batch.parquet"]


def test_a_unit_that_kills_while_it_is_opened_is_one_ledger_row(tmp_path: Path) -> None:
    reader = Deadly(("a",), frozenset(), frozenset({"all"}))
    (unit,) = reader.units()
    ((done, _),) = survive(Local(1), [ExtractJob(stages(reader), (unit,), tmp_path / "batch.parquet")])
    assert outcomes(done.path) == {"all": "killed_worker"}


def test_a_process_that_dies_before_any_page_ends_the_build(tmp_path: Path) -> None:
    job = ExtractJob(stages(Deadly((), frozenset())), (), tmp_path / "no" / "such" / "folder" / "batch.parquet")
    with pytest.raises((BuildError, OSError)):
        list(survive(Local(1), [job]))


def test_a_page_over_the_time_limit_is_a_ledger_row(tmp_path: Path) -> None:
    dataset = build(tmp_path, "source=text", f"source.path={ROOT}/data/sample/text", "split=random")
    kept = pq.read_table(dataset / "ledger.parquet").to_pylist()
    assert not [row for row in kept if row["reason"] == "timeout"]
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "a.json").write_text('{"url": "https://hafenblatt.example/werkstatt?utm_source=brief#oben"}')
    reader = open_source("text", str(tmp_path / "a.txt"))
    (unit,) = reader.units()
    job = ExtractJob(stages(reader, seconds=1e-6), (unit,), tmp_path / "batch.parquet")
    extract_batch(job)
    (row,) = pq.read_table(tmp_path / "batch.parquet").to_pylist()
    assert (row["source"], row["reason"]) == ("a.txt", "timeout")
    assert row["url"] == "https://hafenblatt.example/werkstatt"  # canonical, as lists of takedowns are


def test_documents_survive_the_work_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "a.json").write_text('{"url": "https://hafenblatt.example/werkstatt", "published": "2026-02-03"}')
    reader = open_source("text", str(tmp_path / "a.txt"))
    (unit,) = reader.units()
    extract_batch(ExtractJob(stages(reader), (unit,), tmp_path / "batch.parquet"))
    ((_, source, document),) = passed(tmp_path / "batch.parquet")
    assert source == "a.txt"
    assert isinstance(document, Document)
    assert document.text == TEXT
    assert document.url == "https://hafenblatt.example/werkstatt"
    assert document.language == "de"
    assert isinstance(document.keywords, tuple)
    label_batch(LabelJob(Labeler(), tmp_path / "batch.parquet", tmp_path / "labels.parquet"))
    (row,) = pq.read_table(tmp_path / "labels.parquet").to_pylist()
    assert row["source"] == "a.txt"
    assert row["topic"]
    assert 0 <= row["topic_confidence"] <= 1


def test_breadcrumb_names_the_place(tmp_path: Path) -> None:
    batch = tmp_path / "b.parquet"
    with Breadcrumb.beside(batch) as at:
        at.drop("unit")
        assert Breadcrumb.left(batch) == ("unit", None)
        at.drop("unit", "a very long page name")
        at.drop("unit", "page")
        assert Breadcrumb.left(batch) == ("unit", "page")
    assert Breadcrumb.left(batch) is None


@dataclass(frozen=True)
class Passing(Deadly):
    """A reader that counts other records, and whose server may be out of reach."""

    reason: str = "unreachable"

    def pages(self, unit: Unit) -> Iterator[Page | Drop | Skipped]:  # type: ignore[override]
        yield Page("all#1", "text", TEXT)
        yield Drop("all#2", "read", self.reason, "", "failed")
        yield Skipped("(other host)", 7)


@pytest.mark.parametrize(("reason", "lasting"), [("unreachable", False), ("unreadable", True)])
def test_a_batch_with_what_may_pass_does_not_last(tmp_path: Path, reason: str, lasting: bool) -> None:
    reader = Passing((), frozenset(), frozenset(), reason)
    (unit,) = reader.units()
    done = extract_batch(ExtractJob(stages(reader), (unit,), tmp_path / "batch.parquet"))
    assert done.lasting is lasting


def test_records_that_are_no_input_are_counted_and_have_no_ledger_row(tmp_path: Path) -> None:
    reader = Passing((), frozenset())
    (unit,) = reader.units()
    extract_batch(ExtractJob(stages(reader), (unit,), tmp_path / "batch.parquet"))
    with connect(tmp_path, "100MB") as con:
        corpus.load_pages(con, [tmp_path / "batch.parquet"], [])
        assert corpus.skipped(con) == {"(other host)": 7}
        assert con.execute("SELECT source FROM pages ORDER BY 1").fetchall() == [("all#1",), ("all#2",)]


def test_what_is_no_longer_in_the_input_is_no_page(tmp_path: Path) -> None:
    reader = Passing((), frozenset())
    (unit,) = reader.units()
    before = replace(unit, digest="before")
    extract_batch(ExtractJob(stages(reader), (unit, before), tmp_path / "batch.parquet"))
    with connect(tmp_path, "100MB") as con:
        corpus.load_pages(con, [tmp_path / "batch.parquet"], [unit_key(before)])
        assert corpus.skipped(con) == {"(other host)": 7}
        assert con.execute("SELECT source FROM pages ORDER BY 1").fetchall() == [("all#1",), ("all#2",)]
        found = con.execute("SELECT source, unit, length(text) > 0 FROM documents").fetchall()
    assert found == [("all#1", unit_key(unit), True)]


def slow(_: int, seconds: float = 1.0) -> str:
    with time_limit(seconds):  # three times as long would end the process
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            pass
    return "never"


def test_the_time_limit_holds_on_a_thread_that_gets_no_signals() -> None:
    with ThreadPoolExecutor(1) as pool:
        with pytest.raises(PageTimeoutError):
            pool.submit(slow, 0).result()
        # What was meant for one page does not hit the next.
        assert pool.submit(sum, range(1_000_000)).result() == 499_999_500_000


def test_one_thread_watches_all_pages_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    started = list[threading.Thread]()
    start = threading.Thread.start

    def noted(thread: threading.Thread) -> None:
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", noted)

    def pages(quick: int) -> str:
        for _ in range(quick):
            with time_limit(0.6):
                time.sleep(0.01)
        with pytest.raises(PageTimeoutError):
            slow(0, 0.6)
        with time_limit(0.6):
            time.sleep(0.2)
        return "done"

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(pages, 70).result() == "done"
    assert len(started) == 2  # that of the pool, and one watcher
