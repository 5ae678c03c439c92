"""The evaluative lexicon: inflection, phrases, compounds, and what it refuses."""

from __future__ import annotations

import copy
from importlib.resources import files
from typing import Any

import pytest
import yaml

from presseschau.label.stance_lexicon import compound_of, load, parse, words_of


@pytest.fixture
def data() -> dict[str, Any]:
    source = files("presseschau.label").joinpath("lexicons/stance.yaml").read_text(encoding="utf-8")
    return copy.deepcopy(yaml.safe_load(source))


@pytest.mark.parametrize(
    ("form", "polarity"),
    [
        ("grossartigen", 2.0),
        ("sinnvollste", 1.0),
        ("misslungener", -2.0),
        ("traege", -1.0),
        ("duestere", None),
        ("begeistern", 2.0),
        ("gefaellt", 1.0),
        ("teurer", -0.3),
    ],
)
def test_adjectives_and_verbs_are_inflected(form: str, polarity: float | None) -> None:
    entry = load().entries.get(form)
    assert (entry.term.polarity if entry and entry.term else None) == polarity


def test_nouns_stand_apart_from_other_words() -> None:
    entry = load().entries["punkten"]
    assert entry.term is not None
    assert entry.noun is None
    meilenstein = load().entries["meilensteine"].noun
    assert meilenstein is not None
    assert meilenstein.polarity == 2.0


def test_longer_phrases_come_first() -> None:
    for entry in load().entries.values():
        for found in entry.phrases.values():
            sizes = [len(rest) for rest, _ in found]
            assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize(("word", "group"), [("tarifchaos", "blame_strong"), ("chaos", None), ("haus", None)])
def test_compounds_go_by_their_tail(word: str, group: str | None) -> None:
    term = compound_of(word, load().tails)
    assert (term.group if term else None) == group


def test_two_words_where_one_belongs_are_refused(data: dict[str, Any]) -> None:
    data["groups"][1]["nouns"].append("Geschenk des Himmels")
    with pytest.raises(ValueError, match="not one word"):
        parse(data)


def test_a_value_that_yaml_does_not_read_as_text_is_refused(data: dict[str, Any]) -> None:
    data["negators"]["words"].append(None)
    with pytest.raises(ValueError, match="not one word"):
        parse(data)


def test_a_phrase_of_one_word_is_refused() -> None:
    with pytest.raises(ValueError, match="no phrase"):
        words_of("Unsinn")


def test_every_group_says_why_and_has_a_side(data: dict[str, Any]) -> None:
    for group in data["groups"]:
        assert group["why"]
        assert group["polarity"] in (-1, 0, 1)
        assert 0 <= group["weight"] <= 2


def test_no_word_stands_on_both_sides(data: dict[str, Any]) -> None:
    for key in ("adjectives", "nouns", "verbs", "words", "phrases"):
        sides = {
            p: {w for g in data["groups"] if g["polarity"] == p and "headline" not in g for w in g.get(key, ())}
            for p in (-1, 1)
        }
        assert not sides[-1] & sides[1], key
