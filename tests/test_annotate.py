"""Articles out to annotators and back in: Label Studio, doccano, spreadsheets, and the command around them."""

from __future__ import annotations

import csv
import io
import json
import random
import xml.etree.ElementTree as ET
from codecs import BOM_UTF8
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT, build, run_script
from presseschau.annotation.annotate import analyse, calibrate, export, import_, measure
from presseschau.annotation.answers import Quote, resolve
from presseschau.annotation.formats.label_studio import labelling_config
from presseschau.annotation.human import HumanLabel, load_human, write_human
from presseschau.annotation.order import Annotate
from presseschau.annotation.overrides import OverrideReport, load_overrides
from presseschau.document import Document, Span
from presseschau.label import Labeler, load_scheme
from presseschau.label.calibrate import load_calibration
from presseschau.publish.verify import verify
from presseschau.schema import LabelNames, Schema
from presseschau.stable import article_id, sha256

RULES = (ROOT / "configs/label/rules.yaml").read_text(encoding="utf-8")
SCHEME = load_scheme()
NAMES = LabelNames(SCHEME.topic.keys, SCHEME.genre.keys, SCHEME.stance.keys)
KAMERA = (
    "😀 Das Fotofuchs 3 kommt im Mai.\n\nDie Kamera ist großartig, wie schon beim Vorgänger.\n\n"
    "Der Akku dagegen ist eine Enttäuschung: Nach vier Stunden ist Schluss."
)
TEXTS = [
    ("Fotofuchs 3 im Test", KAMERA, "mobile", "review", "favor"),
    ("Lücke in Routern", "Angreifer nutzen eine Sicherheitslücke in Routern aus. Ein Update steht bereit.", "security", "news", None),
    ("Neue Grafikkarte", "Die Grafikkarte mit 16 GByte Speicher kostet 400 Euro.", "hardware", "news", None),
    ("=Formel im Titel", "- Ein Strich am Anfang; ein Semikolon, ein Komma und \"Anführungszeichen\".", "other", "digest", None),
    ("KI schreibt Briefe", "Ein Sprachmodell schreibt Briefe an die Behörde.", "ai", "news", None),
]  # fmt: skip


def row(i: int, changed: bool = False) -> dict[str, Any]:
    title, text, topic, genre, stance = TEXTS[i]
    text += " Nachtrag." if changed else ""
    url = f"https://blatt.example/{i}"
    return {
        "id": article_id(url, ""), "url": url, "publisher": "blatt.example", "title": title, "text": text,
        "crawled": datetime(2026, 3, 1, tzinfo=UTC), "published": datetime(2026, 3, 1, tzinfo=UTC), "keywords": [],
        "language": "de", "language_score": 1.0,
        "topic": NAMES.topic.index(topic), "topic_confidence": 0.9 - i / 10, "topic_source": "rules",
        "genre": NAMES.genre.index(genre), "genre_confidence": 0.8,
        "stance": None if stance is None else NAMES.stance.index(stance),
        "stance_target": stance and "Fotofuchs 3", "stance_target_type": stance and "product",
        "stance_confidence": stance and 0.7, "stance_source": stance and "rules",
        "stance_evidence": [{"start": 38, "end": 58, "text": text[38:58]}] if stance else [],
        "cluster": article_id(url, ""), "text_sha256": sha256(text), "extractor": "x", "labeler": "rules/1",
    }  # fmt: skip


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    return make_dataset(tmp_path / "dataset", [row(i) for i in range(len(TEXTS))])


def make_dataset(folder: Path, rows: list[dict[str, Any]]) -> Path:
    (folder / "data").mkdir(parents=True)
    table = pa.Table.from_pylist(sorted(rows, key=lambda r: r["id"]), schema=Schema(NAMES).arrow)
    pq.write_table(table, folder / "data" / "train-00000-of-00001.parquet")
    return folder


def order(action: str, dataset: Path, **more: Any) -> Annotate:
    return Annotate(action, Labeler(), **{"dir": dataset, "rounds": 50, "overwrite": True, **more})  # type: ignore[arg-type]


ID = [row(i)["id"] for i in range(len(TEXTS))]


def choice(name: str, value: str) -> dict[str, Any]:
    return {"id": f"r-{name}", "from_name": name, "to_name": "text", "type": "choices", "origin": "manual",
            "value": {"choices": [value]}}  # fmt: skip


def mark(start: int, end: int, text: str) -> dict[str, Any]:
    return {"id": f"s{start}", "from_name": "evidence", "to_name": "text", "type": "labels", "origin": "manual",
            "value": {"start": start, "end": end, "text": text, "labels": ["evidence"]}}  # fmt: skip


def target(text: str) -> dict[str, Any]:
    return {"id": "t", "from_name": "stance_target", "to_name": "text", "type": "textarea", "value": {"text": [text]}}


def annotation(number: int, person: Any, *result: dict[str, Any], **more: Any) -> dict[str, Any]:
    """One annotation as Label Studio writes it."""
    stamp = f"2026-04-01T10:{number:02}:00.000000Z"
    return {"id": number, "completed_by": person, "result": list(result), "was_cancelled": False, "ground_truth": False,
            "created_at": stamp, "updated_at": stamp, "draft_created_at": None, "lead_time": 12.3, "prediction": {},
            "result_count": 0, "unique_id": "x", "import_id": None, "last_action": None, "task": 1, "project": 1,
            "parent_prediction": None, "parent_annotation": None, **more}  # fmt: skip


def answered(tasks: list[dict[str, Any]], answers: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The export of a project into which the tasks were imported."""
    return [
        {"id": n, "annotations": answers.get(t["data"]["article_id"], []), "file_upload": "tasks.json", "drafts": [],
         "predictions": [], "data": t["data"], "meta": {}, "created_at": "2026-04-01T09:00:00Z", "inner_id": n,
         "total_annotations": 1, "cancelled_annotations": 0, "comment_count": 0, "updated_by": 1}
        for n, t in enumerate(tasks, 1)
    ]  # fmt: skip


def labels_of(dataset: Path, tasks: list[dict[str, Any]], name: str = "export.json", **more: Any) -> tuple[Path, str]:
    path = dataset.parent / name
    path.write_text(json.dumps(tasks, ensure_ascii=False), encoding="utf-8")
    out = dataset.parent / "labels.jsonl"
    return out, import_(order("import", dataset, path=(path,), output=out, **more))


def blind_tasks(dataset: Path, n: int = 5) -> list[dict[str, Any]]:
    path = dataset.parent / "tasks.json"
    export(order("export", dataset, purpose="validation", n=n, output=path))
    return json.loads(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def test_round_trip_through_label_studio(dataset: Path) -> None:
    """Export → three people annotate → import → the label rows of a build."""
    tasks = blind_tasks(dataset)
    assert all("predictions" not in t and "why" not in t["data"] for t in tasks)
    assert {t["data"]["inclusion_probability"] for t in tasks} == {1.0}
    akku = KAMERA.index("Der Akku")
    utf16 = len(KAMERA[:akku].encode("utf-16-le")) // 2
    against = [choice("topic", "mobile"), choice("genre", "review"), choice("stance", "against"), target("Fotofuchs 3")]
    answers = {
        ID[0]: [
            annotation(1, 7, *against, choice("stance_target_type", "product"), mark(akku, akku + 8, "Der Akku")),
            # an older version: offsets in UTF-16 units, line breaks written out, trailing white space
            annotation(2, {"id": 8, "email": "b@blatt.example"}, *against,
                       mark(utf16 - 2, utf16 + 8, "\\n\\nDer Akku")),
            annotation(3, 9, choice("topic", "hardware"), choice("genre", "review"), choice("stance", "favor"),
                       target("Kamera")),
        ],
        ID[1]: [
            annotation(4, 7, choice("topic", "software"), choice("genre", "news"), choice("stance", "neutral")),
            # the same person thinks again: the later one counts
            annotation(5, 7, choice("topic", "IT-Sicherheit"), choice("genre", "news"), choice("stance", "neutral")),
            annotation(6, 8, choice("topic", "other"), choice("genre", "other"), choice("stance", "against"),
                       was_cancelled=True),
        ],
        ID[2]: [annotation(7, 8), annotation(8, 9, was_cancelled=True)],
    }  # fmt: skip
    path, summary = labels_of(dataset, answered(tasks, answers))
    assert "2 articles (2 for validation) by 3 annotators" in summary
    assert "2 annotations cancelled or skipped by their annotators" in summary
    assert "1 annotations without any label" in summary
    assert "1 annotations replaced by a later one of the same person" in summary
    found = load_human(path, NAMES)
    assert list(found.by_id) == sorted([ID[0], ID[1]])
    kamera = found.by_id[ID[0]]
    assert kamera.labels == {"topic": "mobile", "genre": "review", "stance": "against", "stance_target": "Fotofuchs 3",
                             "stance_target_type": "product"}  # fmt: skip
    assert kamera.evidence == (Span(akku, akku + 8, "Der Akku"),)
    assert kamera.agreement == {"topic": 0.666667, "genre": 1.0, "stance": 0.666667}
    assert kamera.aggregate == {"topic": "majority", "genre": "majority", "stance": "majority"}
    assert sorted(kamera.annotators) == ["7", "8", "9"]
    assert found.by_id[ID[1]].labels == {"topic": "security", "genre": "news", "stance": "neutral"}
    assert found.by_id[ID[1]].aggregate["topic"] == "single"

    rows = [named(row(i)) for i in range(len(TEXTS))]
    overrides, report = load_overrides(NAMES, None, path, None), OverrideReport()
    after = {r["id"]: r for r in overrides.apply(rows, report)}
    overrides.finish(report)
    assert (after[ID[0]]["stance"], after[ID[0]]["stance_source"], after[ID[0]]["label_role"]) == (
        "against", "human", "validation")  # fmt: skip
    span = after[ID[0]]["stance_evidence"][0]
    assert KAMERA[span["start"] : span["end"]] == span["text"] == "Der Akku"
    assert after[ID[0]]["topic_confidence"] == pytest.approx(2 / 3, abs=1e-6)
    assert after[ID[2]] == {**rows[2], "label_role": None}
    assert report.summary()["overridden"] == {"human:stance": 1}
    assert report.missed == []


@pytest.mark.skipif("human:" not in RULES, reason="the build takes no label.human yet")
def test_round_trip_through_a_build(sample: Path, tmp_path: Path) -> None:
    """The sample's articles out, annotated, in, and the sample built again with what people say."""
    tasks, back, labels = tmp_path / "tasks.json", tmp_path / "back.json", tmp_path / "labels.jsonl"
    export(order("export", sample, purpose="validation", n=8, output=tasks))
    asked = json.loads(tasks.read_text(encoding="utf-8"))
    ids = [t["data"]["article_id"] for t in asked]
    said = {i: [annotation(1, 7, choice("topic", "energy"), choice("genre", "opinion"))] for i in ids}
    asked[-1]["data"]["text"] += " Nachtrag."  # people read another text there
    back.write_text(json.dumps(answered(asked, said)), encoding="utf-8")
    summary = import_(order("import", sample, path=(back,), output=labels))
    assert f"article {ids[-1]} has another text now than people read" in summary
    write_human(labels, [*load_human(labels, NAMES).by_id.values(),
                         HumanLabel(ids[-1], "old", {"topic": "ai"}), HumanLabel("0" * 16, "x", {"topic": "ai"})])  # fmt: skip
    table_ = tmp_path / "corrections.csv"
    table_.write_text(f"id,field,value,who,date,why\n{ids[0]},topic,science,Eva,2026-03-01,Laborbericht\n")
    dataset = build(tmp_path, f"label.human={labels}", f"label.corrections={table_}")
    assert verify(dataset) == []
    rows = {r["id"]: r for p in (dataset / "data").glob("*.parquet") for r in pq.read_table(p).to_pylist()}
    assert sorted(i for i, r in rows.items() if r["label_role"] == "validation") == ids[:-1]
    assert {NAMES.topic[rows[i]["topic"]] for i in ids[1:-1]} == {"energy"}
    assert NAMES.topic[rows[ids[0]]["topic"]] == "science"
    assert {NAMES.genre[rows[i]["genre"]] for i in ids[:-1]} == {"opinion"}
    assert {rows[i]["topic_source"] for i in ids[:-1]} == {"human"}
    assert rows[ids[-1]]["topic_source"] == "rules"
    manifest = json.loads((dataset / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["overrides"]["not_applied"] == {"human:not_in_dataset": 1, "human:text_drift": 1}
    assert [c["why"] for c in manifest["overrides"]["corrections"]] == ["Laborbericht"]
    assert "Eva" not in (dataset / "manifest.json").read_text(encoding="utf-8")
    assert len(manifest["messages"]) == 2


def named(row: dict[str, Any]) -> dict[str, Any]:
    return row | {c: None if row[c] is None else getattr(NAMES, c)[row[c]] for c in ("topic", "genre", "stance")} | {
        "topic_secondary": None}  # fmt: skip


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_same_answers_give_the_same_bytes(dataset: Path) -> None:
    tasks = answered(blind_tasks(dataset), {
        ID[0]: [annotation(1, 7, choice("topic", "ai")), annotation(2, 8, choice("topic", "mobile"))],
        ID[3]: [annotation(3, 8, choice("topic", "other"))],
    })  # fmt: skip
    first = labels_of(dataset, tasks)[0].read_bytes()
    for task in tasks:
        task["annotations"].reverse()
    assert labels_of(dataset, tasks[::-1])[0].read_bytes() == first


def test_a_changed_text_or_an_unknown_article_is_left_out_and_named(dataset: Path, tmp_path: Path) -> None:
    said = [annotation(1, 7, choice("topic", "ai"))]
    tasks = answered(blind_tasks(dataset), {ID[0]: said, ID[1]: said, ID[2]: said})
    newer = make_dataset(tmp_path / "newer", [row(0, changed=True), row(1)])
    path, summary = labels_of(newer, tasks)
    assert f"note: article {ID[0]} has another text now than people read" in summary
    assert f"note: article {ID[2]} is not in the dataset" in summary
    assert list(load_human(path, NAMES).by_id) == [ID[1]]


def test_an_adjudicator_settles(dataset: Path) -> None:
    people = [annotation(1, 7, choice("topic", "ai")), annotation(2, 8, choice("topic", "ai")),
              annotation(3, 9, choice("topic", "software"), ground_truth=True)]  # fmt: skip
    path, _ = labels_of(dataset, answered(blind_tasks(dataset), {ID[4]: people}))
    label = load_human(path, NAMES).by_id[ID[4]]
    assert (label.labels["topic"], label.confidence["topic"], label.aggregate["topic"]) == (
        "software", 1.0, "adjudicated")  # fmt: skip
    assert (label.agreement["topic"], label.annotators["9"]) == (0, {})  # who only settles is none of the coders
    assert measure(order("agreement", dataset, path=(path,))).endswith("\n0 disagreements to adjudicate")


def test_agreement_is_that_of_the_coders_and_not_of_who_settles(dataset: Path, tmp_path: Path) -> None:
    said = {1: "ai ai mobile mobile ai", 2: "ai mobile mobile mobile mobile"}
    coded = {ID[n]: [annotation(10 * n + who, who, choice("topic", words.split()[n])) for who, words in said.items()]
             for n in range(5)}  # fmt: skip
    before, _ = labels_of(dataset, answered(blind_tasks(dataset), coded))
    alpha = measure(order("agreement", dataset, path=(before,)))
    judged = {ID[n]: [*coded[ID[n]], annotation(90 + n, 9, choice("topic", "ai"), choice("genre", "news"),
                                                ground_truth=True)] for n in (1, 4)}  # fmt: skip
    after, _ = labels_of(dataset, answered(blind_tasks(dataset), coded | judged))
    measured = measure(order("agreement", dataset, path=(after,)))
    assert measured.split("## genre")[0] == alpha.split("## genre")[0]
    found = load_human(after, NAMES).by_id
    assert (found[ID[4]].labels, found[ID[4]].agreement["topic"]) == ({"topic": "ai", "genre": "news"}, 0.5)
    assert found[ID[4]].annotators["9"] == {"genre": "news"}  # nobody else has said what its genre is


def test_validation_stays_apart_from_training(dataset: Path) -> None:
    tasks = blind_tasks(dataset)
    training = [{"data": {**t["data"], "purpose": "training", "inclusion_probability": None}} for t in tasks]
    said = {ID[0]: [annotation(1, 7, choice("topic", "ai"))]}
    seen = {ID[0]: [annotation(2, 8, choice("topic", "other"), parent_prediction=5),
                    annotation(9, 7, choice("topic", "other"))],  # also by whom the blind one is, and later
            ID[1]: [annotation(3, 8, choice("topic", "other"))]}  # fmt: skip
    path, summary = labels_of(dataset, answered(tasks, said) + answered(training, seen))
    assert "2 annotations for training of articles that are in the validation set, left out" in summary
    found = load_human(path, NAMES).by_id
    assert (found[ID[0]].labels["topic"], found[ID[0]].purpose) == ("ai", "validation")
    assert (found[ID[1]].purpose, found[ID[1]].inclusion_probability) == ("training", None)
    not_blind = {ID[0]: [annotation(1, 7, choice("topic", "ai"), parent_prediction=5)]}
    assert "so they are not blind" in labels_of(dataset, answered(tasks, not_blind))[1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"annotations": [annotation(1, 7, choice("topic", "robots"))]}, "task 1: unknown topic 'robots'; known: hardware"),
        ({"annotations": [annotation(1, 7, choice("stance", "super"))]}, "task 1: unknown stance 'super'"),
        ({"data": {"text": "x"}}, "task 1: data.article_id is missing"),
        ({"annotations": [annotation(1, 7, choice("topic", "ai"), mark(0, 3, 7))]}, "task 1: quote 1 must be text, not 7"),
        ({"data": {"article_id": 7, "text": "x"}}, "task 1: article_id must be text, not 7"),
        ({"annotations": None}, "task 1: is not as Label Studio exports it"),
        ({"annotations": [{"result": [{"from_name": "topic", "value": {"choices": ["ai", "mobile"]}}]}]},
         "task 1: 2 choices for topic"),
        ({"annotations": [annotation(1, 7, choice("topic", "ai"), choice("topic", "mobile"))]},
         "task 1: two choices for topic: ai and mobile"),
    ],
)  # fmt: skip
def test_what_label_studio_can_not_have_written_is_refused_with_its_task(
    dataset: Path, change: dict[str, Any], message: str
) -> None:
    tasks = answered(blind_tasks(dataset), {i: [annotation(1, 7, choice("topic", "ai"))] for i in ID})
    tasks[0] |= change
    with pytest.raises(ValueError, match=r"export\.json") as error:
        labels_of(dataset, tasks)
    assert message in str(error.value)


def test_purpose_and_probability_are_checked(dataset: Path) -> None:
    tasks = answered(blind_tasks(dataset), {ID[0]: [annotation(1, 7, choice("topic", "ai"))]})
    own = [{**t, "data": {k: v for k, v in t["data"].items() if k != "purpose"}} for t in tasks]
    with pytest.raises(ValueError, match="says no purpose; add purpose=validation"):
        labels_of(dataset, own)
    path, _ = labels_of(dataset, own, purpose="training")
    assert load_human(path, NAMES).by_id[ID[0]].purpose == "training"
    for t in tasks:
        t["data"]["inclusion_probability"] = 2
    with pytest.raises(ValueError, match="inclusion_probability 2 must be"):
        labels_of(dataset, tasks)
    with pytest.raises(ValueError, match="is no list of tasks"):
        labels_of(dataset, {"data": 1})  # type: ignore[arg-type]


def test_training_tasks_carry_the_rules_labels(dataset: Path) -> None:
    path = dataset.parent / "tasks.json"
    said = export(order("export", dataset, purpose="training", n=3, output=path))
    assert said.startswith("3 of 5 articles for training (uncertainty, with the rules' labels")
    tasks = json.loads(path.read_text(encoding="utf-8"))
    assert [t["data"]["article_id"] for t in tasks] == [ID[4], ID[3], ID[2]]  # least confident first
    path2 = dataset.parent / "all.json"
    export(order("export", dataset, purpose="training", output=path2))
    kamera = next(t for t in json.loads(path2.read_text(encoding="utf-8")) if t["data"]["article_id"] == ID[0])
    (prediction,) = kamera["predictions"]
    values = {r["from_name"]: r["value"] for r in prediction["result"]}
    assert values["topic"] == {"choices": ["mobile"]}
    assert values["stance_target"] == {"text": ["Fotofuchs 3"]}
    assert values["evidence"]["text"] == KAMERA[38:58]
    assert prediction["model_version"] == Labeler().name
    # a person who accepts the predictions says what the rules said
    done = answered([kamera], {ID[0]: [annotation(1, 7, *prediction["result"], parent_prediction=3)]})
    label = load_human(labels_of(dataset, done)[0], NAMES).by_id[ID[0]]
    assert (label.labels["topic"], label.labels["stance"], label.evidence[0].text) == ("mobile", "favor", KAMERA[38:58])


def test_the_labelling_configuration_is_made_from_the_scheme(tmp_path: Path) -> None:
    view = ET.fromstring(labelling_config(SCHEME))
    choices = {c.get("name"): [x.get("alias") for x in c] for c in view.iter("Choices")}
    assert tuple(choices["topic"]) == SCHEME.topic.keys
    assert tuple(choices["genre"]) == SCHEME.genre.keys
    assert tuple(choices["stance"]) == SCHEME.stance.keys
    assert {c.get("toName") for c in view.iter("Choices")} == {"text"}
    assert view.find("Text").get("value") == "$text"  # type: ignore[union-attr]
    assert "pre-wrap" in (view.findtext("Style") or "")
    pets = tmp_path / "pets.yaml"
    pets.write_text(
        'topic:\n  classes:\n    - {key: dog, name: "Hund & <Co>"}\n    - {key: cat, name: Katze}\n', encoding="utf-8"
    )
    text = labelling_config(load_scheme(pets))
    assert '<Choice value="Hund &amp; &lt;Co&gt;" alias="dog" />' in text
    assert "hardware" not in text


def test_round_trip_through_doccano(dataset: Path) -> None:
    path = dataset.parent / "tasks.jsonl"
    export(order("export", dataset, purpose="training", format="jsonl", output=path))
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    kamera = next(x for x in lines if x["article_id"] == ID[0])
    # doccano gives what is imported to who imports it; the rules' labels would come back as that person's
    assert kamera["rules"] == "topic:mobile genre:review stance:favor target_type:product target: Fotofuchs 3"
    assert all(not x["cats"] and not x["entities"] for x in lines)
    with pytest.raises(ValueError, match=r"no label to import.*\(5 annotations without any label\)"):
        import_(order("import", dataset, path=(path,), output=dataset.parent / "labels.jsonl"))
    categories = json.loads((dataset.parent / "tasks.categories.json").read_text(encoding="utf-8"))
    assert {"topic:ai", "genre:news", "stance:mixed"} <= {c["text"] for c in categories}
    akku, fuchs = KAMERA.index("Der Akku"), KAMERA.index("Fotofuchs 3")
    folder = dataset.parent / "doccano"
    folder.mkdir()
    for who, stance in (("anna", "against"), ("ben", "against"), ("cem", "favor")):
        # doccano gives lines numbers of its own and adds comments
        mine = {**kamera, "id": 17, "Comments": [], "cats": ["genre:review", f"stance:{stance}", "topic:mobile"],
                "entities": [[fuchs, fuchs + 11, "target"], [akku, akku + 8, "evidence"]]}  # fmt: skip
        if who == "ben":  # as a project with relations writes them
            keys = ("start_offset", "end_offset", "label")
            mine["entities"] = [{"id": 3, **dict(zip(keys, span, strict=True))} for span in mine["entities"]]
        rest = [{**x, "cats": [], "entities": []} for x in lines if x is not kamera]
        text = "".join(json.dumps(x, ensure_ascii=False) + "\n" for x in [mine, *rest])
        (folder / f"{who}.jsonl").write_text(text, encoding="utf-8")
    out = dataset.parent / "labels.jsonl"
    files = tuple(sorted(folder.glob("*.jsonl")))
    summary = import_(order("import", dataset, path=files, format="jsonl", output=out))
    assert "1 article (1 for training) by 3 annotators" in summary
    assert "12 annotations without any label" in summary
    label = load_human(out, NAMES).by_id[ID[0]]
    assert (label.labels["stance"], label.labels["stance_target"]) == ("against", "Fotofuchs 3")
    assert label.evidence == (Span(akku, akku + 8, "Der Akku"),)
    for wrong, message in (
        ({"cats": ["topic:robots"]}, "line 1: unknown topic 'robots'"),
        ({"cats": ["ai"]}, "line 1: unknown class 'ai'; classes begin with topic:"),
        ({"cats": ["topic:ai", "topic:mobile"]}, "line 1: two classes for topic"),
        ({"cats": ["topic:ai"], "entities": [[0, 1, "ORG"]]}, "line 1: unknown span type 'ORG'"),
        ({"cats": ["topic:ai"], "text": None}, "line 1: is not as doccano exports it"),
    ):
        files[0].write_text(json.dumps({**kamera, **wrong}) + "\n", encoding="utf-8")
        with pytest.raises(ValueError, match=r"anna\.jsonl") as error:
            import_(order("import", dataset, path=files[:1], format="jsonl", output=out))
        assert message in str(error.value)


def test_round_trip_through_a_spreadsheet(dataset: Path) -> None:
    path = dataset.parent / "tasks.csv"
    export(order("export", dataset, purpose="validation", strategy="stratified", format="csv", output=path))
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = table(path)
    by_id = {r["article_id"]: r for r in rows}
    assert by_id[ID[3]]["title"] == "'=Formel im Titel"  # no spreadsheet takes it for a formula
    assert all(not r["topic"] and not r["why"] for r in rows)
    filled = dataset.parent / "eva.csv"
    by_id[ID[0]] |= {"topic": "mobile", "genre": "review", "stance": "against", "stance_target": "Fotofuchs 3",
                     "evidence_1": "Der Akku dagegen  ist eine Enttäuschung", "evidence_2": "steht dort nicht"}  # fmt: skip
    by_id[ID[1]] |= {"topic": "security", "skip": "x"}
    with filled.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";")  # as a German spreadsheet saves it
        writer.writeheader()
        writer.writerows(r | {"inclusion_probability": r["inclusion_probability"].replace(".", ",")} for r in rows)
    out = dataset.parent / "labels.jsonl"
    summary = import_(order("import", dataset, path=(filled,), format="csv", output=out))
    assert "1 quotes that are not in the text, left out" in summary
    assert "1 annotations cancelled or skipped" in summary
    label = load_human(out, NAMES).by_id[ID[0]]
    assert [s.text for s in label.evidence] == ["Der Akku dagegen ist eine Enttäuschung"]
    assert (list(label.annotators), label.inclusion_probability) == (["eva"], 1.0)
    filled.write_text("article_id,topic,purpose\nx,ai,fun\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"eva\.csv line 2: unknown purpose 'fun'"):
        import_(order("import", dataset, path=(filled,), format="csv", output=out))
    filled.write_text("id,topic\n", encoding="utf-8")
    with pytest.raises(ValueError, match="line 1: column article_id is missing"):
        import_(order("import", dataset, path=(filled,), format="csv", output=out))


@pytest.mark.parametrize(("separator", "sign", "mark"), [("semicolon", ";", ","), ("tab", "\t", ".")])
def test_a_table_with_another_separator_comes_back(tmp_path: Path, separator: str, sign: str, mark: str) -> None:
    dataset = make_dataset(tmp_path / "many", [{**row(0), "id": f"{i:04}", "cluster": f"{i:04}"} for i in range(8)])
    path, out = tmp_path / "eva.csv", tmp_path / "labels.jsonl"
    export(order("export", dataset, purpose="validation", n=1, separator=separator, output=path))
    raw = path.read_text(encoding="utf-8-sig")
    assert raw.startswith(sign.join(("article_id", "title", "text")))
    assert sign.join(("validation", f"0{mark}125")) in raw  # Excel set to German takes 0.125 for 125
    rows = list(csv.DictReader(raw.splitlines(keepends=True), delimiter=sign))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=sign)
        writer.writeheader()
        writer.writerow(rows[0] | {"topic": "mobile"})
    import_(order("import", dataset, path=(path,), output=out))
    assert [x.inclusion_probability for x in load_human(out, NAMES).by_id.values()] == [0.125]


def written(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_table_of_rows_that_are_settled_comes_from_an_adjudicator(dataset: Path) -> None:
    path, out = dataset.parent / "tasks.csv", dataset.parent / "labels.jsonl"
    export(order("export", dataset, purpose="validation", strategy="stratified", output=path))
    rows = table(path)[:2]
    coded = [written(dataset.parent / f"{who}.csv", [r | {"topic": topic} for r in rows])
             for who, topic in (("anna", "ai"), ("ben", "mobile"))]  # fmt: skip
    said = [rows[0] | {"topic": "software", "settled": "x"}, rows[1] | {"topic": "", "settled": "FALSE"}]
    import_(order("import", dataset, path=(*coded, written(dataset.parent / "rita.csv", said)), output=out))
    one, other = (load_human(out, NAMES).by_id[r["article_id"]] for r in rows)
    assert (one.labels["topic"], one.aggregate["topic"], one.annotators["rita"]) == ("software", "adjudicated", {})
    assert (other.labels["topic"], other.aggregate["topic"]) == ("mobile", "majority")
    training = [r | {"purpose": "training", "inclusion_probability": ""} for r in said]
    judged = written(dataset.parent / "rita.csv", training)
    import_(order("import", dataset, path=(judged,), output=out))  # what is settled has been read
    assert [i for i, label in load_human(out, NAMES).by_id.items() if label.purpose == "training"] == [one.id]


def test_only_rows_that_somebody_marked_as_done_are_people_s(dataset: Path) -> None:
    """A training table holds the rules' labels; who stops halfway has not confirmed the rest."""
    path, out = dataset.parent / "eva.csv", dataset.parent / "labels.jsonl"
    export(order("export", dataset, purpose="training", output=path))
    with pytest.raises(ValueError, match=r"no label to import.*\(5 rows with the rules' labels have nothing in"):
        import_(order("import", dataset, path=(path,), output=out))
    rows = table(path)
    assert {r["topic"] for r in rows} == {topic for _, _, topic, _, _ in TEXTS}
    done = [r | {"done": "x" if r["article_id"] in ID[:2] else ""} for r in rows]
    summary = import_(order("import", dataset, path=(written(path, done),), output=out))
    assert "note: 3 rows with the rules' labels have nothing in the column done, left out" in summary
    assert list(load_human(out, NAMES).by_id) == sorted(ID[:2])
    own = [{k: v for k, v in r.items() if k != "done"} for r in rows]  # a table of one's own has no such column
    import_(order("import", dataset, path=(written(path, own),), output=out))
    assert list(load_human(out, NAMES).by_id) == sorted(ID)


@pytest.mark.parametrize(("yes", "no"), [("TRUE", "FALSE"), ("WAHR", "FALSCH"), ("1", "0"), ("ja", "nein"), ("x", "")])
def test_an_empty_tick_box_is_no_mark(dataset: Path, yes: str, no: str) -> None:
    path, out = dataset.parent / "eva.csv", dataset.parent / "labels.jsonl"
    export(order("export", dataset, purpose="training", output=path))
    rows = [r | {"done": no, "skip": no} for r in table(path)]
    rows[0]["done"] = rows[1]["done"] = rows[1]["skip"] = yes
    summary = import_(order("import", dataset, path=(written(path, rows),), output=out))
    assert list(load_human(out, NAMES).by_id) == [rows[0]["article_id"]]
    assert "note: 1 annotations cancelled or skipped by their annotators" in summary
    assert "note: 3 rows with the rules' labels have nothing in the column done, left out" in summary


def test_a_file_whose_ending_tells_no_tool_is_refused(dataset: Path) -> None:
    book, out = dataset.parent / "anna.xlsx", dataset.parent / "labels.jsonl"
    book.write_bytes(b"PK")
    with pytest.raises(
        ValueError, match=r"anna.xlsx: its ending is none of .json, .jsonl, .csv: .* saved as CSV UTF-8"
    ):
        import_(order("import", dataset, path=(book,), output=out))
    with pytest.raises(ValueError, match="say format="):
        export(order("export", dataset, purpose="validation", output=dataset.parent / "tasks.tsv"))
    assert not (dataset.parent / "tasks.tsv").exists()


@pytest.mark.parametrize("ending", ["csv", "jsonl", "json"])
def test_an_editor_may_put_a_byte_order_mark_in_front(dataset: Path, ending: str) -> None:
    tasks, out = dataset.parent / f"anna.{ending}", dataset.parent / "labels.jsonl"
    export(order("export", dataset, purpose="validation", output=tasks))
    mobile(tasks, set())
    tasks.write_bytes(BOM_UTF8 + tasks.read_bytes().removeprefix(BOM_UTF8))
    import_(order("import", dataset, path=(tasks,), output=out))
    assert len(load_human(out, NAMES).by_id) == 5
    out.write_bytes(BOM_UTF8 + out.read_bytes())
    assert len(load_human(out, NAMES).by_id) == 5
    with pytest.raises(ValueError, match="no article is left"):
        export(order("export", dataset, purpose="training", exclude=(out,), output=dataset.parent / "more.csv"))


def test_a_name_in_two_spellings_is_noticed(dataset: Path) -> None:
    path, out = dataset.parent / "alle.csv", dataset.parent / "labels.jsonl"
    export(order("export", dataset, purpose="validation", output=path))
    rows = [r | {"topic": "ai", "annotator": "Anna"} for r in table(path)]
    rows[1]["annotator"], rows[2]["annotator"] = "anna", "Ben"
    summary = import_(order("import", dataset, path=(written(path, rows),), output=out))
    assert "note: Anna and anna count as 2 people: if they are one, write the name one way" in summary
    assert "Ben" not in summary


@pytest.mark.parametrize("ending", ["csv", "jsonl", "json"])
def test_a_validation_set_that_has_grown_counts_by_its_size_now(tmp_path: Path, ending: str) -> None:
    """Export again with a larger n, annotate what is new: the old ones stand for as many articles as the new ones."""
    rows = [{**row(0), "id": f"a{i:03}", "cluster": f"a{i:03}"} for i in range(40)]
    folder, out = make_dataset(tmp_path / "many", rows), tmp_path / "labels.jsonl"
    few, many, seen = tmp_path / f"few.{ending}", tmp_path / f"many.{ending}", set[str]()
    for path, n in ((few, 10), (many, 20)):
        export(order("export", folder, purpose="validation", n=n, output=path))
        seen |= mobile(path, seen)
    summary = import_(order("import", folder, path=(few, many), output=out))
    assert "note: 10 articles are in random samples of several sizes; they count as of the largest" in summary
    found = load_human(out, NAMES).by_id
    assert len(found) == 20
    assert {x.inclusion_probability for x in found.values()} == {0.5}


def mobile(tasks: Path, seen: set[str]) -> set[str]:
    """Gives the topic of each article of a task file but those seen, as its tool writes it; the articles given."""
    given = set[str]()

    def says(article: str) -> bool:
        if article not in seen:
            given.add(article)
        return article not in seen

    if tasks.suffix == ".csv":
        written(tasks, [r | {"topic": "mobile" if says(r["article_id"]) else ""} for r in table(tasks)])
    elif tasks.suffix == ".json":
        asked = json.loads(tasks.read_bytes())
        for number, task in enumerate(asked):
            if says(task["data"]["article_id"]):
                task["annotations"] = [annotation(number, 7, choice("topic", "mobile"))]
        tasks.write_text(json.dumps(asked), encoding="utf-8")
    else:
        lines = [json.loads(line) for line in tasks.read_text(encoding="utf-8").splitlines()]
        said = [x | {"cats": ["topic:mobile"] if says(x["article_id"]) else []} for x in lines]
        tasks.write_text("\n".join(map(json.dumps, said)), encoding="utf-8")
    return given


def test_a_validation_set_keeps_its_probability_beside_a_training_sample(dataset: Path) -> None:
    paths = dataset.parent / "blind.csv", dataset.parent / "random.csv"
    export(order("export", dataset, purpose="validation", n=4, output=paths[0]))
    export(order("export", dataset, purpose="training", strategy="random", n=5, output=paths[1]))
    for path in paths:
        written(path, [r | {"topic": "ai", "done": "x"} for r in table(path)])
    out = dataset.parent / "labels.jsonl"
    import_(order("import", dataset, path=paths, output=out))
    said = [(x.purpose, x.inclusion_probability) for x in load_human(out, NAMES).by_id.values()]
    assert sorted(said) == [("training", 1.0), *[("validation", 0.8)] * 4]


def test_capitals_do_not_matter_in_what_people_type(dataset: Path) -> None:
    path, out = dataset.parent / "eva.csv", dataset.parent / "labels.jsonl"
    export(order("export", dataset, purpose="validation", output=path))
    written(path, [r | {"topic": "AI", "genre": "News ", "stance": "NEUTRAL"} for r in table(path)])
    import_(order("import", dataset, path=(path,), output=out))
    assert load_human(out, NAMES).by_id[ID[0]].labels == {"topic": "ai", "genre": "news", "stance": "neutral"}


@pytest.mark.parametrize("article", ["4503599627370496", "12345678901234e5"])
def test_an_id_that_looks_like_a_number_comes_back_from_a_spreadsheet(tmp_path: Path, article: str) -> None:
    """A spreadsheet would make 4.5036E+15 of it."""
    folder = make_dataset(tmp_path / "one", [row(0) | {"id": article, "cluster": article}])
    path, out = tmp_path / "eva.csv", tmp_path / "labels.jsonl"
    export(order("export", folder, purpose="validation", output=path))
    (cells,) = table(path)
    assert cells["article_id"] == f"'{article}"
    written(path, [cells | {"topic": "ai"}])
    import_(order("import", folder, path=(path,), output=out))
    assert list(load_human(out, NAMES).by_id) == [article]
    with pytest.raises(ValueError, match="no article is left"):
        export(order("export", folder, purpose="training", exclude=(path,), output=tmp_path / "more.csv"))


def test_agreement_of_a_label_file(dataset: Path) -> None:
    people = {
        ID[n]: [annotation(10 * n + k, who, choice("topic", topic)) for k, (who, topic) in enumerate(said)]
        for n, said in enumerate(
            [[("a", "ai"), ("b", "ai")], [("a", "ai"), ("b", "ai")], [("a", "mobile"), ("b", "ai")],
             [("a", "mobile"), ("b", "mobile")]]
        )
    }  # fmt: skip
    path, summary = labels_of(dataset, answered(blind_tasks(dataset), people))
    assert "topic: alpha 0.533" in summary
    out = dataset.parent / "agreement"
    text = measure(order("agreement", dataset, path=(path,), output=out))
    assert "| krippendorff_alpha | 0.533 |" in text
    assert "| cohen_kappa a/b | 0.500 |" in text
    assert text.endswith("1 disagreement to adjudicate")
    (case,) = table(out / "adjudication.csv")
    assert (case["article_id"], case["votes"]) == (ID[2], "a=mobile b=ai")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({0: {"a": "ai"}, 1: {"a": "mobile"}}, "No agreement: only a labelled"),
        ({0: {"a": "ai"}, 1: {"b": "ai"}}, "No agreement: no article was labelled by two of the 2 annotators"),
        ({0: {"a": "ai", "b": "ai"}}, "No agreement: all gave the same label"),
    ],
)
def test_why_there_is_no_agreement_is_said(dataset: Path, said: dict[int, dict[str, str]], why: str) -> None:
    people = {
        ID[n]: [annotation(10 * n + k, who, choice("topic", topic)) for k, (who, topic) in enumerate(labels.items())]
        for n, labels in said.items()
    }
    path, _ = labels_of(dataset, answered(blind_tasks(dataset), people))
    topic, rest = measure(order("agreement", dataset, path=(path,))).split("## genre")
    assert why in topic
    assert "–" not in topic
    assert "No agreement: no annotator's labels are in the files" in rest


def test_analysis_judges_functions_by_training_labels_only(dataset: Path) -> None:
    out = dataset.parent / "analysis"
    text = analyse(order("analysis", dataset, output=out))
    rows = table(out / "functions.csv")
    assert {r["task"] for r in rows} == {"topic", "genre", "stance"}
    assert len([r for r in rows if r["task"] != "stance"]) == len(Labeler().functions) - 1  # the prior is no evidence
    security = next(r for r in rows if r["function"] == "title_terms/security")
    assert (security["coverage"], security["accuracy"], security["judged"]) == ("0.2000", "", "0")
    assert "| topic | title_terms/security |" in text
    assert all(float(r[c]) <= 1 for r in rows for c in ("coverage", "overlap", "conflict"))
    said = {ID[1]: [annotation(1, 7, choice("topic", "security"))], ID[2]: [annotation(2, 7, choice("topic", "ai"))]}
    training = [{"data": {**t["data"], "purpose": "training"}} for t in blind_tasks(dataset)]
    path, _ = labels_of(dataset, answered(training, said))
    analyse(order("analysis", dataset, labels=(path,), output=out))
    rows = table(out / "functions.csv")
    security = next(r for r in rows if r["function"] == "title_terms/security")
    assert (security["accuracy"], security["judged"]) == ("1.0000", "1")
    with pytest.raises(ValueError, match="no label for validation"):
        analyse(order("analysis", dataset, labels=(path,), purpose="validation"))


def test_confidence_is_fitted_on_random_training_labels_only(tmp_path: Path) -> None:
    folder = make_dataset(tmp_path / "dataset", [row(i % 5) | {"id": f"{i:016x}"} for i in range(150)])
    truth = [NAMES.topic.index(TEXTS[i][2]) for i in range(5)]

    def label(i: int, **more: Any) -> HumanLabel:
        # Of the article on the AI letters, people say something else each third time.
        topic = "policy" if i % 15 == 4 else NAMES.topic[truth[i % 5]]
        labels = {"topic": topic, "genre": TEXTS[i % 5][3]}
        given = {"purpose": "training", "inclusion_probability": 0.8, **more}
        return HumanLabel(f"{i:016x}", row(i % 5)["text_sha256"], labels, **given)

    path, out = tmp_path / "people.jsonl", tmp_path / "calibration.yaml"
    hard = [label(i, inclusion_probability=None) for i in range(120, 130)]
    blind = [label(i, purpose="validation") for i in range(130, 150)]
    write_human(path, [*(label(i) for i in range(120)), *hard, *blind])
    said = calibrate(order("calibrate", folder, path=(path,), output=out))
    assert "from 120 articles" in said
    assert "note: 10 labels of articles that were chosen for being hard, left out" in said
    assert "topic: " in said
    fitted = load_calibration(out)
    assert set(fitted) == {"topic", "genre"}
    assert fitted["topic"].reference.startswith("people.jsonl (")
    assert fitted["topic"].articles == 120
    assert 0 < Labeler(calibration=out).label(Document(text=TEXTS[1][1], title=TEXTS[1][0])).topic_confidence <= 1
    first = out.read_bytes()
    calibrate(order("calibrate", folder, path=(path,), output=out))
    assert out.read_bytes() == first
    write_human(path, [*(label(i) for i in range(90)), *hard, *blind])
    with pytest.raises(ValueError, match="90 training labels of a random sample, 100 are needed"):
        calibrate(order("calibrate", folder, path=(path,), output=out))


def test_articles_that_people_have_seen_are_not_asked_about_again(dataset: Path) -> None:
    path, _ = labels_of(dataset, answered(blind_tasks(dataset), {ID[0]: [annotation(1, 7, choice("topic", "ai"))]}))
    tasks = dataset.parent / "more.json"
    said = export(order("export", dataset, purpose="training", exclude=(path,), output=tasks))
    assert said.startswith("4 of 4 articles")
    for name in ("t.json", "t.jsonl", "t.csv"):
        format_ = {".json": "label_studio", ".jsonl": "jsonl", ".csv": "csv"}[Path(name).suffix]
        seen = dataset.parent / name
        export(order("export", dataset, purpose="validation", n=2, format=format_, output=seen))
        said = export(order("export", dataset, purpose="training", exclude=(seen,), output=tasks))
        assert said.startswith("3 of 3 articles")
    (dataset.parent / "x.json").write_text('[{"id": 1}]', encoding="utf-8")
    with pytest.raises(ValueError, match=r"x\.json: holds no tasks"):
        export(order("export", dataset, purpose="training", exclude=(dataset.parent / "x.json",), output=tasks))
    everything = dataset.parent / "all.csv"
    export(order("export", dataset, purpose="validation", output=everything))
    with pytest.raises(ValueError, match="no article is left"):
        export(order("export", dataset, purpose="training", exclude=(everything,), output=tasks))


def test_a_validation_set_does_not_grow_by_what_was_read_for_training(tmp_path: Path) -> None:
    rows = [{**row(0), "id": f"{i:04}", "cluster": f"{i:04}"} for i in range(400)]
    dataset, ids = make_dataset(tmp_path / "many", rows), dict[str, set[str]]()
    for name, more in (
        ("few", {"purpose": "validation", "n": 50}),
        ("training", {"purpose": "training", "strategy": "random", "n": 100, "exclude": (tmp_path / "few.csv",)}),
        ("many", {"purpose": "validation", "n": 100}),
    ):
        export(order("export", dataset, output=tmp_path / f"{name}.csv", **more))
        ids[name] = {r["article_id"] for r in table(tmp_path / f"{name}.csv")}
    assert ids["few"] < ids["many"]
    assert 3 < len(ids["many"] & ids["training"]) < 25  # 14 of the 50 new ones by chance, standard deviation 3


def test_a_split_that_is_not_there_is_named(dataset: Path) -> None:
    for action in (export, analyse):
        with pytest.raises(ValueError, match=r"splits=trian: .* has no such split; known: train"):
            action(order("export", dataset, purpose="training", splits=("trian",), output=dataset.parent / "t.json"))


@pytest.mark.parametrize("name", ["tasks.json", "tasks.jsonl", "tasks.csv"])
def test_what_people_filled_in_is_not_written_over(dataset: Path, name: str) -> None:
    """And the ending tells the format: what was exported comes back without a word on it."""
    tasks, labels = dataset.parent / name, dataset.parent / "labels.jsonl"
    asked = order("export", dataset, purpose="validation", output=tasks, overwrite=False)
    export(asked)
    start = tasks.read_bytes()[:4]
    assert start == {".json": b"[\n  ", ".jsonl": b'{"ar', ".csv": b"\xef\xbb\xbfa"}[tasks.suffix]
    tasks.write_bytes(filled := filled_in(tasks))
    with pytest.raises(ValueError, match=f"{name} is there already, maybe filled in: .* overwrite=true"):
        export(asked)
    assert tasks.read_bytes() == filled
    import_(order("import", dataset, path=(tasks,), output=labels))
    assert load_human(labels, NAMES).by_id[ID[0]].labels == {"topic": "mobile"}
    with pytest.raises(ValueError, match="is a file that is read"):
        order("import", dataset, path=(tasks,), output=tasks)
    export(replace(asked, overwrite=True))
    assert tasks.read_bytes() != filled


def filled_in(tasks: Path) -> bytes:
    """The file with the topic of the first article, as its tool writes it."""
    if tasks.suffix == ".csv":
        rows = table(tasks)
        lines = [{**r, "topic": "mobile" if r["article_id"] == ID[0] else ""} for r in rows]
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(lines)
        return text.getvalue().encode("utf-8-sig")
    if tasks.suffix == ".json":
        answers = {ID[0]: [annotation(1, 7, choice("topic", "mobile"))]}
        return json.dumps(answered(json.loads(tasks.read_bytes()), answers)).encode()
    said = [json.loads(line) for line in tasks.read_text(encoding="utf-8").splitlines()]
    lines = [{**r, "cats": ["topic:mobile"] if r["article_id"] == ID[0] else []} for r in said]
    return "\n".join(map(json.dumps, lines)).encode()


def test_people_with_different_tools_become_one_label(dataset: Path) -> None:
    paths = []
    for name in ("anna.json", "ben.csv"):
        paths.append(dataset.parent / name)
        export(order("export", dataset, purpose="validation", output=paths[-1]))
        paths[-1].write_bytes(filled_in(paths[-1]))
    labels = dataset.parent / "labels.jsonl"
    import_(order("import", dataset, path=tuple(paths), output=labels))
    assert set(load_human(labels, NAMES).by_id[ID[0]].annotators) == {"7", "ben"}


def test_an_import_without_a_label_writes_nothing_and_says_why(dataset: Path) -> None:
    tasks, labels = dataset.parent / "tasks.csv", dataset.parent / "labels.jsonl"
    labels.write_bytes(b"earlier\n")
    export(order("export", dataset, purpose="validation", output=tasks))
    with pytest.raises(ValueError, match=r"tasks\.csv: no label to import.*\(5 annotations without any label\)"):
        import_(order("import", dataset, path=(tasks,), output=labels))
    tasks.write_text("article_id,topic\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no label to import"):
        import_(order("import", dataset, path=(tasks,), output=labels))
    assert labels.read_bytes() == b"earlier\n"


def broken(value: Any, rng: random.Random) -> Any:
    """The same with something in it replaced or gone."""
    value = json.loads(json.dumps(value))
    node, path = value, []
    while isinstance(node, dict | list) and node and (not path or rng.random() < 0.8):
        key = rng.choice(list(node) if isinstance(node, dict) else range(len(node)))
        path.append((node, key))
        node = node[key]
    parent, key = path[-1]
    if rng.random() < 0.2:
        del parent[key]
    else:
        parent[key] = rng.choice(
            [None, True, 0, -5, 1.5, "", "x", "topic:ai", [], {}, [1], {"a": 1}, [[0, 3, "evidence"]]]
        )
    return value


def refusal(act: Callable[[], object]) -> str:
    """What a refused input is told, "" where it is taken."""
    try:
        act()
    except ValueError as error:
        return str(error)
    return ""


def test_whatever_is_broken_is_refused_in_one_line(dataset: Path) -> None:
    """Files that anybody may have edited: read as they are, or refused by name; never a crash."""
    rng, folder, lines = random.Random(0), dataset.parent, dataset.parent / "anna.jsonl"
    tasks = answered(blind_tasks(dataset), {ID[0]: [annotation(1, 7, choice("topic", "ai"), mark(0, 4, KAMERA[:4]))]})
    whole = json.loads(labels_of(dataset, tasks)[0].read_text(encoding="utf-8"))
    line = {"article_id": ID[0], "text": KAMERA, "cats": ["topic:ai"], "entities": [[0, 4, "evidence"]],
            "purpose": "training"}  # fmt: skip
    said = []
    doccano = order("import", dataset, path=(lines,), format="jsonl", output=folder / "o.jsonl")
    for _ in range(80):
        wrong = broken(tasks, rng)
        said.append(refusal(lambda wrong=wrong: labels_of(dataset, wrong)))
        lines.write_text(json.dumps(broken(line, rng)), encoding="utf-8")
        said.append(refusal(lambda: import_(doccano)))
        lines.write_text(json.dumps(broken(whole, rng)), encoding="utf-8")
        said.append(refusal(lambda: load_human(lines, NAMES)))
    refused = [x for x in said if x]
    assert 60 < len(refused) < 220
    assert all(str(folder) in x and "\n" not in x for x in refused)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"purpose": "validation", "strategy": "uncertainty"}, "strategy=uncertainty gives no inclusion probabilities"),
        ({"purpose": None}, "action=export needs purpose"),
        ({"purpose": "training", "n": 0}, "n=0 must be at least 1"),
        ({"purpose": "training", "rounds": 0}, "rounds=0 must be at least 1"),
    ],
)
def test_orders_that_make_no_sense_are_refused(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        order("export", tmp_path, **{"output": tmp_path / "x", **options})
    assert order("export", tmp_path, purpose="training", output=tmp_path / "x", n=1, rounds=1).rounds == 1


def test_a_scheme_that_is_not_the_datasets_is_refused(dataset: Path, tmp_path: Path) -> None:
    pets = tmp_path / "pets.yaml"
    pets.write_text("topic:\n  classes:\n    - {key: dog}\n    - {key: cat}\n", encoding="utf-8")
    wrong = Annotate("analysis", Labeler(scheme=pets), dir=dataset)
    with pytest.raises(ValueError, match=r"has topic classes of another scheme \(hardware\): say label\.scheme=FILE"):
        analyse(wrong)
    with pytest.raises(ValueError, match="is no dataset folder"):
        analyse(order("analysis", tmp_path / "none"))


TEXT = st.text(st.sampled_from("ab ä\n😀."), min_size=1, max_size=40)


@given(TEXT, st.integers(0, 40), st.integers(1, 40))
def test_a_marked_passage_is_found_whatever_the_offsets_count(text: str, start: int, length: int) -> None:
    start, end = min(start, len(text) - 1), min(start + length, len(text))
    piece = text[start:end]
    units = [len(text[:k].encode("utf-16-le")) // 2 for k in (start, end)]
    for quote in (Quote(start, end, piece), Quote(*units, piece), Quote(None, None, piece), Quote(start, end, None)):
        span = resolve(text, quote)
        if piece.strip():
            assert span is not None
            assert text[span.start : span.end] == span.text
            assert span.text.split() == piece.split()
    assert resolve(text, Quote(None, None, piece + "Z")) is None


def test_of_several_places_the_nearest_is_meant() -> None:
    assert resolve("gut, gut, gut", Quote(6, 9, "gut")) == Span(5, 8, "gut")
    assert resolve("kurz", Quote(2, 99, None)) is None
    assert resolve("zwei  Worte", Quote(4, 6, None)) is None


def test_the_command(dataset: Path, tmp_path: Path) -> None:
    tasks, labels = tmp_path / "t.json", tmp_path / "l.jsonl"
    done = run_script("annotate", "action=export", f"dir={dataset}", "purpose=validation", "n=3", f"output={tasks}")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("3 of 5 articles for validation (random, blind)")
    export_ = answered(
        json.loads(tasks.read_text(encoding="utf-8")), {i: [annotation(1, 7, choice("topic", "ai"))] for i in ID}
    )
    (tmp_path / "back 1.json").write_text(json.dumps(export_), encoding="utf-8")
    done = run_script(
        "annotate", "action=import", f"dir={dataset}", f"path='{tmp_path}/back*.json'", f"output={labels}"
    )
    assert done.returncode == 0, done.stderr
    assert {x.inclusion_probability for x in load_human(labels, NAMES).by_id.values()} == {0.6}
    export_[1]["annotations"][0]["result"] = [choice("topic", "robots")]
    (tmp_path / "back 1.json").write_text(json.dumps(export_), encoding="utf-8")
    done = run_script("annotate", "action=import", f"dir={dataset}", f"path={tmp_path}/back 1.json", f"output={labels}")
    assert done.returncode == 2
    assert "back 1.json task 2: unknown topic 'robots'" in done.stderr
    assert done.stderr.count("\n") == 1
    done = run_script("annotate", "action=llm", f"dir={dataset}", f"output={labels}", "label.llm.model=m",
                      f"label.llm.cache_dir={tmp_path}/c", "label.llm.price_input=1", "label.llm.price_output=2")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "5 articles, 5 to ask about" in done.stdout
    assert "nothing was sent" in done.stdout
    for mistake, message in (("action=exprt", "did you mean export?"), ("actoin=x", "unknown option actoin"),
                             ("action=export", "action=export needs output"), ("n=viele", "n=viele must be a whole number"),
                             ("label.llm.enabeld=true", "unknown option label.llm.enabeld")):  # fmt: skip
        done = run_script("annotate", "action=export", f"dir={dataset}", mistake)
        assert done.returncode == 2
        assert message in done.stderr
        assert done.stderr.count("\n") == 1


def test_every_field_of_a_label_is_in_the_file(tmp_path: Path, dataset: Path) -> None:
    path, _ = labels_of(dataset, answered(blind_tasks(dataset), {ID[0]: [annotation(1, 7, choice("topic", "ai"))]}))
    (label,) = load_human(path, NAMES).by_id.values()
    assert set(json.loads(path.read_text(encoding="utf-8"))) == {f.name for f in fields(label)}
    write_human(tmp_path / "again.jsonl", [label])
    assert (tmp_path / "again.jsonl").read_bytes() == path.read_bytes()
