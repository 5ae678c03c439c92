"""A hash of rows that no Parquet writer changes, taken column by column: to make a dictionary of each row costs more.

Three things are hashed of a column, each over all rows of its split: whether a value is there (a byte for each row, 1
or 0); then, of the values that are there, the lengths of lists and of texts (four bytes each; of a text in UTF-8), and
the values end to end: numbers as they are in memory (little-endian), booleans as a byte, times as seconds since 1970 in
eight bytes, texts in UTF-8. The items of lists and the fields of structs are columns of their own. That is Arrow's
columnar format (https://arrow.apache.org/docs/format/Columnar.html) without its padding, offsets and bitmaps.

The hash is the sha256 of a JSON list without white space, in UTF-8: for each split, in published order, and then for
each of `stance_targets`, whose names are `stance_targets/SPLIT`, `{"split": …, "features": …, "columns": {…}}`.
`features` is what `huggingface` says in the metadata of the shards under `info`. `columns` has the sha256 of the three,
in the order above: `NAME there`, `NAME length` where there are lengths, `NAME`; the items of a list are called
`NAME[]`, a field of a struct `NAME.FIELD`, and a list or a struct itself has no values.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from presseschau.schema import DATA, Schema


@dataclass(slots=True)
class ContentHash:
    """sha256 over the logical content: the splits in order, with their features and the sha256 of their columns."""

    _splits: list[tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=list)

    def begin(self, split: str, schema: Schema, part: str = DATA) -> None:
        """Opens a split of the articles, or of another folder of shards."""
        name = split if part == DATA else f"{part}/{split}"
        self._splits.append(({"split": name, "features": schema.features}, {}))

    def update(self, table: pa.Table) -> None:
        """Adds rows to the split; in which portions they come makes no difference."""
        for name, column in zip(table.schema.names, table.columns, strict=True):
            for chunk in column.chunks:
                self._add(name, chunk)

    def hexdigest(self) -> str:
        """The hash of everything so far."""
        splits = [
            opening | {"columns": {part: sha.hexdigest() for part, sha in parts.items()}}
            for opening, parts in self._splits
        ]
        return hashlib.sha256(orjson.dumps(splits)).hexdigest()

    def _add(self, path: str, values: pa.Array) -> None:
        self._tell(f"{path} there", _bytes(values.is_valid()))
        values = values.drop_null()
        if pa.types.is_struct(values.type):
            for own, items in zip(values.type, values.flatten(), strict=True):
                self._add(f"{path}.{own.name}", items)
        elif pa.types.is_list(values.type):
            self._tell(f"{path} length", _bytes(pc.list_value_length(values)))
            self._add(f"{path}[]", values.flatten())
        elif pa.types.is_string(values.type):
            self._tell(f"{path} length", _bytes(pc.binary_length(values)))
            together = pc.binary_join(pa.ListArray.from_arrays([0, len(values)], values), "")
            self._tell(path, together[0].as_buffer())
        else:
            self._tell(path, _bytes(values))

    def _tell(self, part: str, data: bytes | pa.Buffer) -> None:
        _, parts = self._splits[-1]
        parts.setdefault(part, hashlib.sha256()).update(data)


def _bytes(values: pa.Array) -> bytes:
    return bytes(values.to_numpy(zero_copy_only=False).tobytes())
