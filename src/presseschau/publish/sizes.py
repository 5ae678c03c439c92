"""How much the shards of a dataset folder hold: rows and bytes of the views, and words; one pass over all columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from presseschau.publish.shards import Shard
from presseschau.schema import DATA, SPLITS, VIEWS


@dataclass(frozen=True, slots=True)
class ViewSize:
    """Rows and logical bytes of one split of a view, counted as `datasets` counts them: after the view's filter."""

    split: str
    rows: int
    num_bytes: int


@dataclass(frozen=True, slots=True)
class Sizes:
    """What the shards hold.

    Attributes:
        views: By view the splits that have rows; one without rows must not be listed, or loading fails.
        values: By view with a filter the values of the column that it looks at, those that pass, in order.
        words: By split the articles that have a text by its words.
    """

    views: Mapping[str, Sequence[ViewSize]]
    values: Mapping[str, Sequence[Any]]
    words: Mapping[str, Mapping[int, int]]


def measure(folder: Path, shards: Iterable[Shard]) -> Sizes:
    """Reads the shards of a dataset folder, one row group at a time: a dataset scan would read whole shards ahead."""
    counted = {(view.name, split): [0, 0] for view in VIEWS for split in SPLITS}
    conditions = {view.name: pq.filters_to_expression([list(view.filters)]) for view in VIEWS if view.filters}
    values: dict[str, set[Any]] = {name: set() for name in conditions}
    words = {split: Counter[int]() for split in SPLITS}
    for shard in shards:
        views = [view for view in VIEWS if view.part == shard.part]
        with pq.ParquetFile(folder / shard.path) as file:
            for group in range(file.num_row_groups):
                table = file.read_row_group(group, use_threads=False)  # each would keep memory of its own for a group
                for view in views:
                    own = table.select(view.columns) if view.columns else table
                    if view.filters:
                        own = own.filter(conditions[view.name])
                        ((column, _, _),) = view.filters
                        values[view.name].update(own.column(column).unique().to_pylist())
                    counted[view.name, shard.split][0] += len(own)
                    counted[view.name, shard.split][1] += own.nbytes
                if shard.part == DATA:
                    for texts in table.column("text").chunks:
                        words[shard.split].update(_words(texts.drop_null()))
    return Sizes(
        {v.name: [ViewSize(s, *counted[v.name, s]) for s in SPLITS if counted[v.name, s][0]] for v in VIEWS},
        {name: sorted(found) for name, found in values.items()},
        {split: found for split, found in words.items() if found},
    )


def _words(texts: pa.StringArray) -> list[int]:
    """The words of each text: they stand one space apart and paragraphs two line ends, so those are counted."""
    _, ends, data = texts.buffers()
    starts = np.frombuffer(ends, np.int32)[texts.offset : texts.offset + len(texts) + 1].tolist()
    letters = np.frombuffer(data, np.uint8)
    spaces, line_ends = letters == ord(" "), letters == ord("\n")
    return [
        1 + int(np.count_nonzero(spaces[a:b])) + int(np.count_nonzero(line_ends[a:b])) // 2 for a, b in pairwise(starts)
    ]
