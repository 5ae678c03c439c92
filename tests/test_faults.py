"""What goes wrong outside the program: broken disks, broken work files, clocks."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shlex import join, quote

import pyarrow.parquet as pq
import pytest

from conftest import ROOT, run_script
from presseschau.dedup import Dedup
from presseschau.dedup.resolve import resolve_duplicates
from presseschau.pipeline import corpus
from presseschau.pipeline.database import connect
from presseschau.split import SplitPlan
from presseschau.synthetic import Collection
from test_reproducible import digests

PACKAGE = ROOT / "src" / "presseschau"
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time"),
          ("time", "time_ns"), ("time", "localtime"), ("time", "gmtime"), ("time", "strftime")}  # fmt: skip
# How long to wait before the next try: a server may name a date.
MAY_TELL_TIME = {"annotation/llm/endpoint.py"}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faults")
    for number in range(24):
        page = Collection(24, foreign=0).page(number)
        (folder / f"{number}.html").write_text(page.html, encoding="utf-8")
    return folder


def build_of(pages: Path, folder: Path, env: dict[str, str] | None = None) -> tuple[dict[str, str], str]:
    """The bytes of a build and what it said."""
    done = run_script(
        "build", "source=html", f"source.path={pages}", f"output.dir={folder / 'dataset'}", "split=random",
        f"pipeline.work_dir={folder / 'work'}", "engine.workers=1", "pipeline.batch_units=8", env=env,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return digests(folder / "dataset"), done.stdout


@pytest.fixture(scope="module")
def whole(pages: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The bytes of a build in which nothing goes wrong."""
    return build_of(pages, tmp_path_factory.mktemp("whole"))[0]


def test_a_corrupted_work_file_is_made_again(pages: Path, tmp_path: Path) -> None:
    first, _ = build_of(pages, tmp_path)
    for kind, index in (("extract", 0), ("label", 1), ("pairs", 0)):
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


def test_too_little_memory_is_told_in_one_line_that_names_the_option(pages: Path, tmp_path: Path) -> None:
    done = run_script(
        "build", "source=html", f"source.path={pages}", f"output.dir={tmp_path / 'dataset'}", "split=random",
        f"pipeline.work_dir={tmp_path / 'work'}", "engine.workers=1", "pipeline.memory_limit=1MB",
    )  # fmt: skip
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "pipeline.memory_limit=1MB is too little" in done.stderr
    assert not (tmp_path / "dataset").exists()
    assert not list((tmp_path / "work").glob("corpus.duckdb*"))


def test_the_audit_takes_no_more_memory_than_was_given(tmp_path: Path) -> None:
    with connect(tmp_path, "100MB") as con:
        con.execute(
            """CREATE TABLE articles (source VARCHAR, id VARCHAR, url VARCHAR, text VARCHAR, published TIMESTAMP,
                 crawled TIMESTAMP, free BOOLEAN, exact_key UBIGINT, bands UBIGINT[], prints UBIGINT[],
                 shingles INTEGER, filename VARCHAR);
               CREATE TABLE kept (id VARCHAR, source VARCHAR, cluster VARCHAR, publisher VARCHAR, published TIMESTAMP);
               CREATE TABLE split (id VARCHAR, split VARCHAR, reason VARCHAR)"""
        )
        resolve_duplicates(con, Dedup())
        corpus.audit(con, Dedup(), SplitPlan("random", 0, 0.1, 0.1), tmp_path, events=False, publishers=False)
        [(limit,)] = con.execute("SELECT current_setting('memory_limit')").fetchall()
    assert limit == "71.4 MiB"  # three quarters


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


# ---- a full disk: a tmpfs of a few megabytes in a mount name space of its own, where the system lets us have one

BUILD = join([sys.executable, str(ROOT / "scripts/build.py")])
NAME_SPACE = ["unshare", "--mount", "--user", "--map-root-user", "bash", "-ec"]
MAY_MOUNT = (
    shutil.which("unshare") is not None
    and subprocess.run([*NAME_SPACE, "mount -t tmpfs -o size=1m tmpfs /mnt"], capture_output=True).returncode == 0
)
small_disk = pytest.mark.skipif(not MAY_MOUNT, reason="no tmpfs can be mounted here")


def on_a_small_disk(mounted: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Runs a script with `$disk` mounted anew; `resize SIZE` changes it, `build …` builds, `ended` is what it gave."""
    mounted.mkdir(exist_ok=True)
    head = f"""disk={quote(str(mounted))}
        resize() {{ mount -o remount,size="$1" "$disk"; }}
        build() {{ ended=0; {BUILD} engine.workers=1 split=random "$@" || ended=$?; }}
        mount -t tmpfs -o size=64m tmpfs "$disk"
        """
    return subprocess.run(
        [*NAME_SPACE, head + script], cwd=ROOT, capture_output=True, text=True, timeout=300,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
    )  # fmt: skip


def assert_the_disk_was_full(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stderr
    [line] = done.stderr.splitlines()
    assert "No space left on device" in line


@small_disk
def test_a_full_disk_under_the_work_files_ends_in_one_line_and_the_build_goes_on(
    pages: Path, whole: dict[str, str], tmp_path: Path
) -> None:
    made = quote(f"{tmp_path}/dataset")
    command = f'build source=html source.path={quote(str(pages))} output.dir={made} pipeline.work_dir="$disk"/work'
    done = on_a_small_disk(
        tmp_path / "disk",
        f"""resize 40k; {command} pipeline.batch_units=8; test $ended = 1; test ! -e {made}
        resize 64m; {command} pipeline.batch_units=8; test $ended = 0""",
    )
    assert_the_disk_was_full(done)
    assert digests(tmp_path / "dataset") == whole


@small_disk
def test_a_full_disk_under_the_output_leaves_the_last_good_dataset(
    pages: Path, whole: dict[str, str], tmp_path: Path
) -> None:
    work = quote(f"{tmp_path}/work")
    command = f'build source=html source.path={quote(str(pages))} output.dir="$disk"/dataset pipeline.work_dir={work}'
    done = on_a_small_disk(
        tmp_path / "disk",
        f"""{command}; test $ended = 0
        resize $(($(du -sk "$disk" | cut -f1) + 64))k; {command} dataset.version=2.0.0; test $ended = 1
        cp -r "$disk" {quote(f"{tmp_path}/kept")}""",
    )
    assert_the_disk_was_full(done)
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["dataset"]
    assert digests(tmp_path / "kept" / "dataset") == whole


# ---- clocks


def test_a_clock_that_is_set_back_between_two_builds_changes_nothing(
    pages: Path, whole: dict[str, str], tmp_path: Path
) -> None:
    """The second build sees work files of the future, and a clock that stands years back and jumps about."""
    shutil.copytree(pages, tmp_path / "pages")
    for path in sorted((tmp_path / "pages").iterdir())[12:]:
        path.unlink()
    build_of(tmp_path / "pages", tmp_path)
    shutil.copytree(pages, tmp_path / "pages", dirs_exist_ok=True)
    for path in [*(tmp_path / "work").rglob("*"), *(tmp_path / "dataset").rglob("*")]:
        os.utime(path, (2_000_000_000, 2_000_000_000))
    (tmp_path / "clock").mkdir()
    (tmp_path / "clock" / "sitecustomize.py").write_text(
        "import random, time\n"
        "back = lambda: 915_148_800 + random.random() * 1e8\n"
        "time.time, time.time_ns = back, lambda: int(back() * 1e9)\n"
    )
    search = [str(tmp_path / "clock"), *filter(None, [os.environ.get("PYTHONPATH")])]
    again, said = build_of(tmp_path / "pages", tmp_path, {"PYTHONPATH": os.pathsep.join(search)})
    assert again == whole
    assert "extract: only what is new in the input" in said
