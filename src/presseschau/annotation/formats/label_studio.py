"""Label Studio: tasks out and annotations back in its own JSON, and the labelling configuration for a scheme."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from presseschau.annotation.answers import (
    EVIDENCE,
    LABEL_COLUMNS,
    Annotation,
    Answers,
    Item,
    Quote,
    classes_of,
    key_of_class,
    located,
)
from presseschau.annotation.edited import content_of
from presseschau.label.scheme import Scheme
from presseschau.schema import TASKS
from presseschau.stable import sha256

_HEADERS = {
    "topic": "Topic: what the article is about",
    "topic_secondary": "Second topic, only where two are equally strong",
    "genre": "Genre",
    "stance": "Stance: the article's own evaluation of its main target; mark the evidence in the text",
    "stance_target_type": "Kind of target",
}
_TEXT = "text"


def labelling_config(scheme: Scheme) -> str:
    """The labelling configuration (XML) for a scheme: choices by key, shown by display name, definitions as hints."""
    view = ET.Element("View")
    ET.SubElement(view, "Style").text = ".htx-text{ white-space: pre-wrap; }"  # else offsets lose the blank lines
    ET.SubElement(view, "Header", value="$title")
    labels = ET.SubElement(view, "Labels", name=EVIDENCE, toName=_TEXT)
    ET.SubElement(labels, "Label", value=EVIDENCE, background="#ffd591")
    ET.SubElement(view, "Text", name=_TEXT, value="$text")
    for column in LABEL_COLUMNS:
        if column == "stance_target_type":
            ET.SubElement(view, "Header", value="Target of the stance: a short noun phrase", size="4")
            ET.SubElement(view, "TextArea", name="stance_target", toName=_TEXT, rows="1", maxSubmissions="1",
                          editable="true")  # fmt: skip
        ET.SubElement(view, "Header", value=_HEADERS[column], size="4")
        required = "true" if column in TASKS else "false"
        choices = ET.SubElement(view, "Choices", name=column, toName=_TEXT, choice="single-radio", required=required,
                                showInLine="true")  # fmt: skip
        task = getattr(scheme, column.removesuffix("_secondary"), None)
        definitions = {c.key: c.definition for c in task.classes} if task else {}
        for key, name in classes_of(scheme, column).items():
            hint = {"hint": definitions[key]} if definitions.get(key) else {}
            ET.SubElement(choices, "Choice", {"value": name, "alias": key, **hint})
    ET.indent(view)
    return ET.tostring(view, encoding="unicode") + "\n"


def write_tasks(path: Path, items: Iterable[Item], model_version: str) -> None:
    """Writes the tasks for import into a project; the rules' labels as predictions where the purpose is training."""
    tasks: list[dict[str, Any]] = []
    for item in items:
        task: dict[str, Any] = {"data": item.data}
        if item.purpose == "training":
            labels = item.article.labels
            result = _prediction(item.article.id, labels)
            score = labels.get("topic_confidence")
            task["predictions"] = [{"model_version": model_version, "score": score, "result": result}]
        tasks.append(task)
    path.write_bytes(orjson.dumps(tasks, option=orjson.OPT_INDENT_2) + b"\n")


def read_tasks(path: Path, scheme: Scheme) -> Answers:
    """Reads an export in Label Studio's JSON (not JSON_MIN): all annotations that were not cancelled.

    Tasks as `action=export` wrote them have none, but tell the inclusion probabilities of a sample that has grown.

    Raises:
        ValueError: The file is no such export, or a label is not in the scheme; names file and task.
    """
    answers = Answers()
    try:
        tasks = orjson.loads(content_of(path))
    except orjson.JSONDecodeError as error:
        raise ValueError(f"{path}: is no JSON of Label Studio ({error}); of another tool, say format=…") from None
    if not isinstance(tasks, list):
        raise ValueError(f"{path}: is no list of tasks; export as JSON from Label Studio")
    for number, task in enumerate(tasks, 1):
        where = f"{path} task {number}"
        with located(where, "Label Studio"):
            _read_task(task, where, scheme, answers)
    return answers


def _read_task(task: Mapping[str, Any], where: str, scheme: Scheme, answers: Answers) -> None:
    if "data" not in task:
        raise ValueError("has no data and annotations; export as JSON, not JSON-MIN")
    data = task["data"]
    if "article_id" not in data:
        raise ValueError("data.article_id is missing; was the task made by action=export?")
    answers.draw(data.get("purpose"), data["article_id"], data.get("inclusion_probability"))
    shown = data.get(_TEXT)
    for annotation in task.get("annotations", ()):  # a task as it was exported has none yet
        if annotation.get("was_cancelled"):
            answers.cancelled += 1
            continue
        labels, quotes = _read_result(annotation["result"], scheme)
        if not labels:
            answers.empty += 1
            continue
        answers.annotations.append(
            Annotation(
                id=data["article_id"],
                annotator=_person(annotation.get("completed_by")),
                where=where,
                labels=labels,
                quotes=quotes,
                # The text that people saw counts, not the hash that travelled beside it.
                text_sha256=sha256(shown) if isinstance(shown, str) else data.get("text_sha256"),
                purpose=data.get("purpose"),
                inclusion_probability=data.get("inclusion_probability"),
                settled=bool(annotation.get("ground_truth")),
                blind=annotation.get("parent_prediction") is None,
                stamp=f"{annotation.get('updated_at') or annotation.get('created_at') or ''} "
                f"{int(annotation.get('id') or 0):012d}",
            )
        )


def _read_result(result: Iterable[Mapping[str, Any]], scheme: Scheme) -> tuple[dict[str, str], tuple[Quote, ...]]:
    labels: dict[str, str] = {}
    quotes: list[Quote] = []
    for region in result:
        name, value = region.get("from_name"), region.get("value", {})
        if name == EVIDENCE:
            quotes.append(Quote(_offset(value.get("start")), _offset(value.get("end")), value.get("text")))
        elif name == "stance_target":
            text = " ".join(value.get("text") or ()) if isinstance(value.get("text"), list) else value.get("text", "")
            if text.strip():
                labels["stance_target"] = " ".join(text.split())
        elif name in LABEL_COLUMNS:
            chosen = value.get("choices") or []
            if len(chosen) > 1:
                raise ValueError(f"{len(chosen)} choices for {name}, there can be one")
            for choice in chosen:
                key = key_of_class(scheme, name, choice)
                if labels.setdefault(name, key) != key:
                    raise ValueError(f"two choices for {name}: {labels[name]} and {key}")
    return labels, tuple(quotes)


def _offset(value: Any) -> int | None:
    """An offset, which older versions wrote as a string; None where it is none."""
    return int(value) if isinstance(value, int | float) or (isinstance(value, str) and value.isdecimal()) else None


def _person(completed_by: Any) -> str:
    """Who annotated: a number in an export by the interface, an object in one by the API."""
    if isinstance(completed_by, Mapping):
        completed_by = completed_by.get("id", completed_by.get("email"))
    return "unknown" if completed_by is None else str(completed_by)


def _prediction(article: str, labels: Mapping[str, Any]) -> list[dict[str, Any]]:
    result: list[dict[str, Any]] = []

    def add(name: str, kind: str, value: dict[str, Any]) -> None:
        region = {"id": sha256(f"{article}:{name}:{len(result)}")[:10], "from_name": name, "to_name": _TEXT}
        result.append({**region, "type": kind, "value": value})

    for column in LABEL_COLUMNS:
        if labels.get(column) is not None:
            add(column, "choices", {"choices": [labels[column]]})
    if labels.get("stance_target"):
        add("stance_target", "textarea", {"text": [labels["stance_target"]]})
    for span in labels.get("stance_evidence") or ():
        add(EVIDENCE, "labels",
            {"start": span["start"], "end": span["end"], "text": span["text"], "labels": [EVIDENCE]})  # fmt: skip
    return result
