"""Next month's release by the real command: more pages, earlier copies and takedowns, and nobody changes split."""

from __future__ import annotations

import random
from pathlib import Path

import orjson
import pyarrow.parquet as pq
import pytest

from conftest import build, run_script
from presseschau.stable import article_id, canonical_url
from presseschau.synthetic import Collection

PAGES, NEW = 150, 45
COLLECTION = Collection(PAGES + NEW, seed=5, publishers=8, foreign=0.0, page_bytes=6_000)
MONTH = '"datePublished":"2024-'


def write(folder: Path, numbers: range) -> list[str]:
    """Writes pages; the ids of their articles."""
    folder.mkdir(exist_ok=True)
    ids = []
    for number in numbers:
        text = COLLECTION.page(number).html
        (folder / f"{number:05}.html").write_text(text, encoding="utf-8")
        ids.append(article_id(canonical_url(text.partition('rel="canonical" href="')[2].partition('"')[0]), ""))
    return ids


def earlier_copies(folder: Path, numbers: range) -> None:
    """The same articles, published a year before by other papers."""
    for number in numbers:
        text = COLLECTION.page(number).html
        url = text.partition('rel="canonical" href="')[2].partition('"')[0]
        text = text.replace(url, f"https://www.blatt-{number % 3}-alt.example/{number}").replace("2024-", "2023-")
        assert MONTH not in text
        (folder / f"copy-{number:05}.html").write_text(text, encoding="utf-8")


def splits(dataset: Path) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = orjson.loads((dataset / "splits.json").read_bytes())["articles"]
    return found


@pytest.mark.parametrize(
    "rules",
    [
        ("split=benchmark",),
        ("split=random", "split.group=story", "split.stratify=[topic,genre]", "split.max_per_publisher=15"),
    ],
    ids=["benchmark", "stories, strata and a bound"],
)
def test_a_release_that_grows_by_a_third_moves_no_article(tmp_path: Path, rules: tuple[str, ...]) -> None:
    pages = tmp_path / "pages"
    ids = write(pages, range(PAGES))
    options = ("source=html", f"source.path={pages}", *rules)
    before = splits(build(tmp_path, *options))
    lock, takedown = tmp_path / "lock.json", tmp_path / "takedown.txt"
    lock.write_bytes((tmp_path / "dataset" / "splits.json").read_bytes())
    gone = {name for name in ids[::20] if name in before}
    takedown.write_text("\n".join(sorted(gone)) + "\n")
    write(pages, range(PAGES, PAGES + NEW))
    earlier_copies(pages, range(0, PAGES, 5))  # also of articles that are taken down
    dataset = build(tmp_path, *options, f"split.lock={lock}", f"takedown={takedown}")
    after = splits(dataset)
    assert gone
    assert not gone & set(after)
    assert {name: after.get(name) for name in before if name not in gone} == {
        name: own for name, own in before.items() if name not in gone
    }
    assert len(after) > len(before) - len(gone)
    # No earlier copy of an article of the lock takes its place; those of articles taken down may.
    rows = pq.read_table(dataset / "ledger.parquet").to_pylist()
    assert ("split.max_per_publisher=15" in rules) == any(row["reason"] == "publisher_cap" for row in rows)
    copies = [row for row in rows if row["source"].startswith("copy-")]
    assert len(copies) == PAGES // 5
    assert sum(row["reason"] in ("exact_duplicate", "near_duplicate", "contained") for row in copies) > PAGES // 10
    leakage = orjson.loads((dataset / "manifest.json").read_bytes())["leakage"]
    assert [leakage[name] for name in ("near_duplicates", "contained", "spanning_clusters", "out_of_time")] == [0] * 4
    assert run_script("verify", f"dir={dataset}").returncode == 0


def prose(words: int, seed: int) -> list[str]:
    """Words that two seeds hardly share a run of."""
    rng = random.Random(seed)
    small = "der die das und ist nicht von mit für auf ein eine im zu wird auch nach bei".split()  # noqa: SIM905
    nouns = [a + b for a in ("Netz", "Strom", "Daten", "Karten", "Werk") for b in ("dienst", "preis", "amt", "recht")]
    return [rng.choice(rng.choice((small, nouns))) for _ in range(words)]


def test_relatives_of_two_splits_stay_out_and_what_has_become_alike_is_told(tmp_path: Path) -> None:
    families = [prose(210, seed) for seed in range(14)]
    sides = (slice(0, 150), slice(60, 210))  # of each family two that are no relatives of each other
    texts = {f"https://a{n % 3}.de/{n}-{at}": families[n][side] for n in range(14) for at, side in enumerate(sides)}
    pages, lock = tmp_path / "pages.jsonl", tmp_path / "lock.json"

    def built(*more: str) -> str:
        rows = ({"url": url, "text": " ".join(words), "published": "2025-01-01"} for url, words in texts.items())
        pages.write_bytes(b"\n".join(map(orjson.dumps, rows)))
        own = (f"output.dir={tmp_path / 'dataset'}", f"pipeline.work_dir={tmp_path / 'work'}", "engine.workers=1")
        done = run_script(
            "build", "source=jsonl", f"source.path={pages}", "split=random", "split.test=0.4", *own, *more
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "leak" not in built()
    before = {name: own["split"] for name, own in splits(tmp_path / "dataset").items()}
    lock.write_bytes((tmp_path / "dataset" / "splits.json").read_bytes())
    place = [[before[article_id(f"https://a{n % 3}.de/{n}-{at}", "")] for at in (0, 1)] for n in range(14)]
    apart = [n for n in range(14) if place[n][0] != place[n][1]]
    assert len(apart) > 2
    for n in range(1, 14):
        texts[f"https://b.de/{n}"] = families[n][30:180]  # a relative of both
    assert "leak" not in built(f"split.lock={lock}")
    after = {name: own["split"] for name, own in splits(tmp_path / "dataset").items()}
    assert before.items() <= after.items()
    new = {n: after.get(article_id(f"https://b.de/{n}", "")) for n in range(1, 14)}
    assert new == {n: None if n in apart else place[n][0] for n in new}
    ledger = pq.read_table(tmp_path / "dataset" / "ledger.parquet").to_pylist()
    assert {row["url"] for row in ledger if row["reason"] == "split_conflict"} == {
        f"https://b.de/{n}" for n in apart if n
    }
    texts[f"https://a{apart[-1] % 3}.de/{apart[-1]}-1"] = families[apart[-1]][
        30:180
    ]  # an article of the lock, rewritten
    assert "note: splits leak: related 1; see `leakage` in manifest.json" in built(f"split.lock={lock}")
