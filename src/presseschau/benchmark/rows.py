"""What a reader of labelled articles hands on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
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


def joined(tables: Mapping[str, pa.Table]) -> tuple[pa.Table, dict[str, Ints]]:
    """The tables of all splits as one, and the rows of each split in it."""
    splits, start = {}, 0
    for split, table in tables.items():
        splits[split] = np.arange(start, start + table.num_rows, dtype=np.int64)
        start += table.num_rows
    return pa.concat_tables(tables.values(), promote_options="permissive"), splits


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
