"""Counts of a dataset folder that its figures and its report show; all from the shards, the ledger and the manifest."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from presseschau.publish.manifest import read_manifest
from presseschau.schema import SPLITS, LabelNames

NONE = "(none)"
UNKNOWN = "(unknown)"
# Upper ends of the bins of article lengths in words, a step of about the square root of two.
LENGTHS = (50, 70, 100, 140, 200, 280, 400, 560, 800, 1_120, 1_600, 2_240, 3_200, 4_480, 6_400)
BINS = 20


@dataclass(frozen=True, slots=True)
class Statistics:
    """What there is in a dataset folder, counted.

    Attributes:
        manifest: The manifest as plain data.
        splits: Articles by split, in published order.
        labels: Articles by column, class and split; classes in published order, `(none)` last, only those that occur.
        cube: Articles by topic, stance and genre.
        publishers: Articles of every publisher, most first; then by name.
        shares: Articles by `publisher` or `year`, its value, label column and class, for the ten with most articles.
        months: Articles by month (`2026-05`) and split, in order; undated ones are not in it.
        undated: Articles without a date of publication.
        first: First day of publication.
        last: Last day of publication.
        newest: Newest day that any page was published, changed or fetched.
        lengths: Articles by number of the bin of `LENGTHS`; the last one is open. Empty where there is no text.
        clusters: Clusters by number of their articles.
        confidences: Articles by column and number of the twentieth that the confidence falls into.
        sources: Articles by label column and source of the label.
        roles: Articles that people labelled, by role.
        reserved: Articles by whether text and data mining is reserved: `true`, `false`, `unknown`.
    """

    manifest: Mapping[str, Any]
    splits: Mapping[str, int]
    labels: Mapping[str, Mapping[str, Mapping[str, int]]]
    cube: Mapping[tuple[str, str, str], int]
    publishers: Mapping[str, int]
    shares: Mapping[str, Mapping[str, Mapping[str, Mapping[str, int]]]]
    months: Mapping[str, Mapping[str, int]]
    undated: int
    first: str | None
    last: str | None
    newest: str | None
    lengths: Mapping[int, int]
    clusters: Mapping[int, int]
    confidences: Mapping[str, Mapping[int, int]]
    sources: Mapping[str, Mapping[str, int]]
    roles: Mapping[str, int]
    reserved: Mapping[str, int]

    @property
    def released(self) -> str | None:
        """The day of the release: that of `SOURCE_DATE_EPOCH` where it is set, else the newest of the input."""
        epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
        return datetime.fromtimestamp(int(epoch), UTC).date().isoformat() if epoch.isdigit() else self.newest

    @property
    def articles(self) -> int:
        """All articles."""
        return sum(self.splits.values())

    @property
    def is_stub(self) -> bool:
        """Whether the folder holds no text."""
        return self.manifest.get("content") == "stub"


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """A database in memory with the views `rows` (the shards, with `split`) and `ledger` of a dataset folder."""
    con = duckdb.connect()
    con.execute("SET enable_progress_bar = false")
    con.execute("SET TimeZone = 'UTC'")
    con.read_parquet(str(folder / "data" / "*.parquet"), filename=True).create_view("shards")
    con.execute(
        """CREATE VIEW rows AS SELECT * EXCLUDE (filename),
             regexp_extract(filename, '([a-z_]+)-[0-9]+-of-[0-9]+[.]parquet$', 1) AS split FROM shards"""
    )
    con.read_parquet(str(folder / "ledger.parquet")).create_view("ledger")
    return con


def count(folder: Path) -> Statistics:
    """Counts a dataset folder; needs its shards, ledger and manifest.

    Raises:
        ValueError: It is no dataset folder.
    """
    manifest = read_manifest(folder)
    names = LabelNames(**{column: tuple(classes) for column, classes in manifest["labels"].items()})
    con = connect(folder)
    try:
        # One pass over everything that has few values: a row of it stands for many articles.
        con.execute(
            """CREATE TABLE few AS
               SELECT split, topic, genre, stance, coalesce(publisher, '(unknown)') AS publisher,
                 strftime(published, '%Y-%m') AS month, tdm_reserved, label_role, topic_source, stance_source,
                 count(*) AS n FROM rows GROUP BY ALL"""
        )
        found = con.execute("SELECT split, sum(n)::BIGINT FROM few GROUP BY 1").fetchall()
        sizes = dict(found)
        publishers = _pairs(con, "SELECT publisher, sum(n)::BIGINT AS n FROM few GROUP BY 1 ORDER BY n DESC, 1")
        return Statistics(
            manifest=manifest,
            splits={split: sizes[split] for split in SPLITS if split in sizes},
            labels={column: _by_class(con, column, names) for column in ("topic", "genre", "stance")},
            cube=_cube(con, names),
            publishers=publishers,
            shares={key: _shares(con, key, names) for key in ("publisher", "year")},
            months=_months(con),
            undated=_one(con, "SELECT coalesce(sum(n), 0)::BIGINT FROM few WHERE month IS NULL"),
            **_days(con),
            lengths=_lengths(con),
            clusters=_pairs(
                con, "SELECT n, count(*) FROM (SELECT count(*) n FROM rows GROUP BY cluster) GROUP BY 1 ORDER BY 1"
            ),
            confidences={column: _confidences(con, column) for column in ("topic", "genre", "stance")},
            sources={
                column: _pairs(
                    con,
                    f"""SELECT {column}_source, sum(n)::BIGINT FROM few WHERE {column}_source IS NOT NULL
                        GROUP BY 1 ORDER BY 1""",  # noqa: S608
                )
                for column in ("topic", "stance")
            },
            roles=_pairs(
                con, "SELECT label_role, sum(n)::BIGINT FROM few WHERE label_role IS NOT NULL GROUP BY 1 ORDER BY 1"
            ),
            reserved=_pairs(
                con,
                "SELECT coalesce(tdm_reserved::VARCHAR, 'unknown') k, sum(n)::BIGINT FROM few GROUP BY 1 ORDER BY 1",
            ),
        )
    finally:
        con.close()


def class_names(names: LabelNames, column: str, number: int | None) -> str:
    """The name of a stored class number, `(none)` for null."""
    return NONE if number is None else (names.of(column) or ())[number]


def _pairs(con: duckdb.DuckDBPyConnection, query: str) -> dict[Any, int]:
    return dict(con.execute(query).fetchall())


def _one(con: duckdb.DuckDBPyConnection, query: str) -> int:
    row = con.execute(query).fetchone()
    return int(row[0]) if row else 0


def _by_class(con: duckdb.DuckDBPyConnection, column: str, names: LabelNames) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    query = f"SELECT {column}, split, sum(n)::BIGINT FROM few GROUP BY 1, 2"  # noqa: S608
    for number, split, n in con.execute(query).fetchall():
        found.setdefault(class_names(names, column, number), {})[split] = n
    order = (*(names.of(column) or ()), NONE)
    return {name: {s: found[name][s] for s in SPLITS if s in found[name]} for name in order if name in found}


def _cube(con: duckdb.DuckDBPyConnection, names: LabelNames) -> dict[tuple[str, str, str], int]:
    rows = con.execute(
        "SELECT topic, stance, genre, sum(n)::BIGINT FROM few GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    ).fetchall()
    return {
        (class_names(names, "topic", t), class_names(names, "stance", s), class_names(names, "genre", g)): n
        for t, s, g, n in rows
    }


def _shares(con: duckdb.DuckDBPyConnection, key: str, names: LabelNames) -> dict[str, dict[str, dict[str, int]]]:
    column = {"publisher": "publisher", "year": "coalesce(left(month, 4), '(undated)')"}[key]
    found: dict[str, dict[str, dict[str, int]]] = {}
    for label in ("topic", "stance"):
        rows = con.execute(
            f"""WITH most AS (SELECT {column} AS k, sum(n) AS total FROM few GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10)
                SELECT {column}, {label}, sum(n)::BIGINT FROM few JOIN most ON k = {column}
                GROUP BY 1, 2, total
                ORDER BY {"1 DESC" if key == "year" else "total DESC, 1"}, 3 DESC, 2"""  # noqa: S608
        ).fetchall()
        for value, number, n in rows:
            found.setdefault(value, {}).setdefault(label, {})[class_names(names, label, number)] = n
    return found


def _months(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    query = "SELECT month, split, sum(n)::BIGINT FROM few WHERE month IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"
    for month, split, n in con.execute(query).fetchall():
        found.setdefault(month, {})[split] = n
    return found


def _days(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    row = con.execute(
        """SELECT strftime(min(published), '%Y-%m-%d'), strftime(max(published), '%Y-%m-%d'),
                  strftime(greatest(max(crawled), max(modified), max(published)), '%Y-%m-%d') FROM rows"""
    ).fetchone()
    return dict(zip(("first", "last", "newest"), row or (None, None, None), strict=True))


def _lengths(con: duckdb.DuckDBPyConnection) -> dict[int, int]:
    # Words stand one space apart and paragraphs two line ends: counting those takes a tenth of the time of a split.
    rows = con.execute(
        """SELECT 1 + length(text) - length(replace(text, ' ', ''))
                    + (length(text) - length(replace(text, chr(10), ''))) // 2 AS words, count(*)
           FROM rows WHERE text IS NOT NULL GROUP BY 1 ORDER BY 1"""
    ).fetchall()
    found: dict[int, int] = {}
    for words, n in rows:
        bin_ = sum(words > end for end in LENGTHS)
        found[bin_] = found.get(bin_, 0) + n
    return found


def _confidences(con: duckdb.DuckDBPyConnection, column: str) -> dict[int, int]:
    return _pairs(
        con,
        f"""SELECT least(floor({column}_confidence * {BINS})::INTEGER, {BINS - 1}) AS bin, count(*)
            FROM rows WHERE {column}_confidence IS NOT NULL GROUP BY 1 ORDER BY 1""",  # noqa: S608
    )
