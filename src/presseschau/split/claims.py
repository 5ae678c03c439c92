"""How an article's own claim, its cluster and the lock make its split."""

from __future__ import annotations

from datetime import timedelta

import duckdb

from presseschau.schema import SPLITS
from presseschau.split.plan import SplitPlan
from presseschau.split.stratify import stratify

_DAY = "make_timestamp(epoch_us(published))::DATE"  # in UTC, whatever the session's time zone
# What an article claims for itself before its cluster and the lock are asked: a split; `pool`, which is train,
# validation or test by the hash of its cluster; or `embargo`, being in the gap.
_CLAIM = {
    "benchmark": f"""CASE WHEN publisher IN (SELECT unnest($held_out)) THEN 'test_publisher'
        WHEN {_DAY} > $cutoff THEN 'test_temporal'
        WHEN {_DAY} > $gap THEN 'embargo' ELSE 'pool' END""",
    "random": "'pool'",
    "temporal": f"""CASE WHEN {_DAY} > $cutoff THEN 'test' WHEN {_DAY} > $gap THEN 'embargo'
        WHEN {_DAY} > $validation_cutoff THEN 'validation'
        WHEN {_DAY} > $validation_gap THEN 'embargo' ELSE 'train' END""",
    "publisher": """CASE WHEN publisher IN (SELECT unnest($held_out)) THEN 'test'
        WHEN publisher IN (SELECT unnest($validation_publishers)) THEN 'validation' ELSE 'train' END""",
}
# Units that are anywhere only by the hash, and have an article in a split.
_FREE = """(FROM split_unit WHERE free AND unit IN
    (SELECT c.unit FROM split_claim c JOIN split s USING (id) WHERE s.split IS NOT NULL))"""


def assign_claims(con: duckdb.DuckDBPyConnection, plan: SplitPlan, relatives: str) -> None:
    """Creates `split`, and what it came from: `split_claim` by article, `split_cluster`, `split_unit` by group.

    A unit is what stays together: a story where `story` knows one, else a cluster.

    Args:
        con: Has `split_kept`, `locked` and `story(cluster, story)`.
        plan: The rules.
        relatives: `drop` or `move`.
    """
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE split_claim AS
        WITH ruled AS (SELECT id, cluster, {_DAY} AS day, {_CLAIM[plan.strategy]} AS rule FROM split_kept)
        SELECT r.*, coalesce(s.story, r.cluster) AS unit, l.split AS locked, coalesce(l.split, r.rule) AS claim
        FROM ruled r LEFT JOIN locked l ON l.id = r.id LEFT JOIN story s ON s.cluster = r.cluster""",  # noqa: S608
        _parameters(plan),
    )
    # A cluster goes where the lock has it, then where the lock has its story, then where its story's claims are.
    con.execute(
        """CREATE OR REPLACE TEMP TABLE split_cluster AS
        WITH earlier AS (SELECT cluster, max(list_position($order, split)) AS place FROM locked GROUP BY cluster),
        member AS (
            SELECT unit, cluster, max(list_position($order, locked)) AS own,
                max(nullif(list_position($order, claim), 0)) FILTER (locked IS NULL) AS claimed
            FROM split_claim GROUP BY unit, cluster)
        SELECT unit, cluster, greatest(own, place) AS own, claimed FROM member LEFT JOIN earlier USING (cluster)""",
        {"order": list(SPLITS)},
    )
    con.execute(
        """CREATE OR REPLACE TEMP TABLE split_unit AS
        WITH unit AS (SELECT unit, coalesce(max(own), max(claimed)) AS place FROM split_cluster GROUP BY unit)
        SELECT unit, place IS NULL AS free,
            ('0x' || substr(sha256($seed || ':' || unit), 1, 13))::UBIGINT / 4503599627370496.0 AS drawn,
            CASE WHEN place IS NOT NULL THEN list_extract($order, place)
                 WHEN drawn < $test THEN 'test' WHEN drawn < $test + $validation THEN 'validation'
                 ELSE 'train' END AS target
        FROM unit""",
        {"order": list(SPLITS), "seed": str(plan.seed), "test": plan.test, "validation": plan.validation},
    )
    if plan.stratify:
        stratify(con, plan.stratify, (1 - plan.validation - plan.test, plan.validation, plan.test))
    con.execute(
        """CREATE OR REPLACE TABLE split AS
        WITH placed AS (
            SELECT cluster, CASE WHEN own IS NULL THEN target ELSE list_extract($order, own) END AS target
            FROM split_cluster JOIN split_unit USING (unit))
        SELECT c.id,
            CASE WHEN c.locked IS NOT NULL THEN c.locked
                 WHEN c.claim = 'embargo' THEN NULL
                 WHEN $move OR c.claim = s.target
                    OR (c.claim = 'pool' AND s.target IN ('train', 'validation', 'test')) THEN s.target END AS split,
            CASE WHEN split IS NOT NULL THEN NULL
                 WHEN c.claim = 'embargo' THEN 'embargo' ELSE 'split_conflict' END AS reason,
            CASE reason WHEN 'embargo' THEN 'published ' || c.day
                 WHEN 'split_conflict' THEN CASE WHEN c.unit = c.cluster THEN 'cluster ' ELSE 'story ' END
                    || c.unit || ' is in ' || s.target ELSE '' END AS detail
        FROM split_claim c JOIN placed s USING (cluster)
        UNION ALL SELECT id, NULL, reason, detail FROM split_out ORDER BY id""",
        {"move": relatives == "move", "order": list(SPLITS)},
    )


def _parameters(plan: SplitPlan) -> dict[str, object]:
    """The plan as the values that the claim of its strategy asks for."""
    gap = timedelta(days=plan.embargo_days)
    values: dict[str, object] = {
        "held_out": list(plan.held_out_publishers),
        "validation_publishers": list(plan.validation_publishers),
        "cutoff": plan.cutoff,
        "gap": plan.cutoff - gap if plan.cutoff else None,
        "validation_cutoff": plan.validation_cutoff,
        "validation_gap": plan.validation_cutoff - gap if plan.validation_cutoff else None,
    }
    return {name: value for name, value in values.items() if f"${name}" in _CLAIM[plan.strategy]}


def fill_empty(con: duckdb.DuckDBPyConnection, plan: SplitPlan) -> list[str]:
    """Gives train, then test, then validation a unit of the fullest split, where the hash has left them none.

    Returns:
        One line for each unit that was moved.
    """
    messages = []
    counts: dict[str, int] = dict(con.execute(f"SELECT target, count(*) FROM {_FREE} GROUP BY target").fetchall())  # noqa: S608
    for name, share in (("train", 1.0), ("test", plan.test), ("validation", plan.validation)):
        donor = max(sorted(counts), key=lambda split: counts[split], default=name)
        if share <= 0 or counts.get(name) or not counts or (counts[donor] < 2 and name != "train"):
            continue
        [(unit,)] = con.execute(
            f"SELECT unit FROM {_FREE} WHERE target = $donor ORDER BY drawn, unit LIMIT 1",  # noqa: S608
            {"donor": donor},
        ).fetchall()
        counts[donor], counts[name] = counts[donor] - 1, 1
        values = {"name": name, "unit": unit}
        con.execute("UPDATE split_unit SET target = $name WHERE unit = $unit", values)
        con.execute(
            """UPDATE split SET split = $name WHERE split IS NOT NULL
            AND id IN (SELECT id FROM split_claim WHERE unit = $unit)""",
            values,
        )
        messages.append(f"{name} came out empty by hash: cluster {unit} was moved there from {donor}")
    return messages


def strays(con: duckdb.DuckDBPyConnection) -> list[str]:
    """A line for every split with articles that the rules would not have there, but their cluster or the lock has."""
    rows = con.execute(
        """SELECT s.split, c.locked IS NOT NULL AS held, count(*)
        FROM split_claim c JOIN split s USING (id)
        WHERE s.split <> c.rule AND NOT (c.rule = 'pool' AND s.split IN ('train', 'validation', 'test'))
        GROUP BY s.split, held ORDER BY list_position($order, s.split), held""",
        {"order": list(SPLITS)},
    ).fetchall()
    return [
        f"{split} has {count:,} {'article' if count == 1 else 'articles'} against the rules, by "
        + ("split.lock" if held else "split.relatives=move: their clusters are there")
        for split, held, count in rows
    ]


def missing_splits(con: duckdb.DuckDBPyConnection, plan: SplitPlan) -> list[str]:
    """A line for every split that the plan calls for and that has no articles, but for those that have one already."""
    wanted = {"train": True, "validation": plan.validation > 0, "test": plan.test > 0}
    if plan.strategy == "benchmark":
        wanted |= {"test_temporal": plan.cutoff is not None, "test_publisher": bool(plan.held_out_publishers)}
    rows = con.execute("SELECT split, count(*) FROM split WHERE split IS NOT NULL GROUP BY split").fetchall()
    there = dict(rows)
    total = sum(there.values())
    if total == 0:
        return ["no article is in any split"]
    return [
        f"{name} is empty: {total} {'article' if total == 1 else 'articles'} in all, none of them for it by the rules"
        for name, asked in wanted.items()
        if asked and name not in there and not any(told.startswith(f"no {name}:") for told in plan.fallbacks)
    ]
