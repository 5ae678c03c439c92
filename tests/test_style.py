"""Style: densities outside quotations, bounded, and named where they speak loudest."""

from __future__ import annotations

from pathlib import Path

import pytest

from presseschau.document import Document
from presseschau.label.reading import read
from presseschau.label.style import CLIP, StyleModel, load_style, style_features, style_votes

STYLE = load_style()


def features(text: str, title: str = "Ein Titel") -> dict[str, float]:
    return style_features(read(Document(text=text, title=title)), STYLE)


def test_a_quoted_first_person_is_not_the_writers() -> None:
    said = features("„Ich finde mich in meiner Stadt gut zurecht“, sagte die Frau. Danach fuhr sie weiter. " * 3)
    own = features("Ich finde mich in meiner Stadt gut zurecht, sagte die Frau. Danach fuhr sie weiter. " * 3)
    assert said["first_person"] == 0 < own["first_person"]
    assert said["quoted"] > own["quoted"]


def test_questions_address_and_openers_are_counted() -> None:
    found = features("Wollen Sie das? Und wie! Doch wer hilft Ihnen dabei? Aber ja, fragen Sie einfach.")
    assert min(found[name] for name in ("questions", "address", "openers")) > 0
    assert features("Der Rat tagte am Montag. Er beschloss den Plan.")["address"] == 0


def test_densities_do_not_grow_with_the_text() -> None:
    text = "Wollen Sie das? Doch der EU-Kommissar sagte: „Ich nicht“, denn am 3. Mai war es zu spät. " * 10
    once, twice = features(text), features(text * 2)
    for name in ("questions", "address", "quoted", "digits", "sentence", "openers", "hyphens"):
        assert once[name] == pytest.approx(twice[name], rel=0.02) != 0, name


def test_a_class_gets_its_weights_per_standard_deviation_from_the_mean() -> None:
    model = StyleModel({"a": (2.0, 0.5), "b": (1.0, 1.0)}, {"news": 0.3}, {"news": {"a": 1.5, "b": -0.1}})
    (vote,) = style_votes({"a": 2.5, "b": 0.0}, model)
    assert (vote.label, vote.weight, vote.terms) == ("news", pytest.approx(0.3 + 1.5 + 0.1), ("a",))
    (least,) = style_votes({"a": -90.0, "b": 1.0}, model)
    assert least.weight == pytest.approx(0.3 - 1.5 * CLIP)


def test_no_feature_outweighs_all_others() -> None:
    votes = {v.label: v.weight for v in style_votes(features("Warum? " * 500), STYLE.model)}
    for label, weight in votes.items():
        assert abs(weight - STYLE.model.bias[label]) <= CLIP * sum(map(abs, STYLE.model.weights[label].values())) + 1e-9


def test_a_broken_model_is_named(tmp_path: Path) -> None:
    path = tmp_path / "model.yaml"
    path.write_text("scale: {length: [1.0]}\nbias: {}\nweights: {}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"model\.yaml"):
        load_style(model=path)


@pytest.mark.parametrize(
    ("family", "text", "near_miss"),
    [
        (
            "abstract",
            "Ohne Vertrauen verliert die Demokratie ihre Würde.",
            "Ohne Ventil verliert der Reifen seine Luft.",
        ),
        ("narrates", "Damals war er Lehrling, später führte er den Hof.", "Am Dienstag übernahm der Lehrling den Hof."),
        ("examples", "Ein Beispiel ist der Bahnhof.", "Beispiellos war der Andrang am Bahnhof."),
        ("states", "Die Straßen sind leer.", "Die Polizei leerte die Straßen."),
        ("joins", "Wasser und Brot oder Wein.", "Wasser, Brot, undatierter Wein."),
    ],
)
def test_families_count_their_words_only(family: str, text: str, near_miss: str) -> None:
    assert features(text)[family] > 0 == features(near_miss)[family]


def test_a_quoted_abstract_word_is_not_the_writers() -> None:
    assert features("„Es geht um unsere Freiheit“, rief der Bauer vom Traktor.")["abstract"] == 0


def test_abstract_words_of_the_lead_are_counted_once_each() -> None:
    filler = "Der Zug hielt an jedem Bahnhof der Strecke. " * 12
    once = features("Die Freiheit ist ein hohes Gut. " + filler)["lead_abstract"]
    assert once == features("Freiheit, Freiheit und Freiheit ist ein hohes Gut. " + filler)["lead_abstract"] == 1
    assert features(filler + "Die Freiheit ist ein hohes Gut.")["lead_abstract"] == 0


def test_hearsay_is_a_source_and_a_name_is_not() -> None:
    assert features("Der Vertrag sei unterschrieben, heißt es im Ministerium.")["sources"] > 0
    assert features("Der neue Hund heißt Anton.")["sources"] == 0


def test_a_plain_title_returns_in_the_lead_and_a_pun_does_not() -> None:
    text = "Die Brücke über die Werra bleibt bis Ostern gesperrt, wie der Landkreis mitteilte."
    assert features(text, "Brücke über die Werra gesperrt")["title_kept"] == 1
    assert features(text, "Kein Ufer in Sicht")["title_kept"] == 0
    assert features(text, "")["title_kept"] == 0


def test_compounds_with_a_hyphen_are_counted_and_dashes_are_not() -> None:
    assert features("Der EU-Kommissar traf den SPD-Chef.")["hyphens"] > 0
    assert features("Der Kommissar – Anton Berg – traf die Chefin in Bad-neustadt.")["hyphens"] == 0


def test_a_line_over_a_paragraph_is_a_subhead() -> None:
    text = "Der Fluss stieg in der Nacht.\n\n{}\n\nAm Morgen kamen die Helfer."
    assert features(text.format("Ein Dorf räumt auf"))["subheads"] > 0
    assert features(text.format("Wer zahlt den Schaden?"))["subheads"] > 0
    assert features(text.format("Ein Dorf räumt auf."))["subheads"] == 0
    assert features(text.format("das ganze Dorf"))["subheads"] == 0
    assert features(text.format("Dorf"))["subheads"] == 0
    assert features(text.format("Ein Dorf räumt auf").replace("Am Morgen", "am Morgen"))["subheads"] == 0
    assert features(text.format("Ein Dorf räumt auf").replace("Nacht.", "Nacht"))["subheads"] == 0
    assert (
        features("Der Fluss stieg in der\nNacht und nahm die\nBrücke mit, als die\nGlocken läuteten.")["subheads"] == 0
    )
