"""What a build costs: CPU per page against the usual stack and against the least any reader of pages must do.

All three work on the same pages in one run; ratios count, since machines differ and are shared. CPU time is that of all
descendants: the kernel hands processes whose parent has ended to this one (Linux), so none is missed.
"""

from __future__ import annotations

import ctypes
import gzip
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any

import orjson

from presseschau.document import Page
from presseschau.pipeline.baselines import TINY
from presseschau.read import Unit, open_source

_ONE_IN = 100  # pages are held back for the build that grows
_BECOME_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of prctl(2)


class SpeedError(RuntimeError):
    """A run that was to be timed has failed; the message is one line."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process and all its descendants took: CPU seconds, and the peak memory of the largest in MiB."""

    cpu: float
    own_peak: float
    other_peak: float


@dataclass(frozen=True, slots=True)
class Round:
    """CPU milliseconds per page of one round, start-up taken off.

    Attributes:
        build: The whole build.
        usual: The usual stack.
        floor: Decompress, parse, read JSON-LD.
        second_half: The build of all pages less that of every second one, by page: without what costs the same for any
            number of pages, but more than for a dozen (figures, a probe that needs so many).
        startup: CPU seconds of the build of a dozen pages.
        rebuild: CPU seconds of the same build once more, nothing changed, start-up included.
        growth: CPU seconds of the same build with 1 % more pages, start-up included.
        stages: CPU milliseconds per page by stage of the build, that of a dozen pages taken off here, too.
        main_mib: Peak memory of the build's main process.
        worker_mib: Peak memory of its largest worker.
    """

    build: float
    usual: float
    floor: float
    second_half: float
    startup: float
    rebuild: float
    growth: float
    stages: Mapping[str, float]
    main_mib: float
    worker_mib: float


@dataclass(frozen=True, slots=True)
class Speed:
    """All rounds over the same pages.

    Attributes:
        pages: How many pages there are.
        new: How many more there are for the build that grows.
        page_bytes: Their mean size, decompressed.
        rounds: What each round found.
    """

    pages: int
    new: int
    page_bytes: int
    rounds: tuple[Round, ...]

    def median(self, value: Callable[[Round], float]) -> float:
        """The median of a value over the rounds."""
        return statistics.median(map(value, self.rounds))

    def summary(self) -> dict[str, Any]:
        """Medians and ratios, in JSON types; ratios are taken within a round before the median."""

        def first(r: Round) -> float:
            return r.startup + r.build * (self.pages - TINY) / 1000.0

        return {
            "pages": self.pages,
            "new_pages": self.new,
            "page_bytes": self.page_bytes,
            "rounds": len(self.rounds),
            "cpu_ms_per_page": {
                name: round(self.median(attrgetter(name)), 3) for name in ("build", "usual", "floor", "second_half")
            },
            "fixed_cpu_seconds": round(self.median(lambda r: first(r) - r.second_half * self.pages / 1000.0), 2),
            "usual_over_build": round(self.median(lambda r: r.usual / r.build), 2),
            "build_over_floor": round(self.median(lambda r: r.build / r.floor), 2),
            "stage_cpu_ms_per_page": {
                stage: round(self.median(lambda r, stage=stage: r.stages.get(stage, 0.0)), 3)  # type: ignore[misc]
                for stage in self.rounds[0].stages
            },
            "startup_cpu_seconds": round(self.median(lambda r: r.startup), 2),
            "rebuild_cpu_seconds": round(self.median(lambda r: r.rebuild), 2),
            "rebuild_over_build": round(self.median(lambda r: r.rebuild / first(r)), 4),
            "growth_cpu_seconds": round(self.median(lambda r: r.growth), 2),
            "growth_over_build": round(self.median(lambda r: r.growth / first(r)), 4),
            "main_peak_mib": round(self.median(lambda r: r.main_mib)),
            "worker_peak_mib": round(self.median(lambda r: r.worker_mib)),
            "each_round": [asdict(r) for r in self.rounds],
        }


def measure(source: Mapping[str, Any], script: Path, overrides: Sequence[str], rounds: int, limit: int | None) -> Speed:
    """Times the build, the usual stack and the floor on the HTML pages of a source.

    Args:
        source: Arguments of `read.open_source`.
        script: `scripts/build.py`, run as a user would.
        overrides: More overrides for it.
        rounds: How often; in each round all three are run, so that a busy machine is busy for all.
        limit: Use only so many pages; None: all.

    Raises:
        SpeedError: A run failed, there are no HTML pages, or datasketch is missing.
    """
    become_subreaper()
    with tempfile.TemporaryDirectory(prefix="presseschau-speed-") as name:
        folder = Path(name)
        count, size = store_pages(source, folder / "grown", limit)
        if count < 2 * TINY:
            raise SpeedError(f"{count} HTML pages are too few to tell anything, at least {2 * TINY} are needed")
        stored = sorted((folder / "grown").iterdir())
        pages = [page for at, page in enumerate(stored) if at % _ONE_IN]
        for part, chosen in (("tiny", stored[:TINY]), ("half", pages[::2]), ("all", pages)):
            (folder / part).mkdir()
            for page in chosen:
                (folder / part / page.name).hardlink_to(page)
        build = [sys.executable, str(script), "source=html", "engine.workers=1", "split=random", *overrides]
        _build(build, folder, "tiny", "tiny", clean=True)  # the first of all compiles what is imported
        tell = [_round(build, folder, pages) for _ in range(rounds)]
    return Speed(len(pages), count - len(pages), size // count, tuple(tell))


def _build(
    command: Sequence[str], folder: Path, pages: str, work: str, clean: bool
) -> tuple[Cost, Mapping[str, float]]:
    """A build of one folder of pages with one work folder: its cost, and its CPU seconds by stage."""
    cost = run([
        *command, f"source.path={folder / pages}", f"output.dir={folder / 'dataset'}",
        f"pipeline.work_dir={folder / f'work-{work}'}", f"pipeline.clean={str(clean).lower()}",
    ])  # fmt: skip
    return cost, orjson.loads((folder / f"work-{work}" / "cost.json").read_bytes())["cpu"]


def _round(build: Sequence[str], folder: Path, pages: Sequence[Path]) -> Round:
    costs, stages = dict[str, Cost](), dict[str, Mapping[str, float]]()
    for what, pages_of, work_of, clean in (
        ("startup", "tiny", "tiny", True),
        ("half", "half", "half", True),
        ("build", "all", "all", True),
        ("rebuild", "all", "all", False),
        ("growth", "grown", "all", False),
    ):
        costs[what], stages[what] = _build(build, folder, pages_of, work_of, clean)
    stage, names = [sys.executable, "-m", "presseschau.pipeline.baselines"], list(map(str, pages))
    usual, floor = (float(_output([*stage, name], names)) for name in ("usual", "floor"))
    per_page, per_more = 1000.0 / len(pages), 1000.0 / (len(pages) - TINY)
    return Round(
        build=(costs["build"].cpu - costs["startup"].cpu) * per_more,
        usual=usual * per_page,
        floor=floor * per_page,
        second_half=(costs["build"].cpu - costs["half"].cpu) * 1000.0 / (len(pages) // 2),
        startup=costs["startup"].cpu,
        rebuild=costs["rebuild"].cpu,
        growth=costs["growth"].cpu,
        stages={name: (cpu - stages["startup"].get(name, 0.0)) * per_more for name, cpu in stages["build"].items()},
        main_mib=costs["build"].own_peak,
        worker_mib=costs["build"].other_peak,
    )


def become_subreaper() -> None:
    """Makes orphans of this process's descendants its own children, so that they can be waited for and counted.

    Raises:
        SpeedError: The system has no such call.
    """
    if not sys.platform.startswith("linux") or ctypes.CDLL(None).prctl(_BECOME_SUBREAPER, 1, 0, 0, 0) != 0:
        raise SpeedError("CPU of all descendants can be counted on Linux only")


def run(command: Sequence[str]) -> Cost:
    """Runs a command to its end and to that of everything it started.

    Raises:
        SpeedError: It failed; the message is the last line that it wrote to stderr.
    """
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        cpu, own, other = usage.ru_utime + usage.ru_stime, usage.ru_maxrss, 0
        for usage in _orphans():
            cpu, other = cpu + usage.ru_utime + usage.ru_stime, max(other, usage.ru_maxrss)
        if process.returncode:
            errors.seek(0)
            said = errors.read().decode("utf-8", "replace").strip().splitlines()
            raise SpeedError(said[-1] if said else f"{command[1]} ended with status {process.returncode}")
    return Cost(cpu, own / 1024, other / 1024)


def _orphans() -> Iterator[Any]:
    while True:
        try:
            yield os.wait4(-1, 0)[2]
        except ChildProcessError:
            return


def _output(command: Sequence[str], pages: Sequence[str]) -> str:
    done = subprocess.run(command, input="\n".join(pages), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SpeedError(done.stderr.strip().splitlines()[-1])
    return done.stdout


def store_pages(source: Mapping[str, Any], folder: Path, limit: int | None) -> tuple[int, int]:
    """Writes the HTML pages of a source as one `.html.gz` each; how many, and their bytes before compression."""
    folder.mkdir()
    reader = open_source(**source)
    count = size = 0
    for unit in reader.units():
        for page in reader.pages(unit) if isinstance(unit, Unit) else ():
            if count == limit:
                return count, size
            if isinstance(page, Page) and page.kind == "html":
                raw = page.raw if isinstance(page.raw, bytes) else page.raw.encode("utf-8", "replace")
                (folder / f"{count:08}.html.gz").write_bytes(gzip.compress(raw, 6, mtime=0))
                count, size = count + 1, size + len(raw)
    return count, size
