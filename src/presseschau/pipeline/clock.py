"""What a build shows and notes while it runs: progress bars, and seconds by stage. Never for an output."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
from tqdm import tqdm


@contextmanager
def progress(stage: str, total: int, done: int, unit: str, shown: bool | None) -> Iterator[tqdm[Any]]:
    """A progress bar with its rate; `shown` None shows it where there is a terminal."""
    disable = None if shown is None else not shown
    with tqdm(total=total, initial=done, desc=f"{stage:8}", unit=unit, disable=disable, dynamic_ncols=True) as bar:
        yield bar


class Clock:
    """Wall-clock and CPU seconds by stage, for the summary and `cost.json`; never for an output."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.cpu: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Times a block in this process."""
        start, cpu = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - start
            self.worked(stage, time.process_time() - cpu)

    def worked(self, stage: str, cpu: float) -> None:
        """Adds CPU seconds that a worker reports."""
        self.cpu[stage] = self.cpu.get(stage, 0.0) + cpu

    def write(self, path: Path) -> None:
        """Keeps the figures of this build for `speed`."""
        path.write_bytes(orjson.dumps({"seconds": self.seconds, "cpu": self.cpu}))
