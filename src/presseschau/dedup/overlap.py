"""True Jaccard and containment of candidate pairs, computed one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from presseschau.dedup.candidates import split_pairs
from presseschau.dedup.criteria import Dedup
from presseschau.dedup.database import fetch_columns, spill_file
from presseschau.dedup.shingled import Texts, by_length, spill_shingles
from presseschau.dedup.signature import Hashes

N = TypeVar("N", bound=np.generic)

_PAIRS = 50_000  # pairs given to the database at a time


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Verified pairs as columns; `a < b` are ranks.

    Attributes:
        a: Rank of the earlier article.
        b: Rank of the later article.
        jaccard: Shared shingles by shingles in either, 0 to 1.
        containment: Shared shingles by shingles of the shorter, 0 to 1.
    """

    a: NDArray[np.int32]
    b: NDArray[np.int32]
    jaccard: NDArray[np.float64]
    containment: NDArray[np.float64]

    @staticmethod
    def none() -> Edges:
        """No edges."""
        return Edges(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0), np.empty(0))

    @staticmethod
    def joined(parts: Sequence[Edges]) -> Edges:
        """All edges of several groups, at least one, in their order."""
        columns = zip(*((part.a, part.b, part.jaccard, part.containment) for part in parts), strict=True)
        return Edges(*map(np.concatenate, columns))

    def kinds(self, dedup: Dedup) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which pairs are near-duplicates, and which others are contained; what is neither is only related."""
        near = self.jaccard >= dedup.jaccard
        return near, ~near & (self.containment >= dedup.containment)


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


def verify_pairs(con: duckdb.DuckDBPyConnection, pairs: Hashes, texts: Texts, dedup: Dedup) -> Edges:
    """The pairs that are duplicates or related, with their true values, in order of rank.

    What is known of two wordings is not computed again: the table `verified(a, b, jaccard, containment)`, whose keys
    are `exact_key`s, `a < b`, is made where it is missing, and has all pairs that were asked for in the end; so a later
    build may start with that of an earlier one as `verified_before`. A pair that was seen to reach neither threshold
    without its shingles has bounds in the place of values, as negative numbers. Of pairs that are not known every text
    is read once; memory holds a batch of texts, and a few numbers by pair.

    Args:
        con: The connection.
        pairs: Pairs of ranks as `candidates.pair_candidates` gives them.
        texts: Theirs.
        dedup: Words per shingle, and the thresholds `related` and `containment`.
    """
    columns = "(a UBIGINT, b UBIGINT, jaccard DOUBLE, containment DOUBLE)"
    con.execute(
        f"""CREATE TABLE IF NOT EXISTS verified {columns};
        CREATE TABLE IF NOT EXISTS verified_before {columns};
        CREATE OR REPLACE TEMP TABLE overlap_asked (pair UBIGINT, a UBIGINT, b UBIGINT)"""
    )
    for block in _blocks(pairs):
        con.from_arrow(pa.table({"pair": block, **_wordings(block, texts)})).insert_into("overlap_asked")
    least = {"jaccard": dedup.related, "containment": dedup.containment}
    con.execute(
        """INSERT INTO verified
        FROM verified_before SEMI JOIN overlap_asked USING (a, b) ANTI JOIN verified USING (a, b)
        WHERE jaccard >= 0 OR -jaccard < $jaccard AND -containment < $containment""",
        least,
    )
    query = "SELECT min(pair) AS pair FROM overlap_asked ANTI JOIN verified USING (a, b) GROUP BY a, b"
    new = np.sort(fetch_columns(con, query)["pair"])
    with spill_file(con) as file:
        sets, most = spill_shingles(con, new, texts, file, dedup)
        for block, at_most in zip(_blocks(new), _blocks(most), strict=True):
            values = -_bounds(block, at_most, texts)
            earlier, later = (ranks.tolist() for ranks in split_pairs(block))
            left, of_left = -1, np.empty(0, np.uint64)
            for at in np.flatnonzero(at_most < 0).tolist():
                if earlier[at] != left:
                    left, of_left = earlier[at], np.frombuffer(sets.read(earlier[at]), np.uint64)
                values[:, at] = overlap(of_left, np.frombuffer(sets.read(later[at]), np.uint64))
            known = {**_wordings(block, texts), "jaccard": values[0], "containment": values[1]}
            con.from_arrow(pa.table(known)).insert_into("verified")
    found = fetch_columns(
        con,
        """SELECT pair, jaccard, containment FROM overlap_asked JOIN verified USING (a, b)
        WHERE jaccard >= $jaccard OR containment >= $containment ORDER BY pair""",
        least,
    )
    con.execute("DROP TABLE overlap_asked")
    return Edges(*split_pairs(found["pair"]), found["jaccard"], found["containment"])


def _blocks(column: NDArray[N]) -> list[NDArray[N]]:
    """What there is of each of the pairs, so many of them at a time."""
    return [column[start : start + _PAIRS] for start in range(0, len(column), _PAIRS)]


def _wordings(pairs: Hashes, texts: Texts) -> dict[str, Hashes]:
    """The exact keys of pairs of ranks, the smaller one first."""
    x, y = (texts.exact_keys[ranks] for ranks in split_pairs(pairs))
    return {"a": np.minimum(x, y), "b": np.maximum(x, y)}


def _bounds(pairs: Hashes, most: NDArray[np.int32], texts: Texts) -> NDArray[np.float64]:
    """Jaccard and containment that pairs have at most which share at most so many shingles."""
    short, long = (texts.shingles[ranks] for ranks in by_length(pairs, texts))
    return np.stack([most / (short + long - most), most / short])
