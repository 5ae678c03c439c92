"""leakage: what splits share is found in the texts, whatever the cluster ids say."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import duckdb
import pyarrow as pa
import pytest

from presseschau.dedup import Dedup
from presseschau.leakage import Leakage, LeakedPair, audit


def prose(words: int, seed: int) -> str:
    rng = random.Random(seed)
    return " ".join(f"{rng.choice(['Netz', 'Strom', 'Daten', 'Funk'])}{rng.randrange(900)}" for _ in range(words))


def edited(text: str, every: int) -> str:
    return " ".join(f"anders{i}" if i % every == every - 1 else word for i, word in enumerate(text.split()))


@dataclass(frozen=True, slots=True)
class Row:
    id: str
    split: str | None
    text: str
    cluster: str | None = None
    publisher: str | None = "a.de"
    published: datetime | None = None


def day(number: int) -> datetime:
    return datetime(2024, 1, 1) + timedelta(days=number)  # noqa: DTZ001


def audited(rows: Iterable[Row], cutoff: date | None = None, embargo_days: int = 0) -> Leakage:
    rows, dedup = list(rows), Dedup()
    signed = [dedup.sign(row.text) for row in rows]
    hashes = pa.list_(pa.uint64())
    columns = {
        "id": pa.array([row.id for row in rows]),
        "split": pa.array([row.split for row in rows], pa.string()),
        "cluster": pa.array([row.cluster or row.id for row in rows]),
        "publisher": pa.array([row.publisher for row in rows], pa.string()),
        "published": pa.array([row.published for row in rows], pa.timestamp("s")),
        "text": pa.array([row.text for row in rows]),
        "bands": pa.array([s.bands for s in signed], hashes),
        "prints": pa.array([s.prints for s in signed], hashes),
        "shingles": pa.array([s.shingles for s in signed], pa.int32()),
    }
    with duckdb.connect() as con:
        con.register("audited", pa.table(columns))
        return audit(con, dedup, cutoff=cutoff, embargo_days=embargo_days)


def test_a_sound_dataset_has_no_leaks() -> None:
    rows = [Row(f"{i}", split, prose(150, i)) for i, split in enumerate(["train"] * 5 + ["validation", "test"] * 3)]
    assert audited(rows) == Leakage()
    assert audited(rows).clean
    assert audited([]).clean


def test_near_duplicates_across_splits_are_found_without_cluster_ids() -> None:
    text = prose(300, 1)
    found = audited([Row("b", "train", text), Row("a", "test", edited(text, 100)), Row("c", "train", prose(300, 2))])
    assert (found.near_duplicates, found.contained, found.related, found.clean) == (1, 0, 0, False)
    [pair] = found.pairs
    assert pair == LeakedPair("a", "test", "b", "train", pair.jaccard, pair.containment)
    assert 0.8 <= pair.jaccard <= pair.containment < 1


def test_a_contained_text_across_splits_is_found() -> None:
    copy = prose(60, 1)
    found = audited(
        [Row("a", "train", f"{prose(300, 2)} {copy} {prose(200, 3)}"), Row("b", "test_publisher", copy, None, "b.de")]
    )
    assert (found.near_duplicates, found.contained, found.related) == (0, 1, 0)


def test_relatives_across_splits_are_found() -> None:
    text = prose(300, 1)
    found = audited([Row("a", "train", text), Row("b", "test", edited(text, 22))])
    assert (found.near_duplicates, found.contained, found.related) == (0, 0, 1)


def test_pairs_inside_a_split_and_dropped_rows_are_no_leaks() -> None:
    text = prose(300, 1)
    rows = [Row("a", "train", text), Row("b", "train", edited(text, 100)), Row("c", None, edited(text, 99))]
    assert audited(rows).clean


def test_a_cluster_in_two_splits_is_counted() -> None:
    rows = [
        Row("a", "train", prose(99, 1), "c"),
        Row("b", "test", prose(99, 2), "c"),
        Row("d", "test", prose(99, 3), "d"),
    ]
    assert audited(rows) == Leakage(spanning_clusters=1)


def test_publishers_of_test_publisher_elsewhere_are_named() -> None:
    rows = [
        Row("a", "train", prose(99, 1), publisher="x.de"),
        Row("b", "test_publisher", prose(99, 2), publisher="x.de"),
        Row("c", "test_publisher", prose(99, 3), publisher="y.de"),
        Row("d", "test", prose(99, 4), publisher="z.de"),
        Row("e", "train", prose(99, 5), publisher=None),
        Row("f", "test_publisher", prose(99, 6), publisher=None),
    ]
    assert audited(rows).shared_publishers == ("x.de",)


@pytest.mark.parametrize(
    ("split", "published", "leak"),
    [
        ("train", day(10), 0),
        ("train", day(28), 0),
        ("validation", day(29), 1),  # in the gap
        ("test", day(31), 1),
        ("train", None, 0),
        ("test_publisher", day(40), 0),
        ("test_temporal", day(31), 0),
        ("test_temporal", day(30), 1),
        ("test_temporal", None, 1),
    ],
)
def test_dates_beyond_the_cutoff(split: str, published: datetime | None, leak: int) -> None:
    rows = [Row("a", split, prose(99, 1), published=published)]
    assert audited(rows, cutoff=date(2024, 1, 31), embargo_days=2) == Leakage(out_of_time=leak)
