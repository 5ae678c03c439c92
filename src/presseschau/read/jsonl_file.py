"""JSON lines, one record each, in pieces that appended lines don't move."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from presseschau.document import Drop, Page
from presseschau.read.compression import Stream, is_compressed
from presseschau.read.foreign import beginning, foreign
from presseschau.read.listing import with_compressed
from presseschau.read.pieces import PIECE, open_piece, units_of
from presseschau.read.record import Columns, page_of, parse_object
from presseschau.read.unit import Unit, failed, os_detail

_UTF16 = re.compile(rb"\xff\xfe|\xfe\xff|\0?[{\[]\0|\0[{\[]")  # a byte order mark, or zeros beside the first sign
_ARRAY = re.compile(rb"(?:\xef\xbb\xbf)?\s*\[\s*\{")
_INDENTED = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{[ \t]*\r?\n")


@dataclass(frozen=True, slots=True)
class JsonLines:
    """One page per line that is not blank; the source of a page is `file.jsonl#LINE`, counted from 1."""

    columns: Columns

    @property
    def endings(self) -> tuple[str, ...]:
        """Endings of line files."""
        return with_compressed(".jsonl", ".ndjson")

    def fault(self, path: str) -> str | None:
        """What makes a whole file no JSON Lines, by its beginning; None where nothing does, or it can't be read."""
        return _fault(beginning(path, 1 << 10))

    def split(self, source: str, path: str) -> Iterator[Unit | Drop]:
        """Units of whole lines: those that start in the same 2 MB of the unpacked file."""
        if fault := self.fault(path):
            yield failed(source, "bad_record", fault)
            return
        key = self.columns.key("jsonl")
        yield from units_of(source, path, lambda file: _pieces(source, path, file, key), to_end=is_compressed(path))

    def pages(self, unit: Unit) -> Iterator[Page | Drop]:
        """One page or drop per line; a file that ends or breaks off too early gives one drop more."""
        number = unit.first
        limit = 2 * self.columns.max_bytes  # escapes make JSON longer than the page
        try:
            with open_piece(unit) as stream, io.BufferedReader(stream, 1 << 20) as lines:
                left = unit.stop - unit.start if unit.stop is not None else None
                while left is None or left > 0:
                    line, size = _next_line(lines, limit)
                    if stream.fault and not line.endswith(b"\n"):
                        yield failed(f"{unit.source}#{number}", *stream.fault)
                        return
                    if not line:
                        break
                    left = None if left is None else left - size
                    line = line.removeprefix(b"\xef\xbb\xbf")  # also where files were put one behind the other
                    if line.strip():
                        yield self._page(line, f"{unit.source}#{number}", size > limit)
                    number += 1
                if left:
                    yield failed(f"{unit.source}#{number}", "unreadable", "the file became shorter while it was read")
        except OSError as error:
            yield failed(f"{unit.source}#{number}", "unreadable", os_detail(error))

    def _page(self, line: bytes, source: str, too_long: bool) -> Page | Drop:
        if too_long:
            return failed(source, "too_large", f"a line of more than {2 * self.columns.max_bytes} bytes")
        try:
            record, columns = parse_object(line), self.columns
            return page_of(record | _nested(record, [*columns.names.values(), *columns.keep]), source, columns)
        except ValueError as error:
            return failed(source, "bad_record", str(error))


def _next_line(lines: io.BufferedReader[Stream], limit: int) -> tuple[bytes, int]:
    """The next line, and its size; of a longer one than `limit` no more than a byte beyond it."""
    line = more = lines.readline(limit + 1)
    size = len(line)
    while size > limit and more and not more.endswith(b"\n"):
        more = lines.readline(limit)
        size += len(more)
    return line, size


def _nested(record: dict[str, object], names: Iterable[str]) -> dict[str, object]:
    """The fields that names with dots mean, as databases nest them.

    >>> _nested({"_id": 7, "_source": {"text": "Ja"}}, ["_source.text", "_source.url", "_id"])
    {'_source.text': 'Ja'}
    """
    found: dict[str, object] = {}
    for name in names:
        value: object = record
        for key in name.split(".") if "." in name and name not in record else ():
            value = value.get(key) if isinstance(value, dict) else None
        if value is not record and value is not None:
            found[name] = value
    return found


def _fault(head: bytes) -> str | None:
    if other := foreign(head):
        return other
    if _UTF16.match(head):
        return "UTF-16, and JSON Lines are UTF-8: save it as UTF-8"
    if _ARRAY.match(head):
        return "a JSON array, not JSON Lines: write each object on a line of its own, as `jq -c '.[]'` does"
    if _INDENTED.match(head):
        return "JSON over several lines, not JSON Lines: write each object on a line of its own, as `jq -c .` does"
    return None


def _pieces(source: str, path: str, file: io.BufferedReader[Stream], key: bytes) -> Iterator[Unit]:
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
