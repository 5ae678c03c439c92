"""What a reader is: it lists units cheaply in the main process, and workers turn units into pages."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Protocol

from presseschau.document import Drop, Page

# Drop reasons that may not hold the next time: a unit with one of them is never done for good.
TRANSIENT = frozenset({"unreachable"})


class ReadError(ValueError):
    """The arguments of a source are wrong; the message is one line that says what and what to do."""


class UnreachableError(Exception):
    """A remote file can't be had now, after all retries; the message is one line."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of input that one worker reads: a page file, 2 MB of a line file or a WARC, a row group.

    Attributes:
        source: Path relative to the input root, with `/`.
        path: Absolute path; never part of any output.
        size: Bytes, for batching: on disk, or unpacked where it is a part of a file.
        digest: sha256 over the content of this piece, its sidecar and the options that change its pages:
            equal `source` and `digest` mean equal pages.
        start: First byte of a line file or a WARC, unpacked, or first row group of a Parquet file.
        stop: End of that range, exclusive; None means to the end.
        first: Number of the first line, record or row of the piece, from 1.
        tag: Version of a remote file as its server states it, to see later that it is still the same.
        content: The bytes of a piece of a packed file, where they travel with it; see `pieces.Unpacker`.
        fault: What is wrong with the file behind `content`: (reason, detail).
    """

    source: str
    path: str
    size: int
    digest: str
    start: int = 0
    stop: int | None = None
    first: int = 1
    tag: str = ""
    content: bytes | None = field(default=None, repr=False, compare=False)
    fault: tuple[str, str] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Skipped:
    """Records of a unit that are no input of the build, `(other host)`: counted in the manifest, no ledger rows."""

    what: str
    count: int


class Reader(Protocol):
    """Pages from one kind of input; small when pickled, so that it can travel with each batch."""

    def units(self) -> Iterator[Unit | Drop]:
        """Every piece of the input, sorted by source; a `Drop` for a file that can't even be listed or hashed."""

    def pages(self, unit: Unit) -> Iterator[Page | Drop | Skipped]:
        """One `Page` or `Drop` for each input record of a unit, in the order of the file."""

    def skipped(self) -> Mapping[str, int]:
        """Files of other kinds beside the input, counted by ending, for the manifest."""


class Format(Protocol):
    """How one kind of file becomes units and pages; holds options only, no file names."""

    @property
    def endings(self) -> tuple[str, ...]:
        """The file names it reads, in lower case: `.html`, `.html.gz`."""

    def split(self, source: str, path: str) -> Iterator[Unit | Drop]:
        """The units of one file."""

    def pages(self, unit: Unit) -> Iterator[Page | Drop | Skipped]:
        """The pages of one unit."""


def failed(source: str, reason: str, detail: str, url: str | None = None) -> Drop:
    """A `Drop` for input that could not be used; the detail in one line."""
    return Drop(source, "read", reason, " ".join(detail.split()), outcome="failed", url=url)


def dropped(source: str, reason: str, detail: str, url: str | None = None) -> Drop:
    """A `Drop` for input that is fine but no page; the detail in one line."""
    return Drop(source, "read", reason, " ".join(detail.split()), url=url)


def whole_file(source: str, path: str, key: bytes) -> Unit | Drop:
    """A file as one unit; `key` holds the options that change its pages."""
    try:
        with Path(path).open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if not size:
                return failed(source, "empty", "the file has no bytes")
            digest = hashlib.file_digest(file, lambda: hashlib.sha256(key + b"\n"))
    except OSError as error:
        return failed(source, "unreadable", os_detail(error))
    return Unit(source, path, size, digest.hexdigest())


def nearest(name: object, known: Sequence[str]) -> str:
    """A hint for a name that is none of the known ones.

    >>> nearest("htlm", ("html", "text"))
    'nearest is html (of html, text)'
    """
    return f"nearest is {get_close_matches(str(name), known, 1, 0)[0]} (of {', '.join(known)})"


def os_detail(error: OSError) -> str:
    """What went wrong with a file, without its absolute path."""
    return os.strerror(error.errno) if error.errno else type(error).__name__
