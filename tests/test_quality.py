"""Scores of the labels that people overrode on the validation sample."""

from __future__ import annotations

import random

import numpy as np
import pytest

from presseschau.annotation.human import HumanLabel, HumanLabels
from presseschau.annotation.quality import Pair, measure, summary, validated
from presseschau.annotation.relabel import NotApplied, Override, override
from presseschau.publish.card.validated import validated_tables

CLASSES = ("ai", "mobile", "other")


def label(i: str, purpose: str = "validation", probability: float | None = 0.5) -> HumanLabel:
    return HumanLabel(i, "t", {"topic": "ai"}, purpose=purpose, inclusion_probability=probability)  # type: ignore[arg-type]


def test_only_the_validation_sample_counts_and_null_is_neutral() -> None:
    labels = HumanLabels({x.id: x for x in (label("1"), label("2", "training"), label("3", probability=0.1))})
    changes = [
        Override("3", "topic", "other", "ai", "human"),
        Override("1", "topic", "ai", "ai", "human"),
        Override("2", "topic", "ai", "ai", "human"),
        Override("1", "topic", "ai", "mobile", "correction"),
        Override("1", "stance", None, "favor", "human"),
    ]
    assert validated(changes, labels, "topic") == [("1", Pair("ai", "ai", 2.0)), ("3", Pair("other", "ai", 10.0))]
    assert validated(changes, labels, "stance") == [("1", Pair("neutral", "favor", 2.0))]
    assert validated(changes, labels, "genre") == []


def test_a_stance_that_the_labeler_has_overlooked_counts_against_it() -> None:
    row = {"id": "1", "text_sha256": "t", "stance": None, "stance_target": None, "stance_target_type": None}
    labels = {x.id: x for x in (HumanLabel(i, "t", {"stance": "favor"}, purpose="validation") for i in "12")}
    changes, missed = [Override("2", "stance", "favor", "favor", "human")], override(row, labels["1"])[2]
    missed += [NotApplied("2", "stance", "no_target", "llm"), NotApplied("3", "stance", "no_target", "human")]
    classes = dict.fromkeys(("topic", "genre", "stance"), ("favor", "against"))
    found = summary(changes, HumanLabels(labels), classes, missed)["stance"]
    assert (found["labelled"], found["right"], found["accuracy"][0]) == (2, 1, 0.5)
    assert found["confusions"] == [["favor", "neutral", 1]]


def test_weights_restore_the_corpus() -> None:
    """900 easy and 100 hard articles, 50 of each validated: unweighted, the hard ones would count nine times too much."""
    rng = random.Random(0)
    easy = [Pair("ai", "ai", 900 / 50)] * 50
    hard = [Pair(rng.choice(["mobile", "other"]), "mobile", 100 / 50) for _ in range(50)]
    found = measure([*easy, *hard], CLASSES, rounds=300)
    right = sum(p.predicted == "mobile" for p in hard) / 50
    assert found["accuracy"][0] == pytest.approx(0.9 + 0.1 * right)
    assert found["accuracy"][1] < found["accuracy"][0] < found["accuracy"][2]
    assert found["confusions"] == [["mobile", "other", sum(p.predicted == "other" for p in hard)]]
    by_class = {c["label"]: c for c in found["classes"]}
    assert by_class["ai"]["f1"] == 1
    assert by_class["mobile"]["recall"] == pytest.approx(right)
    other = {"label": "other", "articles": 0, "precision": 0, "recall": None, "f1": 0}
    assert by_class["other"] == other
    assert found == measure([*easy, *hard], CLASSES, rounds=300)


def test_few_articles_that_are_all_right_are_not_sure_to_be_so() -> None:
    """Resampled, six right labels are always six right labels, also where one of them stands for most articles."""
    found = measure([Pair("ai", "ai", 1.0)] * 6, CLASSES, rounds=50)
    heavy = measure([Pair("ai", "ai", 1.0)] * 5 + [Pair("ai", "ai", 50.0)], CLASSES, rounds=50)
    assert found["accuracy"] == [1.0, pytest.approx(6 / (6 + 1.96**2), abs=1e-4), 1.0]  # Wilson: n / (n + z²)
    assert heavy["accuracy"][1] < 0.25
    assert found["macro_f1"] == [1.0, None, None]


def test_an_interval_of_a_stratified_sample_holds_the_corpus() -> None:
    """Half of the corpus is one class, of which the sample has an eighth: a few errors there, or none, decide."""
    rng, held = np.random.default_rng(3), 0
    strata = [(5000, 25)] + [(700, 25)] * 7
    for _ in range(200):
        pairs, errors = list[Pair](), 0
        for size, n in strata:
            bad = rng.hypergeometric(size // 20, size - size // 20, n)
            pairs += [Pair("ai", "mobile" if k < bad else "ai", size / n) for k in range(n)]
            errors += size // 20
        found = measure(pairs, CLASSES, rounds=1)
        truth = 1 - errors / sum(size for size, _ in strata)
        held += (found["accuracy"][1] or 0) <= truth <= (found["accuracy"][2] or 0)
    assert held >= 186  # .93 and more; bootstrapped it is .83


def test_macro_f1_is_that_of_the_classes_people_found() -> None:
    found = measure([Pair("ai", "ai", 1.0), Pair("ai", "mobile", 1.0)], CLASSES, rounds=5)
    assert found["macro_f1"][0] == pytest.approx((2 / 3 + 0) / 2, abs=1e-6)


def sample_of(n: int) -> tuple[list[Override], HumanLabels]:
    """A validation sample by two annotators who differ on every tenth article; every fifth label was wrong."""
    labels, changes = {}, list[Override]()
    for number in range(n):
        i, topic, genre = f"{number:04d}", CLASSES[number % 2], "news" if number % 3 else "opinion"
        said = {"anna": {"topic": topic}, "ben": {"topic": "other" if number % 10 == 0 else topic}}
        labels[i] = HumanLabel(i, "t", {"topic": topic, "genre": genre}, purpose="validation",
                               inclusion_probability=0.1 if number % 2 else 0.5, annotators=said)  # fmt: skip
        wrong = number % 5 == 0
        changes.append(Override(i, "topic", "other" if wrong else topic, topic, "human", 0.3 if wrong else 0.9))
        changes.append(Override(i, "genre", genre, genre, "human"))
    return changes, HumanLabels(labels)


def test_the_summary_has_what_the_card_shows() -> None:
    changes, labels = sample_of(200)
    classes = {"topic": CLASSES, "genre": ("news", "opinion", "review"), "stance": ("favor", "against")}
    found = summary(changes, labels, classes)
    assert found["stance"] == {"labelled": 0, "right": 0}
    topic = found["topic"]
    assert (topic["labelled"], topic["right"]) == (200, 160)
    assert topic["confusions"] == [["ai", "other", 20], ["mobile", "other", 20]]
    assert [(g["genre"], g["labelled"]) for g in topic["genres"]] == [("news", 133), ("opinion", 67)]
    assert [(b["labelled"], b["stated"], b["right"]) for b in topic["calibration"]] == [
        (40, 0.3, 0.0), *[(40, 0.9, 1.0)] * 4,
    ]  # fmt: skip
    assert found["genre"]["calibration"] == []  # nobody said how sure
    assert topic["agreement"]["articles"] == 200
    assert topic["agreement"]["annotators"] == 2
    low, high = topic["agreement"]["alpha"][1:]
    assert low < topic["agreement"]["alpha"][0] < high < 1
    assert summary(changes, labels, classes) == found
    assert summary(changes, None, classes) == {task: {"labelled": 0, "right": 0} for task in classes}


def test_the_card_shows_tables_only_where_people_labelled_enough() -> None:
    changes, labels = sample_of(200)
    found = summary(changes, labels, {"topic": CLASSES, "genre": ("news", "opinion"), "stance": ("favor",)})
    text = validated_tables(found, 200)
    assert text.index("| topic | 200 | 0.80 [") < text.index("| genre | 200 | 1.00 [0.97, 1.00] | 1.00 | ")
    assert "| opinion | 67 |" in text
    assert "ai taken for other: 20; mobile taken for other: 20." in text
    assert "| mobile | 100 | 1.00 | 0.80 | 0.89 |" in text
    assert "| 40 | 0.30 | 0.00 |" in text
    assert "stance" not in text
    assert validated_tables(found, 201) == ""
    assert validated_tables({"topic": {"labelled": 300, "right": 240}}, 200) == ""
