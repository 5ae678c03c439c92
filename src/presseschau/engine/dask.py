"""A Dask cluster: processes here, or whatever dask-jobqueue (Slurm, PBS, SGE), Kubernetes or a hand-started one gives.

All workers see the input and the work folder under the same paths, and have the same version of this package.
A job whose worker dies is tried again by Dask on another one; who shares a worker with a deadly job may be blamed with
it, so those that Dask gives up are run again one by one, as on one machine.

Workers may have been started long ago, and elsewhere: one that has no package or another version of it refuses its
jobs, and what it has read of files for an earlier run is read again.
"""

from __future__ import annotations

import importlib
import logging
import pickle
import sys
import uuid
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice
from typing import Any, TypeVar

from presseschau.stable import code_digest, cores

J = TypeVar("J")
R = TypeVar("R")
_runs = set[str]()  # whose jobs this process has worked on


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
            RuntimeError: Dask is not installed, the scheduler does not answer, or a worker has other code.
        """
        waiting = iter(jobs)
        first = list(islice(waiting, 1))
        if not first:
            return
        with self._client() as client:
            work = _work(function, uuid.uuid4().hex)
            suspects = yield from _run(client, work, chain(first, waiting))
            for job in suspects:
                # Once: Dask itself tries four workers before it gives a job up.
                if (yield from _run(client, work, [job])):
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
            quiet = importlib.import_module("distributed.utils").silence_logging_cmgr(logging.CRITICAL)
            try:
                with quiet, client:
                    yield client
            except CancelledError as error:
                raise RuntimeError(f"engine.address={self.address}: the scheduler has gone or was restarted") from error
            return
        size = self.workers or cores()
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


def _work(function: Callable[[J], R], run: str) -> Callable[[bytes], bytes]:
    """The function as a worker is given it: pickled in and out, once it is known that both mean the same by it.

    What Dask cannot read costs it the worker, so all is in bytes; and being no name of a module, this goes by its code.
    """
    version, named = code_version(), pickle.dumps(function)

    def work(job: bytes) -> bytes:
        try:
            own = importlib.import_module("presseschau.engine.dask").loaded(run)
        except (ImportError, AttributeError):
            own = None
        if own != version:
            where = importlib.import_module("distributed").get_worker().address
            raise RuntimeError(
                f"the Dask worker {where} has no presseschau or another version than this build: "
                "install the same and restart it"
            )
        return pickle.dumps(pickle.loads(named)(pickle.loads(job)))  # noqa: S301 (from this build)

    return work


@cache
def code_version() -> str:
    """Digest of the package's files, as they are when this process first asks."""
    return code_digest(["."])


def loaded(run: str) -> str:
    """The code that a worker has loaded; for a new run it first forgets what was read for others."""
    if run not in _runs:
        for name, module in list(sys.modules.items()) if _runs else ():
            if name.startswith("presseschau."):
                for own in vars(module).values():
                    if own is not code_version and hasattr(own, "cache_clear"):
                        own.cache_clear()
        _runs.add(run)
    return code_version()


def _run(client: Any, work: Callable[[bytes], bytes], jobs: Iterable[J]) -> Generator[tuple[J, Any], None, list[J]]:
    """Runs jobs; the answer is those that Dask gave up since their workers died."""
    killed = importlib.import_module("distributed").KilledWorker
    waiting, suspects = iter(jobs), list[J]()
    running: dict[Future[bytes], J] = {}
    # Not pure: a job that is run again would else be the same task, and be answered with its old error.
    with client.get_executor(pure=False) as executor:
        try:
            while True:
                room = max(2, 2 * sum(client.nthreads().values())) - len(running)
                for job in islice(waiting, max(0, room)):
                    running[executor.submit(work, pickle.dumps(job))] = job
                if not running:
                    return suspects
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    job = running.pop(future)
                    try:
                        result = pickle.loads(future.result())  # noqa: S301 (from this build)
                    except killed:
                        suspects.append(job)
                        continue
                    yield job, result
        finally:
            for future in running:
                future.cancel()
