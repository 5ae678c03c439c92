"""Rows into Parquet shards whose bytes depend on the rows alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from presseschau.publish.content_hash import ContentHash
from presseschau.schema import DATA, Schema

LEDGER_SCHEMA = pa.schema([(n, pa.string()) for n in ("id", "url", "source", "outcome", "stage", "reason", "detail")])
# Content-defined chunking lets the Hub store only what changed, and frees bytes of in-memory chunk sizes.
_PARQUET = {
    "compression": "zstd",
    "compression_level": 3,
    "use_content_defined_chunking": True,
    "write_page_index": True,
    "store_schema": True,
}


@dataclass(frozen=True, slots=True)
class Shard:
    """One Parquet file of the dataset: path relative to the dataset folder, rows, size, hash and logical size."""

    path: str
    split: str
    rows: int
    bytes: int
    sha256: str
    num_bytes: int

    @property
    def part(self) -> str:
        """The folder that it is in: `data`, or `stance_targets`."""
        return self.path.partition("/")[0]


def write_split(
    folder: Path,
    split: str,
    rows: Iterable[pa.RecordBatch],
    count: int,
    schema: Schema,
    rows_per_shard: int,
    rows_per_group: int,
    content: ContentHash,
    part: str = DATA,
) -> list[Shard]:
    """Writes `PART/SPLIT-NNNNN-of-NNNNN.parquet`.

    Args:
        folder: The dataset folder.
        split: Name of the split.
        rows: Rows of the published schema, in order.
        count: How many there are; decides the number of shards before the first is written.
        schema: The published schema.
        rows_per_shard: A shard's rows, but for the last one's.
        rows_per_group: A row group's rows; fixed, so that bytes do not depend on how rows arrive.
        content: Is told every row.
        part: The folder in the dataset's.

    Raises:
        ValueError: `count` does not match the rows.
    """
    total = -(-count // rows_per_shard)
    content.begin(split, schema, part)
    groups = regroup(rows, schema.arrow, rows_per_group)
    shards, seen = [], 0
    for number in range(total):
        path = folder / part / f"{split}-{number:05d}-of-{total:05d}.parquet"
        path.parent.mkdir(exist_ok=True)
        written = size = 0
        with pq.ParquetWriter(path, schema.arrow, **_PARQUET) as writer:
            while written < rows_per_shard and (group := next(groups, None)) is not None:
                writer.write_table(group, row_group_size=rows_per_group)
                content.update(group)
                written, size = written + len(group), size + group.nbytes
        seen += written
        data = file_sha256(path)
        shards.append(Shard(path.relative_to(folder).as_posix(), split, written, path.stat().st_size, data, size))
    if seen != count or next(groups, None) is not None:
        raise ValueError(f"split {split} has other rows than the {count} that were counted")
    return shards


def write_ledger(folder: Path, rows: Iterable[pa.RecordBatch]) -> int:
    """Writes `ledger.parquet`; the number of rows."""
    count = 0
    with pq.ParquetWriter(folder / "ledger.parquet", LEDGER_SCHEMA, **_PARQUET) as writer:
        for group in regroup(rows, LEDGER_SCHEMA, 10_000):
            writer.write_table(group, row_group_size=10_000)
            count += len(group)
    return count


def regroup(batches: Iterable[pa.RecordBatch], schema: pa.Schema, size: int) -> Iterator[pa.Table]:
    """The same rows in tables of exactly `size` rows (the last may be smaller), each in one chunk."""
    waiting: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        waiting.append(batch)
        rows += len(batch)
        while rows >= size:
            table = pa.Table.from_batches(waiting).cast(schema)
            # A copy, since a slice would keep the memory of the whole.
            yield table.slice(0, size).combine_chunks()
            waiting, rows = table.slice(size).to_batches(), rows - size
    if rows:
        yield pa.Table.from_batches(waiting).cast(schema).combine_chunks()


def published(batch: pa.RecordBatch, schema: Schema) -> pa.RecordBatch:
    """A batch of work columns as published rows: class names become numbers, times get their zone, JSON a struct."""
    arrays = []
    for column in schema.columns:
        names = schema.names.of(column.name)
        if column.name == "extra":
            array = _extra(batch.column("extra").to_pylist(), column.type)
        elif names is not None:
            array = _class_numbers(batch.column(column.name), names, column.name)
        else:
            array = batch.column(column.name).cast(column.type)
        arrays.append(array)
    return pa.RecordBatch.from_arrays(arrays, schema=schema.arrow)


def _class_numbers(values: pa.Array, names: tuple[str, ...], column: str) -> pa.Array:
    numbers = pc.index_in(values, value_set=pa.array(names))
    unknown = pc.and_(pc.is_valid(values), pc.is_null(numbers))
    if pc.any(unknown).as_py():
        # `datasets` does not notice a class number out of range, so it must be noticed here.
        raise ValueError(f"{column}: {values.filter(unknown)[0].as_py()!r} is not in the label scheme")
    return numbers.cast(pa.int64())


def _extra(values: list[str | None], type_: pa.StructType) -> pa.Array:
    rows = []
    for value in values:
        own = orjson.loads(value) if value else {}
        rows.append({f.name: _as(own.get(f.name), f.type) for f in type_})
    return pa.array(rows, type=type_)


def _as(value: Any, type_: pa.DataType) -> Any:
    if value is None:
        return None
    if type_ == pa.string() and not isinstance(value, str):
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    return float(value) if type_ == pa.float64() else value


def extra_type(values: Iterable[str | None], keep: Iterable[str]) -> pa.StructType | None:
    """The struct type of the user's own columns: what all their values can be, else text (JSON for nested ones).

    >>> extra_type(['{"dept":"IT","paid":true}', '{"dept":7}'], ["dept", "paid"])
    StructType(struct<dept: string, paid: bool>)
    """
    names = list(keep)
    if not names:
        return None
    kinds: dict[str, set[type]] = {name: set() for name in names}
    for value in values:
        for name, own in (orjson.loads(value) if value else {}).items():
            if own is not None and name in kinds:
                kinds[name].add(type(own))
    return pa.struct([(name, _common(kinds[name])) for name in names])


def _common(kinds: set[type]) -> pa.DataType:
    if kinds == {bool}:
        return pa.bool_()
    if kinds == {int}:
        return pa.int64()
    return pa.float64() if kinds and kinds <= {int, float} else pa.string()


def file_sha256(path: Path) -> str:
    """Hex sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
