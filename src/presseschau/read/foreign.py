"""Files that are no text, by how they begin: what somebody gives who takes a workbook for a table."""

from __future__ import annotations

_SAVE = "save it as CSV UTF-8"
_BEGINNINGS = {
    b"PK\x03\x04": f"a workbook such as .xlsx, or another ZIP archive: {_SAVE}, or unpack it",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": f"a workbook such as .xls: {_SAVE}",
    b"\x1f\x8b\x08": "packed by gzip: its name must end in .gz",
    b"\x28\xb5\x2f\xfd": "packed by Zstandard: its name must end in .zst",
    b"BZh91AY&SY": "packed by bzip2: unpack it",
    b"\xfd7zXZ\0": "packed by xz: unpack it",
    b"PAR1": "a Parquet table: that is for source=parquet",
    b"SQLite format 3\0": f"a database of SQLite: export the table, {_SAVE}",
}


def foreign(head: bytes) -> str | None:
    """What a file is that begins so and is no text, and what to do about it; None where it may be text.

    >>> foreign(b"PAR1"), foreign(b"PARIS;1")
    ('a Parquet table: that is for source=parquet', None)
    """
    return next((what for mark, what in _BEGINNINGS.items() if head.startswith(mark)), None)
