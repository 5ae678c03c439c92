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
        places: By part, of every piece of it: how many rows, and where each of its columns begins.
        waiting: Rows that are not there yet, their parts first.
    """

    file: IO[bytes]
    types: tuple[DTypeLike, ...]
    places: list[list[tuple[int, tuple[int, ...]]]] = field(repr=False)
    waiting: list[tuple[Column, ...]] = field(default_factory=list, repr=False)

    @staticmethod
    def of(rows: int, file: IO[bytes], *types: DTypeLike) -> Parted:
        """As many parts as about so many rows want, all empty."""
        parts = 1
        while parts < _PARTS and parts * _ROWS < rows:
            parts *= 2
        return Parted(file, types, [[] for _ in range(parts)])

    def like(self, *types: DTypeLike) -> Parted:
        """As many parts in the same file, all empty."""
        return Parted(self.file, types, [[] for _ in self.places])

    def add(self, by: Hashes, *columns: Column) -> None:
        """Adds rows, each to the part that its number in `by` says; small additions wait for one another."""
        self.waiting.append(((by & np.uint64(len(self.places) - 1)).astype(np.uint8), *columns))
        if sum(len(part) for part, *_ in self.waiting) >= _ROWS:
            self._settle()

    def put(self, part: int, *columns: Column) -> None:
        """Adds rows to one part."""
        if len(columns[0]):
            self.places[part].append((len(columns[0]), tuple(self._write(columns))))

    def __iter__(self) -> Iterator[tuple[Column, ...]]:
        """The columns of every part."""
        if self.waiting:
            self._settle()
        for pieces in self.places:
            self.file.flush()
            columns = tuple(np.empty(sum(rows for rows, _ in pieces), kind) for kind in self.types)
            first = 0
            for rows, starts in pieces:
                for column, start in zip(columns, starts, strict=True):
                    os.preadv(self.file.fileno(), [column[first : first + rows].data.cast("B")], start)
                first += rows
            yield columns

    def _settle(self) -> None:
        part, *columns = (np.concatenate(column) for column in zip(*self.waiting, strict=True))
        self.waiting.clear()
        order = part.argsort(kind="stable")  # by radix
        starts = self._write([column[order] for column in columns])
        ends = np.bincount(part, minlength=len(self.places)).cumsum().tolist()
        sizes = [np.dtype(kind).itemsize for kind in self.types]
        first = 0
        for pieces, end in zip(self.places, ends, strict=True):
            if end > first:
                pieces.append((end - first, tuple(s + first * size for s, size in zip(starts, sizes, strict=True))))
            first = end

    def _write(self, columns: Sequence[Column]) -> list[int]:
        starts = []
        for column, kind in zip(columns, self.types, strict=True):
            starts.append(self.file.tell())
            self.file.write(np.ascontiguousarray(column, kind).data)
        return starts
