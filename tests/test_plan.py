"""Which batches there are."""

from __future__ import annotations

from pathlib import Path

from presseschau.pipeline.pages import unit_key
from presseschau.pipeline.plan import plan_batches
from presseschau.pipeline.store import Store
from presseschau.read import Unit


def units(numbers: range, size: int = 100_000) -> list[Unit]:
    return [Unit(f"{number:05}.html", f"/in/{number:05}.html", size, f"digest {number}") for number in numbers]


def test_batches_hold_all_units_once_and_keep_to_their_limits(tmp_path: Path) -> None:
    found = plan_batches(units(range(1_000)), Store.open(tmp_path), 4_000_000, 30)
    assert [unit for batch in found.todo.values() for unit in batch] == units(range(1_000))
    assert {len(batch) for batch in found.todo.values()} == {30, 10}
    found = plan_batches(units(range(1_000)), Store.open(tmp_path), 2_000_000, 100)
    assert {sum(unit.size for unit in batch) for batch in found.todo.values()} == {2_000_000}


def test_a_small_input_is_cut_finer_but_never_into_crumbs(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    assert len(plan_batches(units(range(200)), store, 4_000_000, 100).todo) == 8
    assert [len(batch) for batch in plan_batches(units(range(12)), store, 4_000_000, 100).todo.values()] == [5, 5, 2]
    assert len(plan_batches(units(range(3), 50_000_000), store, 4_000_000, 100).todo) == 3


def test_new_pages_move_no_others(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    first = plan_batches(units(range(40)), store, 4_000_000, 100)
    for name, batch in first.todo.items():
        store.path(name).write_bytes(b"done")
        store.add(name, [unit_key(unit) for unit in batch])
    again = plan_batches([*units(range(20)), *units(range(90, 95)), *units(range(20, 40))], store, 4_000_000, 100)
    assert (set(again.ready), again.stale) == (set(first.todo), ())
    assert [unit.source for batch in again.todo.values() for unit in batch] == [f"000{n}.html" for n in range(90, 95)]


def test_a_batch_tells_what_it_holds_that_is_no_longer_in_the_input(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    first = plan_batches(units(range(200)), store, 4_000_000, 100)
    for name, batch in first.todo.items():
        store.path(name).write_bytes(b"done")
        store.add(name, [unit_key(unit) for unit in batch])
    kept, *gone = next(iter(first.todo.values()))
    again = plan_batches([kept], store, 4_000_000, 100)
    assert again.ready == (next(iter(first.todo)),)
    assert sorted(again.stale) == sorted(map(unit_key, gone))
