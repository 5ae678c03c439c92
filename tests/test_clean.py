"""Cleaning: the normal form of characters and white space, and what leaves an article."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presseschau.clean import drop_repeated_paragraphs, join_drop_caps, normalise, normalise_characters


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("Strom\u00adpreis", "Strompreis"),
        ("a\u200bb\u200c\u200d\u2060c\ufeff", "abc"),
        ("\u202aTitel\u202c\u200e", "Titel"),
        ("5\u00a0%\u202fmehr\u2009hier\u3000da", "5 % mehr hier da"),
        ("eins\ttwo", "eins two"),
        ("u\u0308ber", "über"),
        ("a\x00b\x07c\x7f", "abc"),
        ("a\r\nb\rc\u2028d\x0be", "a\nb\nc\nd\ne"),
        ("a\u2029b", "a\n\nb"),
        ("a  b   c", "a b c"),
        ("a \n b\t\n\n \n\n c ", "a\nb\n\nc"),
        ("\n\n a \n", "a"),
        ("\x84Gut\x93 \x96 10 \x80", "„Gut“ – 10 €"),
        ("„Ja“ – »nein« — 'so' \"da\" …", "„Ja“ – »nein« — 'so' \"da\" …"),
        ("\ud83d\ude00 und \ud800", "😀 und \ufffd"),
        ("\ue001 Teilen \uf105", "Teilen"),
        ("a\u3164b\uffa0c", "abc"),
        ("\uf8ff Watch", "\uf8ff Watch"),
        ("", ""),
        ("Straße Grüße", "Straße Grüße"),
        ("eﬃzient ﬁnden, ﬂiegen, Stoﬀ, ﬆark", "effizient finden, fliegen, Stoff, stark"),
    ],
)
def test_normal_form(raw: str, clean: str) -> None:
    assert normalise(raw) == clean


ANY_TEXT = st.text(alphabet=st.characters(codec=None))
ODD_TEXT = st.text(
    alphabet=" \n\r\t\u00a0\u00ad\u200b\ufeff\u2028\u2029\u0308aAuÄ.\x85\x0b\x1c\ud800\udc00\u0344\u2000\ufb00\ufb06"
)


@given(ANY_TEXT | ODD_TEXT)
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(ANY_TEXT | ODD_TEXT)
def test_normal_form_holds_nothing_invisible(text: str) -> None:
    clean = normalise(text)
    assert unicodedata.is_normalized("NFC", clean)
    assert "\n\n\n" not in clean
    assert "  " not in clean
    assert all(line == line.strip(" ") for line in clean.split("\n"))
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in clean if c != "\n")
    assert not any(unicodedata.category(c) == "Zs" for c in clean if c != " ")
    clean.encode("utf-8")


def test_characters_alone_keep_columns() -> None:
    assert normalise_characters("  a\u00a0 b\r\n") == "  a  b\n"


LEAD = "Der Hersteller ruft tausend Ladegeräte zurück, weil sie heiß werden."


def test_a_paragraph_that_stood_there_before_is_dropped() -> None:
    text = f"{LEAD}\n\nMehr dazu sagt die Firma nicht.\n\n„{LEAD}“\n\n{LEAD.upper()}"
    assert drop_repeated_paragraphs(text) == f"{LEAD}\n\nMehr dazu sagt die Firma nicht."


def test_short_paragraphs_may_repeat() -> None:
    text = "Stimmt das?\n\nJa.\n\nUnd das?\n\nJa."
    assert drop_repeated_paragraphs(text) == text


@pytest.mark.parametrize(
    ("raw", "joined"),
    [
        ("D er Markt wächst.", "Der Markt wächst."),
        ("I m Herbst kommt das Update.", "Im Herbst kommt das Update."),
        ("B\nerlin baut ein Rechenzentrum.", "Berlin baut ein Rechenzentrum."),
        ("B\n\nerlin baut ein Rechenzentrum.", "Berlin baut ein Rechenzentrum."),
        ("C ist eine Programmiersprache.", "C ist eine Programmiersprache."),
        ("X will mehr Werbung.", "X will mehr Werbung."),
        ("Plan B\n\nist fertig.", "Plan B\n\nist fertig."),
    ],
)
def test_drop_caps_join_their_word(raw: str, joined: str) -> None:
    assert join_drop_caps(raw) == joined
