"""Wide rows in order, out of core: sorting a million articles with their texts would take more memory than there is.

The rows' places are known beforehand (ids are small enough to sort), so every row goes straight to the file of its
neighbours, and one such file at a time is put in order.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pyarrow as pa

_ROWS = 4_000  # of one file: some 20 MB of articles
_FILES = 250  # open at a time


def in_order(batches: Iterable[pa.RecordBatch], count: int, folder: Path) -> Iterator[pa.RecordBatch]:
    """The same rows by their column `place`, which is left out.

    Args:
        batches: Rows in any order; `place` is 0 to `count` - 1, each once.
        count: How many rows there are.
        folder: Where they wait.

    Raises:
        ValueError: There are other rows than `count`.
    """
    size = max(_ROWS, -(-count // _FILES))
    with tempfile.TemporaryDirectory(dir=folder) as name:
        seen = _scatter(batches, size, Path(name))
        if seen != count:
            raise ValueError(f"{seen} rows came where {count} were counted")
        for number in range(-(-count // size)):
            path = Path(name) / str(number)
            with pa.memory_map(str(path)) as file:
                rows = pa.ipc.open_stream(file).read_all()
            path.unlink()
            order = np.argsort(rows.column("place").to_numpy())
            yield from rows.drop_columns(["place"]).take(pa.array(order)).combine_chunks().to_batches()


def _scatter(batches: Iterable[pa.RecordBatch], size: int, folder: Path) -> int:
    """Writes every row to the file of its neighbours; how many there were."""
    seen = 0
    with ExitStack() as stack:
        writers: dict[int, pa.RecordBatchStreamWriter] = {}
        for batch in batches:
            home = batch.column("place").to_numpy() // size
            order = np.argsort(home, kind="stable")
            gathered = batch.take(pa.array(order))
            numbers, starts = np.unique(home[order], return_index=True)
            for number, start, end in zip(
                numbers.tolist(), starts.tolist(), [*starts.tolist()[1:], len(batch)], strict=True
            ):
                if number not in writers:
                    file = stack.enter_context(pa.OSFile(str(folder / str(number)), "wb"))
                    writers[number] = stack.enter_context(pa.ipc.new_stream(file, batch.schema))
                writers[number].write_batch(gathered.slice(start, end - start))
            seen += len(batch)
    return seen
