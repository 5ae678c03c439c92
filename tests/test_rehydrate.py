"""A stub and one's own pages give the dataset back, and every difference is named."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from conftest import ROOT, run_script
from presseschau import extract_text
from presseschau.config import ConfigError
from presseschau.engine import Local
from presseschau.pipeline.groups import Source, Work
from presseschau.pipeline.rehydrate import REPORT, Matching, Rehydrated, rehydrate
from presseschau.pipeline.release import describe
from presseschau.pipeline.stub import release_stub
from presseschau.publish.card import fit_notes
from presseschau.publish.derive import Change, Gone, derive
from presseschau.publish.manifest import read_manifest
from presseschau.publish.verify import verify
from presseschau.stable import sha256


@pytest.fixture(scope="module")
def stub(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("stub") / "dataset"
    release_stub(sample, target)
    return target


@pytest.fixture(scope="module")
def articles(sample: Path) -> list[dict[str, Any]]:
    """Rows that have a stance, a text long enough to change a little, and one that is cleaned already."""
    found = ds.dataset(sample / "data").to_table().to_pylist()
    long = [row for row in found if row["stance_target"] and len(row["text"].split()) > 250 and row["url"]]
    return [row for row in long if extract_text(row["text"], row["url"]).text == row["text"]][:8]


@pytest.fixture
def fill(stub: Path, tmp_path: Path) -> Callable[..., Rehydrated]:
    """Rehydrates from records made of rows."""

    def run(records: list[dict[str, Any]], match: str = "exact", stub: Path = stub, **options: Any) -> Rehydrated:
        lines = [orjson.dumps({key: row[key] for key in ("url", "title", "text")}) for row in records]
        (tmp_path / "own.jsonl").write_bytes(b"\n".join(lines))
        return rehydrate(
            stub,
            Source("jsonl", str(tmp_path / "own.jsonl")),
            tmp_path / "full",
            Matching(match, **options),  # type: ignore[arg-type]
            Work(tmp_path / "work"),
            Local(1),
        )

    return run


def rows(folder: Path) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in ds.dataset(folder / "data").to_table().to_pylist()}


def report(folder: Path) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in pq.read_table(folder / REPORT).to_pylist()}


def test_the_same_pages_give_the_same_dataset_by_the_command(sample: Path, stub: Path, tmp_path: Path) -> None:
    full = tmp_path / "full"
    done = run_script(
        "rehydrate", f"dir={stub}", "source=sample", f"output.dir={full}", f"pipeline.work_dir={tmp_path / 'w'}",
        "engine.workers=2",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "every row is that of the release" in done.stdout
    assert verify(full) == []
    for path in (sample / "data").iterdir():
        assert (full / "data" / path.name).read_bytes() == path.read_bytes()
    for name in ("splits.json", "ledger.parquet"):
        assert (full / name).read_bytes() == (sample / name).read_bytes()
    one, two = read_manifest(sample), read_manifest(full)
    assert two["content_sha256"] == one["content_sha256"]
    assert one.keys() == two.keys()
    assert one["config"] == two["config"]
    assert "stub" not in (full / "README.md").read_text(encoding="utf-8").split("---\n")[2][:600]
    assert {row["outcome"] for row in report(full).values()} == {"exact"}


def test_files_of_the_stub_are_no_loss_and_its_note_on_rights_no_truth(
    fill: Callable[..., Rehydrated], articles: list[dict[str, Any]], stub: Path, tmp_path: Path
) -> None:
    bare = shutil.copytree(stub, tmp_path / "bare")
    (bare / "LICENSE").write_text("Bedingungen")
    fit_notes(bare, {"rights": "> This copy holds no article text."}, {})
    for _ in range(2):
        made = fill(articles[:2], stub=bare)
    assert (made.folder / "LICENSE").read_text() == "Bedingungen"
    assert "holds no article text" not in (made.folder / "README.md").read_text(encoding="utf-8")
    (made.folder / "LICENSE").write_text("Andere")
    with pytest.raises(ConfigError, match="would be lost: LICENSE;"):
        fill(articles[:2], stub=bare)


def test_a_stub_without_a_row_that_was_taken_down_comes_back_whole(sample: Path, stub: Path, tmp_path: Path) -> None:
    (first, *_), less = ds.dataset(stub / "data").to_table(columns=["id"]).to_pylist(), tmp_path / "less"
    gone = {first["id"]: Gone("takedown", "list", url=False)}
    derive(stub, less, Change(gone=gone), describe)
    assert read_manifest(less)["full_content_sha256"] is None  # nobody knows it: that of the stub had the row, too
    pages = Source("sample", str(ROOT / "data" / "sample"))
    one = rehydrate(less, pages, tmp_path / "full", Matching("exact"), Work(tmp_path / "work"), Local(1))
    derive(sample, tmp_path / "wanted", Change(gone=gone), describe)
    manifest = read_manifest(tmp_path / "full")
    assert (set(one.outcomes), one.equal, "rehydrated" in manifest) == ({"exact"}, True, False)
    assert manifest["content_sha256"] == read_manifest(tmp_path / "wanted")["content_sha256"]


def test_what_came_back_loads_like_the_release(sample: Path, stub: Path, tmp_path: Path) -> None:
    from datasets import load_dataset

    source = Source("sample", str(ROOT / "data" / "sample"))
    made = rehydrate(stub, source, tmp_path / "full", Matching(), Work(tmp_path / "work"), Local(2))
    assert made.equal
    for view in ("topic", "stance"):
        one = load_dataset(str(sample), view, cache_dir=str(tmp_path / "one"))
        two = load_dataset(str(tmp_path / "full"), view, cache_dir=str(tmp_path / "two"))
        assert {split: data.to_list() for split, data in one.items()} == {s: d.to_list() for s, d in two.items()}


def test_rows_without_a_page_go_to_the_ledger(
    fill: Callable[..., Rehydrated], articles: list[dict[str, Any]], sample: Path
) -> None:
    made = fill(articles[:5])
    assert made.outcomes["exact"] == 5
    assert made.outcomes["missing"] == len(rows(sample)) - 5
    assert not made.equal
    assert verify(made.folder) == []
    found = rows(made.folder)
    assert set(found) == {row["id"] for row in articles[:5]}
    for row in articles[:5]:
        again = found[row["id"]]
        assert {k: v for k, v in again.items() if k not in ("teaser", "keywords", "title")} == {
            k: v for k, v in row.items() if k not in ("teaser", "keywords", "title")
        }
    ledger = pq.read_table(made.folder / "ledger.parquet").to_pylist()
    assert sum(row["reason"] == "not_rehydrated" for row in ledger) == made.outcomes["missing"]
    card = (made.folder / "README.md").read_text(encoding="utf-8")
    assert f"Rehydrated: 5 of the {len(rows(sample))} articles" in card
    assert read_manifest(made.folder)["rehydrated"]["exact"] == 5


def test_another_title_is_named(fill: Callable[..., Rehydrated], articles: list[dict[str, Any]]) -> None:
    made = fill([articles[0] | {"title": "Eine ganz andere Überschrift"}, articles[1]])
    assert made.outcomes["exact"] == 2
    assert "title" in report(made.folder)[articles[0]["id"]]["differs"]
    assert "title" not in report(made.folder)[articles[1]["id"]]["differs"]
    assert made.differs["title"] == 1


def changed(row: dict[str, Any]) -> dict[str, Any]:
    """The article as it may be crawled a day later: an update at its end."""
    return row | {"text": row["text"] + "\n\nUpdate vom Dienstag: Der Hersteller hat sich inzwischen dazu geäußert."}


def test_a_changed_text_is_not_taken_for_the_same(
    fill: Callable[..., Rehydrated], articles: list[dict[str, Any]]
) -> None:
    made = fill([changed(articles[0]), articles[1]])
    assert (made.outcomes["exact"], made.outcomes["changed"]) == (1, 1)
    assert set(rows(made.folder)) == {articles[1]["id"]}
    assert report(made.folder)[articles[0]["id"]]["similarity"] > 0.8


def test_near_takes_a_changed_text_flags_it_and_nulls_its_offsets(
    fill: Callable[..., Rehydrated], articles: list[dict[str, Any]]
) -> None:
    made = fill([changed(articles[0]), articles[1]], "near")
    assert (made.outcomes["exact"], made.outcomes["near"]) == (1, 1)
    assert verify(made.folder) == []
    near = rows(made.folder)[articles[0]["id"]]
    assert near["text"].endswith("dazu geäußert.")
    assert near["text_sha256"] == sha256(near["text"]) != articles[0]["text_sha256"]
    assert near["extractor"].endswith(" near")
    assert near["stance_evidence"] == []
    assert near["stance_target"] == articles[0]["stance_target"]
    exact = rows(made.folder)[articles[1]["id"]]
    assert exact["stance_evidence"] == articles[1]["stance_evidence"]
    assert not exact["extractor"].endswith(" near")
    assert "1 have changed since" in (made.folder / "README.md").read_text(encoding="utf-8")


def test_near_does_not_take_another_article(fill: Callable[..., Rehydrated], articles: list[dict[str, Any]]) -> None:
    other = articles[0] | {"text": articles[2]["text"]}
    made = fill([other, articles[1]], "near")
    assert made.outcomes.get("near", 0) == 0
    assert made.outcomes["changed"] == 1


def test_of_several_pages_the_one_with_the_hash_is_taken(
    fill: Callable[..., Rehydrated], articles: list[dict[str, Any]]
) -> None:
    made = fill([changed(articles[0]), articles[0], changed(articles[0])], "near")
    assert made.outcomes["exact"] == 1
    assert report(made.folder)[articles[0]["id"]]["source"] == "own.jsonl#2"


def test_a_stance_whose_target_is_gone_is_no_stance(
    fill: Callable[..., Rehydrated], articles: list[dict[str, Any]]
) -> None:
    row = next(r for r in articles if r["text"].count(r["stance_target"]) < 8)
    text = changed(row)["text"].replace(row["stance_target"], "Qqq")
    made = fill([row | {"text": text, "title": "Ohne"}, articles[-1] if row is not articles[-1] else articles[0]], "near",
                near_jaccard=0.2)  # fmt: skip
    again = rows(made.folder)[row["id"]]
    assert [again[name] for name in ("stance", "stance_target", "stance_target_type", "stance_source")] == [None] * 4
    assert "stance" in report(made.folder)[row["id"]]["differs"]
    assert verify(made.folder) == []


def test_a_page_that_the_filter_drops_is_named_with_its_reason(
    fill: Callable[..., Rehydrated], articles: list[dict[str, Any]]
) -> None:
    made = fill(
        [articles[0] | {"text": "Der Artikel wurde gelöscht. Bitte rufen Sie die Startseite auf."}, articles[1]]
    )
    entry = report(made.folder)[articles[0]["id"]]
    assert (entry["outcome"], entry["detail"]) == ("dropped", "filter: too_short")
    assert made.reasons == {"filter: too_short": 1}


def test_the_command_says_why_pages_are_not_there(stub: Path, articles: list[dict[str, Any]], tmp_path: Path) -> None:
    short = {"text": "Der Artikel wurde gelöscht. Bitte rufen Sie die Startseite auf."}
    records = [{"url": row["url"], "text": row["text"]} | (short if n else {}) for n, row in enumerate(articles[:3])]
    (tmp_path / "own.jsonl").write_bytes(b"\n".join(map(orjson.dumps, records)))
    done = run_script(
        "rehydrate", f"dir={stub}", "source=jsonl", f"source.path={tmp_path / 'own.jsonl'}",
        f"output.dir={tmp_path / 'full'}", f"pipeline.work_dir={tmp_path / 'w'}", "engine.workers=1",
    )  # fmt: skip
    assert "dropped  2\n  2 filter: too_short\n" in done.stdout, done.stdout + done.stderr
    assert f"is in {tmp_path / 'full' / REPORT}\n" in done.stdout


def test_nothing_found_is_a_failure_and_leaves_no_dataset(
    fill: Callable[..., Rehydrated], articles: list[dict[str, Any]], tmp_path: Path
) -> None:
    with pytest.raises(RuntimeError, match="no text of the stub was found"):
        fill([articles[0] | {"url": "https://other.example/x"}])
    with pytest.raises(RuntimeError, match="missing, 2 of the 2 pages have no URL, by which rows are found"):
        fill([articles[0] | {"url": None}, articles[1] | {"url": None}])
    with pytest.raises(RuntimeError, match="most were dropped as filter: too_short"):
        fill([articles[0] | {"text": "Der Artikel wurde gelöscht. Bitte rufen Sie die Startseite auf."}])
    assert not (tmp_path / "full").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["dir={sample}", "source=sample"], "is no stub"),
        (["dir={stub}", "source=html", "source.path=/no/such"], "/no/such"),
        (["dir={stub}", "source=sample", "match=nearly"], "match=nearly"),
        (["dir={stub}", "source=sample", "match=near", "near_jaccard=2"], "near_jaccard=2"),
        (["dir={stub}", "source=sample", "engine.workers=0"], "workers=0"),
        (["source=sample"], "dir is missing"),
    ],
)
def test_mistakes_exit_with_2_and_one_line(
    arguments: list[str], message: str, sample: Path, stub: Path, tmp_path: Path
) -> None:
    given = [argument.format(sample=sample, stub=stub) for argument in arguments]
    done = run_script("rehydrate", *given, f"output.dir={tmp_path / 'x'}")
    assert done.returncode == 2, done.stderr
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_output_must_not_be_something_else(stub: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("x")
    with pytest.raises(ConfigError, match="holds files that are no dataset"):
        rehydrate(
            stub, Source("sample", str(ROOT / "data" / "sample")), tmp_path / "mine", Matching(), Work(tmp_path / "w"),
            Local(1),
        )  # fmt: skip
    assert not (tmp_path / "w").exists()  # before any work
