"""What goes wrong outside the program: broken disks, broken work files, clocks."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from conftest import ROOT, run_script
from presseschau.synthetic import Collection
from test_reproducible import digests

PACKAGE = ROOT / "src" / "presseschau"
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time"),
          ("time", "time_ns"), ("time", "localtime"), ("time", "gmtime"), ("time", "strftime")}  # fmt: skip
# How long to wait before the next try: a server may name a date.
MAY_TELL_TIME = {"label/llm_endpoint.py"}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faults")
    for number in range(24):
        page = Collection(24, foreign=0).page(number)
        (folder / f"{number}.html").write_text(page.html, encoding="utf-8")
    return folder


def build_of(pages: Path, folder: Path) -> tuple[dict[str, str], str]:
    """The bytes of a build and what it said."""
    done = run_script(
        "build", "source=html", f"source.path={pages}", f"output.dir={folder / 'dataset'}", "split=random",
        f"pipeline.work_dir={folder / 'work'}", "engine.workers=1", "pipeline.batch_units=8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return digests(folder / "dataset"), done.stdout


def test_a_corrupted_work_file_is_made_again(pages: Path, tmp_path: Path) -> None:
    first, _ = build_of(pages, tmp_path)
    for kind, index in (("extract", 0), ("label", 1)):
        batch = sorted((tmp_path / "work" / kind).glob("*/*.parquet"))[index]
        raw = bytearray(batch.read_bytes())
        raw[len(raw) // 2] ^= 1
        batch.write_bytes(raw)
    shutil.rmtree(tmp_path / "dataset")
    again, said = build_of(pages, tmp_path)
    assert again == first
    assert "pages/s extracted now" in said
    assert "extract: only what is new in the input" in said


def test_a_file_that_cannot_be_read_is_a_ledger_row(pages: Path, tmp_path: Path) -> None:
    shutil.copytree(pages, tmp_path / "pages")
    (tmp_path / "pages" / "broken.html").symlink_to("/proc/self/mem")  # its first page is mapped nowhere: EIO
    build_of(tmp_path / "pages", tmp_path)
    rows = {row["source"]: row for row in pq.read_table(tmp_path / "dataset" / "ledger.parquet").to_pylist()}
    assert len(rows) == 25
    assert (rows["broken.html"]["outcome"], rows["broken.html"]["reason"]) == ("failed", "unreadable")
    assert "Input/output error" in rows["broken.html"]["detail"]


def clocks_read(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and (node.value.id, node.attr) in CLOCKS
        ):
            yield f"{path.relative_to(PACKAGE)}:{node.lineno}"


def test_no_stage_reads_a_clock() -> None:
    # So a clock that is set back or wrong changes nothing.
    read = [place for path in sorted(PACKAGE.rglob("*.py")) for place in clocks_read(path)]
    assert [place for place in read if place.partition(":")[0] not in MAY_TELL_TIME] == []
