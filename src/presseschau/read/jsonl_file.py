"""JSON lines, one record each: plain files in pieces that appended lines don't move, packed ones whole."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from presseschau.document import Drop, Page
from presseschau.read.compression import Stream, is_compressed
from presseschau.read.listing import with_compressed
from presseschau.read.record import Columns, page_of, parse_object
from presseschau.read.unit import Unit, failed, os_detail, whole_file

PIECE = 8 << 20


@dataclass(frozen=True, slots=True)
class JsonLines:
    """One page per line that is not blank; the source of a page is `file.jsonl#LINE`, counted from 1."""

    columns: Columns

    @property
    def endings(self) -> tuple[str, ...]:
        """Endings of line files."""
        return with_compressed(".jsonl", ".ndjson")

    def split(self, source: str, path: str) -> Iterator[Unit | Drop]:
        """Units of whole lines: those that start in the same 8 MB of the file."""
        key = self.columns.key("jsonl")
        try:
            if is_compressed(path):
                yield whole_file(source, path, key)
                return
            with Path(path).open("rb") as file:
                if not os.fstat(file.fileno()).st_size:
                    yield failed(source, "empty", "the file has no bytes")
                yield from _pieces(source, path, file, key)
        except OSError as error:
            yield failed(source, "unreadable", os_detail(error))

    def pages(self, unit: Unit) -> Iterator[Page | Drop]:
        """One page or drop per line; a file that ends or breaks off too early gives one drop more."""
        number = unit.first
        limit = 2 * self.columns.max_bytes  # escapes make JSON longer than the page
        try:
            with Stream(unit.path, unit.start) as stream, io.BufferedReader(stream, 1 << 20) as lines:
                left = unit.stop - unit.start if unit.stop is not None else None
                while left is None or left > 0:
                    line = lines.readline(limit + 1)
                    size = len(line)
                    whole = line.endswith(b"\n") or size <= limit
                    while not whole:  # the rest of a line that is too long
                        more = lines.readline(limit)
                        size += len(more)
                        whole = len(more) < limit or more.endswith(b"\n")
                    if stream.fault and not line.endswith(b"\n"):
                        yield failed(f"{unit.source}#{number}", *stream.fault)
                        return
                    if not line:
                        break
                    left = None if left is None else left - size
                    if number == 1:
                        line = line.removeprefix(b"\xef\xbb\xbf")
                    if line.strip():
                        yield self._page(line, f"{unit.source}#{number}", size > limit)
                    number += 1
                if left:
                    yield failed(f"{unit.source}#{number}", "unreadable", "the file became shorter while it was read")
                elif number == 1:
                    yield failed(unit.source, "empty", "the file has no lines")
        except OSError as error:
            yield failed(f"{unit.source}#{number}", "unreadable", os_detail(error))

    def _page(self, line: bytes, source: str, too_long: bool) -> Page | Drop:
        if too_long:
            return failed(source, "too_large", f"a line of more than {2 * self.columns.max_bytes} bytes")
        try:
            return page_of(parse_object(line), source, self.columns)
        except ValueError as error:
            return failed(source, "bad_record", str(error))


def _pieces(source: str, path: str, file: BinaryIO, key: bytes) -> Iterator[Unit]:
    start, first = 0, 1
    while block := file.read(PIECE - start % PIECE):
        digest = hashlib.sha256(b"%b%d\n" % (key, first))
        size, count = 0, 0
        while block:
            digest.update(block)
            size += len(block)
            count += block.count(b"\n")
            # A line belongs to the piece that it starts in.
            block = b"" if block.endswith(b"\n") else file.readline(1 << 20)
        yield Unit(source, path, size, digest.hexdigest(), start, start + size, first)
        start, first = start + size, first + count
