"""Dates as pages state them, to UTC: ISO 8601, RFC 2822, German, a few other languages' numerals, relative ones."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from email.utils import parsedate_to_datetime

from presseschau.stable import BERLIN

_ISO = re.compile(
    r"(\d{4})[-/]?(\d{2})[-/]?(\d{2})"
    r"(?:(?:T|\s+|,\s*|\s*-\s*)(\d{1,2})[:.]?(\d{2})(?:[:.]?(\d{2})(?:[.,]\d+)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{1,2}(?!\d)|[A-Z]{3,4}\b)?)?",
    re.IGNORECASE,
)
_ZONES = {"Z": 0, "UTC": 0, "GMT": 0, "CET": 60, "MEZ": 60, "CEST": 120, "MESZ": 120}
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januar jänner jaenner jän jan january",
            "februar feber feb february",
            "märz maerz mär mar mrz march",
            "april apr",
            "mai may",
            "juni jun june",
            "juli jul july",
            "august aug",
            "september sep sept",
            "oktober okt oct october",
            "november nov",
            "dezember dez dec december",
        ),
        start=1,
    )
    for name in names.split()
}
MONTH_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True))
_MONTH = rf"(?P<month>{MONTH_NAMES})"
_CLOCK = (
    r"(?:\s*[,|·•\-–/(]?\s*(?:um|at|-)?\s*(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?::(?P<second>\d{2}))?"
    r"(?:\s*(?P<half>[ap])\.?m\.?)?)?"
)
# "12. März 24" has a year only where nothing follows it that it could count: "12. März 14 Uhr".
_DAY_MONTH_YEAR = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:\.|st|nd|rd|th)?[\s-]*{_MONTH}(?:\.?,?\s+|[.-])"
    rf"(?P<year>\d{{4}}\b|['’]\d\d\b|\d\d(?=\s*(?:[,|·•)]|um\b|\d{{1,2}}[:.]\d\d|$))){_CLOCK}",
    re.IGNORECASE,
)
_MONTH_DAY_YEAR = re.compile(
    rf"\b{_MONTH}\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})\b{_CLOCK}", re.IGNORECASE
)
_ROMAN = ("XII", "XI", "X", "IX", "VIII", "VII", "VI", "V", "IV", "III", "II", "I")  # months, as in "12. III. 2024"
_NUMERIC = re.compile(
    rf"(?<![\d.])(?P<day>\d{{1,2}})\s?\.\s*(?P<month>\d{{1,2}}|(?-i:{'|'.join(_ROMAN)}))\s?\.\s*"
    rf"(?P<year>\d{{4}}|['’]?\d\d(?!:\d|\s*(?:Uhr|h)\b))(?!\.?\d){_CLOCK}",
    re.IGNORECASE,
)
# "12/03/2024" and "12-03-2024" are of March here; with "PM" they are American.
_SEPARATED = re.compile(
    rf"(?<![\d/.-])(?P<day>\d{{1,2}})(?P<by>[/-])(?P<month>\d{{1,2}})(?P=by)(?P<year>(?:19|20)\d\d)(?![\d/-]){_CLOCK}",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(
    rf"(?<![\d/.-])(?P<year>(?:19|20)\d\d)(?P<by>[/-])(?P<month>\d\d)(?P=by)(?P<day>\d\d)(?![\d/-]){_CLOCK}",
    re.IGNORECASE,
)
_AGO = re.compile(
    r"\bvor\s+(?:ca\.\s*|etwa\s+|über\s+)?(?P<count>\d{1,3}|einer?|einem|zwei|drei)\s+(?P<unit>Sekunden?|Min(?:uten?|\.)?|Std\.?|Stunden?|Tag(?:en?)?|Wochen?)\b",
    re.IGNORECASE,
)
_DAY_WORD = re.compile(
    r"\b(?P<word>heute|gestern|vorgestern)\b(?:[\s,|·–-]*(?:um\s*)?(?P<hour>\d{1,2})[:.](?P<minute>\d{2}))?",
    re.IGNORECASE,
)
_WORD_NUMBERS = {"eine": 1, "einer": 1, "einem": 1, "zwei": 2, "drei": 3}
_UNIT_SECONDS = {"sek": 1, "min": 60, "std": 3600, "stu": 3600, "tag": 86_400, "woc": 604_800}
_RFC = re.compile(
    r"(?:[A-Z][a-z]{2},?\s+)?(?:\d{1,2}\s+[A-Z][a-z]{2}|[A-Z][a-z]{2}\s+\d{1,2})\b(?!.*\d\s*(?i:[ap])\.?(?i:m)\b)"
)
_EARLIEST, _LATEST = 1990, 2100
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # what a CMS stores where it knows no date
_A_DAY, _MIDNIGHT = timedelta(days=1), time()


def parse_date(text: str, crawled: datetime | None = None, earliest: int = _EARLIEST) -> datetime | None:
    """A stated date as UTC with whole seconds; None where the text holds none that can be meant.

    A time without zone is local time in Berlin. A date without time stays that date: midnight UTC, so that its day
    survives the conversion.

    Args:
        text: One date, as in an attribute or a byline; other words around a German date are fine.
        crawled: When the page was fetched; relative dates ("vor 3 Stunden") need it, and nothing later than a day
            after it is believed.
        earliest: Year from which on a date is believed: an older one is mostly what a text speaks of.

    >>> parse_date("12. März 2024, 14:05 Uhr").isoformat()
    '2024-03-12T13:05:00+00:00'
    >>> parse_date("2024-03-12").isoformat()
    '2024-03-12T00:00:00+00:00'
    >>> parse_date("Dienstag") is None
    True
    """
    text = " ".join(text.split())
    if not text:
        return None
    if crawled is not None and not _EARLIEST <= crawled.year < _LATEST:  # what a database has for "unknown"
        crawled = None
    found = _timestamp(text) or _iso(text) or _epoch(text) or _rfc(text) or _worded(text) or _relative(text, crawled)
    if found is None or not earliest <= found.year < _LATEST or abs(found - _NEVER) < _A_DAY:
        return None
    return None if crawled is not None and found > _with_zone(crawled) + _A_DAY else found


def aware(moment: datetime) -> datetime:
    """UTC, whole seconds; a naive value is taken as Berlin time."""
    moment = moment.replace(microsecond=0)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=BERLIN)
    return moment.astimezone(UTC)


def _with_zone(crawled: datetime) -> datetime:
    """Crawl times are UTC where they say nothing else."""
    return crawled if crawled.tzinfo else crawled.replace(tzinfo=UTC)


def _made(
    year: int, month: int, day: int, clock: tuple[int, int, int] | None, offset: int | None = None
) -> datetime | None:
    try:
        if clock is None:
            return datetime(year, month, day, tzinfo=UTC)
        if clock[:2] == (24, 0):
            clock = (0, 0, 0)
        moment = datetime(year, month, day, *clock)  # noqa: DTZ001 - the zone follows
        found = aware(moment) if offset is None else (moment - timedelta(minutes=offset)).replace(tzinfo=UTC)
        local = found.astimezone(BERLIN)
        if (local.hour, local.minute, local.second) == (0, 0, 0):  # 23:00:00Z is how a CMS stores a German date
            return datetime(local.year, local.month, local.day, tzinfo=UTC)
        return found
    except (ValueError, OverflowError):
        return None


def _timestamp(text: str) -> datetime | None:
    """The form that nearly all pages use, `2024-03-12T14:05:00+01:00`; `_iso` reads the rest of the standard."""
    if text[10:11] != "T":
        return None
    try:
        moment = datetime.fromisoformat(text).replace(microsecond=0)
        if moment.tzinfo is None or _MIDNIGHT in (moment.time(), moment.astimezone(BERLIN).time()):
            return None  # a date that a CMS has filled up
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _iso(text: str) -> datetime | None:
    match = _ISO.match(text)
    if match is None or (match[4] is None and text[match.end() : match.end() + 1].isdigit()):
        return None
    year, month, day = int(match[1]), int(match[2]), int(match[3])
    if match[4] is None:
        return _made(year, month, day, None)
    clock = (int(match[4]), int(match[5]), int(match[6] or 0))
    if clock == (0, 0, 0):
        return _made(year, month, day, None)  # midnight on the second is a date that a CMS has filled up
    return _made(year, month, day, clock, _offset(match[7]))


def _offset(zone: str | None) -> int | None:
    """Minutes east of UTC."""
    if zone is None:
        return None
    if zone[0] in "+-":
        digits = zone[1:].replace(":", "")
        hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
        return (hours * 60 + minutes) * (-1 if zone[0] == "-" else 1)
    return _ZONES.get(zone.upper())


def _epoch(text: str) -> datetime | None:
    """Seconds or milliseconds since 1970."""
    if not text.isdecimal() or len(text) not in (10, 13):
        return None
    return datetime.fromtimestamp(int(text[:10]), tz=UTC)


def _worded(text: str) -> datetime | None:
    for pattern in (_DAY_MONTH_YEAR, _NUMERIC, _MONTH_DAY_YEAR, _SEPARATED, _YEAR_FIRST):
        match = pattern.search(text)
        if match is None:
            continue
        month = _month(match["month"])
        day = int(match["day"])
        if pattern is _SEPARATED and day <= 12 and (month > 12 or match["half"]):
            day, month = month, day
        year = int(match["year"].lstrip("'’"))
        if year < 100:
            year += 1900 if year >= _EARLIEST % 100 else 2000
        clock = None
        if match["hour"] is not None:
            hour = int(match["hour"])
            if match["half"]:
                hour = hour % 12 + (12 if match["half"].lower() == "p" else 0)
            clock = (hour, int(match["minute"]), int(match["second"] or 0))
        found = _made(year, month, day, clock) or _made(year, month, day, None)
        if found is not None:
            return found
    return None


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    return 12 - _ROMAN.index(text) if text in _ROMAN else _MONTHS[text.lower()]


def _rfc(text: str) -> datetime | None:
    """E-mail and HTTP style: `Tue, 12 Mar 2024 13:05:00 +0100`."""
    if not _RFC.match(text):
        return None
    try:
        return aware(parsedate_to_datetime(text))
    except (ValueError, OverflowError):
        return None


def _relative(text: str, crawled: datetime | None) -> datetime | None:
    if crawled is None:
        return None
    now = aware(_with_zone(crawled))
    if match := _AGO.search(text):
        count = _WORD_NUMBERS.get(match["count"].lower()) or int(match["count"])
        return now - timedelta(seconds=count * _UNIT_SECONDS[match["unit"][:3].lower()])
    if match := _DAY_WORD.search(text):
        day = now.astimezone(BERLIN).date() - timedelta(
            days=("heute", "gestern", "vorgestern").index(match["word"].lower())
        )
        clock = (int(match["hour"]), int(match["minute"]), 0) if match["hour"] else None
        return _made(day.year, day.month, day.day, clock)
    return None
