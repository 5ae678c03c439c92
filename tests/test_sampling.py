"""Samples for annotators: known inclusion probabilities, nested by seed, free of near-duplicates where it helps."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from math import sqrt

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from presseschau.annotation.articles import Row
from presseschau.annotation.sampling import disputed, quota, random_sample, shares, stratified_sample, uncertain
from presseschau.split import Random
from presseschau.stable import sha256

TOPICS = ("ai", "mobile", "energy")


def row(i: int, topic: str = "ai", confidence: float = 0.5, cluster: str | None = None) -> Row:
    return Row(
        id=f"{i:05}",
        split="train",
        cluster=cluster or f"{i:05}",
        publisher="blatt.example",
        labels={"topic": topic, "genre": "news", "stance": None},
        confidence={"topic": confidence, "genre": 0.9, "stance": None},
        topic_source="rules",
        label_role=None,
    )


ROWS = [row(i, TOPICS[0] if i % 10 else TOPICS[1 + i % 20 // 10], (i * 37 % 100) / 100) for i in range(300)]


def test_an_article_of_many_weighs_as_many() -> None:
    """To six decimals, one of 30,000 would stand for 30,303, and one of three million for all and none."""
    rows = [row(i) for i in range(30_000)]
    for sample in (random_sample(rows, 1, "7"), stratified_sample(rows, 1, "7", lambda r: r.split)):
        assert [1 / (s.inclusion_probability or 1) for s in sample] == [pytest.approx(30_000, rel=1e-5)]


def test_random_samples_are_nested_by_seed_and_independent_of_order() -> None:
    small, large = random_sample(ROWS, 20, "7"), random_sample(ROWS[::-1], 50, "7")
    assert {s.id for s in small} < {s.id for s in large}
    assert {s.inclusion_probability for s in small} == {0.0666667}
    assert {s.id for s in random_sample(ROWS, 20, "8")} != {s.id for s in small}
    assert len(random_sample(ROWS, 1000, "7")) == 300


def test_every_article_has_the_same_chance() -> None:
    counts = Counter(s.id for seed in range(400) for s in random_sample(ROWS[:20], 5, str(seed)))
    assert len(counts) == 20
    assert all(60 < n < 140 for n in counts.values())  # 100 expected, standard deviation 8.7


def test_inverse_probabilities_of_a_stratified_sample_restore_the_corpus() -> None:
    found = stratified_sample(ROWS, 30, "0", lambda r: r.labels["topic"] or "")
    topic = {r.id: r.labels["topic"] for r in ROWS}
    assert Counter(topic[s.id] for s in found) == {"ai": 10, "mobile": 10, "energy": 10}
    weight: Counter[str] = Counter()
    for s in found:
        assert s.inclusion_probability
        weight[topic[s.id] or ""] += 1 / s.inclusion_probability  # type: ignore[assignment]
    truth = Counter(topic.values())
    assert all(weight[t or ""] == pytest.approx(n, rel=1e-4) for t, n in truth.items())


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers(1, 50), min_size=1), st.integers(0, 200))
def test_shares_give_out_all_there_is_and_no_more(sizes: dict[str, int], n: int) -> None:
    given_out = shares(sizes, n)
    assert sum(given_out.values()) == min(n, sum(sizes.values()))
    assert all(0 <= given_out[g] <= sizes[g] for g in sizes)
    full = [g for g in sizes if given_out[g] < sizes[g]]
    if full:  # whoever could give more gives as much as anyone, but for one
        assert max(given_out.values()) - min(given_out[g] for g in full) <= 1


@pytest.mark.parametrize("seed", [0, 1, 17])
def test_a_sample_has_the_shares_of_the_splits(seed: int) -> None:
    """Also where it is drawn with the seed that drew the splits."""
    ids = [sha256(f"https://blatt.example/{i}")[:16] for i in range(3000)]
    with duckdb.connect() as con:
        con.register("articles", pa.table({"id": ids, "cluster": ids, "publisher": ["blatt.example"] * 3000}))
        con.execute("CREATE TABLE kept AS SELECT *, NULL::TIMESTAMP AS published FROM articles")
        Random(seed=seed).assign(con)
        splits: dict[str, str] = dict(con.execute("SELECT id, split FROM split").fetchall())
    whole = Counter(splits.values())
    rows = [replace(row(i, TOPICS[i % 3], cluster=id_), id=id_, split=splits[id_]) for i, id_ in enumerate(ids)]
    for own in (str(seed), f"validation:{seed}", *map(str, range(100, 105))):
        for sample in (
            random_sample(rows, 600, own),
            stratified_sample(rows, 600, own, lambda r: r.labels["topic"] or ""),
            quota(rows, 600, own, "topic"),
        ):
            found = Counter(splits[s.id] for s in sample)
            for split, count in whole.items():
                share = count / 3000
                assert abs(found[split] - 600 * share) < 4 * sqrt(600 * share * (1 - share))


def test_uncertain_takes_the_least_confident_once_per_cluster() -> None:
    rows = [row(1, confidence=0.3, cluster="x"), row(2, confidence=0.2, cluster="x"), row(3, confidence=0.9), row(4)]
    assert [s.id for s in uncertain(rows, 2, "topic")] == ["00002", "00004"]
    assert uncertain(rows, 2, "topic")[0].inclusion_probability is None
    assert uncertain(rows, 5, "stance") == []  # nothing to be unsure of where there is no stance


def test_disputed_takes_the_lowest_margin() -> None:
    rows = [row(1), row(2), row(3)]
    found = disputed(rows, {"00001": 0.4, "00002": 0.0, "00003": 0.1}, 2)
    assert [(s.id, s.why) for s in found] == [("00002", "margin 0.0"), ("00003", "margin 0.1")]


def test_quota_takes_the_same_of_each_class() -> None:
    topic = {r.id: r.labels["topic"] for r in ROWS}
    assert Counter(topic[s.id] for s in quota(ROWS, 21, "0", "topic")) == {"ai": 7, "mobile": 7, "energy": 7}
    assert quota(ROWS, 21, "0", "topic") == quota(ROWS[::-1], 21, "0", "topic")
