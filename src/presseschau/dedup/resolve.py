"""From signatures to one row per article, duplicates out, relatives in one cluster: the corpus stage."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from presseschau.dedup.candidates import Postings, Ranked, pair_candidates
from presseschau.dedup.criteria import Dedup
from presseschau.dedup.database import IN_FILES, fetch_columns, list_files, spill_file
from presseschau.dedup.graph import components, greedy_duplicates
from presseschau.dedup.overlap import Edges, verify_pairs
from presseschau.dedup.shingled import Texts
from presseschau.dedup.signed import keep_postings, read_articles
from presseschau.schema import SPLITS

_ROUNDS = 4  # over wordings that are too common to be paired all with all
_TABLES = (
    "dedup_rival", "dedup_size", "dedup_version", "dedup_rank", "dedup_dropped", "dedup_component", "dedup_torn",
    "dedup_member",
)  # fmt: skip


def resolve_duplicates(con: duckdb.DuckDBPyConnection, dedup: Dedup) -> None:
    """Creates the table `dedup(source, reason, detail, cluster)` with one row per row of `articles`.

    `reason` is NULL for what stays, else `superseded`, `exact_duplicate`, `near_duplicate` or `contained`; `detail`
    then names the id it repeats, and the value. An article repeats one that stays, so the value is true of the two.
    `cluster` joins all that verified edges connect, also through an article that is dropped; but under a lock never
    two splits of it: `torn(id, detail)` has the newcomers that stay and would do so, which may be in no split.

    Order of precedence among duplicates: an article of an earlier release (`locked`) never gives way to a newcomer;
    then the earliest stays (published, else crawled, undated last), then the smallest id.

    Args:
        con: Has the relation `articles(source VARCHAR, id VARCHAR, url VARCHAR, text VARCHAR, published TIMESTAMP,
            crawled TIMESTAMP, free BOOLEAN, exact_key UBIGINT, bands UBIGINT[], prints UBIGINT[], shingles INTEGER,
            filename VARCHAR)`, `source` being unique, and may have `locked(id, cluster, split)`.
        dedup: What a duplicate is.
    """
    con.execute("CREATE TABLE IF NOT EXISTS locked (id VARCHAR, cluster VARCHAR, split VARCHAR)")
    with spill_file(con) as file:
        postings = read_articles(con, file).shared()
        keep_postings(con, postings)
        _supersede_versions(con)
        _rank_articles(con)
        edges = _verified_edges(con, postings, dedup)
    dropped = greedy_duplicates(edges, dedup)
    if dedup.near == "keep":
        dropped = dropped[:0]
    gone, kept, at = dropped.T
    nodes, roots, torn = components(edges, *_locked_splits(con))
    values = {"jaccard": edges.jaccard[at], "containment": edges.containment[at]}
    con.from_arrow(pa.table({"rank": gone, "kept": kept, **values})).create("dedup_dropped")
    con.from_arrow(pa.table({"rank": nodes, "root": roots})).create("dedup_component")
    con.from_arrow(pa.table(dict(zip(("rank", "one", "other"), torn.T, strict=True)))).create("dedup_torn")
    _write_result(con, dedup.jaccard)
    for table in _TABLES:
        con.execute(f"DROP TABLE {table}")


def _verified_edges(con: duckdb.DuckDBPyConnection, postings: Postings, dedup: Dedup) -> Edges:
    """All pairs that are duplicates or related, by true values.

    In rounds: what was too common to be paired all with all is paired again among the articles that still stay.
    """
    row = fetch_columns(
        con, "SELECT number, exact_key, shingles, file, first = rank AS alive FROM dedup_rank ORDER BY rank"
    )
    [(rows,)] = con.execute("SELECT count(*) FROM signed").fetchall()
    number, shingles = row["number"], row["shingles"]
    articles = Ranked.of(number, rows, shingles)
    texts = Texts("dedup_rank", row["exact_key"], shingles, row["file"])
    edges, seen, gone = Edges.none(), np.empty(0, np.uint64), np.flatnonzero(~row["alive"])
    for _ in range(_ROUNDS):
        articles.ranks[number[gone]] = -1
        pairs, postings = pair_candidates(postings, articles, dedup.bounds())
        if len(seen):
            pairs = pairs[seen[np.searchsorted(seen, pairs).clip(max=len(seen) - 1)] != pairs]
        if not len(pairs):
            break
        edges = Edges.joined([edges, verify_pairs(con, pairs, texts, dedup)])
        seen = np.concatenate([seen, pairs])
        seen.sort()
        gone = greedy_duplicates(edges, dedup)[:, 0]
        if (articles.ranks[number[gone]] < 0).all():
            break  # the same articles would meet again
    return edges


def _locked_splits(con: duckdb.DuckDBPyConnection) -> tuple[NDArray[np.int8], int]:
    """By rank the number of the split that the lock has an article of the same wording or address in; locked ranks."""
    row = fetch_columns(
        con,
        """WITH placed AS (
            SELECT r.first AS rank, max(list_position($order, l.split)) AS place
            FROM signed a JOIN locked l ON l.id = a.id LEFT JOIN dedup_version v USING (number)
            JOIN dedup_rank r ON r.number = coalesce(v.winner, a.number) GROUP BY r.first)
        SELECT coalesce(place, 0)::TINYINT AS place FROM dedup_rank LEFT JOIN placed USING (rank) ORDER BY rank""",
        {"order": list(SPLITS)},
    )
    [(locked,)] = con.execute("SELECT count(*) FROM dedup_rank SEMI JOIN locked USING (id)").fetchall()
    return row["place"], locked


def _supersede_versions(con: duckdb.DuckDBPyConnection) -> None:
    """Creates `dedup_version`: by number the rows that give way, and the row of their article that stays (`winner`).

    The longest version without a paywall stays, then the newest crawl, then the smallest source. A later page gives way
    to its article's first page or full view, whatever their lengths; where there is none, it is an article of its own.
    """
    con.execute(
        """CREATE OR REPLACE TEMP TABLE dedup_rival AS
        SELECT number, source, file, article, page, free, crawled
        FROM signed SEMI JOIN (SELECT article FROM signed GROUP BY article HAVING count(*) > 1) USING (article)"""
    )
    files = list_files(fetch_columns(con, "SELECT file FROM dedup_rival")["file"])
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE dedup_size AS
        SELECT source, length(text) AS size FROM articles SEMI JOIN dedup_rival USING (source) WHERE {IN_FILES}""",  # noqa: S608
        {"files": files},
    )
    con.execute(
        """CREATE OR REPLACE TEMP TABLE dedup_version AS
        WITH best AS (
            SELECT article, page, arg_min(number, (coalesce(free, true) = false, -size,
                coalesce(-epoch(crawled), 'infinity'::DOUBLE), source)) AS number
            FROM dedup_rival JOIN dedup_size USING (source) GROUP BY article, page)
        SELECT u.number, coalesce(whole.number, own.number) AS winner
        FROM dedup_rival u JOIN best own USING (article, page)
        LEFT JOIN best whole ON whole.article = u.article AND whole.page = 1
        WHERE winner <> u.number"""
    )


def _rank_articles(con: duckdb.DuckDBPyConnection) -> None:
    """Creates `dedup_rank`: the order of precedence, and `first`, the first article of the same wording."""
    con.execute(
        """CREATE OR REPLACE TEMP TABLE dedup_rank AS
        WITH ranked AS (
            SELECT a.number, a.source, a.id, a.exact_key, a.shingles, a.file,
                (row_number() OVER (ORDER BY l.id IS NULL, a.day NULLS LAST, a.id, a.source) - 1)::INTEGER AS rank
            FROM signed a ANTI JOIN dedup_version USING (number) LEFT JOIN locked l ON l.id = a.id)
        SELECT *, min(rank) OVER (PARTITION BY exact_key) AS first FROM ranked"""
    )


def _write_result(con: duckdb.DuckDBPyConnection, jaccard: float) -> None:
    """Creates `dedup` and `torn`, see `resolve_duplicates`.

    Locked articles keep their clusters, newcomers join the most held-out one.
    """
    con.execute(
        """CREATE OR REPLACE TEMP TABLE dedup_member AS
        SELECT a.source, a.id, a.page, r.rank, r.first, r.id AS winner, v.number IS NOT NULL AS superseded,
               coalesce(c.root, r.first) AS root, d.kept, d.jaccard, d.containment,
               NOT superseded AND r.rank = r.first AND d.rank IS NULL AS stays
        FROM signed a LEFT JOIN dedup_version v USING (number)
        JOIN dedup_rank r ON r.number = coalesce(v.winner, a.number)
        LEFT JOIN dedup_component c ON c.rank = r.first LEFT JOIN dedup_dropped d ON d.rank = r.first"""
    )
    con.execute(
        """CREATE OR REPLACE TABLE dedup AS
        WITH named AS (
            SELECT m.root, min(m.id) FILTER (m.stays) AS smallest,
                   arg_min(l.cluster, (-list_position($order, l.split), l.cluster)) FILTER (l.id IS NOT NULL) AS merged
            FROM dedup_member m LEFT JOIN locked l ON l.id = m.id GROUP BY m.root)
        SELECT m.source,
            CASE WHEN superseded THEN 'superseded'
                 WHEN m.kept IS NOT NULL AND m.jaccard >= $jaccard THEN 'near_duplicate'
                 WHEN m.kept IS NOT NULL THEN 'contained'
                 WHEN m.rank > m.first THEN 'exact_duplicate' END AS reason,
            CASE reason WHEN 'superseded' THEN m.winner || CASE WHEN m.page > 1 THEN ' page=' || m.page ELSE '' END
                 WHEN 'near_duplicate' THEN kept.id || printf(' jaccard=%.3f', m.jaccard)
                 WHEN 'contained' THEN kept.id || printf(' containment=%.3f', m.containment)
                 WHEN 'exact_duplicate' THEN first.id ELSE '' END AS detail,
            coalesce(l.cluster, n.merged, n.smallest, kept.id) AS cluster
        FROM dedup_member m JOIN named n USING (root)
        JOIN dedup_rank first ON first.rank = m.first LEFT JOIN dedup_rank kept ON kept.rank = m.kept
        LEFT JOIN locked l ON l.id = m.id
        ORDER BY m.source""",
        {"order": list(SPLITS), "jaccard": jaccard},
    )
    con.execute(
        """CREATE OR REPLACE TABLE torn AS
        SELECT m.id, 'related to ' || one.id || ' and ' || other.id || ', of different splits' AS detail
        FROM dedup_member m JOIN dedup_torn t ON t.rank = m.rank
        JOIN dedup_rank one ON one.rank = t.one JOIN dedup_rank other ON other.rank = t.other
        WHERE m.stays"""
    )
