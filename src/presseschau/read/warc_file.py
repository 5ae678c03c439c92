"""WARC files (ISO 28500) through FastWARC: response and resource records that hold HTML."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from presseschau.document import Drop, Page
from presseschau.read.compression import Stream
from presseschau.read.dates import utc_date
from presseschau.read.foreign import NO_WARC, foreign, no_html
from presseschau.read.listing import with_compressed
from presseschau.read.payload import HEAD_BYTES, Headers, decoded, header, media_type, message, no_page
from presseschau.read.pieces import PIECE, open_piece, units_of
from presseschau.read.record import MAX_BYTES
from presseschau.read.unit import Skipped, Unit, dropped, failed, os_detail
from presseschau.stable import canonical_url

if TYPE_CHECKING:
    from fastwarc.warc import WarcRecord

_VERSION = re.compile(rb"WARC/1\.[01]\r\n")
_LINE, _LINES = 1 << 16, 200  # bytes of a header line, lines of a header: more is not by the letter
_END_BYTES = 1 << 12  # behind `</html>` there are comments of caches at most
_NO_RECORDS = "no response or resource records; WET and WAT files have none, the WARC they were made of has"


@dataclass(frozen=True, slots=True)
class Warc:
    """One page per response or resource record; the source of a page is `file.warc.gz#RECORD`, counted from 1.

    Other records (requests, metadata) are no pages; revisits, whose page is in another record, are counted. Responses
    other than status 200, and other types than HTML, are dropped. A file that is cut or corrupt gives every record
    before the fault, then one drop.
    """

    max_bytes: int = MAX_BYTES

    @property
    def endings(self) -> tuple[str, ...]:
        """Endings of WARC files."""
        return with_compressed(".warc")

    def split(self, source: str, path: str) -> Iterator[Unit | Drop]:
        """Units of whole records; from where a record does not keep to the letter of the format, the rest is one."""
        key = orjson.dumps(["warc", self.max_bytes])
        yield from units_of(source, path, lambda file: _pieces(source, path, file, key), to_end=True)

    def pages(self, unit: Unit) -> Iterator[Page | Drop | Skipped]:
        """One page or drop per response or resource record; at the end, how many revisits there were."""
        try:
            with open_piece(unit) as stream:
                yield from self.read(stream, unit.source, first=unit.first, last=unit.stop is None)
        except OSError as error:
            yield failed(unit.source, "unreadable", os_detail(error))

    def read(
        self,
        stream: Stream,
        source: str,
        wanted: Callable[[str], bool] = lambda _: True,
        *,
        first: int = 1,
        last: bool = True,
    ) -> Iterator[Page | Drop | Skipped]:
        """The pages of an open WARC, and how many revisits it has.

        Args:
            stream: Its content.
            source: Its name.
            wanted: Is asked for the `WARC-Target-URI` of every record, before anything of its content is decoded.
                Records that are not wanted are no pages, but they count in the numbers of the others.
            first: Number of its first record.
            last: Whether the file ends with it.
        """
        from fastwarc.warc import WarcRecordType

        with io.BufferedReader(stream, 1 << 20) as file:
            tail = _Tail(file)
            number, revisits, whole, broken = first - 1, 0, True, ""
            other = foreign(file.peek(16), NO_WARC) if first == 1 else None
            held: Page | Drop | None = None
            for record in _records(tail):
                if held is not None:
                    yield held
                    held = None
                if isinstance(record, str):
                    broken = record
                    break
                revisit = record.record_type == WarcRecordType.revisit
                number += not revisit
                whole = True
                if not wanted(record.headers.get("WARC-Target-URI") or ""):
                    continue
                if revisit:
                    revisits += 1
                    continue
                page = self._page(record, f"{source}#{number}")
                whole = page is not None
                # A record cut inside its header looks like one without content until the file ends.
                held = page if record.content_length == 0 else None
                if page is not None and held is None:
                    yield page
            cut = stream.fault is not None or not whole or tail.inside_record(bool(broken))
            if held is not None and not cut:
                yield held
            place = f"{source}#{number + (whole and not (held and cut))}"
            if other:
                yield failed(source, "unreadable", other)
            elif cut:
                yield failed(place, *(stream.fault or ("truncated", "the file ends inside a record")))
            elif broken:
                yield failed(place, "unreadable", f"{broken}; what follows was not read")
            elif not number and last:
                yield failed(source, "empty", _NO_RECORDS)
            if revisits:
                yield Skipped("(revisit)", revisits)

    def _page(self, record: WarcRecord, source: str) -> Page | Drop | None:
        """The page of a record, None where the file ends inside it."""
        stated = (record.headers.get("WARC-Target-URI") or "").strip().strip("<>") or None
        url = canonical_url(stated)
        stated_type = record.headers.get("Content-Type")
        is_http = media_type(stated_type) == "application/http"
        limit = self.max_bytes + HEAD_BYTES * is_http
        if record.content_length > limit:
            return failed(source, "too_large", f"{record.content_length} bytes", url)
        raw = record.reader.read(limit)
        if len(raw) < record.content_length:
            return None
        status, headers, raw = message(raw) if is_http else (200, (), raw)
        if len(raw) > self.max_bytes:
            return failed(source, "too_large", f"{len(raw)} bytes", url)
        if status is None:
            return failed(source, "bad_record", "no HTTP status line", url)
        kind = media_type(header(headers, "content-type") if is_http else stated_type)
        if other := no_page(status, kind):
            return dropped(source, *other, url=url)
        body = decoded(raw, headers, self.max_bytes)
        if isinstance(body, tuple):
            return failed(source, *body, url=url)
        if not body.strip():
            return failed(source, "empty", "the payload has no content", url)
        cut = _cut(record.headers.get("WARC-Truncated"), headers, raw)
        if cut and b"</html" not in body[-_END_BYTES:].lower():
            return failed(source, "truncated", cut, url)
        if found := no_html(body):
            return dropped(source, "not_html", found, url)
        try:
            crawled = utc_date(record.headers.get("WARC-Date"))
        except ValueError as error:
            return failed(source, "bad_record", f"WARC-Date is {error}", url)
        return Page(source, "html", body, url=stated, crawled=crawled, headers=headers)


def _cut(stated: str | None, headers: Headers, raw: bytes) -> str | None:
    """Why a payload is not all that the server had; None where nothing tells so."""
    if stated:
        return f"WARC-Truncated: {stated}"
    size = header(headers, "content-length") or ""
    if size.isdecimal() and len(raw) < int(size):
        return f"{len(raw)} of {size} bytes came"
    return None


def _pieces(source: str, path: str, file: io.BufferedReader[Stream], key: bytes) -> Iterator[Unit]:
    """Pieces of whole records by the letter of the format (ISO 28500); what comes after any other is one piece."""
    start, first, number, strict = 0, 1, 0, True
    while file.peek(1):
        digest, size = hashlib.sha256(b"%b%d\n" % (key, first)), 0
        while strict and size < PIECE and file.peek(1):
            kind, length, strict = _skip_record(file, digest.update)
            size, number = size + length, number + (kind in (b"response", b"resource"))
        while not strict and (block := file.read(1 << 20)):
            digest.update(block)
            size += len(block)
        yield Unit(source, path, size, digest.hexdigest(), start, start + size, first)
        start, first = start + size, number + 1


def _skip_record(file: io.BufferedReader[Stream], tell: Callable[[bytes], object]) -> tuple[bytes, int, bool]:
    """Reads a record and tells its bytes; its type, its bytes, and whether it was whole and by the letter."""
    line = file.readline(_LINE)
    head, left, kind, good = [line], -1, b"", _VERSION.fullmatch(line) is not None
    while good and line != b"\r\n":
        line = file.readline(_LINE)
        head.append(line)
        name, _, value = line.lower().partition(b":")
        good = line.endswith(b"\r\n") and len(head) < _LINES
        if name == b"content-length":
            good, left = good and left < 0 and value.strip().isdigit(), int(value) if value.strip().isdigit() else 0
        elif name == b"warc-type":
            good, kind = good and not kind, value.strip()
    size = sum(map(len, head))
    tell(b"".join(head))
    left = left + 4 if good and left >= 0 else -1
    end = b""
    while left > 0 and (block := file.read(min(left, 1 << 20))):
        tell(block)
        size, left, end = size + len(block), left - len(block), (end + block)[-4:]
    return kind, size, left == 0 and end == b"\r\n\r\n"


def _records(tail: _Tail) -> Iterator[WarcRecord | str]:
    """Response, resource and revisit records, then a string that says what broke the file, if anything did."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    wanted = WarcRecordType.response | WarcRecordType.resource | WarcRecordType.revisit
    try:
        # The stream is decompressed already; looking for a second layer would let a bomb in.
        yield from ArchiveIterator(tail, record_types=wanted, parse_http=False, stream_detect=False, fsspec_args=False)
    except OSError as error:
        yield str(error)


class _Tail:
    """Hands on a stream and remembers its last bytes: a complete WARC ends in an empty line."""

    def __init__(self, file: io.BufferedReader[Stream]) -> None:
        self._file = file
        self._last = b"\r\n\r\n"
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._at += len(data)
        self._last = (self._last + data[-16:])[-16:]
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        if offset == 0 and whence == io.SEEK_CUR:  # "where am I", the only question asked
            return self._at
        raise io.UnsupportedOperation("seek")

    def tell(self) -> int:
        return self._at

    def close(self) -> None:
        self._file.close()

    def inside_record(self, broken: bool) -> bool:
        """Whether the file ends inside a record; in a broken file, whether it is broken by a cut `WARC/1.0` line."""
        rest = self._last.replace(b"\r", b"").rpartition(b"\n\n")[2]
        return bool(rest) and (not broken or (b"WARC/1.".startswith(rest[:7]) and len(rest) < 9))
