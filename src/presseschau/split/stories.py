"""Which articles tell of the same event: names in common within a few days, more than chance has. Joins in DuckDB.

A name weighs the logarithm of how rare it is (inverse document frequency). Two articles tell the same story if they
share two mentions or more whose weights add up to so much that, were names spread by chance, about one in four hundred
of the articles would have such a partner. So the threshold follows the size and the density of the corpus.
`leakage` uses this module, too.
"""

from __future__ import annotations

import math
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import xxhash

from presseschau.split.names import read_mentions

DAYS = 3  # of articles that can tell the same story
_LEAD = 500  # characters of a text that are read for names
_CHANCE = 6.0  # minus the logarithm of the partners that an article has by chance
_NOUN = 0.2  # a word that follows a determiner more often is a plain noun
_PARTS = 3  # a name carries at least this part of the evidence: what is more common makes many pairs and few stories
_SCALE = 1000  # weights are whole thousandths, whose sums depend on no order
_NEXT = 24  # of a name that many share, each article meets this many that follow it: enough to connect them all
_TEXTS = 10_000  # in memory at a time
_MENTIONS = 62  # counted apart in one text


def index_names(con: duckdb.DuckDBPyConnection, told: str = "told") -> None:
    """Creates `story_article(rank, id, cluster, day)` and `story_name(rank, day, name, mention, weight)`.

    What an earlier call has created stays, until `forget_names`.

    Args:
        con: The connection.
        told: Name of a relation with `id VARCHAR, cluster VARCHAR, published TIMESTAMP, title VARCHAR, text VARCHAR`.
    """
    if con.execute("FROM duckdb_tables() WHERE table_name = 'story_name'").fetchall():
        return
    con.execute(
        f"""CREATE TEMP TABLE story_lead AS
        SELECT (row_number() OVER (ORDER BY id) - 1)::INTEGER AS rank, id, cluster,
            make_timestamp(epoch_us(published))::DATE AS day,
            coalesce(title, '') || chr(10) || left(text, {_LEAD:d}) AS text FROM {told};
        CREATE TEMP TABLE story_article AS SELECT rank, id, cluster, day FROM story_lead;
        CREATE TEMP TABLE story_word (rank INTEGER, word UBIGINT, mention UTINYINT, noun BOOLEAN)"""  # noqa: S608
    )
    small = _read_words(con)
    con.from_arrow(pa.table({"word": pa.array(sorted(small), pa.uint64())})).create("story_small")
    con.execute(
        """CREATE TEMP TABLE story_name AS
        WITH total AS (SELECT count(*) AS articles FROM story_article),
        found AS (SELECT word, count(*) AS texts FROM story_word ANTI JOIN story_small USING (word)
            GROUP BY word HAVING texts > 1 AND count(*) FILTER (noun) <= $noun * texts)
        SELECT rank, day, word AS name, mention, round($scale * ln(articles / texts))::INTEGER AS weight
        FROM story_word JOIN found USING (word) JOIN story_article USING (rank) CROSS JOIN total
        WHERE day IS NOT NULL""",
        {"noun": _NOUN, "scale": _SCALE},
    )
    con.execute("DROP TABLE story_lead; DROP TABLE story_word; DROP TABLE story_small")


def forget_names(con: duckdb.DuckDBPyConnection) -> None:
    """Drops what `index_names` created."""
    con.execute("DROP TABLE IF EXISTS story_name; DROP TABLE IF EXISTS story_article")


def pair_articles(con: duckdb.DuckDBPyConnection, pairs: str, days: int) -> None:
    """Creates the table `pairs(a, b, weight)` of ranks, `a` before `b` by day and rank, of the same story.

    Of a name that many articles share, each one meets only the next ones: all are connected, not all are paired.

    Args:
        con: Has what `index_names` created.
        pairs: Name of the temporary table to create.
        days: Days between the two at most; 0: the same day (UTC).
    """
    least = _least_weight(con, days)
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE {pairs} AS
        WITH posting AS (
            SELECT name, rank, day, weight, 1::UBIGINT << least(mention, {_MENTIONS}) AS mention,
                row_number() OVER (PARTITION BY name ORDER BY day, rank) AS place
            FROM story_name WHERE weight * {_PARTS} >= $least),
        later AS (SELECT *, day + unnest(range({days + 1}))::INTEGER AS other FROM posting)
        SELECT l.rank AS a, r.rank AS b, sum(l.weight)::INTEGER AS weight
        FROM later l JOIN posting r ON r.name = l.name AND r.day = l.other
            AND r.place BETWEEN l.place + 1 AND l.place + {_NEXT}
        GROUP BY l.rank, r.rank
        HAVING sum(l.weight) >= $least AND bit_count(bit_or(l.mention)) > 1 AND bit_count(bit_or(r.mention)) > 1""",  # noqa: S608
        {"least": least},
    )


def group_stories(con: duckdb.DuckDBPyConnection, most: int) -> int:
    """Creates `story(cluster, story)`: clusters of the same story by the smallest of their names; only where several.

    Pairs are followed from the strongest on, and none that would make a story of more than `most` articles: a year of
    one war or one pandemic would else become a single story, a link a day.

    Args:
        con: Has what `index_names` created.
        most: Articles of a story.

    Returns:
        How many links were not followed for that.
    """
    pair_articles(con, "story_pair", DAYS)
    con.execute(
        """CREATE OR REPLACE TEMP TABLE story_node AS
        SELECT cluster, (row_number() OVER (ORDER BY cluster) - 1)::INTEGER AS node, count(*)::INTEGER AS articles
        FROM story_article GROUP BY cluster;
        CREATE OR REPLACE TEMP TABLE story_link AS
        WITH placed AS (SELECT rank, node FROM story_article JOIN story_node USING (cluster))
        SELECT least(l.node, r.node) AS a, greatest(l.node, r.node) AS b, max(weight) AS weight
        FROM story_pair JOIN placed l ON l.rank = story_pair.a JOIN placed r ON r.rank = story_pair.b
        WHERE l.node <> r.node GROUP BY ALL"""
    )
    sizes: list[int] = [n for (n,) in con.execute("SELECT articles FROM story_node ORDER BY node").fetchall()]
    root, refused = list(range(len(sizes))), 0

    def find(node: int) -> int:
        while root[node] != node:
            root[node] = root[root[node]]
            node = root[node]
        return node

    con.execute("SELECT a, b FROM story_link ORDER BY weight DESC, a, b")
    while links := con.fetchmany(_TEXTS):
        for left, right in links:
            a, b = sorted((find(left), find(right)))
            if a != b and sizes[a] + sizes[b] > most:
                refused += 1
            elif a != b:
                root[b] = a
                sizes[a] += sizes[b]
    roots = pa.table({"node": range(len(root)), "root": [find(node) for node in range(len(root))]})
    con.from_arrow(roots).create("story_root")
    con.execute(
        """CREATE OR REPLACE TEMP TABLE story AS
        WITH grown AS (SELECT root FROM story_root GROUP BY root HAVING count(*) > 1)
        SELECT own.cluster, first.cluster AS story
        FROM story_root SEMI JOIN grown USING (root)
        JOIN story_node own USING (node) JOIN story_node first ON first.node = story_root.root"""
    )
    con.execute("DROP TABLE story_pair; DROP TABLE story_node; DROP TABLE story_link; DROP TABLE story_root")
    return refused


def _read_words(con: duckdb.DuckDBPyConnection) -> set[int]:
    """Fills `story_word`; the hashes of all words that are written small somewhere."""
    small: set[int] = set()
    [(rows,)] = con.execute("SELECT count(*) FROM story_lead").fetchall()
    for start in range(0, rows, _TEXTS):
        batch = con.execute(
            "SELECT rank, text FROM story_lead WHERE rowid BETWEEN $first AND $last",
            {"first": start, "last": start + _TEXTS - 1},
        ).fetchall()
        told: dict[str, list[Any]] = {"rank": [], "word": [], "mention": [], "noun": []}
        written_small = set[str]()
        for rank, text in batch:
            found = read_mentions(text)
            told["rank"] += [rank] * len(found.names)
            told["word"] += map(_hash, found.names)
            told["mention"] += found.names.values()
            told["noun"] += map(found.nouns.__contains__, found.names)
            written_small |= found.small
        small.update(map(_hash, written_small))
        types = (np.int32, np.uint64, np.int32, np.bool_)
        columns: dict[str, Any] = {name: np.array(told[name], kind) for name, kind in zip(told, types, strict=True)}
        columns["mention"] = np.minimum(columns["mention"], 255).astype(np.uint8)
        con.from_arrow(pa.table(columns)).insert_into("story_word")
    return small


def _hash(word: str) -> int:
    return xxhash.xxh3_64_intdigest(word.encode("utf-8", "replace"))


def _least_weight(con: duckdb.DuckDBPyConnection, days: int) -> int:
    """The weight that two articles have to share, in thousandths: that of the mean number of articles in reach."""
    counts = dict(con.execute("SELECT day, count(*) FROM story_article WHERE day IS NOT NULL GROUP BY day").fetchall())
    numbers = {day.toordinal(): count for day, count in counts.items()}
    total = sum(numbers.values())
    reach = sum(n * numbers.get(day + away, 0) for day, n in numbers.items() for away in range(-days, days + 1))
    return round(_SCALE * (_CHANCE + math.log(reach / total if total else 1)))
