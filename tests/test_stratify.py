"""stratify: shares of every class as exact as whole groups allow."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from presseschau.split import Benchmark, Lock, Random, Splitter, balance, from_splits_json, to_splits_json
from presseschau.split.stratify import Balance, Contents, deal

SHARES = [0.8, 0.1, 0.1]


def dealt(groups: dict[Contents, int], placed: list[dict[int, int]] | None = None) -> list[Counter[int]]:
    """Articles by class in every split."""
    found: list[Counter[int]] = [Counter(own) for own in placed or [{}, {}, {}]]
    for contents, counts in deal(groups, SHARES, placed or [{}, {}, {}]).items():
        for split, count in enumerate(counts):
            for label, articles in contents:
                found[split][label] += articles * count
    return found


def single(*labels: int) -> Contents:
    return ((0, 1), *((label, 1) for label in labels))


# ---- dealing


def test_single_articles_of_one_column_are_within_one_article_of_their_share() -> None:
    sizes = dict(enumerate([1, 2, 3, 10, 17, 100, 1234], start=1))
    found = dealt({single(label): size for label, size in sizes.items()})
    for split, share in enumerate(SHARES):
        for label, size in sizes.items():
            assert abs(found[split][label] - share * size) < 1
        assert abs(found[split][0] - share * sum(sizes.values())) < 1


def test_groups_stay_whole_and_small_ones_fill_the_gaps() -> None:
    large: Contents = ((0, 37), (1, 37))
    found = dealt({large: 1, single(1): 63})
    assert [own[1] for own in found] == [80, 10, 10]
    assert sum(own[0] for own in found) == 100


def test_what_is_placed_already_is_counted() -> None:
    found = dealt({single(1): 90}, [{0: 10, 1: 10}, {}, {}])
    assert [own[1] for own in found] == [80, 10, 10]
    found = dealt({single(1): 50}, [{}, {}, {0: 50, 1: 50}])
    assert [own[1] for own in found] == [44, 6, 50]  # it cannot be mended, but it is not made worse


def test_two_columns_are_balanced_together() -> None:
    chance = random.Random(1)
    groups = Counter(single(chance.choice([1, 1, 1, 2, 2, 3]), chance.choice([4, 4, 4, 4, 5])) for _ in range(1_000))
    found = dealt(dict(groups))
    for label in range(1, 6):
        size = sum(own[label] for own in found)
        assert max(abs(own[label] - share * size) for own, share in zip(found, SHARES, strict=True)) < 1.5


def test_a_split_without_a_share_gets_nothing() -> None:
    counts = deal({single(1): 50, ((0, 3), (1, 2), (2, 1)): 7}, [0.9, 0.0, 0.1], [{}, {}, {}])
    assert all(validation == 0 for _, validation, _ in counts.values())


@given(
    st.dictionaries(
        st.lists(st.tuples(st.integers(1, 5), st.integers(1, 4)), min_size=1, max_size=3, unique_by=lambda c: c[0]).map(
            lambda labels: ((0, sum(n for _, n in labels)), *sorted(labels))
        ),
        st.integers(1, 30),
        max_size=12,
    )
)
def test_every_group_goes_somewhere_once(groups: dict[Contents, int]) -> None:
    counts = deal(groups, SHARES, [{}, {}, {}])
    assert {contents: sum(own) for contents, own in counts.items()} == groups
    assert all(count >= 0 for own in counts.values() for count in own)


# ---- as an option of the splits


@dataclass(frozen=True, slots=True)
class Row:
    id: str
    cluster: str
    topic: str
    genre: str
    stance: str | None = None
    publisher: str = "a.de"


def corpus(count: int, seed: int = 0) -> list[Row]:
    chance = random.Random(seed)
    rows: list[Row] = []
    for n in range(count):
        name = f"{seed}{n:05}"
        near = rows and chance.random() < 0.2
        topic = chance.choices(["ki", "auto", "netz", "recht"], [60, 30, 9, 1])[0]
        genre = chance.choice(["news", "news", "review"])
        rows.append(
            Row(name, chance.choice(rows).cluster if near else name, topic, genre, chance.choice([None, "favor"]))
        )
    return rows


def connect(rows: Iterable[Row]) -> duckdb.DuckDBPyConnection:
    rows = list(rows)
    con = duckdb.connect()
    names = ("id", "cluster", "topic", "genre", "stance", "publisher")
    columns = {name: pa.array([getattr(row, name) for row in rows], pa.string()) for name in names}
    con.register("arrow", pa.table({**columns, "published": pa.nulls(len(rows), pa.timestamp("s"))}))
    con.execute("CREATE TABLE kept AS FROM arrow")
    return con


def build(splitter: Splitter, rows: Iterable[Row], path: Path, lock: Lock | None = None) -> dict[str, str]:
    with connect(rows) as con:
        plan = splitter.assign(con, lock)
        path.write_bytes(b"".join(to_splits_json(con, plan)))
        return dict(con.execute("SELECT id, split FROM split").fetchall())


def worst(splitter: Splitter, rows: Iterable[Row], columns: tuple[str, ...], least: int = 50) -> float:
    with connect(rows) as con:
        splitter.assign(con)
        return max(own.deviation for own in balance(con, columns, 0.1, 0.1) if sum(own.articles) >= least)


@pytest.mark.parametrize("columns", [("topic",), ("topic", "genre"), ("stance",)])
@pytest.mark.parametrize("strategy", [Random, Benchmark])
def test_shares_are_exact(strategy: type[Random] | type[Benchmark], columns: tuple[str, ...]) -> None:
    rows = corpus(2_000)
    assert worst(strategy(stratify=columns), rows, columns) < 0.01
    assert worst(strategy(), rows, columns) > 0.01


def test_the_balance_counts_every_class_in_the_splits_of_the_pool() -> None:
    splits = ["train", "train", "train", "validation", "test", "test", "test_temporal", None]
    rows = [Row(f"{n}", f"{n}", "ki" if n else "netz", "news", "favor" if n > 4 else None) for n in range(len(splits))]
    with connect(rows) as con:
        con.execute("CREATE TABLE split (id VARCHAR, split VARCHAR)")
        con.executemany("INSERT INTO split VALUES (?, ?)", [(f"{n}", split) for n, split in enumerate(splits)])
        assert balance(con, ("topic", "stance"), 0.2, 0.3) == (
            Balance("topic", "ki", (2, 1, 2), 0.1),
            Balance("topic", "netz", (1, 0, 0), 0.5),
            Balance("stance", "favor", (0, 0, 1), 0.7),
            Balance("stance", "none", (3, 1, 1), 0.1),
        )


def test_clusters_stay_whole(tmp_path: Path) -> None:
    rows = corpus(500)
    found = build(Random(stratify=("topic",)), rows, tmp_path / "splits.json")
    for cluster in {row.cluster for row in rows}:
        assert len({found[row.id] for row in rows if row.cluster == cluster}) == 1


def test_most_articles_are_where_the_hash_alone_would_have_them(tmp_path: Path) -> None:
    rows = [replace(row, cluster=row.id) for row in corpus(1_000)]
    alone, strata = (build(Random(stratify=own), rows, tmp_path / "splits.json") for own in ((), ("topic",)))
    assert sum(alone[name] == split for name, split in strata.items()) > 900


def test_the_order_of_the_input_does_not_matter(tmp_path: Path) -> None:
    rows = corpus(300)
    splitter = Random(stratify=("topic", "genre"))
    first = build(splitter, rows, tmp_path / "splits.json")
    assert build(splitter, random.Random(1).sample(rows, len(rows)), tmp_path / "splits.json") == first


def test_under_a_lock_nothing_moves_and_the_shares_still_hold(tmp_path: Path) -> None:
    splitter, path = Random(stratify=("topic",)), tmp_path / "splits.json"
    rows = corpus(1_000)
    first = build(splitter, rows, path)
    lock = from_splits_json(path)
    assert lock.plan.stratify == ("topic",)
    grown = rows[::2] + corpus(300, seed=7)
    with connect(grown) as con:
        splitter.assign(con, lock)
        second = dict(con.execute("SELECT id, split FROM split").fetchall())
        found = balance(con, ("topic",), 0.1, 0.1)
    assert {row.id: second[row.id] for row in rows[::2]} == {row.id: first[row.id] for row in rows[::2]}
    assert max(own.deviation for own in found if sum(own.articles) >= 50) < 0.01


def test_the_lock_decides_on_strata(tmp_path: Path) -> None:
    path = tmp_path / "splits.json"
    build(Random(), corpus(50), path)
    with connect(corpus(60)) as con:
        plan = Random(stratify=("topic",)).assign(con, from_splits_json(path))
    assert plan.stratify == ()
    assert plan.fallbacks == ("split.lock decides on stratify, not the config",)


@pytest.mark.parametrize("wrong", [("publisher",), ("topic", "topic")])
def test_a_wrong_column_is_named(wrong: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"split\.stratify"):
        Random(stratify=wrong)
