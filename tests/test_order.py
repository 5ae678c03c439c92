from __future__ import annotations

import random
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from presseschau.pipeline import order
from presseschau.pipeline.order import in_order

SCHEMA = pa.schema([("place", pa.int64()), ("text", pa.string()), ("keywords", pa.list_(pa.string()))])


def shuffled(count: int, batch: int, seed: int) -> list[pa.RecordBatch]:
    places = list(range(count))
    random.Random(seed).shuffle(places)
    rows = [{"place": place, "text": f"Text {place}", "keywords": [str(place)]} for place in places]
    return [pa.RecordBatch.from_pylist(rows[at : at + batch], schema=SCHEMA) for at in range(0, count, batch)]


@given(st.integers(0, 60), st.integers(1, 20), st.integers(1, 25), st.integers(1, 9), st.integers())
def test_rows_come_in_order(count: int, batch: int, rows: int, files: int, seed: int) -> None:
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        patch.setattr(order, "_ROWS", rows)
        patch.setattr(order, "_FILES", files)
        found = list(in_order(shuffled(count, batch, seed), count, Path(folder)))
        assert list(Path(folder).iterdir()) == []
    assert [text for b in found for text in b.column("text").to_pylist()] == [f"Text {n}" for n in range(count)]
    assert [words for b in found for words in b.column("keywords").to_pylist()] == [[str(n)] for n in range(count)]


def test_a_missing_row_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="9 rows came where 10 were counted"):
        list(in_order(shuffled(10, 9, 0)[:1], 10, tmp_path))
