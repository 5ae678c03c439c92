"""The rows of the dataset in order, out of core: a million articles with their texts take more memory than there is.

The rows' places are known beforehand (ids are small enough to sort), so every row goes straight to the file of its
neighbours, and one such file at a time is put in order.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from presseschau.pipeline.database import stream
from presseschau.pipeline.pages import WORK_SCHEMA
from presseschau.schema import SPLITS

_TEXTS, _SHORT = 2_000, 20_000  # rows in a batch, with texts and without
_ROWS = 4_000  # of one file: some 20 MB of articles
_FILES = 250  # open at a time


def split_batches(con: duckdb.DuckDBPyConnection, columns: Iterable[str]) -> Iterator[tuple[str, pa.RecordBatch]]:
    """All articles that have a `place`, with some of their pages' columns and all labels: every batch of one split."""
    [(count,)] = con.execute("SELECT count(*) FROM place").fetchall()
    short = ", ".join(name for name in columns if name in WORK_SCHEMA.names and name != "text")
    # Joined by their places: the labels of a million articles are too many to be held while texts go by.
    texts = "SELECT text, place FROM articles JOIN place USING (source)"
    pages = f"SELECT {short}, cluster, split, place FROM pages JOIN place USING (source)"  # noqa: S608
    labels = "SELECT labels.* EXCLUDE (source), place FROM labels JOIN place USING (source)"
    sides = [
        in_order(stream(con.cursor(), query, rows), count, _spill(con))
        for query, rows in ((texts, _TEXTS), (pages, _SHORT), (labels, _SHORT))
    ]
    for parts in zip(*sides, strict=True):
        batch = pa.RecordBatch.from_arrays(
            [column for part in parts for column in part.columns],
            [name for part in parts for name in part.schema.names],
        )
        start = 0
        for split, rows in itertools.groupby(batch.column("split").to_pylist()):
            size = len(list(rows))
            yield split, batch.slice(start, size)
            start += size


def target_batches(con: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, int, Iterator[pa.RecordBatch]]]:
    """Split, number of rows and rows of `stance_targets`: in order of id and target.

    What people or a language model say of the same target of an article takes the place of the rules' stance.
    """
    con.execute(
        """CREATE TABLE target_place AS
           SELECT source, split, target, kind, mentions,
             row_number() OVER (PARTITION BY split ORDER BY place, number) - 1 AS place,
             CASE WHEN said THEN own.stance ELSE found.stance END AS stance,
             CASE WHEN said THEN own.stance_confidence ELSE found.stance_confidence END AS stance_confidence,
             CASE WHEN said THEN own.stance_source ELSE found.stance_source END AS stance_source,
             CASE WHEN said THEN own.stance_evidence ELSE found.stance_evidence END AS stance_evidence
           FROM (SELECT targets AS found, labels AS own, place.*, targets.number, target, kind, mentions,
                   labels.stance_source IN ('human', 'llm') AND lower(labels.stance_target) = lower(target) AS said
                 FROM targets JOIN place USING (source) JOIN labels USING (source))"""
    )
    counts = dict(con.execute("SELECT split, count(*) FROM target_place GROUP BY 1").fetchall())
    spill = _spill(con)
    query = """SELECT id, title, text, found.* EXCLUDE (source, split)
               FROM articles JOIN (FROM target_place WHERE split = ?) AS found USING (source)"""
    for split in (s for s in SPLITS if s in counts):
        yield split, counts[split], in_order(stream(con.cursor(), query, _TEXTS, [split]), counts[split], spill)


def _spill(con: duckdb.DuckDBPyConnection) -> Path:
    """Where the database spills, too."""
    [(folder,)] = con.execute("SELECT current_setting('temp_directory')").fetchall()
    return Path(folder)


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
