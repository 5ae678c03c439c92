"""The hash of rows: what it takes in, told in plain Python, and what it does not depend on."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st

from presseschau.publish.content_hash import ContentHash
from presseschau.schema import SPAN, TIMESTAMP, LabelNames, Schema
from presseschau.stable import sha256

SCHEMA = Schema(LabelNames(("hardware", "other"), ("news", "review")))
COLUMNS = pa.schema({
    "id": pa.string(), "keywords": pa.list_(pa.string()), "spans": pa.list_(SPAN), "at": TIMESTAMP,
    "score": pa.float32(), "class": pa.int64(), "reserved": pa.bool_(), "extra": pa.struct({"n": pa.float64()}),
})  # fmt: skip
TEXT = st.text(st.characters(codec="utf-8"), max_size=5)
ROWS = st.lists(
    st.fixed_dictionaries({
        "id": st.none() | TEXT,
        "keywords": st.none() | st.lists(TEXT, max_size=3),
        "spans": st.lists(
            st.fixed_dictionaries({"start": st.integers(0, 9), "end": st.integers(0, 9), "text": st.none() | TEXT}),
            max_size=2,
        ),
        "at": st.none() | st.integers(-(10**9), 2 * 10**9).map(lambda second: datetime.fromtimestamp(second, UTC)),
        "score": st.none() | st.floats(0, 1, width=32),
        "class": st.none() | st.integers(-1, 20),
        "reserved": st.none() | st.booleans(),
        "extra": st.none() | st.fixed_dictionaries({"n": st.none() | st.floats(allow_nan=False)}),
    }),
    max_size=12,
)  # fmt: skip


def hashed(*tables: pa.Table, split: str = "train") -> str:
    content = ContentHash()
    content.begin(split, SCHEMA)
    for table in tables:
        content.update(table)
    return content.hexdigest()


def parts_of(path: str, type_: pa.DataType, values: list[Any]) -> dict[str, bytes]:
    """The definition once more, value by value."""
    parts = {f"{path} there": bytes(value is not None for value in values)}
    values = [value for value in values if value is not None]
    if pa.types.is_struct(type_):
        for own in type_:
            parts |= parts_of(f"{path}.{own.name}", own.type, [value[own.name] for value in values])
    elif pa.types.is_list(type_):
        parts |= {f"{path} length": b"".join(struct.pack("<i", len(value)) for value in values)}
        parts |= parts_of(f"{path}[]", type_.value_type, [item for value in values for item in value])
    elif pa.types.is_string(type_):
        texts = [value.encode() for value in values]
        parts |= {f"{path} length": b"".join(struct.pack("<i", len(text)) for text in texts), path: b"".join(texts)}
    elif pa.types.is_timestamp(type_):
        parts |= {path: b"".join(struct.pack("<q", int(value.timestamp())) for value in values)}
    else:
        form = {pa.float32(): "<f", pa.float64(): "<d", pa.int32(): "<i", pa.int64(): "<q", pa.bool_(): "<?"}[type_]
        parts |= {path: b"".join(struct.pack(form, value) for value in values)}
    return parts


@given(ROWS, st.lists(st.integers(0, 12), max_size=3))
def test_it_is_what_its_definition_says_in_whatever_portions_rows_come(rows: list[Any], cuts: list[int]) -> None:
    table = pa.Table.from_pylist(rows, schema=COLUMNS)
    parts = dict[str, bytes]()
    for field in COLUMNS:
        parts |= parts_of(field.name, field.type, [row[field.name] for row in rows])
    columns = {name: sha256(data) for name, data in parts.items()}
    expected = orjson.dumps([{"split": "train", "features": SCHEMA.features, "columns": columns}])
    whole = table.combine_chunks()
    ends = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
    portions = [whole.slice(start, end - start) for start, end in pairwise(ends)]
    if rows:
        assert hashed(whole) == hashed(*portions) == sha256(expected)


def test_it_tells_splits_values_and_borders_apart() -> None:
    tables = [
        pa.table({"id": pa.array(values, pa.string())})
        for values in (["a"], ["b"], ["ab"], ["a", "b"], ["", "ab"], [None, "ab"], ["ab", None])
    ]
    assert len({hashed(table, split=split) for table in tables for split in ("train", "test")}) == 2 * len(tables)


def test_it_does_not_depend_on_the_parquet_file_that_rows_went_through(tmp_path: Path) -> None:
    rows = [{"id": f"Ä{n}", "keywords": ["a"] * (n % 3), "spans": [], "extra": {"n": n / 3}} for n in range(50)]
    table = pa.Table.from_pylist(rows, schema=COLUMNS)
    writers: list[dict[str, Any]] = [{}, {"compression": "zstd", "row_group_size": 7}, {"use_dictionary": False}]
    for number, options in enumerate(writers):
        pq.write_table(table, tmp_path / f"{number}.parquet", **options)
        file = pq.ParquetFile(tmp_path / f"{number}.parquet")
        assert hashed(*map(file.read_row_group, range(file.num_row_groups))) == hashed(table)
