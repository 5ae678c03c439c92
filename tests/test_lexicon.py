"""Terms are found where German lets them stand, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presseschau.label import load_scheme
from presseschau.label.folding import fold
from presseschau.label.lexicon import Lexicon, Scanner, Term, load_lexicon, parse_term, read_lexicon


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


def test_of_two_terms_of_one_text_only_the_inflected_one_has_endings() -> None:
    lexicon = Lexicon([parse_term("Netz", "telecom"), parse_term("Netz~", "energy")])
    assert [m.term.label for m in lexicon.find(fold("Netz, Netze"))] == ["telecom", "energy", "energy"]


def test_one_text_speaks_for_several_labels_but_once_for_each() -> None:
    lexicon = Lexicon([parse_term("Sony", "mobile"), parse_term("Sony", "games"), parse_term("Son*", "games @0.1")])
    assert [m.term.label for m in lexicon.find(fold("Sony"))] == ["mobile", "games"]
    twice = Lexicon([parse_term("App @1", "software"), parse_term("*app @2", "software")])
    assert [m.term.weight for m in twice.find(fold("App"))] == [2.0]


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
    for weight in ("viel", None, True, float("nan")):
        with pytest.raises(ValueError, match="lexicon mine: `weight` of x must be a number"):
            read_lexicon({"groups": [{"label": "x", "weight": weight, "terms": "Rad"}]}, "mine")
    broken = tmp_path / "broken.yaml"
    broken.write_text("a: [", encoding="utf-8")
    with pytest.raises(ValueError, match=r"broken\.yaml"):
        load_lexicon(broken)


def test_an_empty_lexicon_finds_nothing() -> None:
    assert Lexicon([]).find(fold("irgendwas")) == []


@pytest.mark.parametrize(
    "text",
    [
        "Wir hoffen, dass das so bleibt und nicht anders wird.",
        "Der Zug hat genommen, was übernommen und aufgenommen wurde.",
        "Ein dramatischer Abend, eine dramatische Lage, prompt folgte das Drama.",
        "Die Läufer stellen sich auf, alle bremsen und weichen aus.",
        "Er wurde positiv getestet, im Vergleich zu gestern war er der Meinung, es sei besser.",
    ],
)
def test_everyday_words_weigh_next_to_nothing(text: str) -> None:
    for task in (load_scheme().topic, load_scheme().genre):
        found = [m.term for m in task.build_lexicon().find(fold(text)) if not m.term.label.startswith("_")]
        assert sum(t.weight for t in found if t.label != "other") <= 0.7, found


def test_no_term_is_a_number_or_a_scrap() -> None:
    """A comma inside of a term cuts it in two, and what is left of it matches everywhere."""
    for task in (load_scheme().topic, load_scheme().genre):
        for term in task.build_lexicon().terms:
            assert not term.text.isdigit(), term
            assert term.text not in {"dass", "und", "oder", "der", "die", "das", "mit", "von", "ist"}, term


def naive(terms: list[Term], text: str) -> list[tuple[int, int, Term]]:
    """Every place of every term that its flags allow, found by looking everywhere."""
    lower, cased, hits = fold(text).lower, fold(text).cased, []
    for term in terms:
        word = fold(term.text)
        for start in range(len(lower) - len(word.lower) + 1):
            end = start + len(word.lower)
            if lower[start:end] != word.lower or (term.cased and cased[start:end] != word.cased):
                continue
            starts = start == 0 or not (lower[start - 1].isalnum() and lower[start].isalnum())
            ends = end == len(lower) or not (lower[end].isalnum() and lower[end - 1].isalnum())
            if (starts or term.open_start) and (ends or term.open_end):
                hits.append((start, end, term))
    return hits


PIECES = ["ki", "KI", "chip", "-", " ", "ä", "ö-chip", "net", ".", ".net", "+", "c++", "é", "„", "7", "ж"]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_the_automaton_finds_what_looking_everywhere_finds(text: str) -> None:
    written = ("ki", "=KI", "chip*", "*chip", ".net", "c++", "ki-chip", "ki chip", "ä*", "*net*")
    for one in written:  # one term at a time: nothing overlaps but itself
        term = parse_term(one, "x")
        expected = naive([term], text)
        hits = [(m.start, m.end, m.term) for m in Lexicon([term]).find(fold(text))]
        assert set(hits) <= set(expected)
        assert bool(hits) == bool(expected)
        free = [h for h in expected if all(h is o or o[1] <= h[0] or h[1] <= o[0] for o in expected)]
        assert set(free) <= set(hits)


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_one_pass_finds_for_each_lexicon_what_it_finds_alone(text: str) -> None:
    lexicons = [Lexicon(parse_term(t, "x") for t in terms) for terms in (("ki", "*chip", "ki chip"), ("=KI", "*net*"))]
    folded = fold(text)
    together = Scanner([*lexicons, Lexicon([])]).scan(folded)
    alone = [[(m.end, m.start, m.term) for m in lexicon.find(folded)] for lexicon in (*lexicons, Lexicon([]))]
    assert [[(end, start, term) for end, start, terms in found for term in terms] for found in together] == alone
