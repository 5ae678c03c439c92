"""Lines of a table as text, whatever program and code page they come from."""

from __future__ import annotations

import io
import re
from typing import Any

from presseschau.read.record import UTF8_SEQUENCE

_MARKS = (b"\xef\xbb\xbf", b"\xc3\xaf\xc2\xbb\xc2\xbf")  # of UTF-8, and encoded twice
# Each has rare signs where the others have umlauts: `\x8a` is `ä` of a Mac, or `Š`. The others of DOS are quotes.
_UMLAUTS = {
    "cp1252": re.compile(rb"[\xc4\xd6\xdc\xdf\xe4\xf6\xfc]"),
    "mac-roman": re.compile(rb"[\x8a\x9a\x9f]"),
    "cp850": re.compile(rb"\x81"),
}
_WIDE = {  # by a byte order mark, or by zeros beside the first signs
    "utf-16": re.compile(rb"\xff\xfe|\xfe\xff"),
    "utf-16-le": re.compile(rb"[^\0]\0[^\0]\0"),
    "utf-16-be": re.compile(rb"\0[^\0]\0[^\0]"),
}
_LINE_END = re.compile(rb"\r\n|\r(?!\Z)|\n")


class TooLongError(Exception):
    """A row is longer than a page may be, mostly since a quote was never closed."""


class Lines:
    """Decoded lines with their ends; survives an error, unlike a generator.

    Attributes:
        number: Lines given so far.
        taken: Characters given since somebody has set it to 0, as whoever reads rows does at the start of each.
        start: The first four characters of that row.
        ended: Whether the last line had no end: it is the last of the file.
    """

    def __init__(self, file: io.BufferedReader[Any], limit: int) -> None:
        self.number = 0
        self.taken = 0
        self.ended = False
        self.start = ""
        self._limit = limit
        self._text: io.TextIOWrapper | None = None
        self._next: str | None = None
        head = file.peek(6)
        end = _LINE_END.search(head.replace(b"\0", b""))
        returns = end is not None and end[0] == b"\r"  # of spreadsheets on a Mac
        if wide := next((codec for codec, shape in _WIDE.items() if shape.match(head)), None):
            self._text = io.TextIOWrapper(file, wide, "replace", newline=None if returns else "\n")
        elif mark := next((mark for mark in _MARKS if head.startswith(mark)), b""):
            file.read(len(mark))
        self._code_page = _code_page(head, returns)
        self._file = io.BufferedReader(_Newlines(file), 1 << 20) if returns and self._text is None else file

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        if self._next is not None:
            line, self._next = self._next, None
            return line
        line = self._line()
        self.number += bool(line)
        self.start = self.start if self.taken else line[:4]
        self.taken += len(line)
        if self.taken > self._limit:
            while line and not line.endswith("\n"):
                line = self._line()
            raise TooLongError(f"a row of more than {self._limit} bytes: is a quote never closed?")
        self.ended = not line.endswith("\n")
        if not line:
            raise StopIteration
        return line

    def again(self, line: str) -> None:
        """Give this line once more."""
        self._next = line

    def _line(self) -> str:
        if self._text is not None:
            return self._text.readline(self._limit + 1)
        raw = self._file.readline(self._limit + 1)
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            return raw.decode(self._code_page, "replace")


class _Newlines(io.RawIOBase):
    """A file with line feeds for its carriage returns."""

    def __init__(self, file: io.BufferedReader[Any]) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._file.read1(len(buffer)).replace(b"\r", b"\n")
        buffer[: len(data)] = data
        return len(data)


def _code_page(head: bytes, returns: bool) -> str:
    """What those lines of a file are in that are no UTF-8: lines of old Macs end in carriage returns."""
    rest = UTF8_SEQUENCE.sub(b"", head)
    counts = {codec: len(umlauts.findall(rest)) for codec, umlauts in _UMLAUTS.items()}
    return max(counts, key=lambda codec: (counts[codec], returns and codec == "mac-roman", codec == "cp1252"))
