"""Numbers on disk, sorted: what does not fit into memory is put in order a part at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

import numpy as np
from numpy.typing import NDArray

from presseschau.dedup.signature import Hashes

_ROWS = 1 << 18  # of a part, about: its sort stays in the processor's cache
_BITS = 8
_FIRST = np.arange(1 << _BITS, dtype=np.uint64) << np.uint64(64 - _BITS)  # the smallest number of every part


@dataclass(slots=True)
class Parted:
    """64-bit numbers in a file, in parts by their upper bits, over which they are to be spread evenly.

    Attributes:
        file: Where they are, appended to; others may append, too. Read by position, so it never counts as the process's
            memory.
        pieces: Of numbers written at once, in order: where they begin in the file, and where every part begins in them.
        waiting: Numbers that are not there yet.
    """

    file: IO[bytes]
    pieces: list[tuple[int, NDArray[np.int64]]] = field(default_factory=list, repr=False)
    waiting: list[Hashes] = field(default_factory=list, repr=False)

    def add(self, numbers: Hashes) -> None:
        """Adds numbers; a few of them wait for others."""
        self.waiting.append(numbers)
        if sum(map(len, self.waiting)) >= _ROWS:
            self._settle()

    def __iter__(self) -> Iterator[Hashes]:
        """All numbers in ascending order, a part at a time, or several together where they are small."""
        self._settle()
        self.file.flush()
        rows, step = sum(int(starts[-1]) for _, starts in self.pieces), len(_FIRST)
        while step > 1 and rows * step > _ROWS * len(_FIRST):
            step //= 2
        for part in range(0, len(_FIRST), step):
            numbers = self._read(part, part + step)
            numbers.sort(kind="stable")  # merges the pieces, each of which is in order
            yield numbers

    def _settle(self) -> None:
        if self.waiting:
            numbers = np.concatenate(self.waiting)
            self.waiting.clear()
            numbers.sort(kind="stable")  # much of what comes has been in order before
            starts = np.append(np.searchsorted(numbers, _FIRST), len(numbers))
            self.pieces.append((self.file.tell(), starts))
            self.file.write(numbers.data)

    def _read(self, part: int, until: int) -> Hashes:
        places = [(place, *starts[[part, until]].tolist()) for place, starts in self.pieces]
        numbers = np.empty(sum(end - first for _, first, end in places), np.uint64)
        at = 0
        for place, first, end in places:
            data = numbers[at : at + end - first]
            os.preadv(self.file.fileno(), [data.data], place + first * data.itemsize)
            at += len(data)
        return numbers
