"""True Jaccard and containment of candidate pairs: shingle sets spilled to a file, pairs computed one by one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from presseschau.dedup.signature import Hashes, shingle_set

_TEXTS = 500  # texts in memory at a time
_PAIRS = 50_000  # pairs fetched at a time


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Verified pairs as columns; `a < b` are ranks.

    Attributes:
        a: Rank of the earlier article.
        b: Rank of the later article.
        jaccard: Shared shingles by shingles in either, 0 to 1.
        containment: Shared shingles by shingles of the shorter, 0 to 1.
    """

    a: NDArray[np.int64]
    b: NDArray[np.int64]
    jaccard: NDArray[np.float64]
    containment: NDArray[np.float64]

    @staticmethod
    def none() -> Edges:
        """No edges."""
        return Edges(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0))

    @staticmethod
    def joined(parts: Sequence[Edges]) -> Edges:
        """All edges of several groups, at least one, in their order."""
        return Edges(
            np.concatenate([part.a for part in parts]),
            np.concatenate([part.b for part in parts]),
            np.concatenate([part.jaccard for part in parts]),
            np.concatenate([part.containment for part in parts]),
        )

    def sorted(self) -> Edges:
        """The same edges in order of their ranks."""
        order = np.lexsort((self.b, self.a))
        return Edges(self.a[order], self.b[order], self.jaccard[order], self.containment[order])


def overlap(x: Hashes, y: Hashes) -> tuple[float, float]:
    """Jaccard and containment of two shingle sets (sorted, each hash once); 0 where one is empty.

    >>> overlap(np.array([1, 2, 3], np.uint64), np.array([2, 3, 4, 5], np.uint64))
    (0.4, 0.6666666666666666)
    """
    if not len(x) or not len(y):
        return 0.0, 0.0
    both = np.concatenate([x, y])
    both.sort()
    shared = int(np.count_nonzero(both[1:] == both[:-1]))
    return shared / (len(x) + len(y) - shared), shared / min(len(x), len(y))


def verify_pairs(
    con: duckdb.DuckDBPyConnection,
    texts: str,
    pairs: str,
    *,
    shingle_words: int,
    least_jaccard: float,
    least_containment: float,
) -> Edges:
    """The pairs that reach one of the two thresholds, with their true values, in order of rank.

    Every text that is in a pair is read once; memory holds a batch of texts, a batch of pairs and the edges found.

    Args:
        con: The connection.
        texts: Name of a relation with `rank INTEGER, text VARCHAR`.
        pairs: Name of a table `(a, b)` of ranks, each pair once.
        shingle_words: Words per shingle.
        least_jaccard: Threshold.
        least_containment: Threshold.
    """
    edges = [Edges.none()]
    with _spilled(con, texts, pairs, shingle_words) as spill:
        for block in _pair_batches(con, pairs):
            values = np.empty((2, len(block)))
            left, of_left = -1, np.empty(0, np.uint64)
            for at, (i, j) in enumerate(block.tolist()):
                if i != left:
                    left, of_left = i, spill.read(i)
                values[:, at] = overlap(of_left, spill.read(j))
            reached = (values[0] >= least_jaccard) | (values[1] >= least_containment)
            edges.append(Edges(block[reached, 0], block[reached, 1], values[0, reached], values[1, reached]))
    return Edges.joined(edges).sorted()


@dataclass(slots=True)
class _Spill:
    """Shingle sets in an unnamed file: read by position, so they never count as the process's memory."""

    descriptor: int
    starts: NDArray[np.int64]
    sizes: NDArray[np.int64]

    def read(self, rank: int) -> Hashes:
        return np.frombuffer(os.pread(self.descriptor, int(self.sizes[rank]) * 8, int(self.starts[rank])), np.uint64)


@contextmanager
def _spilled(con: duckdb.DuckDBPyConnection, texts: str, pairs: str, shingle_words: int) -> Iterator[_Spill]:
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE dedup_needed AS SELECT a AS rank FROM {pairs} UNION SELECT b FROM {pairs}"  # noqa: S608
    )
    [(top,)] = con.execute("SELECT coalesce(max(rank), -1) + 1 FROM dedup_needed").fetchall()
    starts, sizes = np.zeros(top, np.int64), np.zeros(top, np.int64)
    with tempfile.TemporaryFile(dir=_spill_folder(con)) as file:
        # Joined as written, so that the texts are never the side that is held in memory.
        con.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
        con.execute(f"SELECT rank, text FROM {texts} SEMI JOIN dedup_needed USING (rank)")  # noqa: S608
        position = 0
        while batch := con.fetchmany(_TEXTS):
            for rank, text in batch:
                shingles = shingle_set(text, shingle_words)
                starts[rank], sizes[rank] = position, len(shingles)
                position += file.write(shingles.tobytes())
        con.execute("RESET disabled_optimizers")
        file.flush()
        con.execute("DROP TABLE dedup_needed")
        yield _Spill(file.fileno(), starts, sizes)


def _spill_folder(con: duckdb.DuckDBPyConnection) -> str | None:
    """The connection's own spill folder where the pipeline has set one, else the system's."""
    [(setting,)] = con.execute("SELECT current_setting('temp_directory')").fetchall()
    folder = Path(setting) if setting else None
    if folder is None or not folder.is_absolute():
        return None
    folder.mkdir(parents=True, exist_ok=True)
    return str(folder)


def _pair_batches(con: duckdb.DuckDBPyConnection, pairs: str) -> Iterator[NDArray[np.int64]]:
    """The pairs in blocks of rows (a, b), each sorted."""
    [(rows,)] = con.execute(f"SELECT count(*) FROM {pairs}").fetchall()  # noqa: S608
    for start in range(0, rows, _PAIRS):
        block = con.execute(
            f"SELECT a, b FROM {pairs} WHERE rowid BETWEEN $first AND $last ORDER BY a, b",  # noqa: S608
            {"first": start, "last": start + _PAIRS - 1},
        ).fetchnumpy()
        yield np.column_stack([block["a"], block["b"]]).astype(np.int64)
