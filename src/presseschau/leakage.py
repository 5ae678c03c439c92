"""leakage: what a test split could have in common with train, looked for in the texts themselves, not in cluster ids.

The one stage that imports another: it uses the candidate search and the true overlap of `dedup`, so that both mean the
same by a duplicate, but knows nothing of the clusters and drops that `dedup` decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from presseschau.dedup import Dedup
from presseschau.dedup.candidates import index_postings, pair_candidates
from presseschau.dedup.overlap import verify_pairs

_EXAMPLES = 100
_TABLES = ("leakage_row", "leakage_posting_bands", "leakage_posting_prints", "leakage_pair")


@dataclass(frozen=True, slots=True)
class LeakedPair:
    """Two articles of different splits with (nearly) the same text.

    Attributes:
        id: The article with the smaller id.
        split: Its split.
        other_id: The other one.
        other_split: Its split.
        jaccard: Of their shingles, 0 to 1.
        containment: Of the shorter one's shingles in the longer one, 0 to 1.
    """

    id: str
    split: str
    other_id: str
    other_split: str
    jaccard: float
    containment: float


@dataclass(frozen=True, slots=True)
class Leakage:
    """What was found; a sound dataset has 0 everywhere.

    Attributes:
        near_duplicates: Pairs across splits at or above the Jaccard of a duplicate.
        contained: Other pairs across splits at or above the containment of a duplicate.
        related: Other pairs across splits at or above the Jaccard of relatives.
        spanning_clusters: Clusters with articles in more than one split.
        shared_publishers: Publishers of `test_publisher` that other splits have too, sorted.
        out_of_time: Articles of train, validation and test after the cutoff or in the gap before it, and articles of
            `test_temporal` without a date or not after the cutoff.
        pairs: The first pairs by id, at most a hundred, for a person to look at.
    """

    near_duplicates: int = 0
    contained: int = 0
    related: int = 0
    spanning_clusters: int = 0
    shared_publishers: tuple[str, ...] = ()
    out_of_time: int = 0
    pairs: tuple[LeakedPair, ...] = ()

    @property
    def clean(self) -> bool:
        """True where nothing was found."""
        return self == Leakage()


def audit(
    con: duckdb.DuckDBPyConnection, dedup: Dedup, *, cutoff: date | None = None, embargo_days: int = 0
) -> Leakage:
    """Looks for leaks between the splits of a dataset.

    Args:
        con: Has the relation `audited(id VARCHAR, split VARCHAR, cluster VARCHAR, publisher VARCHAR,
            published TIMESTAMP, text VARCHAR, bands UBIGINT[], prints UBIGINT[], shingles INTEGER)`, the last three
            being what `dedup.sign` says of `text`; rows without a split are passed over.
        dedup: Config of the signatures and the thresholds.
        cutoff: Last day before `test_temporal` (UTC), None where there is no such split.
        embargo_days: Days up to and including `cutoff` that no split but the held-out ones may have articles of.
    """
    near, contained, related, pairs = _overlapping(con, dedup)
    return Leakage(
        near_duplicates=near,
        contained=contained,
        related=related,
        spanning_clusters=_count(
            con,
            """FROM (SELECT cluster FROM audited WHERE split IS NOT NULL
            GROUP BY cluster HAVING count(DISTINCT split) > 1)""",
        ),
        shared_publishers=_shared_publishers(con),
        out_of_time=_out_of_time(con, cutoff, embargo_days) if cutoff else 0,
        pairs=pairs,
    )


def _overlapping(con: duckdb.DuckDBPyConnection, dedup: Dedup) -> tuple[int, int, int, tuple[LeakedPair, ...]]:
    """Near-duplicate, contained and related pairs across splits, and the first of them."""
    con.execute(
        """CREATE OR REPLACE TEMP TABLE leakage_row AS
        SELECT (row_number() OVER (ORDER BY id) - 1)::INTEGER AS rank, id, split, shingles
        FROM audited WHERE split IS NOT NULL AND shingles > 0;
        CREATE OR REPLACE TEMP VIEW leakage_signed AS
        SELECT r.rank, a.bands, a.prints FROM audited a JOIN leakage_row r USING (id);
        CREATE OR REPLACE TEMP VIEW leakage_text AS
        SELECT r.rank, a.text FROM audited a JOIN leakage_row r USING (id)"""
    )
    index_postings(con, "leakage_signed", "leakage_posting")
    pair_candidates(
        con,
        "leakage_row",
        "leakage_posting",
        "leakage_pair",
        dedup.bounds(),
        where="(SELECT split FROM leakage_row WHERE rank = a) <> (SELECT split FROM leakage_row WHERE rank = b)",
    )
    edges = verify_pairs(
        con,
        "leakage_text",
        "leakage_pair",
        shingle_words=dedup.shingle_words,
        least_jaccard=dedup.related,
        least_containment=dedup.containment,
    )
    near = edges.jaccard >= dedup.jaccard
    contained = ~near & (edges.containment >= dedup.containment)
    shown = range(min(_EXAMPLES, len(edges.a)))
    ranks = sorted({int(column[at]) for at in shown for column in (edges.a, edges.b)})
    row = {
        rank: (identity, split)
        for rank, identity, split in con.execute(
            "SELECT rank, id, split FROM leakage_row WHERE rank IN (SELECT unnest($ranks::INTEGER[]))", {"ranks": ranks}
        ).fetchall()
    }
    pairs = tuple(
        LeakedPair(*row[int(edges.a[i])], *row[int(edges.b[i])], float(edges.jaccard[i]), float(edges.containment[i]))
        for i in shown
    )
    for table in _TABLES:
        con.execute(f"DROP TABLE IF EXISTS {table}")
    con.execute("DROP VIEW leakage_signed; DROP VIEW leakage_text")
    return int(near.sum()), int(contained.sum()), int((~near & ~contained).sum()), pairs


def _shared_publishers(con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    rows = con.execute(
        """SELECT publisher FROM audited WHERE split IS NOT NULL AND publisher IS NOT NULL GROUP BY publisher
        HAVING bool_or(split = 'test_publisher') AND bool_or(split <> 'test_publisher') ORDER BY publisher"""
    ).fetchall()
    return tuple(publisher for (publisher,) in rows)


def _out_of_time(con: duckdb.DuckDBPyConnection, cutoff: date, embargo_days: int) -> int:
    return _count(
        con,
        """FROM (SELECT split, make_timestamp(epoch_us(published))::DATE AS day FROM audited) WHERE CASE
            WHEN split = 'test_temporal' THEN day IS NULL OR day <= $cutoff
            WHEN split IN ('train', 'validation', 'test') THEN day > $gap ELSE false END""",
        {"cutoff": cutoff, "gap": cutoff - timedelta(days=embargo_days)},
    )


def _count(con: duckdb.DuckDBPyConnection, source: str, values: dict[str, object] | None = None) -> int:
    [(count,)] = con.execute(f"SELECT count(*) {source}", values).fetchall()
    return int(count)
