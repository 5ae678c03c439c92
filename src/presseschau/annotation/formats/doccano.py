"""doccano: JSON Lines for a project of the type "Intent Detection and Slot Filling", which has classes and spans.

Classes are written as `topic:ai`, `genre:news`, `stance:favor`, `target_type:product`; spans are `evidence` and
`target` (the evaluated object, marked where the text names it). doccano writes one file for each annotator; the file's
name is the annotator, unless a line has a field `annotator`. Classes and spans that are imported belong to who imports
them: the others would not see them, and they would come back as that person's own. So the rules' labels are metadata,
which doccano shows beside the text.
"""

from __future__ import annotations

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
from presseschau.annotation.edited import lines_of
from presseschau.label.scheme import Scheme
from presseschau.stable import sha256

_PREFIX = {"topic": "topic", "topic_secondary": "topic2", "genre": "genre", "stance": "stance",
           "stance_target_type": "target_type"}  # fmt: skip
_COLUMN = {prefix: column for column, prefix in _PREFIX.items()}
_SPAN = ("start_offset", "end_offset", "label")
_COLORS = ("#1677ff", "#13a8a8", "#722ed1", "#d48806", "#7cb305")


def category_types(scheme: Scheme) -> bytes:
    """Doccano's file of classes, for Labels → Category → Import."""
    types = [
        {"text": f"{_PREFIX[column]}:{key}", "background_color": color, "text_color": "#ffffff"}
        for column, color in zip(LABEL_COLUMNS, _COLORS, strict=True)
        for key in classes_of(scheme, column)
    ]
    return orjson.dumps(types, option=orjson.OPT_INDENT_2) + b"\n"


def span_types() -> bytes:
    """Doccano's file of span types, for Labels → Span → Import."""
    types = [{"text": name, "background_color": color, "text_color": "#000000"}
             for name, color in ((EVIDENCE, "#ffd591"), ("target", "#b7eb8f"))]  # fmt: skip
    return orjson.dumps(types, option=orjson.OPT_INDENT_2) + b"\n"


def write_lines(path: Path, items: Iterable[Item]) -> None:
    """Writes one article a line; the rules' labels beside them where the purpose is training."""
    with path.open("wb") as file:
        for item in items:
            said = {"rules": _said(item.article.labels)} if item.purpose == "training" else {}
            file.write(orjson.dumps({**item.data, **said, "cats": [], "entities": []}) + b"\n")


def _said(labels: Mapping[str, Any]) -> str:
    """The rules' labels on one line, named as the classes are."""
    parts = [f"{_PREFIX[c]}:{labels[c]}" for c in LABEL_COLUMNS if labels.get(c) is not None]
    return " ".join([*parts, f"target: {labels['stance_target']}"] if labels.get("stance_target") else parts)


def read_lines(path: Path, scheme: Scheme) -> Answers:
    """Reads doccano's JSON Lines; lines without any class count as not annotated.

    Raises:
        ValueError: A line is no such record, or a label is not in the scheme; names file and line.
    """
    answers = Answers()
    for number, line in lines_of(path):
        where = f"{path} line {number}"
        with located(where, "doccano"):
            row = orjson.loads(line)
            annotation = _read_line(row, path.stem, where, scheme)
            answers.draw(row.get("purpose"), row["article_id"], row.get("inclusion_probability"))
        if annotation is None:
            answers.empty += 1
        else:
            answers.annotations.append(annotation)
    return answers


def _read_line(row: Mapping[str, Any], stem: str, where: str, scheme: Scheme) -> Annotation | None:
    if "article_id" not in row:
        raise ValueError("article_id is missing; was the line made by action=export?")
    labels: dict[str, str] = {}
    for cat in row.get("cats") or row.get("label") or ():
        prefix, colon, key = cat.partition(":")
        if not colon or prefix not in _COLUMN:
            raise ValueError(f"unknown class {cat!r}; classes begin with {', '.join(f'{p}:' for p in _COLUMN)}")
        column = _COLUMN[prefix]
        if column in labels:
            raise ValueError(f"two classes for {column}: {labels[column]} and {key}")
        labels[column] = key_of_class(scheme, column, key)
    if not labels:
        return None
    text = row["text"]
    quotes = []
    for span in row.get("entities") or ():
        # Lists; objects where the project has relations, too.
        start, end, name = (span[key] for key in _SPAN) if isinstance(span, dict) else span
        if name == "target":
            labels["stance_target"] = " ".join(text[start:end].split())
        elif name == EVIDENCE:
            quotes.append(Quote(start, end, None))
        else:
            raise ValueError(f"unknown span type {name!r}; known: {EVIDENCE}, target")
    return Annotation(
        id=row["article_id"],
        annotator=str(row.get("annotator") or stem),
        where=where,
        labels=labels,
        quotes=tuple(quotes),
        text_sha256=sha256(text),
        purpose=row.get("purpose"),
        inclusion_probability=row.get("inclusion_probability"),
    )
