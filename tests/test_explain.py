"""Why one page is what it is: found by id, URL and page, and what is said where it is not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from conftest import build, run_script
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
        ({"strategy": "random", "seed": 7}, "by hash of the cluster and seed 7"),
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
