"""Counts of a dataset folder that its figures and its report show; all from the shards, the ledger and the manifest."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from presseschau.publish.content import is_stub
from presseschau.publish.database import connect
from presseschau.publish.manifest import OUTCOMES, read_manifest
from presseschau.publish.shards import Shard
from presseschau.publish.sizes import Sizes, measure
from presseschau.schema import SPLITS, TASKS, LabelNames

NONE = "(none)"
UNKNOWN = "(unknown)"
# Upper ends of the bins of article lengths in words, a step of about the square root of two.
LENGTHS = (50, 70, 100, 140, 200, 280, 400, 560, 800, 1_120, 1_600, 2_240, 3_200, 4_480, 6_400)
BINS = 20
OUTLETS = 30  # publishers whose splits are counted


@dataclass(frozen=True, slots=True)
class Statistics:
    """What there is in a dataset folder, counted.

    Attributes:
        manifest: The manifest as plain data.
        splits: Articles by split, in published order.
        labels: Articles by column, class and split; classes in published order, `(none)` last, only those that occur.
        cube: Articles by topic, stance and genre.
        publishers: Articles of every publisher, most first; then by name.
        outlets: Articles by publisher and split, for the 30 with most articles.
        houses: Publishers of each split.
        languages: Articles by language, most first; then by code.
        shares: Articles by `publisher`, `year` or `month`, its value, label column and class, for the ten with most
            articles (months: 24).
        months: Articles by month (`2026-05`) and split, in order; undated ones are not in it.
        undated: Articles without a date of publication, by split.
        first: First day of publication.
        last: Last day of publication.
        newest: Newest day that any page was published, changed or fetched.
        lengths: Articles by number of the bin of `LENGTHS`; the last one is open. A stub has those of its full texts.
        words: Words of the middle article of each split, and of `all`. A stub has those of its full texts.
        clusters: Clusters by number of their articles.
        confidences: Articles by column and number of the twentieth that the confidence falls into.
        sources: Articles by label column and source of the label.
        roles: Articles that people labelled, by role.
        reserved: Articles by whether text and data mining is reserved: `true`, `false`, `unknown`.
        licenses: Articles by the licence that their page states, most first; then by name.
        masked: What was masked in the articles, by kind.
        sizes: What the views hold.
    """

    manifest: Mapping[str, Any]
    splits: Mapping[str, int]
    labels: Mapping[str, Mapping[str, Mapping[str, int]]]
    cube: Mapping[tuple[str, str, str], int]
    publishers: Mapping[str, int]
    outlets: Mapping[str, Mapping[str, int]]
    houses: Mapping[str, int]
    languages: Mapping[str, int]
    shares: Mapping[str, Mapping[str, Mapping[str, Mapping[str, int]]]]
    months: Mapping[str, Mapping[str, int]]
    undated: Mapping[str, int]
    first: str | None
    last: str | None
    newest: str | None
    lengths: Mapping[int, int]
    words: Mapping[str, int]
    clusters: Mapping[int, int]
    confidences: Mapping[str, Mapping[int, int]]
    sources: Mapping[str, Mapping[str, int]]
    roles: Mapping[str, int]
    reserved: Mapping[str, int]
    licenses: Mapping[str, int]
    masked: Mapping[str, int]
    sizes: Sizes

    @property
    def released(self) -> str | None:
        """The day of the release: that which the build was given, else the newest of the input."""
        return self.manifest.get("released") or self.newest

    @property
    def period(self) -> str | None:
        """The days of publication, `2025-03-01 to 2025-04-30`, or the only one; None where no article has a date."""
        return self.first if self.first == self.last else f"{self.first} to {self.last}"

    @property
    def has_stance(self) -> bool:
        """Whether stance was looked for, or people said one."""
        asked = self.manifest["config"].get("label", {}).get("stance", True)
        enabled = asked.get("enabled", True) if isinstance(asked, Mapping) else bool(asked)
        return enabled or bool(set(self.labels["stance"]) - {NONE})

    @property
    def endings(self) -> list[Mapping[str, Any]]:
        """How the input pages ended, most frequent first within each outcome."""
        counts = self.manifest["counts"]
        return sorted(counts, key=lambda c: (OUTCOMES.index(c["outcome"]), -c["pages"], c["reason"] or ""))

    @property
    def articles(self) -> int:
        """All articles."""
        return sum(self.splits.values())

    @property
    def is_stub(self) -> bool:
        """Whether the folder holds no text."""
        return is_stub(self.manifest)


def count(folder: Path) -> Statistics:
    """Counts a dataset folder; needs its shards, ledger and manifest.

    Raises:
        ValueError: It is no dataset folder.
    """
    manifest = read_manifest(folder)
    names = LabelNames(**{column: tuple(classes) for column, classes in manifest["labels"].items()})
    held = measure(folder, [Shard(**shard) for shard in manifest["shards"]])
    with connect(folder) as con:
        # One pass over everything that has few values: a row of it stands for many articles.
        con.execute(
            """CREATE TABLE few AS
               SELECT split, topic, genre, stance, coalesce(publisher, '(unknown)') AS publisher,
                 strftime(published, '%Y-%m') AS month, tdm_reserved, label_role, topic_source, stance_source,
                 language, count(*) AS n FROM rows GROUP BY ALL"""
        )
        splits = _articles(con, "split")
        publishers = _pairs(con, "SELECT publisher, sum(n)::BIGINT AS n FROM few GROUP BY 1 ORDER BY n DESC, 1")
        return Statistics(
            manifest=manifest,
            splits={split: splits[split] for split in SPLITS if split in splits},
            labels={column: _by_class(con, column, names) for column in TASKS},
            cube=_cube(con, names),
            publishers=publishers,
            shares={key: _shares(con, key, names) for key in ("publisher", "year", "month")},
            months=_nested(
                con,
                """SELECT month, split, sum(n)::BIGINT FROM few WHERE month IS NOT NULL
                   GROUP BY 1, 2 ORDER BY 1, 2""",
            ),
            outlets=_outlets(con, list(publishers)[:OUTLETS]),
            houses=_pairs(
                con,
                f"""SELECT split, count(DISTINCT publisher) FILTER (publisher <> '{UNKNOWN}') FROM few
                    GROUP BY 1 ORDER BY 1""",  # noqa: S608
            ),
            languages=_pairs(con, "SELECT language, sum(n)::BIGINT AS n FROM few GROUP BY 1 ORDER BY n DESC, 1"),
            undated=_articles(con, "split", "month IS NULL"),
            **_days(con),
            **_lengths(held.words, manifest.get("texts", {})),
            clusters=_pairs(
                con, "SELECT n, count(*) FROM (SELECT count(*) n FROM rows GROUP BY cluster) GROUP BY 1 ORDER BY 1"
            ),
            confidences={column: _confidences(con, column) for column in TASKS},
            sources={
                column: _articles(con, f"{column}_source", f"{column}_source IS NOT NULL")
                for column in ("topic", "stance")
            },
            roles=_articles(con, "label_role", "label_role IS NOT NULL"),
            reserved=_articles(con, "coalesce(tdm_reserved::VARCHAR, 'unknown')"),
            **_notes(con),
            sizes=held,
        )


def class_names(names: LabelNames, column: str, number: int | None) -> str:
    """The name of a stored class number, `(none)` for null."""
    return NONE if number is None else (names.of(column) or ())[number]


def _pairs(con: duckdb.DuckDBPyConnection, query: str) -> dict[Any, int]:
    return dict(con.execute(query).fetchall())


def _nested(con: duckdb.DuckDBPyConnection, query: str, *values: object) -> dict[Any, dict[str, int]]:
    """The third column by the first and the second."""
    found: dict[Any, dict[str, int]] = {}
    for one, other, n in con.execute(query, values).fetchall():
        found.setdefault(one, {})[other] = n
    return found


def _articles(con: duckdb.DuckDBPyConnection, by: str, where: str = "true") -> dict[Any, int]:
    """Articles by the values of an expression over `few`, in their order."""
    return _pairs(con, f"SELECT {by}, sum(n)::BIGINT FROM few WHERE {where} GROUP BY 1 ORDER BY 1")  # noqa: S608


def _by_class(con: duckdb.DuckDBPyConnection, column: str, names: LabelNames) -> dict[str, dict[str, int]]:
    found = _nested(con, f"SELECT {column}, split, sum(n)::BIGINT FROM few GROUP BY 1, 2")  # noqa: S608
    numbers = sorted(found, key=lambda number: (number is None, number))
    return {class_names(names, column, k): {s: found[k][s] for s in SPLITS if s in found[k]} for k in numbers}


def _cube(con: duckdb.DuckDBPyConnection, names: LabelNames) -> dict[tuple[str, str, str], int]:
    rows = con.execute(
        "SELECT topic, stance, genre, sum(n)::BIGINT FROM few GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    ).fetchall()
    return {
        (class_names(names, "topic", t), class_names(names, "stance", s), class_names(names, "genre", g)): n
        for t, s, g, n in rows
    }


def _shares(con: duckdb.DuckDBPyConnection, key: str, names: LabelNames) -> dict[str, dict[str, dict[str, int]]]:
    column, most = {
        "publisher": ("publisher", 10),
        "year": ("coalesce(left(month, 4), '(undated)')", 10),
        "month": ("coalesce(month, '(undated)')", 24),
    }[key]
    found: dict[str, dict[str, dict[str, int]]] = {}
    for label in ("topic", "stance"):
        rows = con.execute(
            f"""WITH most AS (SELECT {column} AS k, sum(n) AS total FROM few GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {most})
                SELECT {column}, {label}, sum(n)::BIGINT FROM few JOIN most ON k = {column}
                GROUP BY 1, 2, total
                ORDER BY {"total DESC, 1" if key == "publisher" else "1 DESC"}, 3 DESC, 2"""  # noqa: S608
        ).fetchall()
        for value, number, n in rows:
            found.setdefault(value, {}).setdefault(label, {})[class_names(names, label, number)] = n
    return found


def _days(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    row = con.execute(
        """SELECT strftime(min(published), '%Y-%m-%d'), strftime(max(published), '%Y-%m-%d'),
                  strftime(greatest(max(crawled), max(modified), max(published)), '%Y-%m-%d') FROM rows"""
    ).fetchone()
    return dict(zip(("first", "last", "newest"), row or (None, None, None), strict=True))


def _outlets(con: duckdb.DuckDBPyConnection, publishers: Sequence[str]) -> dict[str, dict[str, int]]:
    query = "SELECT publisher, split, sum(n)::BIGINT FROM few WHERE list_contains(?, publisher) GROUP BY 1, 2"
    found = _nested(con, query, publishers)
    return {name: found[name] for name in publishers}


def _lengths(words: Mapping[str, Mapping[int, int]], full: Mapping[str, Any]) -> dict[str, Any]:
    """Lengths and words; of a folder without texts those that its manifest has kept."""
    if full:
        return {"lengths": {int(bin_): n for bin_, n in full["lengths"].items()}, "words": full["words"]}
    everything = sum(map(Counter, words.values()), Counter[int]())
    lengths = Counter[int]()
    for number, n in sorted(everything.items()):
        lengths[bisect_left(LENGTHS, number)] += n
    middles = {name: _middle(own) for name, own in {**words, "all": everything}.items() if own}
    return {"lengths": dict(lengths), "words": middles}


def _middle(counts: Mapping[int, int]) -> int:
    """The lower median of values by how often each is there.

    >>> _middle({5: 1, 1: 2, 9: 1})
    1
    """
    left = (sum(counts.values()) + 1) // 2
    for value, n in sorted(counts.items()):
        left -= n
        if left <= 0:
            return value
    raise ValueError("no values")


def _notes(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """What the ledger notes of kept pages: what was masked in them, and the licence that they state."""
    con.execute("CREATE TABLE notes AS SELECT detail FROM ledger WHERE outcome = 'kept' AND detail IS NOT NULL")
    return {
        "licenses": _pairs(
            con,
            """SELECT regexp_extract(detail, '(^|; )license: (.+)$', 2) AS license, count(*) AS n FROM notes
               WHERE license <> '' GROUP BY 1 ORDER BY n DESC, 1""",
        ),
        "masked": _pairs(
            con,
            """SELECT split_part(entry, ' ', 1), sum(split_part(entry, ' ', 2)::BIGINT)::BIGINT FROM
                 (SELECT unnest(string_split(regexp_extract(detail, '^masked: ([a-z0-9, ]+)', 1), ', ')) AS entry
                  FROM notes) WHERE entry <> '' GROUP BY 1 ORDER BY 1""",
        ),
    }


def _confidences(con: duckdb.DuckDBPyConnection, column: str) -> dict[int, int]:
    return _pairs(
        con,
        f"""SELECT least(floor({column}_confidence * {BINS})::INTEGER, {BINS - 1}) AS bin, count(*)
            FROM rows WHERE {column}_confidence IS NOT NULL GROUP BY 1 ORDER BY 1""",  # noqa: S608
    )
