"""dedup: signatures, versions of one article, duplicates, clusters, lock."""

from __future__ import annotations

import itertools
import random
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from presseschau.dedup import Dedup
from presseschau.dedup.candidates import _KEY, _NUMBERS, Bounds, Postings, Ranked, pair_candidates, split_pairs
from presseschau.dedup.graph import components, greedy_duplicates
from presseschau.dedup.overlap import Edges, overlap, verify_pairs
from presseschau.dedup.resolve import resolve_duplicates
from presseschau.dedup.shingled import Texts
from presseschau.dedup.signature import minhash, shingle_sequence, shingle_set, winnow, words_of
from presseschau.dedup.versions import MARK, PLAIN, Version, version_of
from presseschau.stable import article_id, canonical_url

WORDS = [
    a + b
    for a in (
        "Netz",
        "Strom",
        "Daten",
        "Funk",
        "Rechen",
        "Karten",
        "Werk",
        "Bild",
        "Sprach",
        "Wolken",
        "Licht",
        "Speicher",
    )
    for b in (
        "anlage",
        "dienst",
        "zentrum",
        "karte",
        "gerät",
        "recht",
        "preis",
        "test",
        "schutz",
        "modell",
        "amt",
        "markt",
    )
] + ["der", "die", "das", "ein", "eine", "und", "oder", "mit", "ohne", "auf", "für", "nach", "seit", "neu", "alt"]


def prose(words: int, seed: int) -> str:
    """Text of random words: two of them hardly share a run of five."""
    rng = random.Random(seed)
    return " ".join(rng.choice(WORDS) for _ in range(words))


def edited(text: str, every: int) -> str:
    """Every n-th word is another one."""
    return " ".join(f"anders{i}" if i % every == every - 1 else word for i, word in enumerate(text.split()))


@dataclass(frozen=True, slots=True)
class Row:
    source: str
    text: str
    url: str | None = None
    published: datetime | None = None
    crawled: datetime | None = None
    free: bool | None = None

    @property
    def id(self) -> str:
        return article_id(self.url, self.text)


def day(number: int) -> datetime:
    return datetime(2024, 1, 1) + timedelta(days=number)  # noqa: DTZ001


def connect(
    rows: Iterable[Row], dedup: Dedup, locked: Sequence[tuple[str, str, str]] = ()
) -> duckdb.DuckDBPyConnection:
    rows = list(rows)
    signed = [dedup.sign(row.text) for row in rows]
    hashes = pa.list_(pa.uint64())
    columns = {
        "source": pa.array([row.source for row in rows], pa.string()),
        "id": pa.array([row.id for row in rows], pa.string()),
        "url": pa.array([row.url for row in rows], pa.string()),
        "text": pa.array([row.text for row in rows], pa.string()),
        "published": pa.array([row.published for row in rows], pa.timestamp("s")),
        "crawled": pa.array([row.crawled for row in rows], pa.timestamp("s")),
        "free": pa.array([row.free for row in rows], pa.bool_()),
        "exact_key": pa.array([s.exact_key for s in signed], pa.uint64()),
        "bands": pa.array([s.bands for s in signed], hashes),
        "prints": pa.array([s.prints for s in signed], hashes),
        "shingles": pa.array([s.shingles for s in signed], pa.int32()),
        "filename": pa.array([f"batch{number // 7}.parquet" for number in range(len(rows))], pa.string()),
    }
    con = duckdb.connect()
    con.register("arrow", pa.table(columns))
    con.execute("CREATE TABLE articles AS FROM arrow")
    if locked:
        con.execute("CREATE TABLE locked (id VARCHAR, cluster VARCHAR, split VARCHAR)")
        con.executemany("INSERT INTO locked VALUES (?, ?, ?)", list(locked))
    return con


def resolve(
    rows: Iterable[Row], dedup: Dedup | None = None, locked: Sequence[tuple[str, str, str]] = ()
) -> dict[str, tuple[Any, ...]]:
    """(reason, detail, cluster) of every source."""
    dedup = dedup or Dedup()
    with connect(rows, dedup, locked) as con:
        resolve_duplicates(con, dedup)
        return {source: rest for source, *rest in con.execute("FROM dedup ORDER BY source").fetchall()}  # type: ignore[misc]


def reasons(rows: Iterable[Row], dedup: Dedup | None = None) -> dict[str, str | None]:
    return {source: result[0] for source, result in resolve(rows, dedup).items()}


# ---- signatures


def test_the_exact_key_folds_case_punctuation_and_white_space() -> None:
    dedup = Dedup()
    assert dedup.sign("Das »Netz« wächst: schnell.").exact_key == dedup.sign("das Netz\n\nwächst – SCHNELL").exact_key
    assert dedup.sign("Das Netz wächst").exact_key != dedup.sign("Das Netz schrumpft").exact_key


def test_a_signature_depends_on_text_and_config_only() -> None:
    text = prose(300, 1)
    one, two = Dedup().sign(text), Dedup().sign(text)
    assert (one.exact_key, one.shingles) == (two.exact_key, two.shingles)
    assert one.bands.tolist() == two.bands.tolist()
    assert one.prints.tolist() == two.prints.tolist()
    assert one.bands.tolist() != Dedup(seed=1).sign(text).bands.tolist()
    assert len(one.bands) == 21
    # The work files of yesterday must fit the code of today: a change here is a new version of the stage.
    assert Dedup().sign("Das Netz wächst und wächst schnell").bands[:2].tolist() == [
        5107604764464314905,
        16588891613881060252,
    ]


def test_texts_without_words_and_short_texts() -> None:
    nothing = Dedup().sign(" … – !")
    assert (len(nothing.bands), len(nothing.prints), nothing.shingles) == (0, 0, 0)
    short = Dedup().sign("Zwei Worte")
    assert (len(short.bands), len(short.prints), short.shingles) == (21, 1, 1)


def test_a_short_text_keeps_more_prints_and_all_that_a_long_one_would() -> None:
    text = prose(60, 1)
    coarse = winnow(shingle_sequence(words_of(text), 5), 16)
    assert set(coarse.tolist()) < set(Dedup().sign(text).prints.tolist())
    assert len(Dedup().sign(text).prints) == pytest.approx(56 * 2 / 5, abs=6)


@given(st.text())
def test_words_are_what_a_pattern_calls_words(text: str) -> None:
    assert words_of(text) == [word.encode() for word in re.findall(r"\w+", text.casefold())]


def test_signatures_stay_what_earlier_builds_and_locks_hold() -> None:
    signature = Dedup().sign("Straße: KI-Modell_2 (neu) – „Größe“ zählt, 5 € …")
    assert (signature.exact_key, signature.shingles) == (15100775084969926530, 3)
    assert signature.bands[:2].tolist() == [4890092599954273834, 856331090430857927]
    assert signature.prints.tolist() == [1028723874306608447]


def test_lone_surrogates_do_no_harm() -> None:
    assert Dedup().sign("kaputt \ud83d kaputt").shingles == 1


def test_minhash_estimates_jaccard() -> None:
    x, y = shingle_set(prose(600, 1), 5), shingle_set(edited(prose(600, 1), 30), 5)
    jaccard, _ = overlap(x, y)
    estimate = float(np.mean(minhash(x, 1024, 0) == minhash(y, 1024, 0)))
    assert estimate == pytest.approx(jaccard, abs=0.06)


def test_minhash_of_a_long_text_is_that_of_its_parts() -> None:
    x = shingle_set(prose(5000, 1), 5)
    whole = minhash(x, 126, 0)
    parts = np.minimum(minhash(x[:1500], 126, 0), minhash(x[1500:], 126, 0))
    assert whole.tolist() == parts.tolist()


@given(st.data())
def test_a_shared_passage_leaves_a_shared_print(data: st.DataObject) -> None:
    hashes = st.integers(0, 2**64 - 1)
    passage = data.draw(st.lists(hashes, min_size=16, max_size=30))
    around = [data.draw(st.lists(hashes, max_size=40)) for _ in range(4)]
    one = np.array(around[0] + passage + around[1], np.uint64)
    two = np.array(around[2] + passage + around[3], np.uint64)
    assert np.intersect1d(winnow(one, 16), winnow(two, 16)).size


def test_winnowing_keeps_the_density_of_the_paper() -> None:
    sequence = shingle_sequence(words_of(prose(20_000, 1)), 5)
    assert len(winnow(sequence, 16)) / len(sequence) == pytest.approx(2 / 17, rel=0.05)


@given(st.sets(st.integers(0, 50)), st.sets(st.integers(0, 50)))
def test_overlap_is_that_of_sets(x: set[int], y: set[int]) -> None:
    jaccard, containment = overlap(np.array(sorted(x), np.uint64), np.array(sorted(y), np.uint64))
    assert jaccard == (len(x & y) / len(x | y) if x and y else 0)
    assert containment == (len(x & y) / min(len(x), len(y)) if x and y else 0)


# ---- versions of one article


@pytest.mark.parametrize(
    ("url", "same_as"),
    [
        ("https://www.blatt.de/netz/ausbau-17.html?page=2", 2),
        ("https://www.blatt.de/netz/ausbau-17.html?seite=3", 3),
        ("https://www.blatt.de/netz/ausbau-17.html/seite-2", 2),
        ("https://www.blatt.de/netz/ausbau-17.html/seite/2", 2),
        ("https://www.blatt.de/netz/ausbau-17.html/Seite/1", 1),
        ("https://www.blatt.de/netz/ausbau-17.html/2", 2),
        ("https://www.blatt.de/netz/ausbau-17-p2.html", 2),
        ("https://www.blatt.de/netz/ausbau-17-seite-2.html", 2),
        ("https://amp.blatt.de/netz/ausbau-17.html", 1),
        ("https://m.blatt.de/netz/ausbau-17.html", 1),
        ("http://blatt.de/netz/ausbau-17.html", 1),
        ("https://www.blatt.de/amp/netz/ausbau-17.html", 1),
        ("https://www.blatt.de/netz/ausbau-17.amp.html", 1),
        ("https://www.blatt.de/netz/ausbau-17.html/amp/", 1),
        ("https://www.blatt.de/netz/ausbau-17.html/amp/seite-2", 2),
        ("https://www.blatt.de/netz/ausbau-17.html?amp=1", 1),
        ("https://www.blatt.de/netz/ausbau-17.html?outputType=amp", 1),
        ("https://www.blatt.de/netz/ausbau-17.html?amp", 1),
        ("https://www.blatt.de/netz/ausbau-17.html?print=1", 1),
        ("https://www.blatt.de/netz/ausbau-17.html/print", 1),
        ("https://www.blatt.de/netz/ausbau-17.html/drucken", 1),
        ("https://www.blatt.de/netz/ausbau-17-druck.html", 1),
        ("https://www.blatt.de/netz/ausbau-17.html?view=print", 1),
        ("https://www.blatt.de/netz/ausbau-17.html/komplettansicht", 1),
        ("https://www.blatt.de/netz/ausbau-17.html?seite=all", 1),
    ],
)
def test_versions_and_pages_of_an_article(url: str, same_as: int) -> None:
    assert version_of(url) == Version("blatt.de/netz/ausbau-17.html", same_as)


@pytest.mark.parametrize(
    "url",
    [
        "https://blatt.de/artikel?id=7",
        "https://blatt.de/2024/05/07",  # a date
        "https://blatt.de/netz/2024/12/29",
        "https://blatt.de/artikel/1",  # the article after it is /artikel/2
        "https://blatt.de/artikel/0",
        "https://blatt.de/artikel/1.html",
        "https://blatt.de/netz/ausbau-2024",
        "https://blatt.de/netz/galaxy-s-2",  # a product
        "https://blatt.de/netz/ausbau-189678.html",
        "https://blatt.de/amp",
        "https://blatt.de/print",
        "https://m.de/netz",
        "https://blatt.de/netz?page=zwei",
        "https://blatt.de/netz?page=1234",
        "https://blatt.de/12",
        "https://blatt.de/netz/ausbau/51",  # no article has so many pages
    ],
)
def test_what_selects_an_article_stays(url: str) -> None:
    assert version_of(url) == Version(url.removeprefix("https://"), 1)


_SEGMENT = st.sampled_from(
    """netz amp AMP print seite-2 page 2 2024 07 ausbau-17.html ausbau-189678-2.html ausbau-189678.html a.amp.html a-druck
    a_druckversion.php komplettansicht galaxy-s-2 p3.htm""".split()  # noqa: SIM905
)


@given(st.data())
def test_only_an_address_with_a_mark_has_to_be_looked_at(data: st.DataObject) -> None:
    """The database takes an address without one for its article."""
    host = data.draw(st.lists(st.sampled_from(["www", "amp", "m", "mobil", "mobile", "blatt", "de"]), min_size=2))
    path = data.draw(st.lists(_SEGMENT | st.from_regex(r"[a-z0-9._,-]{1,12}", fullmatch=True), max_size=4))
    path += data.draw(st.sampled_from([[], [""]]))
    query = data.draw(st.sampled_from(["", "", "", "?id=7", "?seite=2&x=1", "?amp"]))
    url = canonical_url(f"https://{'.'.join(host)}/{'/'.join(path)}{query}")
    assert url is not None
    query = "SELECT regexp_matches($url, $mark), regexp_replace($url, $plain, '\\1', 'g')"
    answer = duckdb.execute(query, {"url": url, "mark": MARK, "plain": PLAIN}).fetchone()
    assert answer is not None
    marked, plain = answer
    assert marked or version_of(url) == Version(plain)


@pytest.mark.parametrize("url", ["https://www.blatt.de/netz/ausbau-189678.html", "https://blatt.de/2024/ein-haus/"])
def test_most_addresses_have_no_mark(url: str) -> None:
    assert not re.search(MARK, url)


def test_a_number_after_the_root_is_an_article() -> None:
    assert version_of("https://blatt.de/?p=12") == Version("blatt.de?p=12")


def test_a_number_after_the_number_of_an_article_is_its_page() -> None:
    assert version_of("https://blatt.de/news/netz-2410-189678-2.html") == Version(
        "blatt.de/news/netz-2410-189678.html", 2
    )


def test_the_query_that_selects_the_article_stays_beside_the_page() -> None:
    assert version_of("https://blatt.de/a?id=7&page=2") == Version("blatt.de/a?id=7", 2)


def test_the_longest_version_without_a_paywall_stays() -> None:
    rows = [
        Row("amp", prose(200, 1), "https://blatt.de/a/amp", day(1)),
        Row("main", prose(210, 2), "https://blatt.de/a", day(1)),
        Row("paid", prose(400, 3), "https://blatt.de/a?print=1", day(1), free=False),
    ]
    result = resolve(rows)
    assert result["main"][:2] == [None, ""]
    assert result["amp"][:2] == ["superseded", rows[1].id]
    assert result["paid"][:2] == ["superseded", rows[1].id]
    assert len({cluster for *_, cluster in result.values()}) == 1


def test_then_the_newest_crawl_and_then_the_smallest_source() -> None:
    text, url = prose(100, 1), "https://blatt.de/a"
    rows = [Row("a", text, url, crawled=day(1)), Row("b", text, url, crawled=day(2)), Row("c", text, url)]
    assert reasons(rows) == {"a": "superseded", "b": None, "c": "superseded"}
    rows = [Row("z", text, url), Row("a", text, url)]
    assert reasons(rows) == {"a": None, "z": "superseded"}


def test_the_same_text_without_url_is_one_article() -> None:
    assert reasons([Row("a", prose(100, 1)), Row("b", prose(100, 1)), Row("c", prose(100, 2))]) == {
        "a": None,
        "b": "superseded",
        "c": None,
    }


def test_a_later_page_gives_way_to_the_first_however_long_it_is() -> None:
    first = Row("one", prose(100, 1), "https://blatt.de/test/kamera")
    second = Row("two", prose(300, 2), "https://blatt.de/test/kamera/2")
    assert resolve([first, second])["two"][:2] == ["superseded", f"{first.id} page=2"]


def test_numbered_articles_are_no_pages_of_the_first() -> None:
    rows = [Row(str(n), prose(100, n), f"https://blatt.de/artikel/{n}") for n in range(5)]
    assert set(reasons(rows).values()) == {None}


def test_a_later_page_alone_is_an_article() -> None:
    two, three = (
        Row("two", prose(99, 2), "https://blatt.de/test/kamera/2"),
        Row("three", prose(99, 3), "https://blatt.de/test/kamera/3"),
    )
    assert reasons([two, three]) == {"two": None, "three": None}


# ---- duplicates


def test_equal_wording_is_an_exact_duplicate_and_the_earliest_stays() -> None:
    text = prose(200, 1)
    late, early = Row("a", text.upper(), "https://a.de/1", day(5)), Row("b", text, "https://b.de/1", day(4))
    assert resolve([late, early])["a"][:2] == ["exact_duplicate", early.id]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Row("a", "", "https://a.de/1", day(1)), Row("b", "", "https://b.de/1", day(2))),
        (Row("a", "", "https://a.de/1", None, day(1)), Row("b", "", "https://b.de/1", day(2))),
        (Row("a", "", "https://a.de/1", day(9)), Row("b", "", "https://b.de/1")),
    ],
    ids=["published", "else crawled", "undated last"],
)
def test_order_of_precedence(first: Row, second: Row) -> None:
    text = prose(200, 1)
    assert reasons([replace(second, text=text), replace(first, text=edited(text, 60))]) == {
        "a": None,
        "b": "near_duplicate",
    }


def test_the_smaller_id_breaks_a_tie() -> None:
    rows = [Row(source, prose(200, 1), f"https://{source}.de/1", day(1)) for source in "abcdef"]
    kept = [source for source, reason in reasons(rows).items() if reason is None]
    assert kept == [min(rows, key=lambda row: row.id).source]


def test_a_near_duplicate_names_the_article_and_the_true_jaccard() -> None:
    one, two = prose(300, 1), edited(prose(300, 1), 100)
    rows = [Row("a", one, "https://a.de/1", day(1)), Row("b", two, "https://b.de/1", day(2))]
    jaccard, _ = overlap(shingle_set(one, 5), shingle_set(two, 5))
    assert resolve(rows)["b"][:2] == ["near_duplicate", f"{rows[0].id} jaccard={jaccard:.3f}"]


def test_the_threshold_itself_is_a_near_duplicate() -> None:
    one = f"{prose(100, 1)} " * 2
    two = f"{prose(100, 1)} " * 3  # another wording, the same shingles
    rows = [Row("a", one, "https://a.de/1", day(1)), Row("b", two, "https://b.de/1", day(2))]
    assert resolve(rows, Dedup(jaccard=1.0))["b"][:2] == ["near_duplicate", f"{rows[0].id} jaccard=1.000"]


def test_agency_copy_inside_a_longer_text_is_contained() -> None:
    copy = prose(80, 1)
    rows = [
        Row("long", f"{prose(300, 2)} {copy} {prose(200, 3)}", "https://a.de/1", day(1)),
        Row("copy", edited(copy, 79), "https://b.de/1", day(2)),
    ]
    reason, detail, _ = resolve(rows)["copy"]
    assert reason == "contained"
    assert detail.startswith(f"{rows[0].id} containment=0.9")


def test_the_earliest_stays_also_where_the_later_text_is_the_longer_one() -> None:
    copy = prose(80, 1)
    rows = [
        Row("copy", copy, "https://b.de/1", day(1)),
        Row("long", f"{prose(200, 2)} {copy}", "https://a.de/1", day(2)),
    ]
    assert reasons(rows) == {"copy": None, "long": "contained"}


def test_relatives_stay_and_share_a_cluster_named_by_the_smallest_id() -> None:
    text = prose(300, 1)
    rows = [
        Row("a", text, "https://a.de/1", day(1)),
        Row("b", edited(text, 22), "https://b.de/1", day(2)),
        Row("c", prose(300, 2), "https://c.de/1", day(3)),
    ]
    jaccard, _ = overlap(shingle_set(text, 5), shingle_set(edited(text, 22), 5))
    assert 0.5 <= jaccard < 0.8
    result = resolve(rows)
    smallest = min(rows[0].id, rows[1].id)
    assert result["a"] == [None, "", smallest]
    assert result["b"] == [None, "", smallest]
    assert result["c"] == [None, "", rows[2].id]


def test_no_cluster_is_named_by_what_is_dropped() -> None:
    text = prose(100, 1)
    *smaller, largest = sorted((f"https://a.de/{n}" for n in range(40)), key=lambda url: article_id(url, ""))
    rows = [Row("stays", text, largest, day(1))]
    rows += [Row(f"copy{n}", text, url, day(2)) for n, url in enumerate(smaller)]
    rows += [Row(f"version{n}", text[:90], f"{url}?print=1", day(3)) for n, url in enumerate(smaller)]
    result = resolve(rows)
    assert Counter(reason for reason, _, _ in result.values()) == {None: 1, "exact_duplicate": 39, "superseded": 39}
    assert {cluster for _, _, cluster in result.values()} == {rows[0].id}


def test_below_the_threshold_nothing_joins() -> None:
    text = prose(300, 1)
    assert overlap(shingle_set(text, 5), shingle_set(edited(text, 12), 5))[0] < 0.5
    rows = [Row("a", text, "https://a.de/1", day(1)), Row("b", edited(text, 12), "https://b.de/1", day(2))]
    assert len({cluster for *_, cluster in resolve(rows).values()}) == 2


def chain() -> list[Row]:
    """b repeats a, c repeats b but not a: each step changes every 55th word, at another place."""
    one = prose(400, 1).split()
    two = [f"neu{i}" if i % 55 == 10 else w for i, w in enumerate(one)]
    three = [f"neuer{i}" if i % 55 == 30 else w for i, w in enumerate(two)]
    return [
        Row(s, " ".join(t), f"https://{s}.de/1", day(i))
        for i, (s, t) in enumerate(zip("abc", (one, two, three), strict=True))
    ]


def test_an_article_repeats_one_that_stays() -> None:
    rows = chain()
    values = {
        (x.source, y.source): overlap(shingle_set(x.text, 5), shingle_set(y.text, 5))[0]
        for x, y in itertools.combinations(rows, 2)
    }
    assert values["a", "b"] >= 0.8
    assert values["b", "c"] >= 0.8
    assert values["a", "c"] < 0.8
    result = resolve(rows)
    assert {source: r[0] for source, r in result.items()} == {"a": None, "b": "near_duplicate", "c": None}


def test_it_repeats_the_earliest_near_duplicate_and_a_container_only_where_there_is_none() -> None:
    a, b = np.array([0, 1, 2, 0, 1], np.int32), np.array([3, 3, 3, 4, 4], np.int32)
    edges = Edges(a, b, np.array([0.5, 0.8, 0.9, 0.6, 0.7]), np.array([1.0, 0.9, 0.95, 0.9, 0.99]))
    assert greedy_duplicates(edges, Dedup()).tolist() == [[3, 1, 1], [4, 0, 3]]


def test_an_edge_through_a_dropped_article_still_joins() -> None:
    rows = chain()
    third = replace(rows[2], text=edited(rows[2].text, 55))  # no relative of a any more, but one of b
    assert overlap(shingle_set(rows[0].text, 5), shingle_set(third.text, 5))[0] < 0.8
    result = resolve([rows[0], rows[1], third], Dedup(related=0.65))
    assert result["c"][0] is None
    assert result["a"][2] == result["c"][2] == min(rows[0].id, third.id)


def test_a_copy_of_a_near_duplicate_repeats_what_stays() -> None:
    text = prose(300, 1)
    rows = [
        Row("a", text, "https://a.de/1", day(1)),
        Row("b", edited(text, 90), "https://b.de/1", day(2)),
        Row("c", edited(text, 90), "https://c.de/1", day(3)),
    ]
    result = resolve(rows)
    assert result["c"][0] == "near_duplicate"
    assert result["c"][1].split()[0] == rows[0].id


def test_near_keep_leaves_near_duplicates_in_one_cluster() -> None:
    text = prose(300, 1)
    rows = [
        Row("a", text, "https://a.de/1", day(1)),
        Row("b", edited(text, 90), "https://b.de/1", day(2)),
        Row("c", " ".join(text.split()[:90]), "https://c.de/1", day(3)),
        Row("d", text, "https://d.de/1", day(4)),
    ]
    result = resolve(rows, Dedup(near="keep"))
    assert {source: r[0] for source, r in result.items()} == {"a": None, "b": None, "c": None, "d": "exact_duplicate"}
    assert len({r[2] for r in result.values()}) == 1


def test_a_wording_that_hundreds_share_joins_nobody_and_makes_few_pairs() -> None:
    notice = prose(40, 1)
    rows = [Row(f"s{i:03}", f"{prose(120, i + 10)} {notice}", f"https://a.de/n{i}", day(i)) for i in range(300)]
    dedup = Dedup()
    with connect(rows, dedup) as con:
        resolve_duplicates(con, dedup)
        assert con.execute("SELECT count(*), count(DISTINCT cluster) FROM dedup WHERE reason IS NULL").fetchall() == [
            (300, 300)
        ]
    signed = [dedup.sign(row.text) for row in rows]
    keys = [[s.bands.tolist() for s in signed], [s.prints.tolist() for s in signed]]
    articles = Ranked.of(np.arange(300, dtype=np.int32), 300, np.array([s.shingles for s in signed], np.int32))
    pairs, common = candidates(*keys, Bounds(share=0.001), articles)
    assert len(pairs) < 300 * 40  # all pairs would be 44,850
    assert len(common) >= 300


Pairs = set[tuple[int, int]]
EDGES = ("a", "b", "jaccard", "containment")


def candidates(
    bands: Sequence[list[int]], prints: Sequence[list[int]], bounds: Bounds, articles: Ranked, *, shared: bool = False
) -> tuple[Pairs, Counter[tuple[int, int]]]:
    """What `pair_candidates` finds of keys by number: pairs of ranks, and the postings of keys that are too common."""
    count = len(bands)
    with tempfile.TemporaryFile() as file:
        postings = Postings.of(file)
        for some in (range(count // 2), range(count // 2, count)):
            lists = (pa.array([keys[n] for n in some], pa.list_(pa.uint64())) for keys in (bands, prints))
            postings.add(some.start, *lists)
        found, common = pair_candidates(postings.shared() if shared else postings, articles, bounds)
        left = Counter(
            posting
            for parted in (common.bands, common.prints)
            for part in parted
            for posting in zip((part >> _KEY).tolist(), articles.ranks[part & _NUMBERS].tolist(), strict=True)
        )
    pairs = list(zip(*(half.tolist() for half in split_pairs(found)), strict=True))
    assert pairs == sorted(set(pairs))
    return set(pairs), left


@given(st.integers(0, 10_000), st.sampled_from([8, 1 << 18]), st.booleans(), st.booleans())
def test_candidates_are_what_the_bounds_say(seed: int, rows: int, sided: bool, shared: bool) -> None:
    """Against the definition, pair by pair, in one part and in several."""
    rng = random.Random(seed)
    bounds = Bounds(bucket=6, anchors=2, share=0.05)
    count = rng.randint(0, 40)
    bands, prints = (
        [
            [key * 0x9E3779B97F4A7C15 % (1 << 38) for key in rng.sample(range(size), rng.randint(0, 7))]
            for _ in range(count)
        ]
        for size in (300, 25)
    )  # spread as hashes are, over all bits of theirs that are kept
    shingles = [rng.randint(1, 70) for _ in range(count)]
    alive = [rng.random() < 0.8 for _ in range(count)]
    sides = [rng.randrange(3) for _ in range(count)] if sided else list(range(count))
    expected, left = Pairs(), Counter[tuple[int, int]]()
    for column, share in ((bands, 0.0), (prints, bounds.share)):
        met = Counter[tuple[int, int]]()
        for key in {key for keys in column for key in keys}:
            bucket = [rank for rank in range(count) if alive[rank] and key in column[rank]]
            anchors = {*bucket[:2], *sorted(bucket, key=lambda rank: (shingles[rank], rank))[:2]}
            small = len(bucket) <= bounds.bucket
            if not small and (not sided or len({sides[rank] for rank in bucket}) > 1):
                left.update((key, rank) for rank in bucket)
            met.update(pair for pair in itertools.combinations(bucket, 2) if small or anchors & {*pair})
        expected |= {(a, b) for (a, b), n in met.items() if n >= share * min(shingles[a], shingles[b])}
    expected = {(a, b) for a, b in expected if sides[a] != sides[b]}
    numbers = np.array(rng.sample(range(count), count), np.int32)  # by rank
    side = np.array(sides, np.int8) if sided else None
    articles = Ranked.of(numbers, count, np.array(shingles, np.int32), side)
    articles.ranks[numbers[~np.array(alive, bool)]] = -1
    keys = ([column[rank] for rank in np.argsort(numbers)] for column in (bands, prints))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("presseschau.dedup.parted._ROWS", rows)
        assert candidates(*keys, bounds, articles, shared=shared) == (expected, left)


def test_there_are_numbers_for_so_many_articles_and_no_more() -> None:
    keys = pa.array([[1]], pa.list_(pa.uint64()))
    with tempfile.TemporaryFile() as file:
        Postings.of(file).add((1 << 26) - 1, keys, keys)
        with pytest.raises(ValueError, match="more than 67,108,864 articles"):
            Postings.of(file).add(1 << 26, keys, keys)


def test_a_family_larger_than_a_bucket_is_found_whole() -> None:
    text = prose(250, 1)
    rng = random.Random(5)
    rows = []
    for i in range(120):
        words = text.split()
        words[rng.randrange(250)] = f"anders{rng.randrange(9999)}"
        rows.append(Row(f"s{i:03}", " ".join(words), f"https://a.de/n{i}", day(i)))
    assert [source for source, reason in reasons(rows).items() if reason is None] == ["s000"]


def test_no_articles_and_articles_without_words() -> None:
    assert resolve([]) == {}
    assert reasons([Row("a", "…", "https://a.de/1"), Row("b", prose(50, 1), "https://b.de/1")]) == {
        "a": None,
        "b": None,
    }


# ---- lock


def test_a_locked_article_does_not_give_way_to_an_earlier_newcomer() -> None:
    text = prose(300, 1)
    old = Row("old", text, "https://a.de/1", day(5))
    new = Row("new", edited(text, 90), "https://b.de/1", day(1))
    result = resolve([old, new], locked=[(old.id, "cluster-of-old", "train")])
    assert result["old"] == [None, "", "cluster-of-old"]
    assert result["new"][0] == "near_duplicate"


def bridged() -> tuple[Row, Row, Row]:
    """Two articles that are no relatives of each other, and a relative of both."""
    words = prose(400, 1).split()
    left = Row("left", " ".join(words[:300]) + " " + prose(100, 2), "https://a.de/1", day(1))
    right = Row("right", prose(100, 3) + " " + " ".join(words[100:]), "https://b.de/1", day(2))
    return left, right, Row("new", " ".join(words), "https://c.de/1", day(3))


def test_locked_clusters_stay_and_a_merge_takes_the_first_by_name() -> None:
    left, right, new = bridged()
    locked = [(left.id, "x-left", "test"), (right.id, "a-right", "test")]
    result = resolve([left, right, new], locked=locked)
    assert (result["left"][2], result["right"][2], result["new"][2]) == ("x-left", "a-right", "a-right")


def test_a_newcomer_that_is_related_to_two_splits_of_the_lock_is_torn_and_joins_nobody() -> None:
    left, right, new = bridged()
    locked = [(left.id, "x-left", "test"), (right.id, "a-right", "train")]
    near_left = Row("near", " ".join(left.text.split()[120:]) + " " + prose(90, 4), "https://d.de/1", day(4))
    dedup = Dedup()
    for near in ("drop", "keep"):
        with connect([left, right, new, near_left], replace(dedup, near=near), locked) as con:  # type: ignore[arg-type]
            resolve_duplicates(con, replace(dedup, near=near))  # type: ignore[arg-type]
            clusters = dict(con.execute("SELECT source, cluster FROM dedup WHERE reason IS NULL").fetchall())
            torn = con.execute("FROM torn").fetchall()
        assert torn == [(new.id, f"related to {left.id} and {right.id}, of different splits")]
        assert clusters == {"left": "x-left", "right": "a-right", "new": new.id, "near": "x-left"}


def test_who_repeats_a_torn_newcomer_is_in_its_cluster() -> None:
    left, right, new = bridged()
    twin = Row("twin", edited(new.text, 60), "https://d.de/1", day(4))
    result = resolve([left, right, new, twin], locked=[(left.id, "x-left", "test"), (right.id, "a-right", "train")])
    assert result["twin"][0] == "near_duplicate"
    assert result["twin"][2] == result["new"][2] == new.id


def test_a_torn_newcomer_does_not_tear_others() -> None:
    pairs = np.array([(0, 2), (0, 3), (1, 2), (1, 4), (2, 3), (2, 4)], np.int32).T
    edges = Edges(*pairs, np.ones(6), np.ones(6))
    _, roots, torn = components(edges, np.array([1, 2, 0, 0, 0], np.int8), 2)
    assert roots.tolist() == [0, 1, 2, 0, 1]
    assert torn.tolist() == [[2, 0, 1]]


@given(st.data())
def test_no_component_has_two_splits_of_the_lock(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 14))
    pairs = sorted(
        data.draw(st.sets(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)).filter(lambda p: p[0] < p[1])))
    )
    locked = data.draw(st.integers(0, size))
    splits = [data.draw(st.integers(1, 3)) if rank < locked else 0 for rank in range(size)]
    a, b = (np.array([pair[end] for pair in pairs], np.int32) for end in (0, 1))
    edges = Edges(a, b, np.ones(len(pairs)), np.ones(len(pairs)))
    ranks, roots, torn = components(edges, np.array(splits, np.int8), locked)
    root = dict(zip(ranks.tolist(), roots.tolist(), strict=True))
    gone = set(torn[:, 0].tolist())
    assert all(rank >= locked for rank in gone)
    assert gone.isdisjoint(torn[:, 1:].ravel().tolist())
    assert Counter(root.values()).keys() >= gone
    assert all(root[rank] == rank or first not in gone for rank, first in root.items())
    by_root: dict[int, set[int]] = {}
    for rank, first in root.items():
        assert first <= rank
        by_root.setdefault(first, set()).add(splits[rank])
    assert all(len(there - {0}) < 2 for there in by_root.values())
    for x, y in pairs:  # whoever is related and stays is together, but for what the lock has apart
        if gone.isdisjoint((x, y)) and root[x] != root[y]:
            assert y < locked


def test_a_better_version_of_a_locked_article_takes_over_its_cluster() -> None:
    amp = Row("amp", prose(100, 1), "https://a.de/1/amp", day(1))
    main = Row("main", prose(200, 2), "https://a.de/1", day(1))
    result = resolve([amp, main], locked=[(amp.id, "kept", "test")])
    assert result["main"] == [None, "", "kept"]


def files_of(articles: pa.Table) -> NDArray[np.uint64]:
    with duckdb.connect() as con:
        con.register("named", articles)
        return np.asarray(con.execute("SELECT hash(filename) AS file FROM named").fetchnumpy()["file"])


def test_what_an_earlier_build_found_of_two_wordings_is_not_computed_again() -> None:
    texts = [" ".join(f"{word}{number}" for word in WORDS[:80]) for number in (1, 2, 3)]
    keys = [Dedup().sign(text).exact_key for text in texts]
    pairs = np.array([0 << 32 | 1, 0 << 32 | 2], np.uint64)
    articles = pa.table({"source": ["0.html", "1.html", "2.html"], "text": texts, "filename": ["one"] * 3})
    texts_of = Texts("ranks", np.array(keys, np.uint64), np.full(3, 76, np.int32), files_of(articles))
    with duckdb.connect() as con:
        con.execute("CREATE TABLE ranks AS SELECT n AS rank, n || '.html' AS source FROM range(3) r(n)")
        con.register("articles", articles)
        assert len(verify_pairs(con, pairs, texts_of, Dedup()).a) == 0
        found = con.execute("SELECT a < b, jaccard FROM verified").fetchall()
        assert found == [(True, 0.0), (True, 0.0)]
    with duckdb.connect() as con:
        con.execute("CREATE TABLE ranks AS SELECT n AS rank, n || '.html' AS source FROM range(3) r(n)")
        con.register("articles", articles)
        con.execute("CREATE TABLE verified_before (a UBIGINT, b UBIGINT, jaccard DOUBLE, containment DOUBLE)")
        for pair in (sorted(keys[:2]), [1, 2]):
            con.execute("INSERT INTO verified_before VALUES (?, ?, 0.75, 1.0)", pair)
        edges = verify_pairs(con, pairs, texts_of, Dedup())
        assert (edges.a.tolist(), edges.b.tolist(), edges.jaccard.tolist()) == ([0], [1], [0.75])
        assert con.execute("SELECT count(*) FROM verified").fetchall() == [(2,)]  # the pair of other texts is left


def test_only_files_with_texts_that_are_compared_are_opened(tmp_path: Path) -> None:
    texts = [prose(90, 1), prose(90, 2), edited(prose(90, 1), 80)]
    names = [str(tmp_path / f"{rank}.parquet") for rank in range(3)]
    for rank, (name, text) in enumerate(zip(names, texts, strict=True)):
        pq.write_table(pa.table({"source": [str(rank)], "text": [text]}), name)
    keys, shingles = np.array([5, 6, 7], np.uint64), np.full(3, 86, np.int32)
    of = Texts("ranks", keys, shingles, files_of(pa.table({"filename": names})))
    with duckdb.connect() as con:
        con.execute("CREATE TABLE ranks AS SELECT n AS rank, n::VARCHAR AS source FROM range(3) r(n)")
        con.read_parquet(names, filename=True).create_view("articles")
        Path(names[1]).write_bytes(b"torn")
        pairs = np.array([0 << 32 | 2], np.uint64)
        edges = verify_pairs(con, pairs, of, Dedup())
        assert (edges.a.tolist(), edges.b.tolist()) == ([0], [2])


def test_a_short_text_whose_words_a_long_one_lacks_is_told_without_shingles() -> None:
    """Short texts in long ones, whole, edited, in capitals or by a phrase only: as brute force says."""
    rng = random.Random(3)
    texts = [prose(rng.randint(150, 400), n) for n in range(20)]
    for n in range(180):
        words = rng.choice(texts[:20]).split()
        start, size = rng.randrange(len(words) - 60), rng.randint(20, 60)
        part = words[start : start + size]
        match n % 4:
            case 0:
                part[rng.randrange(size)] = "Straßenbahnhaltestelle"
            case 1:
                part = [word.upper() for word in part]
            case 2:
                part = part[:10] + prose(size, 1_000 + n).split()
        texts.append(" ".join(part))
    signed = [Dedup().sign(text) for text in texts]
    sets = [shingle_set(text, 5) for text in texts]
    every = list(itertools.product(range(20), range(20, 200)))
    true = {pair: overlap(*(sets[rank] for rank in pair)) for pair in every}
    keys = np.array([s.exact_key for s in signed], np.uint64)
    names = [f"{rank % 7}.parquet" for rank in range(200)]
    articles = pa.table({"source": [str(rank) for rank in range(200)], "text": texts, "filename": names})
    of = Texts("ranks", keys, np.array([s.shingles for s in signed], np.int32), files_of(articles))
    with duckdb.connect() as con:
        con.execute("CREATE TABLE ranks AS SELECT n AS rank, n::VARCHAR AS source FROM range(200) r(n)")
        con.register("articles", articles)
        pairs = np.array([a << 32 | b for a, b in every], np.uint64)
        edges = verify_pairs(con, pairs, of, Dedup())
        found = {(a, b): (j, c) for a, b, j, c in zip(*(getattr(edges, n).tolist() for n in EDGES), strict=True)}
        assert found == {pair: value for pair, value in true.items() if value[0] >= 0.5 or value[1] >= 0.9}
        assert len(found) > 50
        rank = {int(key): number for number, key in enumerate(keys)}
        known = {tuple(sorted((rank[a], rank[b]))): (j, c) for a, b, j, c in con.execute("FROM verified").fetchall()}
        assert known.keys() == true.keys()
        bounds = {pair: value for pair, value in known.items() if value[1] < 0}
        assert len(bounds) > len(known) / 2
        assert all(true[pair][0] <= -j and true[pair][1] <= -c < 0.9 for pair, (j, c) in bounds.items())
        assert all(known[pair] == true[pair] for pair in known.keys() - bounds.keys())
        # Bounds are of use only as long as the thresholds lie above them.
        con.execute("DROP TABLE verified_before; ALTER TABLE verified RENAME TO verified_before")
        verify_pairs(con, pairs, of, Dedup(containment=0.1))
        again = con.execute("SELECT count(*) FILTER (containment < 0), min(containment) FROM verified").fetchone()
        assert again is not None
        assert again[0] < len(bounds)
        assert again[1] > -0.1


# ---- properties and config


@settings(max_examples=settings.default.max_examples // 16)
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(seed: int, shuffled: random.Random) -> None:
    rows = mixed(40, seed)
    expected = resolve(rows)
    again = list(rows)
    shuffled.shuffle(again)
    dedup = Dedup()
    with connect(again, dedup) as con:  # nor do threads, nor where the columns come from
        con.execute("SET threads = 4; SET preserve_insertion_order = false")
        resolve_duplicates(con, dedup)
        assert {source: rest for source, *rest in con.execute("FROM dedup").fetchall()} == expected


@pytest.mark.parametrize(
    ("portion", "size"), [("overlap._PAIRS", 3), ("shingled._TEXTS", 2), ("shingled._KNOWN", 1), ("signed._ROWS", 7)]
)
def test_portions_do_not_matter(portion: str, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = mixed(60, 3)
    expected = resolve(rows)
    monkeypatch.setattr(f"presseschau.dedup.{portion}", size)
    assert resolve(rows) == expected


@settings(max_examples=settings.default.max_examples // 16)
@given(st.integers(0, 10_000))
def test_what_stays_holds_no_duplicates_and_what_goes_repeats_what_stays(seed: int) -> None:
    rows = mixed(40, seed)
    result = resolve(rows)
    by_id = {row.id: row for row in rows}
    stay = {row.id for row in rows if result[row.source][0] is None}
    shingles = {row.id: shingle_set(row.text, 5) for row in rows}
    for x, y in itertools.combinations(sorted(stay), 2):
        jaccard, containment = overlap(shingles[x], shingles[y])
        assert jaccard < 0.8
        assert containment < 0.9
        if jaccard >= 0.5:
            assert result[by_id[x].source][2] == result[by_id[y].source][2]
    for row in rows:
        reason, detail, _ = result[row.source]
        if reason in ("near_duplicate", "contained", "exact_duplicate"):
            repeated = detail.split()[0]
            assert repeated in stay
            jaccard, containment = overlap(shingles[row.id], shingles[repeated])
            assert jaccard >= 0.8 or (reason == "contained" and containment >= 0.9)


@pytest.mark.parametrize(
    "wrong",
    [
        {"near": "maybe"},
        {"jaccard": 0.0},
        {"containment": 1.1},
        {"related": 0.9},
        {"shingle_words": 0},
        {"window": 12},
        {"bucket": 1},
        {"anchors": 0},
        {"seed": -1},
    ],
)
def test_a_wrong_option_is_named(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Dedup(**wrong)


def test_the_limits_themselves_are_options() -> None:
    least = {"shingle_words": 1, "bands": 1, "rows": 1, "window": 1, "bucket": 2, "anchors": 2, "seed": 0}
    assert Dedup(jaccard=1.0, containment=1.0, related=1.0, **least).sign("ein Haus").shingles == 2  # type: ignore[arg-type]
    assert Dedup(shingle_words=1000, bands=1000, rows=1000, bucket=2, anchors=1).bounds().anchors == 1


def mixed(count: int, seed: int) -> list[Row]:
    """Fresh texts, edited, cut and extended copies of them, some without date or URL."""
    rng = random.Random(seed)
    texts: list[str] = []
    for i in range(count):
        if rng.random() < 0.5 or not texts:
            texts.append(prose(rng.randint(30, 300), seed * 1000 + i))
            continue
        words = rng.choice(texts).split()
        match rng.randrange(4):
            case 0:
                rate = rng.choice([0, 0.005, 0.02, 0.05])
                words = [w if rng.random() >= rate else f"anders{rng.randrange(999)}" for w in words]
            case 1:
                words = words[: max(25, int(len(words) * rng.uniform(0.5, 1)))]
            case 2:
                words = prose(rng.randint(10, 200), seed * 1000 + i).split() + words
            case _:
                words = [w.upper() for w in words]
        texts.append(" ".join(words))
    return [
        Row(f"s{i:05}", text, f"https://blatt{i % 7}.de/n{i}", day(rng.randrange(300)) if rng.random() < 0.9 else None)
        for i, text in enumerate(texts)
    ]


@pytest.mark.slow
def test_recall_and_precision_against_brute_force_on_5000_texts() -> None:
    rows = mixed(5000, 1)
    dedup = Dedup()
    with connect(rows, dedup) as con:
        resolve_duplicates(con, dedup)
        result = {source: rest for source, *rest in con.execute("FROM dedup").fetchall()}
    sets = [shingle_set(row.text, 5) for row in rows]
    keys, owners = np.concatenate(sets), np.repeat(np.arange(len(sets)), [len(s) for s in sets])
    order = np.argsort(keys, kind="stable")
    keys, owners = keys[order], owners[order]
    shared: Counter[tuple[int, int]] = Counter()
    for group in np.split(owners, np.flatnonzero(np.diff(keys)) + 1):
        shared.update(itertools.combinations(group.tolist(), 2))
    found = Counter[str]()
    for (i, j), count in shared.items():
        jaccard, containment = count / (len(sets[i]) + len(sets[j]) - count), count / min(len(sets[i]), len(sets[j]))
        x, y = result[rows[i].source], result[rows[j].source]
        kind = (
            "near" if jaccard >= 0.8 else "contained" if containment >= 0.9 else "related" if jaccard >= 0.5 else None
        )
        if kind:
            found[kind] += 1
            found[kind, x[2] == y[2] and (kind == "related" or not (x[0] is None and y[0] is None))] += 1  # type: ignore[index]
    assert min(found["near"], found["contained"], found["related"]) > 500
    for kind in ("near", "contained", "related"):
        print(f"{kind}: {found[kind]} pairs, recall {found[kind, True] / found[kind]:.4f}")  # type: ignore[index]
    assert found["near", True] / found["near"] >= 0.99  # type: ignore[index]
    assert found["contained", True] / found["contained"] >= 0.95  # type: ignore[index]
    assert found["related", True] / found["related"] >= 0.95  # type: ignore[index]
    by_id = {canonical_id(row): k for k, row in enumerate(rows)}
    for k, row in enumerate(rows):
        reason, detail, _ = result[row.source]
        if reason:
            jaccard, containment = overlap(sets[k], sets[by_id[detail.split()[0]]])
            assert jaccard >= 0.8 or (reason == "contained" and containment >= 0.9)


def canonical_id(row: Row) -> str:
    return article_id(canonical_url(row.url), row.text)
