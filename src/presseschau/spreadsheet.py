"""Tables that people fill in, as spreadsheets save them, and cells that spreadsheets leave as they are."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}  # of tables that are written, as options name them
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # full width: some take them for the same signs
_NO_CSV = 'is no CSV in UTF-8 ({}): in the spreadsheet, save it as "CSV UTF-8"'
_NUMBER = re.compile(r"\d+(e\d+)?")  # as one id in eight hundred looks, and would come back as 1.23457E+14
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# ä and ü of the old Macintosh code page, read as windows-1252; the ü of DOS is no character there at all
_MACINTOSH = re.compile("[a-z][ŠŸ][a-z]")


def read_table(path: Path) -> tuple[str, str]:
    """The text of a table, and its separator: the one of comma, semicolon and tab that the header has most of.

    Text is UTF-8, UTF-16 where its byte order mark says so, else windows-1252, in which a German Excel saves "CSV" by
    default.

    Raises:
        ValueError: It is no table in these encodings; one line.
        OSError: It can't be read.
    """
    try:
        text = _decoded(path.read_bytes())
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(_NO_CSV.format(error)) from None
    return text, max(",;\t", key=io.StringIO(text, newline="").readline().count)


def read_rows(path: Path, columns: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """The rows below the header of a table, each with its (last) line and its cells without white space around them.

    Args:
        path: The table.
        columns: Columns that it must have; others may be there.

    Raises:
        ValueError: The file can't be read, is no table in these encodings, or lacks a column; one line that names it.
    """
    try:
        text, separator = read_table(path)
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        missing = [name for name in columns if name not in (reader.fieldnames or ())]
        rows = [] if missing else [(reader.line_num, row) for row in reader]
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from None
    except csv.Error as error:
        raise ValueError(f"{path}: {_NO_CSV.format(error)}") from None
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    if missing:
        raise ValueError(f"{path} line 1: column {missing[0]} is missing; needs {', '.join(columns)}")
    return [(line, {k: (v or "").strip() for k, v in row.items() if k}) for line, row in rows]


def cell(value: str | float | None) -> str:
    """A cell's text; what a spreadsheet would take for a formula, or an id for a number, gets an apostrophe in front.

    >>> cell("=1"), cell("12345678901234e5"), cell("4f0c3ac1d1be2c55"), cell(0.5)
    ("'=1", "'12345678901234e5", '4f0c3ac1d1be2c55', '0.5')
    """
    text = "" if value is None else str(value)
    return f"'{text}" if _is_mistaken(text) else text


def uncell(text: str) -> str:
    """What `cell` was given, as text.

    >>> uncell("'12345678901234e5"), uncell("'s ist gut")
    ('12345678901234e5', "'s ist gut")
    """
    return text[1:] if text.startswith("'") and _is_mistaken(text[1:]) else text


def decimal(number: str, separator: str) -> str:
    """A number as the spreadsheets write it that expect this separator; others would take 0.125 for 125.

    >>> decimal("0.125", ";"), decimal("0.125", ",")
    ('0,125', '0.125')
    """
    return number.replace(".", ",") if separator == ";" else number


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would calculate a text (OWASP, CSV injection)."""
    return text.startswith(_FORMULA)


def _is_mistaken(text: str) -> bool:
    return is_formula(text) or _NUMBER.fullmatch(text) is not None


def _decoded(raw: bytes) -> str:
    if raw.startswith(_UTF16):
        return raw.decode("utf-16")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text = raw.decode("cp1252")
        if _MACINTOSH.search(text):
            raise error from None
    if "\0" in text:
        raise csv.Error("it is binary")
    return text
