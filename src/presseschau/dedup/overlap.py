"""True Jaccard and containment of candidate pairs: shingle sets spilled to a file, pairs computed one by one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from presseschau.dedup.candidates import Postings, split_pairs
from presseschau.dedup.signature import Hashes, shingle_set

if TYPE_CHECKING:  # page workers sign texts and need no database
    import duckdb

_TEXTS = 500  # texts in memory at a time
_SIGNED = 10_000  # signatures
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


@dataclass(frozen=True, slots=True)
class Texts:
    """Where the texts of ranks are, and their signatures.

    Attributes:
        texts: Name of a relation with `text VARCHAR, bands UBIGINT[], prints UBIGINT[]` and the key.
        ranks: Name of a relation with `rank INTEGER` and the key.
        key: Name of a column.
    """

    texts: str
    ranks: str
    key: str


def read_postings(con: duckdb.DuckDBPyConnection, texts: Texts, where: str, file: IO[bytes]) -> Postings:
    """The keys of the ranks that a condition holds for."""
    [(count,)] = con.execute(f"SELECT count(*) FROM {texts.ranks} WHERE {where}").fetchall()  # noqa: S608
    postings = Postings.of(count, file)
    query = f"""SELECT rank, bands, prints FROM {texts.texts}
        JOIN (SELECT rank, {texts.key} FROM {texts.ranks} WHERE {where}) USING ({texts.key})"""  # noqa: S608
    for batch in con.sql(query).to_arrow_reader(_SIGNED):
        postings.add(*batch.columns)
    return postings


def verify_pairs(
    con: duckdb.DuckDBPyConnection,
    pairs: Hashes,
    exact_keys: Hashes,
    texts: Texts,
    *,
    shingle_words: int,
    least_jaccard: float,
    least_containment: float,
) -> Edges:
    """The pairs that reach one of the two thresholds, with their true values, in order of rank.

    What is known of two wordings is not computed again: the table `verified(a, b, jaccard, containment)`, whose keys
    are `exact_key`s, `a < b`, is made where it is missing, and has all pairs that were asked for in the end; so a later
    build may start with that of an earlier one as `verified_before`. Of other pairs every text is read once; memory
    holds a batch of texts, a batch of pairs and the edges found.

    Args:
        con: The connection.
        pairs: Pairs of ranks as `candidates.pair_candidates` gives them.
        exact_keys: By rank.
        texts: Where they are read.
        shingle_words: Words per shingle.
        least_jaccard: Threshold.
        least_containment: Threshold.
    """
    columns = "(a UBIGINT, b UBIGINT, jaccard DOUBLE, containment DOUBLE)"
    earlier, later = split_pairs(pairs)
    x, y = exact_keys[earlier], exact_keys[later]
    asked = {"earlier": earlier, "later": later, "a": np.minimum(x, y), "b": np.maximum(x, y)}
    con.register("overlap_arrow", pa.table(asked))
    con.execute(
        f"""CREATE TABLE IF NOT EXISTS verified {columns};
        CREATE TABLE IF NOT EXISTS verified_before {columns};
        CREATE OR REPLACE TEMP TABLE overlap_asked AS FROM overlap_arrow;
        INSERT INTO verified FROM verified_before SEMI JOIN overlap_asked USING (a, b) ANTI JOIN verified USING (a, b);
        CREATE OR REPLACE TEMP TABLE overlap_new AS
        FROM overlap_asked ANTI JOIN verified USING (a, b) ORDER BY earlier, later"""
    )
    con.unregister("overlap_arrow")
    with _spilled(con, texts, shingle_words) as spill:
        for block in _pair_batches(con, "overlap_new"):
            values = np.empty((2, len(block["earlier"])))
            left, of_left = -1, np.empty(0, np.uint64)
            for at, (i, j) in enumerate(zip(block["earlier"].tolist(), block["later"].tolist(), strict=True)):
                if i != left:
                    left, of_left = i, spill.read(i)
                values[:, at] = overlap(of_left, spill.read(j))
            table = pa.table({"a": block["a"], "b": block["b"], "jaccard": values[0], "containment": values[1]})
            con.register("overlap_arrow", table)
            con.execute("INSERT INTO verified SELECT DISTINCT * FROM overlap_arrow ANTI JOIN verified USING (a, b)")
            con.unregister("overlap_arrow")
    found = fetch_columns(
        con,
        """SELECT earlier, later, jaccard, containment FROM overlap_asked JOIN verified USING (a, b)
        WHERE jaccard >= $jaccard OR containment >= $containment""",
        {"jaccard": least_jaccard, "containment": least_containment},
    )
    con.execute("DROP TABLE overlap_asked; DROP TABLE overlap_new")
    earlier, later = (found[name].astype(np.int64) for name in ("earlier", "later"))
    return Edges(earlier, later, found["jaccard"], found["containment"]).sorted()


@dataclass(slots=True)
class _Spill:
    """Shingle sets in an unnamed file: read by position, so they never count as the process's memory."""

    descriptor: int
    starts: NDArray[np.int64]
    sizes: NDArray[np.int64]

    def read(self, rank: int) -> Hashes:
        return np.frombuffer(os.pread(self.descriptor, int(self.sizes[rank]) * 8, int(self.starts[rank])), np.uint64)


@contextmanager
def _spilled(con: duckdb.DuckDBPyConnection, texts: Texts, shingle_words: int) -> Iterator[_Spill]:
    """The shingles of all texts of `overlap_new`."""
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE overlap_text AS SELECT rank, {texts.key} FROM {texts.ranks}
        SEMI JOIN (SELECT earlier AS rank FROM overlap_new UNION SELECT later FROM overlap_new) USING (rank)"""  # noqa: S608
    )
    [(top,)] = con.execute("SELECT coalesce(max(rank), -1) + 1 FROM overlap_text").fetchall()
    starts, sizes = np.zeros(top, np.int64), np.zeros(top, np.int64)
    with spill_file(con) as file:
        if top:
            con.execute(f"SELECT rank, text FROM {texts.texts} JOIN overlap_text USING ({texts.key})")  # noqa: S608
            position = 0
            while batch := con.fetchmany(_TEXTS):
                for rank, text in batch:
                    shingles = shingle_set(text, shingle_words)
                    starts[rank], sizes[rank] = position, len(shingles)
                    position += file.write(shingles.tobytes())
            file.flush()
        con.execute("DROP TABLE overlap_text")
        yield _Spill(file.fileno(), starts, sizes)


def spill_file(con: duckdb.DuckDBPyConnection) -> IO[bytes]:
    """An unnamed file in the connection's own spill folder where the pipeline has set one, else in the system's."""
    [(setting,)] = con.execute("SELECT current_setting('temp_directory')").fetchall()
    folder = Path(setting) if setting else None
    if folder is None or not folder.is_absolute():
        return tempfile.TemporaryFile()
    folder.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryFile(dir=folder)


def _pair_batches(con: duckdb.DuckDBPyConnection, pairs: str) -> Iterator[dict[str, NDArray[Any]]]:
    """The pairs in blocks of columns, each sorted."""
    [(rows,)] = con.execute(f"SELECT count(*) FROM {pairs}").fetchall()  # noqa: S608
    for start in range(0, rows, _PAIRS):
        yield fetch_columns(
            con,
            f"FROM {pairs} WHERE rowid BETWEEN $first AND $last ORDER BY earlier, later",
            {"first": start, "last": start + _PAIRS - 1},
        )


def fetch_columns(
    con: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, Any] | None = None
) -> dict[str, NDArray[Any]]:
    """The answer to a query that has no NULL in it."""
    return {name: np.asarray(column) for name, column in con.execute(query, parameters).fetchnumpy().items()}
