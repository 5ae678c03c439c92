"""Labels by people (or a language model) as a file.

The file is JSON Lines, sorted by id, one article a line; `scripts/annotate.py action=import` writes it, a build takes
it as `label.human=PATH`. A label counts for the text that was read: where the text has changed since, it is not
applied and the build says so.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, cast, get_args

import orjson

from presseschau.annotation.aggregate import Method
from presseschau.annotation.edited import lines_of
from presseschau.document import Span
from presseschau.label.stance_target import KINDS
from presseschau.schema import LabelNames
from presseschau.stable import rounded

Purpose = Literal["validation", "training", "none"]
Source = Literal["human", "llm"]


@dataclass(frozen=True, slots=True)
class HumanLabel:
    """What people say about one article.

    Attributes:
        id: The article.
        text_sha256: Hash of the text that was labelled.
        labels: `topic`, `topic_secondary`, `genre`, `stance`, `stance_target`, `stance_target_type`; only what was
            labelled.
        confidence: Of topic, genre and stance, from the aggregation, 0 to 1.
        evidence: Passages that carry the stance.
        purpose: `validation` (blind, random: for measuring only), `training`, or `none` (a language model's).
        inclusion_probability: Probability with which the sample took the article; None where it was no random sample.
        annotators: What each annotator said: annotator → task → label.
        aggregate: How several annotators became one label, by task.
        agreement: Share of annotators who gave the label, by task.
        source: `human` or `llm`.
        labeler: Name and version of what labelled: `human`, `llm/MODEL/PROMPT_VERSION`.
    """

    id: str
    text_sha256: str
    labels: Mapping[str, str]
    confidence: Mapping[str, float] = field(default_factory=dict)
    evidence: tuple[Span, ...] = ()
    purpose: Purpose = "training"
    inclusion_probability: float | None = None
    annotators: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    aggregate: Mapping[str, Method] = field(default_factory=dict)
    agreement: Mapping[str, float] = field(default_factory=dict)
    source: Source = "human"
    labeler: str = "human"


@dataclass(frozen=True, slots=True)
class HumanLabels:
    """The labels of one file, by article id."""

    by_id: Mapping[str, HumanLabel]

    def of(self, purpose: Purpose) -> dict[str, HumanLabel]:
        """The labels of one purpose, by article id."""
        return {i: label for i, label in self.by_id.items() if label.purpose == purpose}

    def ratings(self, task: str) -> dict[str, dict[str, str]]:
        """Who said what about one task: article → annotator → label."""
        return {
            i: said
            for i, label in self.by_id.items()
            if (said := {who: own[task] for who, own in label.annotators.items() if task in own})
        }


def write_human(path: Path, labels: Iterable[HumanLabel]) -> None:
    """Writes the file, sorted by id; the same labels give the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        for label in sorted(labels, key=lambda x: x.id):
            row = asdict(label) | {"evidence": [asdict(s) for s in label.evidence]}
            row["confidence"] = {task: rounded(value) for task, value in label.confidence.items()}
            row["agreement"] = {task: rounded(value) for task, value in label.agreement.items()}
            file.write(orjson.dumps(row, option=orjson.OPT_SORT_KEYS) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def load_human(path: Path, names: LabelNames) -> HumanLabels:
    """Reads and checks a label file.

    Args:
        path: The file that `action=import` or `action=llm` wrote.
        names: Class names of the label scheme; any other label is refused.

    Raises:
        ValueError: The file can't be read, or a line is wrong; the message names file and line.
    """
    found: dict[str, HumanLabel] = {}
    at: dict[str, int] = {}
    for number, line in lines_of(path):
        try:
            label = _parse(orjson.loads(line))
            check_labels(label.labels, names)
        except orjson.JSONDecodeError as error:
            raise ValueError(f"{path} line {number}: is no label of action=import or action=llm ({error})") from None
        except (ValueError, KeyError) as error:
            what = f"lacks {error}" if isinstance(error, KeyError) else str(error)
            raise ValueError(f"{path} line {number}: {what}") from None
        if label.id in found:
            raise ValueError(f"{path} line {number}: article {label.id} stands in line {at[label.id]}, too")
        found[label.id], at[label.id] = label, number
    return HumanLabels(found)


def load_files(paths: Iterable[Path], names: LabelNames) -> HumanLabels:
    """Several label files as one.

    Raises:
        ValueError: As `load_human`; also where two files speak of the same article.
    """
    merged: dict[str, HumanLabel] = {}
    for path in paths:
        for i, label in load_human(path, names).by_id.items():
            if i in merged:
                raise ValueError(f"{path}: article {i} is in an earlier file, too; action=import makes one file of all")
            merged[i] = label
    return HumanLabels(merged)


def check_labels(labels: Mapping[str, str], names: LabelNames) -> None:
    """Refuses unknown tasks and labels.

    Raises:
        ValueError: The message names the task, the label and the known ones.
    """
    known: dict[str, tuple[str, ...]] = {
        "topic": names.topic,
        "topic_secondary": names.topic,
        "genre": names.genre,
        "stance": names.stance,
        "stance_target_type": KINDS,
    }
    for column, label in labels.items():
        if column == "stance_target":
            if not isinstance(label, str) or not label.strip():
                raise ValueError("stance_target is empty")
        elif column not in known:
            raise ValueError(f"unknown label column {column!r}; known: {', '.join((*known, 'stance_target'))}")
        elif not isinstance(label, str) or label not in known[column]:
            classes = ", ".join(known[column])
            raise ValueError(f"unknown {column} {label!r}; known: {classes} (of another scheme: label.scheme=FILE)")


def _parse(row: Any) -> HumanLabel:
    if not isinstance(row, dict):
        raise ValueError("is no JSON object")
    purpose, source = row.get("purpose", "training"), row.get("source", "human")
    for name, value, known in (("purpose", purpose, Purpose), ("source", source, Source)):
        if not isinstance(value, str) or value not in get_args(known):
            raise ValueError(f"unknown {name} {value!r:.60}; known: {', '.join(get_args(known))}")
    probability = row.get("inclusion_probability")
    if probability is not None and (not _is_share(probability) or probability == 0):
        raise ValueError(f"inclusion_probability {probability!r:.60} must be above 0 and at most 1")
    for name in ("id", "text_sha256"):
        if not isinstance(row[name], str) or not row[name]:
            raise ValueError(f"{name} must be text, not {row[name]!r:.60}")
    maps = {n: row.get(n) or {} for n in ("labels", "confidence", "annotators", "aggregate", "agreement")}
    for name, value in maps.items():
        if not isinstance(value, dict):
            raise ValueError(f"{name} must be a mapping, not {value!r:.60}")
    for name in ("confidence", "agreement"):
        if not all(map(_is_share, maps[name].values())):
            raise ValueError(f"{name} must be between 0 and 1")
    if not isinstance(row.get("evidence") or [], list):
        raise ValueError(f"evidence must be a list, not {row['evidence']!r:.60}")
    if not all(isinstance(said, dict) for said in maps["annotators"].values()):
        raise ValueError("annotators must be a mapping of mappings")
    return HumanLabel(
        id=row["id"],
        text_sha256=row["text_sha256"],
        labels={k: v for k, v in maps["labels"].items() if v is not None},
        confidence=maps["confidence"],
        evidence=tuple(map(_span, row.get("evidence") or ())),
        purpose=cast("Purpose", purpose),
        inclusion_probability=probability,
        annotators=maps["annotators"],
        aggregate=maps["aggregate"],
        agreement=maps["agreement"],
        source=cast("Source", source),
        labeler=str(row.get("labeler") or source),
    )


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _span(value: Any) -> Span:
    if (
        not isinstance(value, dict)
        or not all(isinstance(value.get(k), int) for k in ("start", "end"))
        or not isinstance(value.get("text"), str)
        or len(value["text"]) != value["end"] - value["start"]
        or value["start"] < 0
    ):
        raise ValueError(f"evidence must have start, end and the text between them, not {value!r:.60}")
    return Span(value["start"], value["end"], value["text"])
