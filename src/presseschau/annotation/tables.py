"""Agreement, disagreements and the outcome of an import as text: Markdown, CSV, lines for the terminal."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import get_args

from presseschau.annotation.aggregate import Dispute
from presseschau.annotation.agreement import Coefficient, alpha
from presseschau.annotation.collect import Collected
from presseschau.annotation.human import Purpose

POOLED = (
    "note: agreement over both samples together, and training was read with the rules' labels in sight; "
    "action=agreement purpose=validation measures the blind ones alone"
)


def import_summary(found: Collected, output: Path, rounds: int, seed: int) -> str:
    """What an import found, for the terminal: articles, people, what was left out, agreement, disagreements."""
    people = sorted({a for rows in found.ratings.values() for row in rows.values() for a in row})
    purposes = Counter(label.purpose for label in found.labels)
    counts = ", ".join(f"{purposes[p]} for {p}" for p in get_args(Purpose) if purposes[p])
    who = f"by {counted(len(people), 'annotator')} in {output}"
    lines = [f"{counted(len(found.labels), 'article')} ({counts or 'none'}) {who}"]
    lines += [f"note: {note}" for note in found.notes]
    for task, ratings in found.ratings.items():
        measured = alpha(ratings, rounds, seed)
        if measured.value is not None:
            _, value, low, high, articles = coefficient_cells(measured)
            interval = "" if measured.low is None else f" [{low}, {high}]"
            lines.append(f"{task}: alpha {value}{interval} on {articles} articles that two or more labelled")
    if purposes["validation"] and purposes["training"]:
        lines.append(POOLED)
    if found.disputes:
        lines.append(f"{counted(len(found.disputes), 'disagreement')}; action=agreement path={output} lists them")
    return "\n".join(lines)


def counted(number: int, what: str) -> str:
    """A number of things.

    >>> counted(1, "article"), counted(0, "article")
    ('1 article', '0 articles')
    """
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def coefficient_cells(found: Coefficient) -> list[str]:
    """Name, value, low, high, articles as cells of a table."""
    cells = ["–" if v is None else f"{v:.3f}" for v in (found.value, found.low, found.high)]
    return [found.name, *cells, str(found.articles)]


def agreement_table(
    task: str,
    found: Sequence[Coefficient],
    per_label: Mapping[str, float | None],
    votes: Mapping[str, int],
    unmeasurable: str | None,
) -> str:
    """One task's coefficients, or why there are none, and the alpha of each label, as Markdown."""
    lines = [f"## {task}", ""]
    if unmeasurable:
        return "\n".join([*lines, f"No agreement: {unmeasurable}."]) + "\n"
    lines += ["| coefficient | value | 95 % interval | articles |", "|---|---|---|---|"]
    for name, value, low, high, articles in map(coefficient_cells, found):
        lines.append(f"| {name} | {value} | {low} – {high} | {articles} |".replace("– – –", "–"))
    lines += ["", "| label against the rest | alpha | votes |", "|---|---|---|"]
    lines += [f"| {k} | {'–' if v is None else f'{v:.3f}'} | {votes[k]} |" for k, v in per_label.items()]
    return "\n".join(lines) + "\n"


def adjudication_list(cases: Sequence[Dispute]) -> str:
    """Articles on which annotators differ, as CSV."""
    rows = [
        [c.id, c.task, c.label, f"{c.confidence:.3f}", " ".join(f"{who}={label}" for who, label in c.votes.items())]
        for c in cases
    ]
    return csv_text(["article_id", "task", "majority", "share", "votes"], rows)


def csv_text(head: Sequence[str], rows: Iterable[Sequence[str]], separator: str = ",") -> str:
    """A table as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", delimiter=separator)
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue()
