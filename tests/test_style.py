"""Style: densities outside quotations, bounded, and named where they speak loudest."""

from __future__ import annotations

from pathlib import Path

import pytest

from presseschau.document import Document
from presseschau.label.reading import read
from presseschau.label.style import CLIP, load_style, own_voice, style_features, style_votes

STYLE = load_style()


def features(text: str, title: str = "Ein Titel") -> dict[str, float]:
    reading = read(Document(text=text, title=title))
    return style_features(reading, own_voice(reading), STYLE)


def test_a_quoted_first_person_is_not_the_writers() -> None:
    said = features("„Ich finde mich in meiner Stadt gut zurecht“, sagte die Frau. Danach fuhr sie weiter. " * 3)
    own = features("Ich finde mich in meiner Stadt gut zurecht, sagte die Frau. Danach fuhr sie weiter. " * 3)
    assert said["first_person"] == 0 < own["first_person"]
    assert said["quoted"] > own["quoted"]


def test_questions_address_and_openers_are_counted() -> None:
    found = features("Wollen Sie das? Und wie! Doch wer hilft Ihnen dabei? Aber ja, fragen Sie einfach.")
    assert min(found[name] for name in ("questions", "exclamations", "address", "openers")) > 0
    assert features("Der Rat tagte am Montag. Er beschloss den Plan.")["address"] == 0


def test_no_feature_outweighs_all_others() -> None:
    votes = {v.label: v.weight for v in style_votes(features("Warum? " * 500), STYLE)}
    for label, weight in votes.items():
        assert abs(weight - STYLE.bias[label]) <= CLIP * sum(map(abs, STYLE.weights[label].values())) + 1e-9


def test_a_broken_model_is_named(tmp_path: Path) -> None:
    path = tmp_path / "model.yaml"
    path.write_text("scale: {length: [1.0]}\nbias: {}\nweights: {}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"model\.yaml"):
        load_style(model=path)
