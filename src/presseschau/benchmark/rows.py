"""What a reader of labelled articles hands on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from presseschau.benchmark.data import Ints
from presseschau.config import ConfigError


@dataclass(frozen=True, slots=True)
class Rows:
    """Articles as they were found; nothing is checked yet but the columns.

    Attributes:
        table: `text label` and what else is known, by our names of columns.
        splits: Rows of each split.
        origin: What the data is.
        labels: The label names in order, where the data states them.
    """

    table: pa.Table
    splits: dict[str, Ints]
    origin: dict[str, Any]
    labels: Sequence[str] | None = None


def named(table: pa.Table, names: Mapping[str, Sequence[str]]) -> pa.Table:
    """Class numbers of some columns as their names; -1 is a row without a label.

    Raises:
        ConfigError: A number has no name.
    """
    for column, classes in names.items():
        values = pa.array([*classes], pa.string())
        number = pc.cast(table.column(column), pa.int64())
        number = pc.if_else(pc.greater_equal(number, 0), number, None)
        highest = pc.max(number).as_py()
        if highest is not None and highest >= len(classes):
            raise ConfigError(
                f"column {column} has class {highest}, its {len(classes)} names end at {len(classes) - 1}"
            )
        texts = pa.chunked_array([values.take(chunk) for chunk in number.chunks], pa.string())
        table = table.set_column(table.column_names.index(column), column, texts)
    return table


def strings(table: pa.Table, names: Mapping[str, str]) -> pa.Table:
    """Some columns as text; `names` says how the data calls each.

    Raises:
        ConfigError: One holds lists or the like.
    """
    for name, column in names.items():
        values = table.column(name)
        if pa.types.is_nested(values.type):
            raise ConfigError(f"column {column} holds {values.type}: say dataset.{name}=COLUMN")
        table = table.set_column(table.column_names.index(name), name, pc.cast(values, pa.string()))
    return table
