"""The changelog names every article that is another one, and no other."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conftest import build, run_script
from presseschau.pipeline.stub import release_stub
from presseschau.publish.derive import Change, Gone, derive, write_manifest
from presseschau.publish.diff import Diff, Relabelled, changelog, diff
from presseschau.publish.manifest import read_manifest


def ids(folder: Path, split: str) -> list[str]:
    (path,) = (folder / "data").glob(f"{split}-0*.parquet")
    return [str(id_) for id_ in pq.read_table(path, columns=["id"]).column("id").to_pylist()]


def changed(folder: Path, target: Path, **values: Any) -> str:
    """A copy in which the first row of train has other values; its id."""
    first = ids(folder, "train")[0]

    def rows(table: pa.Table) -> pa.Table:
        made = [row | values if row["id"] == first else row for row in table.to_pylist()]
        return pa.Table.from_pylist(made, schema=table.schema)

    derive(folder, target, Change(rows=rows))
    return first


def test_a_dataset_has_not_changed_since_itself(sample: Path) -> None:
    found = diff(sample, sample)
    assert found.equal
    lists = (found.added, found.removed, found.relabelled, found.moved, found.text, found.metadata, found.config)
    assert not any(lists)
    assert "The content is the same, row by row." in changelog(found)


def test_added_and_removed_articles_are_named_with_split_and_reason(sample: Path, tmp_path: Path) -> None:
    first = ids(sample, "train")[0]
    derive(sample, tmp_path / "less", Change(gone={first: Gone("takedown", "url")}))
    assert diff(sample, tmp_path / "less").removed == {first: "publish: takedown"}
    assert diff(tmp_path / "less", sample).added == {first: "train"}
    assert f"- `{first}` (publish: takedown)" in changelog(diff(sample, tmp_path / "less"))


def test_why_an_article_is_gone_is_not_why_an_older_page_of_it_is(sample: Path, tmp_path: Path) -> None:
    rows = pq.read_table(sample / "ledger.parquet").to_pylist()
    kept = {row["id"] for row in rows if row["outcome"] == "kept"}
    twice = next(row["id"] for row in rows if row["reason"] == "superseded" and row["id"] in kept)
    derive(sample, tmp_path / "less", Change(gone={twice: Gone("takedown", "url")}))
    assert diff(sample, tmp_path / "less").removed == {twice: "publish: takedown"}


def test_what_differs_in_columns_that_are_not_listed_is_told(sample: Path, tmp_path: Path) -> None:
    changed(sample, tmp_path / "x", topic_confidence=0.5)
    assert "What is listed here is the same" in changelog(diff(sample, tmp_path / "x"))
    changed(sample, tmp_path / "y", title="Neu")
    assert "What is listed here is the same" not in changelog(diff(sample, tmp_path / "y"))


@pytest.mark.parametrize(
    "listed",
    [
        {"added": {"a": "train"}},
        {"removed": {"a": "publish: takedown"}},
        {"relabelled": [Relabelled("a", "topic", "ai", None)]},
        {"moved": [("a", "train", "test")]},
        {"text": ["a"]},
        {"metadata": ["a"]},
    ],
)
def test_whatever_is_listed_is_no_difference_in_other_columns(listed: dict[str, Any]) -> None:
    nothing = Diff("x 1", "x 2", {}, {}, [], [], [], [], [], equal=False)
    assert "What is listed here is the same" in changelog(nothing)
    assert "What is listed here is the same" not in changelog(replace(nothing, **listed))


def test_another_label_is_named_by_name(sample: Path, tmp_path: Path) -> None:
    first = changed(sample, tmp_path / "x", topic=13, stance=None, stance_target=None)
    found = diff(sample, tmp_path / "x")
    assert {(r.id, r.column, r.after) for r in found.relabelled} >= {(first, "stance", None), (first, "topic", "other")}
    assert not found.equal
    assert f"- `{first}` topic:" in changelog(found)
    assert "→ none" in changelog(found)


def test_another_text_and_other_metadata_are_told_apart(sample: Path, tmp_path: Path) -> None:
    first = changed(sample, tmp_path / "text", text="Neu.", text_sha256="0" * 64, section="Neu")
    assert (diff(sample, tmp_path / "text").text, diff(sample, tmp_path / "text").metadata) == ([first], [])
    changed(sample, tmp_path / "meta", section="Neu")
    assert (diff(sample, tmp_path / "meta").text, diff(sample, tmp_path / "meta").metadata) == ([], [first])


@pytest.mark.parametrize(
    "values",
    [{"title": "Neu"}, {"teaser": "Neu"}, {"keywords": ["neu"]}, {"modified": None}, {"label_role": "training"}],
)
def test_whatever_a_reader_sees_of_an_article_is_compared(sample: Path, tmp_path: Path, values: dict[str, Any]) -> None:
    first = changed(sample, tmp_path / "x", **values)
    assert diff(sample, tmp_path / "x").metadata == [first]


def test_a_stub_has_no_other_words(sample: Path, tmp_path: Path) -> None:
    release_stub(sample, tmp_path / "stub")
    assert diff(sample, tmp_path / "stub").metadata == []


def test_a_move_between_splits_is_named(sample: Path, tmp_path: Path) -> None:
    other = build(tmp_path, "split=random", "split.test=0.5", "dataset.version=1.1.0")
    found = diff(sample, other)
    assert found.moved
    assert {old for _, old, _ in found.moved} <= {"train", "validation", "test", "test_temporal", "test_publisher"}
    assert found.after.endswith("1.1.0")
    assert ("split.strategy", '"benchmark"', '"random"') in found.config
    assert f"### Moved between splits: {len(found.moved)}" in changelog(found)


def test_a_lock_moves_none(sample: Path, tmp_path: Path) -> None:
    other = build(tmp_path, f"split.lock={sample / 'splits.json'}", "dataset.version=1.1.0", "seed=7")
    found = diff(sample, other)
    assert found.moved == []
    assert found.text == []


def test_long_lists_are_cut_and_counted(sample: Path, tmp_path: Path) -> None:
    gone = {id_: Gone("takedown") for id_ in ids(sample, "train")[:25]}
    derive(sample, tmp_path / "less", Change(gone=gone))
    text = changelog(diff(sample, tmp_path / "less"), listed=10)
    assert "### Removed: 25" in text
    assert "- and 15 more" in text


def test_what_is_no_dataset_is_refused(sample: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no dataset folder"):
        diff(sample, tmp_path)
    derive(sample, tmp_path / "old", Change())
    write_manifest(tmp_path / "old", read_manifest(tmp_path / "old") | {"schema_version": 0})
    with pytest.raises(ValueError, match="schema version 0"):
        diff(tmp_path / "old", sample)


def test_a_folder_without_its_ledger_is_refused(sample: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(sample, tmp_path / "dataset")
    (folder / "ledger.parquet").unlink()
    with pytest.raises(ValueError, match="has no ledger"):
        diff(sample, folder)


@pytest.mark.parametrize("folders", ["{sample},", ",{sample}", "{sample}"])
def test_the_command_wants_two_folders(sample: Path, folders: str) -> None:
    done = run_script("verify", f"diff={folders.format(sample=sample)}")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "must name two dataset folders: diff=OLD,NEW" in done.stderr
