"""What people's blind labels say about the machine's, as the card shows it: scores, classes, confusions, agreement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from presseschau.publish.card.tables import markdown
from presseschau.schema import TASKS

_CONFUSIONS = 8
_CALIBRATION = ("articles, by fifths of confidence", "stated confidence", "share right")


def validated_tables(validated: Mapping[str, Mapping[str, Any]], enough: int) -> str:
    """The tables of all tasks that people labelled enough articles of; empty where there is none.

    Args:
        validated: By task what the manifest has measured, see `annotation.quality.summary`.
        enough: Below this many articles nothing is stated.
    """
    known = {task: found for task, found in validated.items() if "accuracy" in found and found["labelled"] >= enough}
    shown = {task: known[task] for task in TASKS if task in known}
    if not shown:
        return ""
    parts = [
        "Measured on articles that people labelled without seeing the machine's label and that shaped nothing, each "
        "weighted by the inverse of the probability that the sample took it; in brackets 95 % intervals: of accuracy "
        "by Wilson, at Kish's effective number of articles, else by bootstrap over articles. Where classes have fewer "
        "than some ten articles, those of macro-F1 are too narrow.",
        markdown(
            ["label", "articles", "accuracy", "macro-F1", "agreement (alpha)", "articles with two or more annotators"],
            [_scores(task, found) for task, found in shown.items()],
        ),
        *(block for task, found in shown.items() for block in _details(task, found)),
    ]
    return "\n\n".join(parts)


def _scores(task: str, found: Mapping[str, Any]) -> list[str]:
    agreement = found["agreement"]
    return [
        task,
        f"{found['labelled']:,}",
        _interval(found["accuracy"]),
        _interval(found["macro_f1"]),
        _interval(agreement["alpha"]) if agreement["alpha"] else "–",
        f"{agreement['articles']:,}",
    ]


def _details(task: str, found: Mapping[str, Any]) -> list[str]:
    classes = [
        [c["label"], f"{c['articles']:,}", *(_share(c[name]) for name in ("precision", "recall", "f1"))]
        for c in found["classes"]
    ]
    genres = [[g["genre"], f"{g['labelled']:,}", _interval(g["accuracy"])] for g in found["genres"] if task != "genre"]
    confusions = [f"{truth} taken for {said}: {n:,}" for truth, said, n in found["confusions"][:_CONFUSIONS]]
    return [
        f"<details><summary>{task.capitalize()} by class, and what is taken for what</summary>",
        markdown([task, "articles", "precision", "recall", "F1"], classes),
        *([markdown(["genre of the article", "articles", f"accuracy of {task}"], genres)] if genres else []),
        *([markdown(_CALIBRATION, calibration_rows(found))] if found["calibration"] else []),
        f"Most frequent confusions (articles): {'; '.join(confusions) or 'none'}.",
        "</details>",
    ]


def calibration_rows(found: Mapping[str, Any]) -> list[list[str]]:
    """Fifths of the validated articles by confidence: how many, how sure the labels were, how many were right."""
    return [[f"{b['labelled']:,}", f"{b['stated']:.2f}", f"{b['right']:.2f}"] for b in found["calibration"]]


def _interval(values: Sequence[float | None]) -> str:
    """Value and interval; without one where no other sample of these articles would have given another value."""
    value, low, high = values
    return f"{value:.2f}" if low is None else f"{value:.2f} [{low:.2f}, {high:.2f}]"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
