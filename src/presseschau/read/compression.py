"""Plain, gzip and Zstandard files as bounded streams: what can be decoded is given, then what is wrong is said."""

from __future__ import annotations

import io
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import zstandard
from isal import igzip_lib, isal_zlib  # as zlib, in less than half of the time

from presseschau.read.unit import UnreachableError, os_detail

_PIECE = 1 << 16
# An RLE block of 4 bytes gives 128 KB: 1 KB of input is at most 32 MB of output.
_ZSTD_PIECE = 1 << 10
_ZSTD_WINDOW = 1 << 27
_ZSTD_FRAME, _ZSTD_DICTIONARY = b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18"
_DICTIONARY_BYTES = 1 << 24
Fault = tuple[str, str]  # drop reason, detail
_Raw = BinaryIO | io.RawIOBase


def is_compressed(path: str) -> bool:
    """Whether a file name says gzip or Zstandard."""
    return path.lower().endswith((".gz", ".zst"))


class Stream(io.RawIOBase):
    """The decompressed content of a file, here or remote, to be wrapped in `io.BufferedReader`.

    A broken file ends where decoding stops, and `fault` says why; so everything before the fault is read.

    Raises:
        OSError: The file can't be opened.
    """

    _file: _Raw | None = None  # where opening failed, the collector closes an object without one

    def __init__(
        self,
        path: str,
        start: int = 0,
        file: _Raw | None = None,
        *,
        size: int | None = None,
        fault: Fault | None = None,
    ) -> None:
        """Open a file.

        Args:
            path: The file; its ending says how it is compressed.
            start: The first byte to read of a plain file.
            file: Is read in place of what is at `path`.
            size: So many bytes are given at most, unpacked; None: all.
            fault: What is known to be wrong behind the last byte.
        """
        self.fault: Fault | None = None
        self._end_fault = fault
        self._left = size
        self._file = file or Path(path).open("rb", buffering=0)  # noqa: SIM115 (closed in close)
        if start:
            self._file.seek(start)
        low = path.lower()
        pieces = _gunzip if low.endswith(".gz") else unzstd if low.endswith(".zst") else _plain
        self._pieces: Iterator[bytes] = pieces(self._file)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer; 0 at the end of what can be decoded."""
        if not self._rest and self.fault is None:
            try:
                self._rest = memoryview(next(self._pieces, b""))
            except (EOFError, zlib.error, zstandard.ZstdError) as error:
                self.fault = ("truncated" if isinstance(error, EOFError) else "unreadable", str(error))
            except UnreachableError as error:
                self.fault = ("unreachable", str(error))
            except OSError as error:
                self.fault = ("unreadable", os_detail(error))
        if not self._rest and self.fault is None:
            self.fault = self._end_fault
        count = min(len(self._rest), len(buffer))
        if self._left is not None:
            count = min(count, self._left)
            self._left -= count
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def close(self) -> None:
        """Close the file below."""
        if not self.closed and self._file is not None:
            self._file.close()
        super().close()


def read_page(path: str, max_bytes: int) -> bytes | Fault:
    """A whole page file, decompressed; a (reason, detail) where it can't be read or is longer than `max_bytes`."""
    try:
        if path.lower().endswith(".gz") and (page := _whole_member(path, max_bytes)) is not None:
            return page
        with Stream(path) as stream:
            parts: list[bytes] = []
            size = 0
            while part := stream.read(_PIECE):
                size += len(part)
                if size > max_bytes:
                    return "too_large", f"more than {max_bytes} bytes"
                parts.append(part)
            # A page cut in the middle is no page: unlike a WARC it has no complete records before the cut.
            if stream.fault:
                return "unreadable", stream.fault[1]
    except OSError as error:
        return "unreadable", os_detail(error)
    return b"".join(parts)


def _whole_member(path: str, max_bytes: int) -> bytes | None:
    """A gzip file of one member in one call, the usual case; None where `Stream` has to look at it piece by piece."""
    with Path(path).open("rb", buffering=0) as file:
        if os.fstat(file.fileno()).st_size > max_bytes:
            return None
        packed = file.read()
    member = isal_zlib.decompressobj(31)
    try:
        page: bytes = member.decompress(packed, max_bytes + 1)
    except igzip_lib.IsalError:  # type: ignore[misc]  # its stub has it as a value
        return None
    return page if member.eof and not member.unused_data and len(page) <= max_bytes else None


def _plain(file: _Raw) -> Iterator[bytes]:
    while block := file.read(_PIECE):
        yield block


def _gunzip(file: _Raw) -> Iterator[bytes]:
    member = zlib.decompressobj(31)
    fresh = True  # between members
    if (block := file.read(_PIECE)) and not block.startswith(b"\x1f"):
        raise zlib.error("no gzip, whatever its name says")
    while block := block or file.read(_PIECE) or b"":
        while block:
            if fresh and not (block := block.lstrip(b"\0") if member.eof else block):
                break  # tools pad the end with zeros
            if member.eof:
                member = zlib.decompressobj(31)
            if data := member.decompress(block, _PIECE):
                yield data
            fresh = member.eof
            block = member.unused_data if fresh else member.unconsumed_tail
    while not member.eof and (data := member.decompress(b"", _PIECE)):
        yield data
    if not member.eof and file.tell() > 0:
        raise EOFError("compressed stream ends in the middle")


def unzstd(file: _Raw) -> Iterator[bytes]:
    """The content of Zstandard frames; those of a WARC may share a dictionary, which then stands before them.

    That way is described in https://iipc.github.io/warc-specifications/specifications/warc-zstd/.

    Raises:
        EOFError: The last frame is cut.
        zstandard.ZstdError: What is there can't be decoded.
    """
    block = _filled(b"", file, 8)
    context = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
    if block.startswith(_ZSTD_DICTIONARY):
        end = 8 + min(int.from_bytes(block[4:8], "little"), _DICTIONARY_BYTES)
        block = _filled(block, file, end)
        if len(block) < end:
            raise EOFError("compressed stream ends in its dictionary")
        shared, block = block[8:end], block[end:]
        if shared.startswith(_ZSTD_FRAME):
            with context.stream_reader(shared) as stream:
                shared = stream.read(_DICTIONARY_BYTES)
        dictionary = zstandard.ZstdCompressionDict(shared)
        context = zstandard.ZstdDecompressor(dict_data=dictionary, max_window_size=_ZSTD_WINDOW)
    frame = context.decompressobj()
    empty = True
    while block := block or file.read(_PIECE) or b"":
        while block:
            if frame.eof:
                frame, empty = context.decompressobj(), True
            part, block = block[:_ZSTD_PIECE], block[_ZSTD_PIECE:]
            if data := frame.decompress(part):
                yield data
            empty = False
            block = frame.unused_data + block if frame.eof else block
    if not frame.eof and not empty:
        raise EOFError("compressed stream ends in the middle")


def _filled(block: bytes, file: _Raw, size: int) -> bytes:
    """The block and what follows it in the file, until it has `size` bytes or the file ends."""
    while len(block) < size and (more := file.read(_PIECE)):
        block += more
    return block
