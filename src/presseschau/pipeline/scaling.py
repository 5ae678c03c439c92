"""How the page stages grow with workers, against as many processes that know nothing of each other."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from presseschau.pipeline.speed import SpeedError, store_pages

STAGES = ("extract", "label")
WORKERS = 4


@dataclass(frozen=True, slots=True)
class Scaling:
    """Pages per second of the page stages, wall clock, the start of the workers included; medians over rounds.

    Attributes:
        workers: How many are compared with one.
        one: With one worker.
        many: With all.
        apart: As many builds of one worker side by side, each with its share of the pages.
        load: Load average of the machine when it began: what else ran takes from all three.
    """

    workers: int
    one: float
    many: float
    apart: float
    load: float

    @property
    def efficiency(self) -> float:
        """What the workers reach of what separate processes reach, 1 where nothing is lost."""
        return self.many / self.apart

    def summary(self) -> dict[str, float]:
        """In JSON types."""
        rates = {name: round(getattr(self, name), 1) for name in ("one", "many", "apart", "load")}
        return {"workers": self.workers, **rates, "efficiency": round(self.efficiency, 3)}


def measure_scaling(
    source: Mapping[str, Any], script: Path, overrides: Sequence[str], rounds: int, limit: int | None
) -> Scaling:
    """Times the page stages of clean builds.

    Args:
        source: Arguments of `read.open_source`; its HTML pages are used.
        script: `scripts/build.py`.
        overrides: More overrides for it.
        rounds: How often; all three are run in each.
        limit: Use only so many pages; None: all.

    Raises:
        SpeedError: A build failed, or there are fewer pages than workers.
    """
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="presseschau-scaling-") as name:
        folder = Path(name)
        count, _ = store_pages(source, folder / "all", limit)
        if count < WORKERS:
            raise SpeedError(f"{count} HTML pages are too few for {WORKERS} workers")
        shares = [folder / f"share-{number}" for number in range(WORKERS)]
        for number, path in enumerate(sorted((folder / "all").iterdir())):
            share = shares[number % WORKERS]
            share.mkdir(exist_ok=True)
            (share / path.name).hardlink_to(path)
        rates: list[tuple[float, float, float]] = []
        for _ in range(rounds):
            cases = (([folder / "all"], 1), ([folder / "all"], WORKERS), (shares, 1))
            seconds = [_seconds(script, overrides, inputs, own) for inputs, own in cases]
            rates.append((count / seconds[0], count / seconds[1], count / seconds[2]))
    one, many, apart = (statistics.median(column) for column in zip(*rates, strict=True))
    return Scaling(WORKERS, one, many, apart, load)


def _seconds(script: Path, overrides: Sequence[str], inputs: Sequence[Path], workers: int) -> float:
    """Seconds of the page stages of the slowest of some builds that run side by side."""
    running = []
    for pages in inputs:
        out = pages.with_name(f"{pages.name}-out")
        command = [
            sys.executable, str(script), "source=html", f"source.path={pages}", f"output.dir={out / 'dataset'}",
            f"pipeline.work_dir={out / 'work'}", "pipeline.clean=true", f"engine.workers={workers}", "split=random",
            *overrides,
        ]  # fmt: skip
        running.append((out, subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)))
    slowest = 0.0
    for out, process in running:
        _, said = process.communicate()
        if process.returncode:
            raise SpeedError(said.strip().splitlines()[-1] if said.strip() else f"status {process.returncode}")
        seconds = orjson.loads((out / "work/cost.json").read_bytes())["seconds"]
        slowest = max(slowest, sum(seconds[stage] for stage in STAGES))
    return slowest
