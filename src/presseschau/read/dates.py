"""Dates as records state them: what databases, servers, spreadsheets and crawlers write, read strictly."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from presseschau.stable import BERLIN

# What pandas, R, SQL and spreadsheets write where there is nothing; of a date in any case, and more.
MISSING = frozenset({"NA", "NaN", "nan", "None", "NULL", "null", "N/A", "<NA>", "#N/A", "#NV", "#NAME?"})
_NO_DATE = {*map(str.lower, MISSING), "", "-", "nat", "0000-00-00", "0000-00-00 00:00:00"}
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan januar january jänner", "feb februar february feber", "mar mär mrz märz maerz march", "apr april",
         "may mai", "jun juni june", "jul juli july", "aug august", "sep sept september", "oct okt oktober october",
         "nov november", "dec dez dezember december"), 1)
    for name in names.split()
}  # fmt: skip
# The zones that pages of western and central Europe are stamped with, in hours from UTC.
_HOURS = {"utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "mez": 1, "cest": 2, "mesz": 2}
_TIME = r"(?P<hour>\d{1,2})[:.](?P<minute>\d\d)(?:[:.](?P<second>\d\d)(?:[.,]\d+)?)?(?: ?(?P<half>[AaPp])\.?[Mm]\b\.?)?"
_YEAR = r"(?P<year>\d{4}|\d\d(?!\d))"
_ZONE = r"(?: ?\(?(?P<zone>[A-Z]{1,4}|[+-]\d\d:?\d\d)\)?)?"
# Press databases put the day's name behind the year: 12. März 2024 Dienstag
_DAY_BEHIND = (
    r"(?:,? (?:(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag|Mittwoch|Sonnabend|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day))?"
)
_CLOCK = _DAY_BEHIND + rf"(?:(?:,|T|,? um|,? at| [-–|])? ?{_TIME}(?: Uhr)?{_ZONE}(?: Uhr)?)?"
_DAY_NAME = r"(?:[A-Za-z]{2,10}\.?,? (?:den )?)?"
_SHAPES = [
    re.compile(shape, re.ASCII)
    for shape in (
        # 31.12.2024, 14:30 Uhr
        rf"{_DAY_NAME}(?P<day>\d{{1,2}})(?P<german>\.) ?(?P<month>\d{{1,2}})\. ?{_YEAR}{_CLOCK}",
        rf"(?P<year>\d{{4}})([-/])(?P<month>\d{{1,2}})\2(?P<day>\d{{1,2}}){_CLOCK}",  # 2024/12/31, 2024-9-5
        # 1. Mai 2024
        rf"{_DAY_NAME}(?P<day>\d{{1,2}})(?:(?P<german>\.) ?| )(?P<month>[A-Za-zä]{{3,9}})\.?,? {_YEAR}{_CLOCK}",
        # 01may2024 14:30:00 of Stata, 01MAY2024:14:30:00 of SAS, 01-MAY-2024 of SPSS, 1-May-24 of spreadsheets
        rf"(?P<day>\d{{1,2}})(-?)(?P<month>[A-Za-z]{{3}})\2{_YEAR}(?:[ :]{_TIME})?",
        rf"{_DAY_NAME}(?P<month>[A-Za-zä]{{3,9}})\.? (?P<day>\d{{1,2}}),? (?P<year>\d{{4}}){_CLOCK}",  # May 31, 2024
        rf"{_DAY_NAME}(?P<month>[A-Z][a-z]{{2}}) (?P<day>\d{{1,2}}) {_TIME}{_ZONE} (?P<year>\d{{4}})",  # ctime
        rf"{_DAY_NAME}(?P<month>[A-Z][a-z]{{2}}) (?P<day>\d\d) (?P<year>\d{{4}}) {_TIME} GMT(?P<zone>[+-]\d{{4}})"
        r"(?: \(.*\))?",  # JavaScript
    )
]
_HTTP_DATE = re.compile(r"(?!.*[ \d][AaPp]\.?[Mm]\b)[A-Za-z]{3,9}, \d{1,2}[ -][A-Za-z]{3}[ -]\d{2,4} \d{1,2}:\d\d")
_FULL_HOUR = re.compile(r"(?<![:.\d])(\d{1,2})(?= Uhr)", re.ASCII)
_ZONE_NAME = re.compile(r"(?P<date>.+(?:Z|[+-]\d\d:?\d\d))\[[A-Za-z_/+-]+\]", re.ASCII)  # Java repeats the zone by name
_NEVER = frozenset({1, 9999})  # the first and last year that programs and databases know: no date, no end
_EARLIEST = 10**8  # seconds: in 1973; a smaller number is a year, a spreadsheet's count of days, or nothing


def utc_date(value: object) -> datetime | None:
    """A date as UTC in whole seconds; None for nothing (None, "", NaN, "null" …).

    Reads ISO 8601, HTTP dates, what `date`, Java and JavaScript print, German and English dates in words or numbers
    (day before month), `20241231`, `20241231143000`, and Unix time in seconds, milliseconds, microseconds or
    nanoseconds by its size; numbers that would be seconds before 1973 are no dates. A German date (with a point behind
    the day) without a time zone is local time in Berlin, as on pages, any other UTC; a day without a time is that day's
    midnight in UTC. Of years of two digits, 69 to 99 are of the last century.

    Raises:
        ValueError: It is something else; a wrong date is not passed on as a missing one.

    >>> utc_date("2024-05-01T12:00:00.5+02:00").isoformat()
    '2024-05-01T10:00:00+00:00'
    >>> utc_date("01.05.2024, 14:30 Uhr").isoformat(), utc_date("2024-05-01 14:30").isoformat()
    ('2024-05-01T12:30:00+00:00', '2024-05-01T14:30:00+00:00')
    """
    try:
        found = _parsed(value)
        if found is None or found.year in _NEVER:
            return None
        found = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        # A new value, since pandas' Timestamp is a datetime too.
        return datetime(found.year, found.month, found.day, found.hour, found.minute, found.second, tzinfo=UTC)
    except (ValueError, OverflowError, OSError, TypeError, KeyError):
        raise ValueError(f"no date: {short(value)}") from None


def short(value: object) -> str:
    """A value for a message, 60 characters of it at most."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _parsed(value: object) -> datetime | None:
    if isinstance(value, dict):  # of MongoDB: {"$date": "…"}, {"$date": {"$numberLong": "…"}}
        value = value["$date"]
        value = value["$numberLong"] if isinstance(value, dict) else value
    if value is None or (isinstance(value, datetime | float) and value != value):  # NaN, NaT
        return None
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_number(value)
    if not isinstance(value, str):
        raise ValueError
    text = " ".join(value.split())
    return None if text.lower() in _NO_DATE else _from_text(text)


def _from_text(text: str) -> datetime:
    if re.fullmatch(r"\d{14}", text, re.ASCII):
        return datetime.strptime(text + "+0000", "%Y%m%d%H%M%S%z")
    if re.fullmatch(r"\d{9,13}(\.\d+)?|\d{16}|\d{19}", text, re.ASCII):
        return _from_number(float(text) if "." in text else int(text))
    if java := _ZONE_NAME.fullmatch(text):
        text = java["date"]
    if _HTTP_DATE.match(text):
        return parsedate_to_datetime(text)
    hours = _FULL_HOUR.sub(r"\1:00", text) if len(text) <= 80 else ""
    for shape in _SHAPES:
        if match := shape.fullmatch(hours):
            return _from_parts(match.groupdict())
    return datetime.fromisoformat(text)


def _from_parts(part: dict[str, str | None]) -> datetime:
    month, year = part["month"] or "", part["year"] or ""
    hour = int(part["hour"] or 0)
    if half := part.get("half"):
        hour = hour % 12 + 12 * (half in "Pp")
    clock = hour, int(part["minute"] or 0), int(part["second"] or 0)
    # Midnight is a date that a spreadsheet has filled up: its day survives.
    local = BERLIN if part.get("german") and any(clock) else UTC
    zone = part.get("zone")
    return datetime(
        int(year) + (0 if len(year) > 2 else 1900 if year >= "69" else 2000),
        int(month) if month.isdigit() else _MONTHS[month.lower()],
        int(part["day"] or 0),
        *clock,
        tzinfo=_zone(zone) if zone else local,
    )


def _zone(name: str) -> timezone:
    if name[0] in "+-":
        offset = timedelta(hours=int(name[1:3]), minutes=int(name[-2:]))
        return timezone(-offset if name[0] == "-" else offset)
    return timezone(timedelta(hours=_HOURS[name.lower()]))


def _from_number(value: float) -> datetime:
    if not math.isfinite(value):
        raise ValueError
    if 1e7 <= value < 1e8 or 1e13 <= value < 1e14:  # 20241231, 20241231143000
        return _from_text(str(int(value)))
    if abs(value) < _EARLIEST:
        raise ValueError
    scale = next(s for limit, s in ((1e11, 1), (1e14, 10**3), (1e17, 10**6), (math.inf, 10**9)) if abs(value) < limit)
    return datetime.fromtimestamp(value // scale, UTC)
