"""Why one page is what it is: found by id, URL and page, and what is said where it is not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from conftest import ROOT, build, run_script
from presseschau.config import ConfigError
from presseschau.pipeline.explain import explain


def test_a_page_is_found_by_each_of_its_names(sample: Path) -> None:
    kept = next(row for row in pq.read_table(sample / "ledger.parquet").to_pylist() if row["outcome"] == "kept")
    done = run_script("explain", f"dir={sample}", f"page={kept['source']}")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{kept['source']}  {kept['url']}\noutcome   kept")
    for name, value in (("id", kept["id"]), ("url", kept["url"])):
        assert explain(sample, sample.parent / "work", None, **{name: value}) + "\n" == done.stdout


OPEN = {"held_out_publishers": [], "validation_publishers": [], "cutoff": None}


@pytest.mark.parametrize(
    ("plan", "why"),
    [
        ({"strategy": "benchmark", "held_out_publishers": ["pixelbote.example"]}, "pixelbote.example is held out"),
        ({"strategy": "benchmark", "cutoff": "2001-01-01"}, "published 2024-10-29, after the cutoff 2001-01-01"),
        ({"strategy": "temporal", "cutoff": "2101-01-01"}, "published 2024-10-29, cutoff 2101-01-01"),
        (
            {"strategy": "temporal", "cutoff": "2101-01-01", "validation_cutoff": "2100-01-01"},
            "published 2024-10-29, cutoff 2101-01-01, of validation 2100-01-01",
        ),
        ({"strategy": "random", "seed": 7}, "by hash of the cluster and seed 7"),
        ({"strategy": "random", "seed": 7, "group": "story"}, "by hash of the story and seed 7, or drawn there by its"),
        ({"strategy": "random", "stratify": ["topic"]}, "by the shares of topic, split.stratify, and seed"),
        ({"strategy": "publisher", "validation_publishers": ["pixelbote.example"]}, "pixelbote.example is held out"),
        ({"strategy": "publisher"}, "pixelbote.example is not held out"),
    ],
)
def test_why_an_article_is_in_its_split(sample: Path, tmp_path: Path, plan: dict[str, object], why: str) -> None:
    folder = shutil.copytree(sample, tmp_path / "dataset")
    splits = json.loads((folder / "splits.json").read_text())
    (folder / "splits.json").write_text(json.dumps({**splits, **OPEN, **plan}))
    assert f"({why}" in explain(folder, None, None, page="html/pixelbote/orbit-s-vorgestellt.htm")


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({}, "say exactly one of id=…, url=…, page=…"),
        ({"id": "a", "page": "b"}, "say exactly one of id=…, url=…, page=…"),
        (
            {"page": "netzkurier/stoerung-behobn.html"},
            "no page has page=netzkurier/stoerung-behobn.html: did you mean ",
        ),
    ],
)
def test_a_wrong_name_is_said_by_the_name_of_the_option(sample: Path, keys: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        explain(sample, None, None, **keys)


def test_a_url_is_found_with_what_its_canonical_form_leaves_out(sample: Path) -> None:
    rows = pq.read_table(sample / "ledger.parquet").to_pylist()
    url = next(row["url"] for row in rows if row["outcome"] == "kept" and "?" not in row["url"])
    assert explain(sample, None, None, url=f"{url}?utm_source=brief#oben") == explain(sample, None, None, url=url)


def test_what_repeats_what_is_told_of_both(sample: Path) -> None:
    rows = pq.read_table(sample / "ledger.parquet").to_pylist()
    copy = next(row for row in rows if row["reason"] == "near_duplicate")
    kept = next(row for row in rows if row["id"] == copy["detail"].split()[0] and row["outcome"] == "kept")
    assert f"\nrepeats   {kept['source']} (in the dataset)\n" in explain(sample, None, None, page=copy["source"]) + "\n"
    assert f"{copy['source']} (near_duplicate)" in explain(sample, None, None, page=kept["source"])


def test_the_work_folder_of_another_state_of_a_page_is_not_believed(tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    said = "Die Werkstatt in der Hafenstraße repariert {} Telefone, {} Uhren und {} Radios für wenig Geld, sagt {}."
    for name in ("alte", "neue", "kleine", "große"):
        (pages / f"{name}.txt").write_text("\n\n".join(said.format(name, n, name, name) for n in "abcd"))
    dataset = build(tmp_path, "source=text", f"source.path={pages}", "split=random")
    first = shutil.copytree(dataset, tmp_path / "first")
    id_ = next(r["id"] for r in pq.read_table(first / "ledger.parquet").to_pylist() if r["source"] == "alte.txt")
    sidecar = pages / "alte.json"
    sidecar.write_text(json.dumps({"url": "https://werkstatt.example/alte"}))
    build(tmp_path, "source=text", f"source.path={pages}", "split=random")
    told = explain(first, tmp_path / "work", None, id=id_)
    assert "has another state of this page" in told
    assert ", path " not in told
    assert f"\nfilter    {len((pages / 'alte.txt').read_text().split())} words" in told


def test_a_correction_is_told_of_its_label_alone(sample: Path, tmp_path: Path) -> None:
    row = pq.read_table(sample / "data").to_pylist()[0]
    names = json.loads((sample / "manifest.json").read_text())["labels"]["genre"]
    value = next(name for number, name in enumerate(names) if number != row["genre"])
    table = tmp_path / "corrections.csv"
    table.write_text(f"id,field,value,who,date,why\n{row['id']},genre,{value},Ada,2026-05-01,so steht es da\n")
    dataset = build(tmp_path, f"source.path={ROOT / 'data/sample'}", f"label.corrections={table}")
    told = explain(dataset, None, None, id=row["id"])
    assert f"genre     {value}, confidence 1.000, by human, corrected 2026-05-01: so steht es da\n" in told
    assert "corrections" not in told
    assert explain(sample, None, None, id=row["id"]).count(", corrected ") == 0


def test_a_stub_has_no_target_to_tell(sample: Path, tmp_path: Path) -> None:
    row = next(row for row in pq.read_table(sample / "data").to_pylist() if row["stance_target"])
    dataset = build(tmp_path, f"source.path={ROOT / 'data/sample'}", "publish.content=stub")
    assert "toward a target that a stub does not name" in explain(dataset, None, None, id=row["id"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["dir={empty}", "id=a"], "{empty} is no dataset folder: it has no manifest.json"),
        (["dir={sample}", "id=a", "work_dir={empty}"], "work_dir={empty} is no work folder of a build"),
    ],
)
def test_another_folder_is_no_dataset_and_no_work_folder(
    sample: Path, tmp_path: Path, arguments: list[str], message: str
) -> None:
    done = run_script("explain", *(argument.format(sample=sample, empty=tmp_path) for argument in arguments))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert message.format(empty=tmp_path) in done.stderr


def test_a_page_that_has_changed_is_explained_as_it_is_now(tmp_path: Path) -> None:
    pages, sentence = (
        tmp_path / "pages",
        "Die Werkstatt in der Hafenstraße repariert auch {} Telefone, und das für wenig Geld.",
    )
    pages.mkdir()
    for name in ("alte", "neue", "kleine", "große"):
        (pages / f"{name}.txt").write_text("\n\n".join([sentence.format(name)] * 3 + [f"Mehr über {name} Telefone."]))
    for extra in ("", " Geöffnet ist sie jeden Tag."):
        with (pages / "alte.txt").open("a") as page:
            page.write(extra)
        dataset = build(tmp_path, "source=text", f"source.path={pages}", "split=random")
        words = len((pages / "alte.txt").read_text().split())
        assert f"filter    {words} words" in explain(dataset, tmp_path / "work", None, page="alte.txt")
