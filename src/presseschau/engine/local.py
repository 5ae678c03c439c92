"""A pool of processes on this machine.

A job that kills its process (memory, segmentation fault, endless loop in C) breaks the whole pool, the innocent jobs in
flight included. Those are run again one by one; a job that dies alone, too, and twice, is handed back as `None`, and
who gave it decides what to leave out.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing import resource_tracker
from multiprocessing.process import BaseProcess
from typing import Literal, TypeVar

from presseschau.stable import cores

J = TypeVar("J")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Local:
    """A pool of processes on this machine.

    Attributes:
        workers: Number of processes; None takes one per core that this process may use.
        start: How processes are started; forkserver keeps threads and open files of the main process out of them.
    """

    workers: int | None = None
    start: Literal["forkserver", "spawn"] = "forkserver"

    def __post_init__(self) -> None:
        """Checks the ranges."""
        if self.workers is not None and self.workers < 1:
            raise ValueError(f"workers={self.workers} must be at least 1")

    def run(self, function: Callable[[J], R], jobs: Iterable[J]) -> Iterator[tuple[J, R | None]]:
        """See `Engine.run`.

        Raises:
            RuntimeError: The system has no shared memory for workers.
        """
        waiting = iter(jobs)
        for first in waiting:
            size = self.workers or cores()
            suspects = yield from self._until_broken(function, chain([first], waiting), size)
            for job in suspects:
                # Twice, since whatever ended the first process may have come from outside.
                for _ in range(2):
                    if not (yield from self._until_broken(function, iter([job]), 1)):
                        break
                else:
                    yield job, None

    def _until_broken(
        self, function: Callable[[J], R], jobs: Iterator[J], size: int
    ) -> Generator[tuple[J, R], None, list[J]]:
        """Runs jobs; the answer is those that were in flight when a process died. Then the rest is still to come."""
        context = multiprocessing.get_context(self.start)
        # The fork server imports once what every worker needs; where it cannot, they import it themselves.
        module = function.__module__
        context.set_forkserver_preload([*getattr(sys.modules[module], "PRELOAD", ()), module])
        try:
            pool = ProcessPoolExecutor(size, context, initializer=_in_worker)  # starts no more processes than jobs
        except OSError as error:  # of its locks: no /dev/shm, or no room there
            raise RuntimeError(f"workers need shared memory (/dev/shm): {error.strerror}") from error
        running: dict[Future[R], J] = {}
        refused = list[J]()
        try:
            while True:
                for job in islice(jobs, 2 * size - len(running)):
                    refused = [job]  # a pool that is broken already does not take it
                    with _ctrl_c_later():
                        running[pool.submit(function, job)] = job
                    refused = []
                if not running:
                    return []
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    result = future.result()
                    yield running.pop(future), result
        except BrokenProcessPool:
            return [*running.values(), *refused]
        except BaseException:
            for process in multiprocessing.active_children():
                process.terminate()
            raise
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


@contextmanager
def _ctrl_c_later() -> Iterator[None]:
    """Ctrl-C comes after the block: processes that it starts never hear it, and none is left half started."""
    resource_tracker.ensure_running()  # else it is started with the first process, and lets the signal through again
    heard = list[int]()
    on_main = threading.current_thread() is threading.main_thread()
    # Any thread may get the signal, and the main one handles it; what is blocked here is so in a new process, too.
    handler = signal.signal(signal.SIGINT, lambda number, _: heard.append(number)) if on_main else None
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        if on_main:
            signal.signal(signal.SIGINT, handler)
        if heard:
            signal.raise_signal(signal.SIGINT)


def _in_worker() -> None:
    """Ctrl-C belongs to the main process, and a worker does not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()


def _leave_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)
