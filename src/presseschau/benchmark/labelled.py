"""Any labelled file: CSV, JSONL or Parquet, with splits of its own or without."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from presseschau.benchmark.rows import Rows, joined, named, strings
from presseschau.benchmark.settings import Source
from presseschau.config import ConfigError, nearest
from presseschau.read.csv_file import csv_options

_BATCH = 5000  # rows that are Python objects at once


def from_files(source: Source) -> Rows:
    """The rows of a labelled file, or of one for each split."""
    if source.label is None:
        raise ConfigError("dataset.label is missing: say dataset.label=COLUMN (by name, or by index without a header)")
    named_files = {"train": source.path, "validation": source.validation, "test": source.test}
    files = {split: Path(path) for split, path in named_files.items() if path}
    whole, splits = joined({split: _read(source, path) for split, path in files.items()})
    if source.split:
        said = np.array(whole.column("split").to_pylist(), dtype=object)
        blank = [i for i, split in enumerate(said) if not (split or "").strip()]
        if blank:
            raise ConfigError(f"split is missing in {len(blank)} rows (the first is row {blank[0] + 1}): mend them")
        splits = {s: np.flatnonzero(said == s).astype(np.int64) for s in sorted({str(s) for s in said})}
    return Rows(
        whole, splits, {"kind": source.kind, "name": files["train"].name, "file_sha256": digest(*files.values())}
    )


def digest(*files: Path) -> str:
    """sha256 of files as if they were one, read piece by piece."""
    whole = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                whole.update(block)
    return whole.hexdigest()


def _read(source: Source, path: Path) -> pa.Table:
    if not path.is_file():
        raise ConfigError(f"dataset.path={path}: there is no such file")
    wanted = {"text": source.text, "label": str(source.label), "title": source.title, "id": source.id,
              "cluster": source.cluster, "split": source.split}  # fmt: skip
    columns = {name: column for name, column in wanted.items() if column is not None}
    try:
        if source.kind == "parquet":
            return _parquet(path, columns)
        rows = _jsonl(path, columns) if source.kind == "jsonl" else _csv(path, source, columns)
        schema = pa.schema([(name, pa.string()) for name in columns])
        # In batches, so that the texts are not there a second time as Python's own
        batches = iter(lambda: list(islice(rows, _BATCH)), [])
        return pa.Table.from_batches([pa.RecordBatch.from_pylist(b, schema) for b in batches], schema)
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{path} can't be read as {source.kind}, it is not UTF-8: save it so, from a spreadsheet as CSV UTF-8"
        ) from error
    except UnicodeEncodeError as error:
        raise ConfigError(f"{path}: a text holds half a character ({error.object[error.start]!r}): mend it") from error
    except (OSError, csv.Error, pa.ArrowInvalid, json.JSONDecodeError) as error:
        raise ConfigError(f"{path} can't be read as {source.kind}: {' '.join(str(error).split())}") from error


def _parquet(path: Path, columns: dict[str, str]) -> pa.Table:
    _require(columns, pq.read_schema(path).names, path)
    table = pq.read_table(path, columns=sorted(set(columns.values())))
    known = orjson.loads((table.schema.metadata or {}).get(b"huggingface", b"{}"))
    classes = known.get("info", {}).get("features", {}).get(columns["label"], {}).get("names")
    table = pa.table({name: table.column(column) for name, column in columns.items()})
    return strings(named(table, {"label": classes}) if classes else table, columns)


def _require(columns: dict[str, str], there: Sequence[str], path: Path) -> None:
    for name, column in columns.items():
        if column not in there:
            raise ConfigError(f"{path.name} has no column {column}: say dataset.{name}=… ({nearest(column, there)})")


def _opened(path: Path) -> Any:
    return (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8-sig", newline="")


def _csv(path: Path, source: Source, columns: dict[str, str]) -> Iterator[dict[str, str | None]]:
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    by_index = all(column.isdigit() for column in columns.values())
    header = source.header if source.header is not None else not by_index
    with _opened(path) as lines:
        reader = csv.reader(lines, **csv_options(source.sep, source.quote))
        there = next(reader, []) if header else []
        if header and not there:
            raise ConfigError(f"{path.name} has no header: is it empty?")
        if header and not by_index:
            _require(columns, there, path)
        places = {name: int(column) if by_index else there.index(column) for name, column in columns.items()}
        width, last = len(there), max(places.values())
        for number, row in enumerate(reader, start=2 if header else 1):
            if not row:
                continue
            width = width or len(row)
            cut = any(row[width:]) or (not header and len(row) != width)  # a text with separators in it
            if cut or last >= len(row):
                odd = f"the first one {width}" if cut else f"column {last} is asked for"
                raise ConfigError(
                    f"{path.name}: record {number} has {len(row)} columns, {odd}: check dataset.sep and dataset.quote"
                )
            yield {name: row[place] for name, place in places.items()}


def _jsonl(path: Path, columns: dict[str, str]) -> Iterator[dict[str, str | None]]:
    with _opened(path) as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ConfigError(f"{path.name}: line {number} is no object with {' and '.join(columns.values())}")
            for name, column in columns.items():
                if column not in row and name in ("text", "label"):
                    raise ConfigError(f"{path.name}: line {number} has no {column} ({nearest(column, row)})")
                if isinstance(row.get(column), list | dict):
                    raise ConfigError(f"{path.name}: line {number} has no plain {column}: say dataset.{name}=COLUMN")
            found = {name: row.get(column) for name, column in columns.items()}
            # NaN is how pandas writes a value that is missing
            yield {n: None if v is None or v != v else str(v) for n, v in found.items()}
