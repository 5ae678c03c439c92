"""CSV and TSV tables with a header, one page per row, read as a stream."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from presseschau.document import Drop, Page
from presseschau.read.compression import Stream
from presseschau.read.dates import MISSING
from presseschau.read.foreign import beginning, foreign
from presseschau.read.listing import with_compressed
from presseschau.read.mojibake import once_encoded
from presseschau.read.record import CONTENTS, STATED, Columns, page_of
from presseschau.read.table_lines import Lines, TooLongError
from presseschau.read.unit import ReadError, Unit, failed, os_detail, whole_file

SEPARATORS = ",;\t|"
# A header is short; what is longer is no header.
_HEADER_BYTES = 1 << 20
_BUFFER = 1 << 20
_STATED = re.compile(r'"?sep=([^\w\r\n"])"?\s*', re.IGNORECASE)  # a first line that spreadsheets write for each other


def csv_options(sep: str, quote: str) -> dict[str, Any]:
    r"""What `csv.reader` needs for a separator and a quote as a config has them: `\t` is a tab, no quote is empty.

    Raises:
        ValueError: One of them is longer than a character.
    """
    plain = sep.replace("\\t", "\t")
    if len(plain) != 1 or len(quote) > 1 or plain in "\r\n" or quote in ("\r", "\n", plain):
        raise ValueError(f"sep={sep!r} and quote={quote!r} must be one character each, and not the same")
    quoting = csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE
    return {"delimiter": plain, "quotechar": quote or None, "quoting": quoting, "strict": True}


@dataclass(frozen=True, slots=True)
class CsvTable:
    """One page per row; the source of a page is `file.csv#LINE`, the line of the file that its row starts in.

    Text is UTF-8, line by line windows-1252 where it is not (or the code page of DOS or of old Macs, if the umlauts at
    the beginning of the file are of that one), or UTF-16.
    A cell of ours that holds `NA`, `NULL` and the like is empty.
    Quoting is strict: a quote that is never closed fails its row instead of swallowing the rest of the file in silence.

    Attributes:
        columns: How records name their fields.
        sep: The separator; None: what a first line `sep=;` says, else the one of `, ; tab |` that the header has most
            of.
        quote: The quote; empty: none.
    """

    columns: Columns
    sep: str | None = None
    quote: str = '"'

    def __post_init__(self) -> None:
        """Check the dialect."""
        try:
            csv_options("," if self.sep is None else self.sep, self.quote)
        except ValueError as error:
            raise ReadError(f"source: {error}") from None

    @property
    def endings(self) -> tuple[str, ...]:
        """Endings of tables."""
        return with_compressed(".csv", ".tsv")

    def header(self, path: str) -> list[str]:
        """The names of the columns; none where the file can't be read."""
        try:
            with Stream(path) as stream, io.BufferedReader(stream, _BUFFER) as file:
                return _Rows(Lines(file, _HEADER_BYTES), self.sep, self.quote).names
        except (OSError, csv.Error, TooLongError):
            return []

    def fault(self, path: str) -> str | None:
        """What makes a whole file no table, by its beginning; None where nothing does, or it can't be read."""
        return foreign(beginning(path, 16))

    def split(self, source: str, path: str) -> Iterator[Unit | Drop]:
        """One unit per file."""
        key = self.columns.key("csv") + orjson.dumps([self.sep, self.quote])
        fault = self.fault(path)
        yield failed(source, "bad_record", fault) if fault else whole_file(source, path, key)

    def pages(self, unit: Unit) -> Iterator[Page | Drop]:
        """One page or drop per row that is not blank; a file that breaks off gives one drop more."""
        try:
            with Stream(unit.path) as stream, io.BufferedReader(stream, _BUFFER) as file:
                lines = Lines(file, 2 * self.columns.max_bytes)
                try:
                    rows = _Rows(lines, self.sep, self.quote)
                except (csv.Error, TooLongError) as error:
                    yield failed(unit.source, "bad_record", f"header: {_said(error)}")
                    return
                if not rows.names and not stream.fault:
                    yield failed(unit.source, "empty", "the file has no header")
                    return
                columns = self.columns.spelled(rows.names)
                for number, row in rows:
                    if stream.fault and lines.ended:
                        break  # what was decoded of the last row is not all of it
                    yield _page(rows.names, row, f"{unit.source}#{number}", columns)
                if stream.fault:
                    yield failed(f"{unit.source}#{rows.start}", *stream.fault)
        except OSError as error:
            yield failed(unit.source, "unreadable", os_detail(error))


def _page(names: list[str], row: list[str] | Exception, source: str, columns: Columns) -> Page | Drop:
    if isinstance(row, TooLongError):
        return failed(source, "too_large", str(row))
    if isinstance(row, Exception):
        return failed(source, "bad_record", str(row))
    if not any(row[len(names) :]):
        row = row[: len(names)]  # separators at the end of lines
    if len(row) != len(names):
        return failed(source, "bad_record", f"{len(row)} fields, the header has {len(names)}")
    # Of columns with the same name the first counts.
    record: dict[str, str | None] = dict(zip(reversed(names), reversed(row), strict=True))
    for name in map(columns.name, CONTENTS + STATED):
        if record.get(name) in MISSING:
            record[name] = None
    return page_of(record, source, columns)


class _Rows:
    """(line number, fields or what is wrong with them) of each row below the header.

    A row with a quote that is not doubled breaks off in the middle, and each line that is left of it looks like a row.
    What begins in another way than all rows so far (with a quote, an address or a number) is taken for such a line.
    """

    def __init__(self, lines: Lines, sep: str | None, quote: str) -> None:
        self.start = 1
        self._lines = lines
        head = _first(lines)
        if (stated := _STATED.fullmatch(head)) and stated[1] != quote:
            sep, head = sep or stated[1], _first(lines)
        lines.taken = 0
        self._reader = csv.reader(lines, **csv_options(sep or _separator(head, quote), quote))
        csv.field_size_limit(2**31 - 1)  # `Lines` has the limit, on whole rows
        if head:
            lines.again(head)
        self.names = [once_encoded(name.strip()) for name in next(self._reader, [])]

    def __iter__(self) -> Iterator[tuple[int, list[str] | Exception]]:
        broken, ways = 0, set[str]()
        while True:
            self._lines.taken = 0
            self.start = self._lines.number + 1
            try:
                row = next(self._reader)
            except StopIteration:
                return
            except (csv.Error, TooLongError) as error:
                yield self.start, error if isinstance(error, TooLongError) else self._explained(error)
                broken, way = self.start, _way(self._lines.start)
                if not ways and way in ("address", "number"):
                    ways.add(way)
                continue
            if not any(field.strip() for field in row):
                continue
            way = _way(self._lines.start)
            if broken and ways and not ways & {way, "letters"}:
                yield self.start, csv.Error(f"left over from the broken row of line {broken}: it begins as no row does")
                continue
            if not broken and len(row) == len(self.names):
                ways.add(way)
            broken = 0
            yield self.start, row

    def _explained(self, error: csv.Error) -> csv.Error:
        last = self._lines.number
        where = f"lines {self.start} to {last}" if last > self.start else f"line {last}"
        return csv.Error(f"{where}: {_said(error)}")


def _way(start: str) -> str:
    """How a row begins, by the first four signs of its first line."""
    if start == "http":
        return "address"
    return "number" if start[:1].isdecimal() else "quote" if start[:1] == '"' else "letters"


def _said(error: Exception) -> str:
    """What the reader has to say, in words for the quote that is neither doubled nor before a separator."""
    said = str(error)
    return (
        "a quote in a quoted field is not doubled; source.quote='' takes quotes for letters"
        if "expected after" in said
        else said
    )


def _first(lines: Lines) -> str:
    """The next line that is not blank, "" where there is none."""
    return next((line for line in lines if line.strip()), "")


def _separator(head: str, quote: str) -> str:
    mark = re.escape(quote)
    counts = Counter(re.sub(f"{mark}.*?{mark}", "", head, flags=re.DOTALL) if quote else head)
    return max(SEPARATORS.replace(quote, ""), key=lambda separator: (counts[separator], -SEPARATORS.index(separator)))
