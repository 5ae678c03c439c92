"""What the shards hold: rows and bytes of every view as its filter leaves them, and the words of the texts."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from presseschau.publish.content_hash import ContentHash
from presseschau.publish.opened import Folder
from presseschau.publish.shards import Shard, write_split
from presseschau.publish.sizes import Sizes, measure
from presseschau.schema import DATA, VIEWS

TEXTS = ["Ein Satz.", "Über öffentliche Netze.\n\nZweiter Absatz hier.", "", None, "Wort", "a\n\nb\n\nc d"]


@pytest.fixture
def origin(sample: Path) -> Folder:
    return Folder.open(sample)


@pytest.fixture
def measured(origin: Folder) -> Sizes:
    return measure(origin.path, origin.shards)


def shards_of(target: Path, origin: Folder, changes: list[dict[str, Any]]) -> list[Shard]:
    """Row groups of four rows of the sample with other values."""
    first = next(origin.tables("train")).slice(0, 1).to_pylist()[0]
    table = pa.Table.from_pylist([first | own for own in changes], schema=origin.schema.arrow)
    return write_split(target, "train", table.to_batches(), len(table), origin.schema, 100, 4, ContentHash())


def test_rows_are_those_that_pass_the_filter_of_a_view(origin: Folder, measured: Sizes) -> None:
    assert list(measured.views) == [view.name for view in VIEWS]
    for view in VIEWS:
        if view.part != DATA:
            continue
        for split in origin.splits:
            rows = [row for table in origin.tables(split) for row in table.to_pylist()]
            if view.name == "stance":
                rows = [row for row in rows if row["stance"] is not None]
            if view.name == "gold":
                rows = [row for row in rows if row["label_role"] == "validation"]
            sizes = {size.split: size for size in measured.views[view.name]}
            assert (sizes[split].rows if split in sizes else 0) == len(rows)


def test_bytes_are_those_of_the_columns_of_a_view(origin: Folder, measured: Sizes) -> None:
    topic = next(view for view in VIEWS if view.name == "topic")
    for size in measured.views["topic"]:
        assert size.num_bytes == sum(table.select(topic.columns).nbytes for table in origin.tables(size.split))
    everything = {size.split: size.num_bytes for size in measured.views["default"]}
    assert all(everything[size.split] > size.num_bytes for size in measured.views["topic"])


def test_values_are_those_that_pass(origin: Folder, tmp_path: Path) -> None:
    roles = [None, "validation", "training", "validation", None, "validation"]
    stances = [3, None, 0, 3, None, 0]
    changes = [{"label_role": role, "stance": stance} for role, stance in zip(roles, stances, strict=True)]
    values = measure(tmp_path, shards_of(tmp_path, origin, changes)).values
    assert values == {"stance": [0, 3], "gold": ["validation"]}


def test_a_view_without_rows_has_no_splits_and_no_values(origin: Folder, tmp_path: Path) -> None:
    found = measure(tmp_path, shards_of(tmp_path, origin, [{"label_role": None, "stance": None}]))
    assert (found.views["stance"], found.views["gold"]) == ([], [])
    assert found.values == {"stance": [], "gold": []}


def test_words_are_counted_over_groups(origin: Folder, tmp_path: Path) -> None:
    shards = shards_of(tmp_path, origin, [{"text": text} for text in TEXTS])
    # A text without letters still is one: nothing that is published has none.
    assert measure(tmp_path, shards).words == {"train": {1: 2, 2: 1, 4: 1, 6: 1}}


def test_words_of_a_stub_are_none(origin: Folder, tmp_path: Path) -> None:
    assert measure(tmp_path, shards_of(tmp_path, origin, [{"text": None}] * 5)).words == {}


def test_words_are_those_between_white_space(origin: Folder, measured: Sizes) -> None:
    texts = ds.dataset(origin.path / "data").to_table(["text"]).column("text").to_pylist()
    found = sum(map(Counter, measured.words.values()), Counter[int]())
    assert sum(n * times for n, times in found.items()) == pytest.approx(sum(len(t.split()) for t in texts), rel=0.002)
