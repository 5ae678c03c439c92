"""Events in common: a test article whose story train tells, too, is easier than one of another week."""

from __future__ import annotations

import duckdb

from presseschau.schema import SPLITS
from presseschau.split.stories import forget_names, index_names, pair_articles
from presseschau.stable import rounded

_MOST = 5_000  # articles, but for those of the last day chosen


def event_leakage(con: duckdb.DuckDBPyConnection, articles: str) -> dict[str, float]:
    """By split, the part of its dated articles with a partner in train: same day, names in common (`split.stories`).

    Undated ones can have none: a split of only such articles has no part.

    A large corpus is measured on all articles of some days, chosen by hash, so that the cost stops growing.

    Args:
        con: The connection.
        articles: Name of a relation with id, split and the columns of `told` of `split.stories.index_names`.
    """
    con.execute(
        f"""CREATE TEMP VIEW leakage_dated AS
        SELECT *, coalesce(make_timestamp(epoch_us(published))::DATE::VARCHAR, id) AS day FROM {articles}
        WHERE split IS NOT NULL"""  # noqa: S608
    )
    con.execute(
        """CREATE TEMP TABLE leakage_day AS
        WITH grouped AS (SELECT day, count(*) AS articles FROM leakage_dated GROUP BY day)
        SELECT day FROM grouped QUALIFY sum(articles) OVER (ORDER BY md5(day), day) - articles < $most""",
        {"most": _MOST},
    )
    con.execute("CREATE TEMP VIEW leakage_told AS SELECT * FROM leakage_dated SEMI JOIN leakage_day USING (day)")
    index_names(con, "leakage_told")
    pair_articles(con, "leakage_event", days=0)
    rows = con.execute(
        """WITH placed AS (SELECT rank, split FROM story_article JOIN leakage_dated USING (id)
            WHERE story_article.day IS NOT NULL),
        pair AS (FROM (SELECT a, b FROM leakage_event UNION ALL SELECT b, a FROM leakage_event)),
        met AS (SELECT DISTINCT l.rank FROM pair JOIN placed l ON l.rank = a JOIN placed r ON r.rank = b
            WHERE l.split <> 'train' AND r.split = 'train')
        SELECT split, count(met.rank) / count(*) FROM placed LEFT JOIN met USING (rank)
        WHERE split <> 'train' GROUP BY split ORDER BY list_position($order, split)""",
        {"order": list(SPLITS)},
    ).fetchall()
    con.execute("DROP TABLE leakage_event; DROP VIEW leakage_told; DROP TABLE leakage_day; DROP VIEW leakage_dated")
    forget_names(con)
    return {split: rounded(share) for split, share in rows}
