"""The sample through the whole build, looked at as its users do."""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from pathlib import Path

import orjson
import pyarrow.parquet as pq
import pytest
import yaml

from conftest import ROOT, SHARED, build, run_script
from presseschau.publish.verify import verify
from presseschau.schema import SPLITS, VIEWS


def ledger(dataset: Path) -> list[dict[str, str | None]]:
    return pq.read_table(dataset / "ledger.parquet").to_pylist()


def front_matter(dataset: Path) -> dict[str, object]:
    text = (dataset / "README.md").read_text(encoding="utf-8")
    return yaml.safe_load(text.split("---\n")[1])


def test_every_promise_holds(sample: Path) -> None:
    assert verify(sample) == []


def test_every_sample_page_is_in_the_ledger_once(sample: Path) -> None:
    rows = ledger(sample)
    sources = [row["source"] for row in rows]
    assert len(sources) == len(set(sources)) > 80
    outcomes = Counter(row["outcome"] for row in rows)
    pages = orjson.loads((sample / "manifest.json").read_bytes())["pages"]
    assert outcomes["kept"] + outcomes["dropped"] + outcomes["failed"] == pages["input"]
    assert all(row["reason"] for row in rows if row["outcome"] != "kept")


def test_the_sample_shows_all_splits_and_topics(sample: Path) -> None:
    manifest = orjson.loads((sample / "manifest.json").read_bytes())
    assert list(manifest["splits"]) == sorted(SPLITS)
    assert manifest["messages"] == []
    rows = [row for path in sorted((sample / "data").glob("*")) for row in pq.read_table(path).to_pylist()]
    assert {row["topic"] for row in rows} == set(range(14))
    assert {row["stance"] for row in rows} >= {0, 1, 3}  # favor, against, neutral; rules rarely find mixed


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("view", ["default", "topic", "genre", "stance"])
def test_load_dataset_gives_every_view(sample: Path, tmp_path: Path, view: str) -> None:
    import datasets

    loaded = datasets.load_dataset(str(sample), view, cache_dir=str(tmp_path))
    (info,) = (i for i in front_matter(sample)["dataset_info"] if i["config_name"] == view)
    assert {split: len(rows) for split, rows in loaded.items()} == {
        s["name"]: s["num_examples"] for s in info["splits"]
    }
    (columns,) = (v.columns for v in VIEWS if v.name == view)
    features = loaded["train"].features
    if columns:
        assert list(features) == list(columns)
    if view == "topic":
        assert features["topic"].names[:3] == ["hardware", "mobile", "software"]
    if view == "stance":
        assert min(loaded["train"]["stance"]) >= 0


@pytest.mark.usefixtures("offline")
def test_streaming_gives_the_same_rows(sample: Path) -> None:
    import datasets

    streamed = datasets.load_dataset(str(sample), "topic", split="test", streaming=True)
    table = pq.read_table(next((sample / "data").glob("test-*")))
    assert [row["id"] for row in streamed] == table.column("id").to_pylist()


def test_no_boilerplate_in_the_sample(sample: Path) -> None:
    words = re.compile(r"Newsletter abonnieren|Alle akzeptieren|Lesen Sie auch|Impressum|Datenschutzerklärung|Cookie")
    for path in sorted((sample / "data").glob("*")):
        for row in pq.read_table(path, columns=["id", "url", "text"]).to_pylist():
            assert not words.search(row["text"]), (row["url"], words.search(row["text"]))


def test_card_has_no_place_left_and_true_numbers(sample: Path) -> None:
    text = (sample / "README.md").read_text(encoding="utf-8")
    assert "{{" not in text
    manifest = orjson.loads((sample / "manifest.json").read_bytes())
    assert f"| input pages | {manifest['pages']['input']} |" in text
    assert manifest["content_sha256"] in text


def test_no_path_host_or_time_in_the_output(sample: Path) -> None:
    for name in ("manifest.json", "README.md", "splits.json"):
        text = (sample / name).read_text(encoding="utf-8")
        assert str(sample.parent) not in text
        assert os.uname().nodename not in text
        assert str(Path(__file__).resolve().parents[1]) not in text


@pytest.mark.parametrize("split", ["random", "temporal", "publisher"])
def test_other_splits(tmp_path: Path, split: str) -> None:
    dataset = build(tmp_path, f"split={split}")
    assert verify(dataset) == []
    assert set(orjson.loads((dataset / "manifest.json").read_bytes())["splits"]) == {"train", "validation", "test"}


def test_topics_that_are_not_kept_go_to_the_ledger(tmp_path: Path) -> None:
    dataset = build(tmp_path, "label.keep=[ai,security]", "split=random")
    assert verify(dataset) == []
    reasons = Counter(row["reason"] for row in ledger(dataset))
    assert reasons["off_topic"] > 20
    rows = [row for path in (dataset / "data").glob("*") for row in pq.read_table(path).to_pylist()]
    assert {row["topic"] for row in rows} == {3, 4}


def test_a_lock_keeps_every_article_in_its_split(sample: Path, tmp_path: Path) -> None:
    before = orjson.loads((sample / "splits.json").read_bytes())["articles"]
    pages = tmp_path / "pages"
    shutil.copytree(ROOT / "data/sample/html", pages)
    for extra in sorted(pages.rglob("*.html"))[::5]:
        extra.unlink()
    dataset = build(tmp_path, "source=html", f"source.path={pages}", f"split.lock={sample / 'splits.json'}")
    after = orjson.loads((dataset / "splits.json").read_bytes())["articles"]
    common = set(before) & set(after)
    assert len(common) > 20
    assert {i: after[i]["split"] for i in common} == {i: before[i]["split"] for i in common}


def test_takedown(sample: Path, tmp_path: Path) -> None:
    row = next(r for r in ledger(sample) if r["outcome"] == "kept" and r["url"])
    listed = tmp_path / "takedown.txt"
    listed.write_text(f"# asked for\n{row['url']}\n", encoding="utf-8")
    dataset = build(tmp_path, f"takedown={listed}")
    assert verify(dataset) == []
    after = {r["source"]: r for r in ledger(dataset)}
    assert after[row["source"]]["reason"] == "takedown"
    assert after[row["source"]]["url"] is None
    told = [path.read_text(encoding="utf-8") for path in dataset.iterdir() if path.suffix in (".json", ".md", ".html")]
    assert not any(row["url"] in text for text in told)


def test_one_article_alone_gives_a_dataset_and_a_message(tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    source = next(p for p in sorted((ROOT / "data/sample/text").glob("*.txt")))
    shutil.copy(source, pages / "one.txt")
    dataset = build(tmp_path, "source=text", f"source.path={pages}")
    manifest = orjson.loads((dataset / "manifest.json").read_bytes())
    assert manifest["splits"] == {"train": 1}
    told = run_script("export", f"dir={dataset}", f"output={tmp_path / 'one.csv'}").stdout
    assert told.startswith("1 article in ")
    assert manifest["messages"]
    assert verify(dataset) == []


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared is absent")
@pytest.mark.parametrize(
    "arguments",
    [
        ("source=html", "source.path=pages"),
        ("source=text", "source.path=text"),
        ("source=jsonl", "source.path=labels/articles_dev.jsonl"),
        ("source=jsonl", "source.path=text/articles.jsonl.gz"),
    ],
)
def test_real_pages(tmp_path: Path, arguments: tuple[str, str]) -> None:
    kind, path = arguments
    dataset = build(tmp_path, kind, path.replace("source.path=", f"source.path={SHARED}/"), workers=4)
    assert verify(dataset) == []
    assert orjson.loads((dataset / "manifest.json").read_bytes())["pages"]["failed"] == 0


def test_verify_command_finds_a_changed_row(sample: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(sample, copy)
    assert run_script("verify", f"dir={copy}").returncode == 0
    path = next((copy / "data").glob("train-*"))
    table = pq.read_table(path)
    changed = table.set_column(6, "text", [[f"{t}!" for t in table.column("text").to_pylist()]])
    pq.write_table(changed.replace_schema_metadata(table.schema.metadata), path)
    done = run_script("verify", f"dir={copy}")
    assert done.returncode == 1
    assert "sha256" in done.stdout
    assert "text_sha256 is not that of the text" in done.stdout
