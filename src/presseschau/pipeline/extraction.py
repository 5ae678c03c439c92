"""The page stages over all units of a build: what earlier builds did is taken over, a page that kills is left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import orjson

from presseschau.document import Drop
from presseschau.engine import Engine
from presseschau.pipeline.breadcrumb import Breadcrumb
from presseschau.pipeline.clock import Clock, progress
from presseschau.pipeline.groups import Work
from presseschau.pipeline.keys import StageKey, extract_key
from presseschau.pipeline.pages import BatchDone, ExtractJob, PageStages, extract_batch, unit_key
from presseschau.pipeline.plan import plan_batches
from presseschau.pipeline.store import Store
from presseschau.read import Reader, Unit, Unpacker


class BuildError(RuntimeError):
    """The build could not be finished; the message is one line."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """What the page stages have made, now or earlier.

    Attributes:
        documents: The batch files.
        lasting: Names of the batches that later builds may start from; the others hold what may end otherwise then.
        pages: Pages worked on now.
        stale: Keys of the units in the files that are no longer in the input.
    """

    documents: tuple[Path, ...]
    lasting: frozenset[str]
    pages: int
    stale: tuple[str, ...]


def list_units(reader: Reader) -> tuple[list[Unit], list[Drop]]:
    """Every unit of the input, and a drop for each file that could not even be listed."""
    units, drops = list[Unit](), list[Drop]()
    for item in reader.units():
        if isinstance(item, Unit):
            units.append(item)
        else:
            drops.append(item)
    return units, drops


def extract(
    engine: Engine, work: Work, stages: PageStages, units: Sequence[Unit], notes: list[str], clock: Clock
) -> Extracted:
    """Does the page stages for all units that no earlier build has done.

    Args:
        engine: Where pages are worked on.
        work: Where batches are kept, and how large they are.
        stages: The page stages.
        units: The input.
        notes: Is told why work is done again.
        clock: Is told what it costs.
    """
    key = extract_key(stages)
    store = Store.open(work.work_dir.absolute() / "extract" / key.key)
    batches = plan_batches(units, store, work.batch_bytes, work.batch_units)
    last = work.work_dir / "extract" / "last.json"
    if batches.todo:
        notes.extend(why(last, "extract", key, bool(batches.ready)))
    left, pages = sum(map(len, batches.todo.values())), 0
    started = (work.work_dir / "lock").stat().st_ctime_ns  # before any file was read; no clock is asked
    with Unpacker() as unpacker, progress("extract", len(units), len(units) - left, "file", work.progress) as bar:
        jobs = (
            ExtractJob(stages, tuple(map(unpacker.filled, todo)), store.path(name))
            for name, todo in batches.todo.items()
        )
        for job, report in survive(engine, jobs):
            if report.lasting and not _written_since(started, job.units):
                store.add(job.path.stem, [unit_key(unit) for unit in job.units])
            pages += report.pages
            clock.worked("extract", report.cpu)
            bar.update(len(job.units))
    last.write_bytes(orjson.dumps(key.parts))
    documents = tuple(store.path(name) for name in sorted({*batches.ready, *batches.todo}))
    lasting = frozenset(path.stem for path in documents if path.stem in store.entries)
    return Extracted(documents, lasting, pages, batches.stale)


def _written_since(moment: int, units: Iterable[Unit]) -> bool:
    """Whether a file may have changed between being known by its content and being worked on."""
    for path in {unit.path for unit in units}:
        with suppress(OSError):  # no file, or gone by now
            if Path(path).stat().st_ctime_ns >= moment:
                return True
    return False


def survive(engine: Engine, jobs: Iterable[ExtractJob]) -> Iterator[tuple[ExtractJob, BatchDone]]:
    """Runs all jobs; a page that kills its process is left out by name and its batch is done again."""
    for job, report in engine.run(extract_batch, jobs):
        while report is None:
            at = Breadcrumb.left(job.path)
            if at is None:
                raise BuildError("a worker process ends before it reads a page; is there memory and disk space left?")
            unit, page = at
            guilty = page if page is not None and page not in job.poisoned else unit
            if guilty in job.poisoned:
                raise BuildError(f"a worker process keeps ending near {unit}")
            job = replace(job, poisoned=job.poisoned | {guilty})
            ((job, report),) = engine.run(extract_batch, [job])
        yield job, report


def why(record: Path, stage: str, key: StageKey, growing: bool) -> list[str]:
    """Says why a stage has work to do although an earlier build was here."""
    if growing:
        return [f"{stage}: only what is new in the input"]
    if not record.exists():
        return []
    changed = key.changed(orjson.loads(record.read_bytes()))
    return [f"{stage}: done again, since {', '.join(changed[:4])} changed"] if changed else []
