"""Stratified shares with groups kept whole: iterative stratification, and how far from exact it came.

The method is that of Sechidis, Tsoumakas and Vlahavas, On the Stratification of Multi-Label Data (ECML PKDD 2011),
with whole groups in place of single examples: rarest class first, each group to the split that lacks most of it. With
several columns what a rare class takes first can cost a later one, so single groups are moved where that helps all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import duckdb
import pyarrow as pa

from presseschau.stable import rounded

POOL = ("train", "validation", "test")  # of two splits that lack the same, the first one takes the group
LABELS = ("topic", "topic_secondary", "genre", "stance")
Contents: TypeAlias = tuple[tuple[int, int], ...]  # (class, articles of it), by class; class 0 is every article

_ALL = 0
_ROUNDS = 50  # over all kinds of groups; a few are enough


@dataclass(frozen=True, slots=True)
class Balance:
    """How one class is shared out over train, validation and test.

    Attributes:
        column: Label column.
        label: Its class, `none` where the column is null.
        articles: Of the class in the three splits, in their order.
        deviation: Largest distance of a split's part of the class from its share, 0 to 1.
    """

    column: str
    label: str
    articles: tuple[int, int, int]
    deviation: float


def deal(
    groups: Mapping[Contents, int], shares: Sequence[float], placed: Sequence[Mapping[int, int]]
) -> dict[Contents, list[int]]:
    """How many of the groups of each kind go to which split.

    Args:
        groups: How many groups have the same contents; groups of one kind are interchangeable.
        shares: Wanted share of each split, which add up to 1.
        placed: Articles by class that each split has already.

    >>> deal({((0, 1), (1, 1)): 8, ((0, 1), (2, 1)): 4}, [0.5, 0.25, 0.25], [{}, {}, {}])
    {((0, 1), (2, 1)): [2, 1, 1], ((0, 1), (1, 1)): [4, 2, 2]}
    """
    left = Counter[int]()
    for contents, count in groups.items():
        for label, articles in contents:
            left[label] += articles * count
    total = {label: count + sum(own.get(label, 0) for own in placed) for label, count in left.items()}
    lacks = [
        {label: share * total[label] - own.get(label, 0) for label in total}
        for share, own in zip(shares, placed, strict=True)
    ]
    open_to = [split for split, share in enumerate(shares) if share > 0]
    # The largest first: what is small can still fill the gaps that they leave.
    waiting = sorted(groups, key=lambda contents: (-contents[0][1], contents))
    dealt: dict[Contents, list[int]] = {}
    while waiting:
        rarest = min((label for label in left if left[label] and label != _ALL), key=lambda label: (left[label], label))
        for contents in [c for c in waiting if any(label == rarest for label, _ in c)]:
            counts = dealt[contents] = [0] * len(shares)
            for _ in range(groups[contents]):
                split = max(open_to, key=lambda s: (round(lacks[s][rarest], 9), round(lacks[s][_ALL], 9), -s))
                counts[split] += 1
                for label, articles in contents:
                    lacks[split][label] -= articles
            for label, articles in contents:
                left[label] -= articles * groups[contents]
        waiting = [contents for contents in waiting if contents not in dealt]
    _move(dealt, lacks, [{label: share * count for label, count in total.items()} for share in shares], open_to)
    return dealt


def _move(
    dealt: Mapping[Contents, list[int]],
    lacks: Sequence[dict[int, float]],
    wanted: Sequence[Mapping[int, float]],
    open_to: Sequence[int],
) -> None:
    """Moves single groups for as long as that brings all classes together closer to what is wanted (chi-square)."""
    ways = [(here, there) for here in open_to for there in open_to if here != there]
    for _ in range(_ROUNDS):
        moved = False
        for contents, counts in dealt.items():
            for here, there in ways:
                while (
                    counts[here]
                    and sum(
                        n * (n + 2 * lacks[here][label]) / wanted[here][label]
                        + n * (n - 2 * lacks[there][label]) / wanted[there][label]
                        for label, n in contents
                    )
                    < -1e-9
                ):
                    counts[here], counts[there], moved = counts[here] - 1, counts[there] + 1, True
                    for label, n in contents:
                        lacks[here][label] += n
                        lacks[there][label] -= n
        if not moved:
            return


def stratify(con: duckdb.DuckDBPyConnection, columns: Sequence[str], shares: Sequence[float]) -> None:
    """Sets `target` of the free units in `split_unit` so that every class has its shares.

    Of the groups of one kind, those with the lowest `drawn` go to test, then to validation: as without strata.

    Args:
        con: Has `split_kept(id, …)` with the label columns, `split_claim(id, unit, claim, locked)` and
            `split_unit(unit, drawn, free, target)`.
        columns: Label columns.
        shares: Of train, validation and test, which add up to 1.
    """
    names = ", ".join(f"'{column}=' || coalesce(k.{column}, 'none')" for column in columns)
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE split_label AS
        WITH labelled AS (
            SELECT c.unit, u.free, coalesce(c.locked, u.target) AS target, unnest([{names}]) AS name
            FROM split_claim c JOIN split_unit u USING (unit) JOIN split_kept k ON k.id = c.id
            WHERE c.claim <> 'embargo' AND coalesce(c.locked, u.target) IN (SELECT unnest($pool))),
        class AS (SELECT name, row_number() OVER (ORDER BY name) AS label FROM labelled GROUP BY name)
        SELECT unit, free, target, label, count(*) AS articles FROM labelled JOIN class USING (name) GROUP BY ALL""",  # noqa: S608
        {"pool": list(POOL)},
    )
    placed: list[Counter[int]] = [Counter() for _ in POOL]
    for target, label, articles in con.execute(
        "SELECT target, label, sum(articles)::BIGINT FROM split_label WHERE NOT free GROUP BY ALL"
    ).fetchall():
        placed[POOL.index(target)][label] = articles
    for own in placed:
        own[_ALL] = sum(own.values()) // len(columns)
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE split_kind AS
        WITH contents AS (
            SELECT unit, sum(articles)::BIGINT // {len(columns)} AS articles,
                list(label ORDER BY label) AS labels, list(articles::BIGINT ORDER BY label) AS counts
            FROM split_label WHERE free GROUP BY unit)
        SELECT unit, dense_rank() OVER (ORDER BY articles, labels, counts)::INTEGER AS kind, articles, labels, counts
        FROM contents"""  # noqa: S608
    )
    kinds: dict[Contents, int] = {}
    groups: dict[Contents, int] = {}
    for kind, size, labels, counts, number in con.execute(
        "SELECT kind, articles, labels, counts, count(*) FROM split_kind GROUP BY ALL ORDER BY kind"
    ).fetchall():
        contents = ((_ALL, size), *zip(labels, counts, strict=True))
        kinds[contents], groups[contents] = kind, number
    dealt = [(kinds[contents], *counts) for contents, counts in deal(groups, shares, placed).items()]
    table = zip(*dealt, strict=True) if dealt else ((), (), (), ())
    con.from_arrow(pa.table([pa.array(c, pa.int64()) for c in table], ["kind", *POOL])).create("split_dealt")
    con.execute(
        """UPDATE split_unit SET target = placed.target FROM (
            WITH drawn AS (
                SELECT unit, kind, row_number() OVER (PARTITION BY kind ORDER BY drawn, unit) AS place
                FROM split_kind JOIN split_unit USING (unit))
            SELECT unit, CASE WHEN place <= test THEN 'test' WHEN place <= test + validation THEN 'validation'
                ELSE 'train' END AS target
            FROM drawn JOIN split_dealt USING (kind)) placed
        WHERE placed.unit = split_unit.unit"""
    )
    con.execute("DROP TABLE split_label; DROP TABLE split_kind; DROP TABLE split_dealt")


def balance(
    con: duckdb.DuckDBPyConnection, columns: Sequence[str], validation: float, test: float
) -> tuple[Balance, ...]:
    """How the classes of the columns came out over train, validation and test, in order of column and class.

    Args:
        con: Has `kept` with the label columns and the table `split` that `assign` made.
        columns: Label columns.
        validation: Share of validation.
        test: Share of test.
    """
    shares = (1 - validation - test, validation, test)
    found = []
    counts_of = ", ".join(f"count(*) FILTER (s.split = '{name}')" for name in POOL)
    for column in columns:
        rows = con.execute(
            f"""SELECT coalesce(k.{column}, 'none') AS label, {counts_of}
            FROM kept k JOIN split s ON s.id = k.id WHERE s.split IN (SELECT unnest($pool))
            GROUP BY label ORDER BY label""",  # noqa: S608
            {"pool": list(POOL)},
        ).fetchall()
        for label, *counts in rows:
            away = max(abs(n / sum(counts) - share) for n, share in zip(counts, shares, strict=True))
            found.append(Balance(column, label, (counts[0], counts[1], counts[2]), rounded(away)))
    return tuple(found)
