"""How the labelling functions do on a dataset: coverage, overlap, conflict, and accuracy where people labelled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from presseschau.annotation.articles import Article
from presseschau.annotation.tables import csv_text
from presseschau.label import Labeler
from presseschau.label.vote import FunctionReport, Vote, analyse
from presseschau.schema import TASKS

_CONSTANT = "prior/"
HEAD = ("task", "function", "labels", "articles", "coverage", "overlap", "conflict", "accuracy", "judged")
Row: TypeAlias = tuple[str, FunctionReport, int]  # task, what the function did, articles of the corpus


def function_table(labeler: Labeler, articles: Iterable[Article], gold: Mapping[str, Mapping[str, str]]) -> list[Row]:
    """All functions of all tasks, in order of task and name; functions that never vote are listed with zeros.

    Args:
        labeler: The labeler whose functions vote again on the articles.
        articles: The articles.
        gold: Labels by people: article → task → label; articles without are judged by nothing.
    """
    votes: dict[str, list[list[Vote]]] = {task: [] for task in TASKS}
    truth: dict[str, list[str | None]] = {task: [] for task in TASKS}
    for article in articles:
        said = labeler.explain(article.document)
        for task, rows in votes.items():
            rows.append(_one_each([v for v in said if v.task == task]))
            truth[task].append(gold.get(article.id, {}).get(task))
    named = [name.partition(":") for name in labeler.functions]
    table = []
    for task, rows in votes.items():
        reports = {r.function: r for r in analyse(rows, truth[task])} if rows else {}
        for name in [n for t, _, n in named if t == task and not n.startswith(_CONSTANT)]:
            reports.setdefault(name, FunctionReport(name, (), 0.0, 0.0, 0.0, None, 0))
        table += [(task, reports[name], len(rows)) for name in sorted(reports)]
    return table


def _one_each(votes: Sequence[Vote]) -> list[Vote]:
    """What each function says in the end: the class that its votes speak for most, the first of equals.

    A prior votes on every article, whatever stands there; it would make every vote of the others a conflict.

    >>> votes = [Vote("style", "genre", c, w) for c, w in (("news", 1.0), ("review", 3.0), ("opinion", -2.0))]
    >>> [(v.label, v.weight) for v in _one_each([*votes, Vote("prior/other", "genre", "other", 3.0)])]
    [('review', 3.0)]
    """
    sums: dict[str, dict[str, float]] = {}
    for vote in votes:
        if not vote.function.startswith(_CONSTANT):
            own = sums.setdefault(vote.function, {})
            own[vote.label] = own.get(vote.label, 0.0) + vote.weight
    best = {name: max(own, key=lambda c: own[c]) for name, own in sums.items()}
    return [Vote(name, votes[0].task, label, sums[name][label]) for name, label in best.items()]


def as_csv(rows: Sequence[Row]) -> str:
    """The table as CSV, shares with four digits."""
    return csv_text(HEAD, (_cells(row, 4) for row in rows))


def as_markdown(rows: Sequence[Row]) -> str:
    """The table as Markdown, shares with three digits; functions that never vote are left to the CSV."""
    lines = [f"| {' | '.join(HEAD)} |", f"|{'---|' * len(HEAD)}"]
    lines += [f"| {' | '.join(_cells(row, 3))} |" for row in rows if row[1].coverage]
    silent = sum(not report.coverage for _, report, _ in rows)
    return "\n".join([*lines, "", f"{silent} functions never voted."]) + "\n"


def _cells(row: Row, digits: int) -> list[str]:
    task, r, articles = row
    shares = [f"{x:.{digits}f}" for x in (r.coverage, r.overlap, r.conflict)]
    accuracy = "" if r.accuracy is None else f"{r.accuracy:.{digits}f}"
    return [task, r.function, " ".join(r.labels), str(articles), *shares, accuracy, str(r.judged)]
