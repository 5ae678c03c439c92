"""Real processes, some of which die."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from presseschau.engine import Local


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


@pytest.mark.parametrize("start", ["forkserver", "spawn"])
def test_every_job_has_its_result(start: str) -> None:
    assert dict(Local(2, start).run(square, [3, 1, 2])) == {3: 9, 1: 1, 2: 4}  # type: ignore[arg-type]


def test_no_jobs_need_no_process() -> None:
    assert list(Local(2).run(square, [])) == []


def test_a_job_that_kills_its_process_is_found_and_the_others_are_done() -> None:
    results = dict(Local(2).run(die_at_three, list(range(8))))
    assert results == {n: None if n == 3 else n for n in range(8)}


def test_a_worker_killed_by_others_loses_nothing(tmp_path: Path) -> None:
    jobs = [str(tmp_path / name) for name in ("a", "b", "c")]
    assert {result for _, result in Local(2).run(die_once, jobs)} == {"second try"}


def test_an_error_in_the_function_is_raised() -> None:
    with pytest.raises(TypeError):
        list(Local(1).run(square, ["a"]))  # type: ignore[list-item]


def test_workers_must_be_positive() -> None:
    with pytest.raises(ValueError, match="workers=0"):
        Local(0)
