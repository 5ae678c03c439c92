"""Builds that are interrupted, killed, or meet a page that kills: the same command goes on, and the bytes are the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conftest import ROOT, build, run_script
from test_reproducible import digests


def started(folder: Path, *overrides: str) -> subprocess.Popen[str]:
    """A build in a process group of its own, so that the whole of it can be killed."""
    command = [
        sys.executable, str(ROOT / "scripts/build.py"), f"output.dir={folder / 'dataset'}",
        f"pipeline.work_dir={folder / 'work'}", "pipeline.batch_units=5", "engine.workers=2", *overrides,
    ]  # fmt: skip
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return digests(build(tmp_path_factory.mktemp("whole")))


def kill_after(folder: Path, seconds: float) -> None:
    process = started(folder)
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


@pytest.mark.parametrize("seconds", [1.2, 2.0, 2.8])
def test_a_killed_build_goes_on(whole: dict[str, str], tmp_path: Path, seconds: float) -> None:
    kill_after(tmp_path, seconds)
    assert digests(build(tmp_path)) == whole


@pytest.mark.slow
def test_a_build_killed_ten_times_goes_on(whole: dict[str, str], tmp_path: Path) -> None:
    for number in range(10):
        kill_after(tmp_path, 0.5 + 0.35 * number)
    assert digests(build(tmp_path)) == whole
    assert sorted(p.name for p in tmp_path.iterdir()) == ["dataset", "work"]


def any_left(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_ctrl_c_ends_with_130_and_leaves_no_process(tmp_path: Path) -> None:
    process = started(tmp_path)
    deadline = time.monotonic() + 30
    # The folder of the work store: workers are being started, and seconds of work lie ahead.
    while not list(tmp_path.glob("work/extract/*")) and time.monotonic() < deadline:
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130, errors
    assert "interrupted" in errors
    assert "Traceback" not in errors
    while any_left(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any_left(process.pid)


def test_the_last_good_dataset_survives_a_failed_build(tmp_path: Path) -> None:
    dataset = build(tmp_path)
    before = digests(dataset)
    # A limit on file sizes stands in for a full disk: the system refuses the write in the same place.
    command = f"ulimit -f 20; exec {sys.executable} {ROOT}/scripts/build.py output.dir={dataset} dataset.version=2.0.0"
    done = subprocess.run(
        ["bash", "-c", f"{command} pipeline.work_dir={tmp_path / 'work'}"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 1, done.stderr
    assert done.stderr.count("\n") == 1
    assert digests(dataset) == before


def test_a_second_build_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    process = started(tmp_path)
    deadline = time.monotonic() + 30
    while not (tmp_path / "work/extract").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    done = run_script("build", f"output.dir={tmp_path / 'other'}", f"pipeline.work_dir={tmp_path / 'work'}")
    process.communicate(timeout=60)
    assert done.returncode == 1
    assert f"process {process.pid}" in done.stderr


def test_a_rebuild_does_only_what_is_new_and_says_why(tmp_path: Path) -> None:
    def notes(*overrides: str) -> str:
        done = run_script(
            "build", f"output.dir={tmp_path / 'dataset'}", f"pipeline.work_dir={tmp_path / 'work'}", *overrides
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "extracted now" in notes()
    assert "extracted now" not in notes()
    relabelled = notes("label.sections=false")
    assert "extracted now" not in relabelled
    assert "label: done again, since label.sections changed" in relabelled
    assert "extract: done again, since filter.min_words changed" in notes("filter.min_words=41")
