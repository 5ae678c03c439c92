"""Which batches there are to do: pages that earlier builds have already worked on stay in their batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from presseschau.pipeline.pages import unit_key
from presseschau.pipeline.store import Store, key_of
from presseschau.read import Unit

_LEAST_BATCHES, _LEAST_BYTES = 8, 500_000  # of a small input, and of a batch of it


@dataclass(frozen=True, slots=True)
class Batches:
    """The batches of one build.

    Attributes:
        ready: Names of the finished batches that hold wanted units.
        todo: The batches to do: name and units.
        stale: Keys of the units in ready batches that the input has no more.
    """

    ready: tuple[str, ...]
    todo: Mapping[str, tuple[Unit, ...]]
    stale: tuple[str, ...]


def plan_batches(units: Sequence[Unit], store: Store, batch_bytes: int, batch_units: int) -> Batches:
    """Assigns units to batches: known ones stay where they are, new ones are grouped in input order by size.

    A small input is cut finer, so that there is work for several processes; which batch a page is in changes nothing.
    """
    home = {unit: entry.batch for entry in store.entries.values() for unit in entry.units}
    new, ready = list[Unit](), set[str]()
    for unit in units:
        batch = home.pop(unit_key(unit), None)  # what is left at the end is not in the input any more
        if batch is None:
            new.append(unit)
        else:
            ready.add(batch)
    stale = tuple(key for key, batch in home.items() if batch in ready)
    limit = min(batch_bytes, max(sum(unit.size for unit in new) // _LEAST_BATCHES, _LEAST_BYTES))
    todo = {key_of(*map(unit_key, group)): group for group in _grouped(new, limit, batch_units)}
    return Batches(tuple(sorted(ready)), todo, stale)


def _grouped(units: Iterable[Unit], most_bytes: int, most: int) -> Iterator[tuple[Unit, ...]]:
    group, size = list[Unit](), 0
    for unit in units:
        if group and (len(group) == most or size + unit.size > most_bytes):
            yield tuple(group)
            group, size = [], 0
        group.append(unit)
        size += unit.size
    if group:
        yield tuple(group)
