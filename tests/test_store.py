from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from presseschau.pipeline.store import Store, StoreBusyError, forget, key_of, locked


def filled(folder: Path, *batches: str) -> Store:
    store = Store.open(folder)
    for batch in batches:
        store.path(batch).write_bytes(batch.encode())
        store.add(batch, [f"{batch}-unit"])
    return store


def test_batches_are_found_again(tmp_path: Path) -> None:
    filled(tmp_path, "a", "b")
    again = Store.open(tmp_path)
    assert {name: entry.units for name, entry in again.entries.items()} == {"a": ("a-unit",), "b": ("b-unit",)}


def test_a_changed_batch_is_made_again(tmp_path: Path) -> None:
    store = filled(tmp_path, "a", "b")
    store.path("a").write_bytes(b"corrupted")
    assert set(Store.open(tmp_path).entries) == {"b"}
    assert not store.path("a").exists()


def test_stores_are_forgotten_and_nothing_else(tmp_path: Path) -> None:
    store = filled(tmp_path / "label" / key_of("a state of code and config"), "a")
    others = [tmp_path / "label" / "meine.csv", tmp_path / "extract" / "runs" / "index.jsonl", tmp_path / "notes.txt"]
    for path in others:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")
    forget(tmp_path)
    assert not store.folder.exists()
    assert all(path.read_text() == "mine" for path in others)


def test_leftovers_of_a_kill_are_removed(tmp_path: Path) -> None:
    store = filled(tmp_path, "a")
    store.path("unnamed").write_bytes(b"renamed, not yet recorded")
    (tmp_path / "torn.parquet.part").write_bytes(b"half")
    assert set(Store.open(tmp_path).entries) == {"a"}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.parquet", "index.jsonl"]


def test_a_torn_index_line_costs_one_batch(tmp_path: Path) -> None:
    filled(tmp_path, "a", "b")
    index = tmp_path / "index.jsonl"
    index.write_bytes(index.read_bytes()[:-20])
    assert set(Store.open(tmp_path).entries) == {"a"}
    assert set(filled(tmp_path, "c").entries) == {"a", "c"}
    assert set(Store.open(tmp_path).entries) == {"a", "c"}


def test_two_builds_in_one_folder_are_refused(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from presseschau.pipeline.store import locked\n"
        "with locked(pathlib.Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(StoreBusyError, match=str(other.pid)), locked(tmp_path):
            pass
        other.kill()
    with locked(tmp_path):
        assert (tmp_path / "lock").exists()


def test_a_work_folder_that_cannot_be_made_names_its_option(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match=r"pipeline\.work_dir names another"), locked(tmp_path / "file" / "work"):
        pass
