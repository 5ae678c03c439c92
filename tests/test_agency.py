"""News agencies: one list of names; authors, marks, datelines and source lines that name one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presseschau.extract.agency import (
    AGENCIES,
    agency_among,
    agency_credited,
    agency_in,
    agency_named,
    split_agency_mark,
)


def test_a_name_belongs_to_one_agency_and_the_canonical_one_is_among_them() -> None:
    aliases = [alias for names in AGENCIES.values() for alias in names.split(", ")]
    assert len(aliases) == len(set(aliases))
    assert all(alias == alias.lower() for alias in aliases)
    assert all(agency_in(agency) == agency for agency in AGENCIES)


@pytest.mark.parametrize(
    ("name", "agency"),
    [
        ("dpa", "dpa"),
        ("(DPA)", "dpa"),
        ("dpa-infocom GmbH", "dpa"),
        ("Deutsche Presse-Agentur", "dpa"),
        ("dpa-AFX", "dpa-AFX"),
        ("REUTERS", "Reuters"),
        ("© AFP", "AFP"),
        ("AP", "AP"),
        ("sid", "sid"),
        ("Keystone-SDA", "Keystone-SDA"),
        ("news aktuell", "ots"),
        # initials and names of people and places
        ("ap", None),
        ("Sid", None),
        ("Kap", None),
        ("Anna Beispiel", None),
        ("", None),
    ],
)
def test_agency_named(name: str, agency: str | None) -> None:
    assert agency_named(name) == agency


@pytest.mark.parametrize(
    ("names", "agency"),
    [
        (["Anna Beispiel", "AFP"], "AFP"),
        (["Anna Beispiel/dpa"], "dpa"),
        (["Anna Beispiel mit dpa und AFP"], "dpa"),
        (["Reuters", "dpa"], "Reuters"),
        (["Anna Beispiel"], None),
        (["Apa Beispiel"], None),
        ([], None),
    ],
)
def test_agency_among_authors(names: list[str], agency: str | None) -> None:
    assert agency_among(names) == agency


def test_a_credit_names_an_agency_by_a_whole_word() -> None:
    assert agency_in("Mit Material der afp und dpa") == "AFP"
    assert agency_in("Sidney meldet") is None


@pytest.mark.parametrize(
    ("blocks", "agency"),
    [
        (["Quelle: beispiel.de, abc/AFP/dpa"], "AFP"),
        (["Quelle: beispiel.de, Anna Beispiel und Max Muster, dpa"], "dpa"),
        (["Quelle: abc/dpa"], "dpa"),
        (["Die Brücke ist offen. (Quelle: APA/dpa)"], "APA"),
        (["© dpa-infocom, dpa:240312-99-123456/3"], "dpa"),
        (["Quelle: dpa"], None),
        (["Quelle: picture alliance/dpa/Max Muster"], None),
        (["Quelle: Statistisches Amt"], None),
        (["Die dpa meldet das."], None),
        # the first credit that names an agency counts
        (["Quelle: abc/Amt", "Quelle: abc/AFP", "Quelle: abc/dpa"], "AFP"),
        (["dpa: eine Agentur.", "© dpa-infocom, dpa:240312-99-123456/3"], "dpa"),
    ],
)
def test_agency_credited(blocks: list[str], agency: str | None) -> None:
    assert agency_credited(blocks) == agency


@pytest.mark.parametrize(
    ("text", "rest", "agency"),
    [
        ("Der Kurs fiel.\n\n(dpa)", "Der Kurs fiel.", "dpa"),
        ("Der Kurs fiel. (afp/hei)", "Der Kurs fiel.", "AFP"),
        ("Der Kurs fiel.\n\n(abc/dpa/AFP)", "Der Kurs fiel.", "dpa"),
        ("Der Kurs fiel. [apa/red]", "Der Kurs fiel.", "APA"),
        ("Der Kurs fiel.\n\nMit Material der dpa", "Der Kurs fiel.", "dpa"),
        ("Der Kurs fiel.\n\nQuelle: dpa/Reuters", "Der Kurs fiel.", "dpa"),
        ("Der Kurs fiel.\n\nsda/awp", "Der Kurs fiel.", "Keystone-SDA"),
        ("Der Kurs fiel.\n\nabc/epd", "Der Kurs fiel.", "epd"),
        ("Der Kurs fiel.\n\n© AFP", "Der Kurs fiel.", "AFP"),
        ("Der Kurs fiel.\n\n© dpa-infocom, dpa:240312-99-123456/3", "Der Kurs fiel.", "dpa"),
        ("Der Kurs fiel.\n\n© dpa-infocom, dpa:240312-99-123456/3 (dpa)", "Der Kurs fiel.", "dpa"),
        ("Berlin (dpa) - Der Kurs fiel.", "Berlin (dpa) - Der Kurs fiel.", "dpa"),
        ("BERLIN (dpa/bb) – Der Kurs fiel.", "BERLIN (dpa/bb) – Der Kurs fiel.", "dpa"),
        ("Rom/Wien (KNA). Der Papst reist.", "Rom/Wien (KNA). Der Papst reist.", "KNA"),
        ("Der Kurs fiel (minus drei Prozent).", "Der Kurs fiel (minus drei Prozent).", None),
        ("Das sagte ein Sprecher der dpa.", "Das sagte ein Sprecher der dpa.", None),
        ("Nach Angaben der Agentur AFP fiel der Kurs.", "Nach Angaben der Agentur AFP fiel der Kurs.", None),
        ("Der Konzern (AG) wächst.", "Der Konzern (AG) wächst.", None),
        ("Der Kurs fiel. (mho)", "Der Kurs fiel. (mho)", None),
        ("(dpa)", "", "dpa"),
        ("", "", None),
    ],
)
def test_agency_marks_leave_and_are_reported(text: str, rest: str, agency: str | None) -> None:
    assert split_agency_mark(text) == (rest, agency)


@given(st.lists(st.sampled_from(["Der Kurs fiel.", "(dpa)", "Quelle: AFP", "\n\n", " ", "[apa/red]"])).map("".join))
def test_agency_marks_leave_at_once(text: str) -> None:
    rest, _ = split_agency_mark(text)
    assert split_agency_mark(rest)[0] == rest


def test_a_text_of_nothing_but_marks_takes_no_time() -> None:
    assert split_agency_mark(("(dpa) " * 20_000).strip()) == ("", "dpa")
