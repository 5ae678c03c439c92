"""Pieces of large files: where each begins, and how its bytes come to a worker.

A piece of a plain file is read where it lies. One of a packed file is unpacked by whoever hands out the work, once and
in order, and travels with its unit: so a single large file still feeds all workers.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Self

from presseschau.document import Drop
from presseschau.read.compression import Stream, is_compressed
from presseschau.read.unit import Unit, failed, os_detail
from presseschau.stable import sha256

PIECE = 2 << 20  # bytes, unpacked
_MOST = 64 << 20  # of a piece that travels: one record may be longer than a piece
_STEP = 1 << 20


def units_of(
    source: str, path: str, cut: Callable[[io.BufferedReader[Stream]], Iterator[Unit]], *, to_end: bool
) -> Iterator[Unit | Drop]:
    """A file's units, or one drop where it can't be read or has no content.

    Args:
        source: The file as the ledger names it.
        path: Where it is.
        cut: Its pieces, in order.
        to_end: The last piece goes to the end, wherever that is, so that what is wrong there is found and told.
    """
    try:
        with Stream(path) as stream, io.BufferedReader(stream, _STEP) as file:
            pieces = list(cut(file))
            fault = stream.fault
    except OSError as error:
        yield failed(source, "unreadable", os_detail(error))
        return
    if not pieces:
        yield failed(f"{source}#1", *fault) if fault else failed(source, "empty", "the file has no bytes")
        return
    if to_end:
        digest = sha256(f"{pieces[-1].digest} {fault}") if fault else pieces[-1].digest
        pieces[-1] = replace(pieces[-1], stop=None, digest=digest)
    yield from pieces


def open_piece(unit: Unit) -> Stream:
    """The content of a unit, unpacked, to be wrapped in `io.BufferedReader`.

    Raises:
        OSError: The file can't be opened.
    """
    if unit.content is not None:
        return Stream("", file=io.BytesIO(unit.content), fault=unit.fault)
    size = None if unit.stop is None else unit.stop - unit.start
    if not is_compressed(unit.path):
        return Stream(unit.path, unit.start, size=size)
    stream = Stream(unit.path, size=unit.stop)
    left = unit.start
    while left and (block := stream.read(min(left, _STEP))):
        left -= len(block)
    return stream


class Unpacker:
    """Fills units in, one after the other; those of a packed file in the order of the file, or it starts anew."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._path, self._at = "", 0
        self._stream: Stream | None = None
        self._file: io.BufferedReader[Stream] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._open.close()

    def filled(self, unit: Unit) -> Unit:
        """The unit with its bytes where it is a piece of a packed file; where they can't be had, as it is."""
        if not is_compressed(unit.path) or (unit.start == 0 and unit.stop is None):
            return unit
        try:
            content = self._read(unit)
        except OSError:  # the worker meets it, too, and says so in the ledger
            return unit
        fault = self._stream.fault if unit.stop is None and self._stream else None
        return unit if content is None else replace(unit, content=content, fault=fault)

    def _read(self, unit: Unit) -> bytes | None:
        if unit.stop is not None and unit.stop - unit.start > _MOST:
            return None
        if self._file is None or unit.path != self._path or unit.start < self._at:
            self._open.close()
            self._stream = self._open.enter_context(Stream(unit.path))
            self._file = self._open.enter_context(io.BufferedReader(self._stream, _STEP))
            self._path, self._at = unit.path, 0
        while self._at < unit.start and (block := self._file.read(min(unit.start - self._at, _STEP))):
            self._at += len(block)
        content = self._file.read(_MOST + 1 if unit.stop is None else unit.stop - unit.start)
        self._at += len(content)
        return None if len(content) > _MOST else content
