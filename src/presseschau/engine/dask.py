"""A Dask cluster: processes here, or whatever dask-jobqueue (Slurm, PBS, SGE), Kubernetes or a hand-started one gives.

All workers see the input and the work folder under the same paths, and have the same version of this package.
A job whose worker dies is tried again by Dask on another one; who shares a worker with a deadly job may be blamed with
it, so those that Dask gives up are run again one by one, as on one machine.
"""

from __future__ import annotations

import importlib
import logging
import os
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, TypeVar

J = TypeVar("J")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Dask:
    """Workers of a Dask cluster.

    Attributes:
        address: Of the scheduler, `tcp://host:8786`; None starts one with processes on this machine.
        workers: Number of those processes; None takes one per core that this process may use.
    """

    address: str | None = None
    workers: int | None = None

    def __post_init__(self) -> None:
        """Checks the ranges."""
        if self.workers is not None and self.workers < 1:
            raise ValueError(f"workers={self.workers} must be at least 1")
        if self.address is not None and "://" not in self.address:
            raise ValueError(f"address={self.address} must be like tcp://host:8786")

    def run(self, function: Callable[[J], R], jobs: Iterable[J]) -> Iterator[tuple[J, R | None]]:
        """See `Engine.run`.

        Raises:
            RuntimeError: Dask is not installed, or the scheduler does not answer.
        """
        waiting = iter(jobs)
        first = list(islice(waiting, 1))
        if not first:
            return
        with self._client() as client:
            suspects = yield from _run(client, function, chain(first, waiting))
            for job in suspects:
                # Once: Dask itself tries four workers before it gives a job up.
                if (yield from _run(client, function, [job])):
                    yield job, None

    @contextmanager
    def _client(self) -> Iterator[Any]:
        try:
            distributed: Any = importlib.import_module("distributed")
        except ModuleNotFoundError as error:
            raise RuntimeError("engine=dask needs Dask: pip install 'presseschau[dask]'") from error
        if self.address is not None:
            try:
                client = distributed.Client(self.address, timeout="10s", set_as_default=False)
            except (OSError, TimeoutError) as error:
                raise RuntimeError(f"engine.address={self.address}: no scheduler answers there") from error
            with client:
                yield client
            return
        size = self.workers or len(os.sched_getaffinity(0))
        # One thread each: the page stages hold the interpreter's lock.
        options: dict[str, Any] = {"dashboard_address": None, "silence_logs": logging.CRITICAL}
        # Else Dask drops a worker for good that has not come back after 15 s (a busy machine, one death after another).
        patience = importlib.import_module("dask").config.set({"distributed.deploy.lost-worker-timeout": "1 day"})
        with (
            patience,
            distributed.LocalCluster(n_workers=size, threads_per_worker=1, processes=True, **options) as cluster,
            distributed.Client(cluster, set_as_default=False) as client,
        ):
            yield client


def _run(client: Any, function: Callable[[J], R], jobs: Iterable[J]) -> Generator[tuple[J, R], None, list[J]]:
    """Runs jobs; the answer is those that Dask gave up since their workers died."""
    killed = importlib.import_module("distributed").KilledWorker
    waiting, suspects = iter(jobs), list[J]()
    running: dict[Future[R], J] = {}
    # Not pure: a job that is run again would else be the same task, and be answered with its old error.
    with client.get_executor(pure=False) as executor:
        try:
            while True:
                room = max(2, 2 * sum(client.nthreads().values())) - len(running)
                for job in islice(waiting, max(0, room)):
                    running[executor.submit(function, job)] = job
                if not running:
                    return suspects
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    job = running.pop(future)
                    try:
                        result = future.result()
                    except killed:
                        suspects.append(job)
                        continue
                    yield job, result
        finally:
            for future in running:
                future.cancel()
