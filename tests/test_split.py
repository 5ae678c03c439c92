"""split: claims, clusters, picked rules, fallbacks, lock, splits.json."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from presseschau.schema import SPLITS
from presseschau.split import (
    Benchmark,
    Lock,
    Publisher,
    Random,
    SplitPlan,
    Splitter,
    Temporal,
    from_splits_json,
    to_splits_json,
)
from presseschau.split.choose import choose_cutoff, choose_embargo, choose_houses

# (id, cluster, publisher, published)
Article = tuple[str, str, str | None, datetime | None]
Result = dict[str, tuple[str | None, str | None, str]]


def day(number: int) -> datetime:
    return datetime(2024, 1, 1, 23, 30) + timedelta(days=number)  # noqa: DTZ001


def article(name: str, publisher: str | None = "a.de", number: int | None = 0, cluster: str | None = None) -> Article:
    return name, cluster or name, publisher, None if number is None else day(number)


def corpus(count: int, seed: int = 0, publishers: int = 8, related: float = 0.1) -> list[Article]:
    rng = random.Random(seed)
    rows: list[Article] = []
    for i in range(count):
        cluster = rng.choice(rows)[1] if rows and rng.random() < related else f"{i:05}"
        publisher = f"p{rng.randrange(publishers)}.de" if rng.random() < 0.95 else None
        rows.append(article(f"{i:05}", publisher, rng.randrange(400) if rng.random() < 0.9 else None, cluster))
    return rows


def connect(rows: Iterable[Article]) -> duckdb.DuckDBPyConnection:
    names = ("id", "cluster", "publisher", "published")
    columns = zip(*rows, strict=True) if (rows := list(rows)) else ((), (), (), ())
    types = (pa.string(), pa.string(), pa.string(), pa.timestamp("s"))
    con = duckdb.connect()
    con.register("arrow", pa.table({n: pa.array(c, t) for n, c, t in zip(names, columns, types, strict=True)}))
    con.execute("CREATE TABLE kept AS FROM arrow")
    return con


def assign(splitter: Splitter, rows: Iterable[Article], lock: Lock | None = None) -> tuple[Result, SplitPlan]:
    with connect(rows) as con:
        plan = splitter.assign(con, lock)
        return {
            i: (s, r, d) for i, s, r, d in con.execute("SELECT id, split, reason, detail FROM split").fetchall()
        }, plan


def lock_of(splitter: Splitter, rows: Sequence[Article], folder: Path, lock: Lock | None = None) -> Lock:
    with connect(rows) as con:
        plan = splitter.assign(con, lock)
        path = folder / "splits.json"
        path.write_bytes(b"".join(to_splits_json(con, plan)))
    return from_splits_json(path)


def splits(result: Result) -> dict[str, str | None]:
    return {name: split for name, (split, _, _) in result.items()}


FIXED = {"cutoff": date(2024, 1, 31), "embargo_days": 3, "held_out": ("p.de",), "validation": 0.0, "test": 0.0}


# ---- benchmark: the claim of an article


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (article("x", number=27), ("train", None, "")),  # 28 January, the last day before the gap
        (article("x", number=28), (None, "embargo", "published 2024-01-29")),
        (article("x", number=30), (None, "embargo", "published 2024-01-31")),  # the cutoff itself
        (article("x", number=31), ("test_temporal", None, "")),
        (article("x", number=None), ("train", None, "")),  # undated: never in test_temporal
        (article("x", None), ("train", None, "")),
        (article("x", "p.de", 5), ("test_publisher", None, "")),
        (article("x", "p.de", 29), ("test_publisher", None, "")),  # never trained on: no gap needed
        (article("x", "p.de", 99), ("test_publisher", None, "")),
        (article("x", "p.de", None), ("test_publisher", None, "")),
    ],
)
def test_benchmark_claims(row: Article, expected: tuple[str | None, str | None, str]) -> None:
    result, _ = assign(Benchmark(**FIXED), [row, article("t")])
    assert result["x"] == expected


def test_the_day_is_that_of_utc_whatever_the_session_says() -> None:
    with connect([article("x", number=31), article("y", number=30), article("t")]) as con:
        con.execute(
            "ALTER TABLE kept ALTER published TYPE TIMESTAMPTZ USING make_timestamp(epoch_us(published))::TIMESTAMPTZ"
        )
        con.execute("UPDATE kept SET published = to_timestamp(1706743800) WHERE id = 'x'")  # 31 January, 23:30 UTC
        con.execute("SET TimeZone = 'Asia/Tokyo'")
        Benchmark(**FIXED).assign(con)
        assert con.execute("SELECT reason FROM split WHERE id = 'x'").fetchall() == [("embargo",)]


def test_without_embargo_nothing_is_dropped() -> None:
    result, _ = assign(Benchmark(**FIXED | {"embargo_days": 0}), [article("x", number=30), article("t")])
    assert splits(result)["x"] == "train"


def test_a_house_is_held_out_whole() -> None:
    houses = {"haus": ("p.de", "q.de")}
    rows = [article("x", "p.de"), article("y", "q.de"), article("t")]
    for name in ("p.de", "haus"):
        result, plan = assign(Benchmark(**FIXED | {"held_out": (name,), "houses": houses}), rows)
        assert splits(result) == {"x": "test_publisher", "y": "test_publisher", "t": "train"}
        assert plan.held_out_publishers == ("p.de", "q.de")


# ---- benchmark: clusters


def test_a_cluster_takes_its_most_held_out_split_and_who_may_not_go_there_is_dropped() -> None:
    rows = [
        article("new", number=40, cluster="c"),
        article("old", number=1, cluster="c"),
        article("undated", number=None, cluster="c"),
        article("other", "p.de", 1, cluster="d"),
        article("late", number=40, cluster="d"),
        article("early", number=1, cluster="d"),
        article("t"),
    ]
    result, _ = assign(Benchmark(**FIXED), rows)
    assert splits(result) == {
        "new": "test_temporal",
        "old": None,
        "undated": None,
        "other": "test_publisher",
        "late": None,
        "early": None,
        "t": "train",
    }
    assert result["old"] == (None, "split_conflict", "cluster c is in test_temporal")


def test_relatives_may_be_moved_instead() -> None:
    rows = [article("new", number=40, cluster="c"), article("old", number=1, cluster="c"), article("t")]
    result, _ = assign(Benchmark(**FIXED, relatives="move"), rows)
    assert splits(result) == {"new": "test_temporal", "old": "test_temporal", "t": "train"}


@pytest.mark.parametrize(
    ("splitter", "split", "count"),
    [
        (Benchmark(**FIXED), "test_temporal", 2),  # `old` and `undated`
        (Temporal(cutoff=date(2024, 1, 31), validation=0.0), "test", 3),  # and `held`, which is as old
        (Publisher(held_out=("p.de",), validation=0.0), "test", 1),
        (Random(test=0.5, validation=0.0), "test", 0),
    ],
)
def test_who_is_moved_against_the_rules_is_counted(splitter: Splitter, split: str, count: int) -> None:
    temporal = isinstance(splitter, Temporal)
    rows = [article("old", number=1, cluster="c"), article("held", "p.de", 1, "c" if temporal else "d")]
    if isinstance(splitter, Publisher):
        rows += [article("other", "q.de", 1, "d")]
    else:
        rows += [article("undated", number=None, cluster="c"), article("new", number=40, cluster="c")]
    told = f"{split} has {count} article{'s' * (count > 1)} against the rules, by split.relatives=move: "
    why = "their clusters are there"
    _, plan = assign(replace(splitter, relatives="move"), rows)
    assert [line for line in plan.fallbacks if "rules, by" in line] == ([told + why] if count else [])
    assert not any("rules, by" in line for line in assign(splitter, rows)[1].fallbacks)


def test_who_stays_under_a_lock_against_the_rules_is_counted(tmp_path: Path) -> None:
    rows = [article("x", number=1), article("t", number=2), article("new", number=40), article("p", "p.de")]
    lock = lock_of(Benchmark(**FIXED), rows, tmp_path)
    assert assign(Benchmark(**FIXED), rows, lock)[1].fallbacks == ()
    redated = [article("x", number=40), *rows[1:]]
    assert assign(Benchmark(**FIXED), redated, lock)[1].fallbacks == (
        "train has 1 article against the rules, by split.lock",
    )


def test_an_article_of_the_gap_claims_nothing_for_its_cluster() -> None:
    rows = [article("gap", number=29, cluster="c"), article("old", number=1, cluster="c")]
    assert splits(assign(Benchmark(**FIXED), rows)[0]) == {"gap": None, "old": "train"}


def test_the_pool_is_shared_out_by_cluster_and_seed() -> None:
    rows = corpus(3000, related=0.2)
    one, _ = assign(Random(seed=1, validation=0.2, test=0.1), rows)
    sizes = Counter(splits(one).values())
    assert sizes["validation"] / 3000 == pytest.approx(0.2, abs=0.04)
    assert sizes["test"] / 3000 == pytest.approx(0.1, abs=0.04)
    assert splits(one) != splits(assign(Random(seed=2, validation=0.2, test=0.1), rows)[0])
    fewer, _ = assign(Random(seed=1, validation=0.2, test=0.1), rows[:2000])
    assert all(one[name] == fewer[name] for name in fewer)  # the hash knows nothing of the other articles


@settings(max_examples=settings.default.max_examples // 16)
@given(
    st.integers(0, 1000), st.sampled_from([Benchmark, Random, Temporal, Publisher]), st.sampled_from(["drop", "move"])
)
def test_no_cluster_spans_two_splits(seed: int, splitter: type[Splitter], relatives: Any) -> None:
    rows = corpus(200, seed, related=0.4)
    result, plan = assign(splitter(seed=seed, relatives=relatives), rows)
    assert set(result) == {row[0] for row in rows}
    found: dict[str, set[str]] = {}
    for name, cluster, publisher, published in rows:
        split, reason, _ = result[name]
        assert (split is None) == (reason is not None)
        if split is None:
            continue
        found.setdefault(cluster, set()).add(split)
        if splitter is Benchmark and relatives == "drop":
            assert (split == "test_publisher") == (publisher in plan.held_out_publishers)
            if split == "test_temporal":
                assert published
                assert plan.cutoff
                assert published.date() > plan.cutoff
    assert all(len(there) == 1 for there in found.values())
    shuffled = list(rows)
    random.Random(seed).shuffle(shuffled)
    assert assign(splitter(seed=seed, relatives=relatives), shuffled) == (result, plan)


# ---- the other strategies


def test_temporal_goes_by_time_and_undated_articles_train() -> None:
    rows = [article(f"{i:02}", number=i) for i in range(20)] + [article("u", number=None)]
    result, plan = assign(Temporal(), rows)
    assert plan.cutoff == date(2024, 1, 18)
    assert plan.validation_cutoff == date(2024, 1, 16)
    found = splits(result)
    assert [found[f"{i:02}"] for i in (0, 15, 16, 17, 18, 19)] == [
        "train",
        "train",
        "validation",
        "validation",
        "test",
        "test",
    ]
    assert found["u"] == "train"


def test_temporal_with_an_embargo_before_both_cutoffs() -> None:
    rows = [article(f"{i:02}", number=i) for i in range(20)]
    plan = {"cutoff": date(2024, 1, 18), "validation_cutoff": date(2024, 1, 15), "embargo_days": 1}
    result, _ = assign(Temporal(**plan), rows)  # type: ignore[arg-type]
    assert [name for name, (_, reason, _) in result.items() if reason == "embargo"] == ["14", "17"]


def test_the_gap_before_the_test_time_leaves_a_validation_time() -> None:
    result, plan = assign(Temporal(embargo_days=2), [article(f"{i:02}", number=i) for i in range(40)])
    assert Counter(split or reason for split, reason, _ in result.values())["validation"] == 4
    assert (plan.cutoff, plan.validation_cutoff) == (date(2024, 2, 5), date(2024, 1, 30))


def test_publisher_holds_out_whole_houses() -> None:
    rows = corpus(1000, related=0)
    result, plan = assign(Publisher(houses={"haus": ("p1.de", "p2.de")}), rows)
    where: dict[str | None, set[str | None]] = {}
    for name, _, publisher, _ in rows:
        where.setdefault(publisher, set()).add(splits(result)[name])
    assert all(len(there) == 1 for there in where.values())
    assert where["p1.de"] == where["p2.de"]
    assert where[None] == {"train"}
    assert {split for there in where.values() for split in there} == {"train", "validation", "test"}
    assert not set(plan.held_out_publishers) & set(plan.validation_publishers)
    assert plan.fallbacks == ()


# ---- what a first build picks


def test_houses_are_picked_to_come_close_to_the_share_and_never_the_largest() -> None:
    counts = {f"h{i}": 10 for i in range(19)} | {"large": 110}
    for seed in range(20):
        chosen = choose_houses(counts, 0.15, seed)
        assert "large" not in chosen
        assert sum(counts[house] for house in chosen) == pytest.approx(0.15 * 300, abs=5)
    assert choose_houses(counts, 0.15, 1) != choose_houses(counts, 0.15, 2)


def test_where_every_house_is_large_the_smallest_is_held_out() -> None:
    assert choose_houses({"a": 50, "b": 40, "c": 35}, 0.1, 0) == ("c",)
    assert choose_houses({"a": 50, "b": 40}, 0.1, 0) == ()
    assert choose_houses({"a": 50, "b": 40, "c": 35}, 0.0, 0) == ()


def test_the_cutoff_comes_close_to_the_share_and_leaves_half() -> None:
    days = [(date(2024, 1, d), 10) for d in range(1, 21)]
    assert choose_cutoff(days, 0.15) == date(2024, 1, 17)
    assert choose_cutoff([(date(2024, 1, 1), 5), (date(2024, 1, 2), 95)], 0.15) is None
    assert choose_cutoff([(date(2024, 1, 1), 60), (date(2024, 1, 2), 40)], 0.15) == date(2024, 1, 1)
    assert choose_cutoff([(date(2024, 1, 1), 50), (date(2024, 1, 2), 50)], 0.15) == date(2024, 1, 1)
    assert choose_cutoff([(date(2024, 1, 1), 49), (date(2024, 1, 2), 51)], 0.15) is None
    assert choose_cutoff([(date(2024, 1, 1), 60)], 0.15) is None
    assert choose_cutoff([], 0.15) is None
    assert choose_cutoff(days, 0.0) is None


def test_an_embargo_that_costs_too_much_is_shortened() -> None:
    days = [(date(2024, 1, d), 10) for d in range(1, 21)]
    assert choose_embargo(days, date(2024, 1, 17), 7, 0.15) == 3
    assert choose_embargo(days, date(2024, 1, 17), 2, 0.15) == 2
    result, plan = assign(Benchmark(), [article(f"{i:02}", number=i) for i in range(20)])
    assert plan.embargo_days == 3
    assert any("the embargo is 3 instead of 7 days" in line for line in plan.fallbacks)
    assert Counter(reason for _, reason, _ in result.values())["embargo"] == 3


def test_what_was_picked_is_in_the_plan() -> None:
    rows = corpus(1000)
    result, plan = assign(Benchmark(), rows)
    assert plan.fallbacks == ()
    assert plan.cutoff
    sizes = Counter(splits(result).values())
    assert all(sizes[split] > 50 for split in SPLITS)
    fixed = Benchmark(cutoff=plan.cutoff, held_out=plan.held_out_publishers)
    assert assign(fixed, rows)[0] == result


# ---- fallbacks


def test_a_corpus_of_one_article_trains() -> None:
    for seed in range(12):
        result, plan = assign(Benchmark(seed=seed), [article("x")])
        assert splits(result) == {"x": "train"}
        assert any(line.startswith("no test_publisher: it needs at least three publishers") for line in plan.fallbacks)
        assert any(
            line.startswith("no test_temporal: it needs articles of at least two days") for line in plan.fallbacks
        )
        assert any(line.startswith("test is empty: 1 article in all") for line in plan.fallbacks)


@pytest.mark.parametrize("seed", range(6))
def test_a_few_articles_fill_all_splits_of_the_pool(seed: int) -> None:
    result, plan = assign(Random(seed=seed), [article(f"{i}") for i in range(4)])
    assert set(splits(result).values()) == {"train", "validation", "test"}
    assert plan.fallbacks


def test_an_article_in_the_gap_does_not_fill_a_split() -> None:
    rows = [article("gap1", number=29), article("gap2", number=30), article("t")]
    result, plan = assign(Benchmark(**FIXED | {"test": 0.5}), rows)
    assert splits(result) == {"gap1": None, "gap2": None, "t": "train"}
    assert any(line.startswith("test is empty") for line in plan.fallbacks)


def test_no_articles() -> None:
    for splitter in (Benchmark(), Random(), Temporal(), Publisher()):
        result, plan = assign(splitter, [])
        assert result == {}
        assert "no article is in any split" in plan.fallbacks


def test_a_fixed_cutoff_that_leaves_a_split_empty_is_told() -> None:
    _, plan = assign(Benchmark(**FIXED | {"cutoff": date(2030, 1, 1)}), [article("t"), article("x", "p.de")])
    assert [line.partition(":")[0] for line in plan.fallbacks] == ["test_temporal is empty"]


# ---- a bound on publishers


def publishers(result: Result, rows: Sequence[Article]) -> Counter[str | None]:
    return Counter(publisher for name, _, publisher, _ in rows if result[name][0])


def test_no_publisher_has_more_than_its_bound() -> None:
    rows = corpus(300, publishers=3)
    result, _ = assign(Random(max_per_publisher=20), rows)
    found = publishers(result, rows)
    assert {publisher for publisher in found if publisher} == {"p0.de", "p1.de", "p2.de"}
    assert all(count == 20 for publisher, count in found.items() if publisher)
    assert found[None] == sum(publisher is None for _, _, publisher, _ in rows)  # nobody knows whose they are
    left = [(reason, detail) for split, reason, detail in result.values() if split is None]
    assert {reason for reason, _ in left} == {"publisher_cap"}
    assert {detail for _, detail in left} == {
        f"p{n}.de has {sum(row[2] == f'p{n}.de' for row in rows)}" for n in range(3)
    }


def test_who_stays_is_drawn_by_hash_whatever_the_order() -> None:
    rows = corpus(300, publishers=3)
    first, _ = assign(Benchmark(max_per_publisher=20), rows)
    assert assign(Benchmark(max_per_publisher=20), random.Random(1).sample(rows, len(rows)))[0] == first
    other, _ = assign(Benchmark(max_per_publisher=20, seed=1), rows)
    assert {n for n, own in first.items() if own[0]} != {n for n, own in other.items() if own[0]}


def test_a_bound_leaves_the_shares_of_the_splits_as_they_are() -> None:
    rows = [article(f"a{n}", f"p{n % 3}.de") for n in range(3_000)]
    for seed in range(3):
        result, _ = assign(Random(max_per_publisher=200, seed=seed), rows)
        found = Counter(split for split, _, _ in result.values() if split)
        assert found["train"] > 400  # of 600: 80 %
        assert found["validation"] > 30
        assert found["test"] > 30


def test_rules_are_picked_from_what_the_bound_leaves() -> None:
    rows = [article(f"a{n}", "large.de", 0) for n in range(100)]
    rows += [article(f"b{n}", f"p{n % 3}.de", 100 + n) for n in range(30)]
    _, plan = assign(Benchmark(publisher_fraction=0.0, max_per_publisher=10), rows)
    assert plan.cutoff == day(123).date()  # six of forty articles later, not of a hundred and thirty


def test_articles_of_the_lock_stay_also_beyond_the_bound(tmp_path: Path) -> None:
    old = [article(f"a{n}", "a.de") for n in range(30)]
    lock = lock_of(Random(), old, tmp_path)
    rows = [*old, *(article(f"n{n}", "a.de") for n in range(9)), *(article(f"b{n}", "b.de") for n in range(30))]
    result, _ = assign(Random(max_per_publisher=20), rows, lock)
    assert publishers(result, rows) == {"a.de": 30, "b.de": 20}
    assert all(result[name][0] for name, *_ in old)


# ---- lock


def test_splits_json_comes_back_as_it_was(tmp_path: Path) -> None:
    rows = corpus(500)
    lock = lock_of(Benchmark(), rows, tmp_path)
    result, plan = assign(Benchmark(), rows)
    assert lock.plan == plan
    there = {name: (cluster, split) for name, cluster, split in zip(*lock.articles.to_pydict().values(), strict=True)}
    assert there == {row[0]: (row[1], result[row[0]][0]) for row in rows if result[row[0]][0]}
    content = orjson.loads((tmp_path / "splits.json").read_bytes())
    assert list(content["articles"]) == sorted(content["articles"])
    assert assign(Benchmark(), rows, lock) == (result, plan)
    (tmp_path / "other.json").write_bytes(orjson.dumps(content))  # written by another hand
    assert from_splits_json(tmp_path / "other.json").articles.equals(lock.articles)


@pytest.mark.parametrize("lines", [1, 7, 500])
def test_splits_json_is_written_and_read_line_by_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: int
) -> None:
    rows = corpus(500)
    lock = lock_of(Random(), rows, tmp_path)
    content = (tmp_path / "splits.json").read_bytes()
    monkeypatch.setattr("presseschau.split.plan._LINES", lines)
    monkeypatch.delattr("presseschau.split.plan._read_whole")  # for files of another hand
    assert lock_of(Random(), rows, tmp_path).articles.equals(lock.articles)
    assert (tmp_path / "splits.json").read_bytes() == content


def test_splits_json_has_one_line_for_an_article_whatever_its_name(tmp_path: Path) -> None:
    names = ['a"b', "c\\d", "e\nf", "g\u2028h", "ä/ö", "\x1f", "\U0001f600"]
    lock = lock_of(Random(), [article(name, cluster=f"of {name}") for name in names], tmp_path)
    assert sorted(lock.articles.column("id").to_pylist()) == sorted(names)
    assert sorted(lock.articles.column("cluster").to_pylist()) == sorted(f"of {name}" for name in names)
    lines = (tmp_path / "splits.json").read_bytes().split(b"\n")
    assert sum(b'": {"cluster":"' in line for line in lines) == len(names)


def test_a_lock_of_before_there_were_groups_and_strata_is_read(tmp_path: Path) -> None:
    lock = lock_of(Random(), corpus(20), tmp_path)
    content = orjson.loads((tmp_path / "splits.json").read_bytes())
    del content["group"], content["stratify"]
    (tmp_path / "splits.json").write_bytes(orjson.dumps(content))
    assert from_splits_json(tmp_path / "splits.json").plan == lock.plan


def test_a_locked_article_stays_whatever_the_rules_say(tmp_path: Path) -> None:
    lock = lock_of(
        Benchmark(**FIXED), [article("x", number=5), article("y", number=40), article("z", "p.de")], tmp_path
    )
    moved = [article("x", "p.de", 40), article("y", number=2), article("z", number=29)]
    assert splits(assign(Benchmark(**FIXED), moved, lock)[0]) == {
        "x": "train",
        "y": "test_temporal",
        "z": "test_publisher",
    }


def test_new_articles_follow_the_lock_not_the_config(tmp_path: Path) -> None:
    lock = lock_of(Benchmark(**FIXED), [article("t"), article("z", "p.de"), article("y", number=40)], tmp_path)
    rows = [article("t"), article("n", number=60), article("g", number=30), article("p", "p.de"), article("q", "q.de")]
    config = Benchmark(**FIXED | {"cutoff": date(2024, 3, 31), "held_out": ("q.de",), "seed": 7})
    result, plan = assign(config, rows, lock)
    assert splits(result) == {"t": "train", "n": "test_temporal", "g": None, "p": "test_publisher", "q": "train"}
    assert plan.fallbacks[0] == "split.lock decides on cutoff, seed, held_out, not the config"


def test_a_locked_cluster_draws_newcomers_into_its_split(tmp_path: Path) -> None:
    lock = lock_of(Random(), [article("a"), article("b"), article("c"), article("d")], tmp_path)
    locked = dict(zip(lock.articles["id"].to_pylist(), lock.articles["split"].to_pylist(), strict=True))
    # `d` was taken down; its cluster still decides.
    newcomers = [article(f"{name}{i}", cluster=name) for name in "abcd" for i in range(5)]
    result, _ = assign(Random(), [article("a"), article("b"), article("c"), *newcomers], lock)
    assert all(result[row[0]][0] == locked[row[1]] for row in newcomers)


def test_a_newcomer_that_may_not_join_its_locked_cluster_is_dropped(tmp_path: Path) -> None:
    lock = lock_of(Benchmark(**FIXED), [article("t", cluster="c"), article("z", "p.de")], tmp_path)
    rows = [article("t", cluster="c"), article("late", number=50, cluster="c"), article("p", "p.de", cluster="c")]
    result, _ = assign(Benchmark(**FIXED), rows, lock)
    assert result["late"] == (None, "split_conflict", "cluster c is in train")
    assert splits(result) == {"t": "train", "late": None, "p": None}


def test_who_is_related_to_several_splits_is_in_none_and_no_cap_counts_it() -> None:
    for relatives in ("drop", "move"):
        with connect([article("a"), article("b"), article("torn")]) as con:
            con.execute("CREATE TABLE torn AS SELECT 'torn' AS id, 'related to x and y' AS detail")
            Random(relatives=relatives, max_per_publisher=2).assign(con)  # type: ignore[arg-type]
            rows = {
                i: (s, r, d) for i, s, r, d in con.execute("SELECT id, split, reason, detail FROM split").fetchall()
            }
        assert rows.pop("torn") == (None, "split_conflict", "related to x and y")
        assert all(split for split, _, _ in rows.values())


def test_relatives_of_several_locked_splits_follow_the_most_held_out(tmp_path: Path) -> None:
    lock = lock_of(Random(seed=3, test=0.4, validation=0.3), corpus(60, related=0), tmp_path)
    by_split: dict[str, str] = {}
    for name, split in zip(lock.articles["id"].to_pylist(), lock.articles["split"].to_pylist(), strict=True):
        by_split.setdefault(split, name)
    # The clusters of the lock, had the corpus stage joined them without knowing it.
    rows = [article(by_split[s], cluster="m") for s in ("train", "validation", "test")] + [article("n", cluster="m")]
    result, _ = assign(Random(), rows, lock)
    assert splits(result) == {
        by_split["train"]: "train",
        by_split["validation"]: "validation",
        by_split["test"]: "test",
        "n": "test",
    }


@settings(max_examples=settings.default.max_examples // 16)
@given(st.integers(0, 1000), st.sampled_from([Benchmark, Random, Temporal, Publisher]))
def test_growth_by_a_third_moves_no_article(
    tmp_path_factory: pytest.TempPathFactory, seed: int, splitter: type[Splitter]
) -> None:
    rng = random.Random(seed)
    rows = corpus(260, seed, related=0.3)
    old, new = rows[:200], rows[200:]
    folder = tmp_path_factory.mktemp("lock")
    lock = lock_of(splitter(seed=seed), old, folder)
    before = dict(zip(lock.articles["id"].to_pylist(), lock.articles["split"].to_pylist(), strict=True))
    grown = [row for row in old if row[0] in before and rng.random() > 0.1] + new
    result, _ = assign(splitter(seed=seed + 1), grown, lock)
    assert all(result[name][0] == split for name, split in before.items() if name in result)
    found: dict[str, set[str | None]] = {}
    for name, cluster, *_ in grown:
        if result[name][0]:
            found.setdefault(cluster, set()).add(result[name][0])
    assert all(len(there) == 1 for there in found.values())


def test_a_lock_of_another_strategy_is_refused(tmp_path: Path) -> None:
    lock = lock_of(Random(), corpus(20), tmp_path)
    with pytest.raises(ValueError, match=r"split.lock was made with split=random, this build has split=temporal"):
        assign(Temporal(), corpus(20), lock)


GOOD: dict[str, Any] = {
    "version": 1,
    **asdict(SplitPlan("random", 0, 0.1, 0.1)),
    "articles": {"a": {"cluster": "a", "split": "train"}},
}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"not json", "is no splits.json"),
        (b"[]", "has no articles"),
        (b"{}", "has no articles"),
        (orjson.dumps(GOOD | {"version": 9}), "version 9"),
        (orjson.dumps(GOOD | {"strategy": "best"}), "unknown strategy 'best'"),
        (orjson.dumps(GOOD | {"cutoff": "soon"}), "missing or wrong entry"),
        (orjson.dumps({k: v for k, v in GOOD.items() if k != "seed"}), "missing or wrong entry: 'seed'"),
        (orjson.dumps(GOOD | {"articles": {"a": {"cluster": "a", "split": "exam"}}}), "unknown split 'exam'"),
        (orjson.dumps(GOOD | {"articles": {"a": {"split": "train"}}}), "article a lacks its cluster"),
        (orjson.dumps(GOOD | {"articles": {"a": "train"}}), "article a lacks its cluster"),
        (
            orjson.dumps(
                GOOD | {"articles": {i: {"cluster": "c", "split": s} for i, s in (("a", "train"), ("b", "test"))}}
            ),
            "cluster c is in more than one split",
        ),
    ],
)
def test_a_broken_lock_is_one_clear_line(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "splits.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message) as caught:
        from_splits_json(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_cut_splits_json_is_refused(tmp_path: Path) -> None:
    lock_of(Random(), corpus(200), tmp_path)
    path = tmp_path / "splits.json"
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(ValueError, match=r"is no splits\.json"):
        from_splits_json(path)


# ---- config


@pytest.mark.parametrize("splitter", [Benchmark, Publisher])
def test_a_mistyped_publisher_is_told(splitter: type[Splitter]) -> None:
    houses = {"house": ("p1.de", "elsewhere.de")}
    config = splitter(held_out=("p0.de", "house", "elsewhere.de", "www.p2.de"), houses=houses)  # type: ignore[call-arg]
    _, plan = assign(config, corpus(60))
    told = [line for line in plan.fallbacks if "held_out" in line]
    assert told == ["split.held_out names www.p2.de, and no article is of that publisher"]


def test_an_empty_split_is_told_once() -> None:
    _, plan = assign(Temporal(), [article(f"{i}", number=None) for i in range(10)])
    assert [line.partition(":")[0] for line in plan.fallbacks] == ["no test", "validation is empty"]
    _, plan = assign(Publisher(held_out=("a.de",), validation=0.0), [article("x"), article("y")])
    assert plan.fallbacks == ("train is empty: 2 articles in all, none of them for it by the rules",)


@pytest.mark.parametrize(
    ("splitter", "wrong", "message"),
    [
        (Random, {"validation": 1.0}, "split.validation"),
        (Random, {"validation": 0.5, "test": 0.5}, "split.validation"),
        (Random, {"test": -0.1}, "split.test"),
        (Random, {"relatives": "keep"}, "split.relatives"),
        (Random, {"group": "topic"}, "split.group"),
        (Temporal, {"max_per_publisher": 0}, "split.max_per_publisher"),
        (Benchmark, {"embargo_days": -1}, "split.embargo_days"),
        (Benchmark, {"temporal_fraction": 1.5}, "split.temporal_fraction"),
        (Benchmark, {"publisher_fraction": -0.5}, "split.publisher_fraction"),
        (Benchmark, {"houses": {"x": ["a.de"], "y": ["a.de"]}}, "a.de is in two houses"),
        (Publisher, {"houses": {"x": ["a.de"], "y": ["a.de"]}}, "a.de is in two houses"),
        (Temporal, {"cutoff": date(2024, 1, 1), "validation_cutoff": date(2024, 1, 1)}, "split.validation_cutoff"),
    ],
)
def test_a_wrong_option_is_named(splitter: type[Splitter], wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        splitter(**wrong)


def test_without_a_cutoff_there_is_no_validation_before_it_either() -> None:
    rows = [article(str(number), number=5) for number in range(9)]
    result, plan = assign(Temporal(validation_cutoff=date(2024, 1, 2)), rows)
    assert set(splits(result).values()) == {"train"}
    assert (plan.cutoff, plan.validation_cutoff) == (None, None)
