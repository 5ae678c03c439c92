"""Columns of numbers on disk, in parts: what does not fit into memory is sorted or counted a part at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

from presseschau.dedup.signature import Hashes

Column: TypeAlias = NDArray[Any]

_ROWS = 1 << 18  # of a part, about: its sort stays in the processor's cache
_PARTS = 1 << 8


@dataclass(slots=True)
class Parted:
    """Rows of numbers in a file; a row's part is given by the low bits of one of its numbers.

    Attributes:
        file: Where they are, appended to; others may append, too. Read by position, so it never counts as the process's
            memory.
        types: Of the columns.
        pieces: Of rows written at once, in order of part: where the rows of every part end, and where each column
            begins.
        waiting: Rows that are not there yet, their parts first.
    """

    file: IO[bytes]
    types: tuple[DTypeLike, ...]
    pieces: list[tuple[NDArray[np.int64], tuple[int, ...]]] = field(default_factory=list, repr=False)
    waiting: list[tuple[Column, ...]] = field(default_factory=list, repr=False)

    def like(self, *types: DTypeLike) -> Parted:
        """Another one in the same file, empty."""
        return Parted(self.file, types)

    def add(self, by: Hashes, *columns: Column) -> None:
        """Adds rows, each to the part that its number in `by` says; small additions wait for one another."""
        self.waiting.append(((by & np.uint64(_PARTS - 1)).astype(np.uint8), *columns))
        if sum(len(part) for part, *_ in self.waiting) >= _ROWS:
            self._settle()

    def put(self, part: int, *columns: Column) -> None:
        """Adds rows to one part."""
        if len(columns[0]):
            ends = np.zeros(_PARTS, np.int64)
            ends[part:] = len(columns[0])
            self._write(ends, columns)

    def parts(self) -> Iterator[tuple[int, tuple[Column, ...]]]:
        """The columns of the parts, of several together where they are small, and the number of the first of these."""
        self._settle()
        self.file.flush()
        rows, step = sum(int(ends[-1]) for ends, _ in self.pieces), _PARTS
        while step > 1 and rows * step > _ROWS * _PARTS:
            step //= 2
        for part in range(0, _PARTS, step):
            yield part, self._read(part, part + step)

    def __iter__(self) -> Iterator[tuple[Column, ...]]:
        """The columns of all parts."""
        for _, columns in self.parts():
            yield columns

    def _settle(self) -> None:
        if self.waiting:
            part, *columns = (np.concatenate(column) for column in zip(*self.waiting, strict=True))
            self.waiting.clear()
            order = part.argsort(kind="stable")  # by radix
            self._write(np.bincount(part, minlength=_PARTS).cumsum(), [column[order] for column in columns])

    def _write(self, ends: NDArray[np.int64], columns: Sequence[Column]) -> None:
        starts = []
        for column, kind in zip(columns, self.types, strict=True):
            starts.append(self.file.tell())
            self.file.write(np.ascontiguousarray(column, kind).data)
        self.pieces.append((ends, tuple(starts)))

    def _read(self, part: int, until: int) -> tuple[Column, ...]:
        places = [(int(ends[part - 1]) if part else 0, int(ends[until - 1]), starts) for ends, starts in self.pieces]
        columns = tuple(np.empty(sum(end - first for first, end, _ in places), kind) for kind in self.types)
        at = 0
        for first, end, starts in places:
            if end > first:
                for column, start in zip(columns, starts, strict=True):
                    data = column[at : at + end - first].data.cast("B")
                    os.preadv(self.file.fileno(), [data], start + first * column.itemsize)
                at += end - first
        return columns
