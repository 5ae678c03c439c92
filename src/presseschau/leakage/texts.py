"""The same text, or nearly, in two splits: candidate pairs over the kept articles, verified by their true overlap."""

from __future__ import annotations

from dataclasses import dataclass

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


def overlapping(con: duckdb.DuckDBPyConnection, dedup: Dedup) -> tuple[int, int, int, tuple[LeakedPair, ...]]:
    """Near-duplicate, contained and related pairs across splits, and the first of them."""
    con.execute(
        """CREATE OR REPLACE TEMP TABLE leakage_row AS
        SELECT (row_number() OVER (ORDER BY id) - 1)::INTEGER AS rank, id, split, shingles
        FROM audited WHERE split IS NOT NULL AND shingles > 0;
        CREATE OR REPLACE TEMP VIEW leakage_signed AS
        SELECT r.rank, a.bands, a.prints FROM audited a JOIN leakage_row r USING (id);
        CREATE OR REPLACE TEMP VIEW leakage_text AS
        SELECT r.rank, a.exact_key, a.text FROM audited a JOIN leakage_row r USING (id)"""
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
