"""Parquet tables, one page per row, one unit per row group, only the columns that are asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from presseschau.document import Drop, Page
from presseschau.read.compression import Stream, is_compressed
from presseschau.read.listing import with_compressed
from presseschau.read.record import Columns, page_of
from presseschau.read.unit import Unit, failed, os_detail, whole_file

if TYPE_CHECKING:
    import pyarrow.parquet as pq

_ROWS = 64


@dataclass(frozen=True, slots=True)
class ParquetTable:
    """One page per row; the source of a page is `file.parquet#ROW`, counted from 1 over the whole file."""

    columns: Columns

    @property
    def endings(self) -> tuple[str, ...]:
        """Endings of tables."""
        return with_compressed(".parquet", ".pq")

    def header(self, path: str) -> list[str]:
        """The names of the columns; none where the file can't be read."""
        import pyarrow as pa

        try:
            with _opened(path) as table:
                return list(table.schema_arrow.names)
        except (OSError, pa.ArrowException):
            return []

    def split(self, source: str, path: str) -> Iterator[Unit | Drop]:
        """One unit per row group."""
        import pyarrow as pa

        whole = whole_file(source, path, self.columns.key("parquet"))
        if isinstance(whole, Drop):
            yield whole
            return
        try:
            with _opened(path) as table:
                groups = [table.metadata.row_group(i) for i in range(table.metadata.num_row_groups)]
                sizes = [(group.num_rows, group.total_byte_size) for group in groups]
        except (OSError, pa.ArrowException) as error:
            yield failed(source, "unreadable", _said(error, path))
            return
        if not any(rows for rows, _ in sizes):
            yield failed(source, "empty", "the table has no rows")
        first = 1
        for index, (rows, size) in enumerate(sizes):
            # The file's digest covers what stands before a piece, hence its row numbers.
            digest = hashlib.sha256(f"{whole.digest}\n{index}".encode()).hexdigest()
            yield replace(whole, size=size, digest=digest, start=index, stop=index + 1, first=first)
            first += rows

    def pages(self, unit: Unit) -> Iterator[Page | Drop]:
        """One page or drop per row; one drop for the rows that can't be read."""
        import pyarrow as pa

        number, last = unit.first, unit.first
        try:
            with _opened(unit.path) as table:
                last = unit.first + table.metadata.row_group(unit.start).num_rows - 1
                columns = self.columns.spelled(table.schema_arrow.names)
                names = [name for name in columns.wanted() if name in table.schema_arrow.names]
                batches = table.iter_batches(_ROWS, row_groups=[unit.start], columns=names, use_threads=False)
                for batch in batches:
                    for row in _rows(batch):
                        source = f"{unit.source}#{number}"
                        if isinstance(row, str):
                            yield failed(source, "bad_record", row)
                        else:
                            yield page_of(row, source, columns)
                        number += 1
        except (OSError, pa.ArrowException) as error:
            yield failed(f"{unit.source}#{number}", "unreadable", f"rows {number} to {last}: {_said(error, unit.path)}")


def _opened(path: str) -> pq.ParquetFile:
    """The table; one that is packed is unpacked in memory, since it is read from its end."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if is_compressed(path):
        with Stream(path) as stream:
            whole = stream.readall()
            if stream.fault:
                raise pa.ArrowInvalid(stream.fault[1])
        return pq.ParquetFile(pa.BufferReader(whole))
    return pq.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20)


def _rows(batch: Any) -> Iterator[dict[str, object] | str]:
    """Each row of a record batch as Python values, or what is wrong with it."""
    for index in range(batch.num_rows):
        try:
            yield {name: batch.column(i)[index].as_py() for i, name in enumerate(batch.schema.names)}
        except KeyError as error:
            yield f"unknown time zone {error}"
        except (ValueError, OverflowError) as error:  # text that is no UTF-8, dates beyond year 9999
            yield " ".join(str(error).split())[:200]


def _said(error: Exception, path: str) -> str:
    """What is wrong, in one line and without the path."""
    if isinstance(error, OSError) and error.errno:
        return os_detail(error)
    return str(error).replace(path, "the file")[:200]
