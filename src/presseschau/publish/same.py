"""Whether two dataset folders are the same, byte for byte; where not, the first difference of each file in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from presseschau.publish.files import is_made, is_published

_SHOWN = 60


def differences(one: Path, other: Path) -> Iterator[str]:
    """One line for each file that is missing or differs, in order of path; none where the folders are the same.

    What people may lay beside a dataset, and hidden files, are not compared: no build makes them again.

    Args:
        one: A dataset folder.
        other: The folder that should be the same.
    """
    own, its = _files(one), _files(other)
    for name in sorted({*own, *its}):
        if name not in its:
            yield f"{name}: only in {one}"
        elif name not in own:
            yield f"{name}: not in {one}"
        elif own[name].read_bytes() != its[name].read_bytes():
            yield f"{name}: {_difference(own[name], its[name])}"


def _files(folder: Path) -> dict[str, Path]:
    names = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path for name, path in names.items() if not _is_laid(name)}


def _is_laid(name: str) -> bool:
    return name.startswith(".") or "/." in name or (is_published(name) and not is_made(name))


def _difference(one: Path, other: Path) -> str:
    if one.suffix == ".parquet":
        return _rows(pq.read_table(one), pq.read_table(other))
    if one.suffix == ".json":
        found = _values(orjson.loads(one.read_bytes()), orjson.loads(other.read_bytes()), "")
        return next(found, "equal values, other bytes")
    if one.suffix == ".png":
        return "another picture"
    lines = zip_longest(*(path.read_text("utf-8", "replace").splitlines() for path in (one, other)), fillvalue="")
    return next((f"line {n}: {_pair(a, b)}" for n, (a, b) in enumerate(lines, 1) if a != b), "equal lines, other bytes")


def _rows(one: pa.Table, other: pa.Table) -> str:
    if one.schema != other.schema:
        return "other columns"
    if len(one) != len(other):
        return f"{len(one)} rows, {len(other)} in the rebuild"
    for name in one.column_names:
        if one.column(name) != other.column(name):
            values = zip(one.column(name).to_pylist(), other.column(name).to_pylist(), strict=True)
            row = next(n for n, (a, b) in enumerate(values) if a != b)
            key = next((k for k in ("id", "source") if k in one.column_names), name)
            return f"{name} of {one.column(key)[row]}: {_pair(one.column(name)[row], other.column(name)[row])}"
    return "the same rows, other bytes (another version of pyarrow?)"


def _values(one: Any, other: Any, path: str) -> Iterator[str]:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in sorted({*one, *other}):
            yield from _values(one.get(key), other.get(key), f"{path}.{key}" if path else str(key))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for at, (a, b) in enumerate(zip(one, other, strict=True)):
            yield from _values(a, b, f"{path}[{at}]")
    elif one != other:
        yield f"{path}: {_pair(one, other)}"


def _pair(one: object, other: object) -> str:
    texts = (str(one), str(other))
    at = next((n for n, (a, b) in enumerate(zip(*texts, strict=False)) if a != b), min(map(len, texts)))
    begin = max(0, at - _SHOWN // 3)
    first, second = (("…" if begin else "") + text[begin : begin + _SHOWN] for text in texts)
    return f"{first!r}, {second!r} in the rebuild"
