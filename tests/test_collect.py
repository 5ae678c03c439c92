"""From several people's annotations to one label: what is noted on the way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from presseschau.annotation.answers import Annotation, Answers
from presseschau.annotation.collect import Collected, Text, collect
from presseschau.annotation.tables import POOLED, import_summary
from presseschau.label import load_scheme
from presseschau.stable import sha256

TEXT = "Ein Text."
TEXTS = {i: Text(TEXT, sha256(TEXT)) for i in ("a", "b")}
ANNA = Annotation(
    "a", "1", "back/my anna.json task 3", {"topic": "ai"}, purpose="validation", inclusion_probability=0.5, stamp="1"
)


def collected(*annotations: Annotation) -> Collected:
    answers = Answers(list(annotations))
    for a in annotations:
        answers.draw(a.purpose, a.id, a.inclusion_probability)
    return collect(answers, TEXTS, load_scheme())


def test_two_people_of_one_number_are_not_taken_for_one_in_silence() -> None:
    assert ANNA.file == "back/my anna.json"
    ben = replace(ANNA, where="back/ben.json task 3", labels={"topic": "policy"}, stamp="2")
    notes = collected(ANNA, ben).notes
    assert notes[0] == "1 annotations replaced by a later one of the same person"
    assert notes[1].startswith("1 of them by 1 of another file: if these are two people, name them there")
    again = replace(ben, where="back/my anna.json task 9")
    assert collected(ANNA, again).notes == notes[:1]
    assert collected(ANNA, replace(ben, annotator="ben")).notes == []


def test_a_lost_inclusion_probability_is_said() -> None:
    bare = replace(ANNA, inclusion_probability=None)
    assert collected(bare, replace(ANNA, id="b")).notes == [
        "1 articles for validation have no inclusion_probability: each counts as one article"
    ]
    assert collected(replace(bare, purpose="training")).notes == []


def test_agreement_of_blind_and_sighted_annotations_is_not_mixed_in_silence() -> None:
    training = replace(ANNA, id="b", purpose="training")
    assert POOLED in import_summary(collected(ANNA, training), Path("labels.jsonl"), 10, 0)
    assert POOLED not in import_summary(collected(ANNA), Path("labels.jsonl"), 10, 0)
