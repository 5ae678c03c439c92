"""From signatures to one row per article, duplicates out, relatives in one cluster: the corpus stage."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from presseschau.dedup import signature
from presseschau.dedup.candidates import Bounds, Postings, Ranked, pair_candidates
from presseschau.dedup.overlap import Edges, verify_pairs
from presseschau.dedup.shingled import IN_FILES, Texts, fetch_columns, list_files, spill_file
from presseschau.dedup.signature import Hashes, Signature
from presseschau.dedup.signed import keep_postings, read_articles
from presseschau.schema import SPLITS

if TYPE_CHECKING:  # page workers sign texts and need no database
    import duckdb

_ROUNDS = 4  # rounds over wordings that were too common to be paired all with all; each sees only what is still kept
_TABLES = (
    "dedup_rival", "dedup_size", "dedup_version", "dedup_rank", "dedup_dropped", "dedup_component", "dedup_torn",
    "dedup_member",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dedup:
    """One row per article, and no article twice.

    Attributes:
        near: `drop` sends near-duplicates and contained texts to the ledger, `keep` leaves them in, all in one cluster.
        jaccard: Two texts with at least this share of common shingles are duplicates.
        containment: So are two of which the shorter has at least this share of its shingles in the longer.
        related: From this Jaccard on, two articles share a cluster. Not containment: at 0.5 of it, on 4,400 real
            articles, house notices chained 88 unrelated short ones into one cluster.
        shingle_words: Words per shingle. Five: of an article's prints 2.7 % occur in others too, with four 6.1 % (4,000
            newspaper articles), nearly all of them phrases; texts that differ in every 15th word are still related.
        bands: MinHash bands; 21 x 6 finds a pair at Jaccard 0.8 with probability .998, 16 x 8 only with .95.
        rows: MinHash values per band.
        window: Shingles per winnowing window, a power of two; every common passage of `window + shingle_words - 1`
            words leaves a common print.
        bucket: See `Bounds`.
        anchors: See `Bounds`.
        seed: Chooses the hash functions.
    """

    near: Literal["drop", "keep"] = "drop"
    jaccard: float = 0.8
    containment: float = 0.9
    related: float = 0.5
    shingle_words: int = 5
    bands: int = 21
    rows: int = 6
    window: int = 16
    bucket: int = 24
    anchors: int = 4
    seed: int = 0

    def __post_init__(self) -> None:
        if self.near not in ("drop", "keep"):
            raise ValueError(f"dedup.near must be drop or keep, not {self.near!r}")
        for name in ("jaccard", "containment", "related"):
            if not 0.0 < getattr(self, name) <= 1.0:
                raise ValueError(f"dedup.{name} must be above 0 and at most 1, not {getattr(self, name)!r}")
        if self.related > self.jaccard:
            raise ValueError(f"dedup.related ({self.related}) must not exceed dedup.jaccard ({self.jaccard})")
        for name in ("shingle_words", "bands", "rows"):
            if not 1 <= getattr(self, name) <= 1000:
                raise ValueError(f"dedup.{name} must be 1 to 1000, not {getattr(self, name)!r}")
        if self.window < 1 or self.window & (self.window - 1):
            raise ValueError(f"dedup.window must be a power of two, not {self.window!r}")
        if self.seed < 0:
            raise ValueError(f"dedup.seed must not be negative, not {self.seed!r}")
        self.bounds()

    def bounds(self) -> Bounds:
        """The bounds on pairs per bucket; the fewer prints a larger window leaves, the fewer a pair must share."""
        return Bounds(self.bucket, self.anchors, share=0.34 / (self.window + 1))

    def sign(self, text: str) -> Signature:
        """The signature of one text; depends on nothing but the text and this config."""
        return signature.sign(
            text,
            shingle_words=self.shingle_words,
            bands=self.bands,
            rows=self.rows,
            window=self.window,
            seed=self.seed,
        )

    def verify(self, con: duckdb.DuckDBPyConnection, pairs: Hashes, texts: Texts) -> Edges:
        """The pairs that are duplicates or related, by true values; see `overlap.verify_pairs`."""
        return verify_pairs(
            con,
            pairs,
            texts,
            shingle_words=self.shingle_words,
            least_jaccard=self.related,
            least_containment=self.containment,
        )

    def resolve(self, con: duckdb.DuckDBPyConnection) -> None:
        """Creates the table `dedup(source, reason, detail, cluster)` with one row per row of `articles`.

        `reason` is NULL for what stays, else `superseded`, `exact_duplicate`, `near_duplicate` or `contained`; `detail`
        then names the id it repeats, and the value. An article repeats one that stays, so the value is true of the two.
        `cluster` joins all that verified edges connect, also through an article that is dropped; but under a lock never
        two splits of it: `torn(id, detail)` has the newcomers that stay and would do so, which may be in no split.

        Order of precedence among duplicates: an article of an earlier release (`locked`) never gives way to a newcomer;
        then the earliest stays (published, else crawled, undated last), then the smallest id.

        Args:
            con: Has the relation `articles(source VARCHAR, id VARCHAR, url VARCHAR, publisher VARCHAR, title VARCHAR,
                text VARCHAR, published TIMESTAMP, crawled TIMESTAMP, free BOOLEAN, exact_key UBIGINT, bands UBIGINT[],
                prints UBIGINT[], shingles INTEGER, filename VARCHAR)`, `source` being unique, and may have
                `locked(id, cluster, split)`.
        """
        with spill_file(con) as file:
            postings = read_articles(con, file).shared()
            keep_postings(con, postings)
            _supersede_versions(con)
            _rank_articles(con)
            edges = self._verified_edges(con, postings)
        dropped = greedy_duplicates(edges, self.jaccard, self.containment)
        if self.near == "keep":
            dropped = dropped[:0]
        _register(
            con,
            "dedup_dropped",
            rank=dropped[:, 0],
            kept=dropped[:, 1],
            jaccard=edges.jaccard[dropped[:, 2]],
            containment=edges.containment[dropped[:, 2]],
        )
        nodes, roots, torn = components(edges, *_locked_splits(con))
        _register(con, "dedup_component", rank=nodes, root=roots)
        _register(con, "dedup_torn", rank=torn[:, 0], one=torn[:, 1], other=torn[:, 2])
        _write_result(con, self.jaccard)
        for table in _TABLES:
            con.execute(f"DROP TABLE IF EXISTS {table}")

    def _verified_edges(self, con: duckdb.DuckDBPyConnection, postings: Postings) -> Edges:
        """All pairs that are duplicates or related, by true values."""
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
            pairs, postings = pair_candidates(postings, articles, self.bounds())
            if len(seen):
                pairs = pairs[seen[np.searchsorted(seen, pairs).clip(max=len(seen) - 1)] != pairs]
            if not len(pairs):
                break
            edges = Edges.joined([edges, self.verify(con, pairs, texts)])
            seen = np.concatenate([seen, pairs])
            seen.sort()
            gone = greedy_duplicates(edges, self.jaccard, self.containment)[:, 0]
            if (articles.ranks[number[gone]] < 0).all():
                break  # the same articles would meet again
        return edges


def greedy_duplicates(edges: Edges, jaccard: float, containment: float) -> NDArray[np.int64]:
    """Who is dropped for whom, earliest first: an article goes if it is a duplicate of an earlier one that stays.

    Returns:
        Rows of (dropped rank, kept rank, position in `edges`); near-duplicates before containers, then the earliest.
    """
    near = edges.jaccard >= jaccard
    chosen = np.flatnonzero(near | (edges.containment >= containment))
    chosen = chosen[np.lexsort((edges.a[chosen], ~near[chosen], edges.b[chosen]))]
    dropped: dict[int, tuple[int, int]] = {}
    for a, b, at in zip(edges.a[chosen].tolist(), edges.b[chosen].tolist(), chosen.tolist(), strict=True):
        if b not in dropped and a not in dropped:
            dropped[b] = (a, at)
    return np.array([(b, a, at) for b, (a, at) in dropped.items()], np.int64).reshape(-1, 3)


def components(
    edges: Edges, splits: NDArray[np.int8], locked: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]:
    """Connected components of the edges, none of which has articles of two splits of an earlier release.

    Newcomers are taken in order of rank: one that is related to two splits connects nobody.

    Args:
        edges: Pairs of ranks.
        splits: By rank the number of the split that the article has been in, 0 for none.
        locked: How many ranks, the first ones, are articles of that release: they stay whatever they are related to.

    Returns:
        Every rank that has an edge; the smallest rank it is connected with; and rows of (newcomer, and the first two
        relatives of different splits) for those that connect nobody.
    """
    order = np.lexsort((edges.a, edges.b))
    ranks = np.unique(np.concatenate([edges.a, edges.b]))
    split, root, torn = splits[ranks].tolist(), list(range(len(ranks))), list[tuple[int, int, int]]()

    def find(node: int) -> int:
        while root[node] != node:
            root[node] = root[root[node]]
            node = root[node]
        return node

    left, right = (np.searchsorted(ranks, end[order]).tolist() for end in (edges.a, edges.b))
    for own, pairs in groupby(zip(left, right, strict=True), itemgetter(1)):
        earlier = [node for node, _ in pairs]
        first = {split[own]: own} if split[own] else {}
        for node in earlier:
            if there := split[find(node)]:
                first.setdefault(there, node)
        if len(first) > 1 and ranks[own] >= locked:
            torn.append((own, *list(first.values())[:2]))
            continue
        for node in map(find, earlier):
            here = find(own)
            if node != here and (len(first) < 2 or split[node] == split[here]):
                split[min(node, here)] = split[node] or split[here]
                root[max(node, here)] = min(node, here)
    roots = ranks[[find(node) for node in range(len(ranks))]] if len(ranks) else ranks
    return ranks, roots, ranks[np.array(torn, np.int64).reshape(-1, 3)].astype(np.int64)


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
    if not _has_table(con, "locked"):
        con.execute("CREATE OR REPLACE TEMP TABLE locked (id VARCHAR, cluster VARCHAR, split VARCHAR)")
    con.execute(
        """CREATE OR REPLACE TEMP TABLE dedup_rank AS
        WITH ranked AS (
            SELECT a.number, a.source, a.id, a.exact_key, a.shingles, a.file,
                (row_number() OVER (ORDER BY l.id IS NULL, a.day NULLS LAST, a.id, a.source) - 1)::INTEGER AS rank
            FROM signed a ANTI JOIN dedup_version USING (number) LEFT JOIN locked l ON l.id = a.id)
        SELECT *, min(rank) OVER (PARTITION BY exact_key) AS first FROM ranked"""
    )


def _write_result(con: duckdb.DuckDBPyConnection, jaccard: float) -> None:
    """Creates `dedup` of `Dedup.resolve`. Locked articles keep their clusters, newcomers join the most held-out one."""
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
            coalesce(l.cluster, n.merged, n.smallest) AS cluster
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


def _register(
    con: duckdb.DuckDBPyConnection, table: str, **columns: NDArray[np.int32] | NDArray[np.int64] | NDArray[np.float64]
) -> None:
    """Creates a temporary table of numpy columns."""
    con.register("dedup_arrow", pa.table({name: pa.array(column) for name, column in columns.items()}))
    con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS FROM dedup_arrow")
    con.unregister("dedup_arrow")


def _has_table(con: duckdb.DuckDBPyConnection, name: str) -> bool:
    return con.execute("FROM duckdb_tables() WHERE table_name = $name", {"name": name}).fetchall() != []
