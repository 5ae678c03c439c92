"""The dataset folder appears whole or not at all: written beside its place and renamed into it."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from presseschau.publish.files import is_made, others


class FolderError(ValueError):
    """The output folder can't be used; the message says why and what to do."""


def check_output(folder: Path) -> None:
    """Refuses a folder that can't be written, or that `datasets` could not load; asked before any work is done.

    Raises:
        FolderError: Its path would be a pattern, or it can't be replaced.
    """
    if pattern := re.search(r"[*?[]", str(folder)):
        raise FolderError(f"output.dir={folder} has {pattern[0]} in it, which load_dataset takes for a pattern")
    check_replaceable(folder)


def check_replaceable(folder: Path) -> None:
    """Refuses to replace anything but an earlier dataset or an empty folder.

    Raises:
        FolderError: The folder holds something else, which would be lost, or it is a file.
    """
    recover(folder)
    if folder.exists() and not folder.is_dir():
        raise FolderError(f"output.dir={folder} is a file; name a folder")
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    if not (folder / "manifest.json").exists():
        raise FolderError(f"output.dir={folder} holds files that are no dataset; name another folder or empty it")
    # Hidden files count, too: those of git and of the Hub's client are a clone's. Finder's own are nobody's work.
    if found := others(folder, lambda name: is_made(name) or name.endswith(".DS_Store")):
        more = f" and {len(found) - 3} more" if found[3:] else ""
        raise FolderError(
            f"output.dir={folder} holds what no build makes and would be lost: {', '.join(found[:3])}{more}; "
            "move it elsewhere, or name another folder"
        )


def recover(folder: Path) -> None:
    """Puts an earlier dataset back that a kill between two renames left aside."""
    aside = _beside(folder, "old")
    if aside.is_dir() and not folder.exists():
        aside.rename(folder)


@contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """A new empty sibling folder to write into; it takes the place of `folder` when the block ends well.

    Raises:
        FolderError: `folder` can't be replaced.
    """
    check_replaceable(folder)
    part, aside = _beside(folder, "partial"), _beside(folder, "old")
    folder.parent.mkdir(parents=True, exist_ok=True)
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
                shutil.rmtree(leftover)
        if part.exists():
            shutil.rmtree(part)


def _beside(folder: Path, what: str) -> Path:
    return folder.with_name(f".{folder.name}.{what}")


def _sync(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
