"""Croissant metadata: valid, of exactly these files, and its rows can be read without a network."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pytest
import yaml

from presseschau.pipeline.release import describe
from presseschau.publish import card
from presseschau.publish.card.front import metadata
from presseschau.publish.card.read import citation, license_url, plain, read_card, section
from presseschau.publish.croissant import NAME, check_croissant
from presseschau.publish.derive import Change, derive
from presseschau.publish.opened import Folder
from presseschau.publish.shards import file_sha256
from presseschau.publish.statistics import count
from presseschau.publish.verify import verify
from presseschau.schema import DATA, VIEWS

# What the dataset tracks of conferences ask for.
RAI = ("rai:dataLimitations", "rai:dataBiases", "rai:personalSensitiveInformation", "rai:dataUseCases",
       "rai:dataSocialImpact", "rai:hasSyntheticData", "prov:wasDerivedFrom", "prov:wasGeneratedBy", "rai:dataCollection",
       "rai:dataPreprocessingProtocol", "rai:dataAnnotationProtocol", "rai:dataReleaseMaintenancePlan")  # fmt: skip


def read(folder: Path) -> dict[str, Any]:
    return dict(orjson.loads((folder / NAME).read_bytes()))


def variant(origin: Path, target: Path, rows: Callable[[pa.Table], pa.Table]) -> Path:
    """The dataset with other rows, a card that fits them, and everything that is derived from both."""
    derive(origin, target, Change(rows=rows))
    folder = Folder.open(target)
    info = card.DatasetInfo("variant", "1.0.0", "cc-by-4.0", "Variant")
    front = metadata(info, folder.schema, count(target))
    _, prose = read_card(target)
    (target / "README.md").write_text(f"---\n{yaml.safe_dump(front, sort_keys=False)}---\n{prose}", encoding="utf-8")
    describe(target)
    return target


def gold_rows(table: pa.Table) -> pa.Table:
    """Every third row labelled by people, every other one without a stance."""
    roles = [("validation" if i % 6 == 0 else "training") if i % 3 == 0 else None for i in range(len(table))]
    stances = [None if i % 2 else value for i, value in enumerate(table.column("stance").to_pylist())]
    for name, values in (("label_role", roles), ("stance", stances)):
        at = table.schema.get_field_index(name)
        table = table.set_column(at, table.schema.field(name), pa.array(values, table.schema.field(name).type))
    return table


@pytest.fixture(scope="module")
def labelled(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return variant(sample, tmp_path_factory.mktemp("labelled") / "dataset", gold_rows)


def test_it_lists_exactly_the_data_files_with_their_hashes(sample: Path) -> None:
    files = {file["contentUrl"]: file for file in read(sample)["distribution"] if "contentUrl" in file}
    data = {path.relative_to(sample).as_posix() for path in (sample / "data").iterdir()}
    assert set(files) == data | {"ledger.parquet", "splits.json", "manifest.json"}
    for name, file in files.items():
        assert file["sha256"] == file_sha256(sample / name)
        assert file["contentSize"] == f"{(sample / name).stat().st_size} B"


def test_record_sets_are_the_views_of_the_card(sample: Path, labelled: Path) -> None:
    for folder in (sample, labelled):
        front, _ = read_card(folder)
        names = [record_set["@id"] for record_set in read(folder)["recordSet"]]
        assert names[-len(front["configs"]) :] == [config["config_name"] for config in front["configs"]]


def test_class_names_and_splits_are_enumerated(sample: Path) -> None:
    sets = {record_set["@id"]: record_set for record_set in read(sample)["recordSet"]}
    schema = Folder.open(sample).schema
    for column in ("topic", "genre", "stance"):
        rows = sets[f"{column}_classes"]["data"]
        assert tuple(row[f"{column}_classes/name"] for row in rows) == schema.names.of(column)
        assert [row[f"{column}_classes/index"] for row in rows] == list(range(len(rows)))
    manifest = Folder.open(sample).manifest
    assert {row["splits/name"]: row["splits/rows"] for row in sets["splits"]["data"]} == manifest["splits"]


def test_the_rai_fields_are_there_and_come_from_the_card(sample: Path) -> None:
    found = read(sample)
    assert [name for name in RAI if not found.get(name) and found.get(name) is not False] == []
    assert found["rai:hasSyntheticData"] is True  # the sample pages are invented
    _, prose = read_card(sample)
    assert found["rai:dataBiases"] == plain(section(prose, "Known biases"))
    assert len(found["rai:dataBiases"]) >= 4
    assert found["citeAs"] == citation(prose)
    assert found["citeAs"].startswith("@misc{")
    assert "{{" not in str(found)


def test_the_description_is_the_summary(sample: Path) -> None:
    articles = Folder.open(sample).manifest["pages"]["kept"]
    assert read(sample)["description"].startswith(f"{articles} German-language articles")


def test_the_date_is_that_of_the_newest_input_unless_the_build_was_given_one(sample: Path, tmp_path: Path) -> None:
    table = ds.dataset(sample / "data").to_table(["published", "modified", "crawled"])
    newest = max(value for name in table.schema.names if (value := pc.max(table.column(name)).as_py()) is not None)
    assert read(sample)["datePublished"] == newest.date().isoformat()
    derive(sample, tmp_path / "x", Change(manifest=lambda made: made | {"released": "1970-01-02"}), describe)
    assert read(tmp_path / "x")["datePublished"] == "1970-01-02"


def test_the_same_folder_gives_the_same_bytes(sample: Path, tmp_path: Path) -> None:
    derive(sample, tmp_path / "elsewhere", Change())
    derive(sample, tmp_path / "again", Change())
    for name in ("elsewhere", "again"):
        describe(tmp_path / name)
    for name in (NAME, "report.html"):
        assert (tmp_path / "elsewhere" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_verify_finds_what_does_not_hold(sample: Path, tmp_path: Path) -> None:
    target = tmp_path / "x"
    derive(sample, target, Change())
    describe(target)
    folder = Folder.open(target)
    described = folder.schema, folder.statistics
    assert list(check_croissant(target, *described)) == []
    assert verify(target) == []
    broken = read(target)
    broken["distribution"][0]["sha256"] = "0" * 64
    broken["distribution"][1]["contentUrl"] = "data/other.parquet"
    broken["recordSet"] = [record_set for record_set in broken["recordSet"] if record_set["@id"] != "topic"]
    (target / NAME).write_bytes(orjson.dumps(broken))
    found = "\n".join(verify(target))
    assert "sha256 differs" in found
    assert "data/other.parquet is listed but not there" in found
    assert "is not listed" in found
    assert "record set topic does not describe the shards" in found
    (target / NAME).write_bytes(b"{")
    assert [line.partition(" (")[0] for line in check_croissant(target, *described)] == [
        "croissant.json: can't be read"
    ]
    (target / NAME).unlink()
    assert list(check_croissant(target, *described)) == ["croissant.json: missing"]


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("name", "other", "name is not that of the folder"),
        ("version", "9.9.9", "version is not that of the folder"),
        ("license", "mit", "license is not that of the folder"),
        ("@context", {}, "@context is not that of the folder"),
    ],
)
def test_verify_compares_what_croissant_says_of_the_folder(
    sample: Path, tmp_path: Path, key: str, value: object, line: str
) -> None:
    shutil.copytree(sample, tmp_path / "x")
    (tmp_path / "x" / NAME).write_bytes(orjson.dumps(read(sample) | {key: value}))
    found = check_croissant(tmp_path / "x", Folder.open(sample).schema, count(sample))
    assert list(found) == [f"croissant.json: {line}"]


def test_verify_compares_how_files_and_sets_are_described(sample: Path, tmp_path: Path) -> None:
    shutil.copytree(sample, tmp_path / "x")
    broken = read(sample)
    broken["distribution"][0]["contentSize"] = "1 B"
    broken["distribution"][-1]["includes"] = "*.csv"
    broken["recordSet"].append({"@type": "cr:RecordSet", "@id": "own"})
    (tmp_path / "x" / NAME).write_bytes(orjson.dumps(broken))
    found = "\n".join(check_croissant(tmp_path / "x", Folder.open(sample).schema, count(sample)))
    assert "is not described as it is" in found
    assert "record set own does not describe the shards" in found
    assert "its sets of files are not those of the folder" in found


def test_licences_become_urls() -> None:
    assert license_url({"license": "cc0-1.0"}) == "https://creativecommons.org/publicdomain/zero/1.0/"
    assert license_url({"license": "other", "license_name": "x", "license_link": "LICENSE.md"}) == "LICENSE.md"
    assert license_url({"license": "mit"}) == "mit"


class TestReader:
    """The reader of MLCommons, where it is installed."""

    @pytest.fixture(autouse=True)
    def _reader(self) -> None:
        pytest.importorskip("mlcroissant", reason="mlcroissant is not installed (extra: dev)")

    @staticmethod
    def rows(folder: Path, view: str, **options: Any) -> list[dict[str, Any]]:
        import mlcroissant

        return list(mlcroissant.Dataset(folder / NAME).records(view, **options))

    def test_validates_without_a_warning(self, sample: Path, labelled: Path) -> None:
        for folder in (sample, labelled):
            code = (
                "import sys; from absl import app; from mlcroissant.scripts.validate import main; "
                f"sys.argv = ['validate', '--jsonld', {str(folder / NAME)!r}]; app.run(main)"
            )
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
            assert done.returncode == 0, done.stderr
            assert "Done." in done.stderr
            assert "warning" not in done.stderr.lower()

    @pytest.mark.parametrize("view", [view for view in VIEWS if view.part == DATA], ids=lambda view: view.name)
    def test_every_view_reads_the_rows_of_its_filter(self, labelled: Path, view: Any) -> None:
        table = ds.dataset(labelled / "data").to_table()
        conditions = {"stance": pc.field("stance") >= 0, "gold": pc.field("label_role") == "validation"}
        expected = table.filter(conditions[view.name]) if view.filters else table
        assert len(expected) > 0
        assert len(expected) < len(table) or not view.filters
        rows = self.rows(labelled, view.name)
        found = {row[f"{view.name}/id"].decode(): row for row in rows}
        assert len(rows) == len(found) == len(expected)
        columns = view.columns or tuple(column.name for column in Folder.open(labelled).schema.columns)
        for one in expected.to_pylist():
            two = found[one["id"]]
            assert set(two) == {f"{view.name}/{column}" for column in (*columns, "split")}
            assert two[f"{view.name}/title"].decode() == one["title"]
            assert two[f"{view.name}/text"].decode() == one["text"]
            for column in {"topic", "genre", "stance"} & set(columns):
                assert two[f"{view.name}/{column}"] == one[column]

    def test_evidence_and_keywords_are_lists(self, sample: Path) -> None:
        expected = {row["id"]: row for row in ds.dataset(sample / "data").to_table().to_pylist()}
        rows = self.rows(sample, "default")
        assert any(row["default/stance_evidence"] for row in rows)
        for row in rows:
            one = expected[row["default/id"].decode()]
            assert [word.decode() for word in row["default/keywords"]] == one["keywords"]
            spans = [
                {key.rpartition("/")[2]: value for key, value in span.items()}
                for span in row["default/stance_evidence"]
            ]
            assert [(s["start"], s["end"], s["text"].decode()) for s in spans] == [
                (s["start"], s["end"], s["text"]) for s in one["stance_evidence"]
            ]

    def test_one_split_can_be_asked_for(self, sample: Path) -> None:
        splits = Folder.open(sample).manifest["splits"]
        for split in ("test", "test_publisher"):
            rows = self.rows(sample, "topic", filters={"topic/split": split})
            assert {row["topic/split"].decode() for row in rows} == {split}
            assert len(rows) == splits[split]
