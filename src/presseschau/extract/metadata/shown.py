"""The date that a page shows its readers, for the pages that state none to machines.

A date in a sentence may be that of any event, one in a sidebar that of another article: only lines that are a date, or
little more, count, and only where they stand by the headline or are the only ones on the page.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from presseschau.extract.metadata.dates import MONTH_NAMES, parse_date
from presseschau.extract.metadata.headings import words
from presseschau.extract.metadata.jsonld import plain
from presseschau.extract.threads import THREAD

_URL_DATE = re.compile(r"[/_.-]((?:19|20)\d\d)([/_.-]?)(\d\d)\2(\d\d)(?!\d)")
_HEADING = re.compile(rb"<h([1-3])\b[^<>]*>", re.IGNORECASE)
_MAX_HEADINGS, _HEADING_BYTES = 200, 2_000
# The byline stands right below the headline, now and then above it; further on, dates belong to the story.
_BELOW, _ABOVE = 400, 200
_MARKUP_BELOW, _MARKUP_ABOVE = 8_000, 3_000
_LONGEST_LINE = 60  # characters; a longer text is a sentence
_LONGEST_DATE = 80
_LONGEST_STATEMENT = 120  # "Veröffentlicht am …, zuletzt geändert am …"
_WHOLE_PAGE = 1_000_000

_PUBLISHED = (
    r"(?:erstellt|ver(?:ö|oe)ffentlicht|erschienen|publiziert|eingestellt|geschrieben|gepostet|online|posted|published)"
    r"(?:\s+(?:am|seit|on))?"
)
_LABEL = rf"(?:{_PUBLISHED}|datum|date|vom|am|von)\s*:?"
_WEEKDAY = (
    r"(?:(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag|mo|di|mi|do|fr|sa|so)\.?,?\s+"
    r"(?:(?:den|der)\s+)?)?"
)
_DAY = (
    r"(?:\d{1,2}\s?\.\s?(?:\d{1,2}|[IVX]{1,4})\s?\.\s?(?:\d{4}|['’]?\d\d)|\d{4}(?:-\d\d-|/\d\d/)\d\d"
    r"|\d{1,2}\.?\s?[A-Za-zä]{3,9}\.?\s(?:\d{4}|['’]?\d\d)\b"
    r"|[A-Za-z]{3,9}\.?\s\d{1,2},?\s\d{4}|\d{1,2}[/-]\d{1,2}[/-]\d{4})"
)
_CLOCK = r"(?:[\s,|·•–/(-]*(?:um\s*|at\s*)?\d{1,2}[:.]\d\d(?::\d\d)?(?:\s*(?:uhr|h|[ap]\.?m\.?)\b)?\)?)?"
_ALONE = re.compile(
    rf"[\s|/•·,(–-]*(?:{_LABEL}\s*)?{_WEEKDAY}{_DAY}{_CLOCK}[\s|/•·,.;:)–-]*", re.IGNORECASE
)  # fmt: skip
_AHEAD = re.compile(rf"[\s|/•·,(–-]*{_WEEKDAY}{_DAY}", re.IGNORECASE)
_IS_LABEL = re.compile(_LABEL, re.IGNORECASE)
_SAYS_PUBLISHED = re.compile(rf"\W*{_PUBLISHED}", re.IGNORECASE)
# Ahead of the label nothing but another statement: in "Der Wald, erschienen am 5.3.2020" it is the book's.
_PUBLISHED_ON = re.compile(
    rf"(?:^|[|•·]|\d\d|\bUhr)[\s,.)/–-]*\b{_PUBLISHED}\s*:?\s*{_WEEKDAY}(?={_DAY})", re.IGNORECASE
)
_SAYS_UPDATED = re.compile(
    r"\W*(?:zuletzt|letzte|aktualisiert|(?:letztes\s+)?update|ge(?:ä|ae)ndert|(?:ü|ue)berarbeitet|bearbeitet"
    r"|(?:last\s+)?(?:updated|modified))",
    re.IGNORECASE,
)
_CREDIT = re.compile(r"©|\(c\)|\b(?:foto|bild)\b", re.IGNORECASE)  # the day of a picture
# What stands before the year where a day, a month and a year have elements of their own, as on the leaf of a calendar.
_DAY_AND_MONTH = re.compile(
    rf"(?<!\S)(?:\d{{1,2}}\.?\s(?:(?:{MONTH_NAMES})\.?|\d{{1,2}}\.)|(?:{MONTH_NAMES})\.?\s\d{{1,2}}[.,]?)$",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d\b")
_LONGEST_DAY = 20  # characters
_UPDATED_TIME = re.compile(
    rb"<time\b(?=[^<>]*(?:dateModified\b|class=[\"'][^\"'<>]*\b(?:updated|modified)\b))(?![^<>]*\bpublished\b)[^<>]*>[^<>]*</time",
    re.IGNORECASE,
)

_UNSEEN = ("script", "style", "svg", "noscript", "template")
_UNSEEN_START = re.compile(rf"<(?:({'|'.join(_UNSEEN)})\b|!--)", re.IGNORECASE)
_UNSEEN_END = {name: re.compile(f"</{name}[^<>]*>?", re.IGNORECASE) for name in _UNSEEN} | {"": re.compile("-->")}
_TAG = re.compile(rb"<[^<>]*>")
_TEXT = re.compile(r">([^<>]+)(?=<)")
_BLOCK = re.compile(r"</?(?:p|div|li|ul|ol|section|article|h[1-6]|table|br|hr|header|footer|nav|form)\b", re.IGNORECASE)


def shown_date(
    tree: LexborHTMLParser, source: bytes, title: str | None, url: str | None, crawled: datetime | None
) -> datetime | None:
    """When the page shows that it was published, by the surest place that has it; None where none is sure.

    Microdata; the day in the address, else by the headline, with the minute of a `time` element of that day; the first
    `time`; a day that stands alone in its line and is the page's only one.

    Args:
        tree: The parsed page.
        source: Its bytes in UTF-8.
        title: Its headline, to find its place.
        url: Its address.
        crawled: When it was fetched.
    """
    nodes = tree.css("[itemprop=datePublished], time, abbr.published")
    dated = [(node, found) for node in nodes if (found := _date_in(node, crawled))]
    stated = next((found for node, found in dated if node.attributes.get("itemprop") == "datePublished"), None)
    if stated is not None:
        return stated
    unchanged = [found for node, found in dated if not _is_update(node)]
    times = unchanged or [found for _, found in dated]
    source = _UPDATED_TIME.sub(b"", source) if len(unchanged) < len(dated) else source
    at = _headline_at(source, title)
    day = _url_date(url, crawled) or _date_by_headline(source, at, crawled)
    if day is None:
        return times[0] if times else _only_date(source, at, crawled)
    return next((found for found in times if found.date() == day.date()), day)


def _is_update(node: LexborNode) -> bool:
    """Whether a `time` says when the page was changed: by microdata, or by WordPress's class."""
    marks = node.attributes
    classes = (marks.get("class") or "").split()
    return "published" not in classes and not {"dateModified", "updated", "modified"}.isdisjoint(
        (marks.get("itemprop"), *classes)
    )


def _date_in(node: LexborNode, crawled: datetime | None) -> datetime | None:
    attributes = node.attributes
    texts = (attributes.get("content"), attributes.get("datetime"), attributes.get("title"), node.text(separator=" "))
    return next((found for text in texts if text and (found := parse_date(text, crawled))), None)


def _url_date(url: str | None, crawled: datetime | None) -> datetime | None:
    match = _URL_DATE.search(url or "")
    return parse_date("-".join(match.group(1, 3, 4)), crawled) if match else None


def _headline_at(source: bytes, title: str | None) -> int:
    """Where the heading that is the title starts, else the first that has it in part, else the first h1; -1 without."""
    want = " ".join(words(title))
    first, part = -1, -1
    for match in islice(_HEADING.finditer(source), _MAX_HEADINGS):
        end = source.find(b"</h", match.end(), match.end() + _HEADING_BYTES)
        text = _TAG.sub(b" ", source[match.end() : max(end, match.end())]).decode("utf-8", "ignore")
        have = " ".join(words(plain(text)))
        if have and have == want:
            return match.start()
        if part < 0 and " " in have and " " in want and (f" {have} " in f" {want} " or f" {want} " in f" {have} "):
            part = match.start()
        if first < 0 and match[1] == b"1":
            first = match.start()
    return part if part >= 0 else first


def _date_by_headline(source: bytes, at: int, crawled: datetime | None) -> datetime | None:
    """Of short lines below and above: the first that starts with a date; else the date said to be it; else the first.

    "Aktualisiert am 3. Mai | Veröffentlicht am 1. Mai" is of the first of May.
    """
    if at < 0:
        return None
    below = _up_to(_BELOW, _with_whole_dates(_lines(source[at : at + _MARKUP_BELOW])))
    above = _up_to(_ABOVE, _with_whole_dates(_lines(source[max(0, at - _MARKUP_ABOVE) : at]))[::-1])[::-1]
    for lines in (below, above):
        for line in lines:
            start = line[:_LONGEST_DATE]
            if (_AHEAD.match(start) or _ALONE.fullmatch(line)) and (found := parse_date(start, crawled)):
                return found
    for line in (*below, *above):
        said = _PUBLISHED_ON.search(line) if len(line) <= _LONGEST_STATEMENT else None
        if said and (found := parse_date(line[said.end() :], crawled)):
            return found
    short = [[x for x in lines if len(x) <= _LONGEST_LINE and not _CREDIT.search(x)] for lines in (below, above)]
    unchanged = [[line for line in lines if not _SAYS_UPDATED.match(line)] for lines in short]
    for lines in (*unchanged, *short):
        if found := parse_date(" ".join(lines), crawled):
            return found
    return None


def _up_to(size: int, lines: Iterable[str]) -> list[str]:
    """The first lines, up to the one that reaches a number of characters."""
    kept: list[str] = []
    for line in lines:
        kept.append(line)
        size -= len(line) + 1
        if size < 0:
            break
    return kept


def _only_date(source: bytes, at: int, crawled: datetime | None) -> datetime | None:
    """The day that stands alone in its line, from the headline on, if it is one: first among those said to be it."""
    start = max(0, at - _MARKUP_ABOVE)
    lines = _lines(source[start : start + _WHOLE_PAGE])
    # Far from a headline, a date in parts is mostly that of an event: it counts where no other stands.
    some = _days_alone(lines, crawled) or _days_alone(_with_whole_dates(lines), crawled)
    return some[0] if len(some) == 1 else None


def _days_alone(lines: Sequence[str], crawled: datetime | None) -> list[datetime]:
    """The days that stand alone in lines, one moment of each; only those said to be the page's, if there are any."""
    days: dict[bool, dict[object, datetime]] = {True: {}, False: {}}
    for line in lines:
        if any(days.values()) and THREAD.match(line):
            break  # the dates below are of comments
        if len(line) <= _LONGEST_DATE and _ALONE.fullmatch(line) and (found := parse_date(line, crawled)):
            days[_SAYS_PUBLISHED.match(line) is not None].setdefault(found.date(), found)
    return list((days[True] or days[False]).values())


def _lines(source: bytes) -> Sequence[str]:
    """Texts between tags as a reader sees them, each with the label or sentence before it in its block."""
    html = seen(source.decode("utf-8", "ignore"))
    lines: list[str] = []
    before, end = "", 0
    for match in _TEXT.finditer(html):
        if not (text := " ".join(entities.unescape(match[1]).split())):
            continue
        goes_on = len(before) > _LONGEST_LINE or before.endswith(":") or _IS_LABEL.fullmatch(before)
        if goes_on and not _BLOCK.search(html, end, match.start() + 1):
            lines[-1] += f" {text}"
        else:
            lines.append(text)
        before, end = text, match.end()
    return lines


def _with_whole_dates(lines: Sequence[str]) -> Sequence[str]:
    """The lines, a day, a month and a year that follow each other joined."""
    whole: list[str] = []
    for line in lines:
        for parts in (1, 2) if _YEAR.match(line) else ():
            before = " ".join(whole[-parts:])
            if _DAY_AND_MONTH.search(before[-_LONGEST_DAY:]):
                del whole[-parts:]
                whole.append(f"{before} {line}")
                break
        else:
            whole.append(line)
    return whole


def seen(html: str) -> str:
    """Markup without scripts, styles, drawings and comments; one that does not end hides the rest."""
    pieces: list[str] = []
    at = 0
    while start := _UNSEEN_START.search(html, at):
        pieces.append(html[at : start.start()])
        end = _UNSEEN_END[(start[1] or "").lower()].search(html, start.end())
        at = end.end() if end else len(html)
    return "".join([*pieces, html[at:]])
