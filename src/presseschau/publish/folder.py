"""The dataset folder appears whole or not at all: written beside its place and renamed into it."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import orjson

from presseschau.locks import hold
from presseschau.publish.files import is_made, others


class FolderError(ValueError):
    """The output folder can't be used; the message says why and what to do."""


class FolderBusyError(RuntimeError):
    """Another process is writing the folder; the message names its process id."""


def check_output(folder: Path, origin: Path | None = None) -> None:
    """Refuses a folder that can't be written, or that `datasets` could not load; asked before any work is done.

    Args:
        folder: Where a dataset is to be written.
        origin: A folder whose files are lost nowhere else; see `check_replaceable`.

    Raises:
        FolderError: Its path would be a pattern, or it can't be replaced.
    """
    if pattern := re.search(r"[*?[]|\$(?=[\w{])", str(folder)):
        kind = "variable" if pattern[0] == "$" else "pattern"
        raise FolderError(f"output.dir={folder} has {pattern[0]} in it, which load_dataset takes for a {kind}")
    if Path.cwd().is_relative_to(folder.resolve()):
        raise FolderError(f"output.dir={folder} is the folder that you are in, or one above it; name another folder")
    above = next(path for path in folder.resolve().parents if path.exists())
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        raise FolderError(f"output.dir={folder} can't be written: {above} is no folder that you may write into")
    check_replaceable(folder, origin)


def check_replaceable(folder: Path, origin: Path | None = None) -> None:
    """Refuses to replace anything but an earlier dataset or an empty folder.

    Args:
        folder: Where a dataset is to be written.
        origin: The folder that it is made from: a file that stands there, too, is not lost.

    Raises:
        FolderError: The folder holds something else, which would be lost, is write-protected, or is a file.
    """
    recover(folder)
    if folder.exists() and not folder.is_dir():
        raise FolderError(f"output.dir={folder} is a file; name a folder")
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    if not (folder / "manifest.json").exists():
        raise FolderError(f"output.dir={folder} holds files that are no dataset; name another folder or empty it")
    theirs = _named_license(folder)

    def is_safe(name: str) -> bool:
        # Hidden files count, too: those of git and of the Hub's client are a clone's. Finder's own are nobody's work.
        made = is_made(name) and name != theirs
        return made or name.endswith(".DS_Store") or (origin is not None and _is_same(folder / name, origin / name))

    if found := others(folder, is_safe):
        more = f" and {len(found) - 3} more" if found[3:] else ""
        raise FolderError(
            f"output.dir={folder} holds what no build makes and would be lost: {', '.join(found[:3])}{more}; "
            "move it elsewhere, or name another folder"
        )
    if guarded := [path for path in (folder, *folder.rglob("*/")) if not os.access(path, os.W_OK | os.X_OK)]:
        raise FolderError(f"output.dir={folder} can't be replaced: {guarded[0]} is write-protected")


def _is_same(one: Path, other: Path) -> bool:
    return one.is_file() and other.is_file() and not one.is_symlink() and one.read_bytes() == other.read_bytes()


def _named_license(folder: Path) -> str | None:
    """The file that the user has named as the licence, and laid there: no build writes it."""
    try:
        link = orjson.loads((folder / "manifest.json").read_bytes())["config"]["dataset"]["license_link"]
    except (ValueError, LookupError, TypeError):
        return None
    return str(link)


def recover(folder: Path) -> None:
    """Puts an earlier dataset back that a kill between two renames left aside."""
    folder = folder.resolve()
    aside = _beside(folder, "old")
    if aside.is_dir() and not folder.exists():
        aside.rename(folder)


@contextmanager
def staged(folder: Path, origin: Path | None = None) -> Iterator[Path]:
    """A new empty sibling folder to write into; it takes the place of `folder` when the block ends well.

    Args:
        folder: The place; an earlier dataset there is replaced.
        origin: The folder that it is made from; see `check_replaceable`.

    Raises:
        FolderError: `folder` can't be replaced.
        FolderBusyError: Another process is writing it.
    """
    folder = folder.resolve()  # a link stays, and what it points to is replaced
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _held(folder):
        check_replaceable(folder, origin)
        part, aside = _beside(folder, "partial"), _beside(folder, "old")
        for leftover in (part, aside):
            if leftover.exists():
                shutil.rmtree(leftover)
        part.mkdir()
        try:
            yield part
            _sync(part)
            if folder.exists():
                folder.rename(aside)
            part.rename(folder)
        finally:
            for leftover in (part, aside):
                if leftover.exists() and folder.exists():
                    # The new folder is in its place; what the system keeps of the old one, the next build takes away.
                    shutil.rmtree(leftover, ignore_errors=True)
            if part.exists():
                shutil.rmtree(part)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Holds the place of a folder; the system lets go of it when the process ends, however it ends."""
    path = _beside(folder, "lock")
    with path.open("a+") as lock:
        try:
            hold(lock)
            if not _is_open(path, lock):
                raise BlockingIOError
        except BlockingIOError:
            lock.seek(0)
            owner = lock.read() or "unknown"
            raise FolderBusyError(f"output.dir={folder} is being written by process {owner}; wait or end it") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        try:
            yield
        finally:
            path.unlink(missing_ok=True)  # while it is held: who has opened it meanwhile sees that it is gone


def _is_open(path: Path, file: IO[str]) -> bool:
    """Whether a path still is the file that was opened by it."""
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


def _beside(folder: Path, what: str) -> Path:
    return folder.with_name(f".{folder.name}.{what}")


def _sync(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
