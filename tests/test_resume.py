"""Builds that are interrupted, killed, or meet a page that kills: the same command goes on, and the bytes are the same."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT, build, run_script
from test_reproducible import digests

PATIENCE = 120  # seconds, for what takes one on a quiet machine


@contextmanager
def started(folder: Path, *overrides: str) -> Iterator[subprocess.Popen[str]]:
    """A build in a process group of its own, so that the whole of it can be killed; nothing of it is left behind."""
    command = [
        sys.executable, str(ROOT / "scripts/build.py"), f"output.dir={folder / 'dataset'}",
        f"pipeline.work_dir={folder / 'work'}", "pipeline.batch_units=5", "engine.workers=2", *overrides,
    ]  # fmt: skip
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def wait_until(process: subprocess.Popen[Any], reached: Callable[[], bool]) -> None:
    """Waits for a moment of a build, or for its end."""
    end = time.monotonic() + PATIENCE
    while process.poll() is None and not reached():
        assert time.monotonic() < end
        time.sleep(0.005)


def spent(process: subprocess.Popen[str]) -> float:
    """CPU seconds that a running process has used: how far it has come, however busy the machine is."""
    stat = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Whole:
    """A build that nothing interrupted: its bytes, how long it took, and the CPU time of its main process."""

    bytes: dict[str, str]
    seconds: float
    cpu: float


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    folder, start, cpu = tmp_path_factory.mktemp("whole"), time.monotonic(), 0.0

    def watch() -> bool:
        nonlocal cpu
        cpu = spent(process)
        return False

    with started(folder) as process:
        wait_until(process, watch)
        _, errors = process.communicate()
    assert process.returncode == 0, errors
    return Whole(digests(folder / "dataset"), time.monotonic() - start, cpu)


def kill_after(folder: Path, seconds: float) -> str:
    """Kills a build and all its processes; how far it had come."""
    with started(folder) as process:
        time.sleep(seconds)
        ended = process.poll() is not None
    batches = {kind: len(list((folder / "work" / kind).glob("*/*.parquet"))) for kind in ("extract", "label")}
    left = sum(path.suffix in (".part", ".at") for path in folder.rglob("*"))
    return (
        f"killed after {seconds:.2f} s: {batches['extract']} batches extracted, {batches['label']} labelled, "
        f"{left} files half written, dataset {'there' if ended else 'not there'}"
    )


def check_kills(folder: Path, whole: Whole, moments: int) -> None:
    """Kills that many builds, each somewhere between start and end, and goes on with each."""
    chance = random.Random(moments)
    for number in range(moments):
        where = folder / str(number)
        # One in each stretch of the build: chance alone likes to leave a stage out.
        told = kill_after(where, whole.seconds * (number + chance.random()) / moments)
        same = digests(build(where)) == whole.bytes
        print(f"{told}; resumed: {'the same bytes' if same else 'OTHER BYTES'}")
        assert same
        assert sorted(path.name for path in where.iterdir()) == ["dataset", "work"]
        assert not [path for path in where.rglob("*") if path.suffix in (".part", ".at")]


def test_builds_killed_at_random_moments_go_on(whole: Whole, tmp_path: Path) -> None:
    check_kills(tmp_path, whole, 3)


@pytest.mark.slow
def test_builds_killed_at_ten_random_moments_go_on(whole: Whole, tmp_path: Path) -> None:
    check_kills(tmp_path, whole, 10)


@pytest.mark.slow
def test_a_build_killed_ten_times_goes_on(whole: Whole, tmp_path: Path) -> None:
    for number in range(10):
        print(kill_after(tmp_path, whole.seconds * (0.15 + 0.08 * number)))
    assert digests(build(tmp_path)) == whole.bytes
    assert sorted(p.name for p in tmp_path.iterdir()) == ["dataset", "work"]


def wait_for_the_last(group: int) -> None:
    """Waits until no process of a group is alive."""
    end = time.monotonic() + PATIENCE
    while any_left(group):
        assert time.monotonic() < end
        time.sleep(0.05)


def any_left(group: int) -> bool:
    """Whether a process of the group is alive; one that has ended may wait a while for the system to take note."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, own = stat.read_text().rpartition(")")[2].split()[:3]
            if int(own) == group and state != "Z":
                return True
    return False


def test_ctrl_c_ends_with_130_and_leaves_no_process(tmp_path: Path) -> None:
    with started(tmp_path) as process:
        # The folder of the work store: workers are being started, and seconds of work lie ahead.
        wait_until(process, lambda: any(tmp_path.glob("work/extract/*")))
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode == 130, errors
        assert "interrupted" in errors
        assert "Traceback" not in errors
        wait_for_the_last(process.pid)


def test_ctrl_c_at_any_moment_is_one_line(whole: Whole, tmp_path: Path) -> None:
    # From the first imports to the work of the processes: some moments lie in the start of the fork server.
    for number in range(8):
        moment = whole.cpu * (0.08 + 0.05 * number)
        with started(tmp_path / str(number)) as process:
            wait_until(process, lambda moment=moment, process=process: spent(process) >= moment)
            os.killpg(process.pid, signal.SIGINT)
            _, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode == 130, errors
        assert errors.startswith("error: interrupted")
        assert errors.count("\n") == 1


def test_ctrl_c_within_an_import_is_none_of_the_modules_business(tmp_path: Path) -> None:
    # As DuckDB does: it makes its enums by a call of Python that must not fail, or it aborts the process.
    (tmp_path / "native.py").write_text(
        "import os, signal\ntry:\n    signal.raise_signal(signal.SIGINT)\nexcept BaseException:\n    os.abort()\n"
    )
    done = begun(tmp_path, "    import native")
    assert (done.returncode, done.stderr) == (130, "error: interrupted\n")


def test_ctrl_c_that_a_library_makes_an_error_of_is_no_finding(tmp_path: Path) -> None:
    # DuckDB says `RuntimeError: Query interrupted`, and a check of a dataset takes any error for a broken promise.
    done = begun(
        tmp_path,
        "    import signal\n    try:\n        signal.raise_signal(signal.SIGINT)\n    except KeyboardInterrupt:\n"
        "        print('1 promise does not hold')\n    return 1",
    )
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "error: interrupted; the same command goes on where it stopped\n"


def begun(folder: Path, body: str) -> subprocess.CompletedProcess[str]:
    """A command whose work is `body`."""
    script = folder / "begun.py"
    script.write_text(f"from command import run\ndef main(config):\n{body}\nrun('build', main, 'failed')\n")
    paths = {"PYTHONPATH": f"{ROOT / 'scripts'}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    return subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=False, env={**os.environ, **paths}
    )


def test_the_last_good_dataset_survives_a_failed_build(tmp_path: Path) -> None:
    dataset = build(tmp_path)
    before = digests(dataset)
    # A limit on file sizes stands in for a full disk: the system refuses the write in the same place.
    command = [
        "bash", "-c", 'ulimit -f 20; exec "$@"', "bash", sys.executable, str(ROOT / "scripts/build.py"),
        f"output.dir={dataset}", f"pipeline.work_dir={tmp_path / 'work'}", "dataset.version=2.0.0",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    assert done.stderr.count("\n") == 1
    assert digests(dataset) == before


def test_a_second_build_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    with started(tmp_path) as process:
        wait_until(process, (tmp_path / "work/extract").exists)
        os.killpg(process.pid, signal.SIGSTOP)  # so that it does not end before the other one asks
        done = run_script("build", f"output.dir={tmp_path / 'other'}", f"pipeline.work_dir={tmp_path / 'work'}")
        os.killpg(process.pid, signal.SIGCONT)
        _, errors = process.communicate(timeout=PATIENCE)
    assert done.returncode == 1
    assert f"process {process.pid}" in done.stderr
    assert process.returncode == 0, errors


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
