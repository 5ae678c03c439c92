"""Boilerplate phrases by class, and the signs that make their search cheap."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presseschau.extract.phrases import PHRASE_NAMES, phrases
from presseschau.extract.words import read_words

CLASSES = read_words("phrases")


def classes(text: str) -> set[str]:
    bits = phrases(text)
    return {name for i, name in enumerate(PHRASE_NAMES) if bits >> i & 1}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Lesezeit: 3 Minuten", {"reading"}),
        ("Von Anna Beispiel", {"byline"}),
        ("12. März 2024, 14:05 Uhr", {"date", "date_start"}),
        ("Foto: Max Muster/dpa-Bildfunk", {"credit"}),
        ("Lesen Sie auch: Was nun?", {"related"}),
        ("Jetzt den Newsletter abonnieren", {"newsletter"}),
        ("Artikel teilen", {"share"}),
        ("Alle Rechte vorbehalten", {"legal"}),
        ("Die Brücke ist wieder offen.", set()),
    ],
)
def test_classes_of_a_line(text: str, found: set[str]) -> None:
    assert classes(text) == found


def test_a_long_block_is_running_text() -> None:
    assert classes("Der Newsletter kommt täglich. " * 20) == set()


@given(st.data())
def test_every_match_holds_a_sign_of_its_class(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(PHRASE_NAMES))
    pattern = data.draw(st.sampled_from(CLASSES[name]["match"]))
    text = data.draw(st.from_regex(re.compile(pattern, re.ASCII if "\\d" in pattern else 0)))
    if len(text) <= 400 and re.search(pattern, text):
        assert name in classes(text)
