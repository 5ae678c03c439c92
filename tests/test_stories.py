"""stories: names by their writing, and articles of the same event by the names that they share."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from presseschau.split import Benchmark, Lock, Random, Splitter, Temporal, from_splits_json, to_splits_json
from presseschau.split.names import read_mentions
from presseschau.split.stories import group_stories, index_names, pair_articles

# (id, cluster, day, text)
Told = tuple[str, str, int | None, str]


def day(number: int) -> datetime:
    return datetime(2024, 1, 1, 12) + timedelta(days=number)  # noqa: DTZ001


def connect(rows: Iterable[Told]) -> duckdb.DuckDBPyConnection:
    rows = list(rows)
    con = duckdb.connect()
    columns = {
        "id": pa.array([row[0] for row in rows], pa.string()),
        "cluster": pa.array([row[1] for row in rows], pa.string()),
        "published": pa.array([None if row[2] is None else day(row[2]) for row in rows], pa.timestamp("s")),
        "title": pa.array([None] * len(rows), pa.string()),
        "text": pa.array([row[3] for row in rows], pa.string()),
    }
    con.register("told_rows", pa.table(columns))
    con.execute("CREATE TABLE told AS FROM told_rows")
    return con


def stories(rows: Iterable[Told], most: int = 1_000) -> tuple[set[tuple[str, ...]], int]:
    """Clusters of every story, and how many links were refused."""
    with connect(rows) as con:
        index_names(con)
        refused = group_stories(con, most)
        found = con.execute("SELECT list(cluster ORDER BY cluster) FROM story GROUP BY story").fetchall()
        return {tuple(clusters) for (clusters,) in found}, refused


def other_news(count: int, start: int = 0, days: int = 365) -> list[Told]:
    """Articles of events of their own: the places, people and firms in them are in no other one."""
    chance = random.Random(start)
    texts = (
        f"gestern sprach Paul Amsel{start + n} in Bad Birke{start + n} über Cedernwerk{start + n}, wie Dora{start + n} sagt"
        for n in range(count)
    )
    return [(f"x{start + n:05}", f"x{start + n:05}", chance.randrange(days), text) for n, text in enumerate(texts)]


EVENT = "Vogelsang baut in Kranichstedt, sagt Lerchner"


def event(name: str, number: int | None, text: str = EVENT) -> Told:
    return name, name, number, text


# ---- names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Musters Firma", ["muster", "firma"]),
        ("von der Leyens Rede", ["leyen", "rede"]),
        ("mit iPhone 15 Pro", ["iphone", "iphone 15", "pro"]),
        ("das RKI und die EU", ["rki", "eu"]),
        ("Nordrhein-Westfalen", ["nordrhein", "westfalen"]),
        ("Regierung, Freiheit, Gesellschaft, Kundinnen", []),  # plain nouns by their endings
        ("Der Die Das", []),
        ("12 Uhr 15", ["uhr", "uhr 15"]),
        ("", []),
    ],
)
def test_words_that_can_be_names(text: str, names: list[str]) -> None:
    assert list(read_mentions(text).names) == names


@pytest.mark.parametrize(
    ("text", "nouns"),
    [
        ("die Firma", {"firma"}),
        ("Die neue große Firma", {"firma"}),
        ("im Landtag, Firma", {"landtag"}),
        ("die Firma Muster", {"firma"}),  # only the first word of a run
        ("das iPhone und die EU", set()),  # written as no plain noun is
        ("der sagt Muster", set()),
        ("die. Firma", set()),
    ],
)
def test_a_plain_noun_follows_a_determiner(text: str, nouns: set[str]) -> None:
    assert read_mentions(text).nouns == nouns


def test_words_that_ever_stand_together_are_one_mention() -> None:
    found = read_mentions("Muster spricht mit Köln. Eva Muster und Eva-Maria sind dort").names
    assert found["muster"] == found["eva"] == found["maria"] != found["köln"]


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    found = read_mentions(text)
    assert found.nouns <= set(found.names)
    assert sorted(set(found.names.values())) == list(range(len(set(found.names.values()))))


# ---- stories


def test_articles_with_names_in_common_within_three_days_are_a_story() -> None:
    rows = [event("a", 10), event("b", 13, "Lerchner war in Kranichstedt"), event("c", 17)]
    assert stories([*rows, *other_news(200)]) == ({("a", "b")}, 0)


def test_a_story_goes_on_from_day_to_day() -> None:
    rows = [event(f"a{number}", number * 3) for number in range(5)]
    assert stories([*rows, *other_news(200)])[0] == {("a0", "a1", "a2", "a3", "a4")}


def test_one_mention_is_not_enough_however_many_words_it_has() -> None:
    rows = [event("a", 1, "hier kommt Egon Vogelsang Lerchner"), event("b", 1, "dort war Egon Vogelsang Lerchner")]
    assert stories([*rows, *other_news(200)]) == (set(), 0)
    for name, number in (("c", 0), ("c", 2)):  # nor where the other one, earlier or later, has them apart
        rows[1] = event(name, number, "Egon ging, dann kam Vogelsang, dann Lerchner")
        assert stories([*rows, *other_news(200)]) == (set(), 0)


def test_the_more_articles_a_day_has_the_more_names_have_to_be_shared() -> None:
    rows = [event("a", 1, "Vogelsang baut in Kranichstedt"), event("b", 1, "Kranichstedt lobt Vogelsang")]
    assert stories([*rows, *other_news(200)]) == ({("a", "b")}, 0)
    assert stories([*rows, *other_news(200, days=2)]) == (set(), 0)


def test_common_names_are_not_enough() -> None:
    chance = random.Random(1)
    common = [f"in {place} sagt {name}" for place in ("Amselfeld", "Birkenau") for name in ("Cedern", "Dorn")]
    rows = [event(f"a{n:03}", chance.randrange(60), chance.choice(common)) for n in range(300)]
    assert stories([*rows, *other_news(200)]) == (set(), 0)


def test_plain_nouns_and_words_written_small_are_no_names() -> None:
    nouns = "die Laterne und der Brunnen mit einem Kessel"
    small = "Schockierend und Erstaunlich und Verworren"
    rows = [event("a", 1, nouns), event("b", 1, nouns), event("c", 1, small), event("d", 1, small)]
    rest = [event("e", 40, "das ist schockierend, erstaunlich und verworren")]
    assert stories([*rows, *rest, *other_news(200)]) == (set(), 0)


def test_undated_articles_tell_no_story() -> None:
    assert stories([event("a", None), event("b", 1), *other_news(200)]) == (set(), 0)


def test_clusters_are_joined_whole() -> None:
    rows: list[Told] = [("a", "a", 1, EVENT), ("b", "b", 2, EVENT), ("c", "a", 50, "ohne Namen")]
    assert stories([*rows, *other_news(200)])[0] == {("a", "b")}


def test_a_story_does_not_outgrow_its_bound_and_the_weakest_links_give_way() -> None:
    strong = f"{EVENT} zu Habichtswald und Sperberhorst"
    rows = [event("a", 1, strong), event("b", 1, strong), event("c", 2), event("d", 3)]
    assert stories([*rows, *other_news(200)], most=2) == ({("a", "b"), ("c", "d")}, 4)


def test_an_event_that_hundreds_tell_of_is_one_story() -> None:
    rows = [event(f"a{n:03}", n // 100, f"{EVENT}, Artikel{n}") for n in range(300)]
    found, _ = stories([*rows, *other_news(20_000)])
    assert [len(story) for story in found] == [300]


@settings(max_examples=settings.default.max_examples // 16)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(shuffled: random.Random) -> None:
    rows = [event(f"a{n}", n % 9, f"{EVENT} und Wachtel{n % 3}") for n in range(12)] + other_news(200)
    expected = stories(rows, most=4)
    shuffled.shuffle(rows)
    assert stories(rows, most=4) == expected


def test_the_portions_in_which_texts_are_read_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for portion in (10_000, 7):
        monkeypatch.setattr("presseschau.split.stories._TEXTS", portion)
        with connect([event("a", 10), event("b", 11), *other_news(40)]) as con:
            index_names(con)
            found.append(con.execute("FROM story_name ORDER BY ALL").fetchall())
            group_stories(con, 1_000)
            assert con.execute("FROM story ORDER BY ALL").fetchall() == [("a", "a"), ("b", "a")]
    assert found[0] == found[1]


def test_which_of_many_articles_meet_does_not_depend_on_the_order_of_the_input() -> None:
    rows = [event(f"a{n:02}", 1) for n in range(40)] + other_news(1000)
    met = []
    for order in (rows, rows[::-1]):
        with connect(order) as con:
            index_names(con)
            pair_articles(con, "pair", 0)
            met.append(
                con.execute(
                    """SELECT l.id, r.id FROM pair JOIN story_article l ON l.rank = a
                    JOIN story_article r ON r.rank = b ORDER BY ALL"""
                ).fetchall()
            )
    assert 40 < len(met[0]) < 40 * 39 // 2
    assert met[0] == met[1]


def test_no_articles() -> None:
    assert stories([]) == (set(), 0)


def pairs(rows: Sequence[Told], days: int) -> int:
    with connect(rows) as con:
        index_names(con)
        pair_articles(con, "pair", days)
        [(count,)] = con.execute("SELECT count(*) FROM pair").fetchall()
        return int(count)


def test_pairs_of_the_same_day() -> None:
    rows = [event("a", 10), event("b", 10), event("c", 11), *other_news(200)]
    assert pairs(rows, days=0) == 1
    assert pairs(rows, days=1) == 3


# ---- as groups of the splits


def assigned(splitter: Splitter, rows: Sequence[Told], folder: Path, lock: Lock | None = None) -> dict[str, str | None]:
    """Split of every article; leaves splits.json in the folder."""
    with connect(rows) as con:
        con.execute(
            "CREATE TABLE kept AS SELECT id, cluster, 'p' || (ascii(id) % 5) || '.de' AS publisher, published FROM told"
        )
        plan = splitter.assign(con, lock)
        (folder / "splits.json").write_bytes(b"".join(to_splits_json(con, plan)))
        return dict(con.execute("SELECT id, split FROM split").fetchall())


def events(count: int, seed: int, start: int = 0) -> list[Told]:
    """Articles of events with one to six articles each, within three days."""
    chance = random.Random(seed)
    rows: list[Told] = []
    for number in range(start, start + count):
        first = chance.randrange(300)
        for copy in range(chance.randint(1, 6)):
            name = f"{chance.choice('abcde')}{number:04}{copy}"
            rows.append(
                event(name, first + chance.randrange(3), f"Vogel{number} baut in Stadt{number}, sagt Herr{number}")
            )
    return rows


def split_of_events(rows: Iterable[Told], found: Mapping[str, str | None]) -> dict[str, set[str]]:
    by_event: dict[str, set[str]] = {}
    for name, _, _, _ in rows:
        if split := found.get(name):
            by_event.setdefault(name[1:5], set()).add(split)
    return by_event


@pytest.mark.parametrize("splitter", [Random(group="story"), Benchmark(group="story"), Temporal(group="story")])
def test_no_story_spans_two_splits(tmp_path: Path, splitter: Splitter) -> None:
    rows = events(120, 1)
    whole = split_of_events(rows, assigned(splitter, rows, tmp_path))
    assert max(map(len, whole.values())) == 1
    apart = split_of_events(rows, assigned(replace(splitter, group="cluster"), rows, tmp_path))
    assert max(map(len, apart.values())) > 1


def test_growth_under_a_lock_moves_no_article_of_a_story(tmp_path: Path) -> None:
    splitter, old = Random(group="story"), events(80, 1)
    before = assigned(splitter, old, tmp_path)
    lock = from_splits_json(tmp_path / "splits.json")
    assert lock.plan.group == "story"
    # A tenth taken down; new articles of old and of new events.
    rows = [row for n, row in enumerate(old) if n % 10]
    rows += [event(f"n{row[0][1:]}", row[2], row[3]) for row in old[::4]] + events(20, 2, start=80)
    after = assigned(Random(), rows, tmp_path, lock)
    assert {name: after[name] for name, *_ in rows if name in before} == {
        name: before[name] for name, *_ in rows if name in before
    }
    assert max(map(len, split_of_events(rows, after).values())) == 1


def test_a_locked_cluster_is_obeyed_before_a_locked_story(tmp_path: Path) -> None:
    rows = [event("a", 1, "ohne"), event("b", 9, "auch ohne"), *other_news(200)]
    for seed in range(99):  # until the two are in different splits
        before = assigned(Random(group="story", seed=seed), rows, tmp_path)
        if (before["a"], before["b"]) == ("train", "test"):
            break
    lock = from_splits_json(tmp_path / "splits.json")
    # Both turn out to be of one event; of its newcomers one is a copy of the article in train.
    grown: list[Told] = [event("a", 1), event("b", 2), ("c", "a", 2, EVENT), event("d", 2)]
    after = assigned(Random(), [*grown, *other_news(200)], tmp_path, lock)
    assert [after[name] for name in "abcd"] == ["train", "test", "train", "test"]


def test_a_story_cut_short_is_told(tmp_path: Path) -> None:
    rows = [event(f"a{n:03}", n // 100) for n in range(30)]
    with connect([*rows, *other_news(500)]) as con:
        con.execute("CREATE TABLE kept AS SELECT id, cluster, NULL::VARCHAR AS publisher, published FROM told")
        plan = Random(group="story").assign(con)
    [line] = plan.fallbacks
    assert line.endswith("links between stories were not followed: more than 25 articles in one")
