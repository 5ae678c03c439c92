"""Schemes: the default one is the published one, a user's own one drives classes and votes."""

from __future__ import annotations

from pathlib import Path

import pytest

from presseschau.label.folding import fold
from presseschau.label.functions import load_sections, topic_functions
from presseschau.label.genre import load_style
from presseschau.label.scheme import load_scheme
from presseschau.label.yaml_file import read_yaml

TOPICS = (
    "hardware mobile software ai security policy telecom internet mobility energy science entertainment business other"
)
GENRES = "news feature review opinion interview howto deal press_release digest other"


def test_the_default_scheme_is_the_published_one() -> None:
    scheme = load_scheme()
    assert " ".join(scheme.topic.keys) == TOPICS
    assert " ".join(scheme.genre.keys) == GENRES
    assert scheme.stance.keys == ("favor", "against", "mixed", "neutral")
    assert all(c.name and c.definition for task in (scheme.topic, scheme.genre, scheme.stance) for c in task.classes)
    assert all(c.iptc for c in scheme.topic.classes if c.key != "other")


def test_every_class_has_terms_and_every_group_a_reason() -> None:
    scheme = load_scheme()
    for task in (scheme.topic, scheme.genre):
        lexicon = task.build_lexicon()
        missing = set(task.keys) - {t.label for t in lexicon.terms} - {"news"}
        assert not missing
        assert task.lexicon is not None
        assert all(group["why"] and group["name"] for group in read_yaml(task.lexicon)["groups"])
    assert len(scheme.topic.build_lexicon().terms) > 2000


def test_no_term_of_the_lexicon_stands_twice_for_a_label_with_different_weight() -> None:
    seen: dict[tuple[str, str, bool, bool, bool, bool], float] = {}
    for t in load_scheme().topic.build_lexicon().terms:
        key = (fold(t.text).lower, t.label, t.cased, t.open_start, t.open_end, t.inflected)
        assert seen.setdefault(key, t.weight) == t.weight, t.text


def test_sections_and_style_speak_of_known_classes() -> None:
    scheme = load_scheme()
    assert scheme.topic.sections is not None
    assert set(load_sections(scheme.topic.sections)) <= set(scheme.topic.keys)
    style = load_style().model
    assert set(style.weights) == set(style.bias) == set(scheme.genre.keys)
    assert {f for w in style.weights.values() for f in w} <= set(style.scale)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_own_terms_beside_an_own_lexicon(tmp_path: Path) -> None:
    write(tmp_path / "lex.yaml", "groups:\n  - {label: cats, weight: 2, why: w, terms: 'Kater~, Katze~'}\n")
    path = write(
        tmp_path / "pets.yaml",
        "name: pets\ntopic:\n  lexicon: lex.yaml\n  classes:\n"
        "    - {key: cats, name: Katzen}\n    - {key: dogs, name: Hunde, terms: 'Hund~, Welpe~ @3'}\n",
    )
    task = load_scheme(path).topic
    assert [(t.text, t.label, t.weight) for t in task.build_lexicon().terms] == [
        ("Kater", "cats", 2.0),
        ("Katze", "cats", 2.0),
        ("Hund", "dogs", 1.0),
        ("Welpe", "dogs", 3.0),
    ]
    assert load_scheme(path).genre == load_scheme().genre
    bare = path.read_text(encoding="utf-8").replace("  lexicon: lex.yaml\n", "")
    task = load_scheme(write(tmp_path / "bare.yaml", bare)).topic
    assert [t.text for t in task.build_lexicon().terms] == ["Hund", "Welpe"]  # names count where no class has terms


def test_classes_without_terms_are_told_by_their_names_and_the_nouns_of_their_definitions(tmp_path: Path) -> None:
    path = write(
        tmp_path / "names.yaml",
        "name: pets\ntopic:\n  classes:\n    - {key: dogs, name: Hunde und Zoo, definition: Welpen im Zoo.}\n"
        "    - {key: other, name: Rest}\n",
    )
    found = [
        (t.text, t.label, t.open_start, t.open_end, t.weight) for t in load_scheme(path).topic.build_lexicon().terms
    ]
    assert [row[:4] for row in found] == [
        ("Hunde", "dogs", True, True),
        ("Zoo", "dogs", False, False),
        ("Welpen", "dogs", False, True),
    ]
    assert found[0][4] == found[1][4] > found[2][4] > 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("topic: {classes: [{key: a}]}", "at least two"),
        ("topic: {classes: [{key: a}, {key: a}]}", "twice"),
        ("topic: {classes: [{key: a}, {key: B}]}", "lower-case"),
        ("topic: {classes: [{key: a}, {key: b, colour: red}]}", "colour"),
        ("topic: {fallback: c, classes: [{key: a}, {key: b}]}", "fallback 'c'"),
        ("genre: {}", "needs `topic`"),
        ("topic: {classes: [{key: a}, {key: b}]}\nextra: 1", "extra"),
        ("- 1", "needs `topic`"),
        ("- topic", "needs `topic`"),
    ],
)
def test_a_broken_scheme_is_refused_with_the_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load_scheme(write(tmp_path / "s.yaml", text))


def test_a_missing_scheme_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nowhere"):
        load_scheme(tmp_path / "nowhere.yaml")


def test_a_lexicon_for_other_classes_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "lex.yaml", "groups:\n  - {label: birds, why: w, terms: Amsel}\n")
    path = write(tmp_path / "s.yaml", "topic:\n  lexicon: lex.yaml\n  classes: [{key: cats}, {key: dogs}]\n")
    with pytest.raises(ValueError, match="birds"):
        load_scheme(path).topic.build_lexicon()


def test_switches_leave_functions_out() -> None:
    task = load_scheme().topic
    names = topic_functions(task).names
    assert len(set(names)) == len(names)
    assert not any(name.startswith("section/") for name in topic_functions(task, sections=False).names)
    assert not any(name.startswith("keywords_") for name in topic_functions(task, keywords=False).names)


def test_rules_are_a_list_of_sentences(tmp_path: Path) -> None:
    path = tmp_path / "pets.yaml"
    path.write_text("topic:\n  rules: A wolf is a dog.\n  classes: [{key: dog}, {key: cat}]\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"scheme pets\.yaml: topic: rules must be a list of sentences"):
        load_scheme(path)
