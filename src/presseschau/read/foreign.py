"""Files that are not what they are taken for, by how they begin: a workbook given as a table, an archive as a WARC."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping

import orjson

from presseschau.read.compression import Stream

_SAVE = "save it as CSV UTF-8"
NO_TEXT: Mapping[bytes, str] = {
    b"PK\x03\x04": f"a workbook such as .xlsx, or another ZIP archive: {_SAVE}, or unpack it",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": f"a workbook such as .xls: {_SAVE}",
    b"\x1f\x8b\x08": "packed by gzip: its name must end in .gz",
    b"\x28\xb5\x2f\xfd": "packed by Zstandard: its name must end in .zst",
    b"BZh91AY&SY": "packed by bzip2: unpack it",
    b"\xfd7zXZ\0": "packed by xz: unpack it",
    b"PAR1": "a Parquet table: that is for source=parquet",
    b"SQLite format 3\0": f"a database of SQLite: export the table, {_SAVE}",
}
NO_WARC: Mapping[bytes, str] = {
    b"filedesc:": "an ARC file: `warcio recompress FILE.arc.gz FILE.warc.gz` makes a WARC of it",
    b"PK\x03\x04": "a ZIP archive: unpack it, the WARCs of a WACZ are in its folder archive/",
    **{mark: what for mark, what in NO_TEXT.items() if what.startswith("packed")},
}
_HEAD = 1 << 12
_ROOT = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*+(?:<\?(?>.*?\?>)\s*+|<!--(?>.*?-->)\s*+)*+<(rss|feed|rdf:RDF|urlset|sitemapindex)[\s>]",
    re.DOTALL,
)


def foreign(head: bytes, known: Mapping[bytes, str] = NO_TEXT) -> str | None:
    """What a file is that begins with one of these marks, and what to do about it; None where it begins with none.

    >>> foreign(b"PAR1"), foreign(b"PARIS;1")
    ('a Parquet table: that is for source=parquet', None)
    """
    return next((what for mark, what in known.items() if head.startswith(mark)), None)


def no_html(raw: bytes | str) -> str | None:
    """What a site sends beside its pages, as mirrors save it under names of pages; None where it may be a page.

    >>> no_html('<?xml version="1.0"?><rss version="2.0">'), no_html('{"id": 7}'), no_html("<p>{}</p>")
    ('XML of <rss>', 'JSON', None)
    """
    head = raw[:_HEAD].encode("utf-8", "replace") if isinstance(raw, str) else raw[:_HEAD]
    if root := _ROOT.match(head):
        return f"XML of <{root[1].decode()}>"
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        try:
            orjson.loads(raw.removeprefix("\ufeff") if isinstance(raw, str) else raw.removeprefix(b"\xef\xbb\xbf"))
        except orjson.JSONDecodeError:
            return None
        return "JSON"
    return None


def beginning(path: str, size: int) -> bytes:
    """The first bytes of a file, unpacked; b"" where it can't be opened, as the ledger will say."""
    try:
        with Stream(path) as stream, io.BufferedReader(stream) as file:
            return file.read(size)
    except OSError:
        return b""
