"""Candidate pairs: articles that share a MinHash band or a winnowed print. Joins in DuckDB, out of core.

`leakage` uses this module too, on the articles that were kept; nothing here knows clusters.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb


@dataclass(frozen=True, slots=True)
class Bounds:
    """What keeps a wording that thousands share from making millions of pairs.

    Attributes:
        bucket: Up to this many articles that share a key are paired all with all.
        anchors: In a larger bucket every article is paired only with this many earliest and this many shortest ones:
            the earliest is the one that stays, the shortest the one that others contain.
    """

    bucket: int = 24
    anchors: int = 4

    def __post_init__(self) -> None:
        if self.bucket < 2 or not 1 <= self.anchors <= self.bucket:
            raise ValueError(
                f"dedup: bucket must be at least 2 and anchors 1 to bucket, not {self.bucket}, {self.anchors}"
            )


def index_postings(con: duckdb.DuckDBPyConnection, relation: str, postings: str) -> None:
    """Creates the table `postings(key, rank)`: every band and print that at least two articles share.

    Args:
        con: The connection.
        relation: Name of a relation with `rank INTEGER, bands UBIGINT[], prints UBIGINT[]`.
        postings: Name of the temporary table to create.
    """
    con.execute(f"CREATE OR REPLACE TEMP TABLE {postings} (key UBIGINT, rank INTEGER)")
    for column in ("bands", "prints"):
        con.execute(
            f"""INSERT INTO {postings}
            WITH posting AS (SELECT unnest({column}) AS key, rank FROM {relation})
            SELECT key, rank FROM posting
            WHERE key IN (SELECT key FROM posting GROUP BY key HAVING count(*) > 1)"""  # noqa: S608
        )


def pair_candidates(
    con: duckdb.DuckDBPyConnection, relation: str, postings: str, pairs: str, bounds: Bounds, where: str = "true"
) -> int:
    """Creates the table `pairs(a, b)` of candidate pairs of ranks, `a < b`, each once, and counts them.

    Args:
        con: The connection.
        relation: Name of a relation with `rank INTEGER, shingles INTEGER`; postings of other ranks are passed over.
        postings: What `index_postings` created.
        pairs: Name of the temporary table to create.
        bounds: See there.
        where: Condition on the columns `pair.a` and `pair.b`.
    """
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE {postings}_member AS
        SELECT key, rank, count(*) OVER bucket AS size,
               row_number() OVER (bucket ORDER BY rank) AS place,
               row_number() OVER (bucket ORDER BY shingles, rank) AS shortness
        FROM {postings} JOIN {relation} USING (rank)
        WINDOW bucket AS (PARTITION BY key)
        QUALIFY size > 1"""  # noqa: S608
    )
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE {pairs} AS
        WITH pair AS (
            SELECT l.rank AS a, r.rank AS b
            FROM {postings}_member l JOIN {postings}_member r ON l.key = r.key AND l.rank < r.rank
            WHERE l.size <= $bucket AND r.size <= $bucket
            UNION
            SELECT least(l.rank, r.rank), greatest(l.rank, r.rank)
            FROM {postings}_member l JOIN {postings}_member r ON l.key = r.key AND l.rank <> r.rank
            WHERE l.size > $bucket AND (l.place <= $anchors OR l.shortness <= $anchors))
        SELECT a, b FROM pair WHERE {where} ORDER BY a, b""",  # noqa: S608
        {"bucket": bounds.bucket, "anchors": bounds.anchors},
    )
    con.execute(f"DROP TABLE {postings}_member")
    return _count(con, pairs)


def narrow_postings(con: duckdb.DuckDBPyConnection, relation: str, postings: str, bounds: Bounds) -> None:
    """Leaves the postings of those keys that were too common to be paired all with all, of articles in `relation`."""
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE {postings} AS
        SELECT key, rank FROM {postings} SEMI JOIN {relation} USING (rank)
        WHERE key IN (SELECT key FROM {postings} GROUP BY key HAVING count(*) > $bucket)""",  # noqa: S608
        {"bucket": bounds.bucket},
    )


def _count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    [(count,)] = con.execute(f"SELECT count(*) FROM {table}").fetchall()  # noqa: S608
    return int(count)
