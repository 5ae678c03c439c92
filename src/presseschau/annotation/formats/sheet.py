"""A table for spreadsheets: one row for each article and annotator, label keys in cells, evidence as quotes."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from presseschau.annotation.answers import LABEL_COLUMNS, Annotation, Answers, Item, Quote, key_of_class, located
from presseschau.label.scheme import Scheme
from presseschau.spreadsheet import cell, decimal, read_rows, uncell

_QUOTES = ("evidence_1", "evidence_2", "evidence_3")
COLUMNS = ("article_id", "title", "text", "url", "annotator", "done", "skip", "topic", "topic_secondary", "genre",
           "stance", "stance_target", "stance_target_type", *_QUOTES, "purpose", "inclusion_probability",
           "text_sha256", "why")  # fmt: skip
_CELL = 32_000  # characters; spreadsheets cut cells at 32,767


def write_table(path: Path, items: Iterable[Item], separator: str = ",") -> None:
    """Writes the table (CSV, UTF-8 with byte order mark, which spreadsheets need to tell the encoding).

    Where the purpose is training, the cells hold the rules' labels; only `done` tells then what a person has read.

    Args:
        path: The file to write.
        items: The articles, a row each.
        separator: What stands between cells; with `;` numbers have a decimal comma, as German spreadsheets want both.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n", delimiter=separator)
        writer.writeheader()
        for item in items:
            row: dict[str, str] = {k: _short(cell(v)) for k, v in item.data.items()}
            row["inclusion_probability"] = decimal(row["inclusion_probability"], separator)
            if item.purpose == "training":
                labels = item.article.labels
                row |= {c: cell(labels.get(c)) for c in (*LABEL_COLUMNS, "stance_target")}
                spans = labels.get("stance_evidence") or ()
                row |= {name: cell(span["text"]) for name, span in zip(_QUOTES, spans, strict=False)}
            writer.writerow(row)


def read_table(path: Path, scheme: Scheme) -> Answers:
    """Reads a filled-in table (see `read_rows`); rows that are ticked in `skip` are left out.

    So are rows for training that are ticked neither in `done` nor in `settled`: they hold what the rules say. An empty
    `annotator` takes the file's name. A column `settled`, which an adjudicator adds, marks rows that decide.

    Raises:
        ValueError: The file is no such table, or a label is not in the scheme; names file and line.
    """
    answers = Answers()
    for line, row in read_rows(path, ("article_id", "topic")):
        where = f"{path} line {line}"
        with located(where):
            _read_row(row, path.stem, where, scheme, answers)
    return answers


def _read_row(row: Mapping[str, str], stem: str, where: str, scheme: Scheme, answers: Answers) -> None:
    article, said = uncell(row["article_id"]), row.get("inclusion_probability")
    probability = float(said.replace(",", ".")) if said else None
    purpose = row.get("purpose") or None
    answers.draw(purpose, article, probability)
    if _ticked(row.get("skip", "")):
        answers.cancelled += 1
        return
    settled = _ticked(row.get("settled", ""))
    if row.get("purpose") == "training" and not settled and not _ticked(row.get("done", "x")):
        answers.unread += 1
        return
    labels = {c: key_of_class(scheme, c, row[c]) for c in LABEL_COLUMNS if row.get(c)}
    if not labels:
        answers.empty += 1
        return
    if row.get("stance_target"):
        labels["stance_target"] = uncell(row["stance_target"])
    answers.annotations.append(
        Annotation(
            id=article,
            annotator=row.get("annotator") or stem,
            where=where,
            labels=labels,
            quotes=tuple(Quote(None, None, uncell(row[q])) for q in _QUOTES if row.get(q)),
            # A cell may have cut the text or changed its line ends, so only the hash can tell which text it was.
            text_sha256=row.get("text_sha256") or None,
            purpose=purpose,  # type: ignore[arg-type]
            inclusion_probability=probability,
            settled=settled,
        )
    )


def _ticked(value: str) -> bool:
    """Whether anything stands in a cell; an empty tick box comes as FALSE, in the spreadsheet's language."""
    return value.casefold() not in ("", "false", "falsch", "0", "no", "nein")


def _short(text: str) -> str:
    return text if len(text) <= _CELL else text[:_CELL] + " […]"
