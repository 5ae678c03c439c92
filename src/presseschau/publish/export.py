"""A dataset folder as one CSV or JSON Lines file: label names instead of numbers, the split as a column.

The CSV is what spreadsheets open right: UTF-8 with a byte order mark, commas, CRLF line ends, a field in quotes where
it holds one of these (RFC 4180), times in ISO 8601; with semicolons, numbers have a decimal comma. Lists and structs
are JSON in their field, as a table has no such thing. A field of text that a spreadsheet would take for a formula gets
an apostrophe in front (`spreadsheet`): one that starts with `=`, `+`, `-`, `@`, a tab or a carriage return.
`formulas="keep"` leaves such fields as they are.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import orjson

from presseschau.publish.opened import Folder
from presseschau.schema import DATA, SPLITS, TARGETS
from presseschau.spreadsheet import SEPARATORS, decimal, is_formula
from presseschau.stable import rounded

FORMATS = {"csv": (".csv", ".tsv", ".txt", ""), "jsonl": (".jsonl", ".ndjson", "")}  # and the endings of their files
DEFAULT = "default"
VIEW_PARTS = {DEFAULT: DATA, TARGETS: TARGETS}


def export(
    dataset: Path,
    output: Path,
    format: Literal["csv", "jsonl"],  # noqa: A002 - the option's name
    splits: Sequence[str] = (),
    columns: Sequence[str] = (),
    formulas: Literal["escape", "keep"] = "escape",
    separator: Literal["comma", "semicolon", "tab"] = "comma",
    view: str = DEFAULT,
) -> int:
    """Writes a dataset as one file, whole or not at all; one row group is in memory at a time.

    Args:
        dataset: A dataset folder, full or stub.
        output: The file to write; one that is there is replaced.
        format: `csv` or `jsonl`.
        splits: Only these; none named: all, in published order.
        columns: Only these, in this order, `split` being one of them; none named: `split` and all columns.
        formulas: CSV only: `escape` puts an apostrophe before a text field that starts like a formula.
        separator: CSV only: what stands between fields; spreadsheets set to German expect a semicolon, and a decimal
            comma, which numbers have then.
        view: `default`, the articles, or `stance_targets`, where the dataset has it.

    Returns:
        The number of rows.

    Raises:
        ValueError: It is no dataset folder, or has no such view, split or column; `output` is a folder, or its ending
            that of another format.
    """
    if output.is_dir() or output.suffix.lower() not in FORMATS[format]:
        raise ValueError(f"output={output} must be a file that ends in {FORMATS[format][0]}, as format={format} does")
    folder = Folder.open(dataset)
    parts = {name: part for name, part in VIEW_PARTS.items() if folder.splits_of(part)}
    part = parts.get(view, DATA)
    known = ["split", *(column.name for column in folder.schema.of(part).columns)]
    for asked, choices in (([view], list(parts)), (splits, folder.splits_of(part)), (columns, known)):
        for name in asked:
            if name not in choices:
                raise ValueError(f"{dataset} has no {name}; it has {', '.join(choices)}")
    wanted = list(columns) or known
    rows = _rows(folder, part, [s for s in SPLITS if s in (splits or folder.splits_of(part))], wanted)
    output.parent.mkdir(parents=True, exist_ok=True)
    partial = output.with_name(f".{output.name}.partial")
    try:
        with partial.open("wb") as file:
            count = 0
            for line in (
                _csv(rows, wanted, formulas == "escape", SEPARATORS[separator]) if format == "csv" else _jsonl(rows)
            ):
                file.write(line)
                count += 1
            file.flush()
            os.fsync(file.fileno())
        partial.replace(output)
    finally:
        partial.unlink(missing_ok=True)
    return count - (format == "csv")


def _rows(folder: Folder, part: str, splits: Sequence[str], columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    stored = [name for name in columns if name != "split"]
    for split in splits:
        for table in folder.tables(split, part):
            for values in table.select(stored).to_pylist() if stored else [{}] * len(table):
                row = values | {"split": split}
                yield {name: _named(folder, name, row[name]) for name in columns}


def _named(folder: Folder, column: str, value: Any) -> Any:
    if isinstance(value, float):
        return rounded(value)  # stored in 32 bits: 0.9 would come out as 0.8999999761581421
    names = folder.schema.names.of(column)
    return names[value] if names and value is not None else value


def _jsonl(rows: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    for row in rows:
        yield orjson.dumps(row, option=orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC) + b"\n"


def _csv(rows: Iterator[dict[str, Any]], columns: Sequence[str], escape: bool, separator: str) -> Iterator[bytes]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=separator, lineterminator="\r\n")

    def line(fields: Sequence[str]) -> bytes:
        writer.writerow(fields)
        data = buffer.getvalue().encode("utf-8")
        buffer.seek(0)
        buffer.truncate()
        return data

    yield b"\xef\xbb\xbf" + line(columns)
    for row in rows:
        yield line([field(row[name], escape, separator) for name in columns])


def field(value: Any, escape: bool = True, separator: str = ",") -> str:
    """One value as a field of a CSV file.

    >>> field(None), field(True), field("=1+1"), field(-0.5), field(0.5, separator=";")
    ('', 'true', "'=1+1", '-0.5', '0,5')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, list | dict):
        return orjson.dumps(value, option=orjson.OPT_UTC_Z).decode()
    if not isinstance(value, str):
        return decimal(repr(value), separator)
    # One line end for all, as the reader of a field can't tell a line of the text from one of the file otherwise.
    text = value.replace("\r\n", "\n")
    return f"'{text}" if escape and is_formula(text) else text
