"""One input record (a JSON object, a table row, a sidecar) as a page: names, types, dates, headers, own columns."""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import orjson

from presseschau.document import Drop, Page, PageKind
from presseschau.read.dates import short, utc_date
from presseschau.read.foreign import no_html
from presseschau.read.mojibake import once_encoded
from presseschau.read.unit import ReadError, dropped, failed, nearest
from presseschau.read.written import as_meant, value_of
from presseschau.stable import canonical_url

CONTENTS = ("html", "text")
STATED = ("url", "title", "published", "crawled", "headers")
MAX_BYTES = 20_000_000
_CELL = 32_767
_ENTITY = re.compile(r"&(?:#\d{2,7}|#[xX][0-9a-fA-F]{2,6}|[A-Za-z][A-Za-z0-9]{1,30});")  # in titles as CMSs give them
_LONE = re.compile("[\ud800-\udfff]")
_HIGH = re.compile(rb"[\x80-\xff]")
UTF8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


@dataclass(frozen=True, slots=True)
class Columns:
    """How records name their fields, and how large a page may be.

    Attributes:
        names: Our name to theirs, `{"text": "body"}`; what is not named has our name.
        keep: The user's own columns, by their names.
        max_bytes: Largest page, in bytes (in characters where the source is decoded text).
    """

    names: Mapping[str, str]
    keep: tuple[str, ...] = ()
    max_bytes: int = MAX_BYTES

    def __post_init__(self) -> None:
        """Check the names."""
        for ours, theirs in self.names.items():
            if ours not in CONTENTS + STATED:
                raise ReadError(f"source.columns has no key {ours!r}; {nearest(ours, CONTENTS + STATED)}")
            if not isinstance(theirs, str) or not theirs:
                raise ReadError(f"source.columns.{ours} is {theirs!r}, not the name of a column")
        if not all(isinstance(name, str) and name for name in self.keep):
            raise ReadError(f"source.keep={list(self.keep)} is not a list of column names")
        if len(set(self.keep)) < len(self.keep):
            raise ReadError(f"source.keep names a column twice: {', '.join(self.keep)}")
        if self.max_bytes < 1:
            raise ReadError(f"max_bytes={self.max_bytes} is not a positive number of bytes")

    def name(self, ours: str) -> str:
        """Their name for one of our fields."""
        return self.names.get(ours, ours)

    def contents(self) -> tuple[tuple[PageKind, str], ...]:
        """(kind, their name) in order of preference: what is named, then html before text."""
        order: list[PageKind] = (
            ["text", "html"] if "text" in self.names and "html" not in self.names else ["html", "text"]
        )
        return tuple((kind, self.name(kind)) for kind in order)

    def spelled(self, header: Sequence[str]) -> Columns:
        """These columns as a table spells them: a name of ours that only a column in other capitals has is that one.

        >>> Columns({"text": "Body"}).spelled(["URL", "Body", "Text"]).names
        {'url': 'URL', 'text': 'Body'}
        """
        open_names = STATED if any(ours in self.names for ours in CONTENTS) else CONTENTS + STATED
        free = set(header) - set(self.names.values())
        found: dict[str, str] = {}
        for ours in open_names:
            same = [ours] if ours in header else [name for name in free if name.casefold() == ours]
            if len(same) == 1:
                found[ours] = same[0]
        return replace(self, names={**found, **self.names})

    def wanted(self) -> tuple[str, ...]:
        """Every column that a record may be asked for, each once."""
        return tuple(dict.fromkeys([*(self.name(ours) for ours in CONTENTS + STATED), *self.keep]))

    def key(self, kind: str) -> bytes:
        """What of the options changes pages, for digests."""
        return orjson.dumps([kind, sorted(self.names.items()), self.keep, self.max_bytes])


def page_of(record: Mapping[str, object], source: str, columns: Columns) -> Page | Drop:
    """The page that a record holds.

    Of `html` and `text` the one named in `columns` is taken, else `html`; the other where that one is empty.
    A field of the wrong type, or a date that is none, fails the record: wrong input is never passed on as missing.
    """
    url = record.get(columns.name("url"))
    known = canonical_url(url) if isinstance(url, str) else None
    stated = False
    for kind, name in columns.contents():
        raw = record.get(name)
        stated = stated or name in record
        if raw is None:
            continue
        if not isinstance(raw, str | bytes):
            return failed(source, "bad_record", f"{name} is {_type(raw)}, not a string", known)
        if len(raw) > columns.max_bytes:
            return failed(source, "too_large", f"{name} is longer than {columns.max_bytes}", known)
        if isinstance(raw, str) and _cut_by_workbook(raw):
            return failed(source, "truncated", f"{name} has {_CELL} characters: a workbook cuts longer cells", known)
        if raw.strip():
            content = as_meant(raw) if isinstance(raw, str) else raw
            content = _plain_text(content) if isinstance(content, str) else content
            return stated_page(record, source, kind, content, columns)
    if stated:
        return failed(source, "empty", "html and text are empty", known)
    names = " nor ".join(sorted(name for _, name in columns.contents()))
    return failed(source, "bad_record", f"neither {names}; it has {listed(record)}", known)


def stated_page(record: Mapping[str, object], source: str, kind: PageKind, raw: bytes | str, columns: Columns,
                reason: str = "bad_record") -> Page | Drop:  # fmt: skip
    """The page with what its record states about it; a `Drop` where it is none, or a field is wrong."""
    url = None
    try:
        url = _string(record, columns.name("url"))
        if kind == "html" and (other := no_html(raw)):
            return dropped(source, "not_html", other, canonical_url(url))
        return Page(
            source=source,
            kind=kind,
            raw=raw,
            url=url,
            title=_ENTITY.sub(_letter, _string(record, columns.name("title")) or "").strip() or None,
            published=_date(record, columns.name("published")),
            crawled=_date(record, columns.name("crawled")),
            headers=_headers(record.get(columns.name("headers"))),
            extra=extra_of(record, columns.keep),
        )
    except ValueError as error:
        return failed(source, reason, str(error), canonical_url(url))


def parse_object(raw: bytes) -> dict[str, object]:
    """One JSON object.

    NaN and lone surrogates, which Python's own writer lets through, are read as null and U+FFFD. What is no UTF-8 is
    read as windows-1252, unless most of it is UTF-8: then the record is broken.

    Raises:
        ValueError: Not JSON, or not an object; one line says what.
    """
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        try:
            value = _plain(json.loads(raw.decode("cp1252" if _is_1252(raw) else "utf-8")))
        except (ValueError, RecursionError):
            raise ValueError(f"not JSON: {error}") from None
    if not isinstance(value, dict):
        raise ValueError(f"{_type(value)}, not an object")
    return value


def extra_of(record: Mapping[str, object], keep: Sequence[str]) -> str | None:
    """The kept columns as canonical JSON: sorted keys, null where the record has none; None where none are kept.

    >>> extra_of({"b": 1, "a": "x", "c": 2}, ["b", "a"])
    '{"a":"x","b":1}'
    """
    if not keep:
        return None
    kept = {name: record.get(name) for name in keep}
    try:
        return orjson.dumps(kept, default=_stringified, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:  # integers beyond 64 bits, keys that are no strings, lone surrogates, deep nesting
        return orjson.dumps(_plain(kept), default=_stringified, option=orjson.OPT_SORT_KEYS).decode()


def _date(record: Mapping[str, object], name: str) -> datetime | None:
    try:
        return utc_date(record.get(name))
    except ValueError as error:
        raise ValueError(f"{name} is {error}") from None


def _string(record: Mapping[str, object], name: str) -> str | None:
    value = record.get(name)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if not isinstance(value, str):
        raise ValueError(f"{name} is {_type(value)}, not a string")
    meant = as_meant(value)
    return _plain_text(meant if isinstance(meant, str) else meant.decode("utf-8", "replace")).strip() or None


def _letter(entity: re.Match[str]) -> str:
    return html.unescape(entity[0])


def _cut_by_workbook(raw: str) -> bool:
    """Whether a field is as long as a cell of Excel or LibreOffice can be, and ends as no page or sentence does."""
    # Some programs count characters, others 16 bits.
    full = _CELL // 2 <= len(raw) <= _CELL and _CELL in (len(raw), len(raw.encode("utf-16-le", "replace")) // 2)
    return full and not raw.rstrip().lower().endswith((".", "!", "?", "“", "«", '"', "</html>"))


def _plain_text(raw: str) -> str:
    r"""A field without what programs have left in it: umlauts encoded twice, carriage returns as workbooks write them.

    >>> _plain_text("Eins_x000D_\nzwei")
    'Eins\r\nzwei'
    """
    return once_encoded(raw.replace("_x000D_", "\r"))


def _headers(value: object) -> tuple[tuple[str, str], ...]:
    """HTTP headers from an object, a list of pairs, a list of {name, value}, also as JSON or as Python writes these."""
    if isinstance(value, str):
        if not value.strip():
            return ()
        try:
            value = value_of(value)
        except ValueError:
            raise ValueError(f"headers is no JSON: {short(value)}") from None
    pairs: list[tuple[str, str]] = []
    items = list(value.items()) if isinstance(value, dict) else [] if value is None else value
    if not isinstance(items, list | tuple):
        raise ValueError(f"headers is {_type(value)}, not an object or a list of pairs")
    for item in items:
        pair = (item.get("name"), item.get("value")) if isinstance(item, dict) else item
        if not isinstance(pair, list | tuple) or len(pair) != 2 or not isinstance(pair[0], str | bytes):
            raise ValueError(f"headers holds {short(item)}, not a pair of name and value")
        for one in pair[1] if isinstance(pair[1], list) else [pair[1]]:
            if one is None:
                continue
            if not isinstance(one, str | bytes | int | float):
                raise ValueError(f"header {short(pair[0])} is {_type(one)}, not a string")
            name, said = (str(part, "latin-1") if isinstance(part, bytes) else str(part) for part in (pair[0], one))
            pairs.append((name.strip().lower(), said.strip()))
    return tuple(pairs)


def _stringified(value: object) -> str:
    """What JSON has no type for, the same on every machine."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _is_1252(raw: bytes) -> bool:
    """Whether few of the bytes beyond ASCII stand in sequences of UTF-8."""
    high, inside = len(_HIGH.findall(raw)), sum(map(len, UTF8_SEQUENCE.findall(raw)))
    return 2 * inside < high


def _plain(value: object, depth: int = 0) -> object:
    """A value that orjson can write: no NaN, no lone surrogates, no integers beyond 64 bits."""
    if depth > 100:
        raise ValueError("nested more than 100 deep")
    if isinstance(value, str):
        return _LONE.sub("\ufffd", value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return str(value)
    if isinstance(value, Mapping):
        return {_LONE.sub("\ufffd", str(key)): _plain(one, depth + 1) for key, one in value.items()}
    return [_plain(one, depth + 1) for one in value] if isinstance(value, list | tuple) else value


def _type(value: object) -> str:
    if value is None:
        return "null"
    names = {bool: "a boolean", int: "a number", float: "a number", str: "a string", list: "a list", dict: "an object"}
    return names.get(type(value), type(value).__name__)


def listed(names: Iterable[str]) -> str:
    """Names of columns for a message: each on one line and short, eight at most."""
    told = [short(name)[1:-1] for name in names]
    return ", ".join(told[:8]) + (" …" if len(told) > 8 else "") if told else "nothing"
