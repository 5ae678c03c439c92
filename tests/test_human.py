"""Label files, corrections, and how they override the rules' labels: never silently, never for another text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from presseschau.annotation.corrections import correct, listing, load_corrections
from presseschau.annotation.human import HumanLabel, load_files, load_human, write_human
from presseschau.annotation.overrides import OverrideReport, load_overrides
from presseschau.annotation.relabel import NotApplied, Override, override
from presseschau.document import Span
from presseschau.schema import LabelNames

NAMES = LabelNames(("ai", "mobile", "other"), ("news", "review"))
ROW: dict[str, Any] = {
    "source": "a.html", "id": "a1", "text_sha256": "t1",
    "topic": "ai", "topic_secondary": "mobile", "topic_confidence": 0.6, "topic_source": "rules",
    "genre": "news", "genre_confidence": 0.7,
    "stance_target": "Fotofuchs 3", "stance_target_type": "product", "stance": "favor", "stance_confidence": 0.5,
    "stance_source": "rules", "stance_evidence": [{"start": 0, "end": 3, "text": "Gut"}], "labeler": "rules/1",
}  # fmt: skip
NO_STANCE = {**ROW, "stance": None, "stance_target": None, "stance_target_type": None, "stance_confidence": None,
             "stance_source": None, "stance_evidence": []}  # fmt: skip
LABEL = HumanLabel(
    id="a1",
    text_sha256="t1",
    labels={"topic": "mobile", "genre": "review", "stance": "against", "stance_target": "Kamera"},
    confidence={"topic": 0.9, "genre": 1.0, "stance": 2 / 3},
    evidence=(Span(5, 13, "schwach."),),
    purpose="validation",
    inclusion_probability=0.25,
    annotators={"anna": {"topic": "mobile"}, "ben": {"topic": "mobile"}},
    aggregate={"topic": "majority"},
    agreement={"topic": 1.0},
)


def test_a_label_file_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    other = replace(LABEL, id="a0", confidence={}, agreement={}, inclusion_probability=None, purpose="training")
    write_human(path, [LABEL, other])
    loaded = load_human(path, NAMES)
    assert list(loaded.by_id) == ["a0", "a1"]
    assert loaded.by_id["a1"] == replace(LABEL, confidence={"topic": 0.9, "genre": 1.0, "stance": 0.666667})
    assert list(loaded.of("validation")) == ["a1"]
    first = path.read_bytes()
    write_human(path, [other, LABEL])
    assert path.read_bytes() == first
    assert [p.name for p in tmp_path.iterdir()] == ["labels.jsonl"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"id":"x"', "line 2: is no label of action=import or action=llm (unexpected end"),
        ("[]", "line 2: is no JSON object"),
        ('{"id":"x","labels":{"topic":"ai"}}', "line 2: lacks 'text_sha256'"),
        (
            '{"id":"x","text_sha256":"t","labels":{"topic":"robots"}}',
            "line 2: unknown topic 'robots'; known: ai, mobile, other (of another scheme: label.scheme=FILE)",
        ),
        ('{"id":"x","text_sha256":"t","labels":{"colour":"red"}}', "line 2: unknown label column 'colour'"),
        ('{"id":"x","text_sha256":"t","labels":{},"purpose":"fun"}', "line 2: unknown purpose 'fun'"),
        ('{"id":"x","text_sha256":"t","labels":{},"inclusion_probability":0}', "line 2: inclusion_probability 0"),
        ('{"id":"x","text_sha256":"t","labels":{},"confidence":{"topic":1.2}}', "line 2: confidence must be between"),
        (
            '{"id":"x","text_sha256":"t","labels":{},"confidence":{"topic":"hoch"}}',
            "line 2: confidence must be between",
        ),
        ('{"id":"x","text_sha256":"t","labels":{"topic":["ai"]}}', "line 2: unknown topic ['ai']"),
        ('{"id":"x","text_sha256":"t","labels":3}', "line 2: labels must be a mapping"),
        ('{"id":"x","text_sha256":null,"labels":{}}', "line 2: text_sha256 must be text"),
        ('{"id":"x","text_sha256":"t","labels":{},"evidence":4}', "line 2: evidence must be a list"),
        (
            '{"id":"x","text_sha256":"t","labels":{},"evidence":[{"start":0,"end":9,"text":"kurz"}]}',
            "line 2: evidence must",
        ),
        ('{"id":"x","text_sha256":"t","labels":{},"annotators":{"a":"ai"}}', "line 2: annotators must be"),
        ('{"id":"a1","text_sha256":"t","labels":{}}', "line 2: article a1 stands in line 1, too"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "labels.jsonl"
    write_human(path, [LABEL])
    path.write_bytes(path.read_bytes() + line.encode() + b"\n")
    with pytest.raises(ValueError, match=r"labels\.jsonl") as error:
        load_human(path, NAMES)
    assert message in str(error.value)
    with pytest.raises(ValueError, match="No such file"):
        load_human(tmp_path / "none.jsonl", NAMES)


def test_an_article_in_two_files_is_told_with_what_to_do(tmp_path: Path) -> None:
    paths = [tmp_path / "anna.jsonl", tmp_path / "ben.jsonl"]
    for path in paths:
        write_human(path, [LABEL])
    with pytest.raises(ValueError, match=r"ben\.jsonl: article a1 is in an earlier file, too; action=import makes one"):
        load_files(paths, NAMES)


def test_people_override_the_rules_and_say_so() -> None:
    row, changes, missed = override(ROW, LABEL)
    assert missed == []
    assert row == {
        **ROW,
        "topic": "mobile", "topic_secondary": None, "topic_confidence": 0.9, "topic_source": "human",
        "genre": "review", "genre_confidence": 1.0,
        "stance": "against", "stance_target": "Kamera", "stance_target_type": "other",
        "stance_confidence": 2 / 3, "stance_source": "human",
        "stance_evidence": [{"start": 5, "end": 13, "text": "schwach."}],
        "label_role": "validation", "labeler": "rules/1+human",
    }  # fmt: skip
    assert Override("a1", "topic", "ai", "mobile", "human") in changes
    assert Override("a1", "topic_secondary", "mobile", None, "human") in changes
    assert ROW["topic"] == "ai"  # the given row is left alone


def test_what_people_did_not_label_stays_the_rules() -> None:
    row, changes, _ = override(ROW, replace(LABEL, labels={"genre": "news"}))
    assert {k: v for k, v in row.items() if k not in ("genre_confidence", "label_role", "labeler")} == {
        k: v for k, v in ROW.items() if k not in ("genre_confidence", "labeler")
    }
    assert changes == [Override("a1", "genre", "news", "news", "human")]  # confirmed


def test_another_text_gets_no_label() -> None:
    row, changes, missed = override({**ROW, "text_sha256": "t2"}, LABEL)
    assert row == {**ROW, "text_sha256": "t2", "label_role": None}
    assert changes == []
    assert {(m.column, m.reason) for m in missed} == {(t, "text_drift") for t in ("topic", "genre", "stance")}


def test_a_stance_needs_a_target_from_somebody() -> None:
    nameless = replace(LABEL, labels={"topic": "mobile", "stance": "against"})
    row, _, missed = override(NO_STANCE, nameless)
    assert (row["topic"], row["stance"], row["stance_target"]) == ("mobile", None, None)
    assert missed == [NotApplied("a1", "stance", "no_target", "human")]
    row, _, missed = override(ROW, nameless)  # the rules' target stands in
    assert (row["stance"], row["stance_target"], row["stance_target_type"]) == ("against", "Fotofuchs 3", "product")
    assert missed == []
    row, _, missed = override(NO_STANCE, replace(LABEL, labels={"stance": "neutral"}))
    assert (row["stance"], missed) == (None, [])  # null already says neutral without a target


def test_a_topic_is_not_its_own_second_topic(tmp_path: Path) -> None:
    row, _, missed = override(ROW, replace(LABEL, labels={"topic_secondary": "ai"}))
    assert (row["topic"], row["topic_secondary"], [m.reason for m in missed]) == ("ai", None, ["is_topic"])
    table = load_corrections(corrections_of(tmp_path, "a1,topic_secondary,ai,E,2026-03-01,x"), NAMES)
    row, changes, missed = correct(ROW, table)
    assert (row["topic_secondary"], changes, [m.reason for m in missed]) == ("mobile", [], ["is_topic"])
    row, changes, _ = correct(ROW, load_corrections(corrections_of(tmp_path, "a1,topic,mobile,E,2026-03-01,x"), NAMES))
    assert (row["topic"], row["topic_secondary"]) == ("mobile", None)
    assert [c.column for c in changes] == ["topic", "topic_secondary"]


def test_neutral_has_no_evidence() -> None:
    row, *_ = override(ROW, replace(LABEL, labels={"stance": "neutral"}))
    assert (row["stance"], row["stance_evidence"], row["stance_target"]) == ("neutral", [], "Fotofuchs 3")


def test_a_language_models_label_is_no_gold() -> None:
    row, *_ = override(ROW, replace(LABEL, source="llm", purpose="none", labeler="llm/m/1"))
    assert (row["topic_source"], row["label_role"], row["labeler"]) == ("llm", None, "rules/1+llm/m/1")


TABLE = "id,field,value,who,date,why\n"


def corrections_of(tmp_path: Path, *lines: str, head: str = TABLE) -> Path:
    path = tmp_path / "corrections.csv"
    path.write_text(head + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def test_corrections_are_applied_and_listed_without_who(tmp_path: Path) -> None:
    path = corrections_of(
        tmp_path,
        "a1,topic,other,Eva,2026-03-01,Kochrezept",
        "a1,topic,other,Jan,2026-03-02,das Gleiche noch einmal",
        'a0,stance,,Eva,2026-03-01,"keine Wertung, kein Ziel"',
    )
    found = load_corrections(path, NAMES)
    assert [(c.id, c.field, c.value) for c in found] == [("a0", "stance", None), ("a1", "topic", "other")]
    row, changes, missed = correct(ROW, [c for c in found if c.id == "a1"])
    assert (row["topic"], row["topic_confidence"], row["topic_source"]) == ("other", 1.0, "human")
    assert row["labeler"] == "rules/1+corrections"
    assert changes == [Override("a1", "topic", "ai", "other", "correction")]
    assert missed == []
    row, *_ = correct({**ROW, "id": "a0"}, [c for c in found if c.id == "a0"])
    assert [row[c] for c in ("stance", "stance_target", "stance_confidence", "stance_evidence")] == [
        None,
        None,
        None,
        [],
    ]
    assert listing(found)[1] == {
        "id": "a1",
        "field": "topic",
        "value": "other",
        "date": "2026-03-01",
        "why": "Kochrezept",
    }


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["a1,topic,ai,E,2026-03-01,x", "a1,topic,other,E,2026-03-02,y"],
         "line 3: topic of a1 is 'other' here and 'ai' in line 2"),
        (["a1,topic,robots,E,2026-03-01,x"], "line 2: unknown topic 'robots'"),
        (["a1,titel,X,E,2026-03-01,x"], "line 2: unknown field 'titel'"),
        (["a1,topic,ai,E,gestern,x"], "line 2: date 'gestern' must be a day"),
        (["a1,topic,ai,E,2026-03-01,"], "line 2: why is empty"),
        (["a1,topic,ai,,2026-03-01,x"], "line 2: who is empty"),
        (["a1,topic,,E,2026-03-01,x"], "line 2: value is empty, which topic can't be"),
        (["a1,stance,,E,2026-03-01,x", "a1,stance_target,Kamera,E,2026-03-01,x"], "line 2: no stance for a1 here"),
        (["a1,topic,ai,E,2026-03-01,x", "a1,topic_secondary,ai,E,2026-03-01,x"], "line 3: topic_secondary of a1 is"),
    ],
)  # fmt: skip
def test_wrong_or_contradicting_corrections_are_refused(tmp_path: Path, lines: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=r"corrections\.csv") as error:
        load_corrections(corrections_of(tmp_path, *lines), NAMES)
    assert message in str(error.value)


def test_a_table_of_another_form_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="line 1: column why is missing"):
        load_corrections(corrections_of(tmp_path, head="id,field,value,who,date\n"), NAMES)
    with pytest.raises(ValueError, match="No such file"):
        load_corrections(tmp_path / "none.csv", NAMES)
    semicolons = corrections_of(tmp_path, "a1;topic;ai;E;2026-03-01;x", head=TABLE.replace(",", ";"))
    assert load_corrections(semicolons, NAMES)[0].value == "ai"


def test_a_corrected_stance_needs_a_target(tmp_path: Path) -> None:
    stance = load_corrections(corrections_of(tmp_path, "a1,stance,against,E,2026-03-01,x"), NAMES)
    row, _, missed = correct(NO_STANCE, stance)
    assert (row["stance"], [m.reason for m in missed]) == (None, ["no_target"])
    row, _, missed = correct(ROW, stance)
    assert (row["stance"], row["stance_evidence"], row["stance_source"]) == ("against", [], "human")
    target = load_corrections(corrections_of(tmp_path, "a1,stance_target,Kamera,E,2026-03-01,x"), NAMES)
    row, _, missed = correct(NO_STANCE, target)
    assert (row["stance_target"], [m.reason for m in missed]) == (None, ["no_stance"])


def test_corrections_beat_people_beat_language_models(tmp_path: Path) -> None:
    human, llm = tmp_path / "human.jsonl", tmp_path / "llm.jsonl"
    write_human(human, [LABEL, replace(LABEL, id="gone")])
    write_human(llm, [replace(LABEL, source="llm", purpose="none", labeler="llm/m/1", labels={"topic": "other"}),
                      replace(LABEL, id="a2", source="llm", purpose="none", labeler="llm/m/1", text_sha256="old")])  # fmt: skip
    table = corrections_of(tmp_path, "a1,genre,news,E,2026-03-01,x")
    overrides = load_overrides(NAMES, llm, human, table)
    assert overrides.ids == ("a1", "a2", "gone")
    report = OverrideReport()
    rows = list(overrides.apply([ROW, {**ROW, "id": "a2"}, {**ROW, "id": "a3"}], report))
    overrides.finish(report)
    assert [r["topic"] for r in rows] == ["mobile", "ai", "ai"]
    assert [r["genre"] for r in rows] == ["news", "news", "news"]
    assert [r["label_role"] for r in rows] == ["validation", None, None]
    assert rows[0]["labeler"] == "rules/1+llm/m/1+human+corrections"
    assert overrides.machines == ("llm/m/1",)
    summary = report.summary()
    assert summary["overridden"]["llm:topic"] == 1
    assert summary["overridden"]["correction:genre"] == 1
    assert summary["not_applied"] == {"human:not_in_dataset": 1, "llm:text_drift": 3}
    assert report.messages() == [
        "human: labels of 1 articles are for articles that this dataset does not have",
        "llm: labels of 1 articles are for a text that has changed since, not applied",
    ]
    assert load_overrides(NAMES, None, None, None).ids == ()
