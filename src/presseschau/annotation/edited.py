"""JSON files that people may have edited, as their editors save them."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator
from pathlib import Path


def content_of(path: Path) -> bytes:
    """What a file holds, without the byte order mark with which some editors save.

    Raises:
        ValueError: It can't be read; names it.
    """
    try:
        return path.read_bytes().removeprefix(BOM_UTF8)
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from None


def lines_of(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, each with its number.

    Raises:
        ValueError: As `content_of`, before the first line.
    """
    return ((number, line) for number, line in enumerate(content_of(path).splitlines(), 1) if line.strip())
