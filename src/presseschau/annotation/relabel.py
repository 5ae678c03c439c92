"""One article's label row with the labels of people (or a language model) in place of the rules'."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from presseschau.annotation.human import HumanLabel
from presseschau.schema import TASKS

_STANCE_COLUMNS = ("stance_target", "stance_target_type", "stance")


@dataclass(frozen=True, slots=True)
class Override:
    """One value that people or a language model changed or confirmed.

    Attributes:
        id: The article.
        column: Which label.
        old: What stood there.
        new: What stands there now.
        by: `human`, `llm` or `correction`.
        sure: The confidence of what stood there, where it had one.
    """

    id: str
    column: str
    old: str | None
    new: str | None
    by: str
    sure: float | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class NotApplied:
    """A label that was not applied, and why: `text_drift`, `no_target`, `no_stance`, `is_topic`, `not_in_dataset`."""

    id: str
    column: str
    reason: str
    by: str


def override(row: Mapping[str, Any], label: HumanLabel) -> tuple[dict[str, Any], list[Override], list[NotApplied]]:
    """An article's label row with a person's (or language model's) labels in place of the rules'.

    Args:
        row: The columns of `pipeline.pages.LABEL_SCHEMA` with `id` and `text_sha256` of the article.
        label: What was said about that article.

    Returns:
        The new row (the same columns and `label_role`), what was overridden or confirmed, and what was not applied: all
        of it where the text is another one now, the stance where neither the label nor the row has a target.
    """
    new, by = {"label_role": None, **row}, label.source
    if label.text_sha256 != row["text_sha256"]:
        return new, [], [NotApplied(label.id, task, "text_drift", by) for task in TASKS if task in label.labels]
    said: dict[str, str | None] = dict(label.labels)
    missed, confirmed = list[NotApplied](), list[Override]()
    untargeted = "stance" in said and not (said.get("stance_target") or row["stance_target"])
    if untargeted and said["stance"] == "neutral":  # which null says already
        confirmed.append(Override(label.id, "stance", None, None, by))
    elif untargeted:
        missed.append(NotApplied(label.id, "stance", "no_target", by))
    if untargeted or "stance" not in said:
        said = {column: value for column, value in said.items() if column not in _STANCE_COLUMNS}
    if "topic" in said:
        said.setdefault("topic_secondary", None)  # the rules' second topic goes with their first
        new |= {"topic_confidence": label.confidence.get("topic", 1.0), "topic_source": by}
    if said.get("topic_secondary") and said["topic_secondary"] == said.get("topic", row["topic"]):
        missed.append(NotApplied(label.id, "topic_secondary", "is_topic", by))
        said["topic_secondary"] = None
    if "genre" in said:
        new["genre_confidence"] = label.confidence.get("genre", 1.0)
    if "stance" in said:
        said = _with_target(said, row)
        new |= _stance_grounds(label)
    changes = [
        Override(label.id, column, row[column], value, by, row.get(f"{column}_confidence"))
        for column, value in sorted(said.items())
    ]
    if said:
        new |= {**said, "labeler": f"{row['labeler']}+{label.labeler}"}
        if by == "human" and label.purpose != "none":
            new["label_role"] = label.purpose
    return new, changes + confirmed, missed


def _with_target(said: Mapping[str, str | None], row: Mapping[str, Any]) -> dict[str, str | None]:
    """A stance with the target that it is toward: the row's own where none was named."""
    target = said.get("stance_target", row["stance_target"])
    # The rules' type is that of their own target.
    kind = {} if target == row["stance_target"] else {"stance_target_type": "other"}
    return {"stance_target": target, **kind, **said}


def _stance_grounds(label: HumanLabel) -> dict[str, Any]:
    """How sure a stance is, who says so, and where it shows."""
    evidence = label.evidence if label.labels["stance"] != "neutral" else ()
    return {
        "stance_confidence": label.confidence.get("stance", 1.0),
        "stance_source": label.source,
        "stance_evidence": [asdict(span) for span in evidence],
    }
