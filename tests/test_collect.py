"""From several people's annotations to one label: what is noted on the way."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

from presseschau.annotation.answers import Annotation, Answers, Quote
from presseschau.annotation.articles import Article
from presseschau.annotation.collect import Collected, collect
from presseschau.annotation.human import HumanLabel
from presseschau.annotation.tables import POOLED, import_summary
from presseschau.document import Document
from presseschau.label import load_scheme
from presseschau.stable import sha256

TEXT = "Ein Text."
ARTICLES = {i: Article(i, Document(text=TEXT), sha256(TEXT), {}) for i in ("a", "b")}
ANNA = Annotation(
    "a", "1", "back/my anna.json task 3", {"topic": "ai"}, purpose="validation", inclusion_probability=0.5, stamp="1"
)


def collected(*annotations: Annotation) -> Collected:
    answers = Answers(list(annotations))
    for a in annotations:
        answers.draw(a.purpose, a.id, a.inclusion_probability)
    return collect(answers, ARTICLES, load_scheme())


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


def test_perfect_agreement_is_told_without_an_interval() -> None:
    two = [
        replace(ANNA, id=i, annotator=who, labels={"topic": t})
        for i, t in (("a", "ai"), ("b", "policy"))
        for who in "xy"
    ]
    assert "topic: alpha 1.000 on 2 articles" in import_summary(collected(*two), Path("labels.jsonl"), 50, 0)


def test_what_was_read_with_labels_in_sight_changes_no_blind_label() -> None:
    """Three people, of whom one follows the rules' labels where they are shown: then all seem to be as good."""
    rng, people = random.Random(5), ("anna", "ben", "cem")
    ids = [f"{n:03d}" for n in range(240)]
    articles = dict.fromkeys(ids, ARTICLES["a"])
    rows = list[Annotation]()
    for n, i in enumerate(ids):
        truth, blind = rng.choice(("ai", "policy", "mobile")), n < 120
        for who, right in zip(people, (0.9, 0.6, 0.5) if blind else (0.5, 0.99, 0.99), strict=True):
            label = truth if rng.random() < right else rng.choice(("ai", "policy", "mobile"))
            rows.append(replace(ANNA, id=i, annotator=who, labels={"topic": label},
                                purpose="validation" if blind else "training"))  # fmt: skip
    both, alone = (
        collect(Answers(own), articles, load_scheme()).labels
        for own in (rows, [a for a in rows if a.purpose == "validation"])
    )
    assert {x.aggregate["topic"] for x in both} == {"dawid_skene"}
    assert [x for x in both if x.purpose == "validation"] == alone


def said(*labels: dict[str, str]) -> HumanLabel:
    """The label of an article that one person after another labelled."""
    return collected(*(replace(ANNA, annotator=str(n), labels=row) for n, row in enumerate(labels))).labels[0]


def test_a_second_topic_is_what_half_of_those_say_who_name_the_first() -> None:
    ai = {"topic": "ai"}
    assert said(ai | {"topic_secondary": "mobile"}, ai).labels.get("topic_secondary") == "mobile"
    assert said(ai | {"topic_secondary": "mobile"}, ai, ai).labels.get("topic_secondary") is None
    other = {"topic": "policy", "topic_secondary": "mobile"}
    assert said(ai, ai, ai | {"topic_secondary": "mobile"}, other).labels.get("topic_secondary") is None


def test_a_target_is_what_most_say_and_need_not_be_said_by_half() -> None:
    favor, other = {"stance": "favor"}, {"stance": "favor", "stance_target": "Netz", "stance_target_type": "product"}
    assert said(favor, favor, other).labels["stance_target"] == "Netz"
    one = favor | {"stance_target": "Turm"}
    label = said(one | {"stance_target_type": "company"}, other, other | {"stance_target_type": "event"}, other)
    assert (label.labels["stance_target"], label.labels["stance_target_type"]) == ("Netz", "product")


def test_evidence_is_three_passages_at_most_those_marked_by_most_first() -> None:
    text = "Eins ist gut. Zwei ist schlecht. Drei ist toll. Vier ist mau. Fünf ist neu."
    articles = {"a": Article("a", Document(text=text), sha256(text), {})}
    passages = [("Eins", "Drei"), ("Zwei ist", "Drei ist toll"), ("Vier", "toll"), ("Vier", "Zwei", "Fünf")]
    people = [
        replace(ANNA, annotator=str(n), labels={"stance": "favor"}, quotes=tuple(Quote(None, None, q) for q in marked))
        for n, marked in enumerate(passages)
    ]
    (label,) = collect(Answers(people), articles, load_scheme()).labels
    # The longest passage has the other two about Drei on its side; "Eins" and "Fünf" have nobody.
    assert [s.text for s in label.evidence] == ["Zwei", "Drei ist toll", "Vier"]


def test_what_people_differ_on_is_listed_until_somebody_settles_it() -> None:
    ben = replace(ANNA, annotator="ben", labels={"topic": "policy"})
    assert [(d.id, d.task, dict(d.votes)) for d in collected(ANNA, ben).disputes] == [
        ("a", "topic", {"1": "ai", "ben": "policy"})
    ]
    assert collected(ANNA, ben, replace(ANNA, annotator="eva", settled=True)).disputes == []
