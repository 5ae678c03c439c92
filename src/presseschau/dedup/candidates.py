"""Candidate pairs: articles that share a MinHash band or a winnowed print. Joins in DuckDB, out of core.

`leakage` uses this module too, on the articles that were kept; nothing here knows clusters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # page workers sign texts and need no database
    import duckdb


@dataclass(frozen=True, slots=True)
class Bounds:
    """What keeps a wording that thousands share from making millions of pairs.

    Attributes:
        bucket: Up to this many articles that share a key are paired all with all.
        anchors: In a larger bucket every article is paired only with this many earliest and this many shortest ones:
            the earliest is the one that stays, the shortest the one that others contain.
        share: Candidates by prints have at least this many prints in common per shingle of the shorter text. Winnowing
            with a window of 16 takes 0.12 per shingle, and of 2,000 pairs at Jaccard 0.5 or containment 0.9 and above
            none had less than 0.4 of these in common; unrelated articles share a phrase or two.
    """

    bucket: int = 24
    anchors: int = 4
    share: float = 0.02

    def __post_init__(self) -> None:
        if self.bucket < 2 or not 1 <= self.anchors <= self.bucket:
            raise ValueError(
                f"dedup: bucket must be at least 2 and anchors 1 to bucket, not {self.bucket}, {self.anchors}"
            )


def index_postings(con: duckdb.DuckDBPyConnection, relation: str, postings: str) -> None:
    """Creates the tables `{postings}_bands` and `{postings}_prints` (key, rank): keys that two articles or more share.

    Args:
        con: The connection.
        relation: Name of a relation with `rank INTEGER, bands UBIGINT[], prints UBIGINT[]`.
        postings: Begin of the names of the temporary tables to create.
    """
    for column in ("bands", "prints"):
        con.execute(
            f"""CREATE OR REPLACE TEMP TABLE {postings}_{column} AS
            WITH posting AS (SELECT unnest({column}) AS key, rank FROM {relation})
            SELECT key, rank FROM posting
            WHERE key IN (SELECT key FROM posting GROUP BY key HAVING count(*) > 1)"""  # noqa: S608
        )


def narrow_postings(con: duckdb.DuckDBPyConnection, relation: str, postings: str, bounds: Bounds) -> None:
    """Leaves the keys that were too common to be paired all with all, and of them the articles in `relation`."""
    for column in ("bands", "prints"):
        con.execute(
            f"""CREATE OR REPLACE TEMP TABLE {postings}_{column} AS
            SELECT key, rank FROM {postings}_{column} SEMI JOIN {relation} USING (rank)
            WHERE key IN (SELECT key FROM {postings}_{column} GROUP BY key HAVING count(*) > $bucket)""",  # noqa: S608
            {"bucket": bounds.bucket},
        )


def pair_candidates(
    con: duckdb.DuckDBPyConnection, relation: str, postings: str, pairs: str, bounds: Bounds, where: str = "true"
) -> int:
    """Creates the table `pairs(a, b)` of candidate pairs of ranks, `a < b`, each once and sorted, and counts them.

    Args:
        con: The connection.
        relation: Name of a relation with `rank INTEGER, shingles INTEGER`; postings of other ranks are passed over.
        postings: What `index_postings` created.
        pairs: Name of the temporary table to create.
        bounds: See there.
        where: Condition on the columns `pair.a` and `pair.b`.
    """
    for column, share in (("bands", 0.0), ("prints", bounds.share)):
        # First who can be the shorter one of a pair at all: most articles share few prints with anybody. Then the join;
        # its left side are anchors, so that it never meets all pairs of a large bucket.
        con.execute(
            f"""CREATE OR REPLACE TEMP TABLE {pairs}_{column} AS
            WITH bucket AS (
                SELECT key, count(*) AS size FROM {postings}_{column} SEMI JOIN {relation} USING (rank)
                GROUP BY key HAVING count(*) > 1),
            posting AS (
                SELECT key, rank, shingles, size
                FROM {postings}_{column} JOIN {relation} USING (rank) JOIN bucket USING (key)),
            probe AS (SELECT rank FROM posting GROUP BY rank HAVING count(*) >= {share} * any_value(shingles)),
            anchored AS (
                SELECT key, rank, shingles, true AS anchor FROM posting WHERE size <= {bounds.bucket}
                UNION ALL SELECT key, rank, shingles,
                    row_number() OVER (PARTITION BY key ORDER BY rank) <= {bounds.anchors}
                    OR row_number() OVER (PARTITION BY key ORDER BY shingles, rank) <= {bounds.anchors}
                FROM posting WHERE size > {bounds.bucket}),
            member AS (
                SELECT key, rank, shingles, anchor, probe.rank IS NOT NULL AS probes
                FROM anchored LEFT JOIN probe USING (rank))
            SELECT least(l.rank, r.rank) AS a, greatest(l.rank, r.rank) AS b
            FROM member l JOIN member r USING (key)
            WHERE l.anchor AND (l.probes OR r.probes) AND l.rank <> r.rank AND (l.rank < r.rank OR NOT r.anchor)
            GROUP BY a, b HAVING count(*) >= {share} * any_value(least(l.shingles, r.shingles))"""  # noqa: S608
        )
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE {pairs} AS
        SELECT a, b FROM (FROM {pairs}_bands UNION FROM {pairs}_prints) pair WHERE {where} ORDER BY a, b"""  # noqa: S608
    )
    con.execute(f"DROP TABLE {pairs}_bands; DROP TABLE {pairs}_prints")
    [(count,)] = con.execute(f"SELECT count(*) FROM {pairs}").fetchall()  # noqa: S608
    return int(count)
