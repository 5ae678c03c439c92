"""Stance toward targets that the user names."""

from __future__ import annotations

from pathlib import Path

import pytest

from presseschau.document import Document
from presseschau.label.stance import StanceLabeler
from presseschau.label.stance_given import GivenTarget, load_given, stance_toward

TEXT = (
    "Zwei Uhren im Vergleich. Die Nordlicht überzeugt mit hervorragender Verarbeitung. Sie ist ein Glücksgriff.\n\n"
    "Die Polarstern dagegen ist eine herbe Enttäuschung. Das Menü ist miserabel, die Polarstern-App lieblos.\n\n"
    "Beide kosten 200 Euro."
)
NORDLICHT = GivenTarget("Nordlicht", kind="product")
POLARSTERN = GivenTarget("Uhr Polar", ("Polarstern",), "product")


def toward(*targets: GivenTarget, title: str = "Zwei Uhren im Test") -> dict[str, str | None]:
    found = stance_toward(StanceLabeler(), Document(text=TEXT, title=title), "review", targets)
    return {t.target.name: t.stance.stance for t in found}


def test_one_article_can_be_for_one_and_against_another() -> None:
    assert toward(NORDLICHT, POLARSTERN) == {"Nordlicht": "favor", "Uhr Polar": "against"}


def test_a_target_that_is_not_mentioned_has_no_row() -> None:
    assert toward(GivenTarget("Südwind")) == {}
    assert toward(GivenTarget("Nord")) == {}


def test_evidence_comes_from_sentences_about_the_target() -> None:
    (found,) = stance_toward(StanceLabeler(), Document(text=TEXT), "review", [NORDLICHT])
    assert found.mentions == 1
    assert [e.text for e in found.stance.evidence] == [
        "Die Nordlicht überzeugt mit hervorragender Verarbeitung.",
        "Sie ist ein Glücksgriff.",
    ]


def test_inflected_and_compound_mentions_count() -> None:
    text = "Die Technik der Polarsterns gefällt.\n\nDie Polarstern-App ist neu."
    (found,) = stance_toward(StanceLabeler(), Document(text=text), "news", [POLARSTERN])
    assert found.mentions == 2


@pytest.mark.parametrize(
    ("name", "text", "mentions"),
    [
        ("GEG", "Das GEG gilt. Die GEG-Novelle kommt. Gegen sie sind viele, andere nicht dagegen oder gegen.", 2),
        ("GEG", "GEGEN DIE NOVELLE SIND VIELE.", 0),
        ("CDU", "Die CDU zögert. Der Vorschlag der CDUs beider Länder liegt vor.", 2),
        ("Grüne", "Die Grünen stimmen zu. Der grüne Wasserstoff kommt in grünen Tanks.", 1),
        ("IKEA", "Ikea baut um. Bei IKEA gibt es Regale.", 2),
        ("heizungsgesetz", "Das Heizungsgesetz gilt. DAS HEIZUNGSGESETZ BLEIBT.", 2),
        ("X", "Auf X schrieb sie das. Die Fläche ist 3 x 4 Meter groß.", 1),
    ],
)
def test_a_name_has_its_capitals(name: str, text: str, mentions: int) -> None:
    found = stance_toward(StanceLabeler(), Document(text=text), "news", [GivenTarget(name)])
    assert [t.mentions for t in found] == [mentions] * (mentions > 0)


def test_the_headline_counts_where_it_names_the_target() -> None:
    (found,) = stance_toward(
        StanceLabeler(), Document(text="Es ist Mai.", title="Nordlicht: Ein Fiasko"), "opinion", [NORDLICHT]
    )
    assert (found.mentions, found.stance.stance) == (1, "against")


@pytest.mark.parametrize("genre", ["review", "opinion", "deal", "press_release"])
def test_what_an_article_only_mentions_it_does_not_judge(genre: str) -> None:
    text = f"{TEXT}\n\nDie Polarstern läuft mit WabeOS. „WabeOS ist großartig“, sagt der Hersteller."
    (found,) = stance_toward(StanceLabeler(), Document(text=text, title="Test"), genre, [GivenTarget("WabeOS")])
    if genre != "press_release":  # there the sender's judgement counts
        assert (found.mentions, found.stance.stance, found.stance.evidence) == (2, "neutral", ())
    assert (found.stance.stance == "neutral") == (not found.stance.evidence)


def test_targets_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "targets.yaml"
    path.write_text("- Nordlicht\n- {name: Uhr Polar, aliases: [Polarstern], kind: product}\n", encoding="utf-8")
    assert load_given(path) == (GivenTarget("Nordlicht"), POLARSTERN)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "needs a list"),
        ("name: x", "needs a list"),
        ("- {kind: product}", "has no name"),
        ("- {name: x, kind: thing}", "'thing' is none of"),
        ("- {name: x, alias: y}", "unknown key 'alias'"),
        ("- {name: x, aliases: y}", "must be a list"),
        ("- x\n- x", "there twice"),
        ("- [", "targets.yaml"),
        ("- ' '", "is no name"),
    ],
)
def test_a_wrong_file_gives_one_clear_line(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "targets.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=r"label\.stance\.targets") as error:
        load_given(path)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"nowhere\.yaml"):
        load_given(tmp_path / "nowhere.yaml")


def test_targets_from_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "targets.csv"
    path.write_bytes("\ufeffname,aliases,kind\r\nUhr Polar,Polarstern | Polar-Uhr,product\r\nNordlicht,,\r\n".encode())
    assert load_given(path) == (
        GivenTarget("Uhr Polar", ("Polarstern", "Polar-Uhr"), "product"),
        GivenTarget("Nordlicht"),
    )
    path.write_text("name\nNordlicht\n", encoding="utf-8")
    assert load_given(path) == (GivenTarget("Nordlicht"),)


def test_targets_from_a_german_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "targets.csv"
    path.write_bytes("\ufeffname;aliases;kind\r\nGrüne, die;Grünen|Bündnis 90;other\r\nNordlicht;;\r\n".encode())
    assert load_given(path) == (GivenTarget("Grüne, die", ("Grünen", "Bündnis 90")), GivenTarget("Nordlicht"))
    path.write_bytes("name;aliases;kind\r\nGrüne;;\r\n".encode("cp1252"))  # what Excel calls CSV
    assert load_given(path) == (GivenTarget("Grüne"),)
    path.write_bytes("name;aliases;kind\r\nGrüne;;\r\n".encode("cp850"))
    with pytest.raises(ValueError, match='save it as "CSV UTF-8"'):
        load_given(path)
