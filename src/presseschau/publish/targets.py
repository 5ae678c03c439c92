"""The rows of `stance_targets`: what has to hold about them, and what becomes of them in a stub."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from presseschau.publish.content import is_stub
from presseschau.schema import STANCES

_WORDS = ("title", "text")


def check_targets(
    split: str, articles: Iterable[pa.Table], rows: Iterable[pa.Table], manifest: Mapping[str, Any]
) -> Iterator[str]:
    """What does not hold about the rows of one split, one line each.

    Args:
        split: Its name.
        articles: Its articles, in order of id.
        rows: Its rows of `stance_targets`, in order of id, then of the target's place in the user's list.
        manifest: The manifest, whose `targets` are in the user's order.
    """
    given = manifest.get("targets", ())
    place = {(target["name"], target["kind"]): number for number, target in enumerate(given)}
    texts = ((a["id"], a["text"]) for table in articles for a in table.select(["id", "text"]).to_pylist())
    at: tuple[str, str | None] | None = None
    last = ("", -1)
    for row in (row for table in rows for row in table.to_pylist()):
        where = f"stance_targets/{split}/{row['id']}/{row['target']}"
        if (row["target"], row["kind"]) not in place:
            yield f"{where}: the manifest does not name this target"
            continue
        here = (row["id"], place[row["target"], row["kind"]])
        if here <= last:
            yield f"{where}: rows are not in order of id and target"
        last = here
        while at is None or at[0] < row["id"]:
            if (at := next(texts, None)) is None:
                yield f"{where}: no article of this split has that id"
                return
        if at[0] != row["id"] or at[1] != row["text"]:
            yield f"{where}: not the text of that article"
        yield from (f"{where}: {what}" for what in _row_problems(row, is_stub(manifest)))


def _row_problems(row: Mapping[str, Any], stub: bool) -> Iterator[str]:
    if row["stance"] is None or not 0 <= row["stance"] < len(STANCES):
        yield f"stance {row['stance']} is out of range"
    if row["stance_confidence"] is None or not 0 <= row["stance_confidence"] <= 1:
        yield f"stance_confidence {row['stance_confidence']} is not between 0 and 1"
    if not (row["mentions"] or 0) > 0:
        yield "the target is not mentioned"
    if stub and any(row[name] is not None for name in _WORDS):
        yield "a stub must not have title and text"
    for span in row["stance_evidence"] or ():
        piece = None if stub else row["text"][span["start"] : span["end"]]
        if span["text"] != piece:
            yield f"stance_evidence {span['start']}–{span['end']} is not in the text"


def without_words(table: pa.Table) -> pa.Table:
    """The rows with every word of the article null; the targets are the user's words and stay."""
    rows = [
        row | dict.fromkeys(_WORDS) | {"stance_evidence": [span | {"text": None} for span in row["stance_evidence"]]}
        for row in table.to_pylist()
    ]
    return pa.Table.from_pylist(rows, schema=table.schema)


def with_words(table: pa.Table, articles: Mapping[str, Mapping[str, Any]]) -> pa.Table:
    """The rows of a stub with the words of their articles again.

    Args:
        table: Rows of a stub.
        articles: By id: `title`, `text`, and `verdict`, which is `near` where the text has changed since the release;
            then no offset holds and there is no evidence.
    """
    rows = []
    for row in table.to_pylist():
        article = articles[row["id"]]
        spans = [] if article["verdict"] == "near" else row["stance_evidence"] or []
        found = [span | {"text": article["text"][span["start"] : span["end"]]} for span in spans]
        rows.append(row | {name: article[name] for name in _WORDS} | {"stance_evidence": found})
    return pa.Table.from_pylist(rows, schema=table.schema)
