"""A dataset as one file: what is in it is what the dataset has, in the form that the tools of others read."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.dataset as ds
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import run_script
from presseschau.publish.export import export, field
from presseschau.publish.manifest import read_manifest
from presseschau.publish.opened import Folder


def rows(folder: Path) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in ds.dataset(folder / "data").to_table().to_pylist()}


def test_csv_by_the_command_is_what_pandas_reads(sample: Path, tmp_path: Path) -> None:
    done = run_script("export", f"dir={sample}", "format=csv", f"output={tmp_path / 'x.csv'}")
    assert done.returncode == 0, done.stderr
    frame = pd.read_csv(tmp_path / "x.csv", parse_dates=["published"], dtype={"id": str})
    known, names = rows(sample), Folder.open(sample).schema.names
    assert len(frame) == len(known)
    assert frame["split"].value_counts().to_dict() == read_manifest(sample)["splits"]
    assert str(frame["published"].dt.tz) == "UTC"
    for row in frame.to_dict("records"):
        full = known[row["id"]]
        assert row["topic"] == names.topic[full["topic"]]
        assert row["genre"] == names.genre[full["genre"]]
        stance = full["stance"]
        assert row["stance"] == names.stance[stance] if stance is not None else pd.isna(row["stance"])
        assert row["text"] == full["text"]
        assert json.loads(row["stance_evidence"]) == full["stance_evidence"]
        assert row["topic_confidence"] == pytest.approx(full["topic_confidence"], abs=1e-6)
        assert (full["published"] is None) == pd.isna(row["published"])


def test_csv_has_what_spreadsheets_want(sample: Path, tmp_path: Path) -> None:
    export(sample, tmp_path / "x.csv", "csv")
    data = (tmp_path / "x.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfsplit,id,url,")
    assert data.endswith(b"\r\n")
    with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    assert {len(line) for line in lines} == {len(lines[0])}
    assert any("\n\n" in cell for line in lines for cell in line)
    at = lines[0].index("published")
    dates = [line[at] for line in lines[1:] if line[at]]
    assert dates
    assert all(datetime.fromisoformat(date).tzinfo == UTC for date in dates)


def test_jsonl_has_types_and_label_names(sample: Path, tmp_path: Path) -> None:
    assert export(sample, tmp_path / "x.jsonl", "jsonl") == len(rows(sample))
    lines = (tmp_path / "x.jsonl").read_text(encoding="utf-8").splitlines()
    known, names = rows(sample), Folder.open(sample).schema.names
    for line in lines:
        row = json.loads(line)
        full = known[row["id"]]
        assert row["topic"] == names.topic[full["topic"]]
        assert row["keywords"] == full["keywords"]
        assert row["text"] == full["text"]
        assert row["published"] is None or row["published"].endswith("Z")
    assert list(json.loads(lines[0]))[:3] == ["split", "id", "url"]


def test_the_same_dataset_gives_the_same_bytes(sample: Path, tmp_path: Path) -> None:
    for kind in ("csv", "jsonl"):
        export(sample, tmp_path / "a", kind)  # type: ignore[arg-type]
        export(sample, tmp_path / "b", kind)  # type: ignore[arg-type]
        assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_splits_columns_and_separator_can_be_chosen(sample: Path, tmp_path: Path) -> None:
    done = run_script(
        "export", f"dir={sample}", f"output={tmp_path / 'x.csv'}", "splits=[validation,test]", "separator=semicolon",
        "columns=[id,split,topic,topic_confidence]",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    frame = pd.read_csv(tmp_path / "x.csv", sep=";", decimal=",")
    assert list(frame.columns) == ["id", "split", "topic", "topic_confidence"]
    assert frame["topic_confidence"].between(0, 1).all()
    assert list(dict.fromkeys(frame["split"])) == ["validation", "test"]


def test_without_a_name_the_file_is_beside_the_dataset(sample: Path) -> None:
    done = run_script("export", f"dir={sample}", "columns=[split]", "format=jsonl")
    assert done.returncode == 0, done.stderr
    made = sample.parent / f"{read_manifest(sample)['name']}-1.0.0.jsonl"
    assert len(made.read_text().splitlines()) == len(rows(sample))
    made.unlink()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["format=xlsx"], "format=xlsx is not known"),
        (["formulas=run"], "formulas=run is not known"),
        (["separator=pipe"], "separator=pipe is not known"),
        (["splits=[dev]"], "has no dev; it has train, validation"),
        (["columns=[body]"], "has no body; it has split, id, url"),
        (["dir=/no/such"], "/no/such is no dataset folder"),
        (["output=x.jsonl"], "output=x.jsonl must be a file that ends in .csv, as format=csv does"),
        (["output=x.csv", "format=jsonl"], "must be a file that ends in .jsonl"),
        (["output=."], "output=. must be a file"),
    ],
)
def test_mistakes_exit_with_2_and_one_line(arguments: list[str], message: str, sample: Path, tmp_path: Path) -> None:
    done = run_script("export", f"dir={sample}", f"output={tmp_path / 'x'}", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_formulas_are_taken_for_text(start: str) -> None:
    assert field(f"{start}1+1") == f"'{start}1+1"
    assert field(f"{start}1+1", escape=False) == f"{start}1+1"
    assert field(f"a{start}1") == f"a{start}1"


def test_numbers_are_no_formulas() -> None:
    assert [field(-0.5), field(-3), field(None), field(False)] == ["-0.5", "-3", "", "false"]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_a_field_comes_back_as_it_was_but_for_the_apostrophe(text: str) -> None:
    made = field(text)
    assert made in (text.replace("\r\n", "\n"), "'" + text.replace("\r\n", "\n"))
    assert not made.startswith(("=", "+", "-", "@", "\t", "\r"))
