"""A table of corrections to labels, kept by hand and applied at each build: id, field, value, who, date, why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from presseschau.annotation.human import check_labels
from presseschau.annotation.relabel import NotApplied, Override
from presseschau.schema import LabelNames
from presseschau.spreadsheet import read_rows, uncell

COLUMNS = ("id", "field", "value", "who", "date", "why")
FIELDS = ("topic", "topic_secondary", "genre", "stance", "stance_target", "stance_target_type")
_NULLABLE = ("topic_secondary", "stance")


@dataclass(frozen=True, slots=True)
class Correction:
    """One row of the table.

    Attributes:
        id: The article.
        field: The label column that is wrong.
        value: What is right; None empties it (`topic_secondary`; `stance`, with its target).
        who: Who says so; stays in the table, since it is personal data.
        date: When.
        why: The reason, one line.
        line: Line of the table.
    """

    id: str
    field: str
    value: str | None
    who: str
    date: date
    why: str
    line: int


def load_corrections(path: Path, names: LabelNames) -> tuple[Correction, ...]:
    """Reads and checks the table (see `read_rows`).

    Two rows that say the same are one; two that contradict each other are refused. A row that nobody has filled in
    (`value`, `who`, `date` and `why` empty) says nothing: so a table of `action=audit` can be given as it is. Other
    columns are not looked at.

    Raises:
        ValueError: The file can't be read, a row is wrong, or two rows contradict each other; names file and lines.
    """
    found: dict[tuple[str, str], Correction] = {}
    for line, row in read_rows(path, COLUMNS):
        if not any(row[name] for name in COLUMNS[2:]):
            continue
        try:
            correction = _parse(row, line, names)
        except ValueError as error:
            raise ValueError(f"{path} line {line}: {error}") from None
        earlier = found.setdefault((correction.id, correction.field), correction)
        if earlier.value != correction.value:
            raise ValueError(
                f"{path} line {line}: {correction.field} of {correction.id} is {_shown(correction.value)} here "
                f"and {_shown(earlier.value)} in line {earlier.line}"
            )
    _refuse_contradictions(path, found)
    return tuple(sorted(found.values(), key=lambda c: (c.id, FIELDS.index(c.field))))


def correct(
    row: Mapping[str, Any], corrections: Sequence[Correction]
) -> tuple[dict[str, Any], list[Override], list[NotApplied]]:
    """An article's label row with its corrections applied; `label_role` stays, a corrected row is no random sample.

    Args:
        row: The columns of `pipeline.pages.LABEL_SCHEMA` with `id` of the article.
        corrections: Those of this article.

    Returns:
        The new row, what was overridden, and what was not applied: a stance where there is no target.
    """
    new, missed = dict(row), []
    said: dict[str, str | None] = {c.field: c.value for c in corrections}
    if "stance" in said and said["stance"] is None:
        said |= {"stance_target": None, "stance_target_type": None}
        new |= {"stance_confidence": None, "stance_source": None, "stance_evidence": []}
    elif said.get("stance") and not (said.get("stance_target") or row["stance_target"]):
        missed.append(NotApplied(row["id"], "stance", "no_target", "correction"))
        del said["stance"]
    for field in ("stance_target", "stance_target_type"):
        if said.get(field) and row["stance"] is None and not said.get("stance"):
            missed.append(NotApplied(row["id"], field, "no_stance", "correction"))
            del said[field]
    if said.get("stance"):
        kept = [] if said["stance"] != row["stance"] else row["stance_evidence"]  # it spoke for another stance
        new |= {"stance_confidence": 1.0, "stance_source": "human", "stance_evidence": kept}
    if said.get("stance_target") and row["stance_target_type"] is None:
        said.setdefault("stance_target_type", "other")
    if "topic" in said:
        new |= {"topic_confidence": 1.0, "topic_source": "human"}
        if row["topic_secondary"] == said["topic"]:
            said.setdefault("topic_secondary", None)
    if said.get("topic_secondary") and said["topic_secondary"] == said.get("topic", row["topic"]):
        missed.append(NotApplied(row["id"], "topic_secondary", "is_topic", "correction"))
        del said["topic_secondary"]
    if "genre" in said:
        new["genre_confidence"] = 1.0
    changes = [Override(row["id"], f, row[f], value, "correction") for f, value in said.items()]
    new |= said
    if said and "labeler" in row:
        new["labeler"] = f"{row['labeler']}+corrections"
    return new, changes, missed


def listing(corrections: Iterable[Correction]) -> list[dict[str, str | None]]:
    """The corrections as the manifest lists them, in order of id, without who made them."""
    return [
        {"id": c.id, "field": c.field, "value": c.value, "date": c.date.isoformat(), "why": c.why} for c in corrections
    ]


def _parse(cells: Mapping[str, str], line: int, names: LabelNames) -> Correction:
    for name in ("id", "field", "who", "date", "why"):
        if not cells[name]:
            raise ValueError(f"{name} is empty")
    if cells["field"] not in FIELDS:
        raise ValueError(f"unknown field {cells['field']!r}; known: {', '.join(FIELDS)}")
    if cells["value"]:
        check_labels({cells["field"]: cells["value"]}, names)
    elif cells["field"] not in _NULLABLE:
        raise ValueError(f"value is empty, which {cells['field']} can't be; empty stance to say there is no target")
    article, day = uncell(cells["id"]), _day(cells["date"])
    return Correction(article, cells["field"], cells["value"] or None, cells["who"], day, cells["why"], line)


def _day(said: str) -> date:
    """A day as ISO 8601 has it, or as a German spreadsheet rewrites that."""
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        with suppress(ValueError):
            return datetime.strptime(said, form).date()  # noqa: DTZ007 a day, no moment
    raise ValueError(f"date {said!r} must be a day such as 2026-03-31 (or 31.03.2026)")


def _refuse_contradictions(path: Path, found: Mapping[tuple[str, str], Correction]) -> None:
    for (article, field), correction in found.items():
        target = found.get((article, "stance_target"))
        if field == "stance" and correction.value is None and target:
            raise ValueError(
                f"{path} line {correction.line}: no stance for {article} here, but a target in line {target.line}"
            )
        second = found.get((article, "topic_secondary"))
        if field == "topic" and second and second.value == correction.value:
            raise ValueError(
                f"{path} line {second.line}: topic_secondary of {article} is its topic (line {correction.line})"
            )


def _shown(value: str | None) -> str:
    return "empty" if value is None else repr(value)
