"""Terms are found where German lets them stand, and nowhere else."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presseschau.label.lexicon import Lexicon, fold, load_lexicon, parse_term, read_lexicon


def found(terms: str, text: str) -> list[str]:
    lexicon = Lexicon(parse_term(t, "x") for t in terms.split("|"))
    folded = fold(text)
    return [folded.lower[m.start : m.end] for m in lexicon.find(folded)]


@pytest.mark.parametrize(
    ("term", "text", "hits"),
    [
        ("KI", "Die KI-Branche nutzt KI.", 2),
        ("KI", "Kirche und Skifahren", 0),
        ("Chip*", "Chips, Chipfabrik und Mikrochip", 2),
        ("*speicher", "Ein Heimspeicher im Speicherhaus", 1),
        ("*speicher*", "Ein Heimspeicher im Speicherhaus", 2),
        ("Netz~", "Netz, Netze, Netzes, Netzwerk", 3),
        ("=Apple", "Apple verkauft, apple pie nicht", 1),
        ("=KI", "Die KI kommt, ki nicht", 1),
        ("Disney+", "Disney+ wird teurer, Disney nicht", 1),
        ("neuronale Netze", "neuronale\n Netze", 1),
        ("Größe", "groesse, Größe und GRÖSSE", 3),
        ("heißt", "Das heisst, es heißt", 2),
        ("Café", "cafe", 1),
    ],
)
def test_boundaries_case_and_spelling(term: str, text: str, hits: int) -> None:
    assert len(found(term, text)) == hits


def test_the_longest_match_wins_and_matches_do_not_overlap() -> None:
    assert found("Chip|KI-Chip|Chipfabrik", "KI-Chip und Chipfabrik") == ["ki-chip", "chipfabrik"]
    assert found("Ab cd|cd ef gh|gh", "ab cd ef gh") == ["cd ef gh"]


def test_a_weaker_long_candidate_does_not_swallow_what_a_stronger_one_leaves() -> None:
    assert found("eins zwei|drei|zwei drei vier", "eins zwei drei") == ["eins zwei", "drei"]


def test_a_mask_hides_the_term_inside_it() -> None:
    lexicon = Lexicon([parse_term("Signal", "internet"), parse_term("ein Signal @0", "internet")])
    assert [m.term.weight for m in lexicon.find(fold("Das ist ein Signal an Signal"))] == [0.0, 1.0]


def test_one_text_speaks_for_several_labels_but_once_for_each() -> None:
    lexicon = Lexicon([parse_term("Sony", "mobile"), parse_term("Sony", "games"), parse_term("Son*", "games @0.1")])
    assert [m.term.label for m in lexicon.find(fold("Sony"))] == ["mobile", "games"]
    twice = Lexicon([parse_term("App @1", "software"), parse_term("*app @2", "software")])
    assert [m.term.weight for m in twice.find(fold("App"))] == [2.0]


def test_positions_lead_back_to_the_source() -> None:
    source = "Ä\u00ad  Größe…  der Fußgänger"
    folded = fold(source)
    start = folded.offset(folded.lower.index("fussgaenger"))
    assert source[start:] == "Fußgänger"


@given(st.text(alphabet="aäöüß\u00ad …\n\tAÄxé’–", max_size=40))
def test_folding_keeps_lengths_and_rising_offsets(text: str) -> None:
    folded = fold(text)
    assert len(folded.lower) == len(folded.cased)
    offsets = [folded.offset(i) for i in range(len(folded.lower) + 1)]
    assert all(0 <= a <= b <= len(text) for a, b in pairwise(offsets))


@given(st.text(max_size=60))
def test_any_text_can_be_searched(text: str) -> None:
    lexicon = Lexicon([parse_term("*a*", "x"), parse_term("=İ", "x")])
    for match in lexicon.find(fold(text)):
        assert match.start < match.end


@pytest.mark.parametrize("written", ["", "@2", "Term @viel", "a @1 b"])
def test_broken_notation_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="lexicon"):
        parse_term(written, "x")


def test_a_group_needs_label_and_terms(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="needs `label` and `terms`"):
        read_lexicon({"groups": [{"label": "x"}]}, "mine")
    with pytest.raises(ValueError, match="needs a list of `groups`"):
        read_lexicon([], "mine")
    broken = tmp_path / "broken.yaml"
    broken.write_text("a: [", encoding="utf-8")
    with pytest.raises(ValueError, match=r"broken\.yaml"):
        load_lexicon(broken)


def test_an_empty_lexicon_finds_nothing() -> None:
    assert Lexicon([]).find(fold("irgendwas")) == []
