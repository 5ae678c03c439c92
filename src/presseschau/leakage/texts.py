"""The same text, or nearly, in two splits: candidate pairs over the kept articles, verified by their true overlap."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from presseschau.dedup import Dedup
from presseschau.dedup.candidates import Ranked, pair_candidates
from presseschau.dedup.database import fetch_columns, spill_file
from presseschau.dedup.overlap import Edges, verify_pairs
from presseschau.dedup.shingled import Texts
from presseschau.dedup.signed import shared_postings
from presseschau.schema import SPLITS

_EXAMPLES = 100


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
    """How many pairs across splits are near-duplicates, contained and related, and the first of them."""
    con.execute(
        """CREATE OR REPLACE TEMP TABLE leakage_row AS
        SELECT (row_number() OVER (ORDER BY id) - 1)::INTEGER AS rank,
            id, split, source, number, exact_key, shingles, file
        FROM signed JOIN (SELECT split, source FROM audited WHERE split IS NOT NULL) USING (source)
        WHERE shingles > 0"""
    )
    row = fetch_columns(
        con,
        """SELECT number, shingles, exact_key, file, list_position($splits, split)::TINYINT AS side
        FROM leakage_row ORDER BY rank""",
        {"splits": list(SPLITS)},
    )
    [(rows,)] = con.execute("SELECT count(*) FROM signed").fetchall()
    articles = Ranked.of(row["number"], rows, row["shingles"], row["side"])
    texts = Texts("leakage_row", row["exact_key"], row["shingles"], row["file"])
    with spill_file(con) as file:
        pairs, _ = pair_candidates(shared_postings(con, file), articles, dedup.bounds())
    edges = verify_pairs(con, pairs, texts, dedup)
    near, contained = edges.kinds(dedup)
    examples = _examples(con, edges)
    con.execute("DROP TABLE leakage_row")
    return int(near.sum()), int(contained.sum()), int((~near & ~contained).sum()), examples


def _examples(con: duckdb.DuckDBPyConnection, edges: Edges) -> tuple[LeakedPair, ...]:
    columns = (edges.a, edges.b, edges.jaccard, edges.containment)
    shown = list(zip(*(column[:_EXAMPLES].tolist() for column in columns), strict=True))
    ranks = sorted({rank for a, b, *_ in shown for rank in (a, b)})
    named = {
        rank: (identity, split)
        for rank, identity, split in con.execute(
            "SELECT rank, id, split FROM leakage_row WHERE rank IN (SELECT unnest($ranks::INTEGER[]))", {"ranks": ranks}
        ).fetchall()
    }
    return tuple(LeakedPair(*named[a], *named[b], jaccard, containment) for a, b, jaccard, containment in shown)
