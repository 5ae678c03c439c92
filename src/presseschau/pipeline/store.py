"""The work store: what earlier builds have already made of the same input, by content, never by time or name alone.

A store is a folder for one state of stage code and config. It holds batches (Parquet files) and `index.jsonl`, one line
per finished batch with the keys of the units in it and the checksum of its file. A line is written only after its file
was renamed into place, so a kill leaves at most a file that no line names; it is removed when the store is opened.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
import xxhash

from presseschau.locks import hold
from presseschau.stable import sha256

STAGES = ("extract", "label", "classified", "targets", "pairs")  # folders of stores in a work folder
_KEY_DIGITS = 24


class StoreBusyError(RuntimeError):
    """Another build is using the folder; the message names its process id."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One finished batch: its file's name without ending, the keys of its units, the checksum of its file."""

    batch: str
    units: tuple[str, ...]
    checksum: str


@dataclass(frozen=True, slots=True)
class Store:
    """A folder of finished batches.

    Attributes:
        folder: Where the batches are.
        entries: The batches that are there whole, by name; grows as batches are added.
    """

    folder: Path
    entries: dict[str, Entry]

    @classmethod
    def open(cls, folder: Path) -> Store:
        """Opens or makes the folder; drops whatever is torn, changed or unnamed, so that it is made again."""
        folder.mkdir(parents=True, exist_ok=True)
        entries = {e.batch: e for e in read_index(folder / "index.jsonl") if _checksum(folder, e.batch) == e.checksum}
        for path in [*folder.glob("*.parquet*"), *folder.glob("*.at"), *folder.glob("index.jsonl.part")]:
            if path.name.removesuffix(".parquet") not in entries:
                path.unlink()
        # Written anew, since a line after a torn one would be lost with it.
        part = folder / "index.jsonl.part"
        part.write_bytes(b"".join(map(_line, entries.values())))
        part.replace(folder / "index.jsonl")
        return cls(folder, entries)

    def path(self, batch: str) -> Path:
        """The batch's file."""
        return self.folder / f"{batch}.parquet"

    def add(self, batch: str, units: Sequence[str]) -> None:
        """Records a batch whose file stands in its place."""
        checksum = _checksum(self.folder, batch)
        if checksum is None:
            raise FileNotFoundError(self.path(batch))
        entry = Entry(batch, tuple(units), checksum)
        with (self.folder / "index.jsonl").open("ab") as index:
            index.write(_line(entry))
            index.flush()
            os.fsync(index.fileno())
        self.entries[batch] = entry


def _line(entry: Entry) -> bytes:
    return orjson.dumps(entry) + b"\n"


def read_index(path: Path) -> Iterator[Entry]:
    """The finished batches in the order of their making, whether or not their files are still whole."""
    if not path.exists():
        return
    for line in path.read_bytes().splitlines():
        try:
            row = orjson.loads(line)
            yield Entry(row["batch"], tuple(row["units"]), row["checksum"])
        except (orjson.JSONDecodeError, KeyError, TypeError):
            continue  # a line torn by a kill: its batch is made again


def _checksum(folder: Path, batch: str) -> str | None:
    try:
        with (folder / f"{batch}.parquet").open("rb") as file:
            digest = xxhash.xxh3_128()
            while chunk := file.read(1 << 20):
                digest.update(chunk)
            return digest.hexdigest()
    except FileNotFoundError:
        return None


def key_of(*parts: str) -> str:
    """A short name for content: 24 hex digits of sha256 over the parts."""
    return sha256("\0".join(parts))[:_KEY_DIGITS]


def forget(folder: Path) -> None:
    """Removes the stores of all stages from a work folder, and nothing else that lies there."""
    for stage in STAGES:
        for index in (folder / stage).glob(f"{'[0-9a-f]' * _KEY_DIGITS}/index.jsonl"):
            shutil.rmtree(index.parent)
        (folder / stage / "last.json").unlink(missing_ok=True)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Holds the work folder for one build; the system lets go of it when the process ends, however it ends.

    Raises:
        StoreBusyError: Another build holds it.
        OSError: It can't be made; the message names the option that names another.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"{error.strerror}; pipeline.work_dir names another work folder"
        raise OSError(error.errno, what, error.filename) from None
    with (folder / "lock").open("a+") as lock:
        try:
            hold(lock)
        except BlockingIOError as error:
            lock.seek(0)
            owner = lock.read().strip() or "unknown"
            raise StoreBusyError(f"{folder} is in use by another build, process {owner}; wait or end it") from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
