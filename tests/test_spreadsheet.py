"""Filled-in tables as Excel, LibreOffice and Numbers save them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presseschau.annotation.answers import ids_in
from presseschau.annotation.corrections import load_corrections
from presseschau.label import load_scheme
from presseschau.publish.export import field
from presseschau.schema import LabelNames
from presseschau.spreadsheet import cell, read_rows, uncell

SCHEME = load_scheme()
NAMES = LabelNames(SCHEME.topic.keys, SCHEME.genre.keys, SCHEME.stance.keys)
WHY = "für die Käufer – „schön“, 20 €"


def saved(path: Path, rows: list[list[str]], encoding: str = "utf-8", sep: str = ";", end: str = "\r\n") -> Path:
    text = "".join(sep.join(f'"{cell}"' if cell else "" for cell in row) + end for row in rows)
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("sep", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_what_a_spreadsheet_saves_is_read(tmp_path: Path, encoding: str, sep: str, end: str) -> None:
    rows = [["id", "text", "why"], ["1", f"Eins{end}zwei", f" {WHY} "], ["2", "", ""]]
    found = read_rows(saved(tmp_path / "t.csv", rows, encoding, sep, end), ("id", "why"))
    assert found == [
        (3, {"id": "1", "text": f"Eins{end}zwei", "why": WHY}),
        (4, {"id": "2", "text": "", "why": ""}),
    ]


@pytest.mark.parametrize("encoding", ["mac_roman", "cp850", "utf-16-le"])
def test_what_would_be_read_wrongly_is_refused_with_what_to_do(tmp_path: Path, encoding: str) -> None:
    path = saved(tmp_path / "t.csv", [["id", "why"], ["1", "für die Käufer"]], encoding)
    with pytest.raises(
        ValueError, match=r't\.csv: is no CSV in UTF-8 .*: in the spreadsheet, save it as "CSV UTF-8"'
    ) as e:
        read_rows(path, ("id",))
    assert "\n" not in str(e.value)


@given(st.binary(max_size=60))
def test_any_file_is_read_or_refused_in_one_line(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    for content in (raw, b"id;why\n" + raw, b"PK\x03\x04" + raw):
        path.write_bytes(content)
        try:
            said = str(path)
            assert all("id" in row for _, row in read_rows(path, ("id",)))
        except ValueError as error:
            said = str(error)
        assert str(path) in said
        assert "\n" not in said


@pytest.mark.parametrize("text", ["=1+1", "+49 30", "-5 °C", "@wer", "\tx", "＝1", "＋1", "－1", "＠wer"])
def test_what_looks_like_a_formula_is_none_in_any_table_and_comes_back(text: str) -> None:
    assert cell(text) == field(text) == f"'{text}"
    assert uncell(cell(text)) == text


def test_a_quotation_mark_that_does_not_end_swallows_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('id,why\n1,"so\n2,anders\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"t\.csv: is no CSV .*unexpected end of data"):
        read_rows(path, ("id",))


def test_a_missing_column_or_file_is_named(tmp_path: Path) -> None:
    path = saved(tmp_path / "t.csv", [["id", "why"]])
    with pytest.raises(ValueError, match=r"t\.csv line 1: column topic is missing; needs id, topic"):
        read_rows(path, ("id", "topic"))
    with pytest.raises(ValueError, match=r"x\.csv: No such file"):
        read_rows(tmp_path / "x.csv", ())


def test_corrections_and_excluded_articles_come_from_excel_too(tmp_path: Path) -> None:
    rows = [
        ["id", "field", "value", "who", "date", "why"],
        ["4f0c3ac1d1be2c55", "topic", "policy", "Jörg", "2026-03-01", WHY],
    ]
    (correction,) = load_corrections(saved(tmp_path / "c.csv", rows, "cp1252"), NAMES)
    assert (correction.value, correction.who, correction.why) == ("policy", "Jörg", WHY)
    assert correction.date == date(2026, 3, 1)
    assert ids_in(saved(tmp_path / "TASKS.CSV", [["article_id", "title"], ["a1", "Grün"]], "cp1252")) == {"a1"}


@pytest.mark.parametrize("day", ["2026-03-01", "01.03.2026", "1.3.2026"])
def test_a_day_and_an_id_are_read_as_a_german_spreadsheet_rewrites_them(tmp_path: Path, day: str) -> None:
    rows = [["id", "field", "value", "who", "date", "why"], ["'12345678901234e5", "topic", "ai", "Eva", day, WHY]]
    (found,) = load_corrections(saved(tmp_path / "c.csv", rows), NAMES)
    assert (found.id, found.date) == ("12345678901234e5", date(2026, 3, 1))


@pytest.mark.parametrize("day", ["3/1/2026", "32.01.2026", "20260301", "gestern"])
def test_a_day_that_could_be_another_one_is_refused(tmp_path: Path, day: str) -> None:
    rows = [["id", "field", "value", "who", "date", "why"], ["a1", "topic", "ai", "Eva", day, WHY]]
    with pytest.raises(ValueError, match=r"c\.csv line 2: date .* must be a day such as 2026-03-31"):
        load_corrections(saved(tmp_path / "c.csv", rows), NAMES)
