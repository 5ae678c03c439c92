"""Real processes, some of which die."""

from __future__ import annotations

import ast
import errno
import importlib.util
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from presseschau.engine import Dask, Local
from presseschau.label import load_scheme
from test_resume import PATIENCE, wait_for_the_last, wait_until


def square(number: int) -> int:
    return number * number


def die_at_three(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.05)
    return number


def die_once(path: str) -> str:
    marker = Path(path)
    if marker.exists():
        return "second try"
    marker.touch()
    os._exit(1)


def die_four_times(path: str) -> str:
    deaths = Path(path)
    if deaths.exists() and len(deaths.read_text()) == 4:
        return "fifth try"
    with deaths.open("a") as file:
        file.write("x")
    os._exit(1)


def never_end(path: str) -> None:
    Path(path).touch()
    time.sleep(2 * PATIENCE)


def fallback_of(scheme: str) -> str:
    return load_scheme(Path(scheme)).topic.fallback


@pytest.mark.parametrize("start", ["forkserver", "spawn"])
def test_every_job_has_its_result(start: str) -> None:
    assert dict(Local(2, start).run(square, [3, 1, 2])) == {3: 9, 1: 1, 2: 4}  # type: ignore[arg-type]


def test_the_fork_server_loads_once_what_the_module_of_a_job_names(tmp_path: Path) -> None:
    (tmp_path / "jobs.py").write_text(
        "import os, sys\nPRELOAD = ('tables',)\ndef loaded_by(_): return 'tables' in sys.modules and sys.modules['tables'].pid\n"
    )
    (tmp_path / "tables.py").write_text("import os\npid = os.getpid()\n")
    code = (
        "import jobs\nfrom presseschau.engine import Local\n"
        "if __name__ == '__main__': print({pid for _, pid in Local(2).run(jobs.loaded_by, range(6))})"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), os.environ.get("PYTHONPATH", "")))}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    (pid,) = ast.literal_eval(done.stdout)
    assert pid


def test_jobs_are_asked_for_when_there_is_room() -> None:
    # A job may carry the bytes of its pages: there must never be more of them than the workers are about to need.
    given, most, done = 0, 0, 0

    def jobs() -> Iterator[int]:
        nonlocal given, most
        for number in range(40):
            given += 1
            most = max(most, given - done)
            yield number

    for _ in Local(2).run(square, jobs()):
        done += 1
    assert (given, done) == (40, 40)
    assert most <= 5


def test_no_jobs_need_no_process() -> None:
    assert list(Local(2).run(square, [])) == []


def test_a_job_that_kills_its_process_is_found_and_the_others_are_done() -> None:
    results = dict(Local(2).run(die_at_three, list(range(8))))
    assert results == {n: None if n == 3 else n for n in range(8)}


def test_a_worker_killed_by_others_loses_nothing(tmp_path: Path) -> None:
    jobs = [str(tmp_path / name) for name in ("a", "b", "c")]
    assert {result for _, result in Local(2).run(die_once, jobs)} == {"second try"}


def test_workers_end_with_the_main_process_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, test_engine\nfrom presseschau.engine import Local\n"
        "if __name__ == '__main__': list(Local(2).run(test_engine.never_end, sys.argv[1:]))"
    )
    marks = [tmp_path / "a", tmp_path / "b"]
    search = os.pathsep.join((str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")))
    with subprocess.Popen(
        [sys.executable, "-c", code, *map(str, marks)], env={**os.environ, "PYTHONPATH": search}, start_new_session=True
    ) as process:
        try:
            wait_until(process, lambda: all(mark.exists() for mark in marks))
            process.kill()
            assert process.wait() == -signal.SIGKILL
            wait_for_the_last(process.pid)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def test_a_machine_without_shared_memory_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("_multiprocessing.SemLock", full)
    with pytest.raises(RuntimeError, match=re.escape("workers need shared memory (/dev/shm): No space left on device")):
        list(Local(workers=1).run(square, [1]))


def test_an_error_in_the_function_is_raised() -> None:
    with pytest.raises(TypeError):
        list(Local(1).run(square, ["a"]))  # type: ignore[list-item]


def test_workers_must_be_positive() -> None:
    with pytest.raises(ValueError, match="workers=0"):
        Local(0)


dask_cluster = pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason="Dask is not installed")


@dask_cluster
def test_dask_gives_every_job_its_result_and_survives_a_deadly_one() -> None:
    assert dict(Dask(workers=2).run(die_at_three, list(range(6)))) == {n: None if n == 3 else n for n in range(6)}


@dask_cluster
def test_dask_really_runs_a_job_again_that_it_gave_up(tmp_path: Path) -> None:
    # Four workers die under it, as under an innocent job that shares them with a deadly one; alone it does well.
    assert list(Dask(workers=1).run(die_four_times, [str(tmp_path / "deaths")])) == [
        (str(tmp_path / "deaths"), "fifth try")
    ]


@dask_cluster
def test_a_worker_that_is_long_in_coming_back_is_waited_for(tmp_path: Path) -> None:
    # Dask's own limit, after which it drops the worker, is over before any can be back.
    code = (
        "import sys, test_engine\nfrom presseschau.engine import Dask\n"
        "if __name__ == '__main__': print(list(Dask(workers=1).run(test_engine.die_once, sys.argv[1:])))"
    )
    search = os.pathsep.join((str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")))
    environment = {**os.environ, "PYTHONPATH": search, "DASK_DISTRIBUTED__DEPLOY__LOST_WORKER_TIMEOUT": "1ms"}
    command = [sys.executable, "-c", code, str(tmp_path / "mark")]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=PATIENCE)
    assert "second try" in done.stdout, done.stderr


@dask_cluster
def test_dask_raises_the_error_of_the_function() -> None:
    with pytest.raises(TypeError):
        list(Dask(workers=1).run(square, ["a"]))  # type: ignore[list-item]


@dask_cluster
def test_dask_without_a_scheduler_says_so_in_one_line() -> None:
    with pytest.raises(RuntimeError, match="no scheduler answers there"):
        list(Dask("tcp://127.0.0.1:1").run(square, [1]))


@dask_cluster
def test_a_worker_that_outlives_a_run_reads_files_again_and_refuses_other_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    distributed, scheme = importlib.import_module("distributed"), tmp_path / "scheme.yaml"
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        engine = Dask(cluster.scheduler_address)
        for fallback in ("garden", "other"):
            scheme.write_text(
                f"topic: {{fallback: {fallback}, classes: [{{key: garden}}, {{key: other}}]}}", encoding="utf-8"
            )
            assert list(engine.run(fallback_of, [str(scheme)])) == [(str(scheme), fallback)]
        monkeypatch.setattr("presseschau.engine.dask.code_version", lambda: "of another release")
        with pytest.raises(RuntimeError, match="has no presseschau or another version"):
            list(engine.run(fallback_of, [str(scheme)]))


@dask_cluster
def test_a_scheduler_that_goes_is_told_in_one_line(tmp_path: Path) -> None:
    code = (
        "import distributed, time\nif __name__ == '__main__':\n"
        "  cluster = distributed.LocalCluster(n_workers=1, processes=False, dashboard_address=None, protocol='tcp')\n"
        "  print(cluster.scheduler_address, flush=True); time.sleep(600)"
    )
    search = os.pathsep.join((str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")))
    with subprocess.Popen(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": search}, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        engine, mark = Dask(process.stdout.readline().strip()), tmp_path / "mark"
        threading.Thread(target=lambda: (wait_until(process, mark.exists), process.kill()), daemon=True).start()
        with pytest.raises(RuntimeError, match="the scheduler has gone"):
            list(engine.run(never_end, [str(mark)]))


def test_an_address_needs_its_protocol() -> None:
    with pytest.raises(ValueError, match="address=host:8786 must be like"):
        Dask("host:8786")
