"""Author names without CMS noise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presseschau.extract.metadata.authors import clean_authors, is_newsroom, looks_like_person


@pytest.mark.parametrize(
    ("stated", "names"),
    [
        (["Anna Beispiel"], ["Anna Beispiel"]),
        (["Max Muster", "Anna Beispiel"], ["Max Muster", "Anna Beispiel"]),
        (["Anna Beispiel, Max Muster"], ["Anna Beispiel", "Max Muster"]),
        (["Anna Beispiel und Max Muster"], ["Anna Beispiel", "Max Muster"]),
        (["Anna Beispiel; Max Muster | Eva Probe"], ["Anna Beispiel", "Max Muster", "Eva Probe"]),
        (["Anna Beispiel & dpa"], ["Anna Beispiel", "dpa"]),
        (["Herz und Blut"], ["Herz und Blut"]),
        (["Haus Beispiel GmbH & Co. KG"], ["Haus Beispiel GmbH & Co. KG"]),
        (["Copyright Haus Beispiel"], []),
        (["Anna Beispiel, Oktober 2008"], ["Anna Beispiel"]),
        (["Anna Beispiel / Max Muster"], ["Anna Beispiel", "Max Muster"]),
        (["Anna Beispiel/Max Muster"], ["Anna Beispiel", "Max Muster"]),
        (["Anna Beispiel/dpa"], ["Anna Beispiel", "dpa"]),
        (["afp/dpa"], ["afp", "dpa"]),
        (["Anna Beispiel mit dpa"], ["Anna Beispiel", "dpa"]),
        (["Leben mit Krebs"], ["Leben mit Krebs"]),
        (["Haus/Garten"], ["Haus/Garten"]),
        (["xyz/abcd;efgh"], ["xyz/abcd", "efgh"]),
        # words in front
        (["Von Anna Beispiel"], ["Anna Beispiel"]),
        (["von: Anna Beispiel"], ["Anna Beispiel"]),
        (["VON ANNA BEISPIEL"], ["ANNA BEISPIEL"]),
        (["By Anna Beispiel"], ["Anna Beispiel"]),
        (["Ein Gastbeitrag von Anna Beispiel"], ["Anna Beispiel"]),
        (["Autorin: Anna Beispiel"], ["Anna Beispiel"]),
        (["Zeige alle Beiträge von Anna Beispiel →"], ["Anna Beispiel"]),
        (["erstellt von Anna Beispiel"], ["Anna Beispiel"]),
        (["Vonnegut Probe"], ["Vonnegut Probe"]),
        (["Kommentar von Anna Beispiel"], ["Anna Beispiel"]),
        (["Eine Rezension von Anna Beispiel"], ["Anna Beispiel"]),
        (["Autor:in Anna Beispiel"], ["Anna Beispiel"]),
        (["Autor*innen: Anna Beispiel, Max Muster"], ["Anna Beispiel", "Max Muster"]),
        (["Gastautorin: Anna Beispiel"], ["Anna Beispiel"]),
        (["Von unserer Korrespondentin Anna Beispiel"], ["Anna Beispiel"]),
        (["Von unserem Redaktionsmitglied Max Muster"], ["Max Muster"]),
        (["Chefredakteurin Anna Beispiel"], ["Anna Beispiel"]),
        (["Reporter ohne Grenzen"], ["Reporter ohne Grenzen"]),
        (["Autorengruppe Beispiel"], ["Autorengruppe Beispiel"]),
        # words behind
        (["Anna Beispiel (abe)"], ["Anna Beispiel"]),
        (["Anna Beispiel, Redakteurin"], ["Anna Beispiel"]),
        (["Anna Beispiel (Korrespondentin in Rom)"], ["Anna Beispiel"]),
        (["Anna Beispiel Redakteurin"], ["Anna Beispiel"]),
        (["Anna Beispiel - Reporterin"], ["Anna Beispiel"]),
        (["Anna Beispiel – Redakteurin im Ressort Politik"], ["Anna Beispiel"]),
        (["Anna Beispiel am 21. April 2020"], ["Anna Beispiel"]),
        (["Anna Beispiel 22. Februar 2020"], ["Anna Beispiel"]),
        (["Anna Beispiel 05.01.2025"], ["Anna Beispiel"]),
        (["Anna Beispiel, Jr."], ["Anna Beispiel, Jr."]),
        # no names
        (["anna.beispiel@beispiel.de"], []),
        (["Anna Beispiel anna[at]beispiel.de"], ["Anna Beispiel"]),
        (["https://www.facebook.com/beispielblatt"], []),
        (["@annabeispiel"], []),
        (["Foto: Max Muster", "Anna Beispiel"], ["Anna Beispiel"]),
        (["admin"], []),
        (["Redakteur"], []),
        (["Alle Beiträge"], []),
        (["", " ", "-", "12"], []),
        (["<a href='/x'>Anna Beispiel</a>"], ["Anna Beispiel"]),
        # repeats in other spelling
        (["Anna Beispiel", "ANNA BEISPIEL", "Anna-Beispiel"], ["Anna Beispiel"]),
        (["Anna Beispiel Anna Beispiel schreibt seit 2012"], ["Anna Beispiel Anna Beispiel schreibt seit 2012"]),
        (["Anna Beispiel Anna Beispiel"], ["Anna Beispiel"]),
        (["Peter Peter"], ["Peter Peter"]),
        # newsrooms and agencies stay
        (["Beispielblatt Redaktion"], ["Beispielblatt Redaktion"]),
        (["dpa"], ["dpa"]),
    ],
)
def test_clean_authors(stated: list[str], names: list[str]) -> None:
    assert list(clean_authors(stated)) == names


@given(st.lists(st.text(max_size=30), max_size=4))
def test_clean_authors_never_raises_and_is_stable(stated: list[str]) -> None:
    names = clean_authors(stated)
    assert all(name.strip() == name and name for name in names)


def test_hostile_lengths_cost_no_time() -> None:
    for value in ("am " * 50_000, "von " * 50_000, "a, " * 50_000, "&" * 100_000, "(" * 100_000):
        assert len(clean_authors([value])) <= 1


@pytest.mark.parametrize(
    "name", ["Anna Beispiel", "Dr. Anna von Beispiel", "ANNA BEISPIEL", "Jean-Luc O'Neil", "Anna B. Probe"]
)
def test_person(name: str) -> None:
    assert looks_like_person(name)


@pytest.mark.parametrize(
    "name",
    [
        "dpa",
        "Beispiel Zeitung",
        "Team Wirtschaft",
        "anna beispiel",
        "12 Uhr",
        "Zur besten Sendezeit am Abend läuft",
        "Beispiel GmbH",
        "Am 3. Mai",
    ],
)
def test_no_person(name: str) -> None:
    assert not looks_like_person(name)


def test_newsroom() -> None:
    assert is_newsroom("Redaktion")
    assert is_newsroom("Beispielblatt-Redaktion")
    assert not is_newsroom("Anna Beispiel")
