"""Authors in a short line beside the headline, where neither markup nor a leading "Von" names them.

"Anna Beispiel | 3. Mai 2024", "03.05.2024 von Anna Beispiel", two boxes side by side with a name and a date. Two words
with capitals are as well a section ("Offene Daten") or a place ("Bad Beispiel"): a name counts only where the line says
so ("von"), where its element does, or where it starts with a common given name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from presseschau.extract.metadata.authors import clean_authors, looks_like_person
from presseschau.extract.metadata.headings import words
from presseschau.extract.metadata.jsonld import plain
from presseschau.extract.metadata.shown import seen
from presseschau.extract.words import read_words

_ABOVE, _BELOW = 500, 2_000  # bytes of markup
_TEXT_BELOW = 450  # characters that a reader sees; a teaser stands between headline and byline
_LINES_ABOVE = 4
_LONGEST_LINE, _LONGEST_NAMES = 120, 80
_HEADLINE = re.compile(rb"<h1")
_MAX_HEADLINES, _HEADLINE_BYTES, _UNMARKED_BYTES = 2, 500, 30_000
# What a look at the bytes finds where a name may be meant.
_MARKS = (b'"by"', b"credits", b"user-name", b"username", b"utor", b"-author>", b"erfasser", b"submitted")
_SAID = re.compile(rb"on(?:(?<=[>\d|,/-][vV]on)|(?<=[>\d|,/-]\s[vV]on)|(?<=Uhr [vV]on))[\s<]")
_DATED = re.compile(rb"(?:19|20)\d\d(?:(?<=[\d.][.]....)|(?<=\d[/-]....)|(?<=[.,a-z] ....)|(?=-\d\d-\d\d))")
_FIRST_WORDS = re.compile(rb"[>|/;,\xa2\xb7\x93\x94-](?:\s|\xc2\xa0)*([A-Z\xc3][\w\x80-\xff-]+)[ \xc2][\xa0A-Z\xc3]")
_GIVEN_NAMES = frozenset(read_words("metadata/given")["names"].split())
_GIVEN_BYTES = frozenset(map(str.encode, _GIVEN_NAMES))
_TOKEN = re.compile(r"<(?P<tag>/?[a-zA-Z][\w-]*)(?P<rest>[^<>]*)>|(?P<text>[^<>]+)")
_BLOCK = re.compile(
    r"/?(?:p|div|li|[uo]l|section|article|h[1-6]|table|t[rdh]|d[ldt]|br|hr|header|footer|nav|form|address|main|\w+-[\w-]+)",
    re.IGNORECASE,
)
_HEADING = re.compile(r"h[1-6]")
_SKIPPED = ("figure", "nav", "form")
_END = ("blockquote", "aside")  # below these, somebody else speaks
_OTHERS = re.compile(r"comments?[-_]?(?:list|area|section|body|thread)|comments?[\"']|related|recommend", re.IGNORECASE)
_MARK = re.compile(
    r"(?:class|data-[\w-]+|itemprop|rel)=[\"']?(?:[^\"'>]*[\s_-])?(?:by|byl|byline|credits|user-?name|autor(?:in|en)?|author|verfasser(?:in)?"
    r"|writer|submitted|createdby)(?=[\"'\s>]|$)",
    re.IGNORECASE,
)
_NO_MARK = re.compile(
    r"image|img|photo|foto|bild|media|picture|caption|comment|kommentar|teaser|related|live-?(?:blog|ticker)",
    re.IGNORECASE,
)
_IMAGE = re.compile(r"class=[\"']?[^\"'>]*(?:photo|foto|bild|picture|caption)", re.IGNORECASE)
_MARKED_TAG = re.compile(r"\w+-(?:author|autor|byline)", re.IGNORECASE)
_SEPARATORS = re.compile(r"(?:[\s|•·/,;:()—–]|-(?=\s))+")
_MONTH = r"(?:jan|feb|mär|mar|apr|mai|may|jun|jul|aug|sep|okt|oct|nov|dez|dec)[a-zä]*"
_WHEN = re.compile(
    rf"(?:(?:mo|di|mi|do|fr|sa|so|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|sonnabend)\b[.,]*\s*)?"
    rf"(?:(?P<day>\d{{1,2}}\.\s?\d{{1,2}}\.\s?(?:\d{{4}}|\d\d)\b|\d{{1,2}}\.?\s?{_MONTH}\.?\s\d{{4}}|\d{{4}}-\d\d-\d\d|\d{{1,2}}[/-]\d{{1,2}}[/-]\d{{4}}|{_MONTH}\.?\s\d{{1,2}},?\s\d{{4}})"
    r"|\d{1,2}[:.]\d\d(?::\d\d)?(?:\s*uhr)?|(?:lesezeit|lesedauer)\b[\s:]*(?:ca\.?\s*)?\d+\s*min\w*\.?"
    r"|\d+(?:\s*[–-]\s*\d+)?\s*min\w*\.?(?:\s*(?:lesezeit|lesedauer|read\b))?"
    r"|(?:veröffentlicht|erstellt|geschrieben|verfasst|publiziert|gespeichert|aktualisiert|stand|posted|published|am|vom|um|on|uhr)\b)",
    re.IGNORECASE,
)
_CUE = re.compile(
    r"(?:von|by|(?:autor(?:in|en)?|text|verfasser(?:in)?|author)\s*:)(?:\s|$)|(?:autor(?:in|en)?|author)$",
    re.IGNORECASE,
)
_WORDS = re.compile(r"(?:(?!\s[–—-]\s|\s(?:am|vom)\s\d)[^|•·/,;:()\d—])+")
_CREDIT = re.compile(
    r"foto|bild|grafik|illustration|quelle|photo|image|video|credit:|©|copyright|\bdpa\b|imago|getty|reuters|adobe",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Line:
    """What a line between two block elements holds: names with a mark or cue, plain names, other words, a date."""

    text: str = ""
    said: list[str] = field(default_factory=list)
    plain: list[str] = field(default_factory=list)
    others: int = 0
    dated: bool = False


def names_beside_headline(source: bytes, title: str | None) -> tuple[str, ...]:
    """Names in the line of the date by the headline, or in the line next to it; () where none is sure.

    Args:
        source: The page in UTF-8.
        title: Its headline, to find its place.
    """
    at = _place(source, title) if title else -1
    if at < 0 or not _may_name(source[max(0, at - _ABOVE) : at + _BELOW]):
        return ()
    known = words(title)
    for below in (True, False):
        markup = source[at : at + _BELOW] if below else _from_first_tag(source[max(0, at - _ABOVE) : at])
        lines = list(_lines(markup.decode("utf-8", "ignore"), below))
        lines = lines[1:] if below else lines[-_LINES_ABOVE:]
        for number, line in enumerate(lines):
            beside = () if line.others else lines[max(0, number - 1) : number + 2]
            dated = line.dated or any(other.dated for other in beside)
            names = clean_authors(_sure(line, dated)) if dated or below else ()
            if names and words(names[0])[-1] not in known:  # somebody in the headline is whom it is about
                return names
    return ()


def _place(source: bytes, title: str) -> int:
    """Where the headline starts: the h1 that has the title's first word, else the title as the text of any element."""
    first = title.split(maxsplit=1)[0].encode()
    for heading in islice(_HEADLINE.finditer(source), _MAX_HEADLINES):
        if source.find(first, heading.end(), heading.end() + _HEADLINE_BYTES) >= 0:
            return heading.start()
    body = max(0, source.find(b"<body"))
    return source.find(f">{title}<".encode(), body, body + _UNMARKED_BYTES)


def _may_name(markup: bytes) -> bool:
    """False where nothing can tell an author, as on most pages; to read the lines takes ten times as long."""
    if any(mark in markup for mark in _MARKS):
        return True
    if not _DATED.search(markup):
        return False
    return _SAID.search(markup) is not None or not _GIVEN_BYTES.isdisjoint(_FIRST_WORDS.findall(markup))


def _from_first_tag(markup: bytes) -> bytes:
    return markup[max(0, markup.find(b"<")) :]


def _sure(line: _Line, near: bool) -> list[str]:
    """The names of a line that are an author's; `near` says that a date stands beside them."""
    if line.others > 1:
        return []
    if line.said and (near or not line.plain):
        return line.said
    return line.plain if near and all(name.split()[0] in _GIVEN_NAMES for name in line.plain) else []


def _lines(html: str, below: bool) -> Iterator[_Line]:
    """The short lines of a piece of markup, up to the article's text; the first one below is the headline's."""
    pieces: list[tuple[str, bool]] = []
    left, number, marked, image, skipped = _TEXT_BELOW, 0, False, False, ""
    for token in _TOKEN.finditer(seen(html)):
        tag, rest = (token["tag"] or "").lower(), token["rest"] or ""
        if skipped:
            skipped = "" if tag == skipped else skipped
        elif not tag:
            if text := plain(token["text"]):
                pieces.append((text, marked))
                left -= len(text)
        else:
            if _BLOCK.fullmatch(tag) and pieces and not _CUE.fullmatch(pieces[-1][0]):
                yield _read(pieces, image)
                pieces, image, number = [], False, number + 1
            # A subhead may follow the headline at once; further on, a heading is the text's or another article's.
            if below and (left < 0 or (number > 1 and _HEADING.fullmatch(tag)) or (number and _ends(tag, rest))):
                return
            image = image or tag in ("img", "figure") or _IMAGE.search(rest) is not None
            skipped = f"/{tag}" if tag in _SKIPPED else ""
            marked = tag[0] != "/" and (_is_mark(tag, rest) or (marked and not _BLOCK.fullmatch(tag)))
    if pieces and left >= 0:
        yield _read(pieces, image)


def _ends(tag: str, rest: str) -> bool:
    return tag in _END or (tag in ("div", "section", "ol", "ul") and _OTHERS.search(rest) is not None)


def _is_mark(tag: str, rest: str) -> bool:
    named = _MARK.search(rest) or _MARKED_TAG.fullmatch(tag)
    return named is not None and not _NO_MARK.search(rest)


def _read(pieces: list[tuple[str, bool]], image: bool) -> _Line:
    """The parts of a line; a long one, or one about an image, is all other words.

    Behind an image a name is that of its photographer, unless a word says otherwise.
    """
    line = _Line(" ".join(text for text, _ in pieces))
    if len(line.text) > _LONGEST_LINE or _CREDIT.search(line.text):
        return _Line(others=9)
    cued = False
    for text, marked in pieces:
        at = 0
        while at < len(text):
            if skipped := _SEPARATORS.match(text, at):
                at = skipped.end()
            elif when := _WHEN.match(text, at):
                line.dated |= when["day"] is not None
                at = when.end()
            elif cue := _CUE.match(text, at):
                cued, at = True, cue.end()
            else:
                part = _WORDS.match(text, at)
                at = part.end() if part else at + 1
                _sort(line, part[0] if part else "", cued or (marked and not image))
                cued = False
    if image:
        line.others, line.plain = line.others + len(line.plain), []
    return line


def _sort(line: _Line, text: str, said: bool) -> None:
    """Puts the words of a line where they belong."""
    # Cleaning costs more than all else here, and most lines are single words or sentences.
    names = clean_authors([text]) if " " in text.strip() and len(text) < _LONGEST_NAMES else ()
    if not names or not all(map(looks_like_person, names)):
        line.others += 1
    else:
        (line.said if said else line.plain).extend(names)
