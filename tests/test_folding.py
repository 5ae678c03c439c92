"""Folded text keeps its length in both cases, and every position leads back to the source."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presseschau.label.folding import fold, fold_line


@pytest.mark.parametrize(
    ("text", "lower"),
    [
        ("Größe  und\n Maß", "groesse und mass"),
        ("Œuvre, Café, Đ", "oeuvre, cafe, đ"),
        ("‚KI‘ – und’s geht…", "'ki' - und's geht..."),
        ("KG`s Zug", "kg's zug"),
        ("Soft\u00adhyphen", "softhyphen"),
        ("  am Rand ", " am rand "),
        ("", ""),
    ],
)
def test_spelling_is_made_alike(text: str, lower: str) -> None:
    assert fold(text).lower == lower


def test_the_spaced_text_has_a_space_for_every_mark() -> None:
    assert fold("KI-Chip (neu): „ж“").spaced == " ki chip  neu    ж  "


def test_positions_lead_back_to_the_source() -> None:
    source = "Ä\u00ad  Größe…  der Fußgänger"
    folded = fold(source)
    start = folded.offset(folded.lower.index("fussgaenger"))
    assert source[start:] == "Fußgänger"


@given(st.text(alphabet="aäöüß\u00ad …\n\tAÄxéİ’–", max_size=40))
def test_folding_keeps_lengths_and_rising_offsets(text: str) -> None:
    folded = fold(text)
    assert len(folded.lower) == len(folded.cased)
    offsets = [folded.offset(i) for i in range(len(folded.lower) + 1)]
    assert all(0 <= a <= b <= len(text) for a, b in pairwise(offsets))


@given(st.text(alphabet=st.sampled_from("aÄß\u00ad…’`жİ 7"), max_size=30))
def test_a_line_folds_as_any_text_does(text: str) -> None:
    line = " ".join(text.split())
    assert fold_line(line) == fold(line)
