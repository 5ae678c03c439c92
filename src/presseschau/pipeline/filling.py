"""Words into the rows of a stub: what a page says where the release said the same, and what follows where not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from presseschau.pipeline.database import stream
from presseschau.publish.content import TEXT_COLUMNS
from presseschau.publish.stub import detail_hashes, with_evidence
from presseschau.publish.targets import with_words
from presseschau.stable import sha256

_STANCE = ("stance", "stance_target", "stance_target_type", "stance_confidence", "stance_source")
_ROWS = 1_000


class Filler:
    """Puts words into the rows of a stub, asked for in the stub's order.

    Attributes:
        differs: Columns of each id in which its page is not what the release had, where any.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self.differs: dict[str, list[str]] = {}

    def __call__(self, table: pa.Table) -> pa.Table:
        """The same rows with title, teaser, text, keywords, stance target and evidence."""
        if not len(table):
            return table
        ids = table.column("id")
        found = {row["id"]: row for row in self._rows(ids)}
        rows = [self._filled(row, found[row["id"]]) for row in table.to_pylist()]
        made = pa.Table.from_pylist(rows, schema=table.schema)
        return with_evidence(made, [row["stance_evidence"] for row in rows])

    def targets(self, table: pa.Table) -> pa.Table:
        """The same rows of `stance_targets` with title, text and evidence."""
        if not len(table):
            return table
        return with_words(table, {row["id"]: row for row in self._rows(table.column("id"))})

    def _rows(self, ids: pa.ChunkedArray) -> Iterator[dict[str, Any]]:
        # Both sides are in order of id, so DuckDB reads no more than the row groups with these.
        first, last = pc.min_max(ids).as_py().values()
        batches = stream(self._con.cursor(), "SELECT * FROM filling WHERE id BETWEEN ? AND ?", _ROWS, [first, last])
        for batch in batches:
            yield from batch.to_pylist()

    def _filled(self, row: dict[str, Any], page: dict[str, Any]) -> dict[str, Any]:
        near = page["verdict"] == "near"
        row = row | {name: page[name] for name in TEXT_COLUMNS if name in page}
        hashes = detail_hashes(row)
        differs = [name.removesuffix("_sha256") for name, value in hashes.items() if value != page[name]]
        if page["target_sha256"] is not None:
            row["stance_target"] = _target(page, exact=not near)
            if row["stance_target"] is None:
                # Without its target a stance says nothing; the contract has both or neither.
                row |= dict.fromkeys(_STANCE) | {"stance_evidence": []}
                differs.append("stance")
        if near:
            row["text_sha256"] = sha256(row["text"])
            row["stance_evidence"] = []
            row["extractor"] = f"{row['extractor']} near"
        elif row["stance_evidence"] is not None:
            text = row["text"]
            row["stance_evidence"] = [s | {"text": text[s["start"] : s["end"]]} for s in row["stance_evidence"]]
        if differs:
            self.differs[row["id"]] = differs
        return row


def _target(page: Mapping[str, Any], exact: bool) -> str | None:
    """The words of the stance target, where its place or a passage of its length and hash is still there."""
    if page["target"] is not None:
        return str(page["target"])
    start, end = page["target_start"], page["target_end"]
    if exact and page["target_in"] == "text":
        return str(page["text"][start:end])
    for place in (page["title"] or "", page["text"]):
        for at in range(len(place) - (end - start) + 1):
            words = place[at : at + end - start]
            if sha256(words) == page["target_sha256"]:
                return str(words)
    return None
