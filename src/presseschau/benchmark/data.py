"""Labelled articles for a benchmark: one Arrow table, the rows of each split, and views of it that models read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from presseschau.benchmark.settings import TextFields
from presseschau.stable import sha256

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
ABSTAINED = -1  # in place of a label: the model gave no answer, which counts as wrong
TEST_SPLITS = ("test", "test_temporal", "test_publisher")
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Corpus:
    """All labelled articles of one task; the only copy of the text.

    Attributes:
        table: `id text cluster label_role source labeler`, and where known `title publisher genre target topic`.
        labels: Every label of the data; their index is the value in `y`.
        y: Label of each row.
        splits: Rows of each split, train first.
        task: topic, genre or stance.
        origin: What the data is: kind, name, version, revision, content_sha256, as far as known.
        notes: What was left out on the way, for people.
    """

    table: pa.Table
    labels: tuple[str, ...]
    y: Ints
    splits: dict[str, Ints]
    task: str
    origin: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def tests(self) -> tuple[str, ...]:
        """The test splits, in published order."""
        known = [s for s in TEST_SPLITS if s in self.splits]
        return (*known, *(s for s in self.splits if s.startswith("test") and s not in TEST_SPLITS))

    def examples(self, rows: Ints, fields: TextFields) -> Examples:
        """The articles of some rows as a model reads them."""
        return Examples(self, rows, fields)

    def values(self, column: str, rows: Ints) -> list[Any]:
        """A column's values; None throughout where the data does not have it."""
        if column not in self.table.column_names:
            return [None] * len(rows)
        if not len(rows):
            return []
        # Of a column in several chunks `take` makes a whole one first: only the part that the rows lie in is asked
        first = int(rows.min())
        part = self.table.column(column).slice(first, int(rows.max()) - first + 1)
        return list(part.take(pa.array(rows - first)).to_pylist())

    def digest(self, rows: Ints, *, split: str) -> str:
        """sha256 over split, id, text and label of some rows, in order of id: equal exactly where the articles are."""
        lines = []
        for start in range(0, len(rows), _BATCH):
            batch = rows[start : start + _BATCH]
            parts = zip(
                self.values("id", batch), self.values("text", batch), self.values("title", batch), batch, strict=True
            )
            lines += [
                f"{split}\t{id_}\t{sha256(text)}\t{sha256(title or '')}\t{self.labels[self.y[row]]}"
                for id_, text, title, row in parts
            ]
        return sha256("\n".join(sorted(lines)))

    def beside(self) -> str:
        """sha256 over what stands beside the articles and decides folds, intervals, probes: clusters, who labelled."""
        columns = sorted({*self.table.column_names} - {"id", "text", "title"})
        rows = np.sort(np.concatenate([*self.splits.values()]))
        lines: list[str] = []
        for start in range(0, len(rows), _BATCH):
            batch = rows[start : start + _BATCH]
            lines += map(repr, zip(*(self.values(c, batch) for c in ("id", *columns)), strict=True))
        return sha256("\n".join((repr(columns), *sorted(lines))))


@dataclass(frozen=True, slots=True)
class Examples:
    """Some articles of a corpus: what models are fitted on and asked about.

    Attributes:
        corpus: Where they are from.
        rows: Which ones, in order.
        fields: What of them is text.
        mask: Changes a text before it is read.
    """

    corpus: Corpus
    rows: Ints
    fields: TextFields
    mask: Callable[[str], str] | None = None

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def y(self) -> Ints:
        """Labels as indices into `labels`."""
        return self.corpus.y[self.rows]

    @property
    def labels(self) -> tuple[str, ...]:
        """Label names, in order."""
        return self.corpus.labels

    def column(self, name: str) -> list[Any]:
        """A column's values, None where the data does not have it."""
        return self.corpus.values(name, self.rows)

    def parts(self) -> Iterator[tuple[str, str]]:
        """Title and text of each article, cut to length; an empty title where there is none or it is not a field."""
        most = self.fields.max_chars
        for start in range(0, len(self.rows), _BATCH):
            rows = self.rows[start : start + _BATCH]
            for title, text in zip(self.corpus.values("title", rows), self.corpus.values("text", rows), strict=True):
                shown = [
                    (value or "") if name in self.fields.fields else ""
                    for name, value in (("title", title), ("text", text))
                ]
                head, body = (self.mask(part) if self.mask else part for part in shown)
                yield (head, body) if most is None else (head[:most], body[: max(0, most - len(head))])

    def texts(self) -> Iterator[str]:
        """One text an article: for stance its target first, then title and text as configured, cut to length."""
        targets: Sequence[str | None] = self.column("target") if self.corpus.task == "stance" else [None] * len(self)
        for target, (title, text) in zip(targets, self.parts(), strict=True):
            whole = "\n\n".join(part for part in (target, title, text) if part)
            yield whole if self.fields.max_chars is None else whole[: self.fields.max_chars]

    def only(self, rows: Ints) -> Examples:
        """The same reading of other rows."""
        return replace(self, rows=rows)

    def masked(self, mask: Callable[[str], str]) -> Examples:
        """The same articles with a change to their texts."""
        return replace(self, mask=mask)
