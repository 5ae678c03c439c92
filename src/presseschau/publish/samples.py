"""The rows that a report shows: some articles of every class, a sample of all, some pages of every drop reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from presseschau.publish.database import connect
from presseschau.publish.manifest import read_manifest
from presseschau.publish.statistics import class_names
from presseschau.schema import TASKS, LabelNames

# What bounds the size of a report, whatever that of the dataset.
CLASSES = 60
PER_CLASS = 2
PER_REASON = 5
TABLE = 300
EXCERPT = 700
TITLE = 160


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an excerpt; marked where it is evidence of the stance."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """One article as a report shows it; everything but the excerpt is at most as long as a line."""

    id: str
    split: str
    url: str | None
    publisher: str
    language: str
    published: str
    title: str
    topic: str
    genre: str
    stance: str
    stance_target: str
    confidences: Mapping[str, float | None]
    excerpt: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Left:
    """One page that is not in the dataset: where it came from and why."""

    source: str
    url: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class Samples:
    """What a report shows.

    Attributes:
        by_class: Articles by label column and class.
        table: A sample of all articles: those with the smallest ids, which are hashes.
        left: Pages by outcome and reason.
    """

    by_class: Mapping[str, Mapping[str, Sequence[Shown]]]
    table: Sequence[Shown]
    left: Mapping[tuple[str, str], Sequence[Left]]


def draw(folder: Path, names: LabelNames, with_text: bool) -> Samples:
    """Draws the samples of a dataset folder, the same ones each time.

    Args:
        folder: The dataset folder.
        names: Class names of the label columns.
        with_text: Whether titles, targets and excerpts are shown.
    """
    with connect(folder) as con:
        chosen = {column: _ids_by_class(con, column) for column in TASKS} if with_text else {}
        first = [row[0] for row in con.execute("SELECT id FROM rows ORDER BY id LIMIT ?", [TABLE]).fetchall()]
        wanted = {id_ for classes in chosen.values() for ids in classes.values() for id_ in ids}
        found = _fetch(con, sorted(wanted | set(first)), names, with_text)
        return Samples(
            by_class={
                column: {
                    class_names(names, column, number): [found[id_] for id_ in ids] for number, ids in classes.items()
                }
                for column, classes in chosen.items()
            },
            table=[found[id_] for id_ in first],
            left=_left(con, takedown=read_manifest(folder)["config"].get("takedown") is not None),
        )


def _ids_by_class(con: duckdb.DuckDBPyConnection, column: str) -> dict[int, list[str]]:
    rows = con.execute(
        f"""SELECT {column}, min(id, {PER_CLASS}) FROM rows WHERE {column} IS NOT NULL
            GROUP BY 1 ORDER BY 1 LIMIT {CLASSES}"""  # noqa: S608
    ).fetchall()
    return {int(number): list(ids) for number, ids in rows}


def _fetch(con: duckdb.DuckDBPyConnection, ids: list[str], names: LabelNames, with_text: bool) -> dict[str, Shown]:
    con.execute("CREATE TEMP TABLE wanted AS SELECT unnest(?::VARCHAR[]) AS id", [ids])
    result = con.execute(
        """SELECT id, split, url, publisher, language, strftime(published, '%Y-%m-%d') AS published, title, text,
                  topic, genre, stance, stance_target, stance_evidence,
                  topic_confidence, genre_confidence, stance_confidence
           FROM rows SEMI JOIN wanted USING (id)"""
    )
    columns = [column[0] for column in result.description or ()]
    rows = (dict(zip(columns, row, strict=True)) for row in result.fetchall())
    return {row["id"]: _shown(row, names, with_text) for row in rows}


def _shown(row: Mapping[str, Any], names: LabelNames, with_text: bool) -> Shown:
    spans = [(span["start"], span["end"]) for span in row["stance_evidence"] or ()]
    return Shown(
        id=row["id"],
        split=row["split"],
        url=_link(row["url"]),
        publisher=_short(row["publisher"] or "", 60),
        language=row["language"],
        published=row["published"] or "",
        title=_short(row["title"] or "", TITLE) if with_text else "",
        topic=class_names(names, "topic", row["topic"]),
        genre=class_names(names, "genre", row["genre"]),
        stance=class_names(names, "stance", row["stance"]),
        stance_target=_short(row["stance_target"] or "", 80) if with_text else "",
        confidences={column: row[f"{column}_confidence"] for column in TASKS},
        excerpt=excerpt(row["text"] or "", spans) if with_text else (),
    )


def excerpt(text: str, spans: Iterable[tuple[int, int]], most: int = EXCERPT) -> tuple[Piece, ...]:
    """The part of a text around its evidence, or its beginning.

    Args:
        text: The article.
        spans: Evidence as code-point offsets; may overlap.
        most: Characters of the part.

    >>> [(p.text, p.marked) for p in excerpt("Das Nova ist gut.", [(13, 16), (4, 8)])]
    [('Das ', False), ('Nova', True), (' ist ', False), ('gut', True), ('.', False)]
    """
    ordered = sorted((start, end) for start, end in spans if 0 <= start < end <= len(text))
    first = ordered[0][0] if ordered else 0
    begin = 0 if first < most // 2 else text.rfind(" ", 0, first - most // 4) + 1
    finish = len(text) if len(text) - begin <= most else max(text.rfind(" ", begin, begin + most), begin + most // 2)
    pieces = [Piece("… ", marked=False)] if begin else []
    at = begin
    for start, end in ordered:
        start, end = max(start, at), min(end, finish)
        if start >= end:
            continue
        if start > at:
            pieces.append(Piece(text[at:start], marked=False))
        pieces.append(Piece(text[start:end], marked=True))
        at = end
    if at < finish:
        pieces.append(Piece(text[at:finish], marked=False))
    if finish < len(text):
        pieces.append(Piece(" …", marked=False))
    return tuple(pieces)


def _left(con: duckdb.DuckDBPyConnection, *, takedown: bool) -> dict[tuple[str, str], list[Left]]:
    # What was taken down is not shown again: under a takedown list a page without a URL may be of it, whatever the
    # reason says. Ordered by a hash, so that not all are of the first folder.
    rows = con.execute(
        f"""SELECT outcome, reason, source, url, detail FROM ledger
            WHERE outcome <> 'kept' AND reason IS NOT NULL AND reason <> 'takedown'
                AND (url IS NOT NULL OR NOT $takedown)
            QUALIFY row_number() OVER (PARTITION BY outcome, reason ORDER BY md5(source), source) <= {PER_REASON}
            ORDER BY outcome, reason, md5(source), source""",  # noqa: S608
        {"takedown": takedown},
    ).fetchall()
    found: dict[tuple[str, str], list[Left]] = {}
    for outcome, reason, source, url, detail in rows:
        found.setdefault((outcome, reason), []).append(Left(_short(source, 160), _link(url), _short(detail or "", 200)))
    return found


def _link(url: str | None) -> str | None:
    """A URL that a browser may follow."""
    return url if url and len(url) <= 400 and url.startswith(("https://", "http://")) else None


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
