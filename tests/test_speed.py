from __future__ import annotations

import gzip
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from conftest import ROOT, run_script
from presseschau.pipeline.baselines import usual
from presseschau.pipeline.speed import Round, Speed, SpeedError, measure, store_pages
from presseschau.synthetic import Collection, write_pages

BURN = "import time\nwhile time.process_time() < 0.3: pass"
# A child that burns, and a grandchild that outlives it and burns.
FAMILY = f"""
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", {BURN!r}])
{BURN}
"""


def test_cpu_of_a_grandchild_that_outlives_its_parent_is_counted() -> None:
    # In a process of its own, since it makes itself the foster parent of orphans.
    code = (
        "import sys; from presseschau.pipeline.speed import become_subreaper, run\n"
        f"become_subreaper(); print(run([sys.executable, '-c', {FAMILY!r}]).cpu)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 0.6 <= float(done.stdout) < 1.5


def test_ratios_are_taken_within_a_round() -> None:
    def one(build: float, usual: float, floor: float) -> Round:
        return Round(build, usual, floor, build / 2, 1.0, 0.5, 0.6, {"extract": build}, 100.0, 50.0)

    # The machine was half as fast in the second round: for all three.
    summary = Speed(1_012, 10, 30_000, (one(10, 80, 4), one(20, 160, 8), one(11, 77, 4.4))).summary()
    assert summary["usual_over_build"] == 8.0
    assert summary["build_over_floor"] == 2.5
    assert summary["cpu_ms_per_page"]["build"] == 11
    assert summary["growth_over_build"] == round(0.6 / 12, 4)
    assert summary["fixed_cpu_seconds"] == round(12 - 1.012 * 5.5, 2)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("speed") / "pages"
    write_pages(Collection(30), folder, range(30))
    return folder


needs_datasketch = pytest.mark.skipif(importlib.util.find_spec("datasketch") is None, reason="no datasketch")


def test_the_same_pages_are_stored_from_any_source(pages: Path, tmp_path: Path) -> None:
    count, size = store_pages({"kind": "html", "path": str(pages)}, tmp_path / "all", None)
    assert (count, size) == (30, sum(len(gzip.decompress(p.read_bytes())) for p in pages.rglob("*.gz")))
    assert store_pages({"kind": "html", "path": str(pages)}, tmp_path / "tiny", 12)[0] == 12
    with pytest.raises(SpeedError, match="too few"):
        measure({"kind": "html", "path": str(pages)}, ROOT / "scripts/build.py", [], 1, 5)


@needs_datasketch
def test_the_usual_stack_keeps_what_is_german_and_new(pages: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.gz").write_bytes(gzip.compress(b"<html></html>"))
    usual([str(tmp_path / "empty.gz"), *(str(path) for path in sorted(pages.rglob("*.gz")))], tmp_path)
    kept = pq.read_table(tmp_path / "usual.parquet")
    made = [Collection(30).page(number) for number in range(30)]
    fresh = sum(page.language == "de" and page.copy_of is None for page in made)
    assert fresh <= kept.num_rows < sum(page.language == "de" for page in made)
    assert min(len(text.split()) for text in kept.column("text").to_pylist()) > 40


@pytest.mark.slow
@needs_datasketch
def test_the_command_measures_and_writes_json(pages: Path, tmp_path: Path) -> None:
    out = tmp_path / "speed.json"
    done = run_script("speed", f"source.path={pages}", "rounds=1", f"output={out}")
    assert done.returncode == 0, done.stderr
    found = json.loads(out.read_text())
    assert (found["pages"], found["new_pages"]) == (29, 1)
    assert set(found["cpu_ms_per_page"]) == {"build", "usual", "floor", "second_half"}
    # The build of so few pages costs what start-up varies by, so nothing is known of its ratios here.
    assert 0 < found["cpu_ms_per_page"]["floor"] < found["cpu_ms_per_page"]["usual"]
    assert found["startup_cpu_seconds"] > found["rebuild_cpu_seconds"] > 0
    assert found["rebuild_cpu_seconds"] < found["growth_cpu_seconds"]
    assert 50 < found["worker_peak_mib"] < 500
    assert "the usual stack" in done.stdout


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["rounds=0", "source.path=x"], "rounds=0"),
        (["source.path=/no/such/folder"], "no such file or folder"),
        ([], "source.path"),
    ],
)
def test_mistakes_are_one_line(overrides: list[str], message: str) -> None:
    done = run_script("speed", *overrides)
    assert done.returncode == 2, done.stderr
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
