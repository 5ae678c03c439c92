"""Events in common: a test article whose story train tells, too, is easier than one of another week."""

from __future__ import annotations

import duckdb

from presseschau.schema import SPLITS
from presseschau.split.stories import forget_names, index_names, pair_articles

_MOST = 5_000  # articles, but for those of the last day chosen


def event_leakage(con: duckdb.DuckDBPyConnection, articles: str) -> dict[str, float]:
    """By split, the part of its articles with a partner in train: names in common (see `split.stories`), same day.

    A large corpus is measured on all articles of some days, chosen by hash, so that the cost stops growing.

    Args:
        con: Has `told` of `split.stories.index_names`.
        articles: Name of a relation with id and split.
    """
    con.execute(
        """CREATE TEMP TABLE leakage_day AS
        WITH grouped AS (
            SELECT coalesce(published::DATE::VARCHAR, id) AS day, count(*) AS articles FROM told GROUP BY 1)
        SELECT day FROM grouped QUALIFY sum(articles) OVER (ORDER BY md5(day), day) - articles < $most""",
        {"most": _MOST},
    )
    con.execute(
        """CREATE TEMP VIEW leakage_told AS
        SELECT * FROM told SEMI JOIN leakage_day ON day = coalesce(published::DATE::VARCHAR, id)"""
    )
    index_names(con, "leakage_told")
    pair_articles(con, "leakage_event", days=0)
    rows = con.execute(
        f"""WITH placed AS (
            SELECT a.rank, split FROM story_article a JOIN {articles} USING (id) WHERE split IS NOT NULL),
        pair AS (FROM (SELECT a, b FROM leakage_event UNION ALL SELECT b, a FROM leakage_event)),
        met AS (SELECT DISTINCT l.rank FROM pair JOIN placed l ON l.rank = a JOIN placed r ON r.rank = b
            WHERE l.split <> 'train' AND r.split = 'train')
        SELECT split, count(met.rank) / count(*) FROM placed LEFT JOIN met USING (rank)
        WHERE split <> 'train' GROUP BY split ORDER BY list_position($order, split)""",  # noqa: S608
        {"order": list(SPLITS)},
    ).fetchall()
    con.execute("DROP TABLE leakage_event; DROP VIEW leakage_told; DROP TABLE leakage_day")
    forget_names(con)
    return {split: round(share, 6) for split, share in rows}
