"""Stance toward given targets through the whole build: the view, its shards, its promises, its stub."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from conftest import ROOT, build, run_script
from presseschau.annotation.human import HumanLabel, write_human
from presseschau.document import Span
from presseschau.engine import Local
from presseschau.pipeline.groups import Source, Work
from presseschau.pipeline.rehydrate import Matching, rehydrate
from presseschau.pipeline.stub import release_stub
from presseschau.publish.manifest import read_manifest
from presseschau.publish.verify import verify

TARGETS = """\
- {name: Velarix, kind: company}
- {name: Lyrafon, aliases: [Lyrafon 2], kind: product}
- {name: Künstliche Intelligenz, aliases: [KI], kind: technology}
- Nirgendwas
"""


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("given") / "targets.yaml"
    path.write_text(TARGETS, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def dataset(given: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("targets"), f"label.stance.targets={given}", workers=2)


def rows(folder: Path, part: str = "stance_targets") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for path in sorted((folder / part).glob("*.parquet")):
        found += [row | {"split": path.name.partition("-")[0]} for row in pq.read_table(path).to_pylist()]
    return found


def test_one_row_for_each_article_and_target_that_it_mentions(dataset: Path) -> None:
    articles = {row["id"]: row for row in rows(dataset, "data")}
    found = rows(dataset)
    assert len({(row["id"], row["target"]) for row in found}) == len(found) > 5
    assert {row["target"] for row in found} >= {"Velarix", "Lyrafon"}
    assert "Nirgendwas" not in {row["target"] for row in found}
    for row in found:
        article = articles[row["id"]]
        assert (row["text"], row["title"], row["split"]) == (article["text"], article["title"], article["split"])
        words = [row["target"], *(["KI"] if row["target"] == "Künstliche Intelligenz" else [])]
        assert any(word in f"{row['title']} {row['text']}" for word in words)
        assert all(row["text"][s["start"] : s["end"]] == s["text"] for s in row["stance_evidence"])
        assert row["kind"] == {"Velarix": "company", "Lyrafon": "product"}.get(row["target"], "technology")
    mentioning = {row["id"] for row in found if row["target"] == "Velarix"}
    assert mentioning >= {i for i, row in articles.items() if " Velarix " in row["text"]}


@pytest.mark.usefixtures("offline")
def test_the_view_loads_by_name(dataset: Path, tmp_path: Path) -> None:
    from datasets import ClassLabel, load_dataset

    view = load_dataset(str(dataset), "stance_targets", cache_dir=str(tmp_path))
    assert sum(map(len, view.values())) == len(rows(dataset))
    assert set(view) == {row["split"] for row in rows(dataset)}
    feature = view["train"].features["stance"]
    assert isinstance(feature, ClassLabel)
    assert feature.names == ["favor", "against", "mixed", "neutral"]
    default = load_dataset(str(dataset), cache_dir=str(tmp_path))
    assert sum(map(len, default.values())) == read_manifest(dataset)["pages"]["kept"]


def test_every_promise_holds_and_a_broken_one_is_found(dataset: Path, tmp_path: Path) -> None:
    assert verify(dataset) == []
    copy = tmp_path / "dataset"
    shutil.copytree(dataset, copy)
    path = min((copy / "stance_targets").glob("*.parquet"))
    table = pq.read_table(path)
    other = [row | {"text": row["text"] + "."} for row in table.to_pylist()]
    pq.write_table(pa.Table.from_pylist(other, schema=table.schema), path)
    found = "\n".join(verify(copy))
    assert f"{path.relative_to(copy)}: sha256 differs" in found
    assert "not the text of that article" in found
    assert "content_sha256 differs" in found


def test_the_rows_are_part_of_the_content_and_absent_without_targets(dataset: Path, sample: Path) -> None:
    with_rows, without = read_manifest(dataset), read_manifest(sample)
    assert with_rows["content_sha256"] != without["content_sha256"]
    assert [t["name"] for t in with_rows["targets"]] == ["Velarix", "Lyrafon", "Künstliche Intelligenz", "Nirgendwas"]
    assert without["targets"] == []
    assert not (sample / "stance_targets").exists()
    assert "stance_targets" not in (sample / "README.md").read_text(encoding="utf-8").split("---\n")[1]
    assert rows(dataset, "data") == rows(sample, "data")


def test_the_same_bytes_whatever_the_workers(dataset: Path, given: Path, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere.yaml"
    shutil.copyfile(given, other)
    again = build(tmp_path, f"label.stance.targets={other}", env={"PYTHONHASHSEED": "7"})
    names = sorted(path.relative_to(dataset) for path in dataset.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    assert [name for name in names if (dataset / name).read_bytes() != (again / name).read_bytes()] == []


def test_other_targets_leave_the_labels_alone(given: Path, tmp_path: Path) -> None:
    build(tmp_path, f"label.stance.targets={given}")
    labels = {path: path.stat().st_mtime_ns for path in (tmp_path / "work" / "label").rglob("*.parquet")}
    less = tmp_path / "less.csv"
    less.write_text("name,aliases,kind\nVelarix,Velarix AG|VLX,company\n", encoding="utf-8")
    found = rows(build(tmp_path, f"label.stance.targets={less}"))
    assert {row["target"] for row in found} == {"Velarix"}
    assert labels == {path: path.stat().st_mtime_ns for path in (tmp_path / "work" / "label").rglob("*.parquet")}


def test_a_stub_has_no_word_and_gets_all_back(dataset: Path, tmp_path: Path) -> None:
    stub, full = tmp_path / "stub", tmp_path / "full"
    release_stub(dataset, stub)
    assert verify(stub) == []
    for row in rows(stub):
        assert row["title"] is row["text"] is None
        assert row["target"] is not None
        assert all(span["text"] is None for span in row["stance_evidence"])
    pages = Source("sample", str(ROOT / "data" / "sample"))
    done = rehydrate(stub, pages, full, Matching(), Work(tmp_path / "work"), Local(1))
    assert done.equal
    assert rows(full) == rows(dataset)
    assert verify(full) == []


def test_croissant_reads_the_rows(dataset: Path) -> None:
    mlcroissant = pytest.importorskip("mlcroissant")
    found = mlcroissant.Dataset(jsonld=str(dataset / "croissant.json"))
    read = [row["stance_targets/target"].decode() for row in found.records("stance_targets")]
    assert sorted(read) == sorted(row["target"] for row in rows(dataset))


def test_people_are_heard_on_the_target_that_they_name(dataset: Path, given: Path, tmp_path: Path) -> None:
    some = next(row for row in rows(dataset) if row["target"] == "Velarix")
    (article,) = [row for row in rows(dataset, "data") if row["id"] == some["id"]]
    other = "against" if some["stance"] != 1 else "favor"
    labels = {"stance": other, "stance_target": "velarix", "stance_target_type": "company"}
    evidence = (Span(0, 3, article["text"][:3]),)
    write_human(tmp_path / "people.jsonl", [HumanLabel(some["id"], article["text_sha256"], labels, evidence=evidence)])
    again = build(tmp_path, f"label.stance.targets={given}", f"label.human={tmp_path / 'people.jsonl'}")
    assert verify(again) == []
    changed = [row for row, old in zip(rows(again), rows(dataset), strict=True) if row != old]
    assert [(row["id"], row["target"], row["stance_source"]) for row in changed] == [(some["id"], "Velarix", "human")]
    assert changed[0]["stance"] == ["favor", "against"].index(other)
    assert changed[0]["stance_evidence"] == [{"start": 0, "end": 3, "text": article["text"][:3]}]


def test_an_article_is_explained_with_its_targets(dataset: Path) -> None:
    row = next(row for row in rows(dataset) if row["target"] == "Velarix")
    done = run_script("explain", f"dir={dataset}", f"id={row['id']}")
    assert done.returncode == 0, done.stderr
    assert "target    'Velarix' (company): " in done.stdout


def test_the_rows_as_a_table(dataset: Path, tmp_path: Path) -> None:
    output = tmp_path / "rows.jsonl"
    done = run_script("export", f"dir={dataset}", "format=jsonl", "view=stance_targets", f"output={output}")
    assert done.returncode == 0, done.stderr
    found = [orjson.loads(line) for line in output.read_bytes().splitlines()]
    assert len(found) == len(rows(dataset))
    assert {row["stance"] for row in found} <= {"favor", "against", "mixed", "neutral"}
    bare = run_script("export", f"dir={dataset}", "format=jsonl", "view=nothing", f"output={output}")
    assert (bare.returncode, bare.stderr.count("\n")) == (2, 1)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("t.yaml", "- {name: Nova, kind: car}\n", "kind 'car' is none of product"),
        ("t.csv", "name,colour\nNova,red\n", "unknown key 'colour'"),
        ("t.csv", "aliases\nNova\n", "has no name"),
        ("t.yaml", "- '--'\n", "'--' is no name"),
    ],
)
def test_a_wrong_list_is_one_line(tmp_path: Path, name: str, content: str, said: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    done = run_script("build", f"output.dir={tmp_path / 'd'}", f"label.stance.targets={tmp_path / name}")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert said in done.stderr


def test_short_and_long_form_of_no_stance(tmp_path: Path, given: Path) -> None:
    for number, option in enumerate(("label.stance=false", "label.stance.enabled=false")):
        folder = build(tmp_path / str(number), option)
        assert ds.dataset(folder / "data").count_rows(filter=ds.field("stance").is_valid()) == 0
    refused = run_script("build", "label.stance.enabled=false", f"label.stance.targets={given}")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
