"""Where the page stages run: processes on this machine or a Dask cluster, the same calls of `concurrent.futures`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar, runtime_checkable

from presseschau.engine.dask import Dask
from presseschau.engine.local import Local

__all__ = ["Dask", "Engine", "Local"]

J = TypeVar("J")
R = TypeVar("R")


@runtime_checkable
class Engine(Protocol):
    """Runs a function over jobs, in any order; a job is asked for only when there is a process for it."""

    def run(self, function: Callable[[J], R], jobs: Iterable[J]) -> Iterator[tuple[J, R | None]]:
        """Yields each job with its result as it is done, None for a job that killed its process while running alone."""
