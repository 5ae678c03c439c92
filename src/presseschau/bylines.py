"""Where a text names its authors as such: bylines, credits and notes on the author that extraction left in it.

Authors whom the page names are looked for in short paragraphs and at the ends of long ones; people whom it does not
name only where a whole line at the top or the end is a byline. An author who is the subject of a sentence stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_SHORT = 200  # characters; a byline, a credit, a sentence about the author
_END = 60  # characters at either end of a longer paragraph
_EDGE = 3  # paragraphs at either end in which a byline may name people whom the page does not
_WORD = r"[^\W\d_][\w'’.-]*"
_PARTICLE = r"(?:von|van|vom|zu|zur|de|der|den|del|della|di|da|le|la|el|al|bin|ten|ter)"
_PERSON = re.compile(rf"(?![a-zäöü])(?:{_WORD}\s)(?:(?:{_PARTICLE}|{_WORD})\s){{0,3}}{_WORD}")
# Words that make a name one of an organisation; an author may be `Redaktion Beispiel` or `Beispiel Verlag GmbH`.
_ORGANISATION = re.compile(
    r"\b(?:agentur|ag|anstalt|bank|blog|bund|bundesamt|club|deutsche[rns]?|dienst|e\.?\s?v|fraunhofer|gmbh|gruppe|group|hochschule"
    r"|inc|institut|kg|konzern|ltd|magazin|ministerium|nachrichten|news|online|portal|presse|pressestelle|redaktion|se|"
    r"stiftung|team|uni|universität|verband|verein|verlag|zeitung|media|medien|studio|software)\b|redaktion|[&@|]|\d",
    re.IGNORECASE,
)
# What stands before an author's name. A case ending would be a person spoken of (`Müllers`), which \b keeps out.
_BEFORE = (
    r"(?:\b(?:von|by|aus\sder\sFeder\svon|meint|findet|kommentiert|fragt|sprach|führten?|fragten?|interviewten?"
    r"|(?:autor(?:[:*]?in|(?:[:*]?inn)?en)?|text|interview|gespräch|protokoll|kommentar|bericht|reportage|bearbeitung|redaktion|fotos?|bild"
    r"|bilder|idee|recherche|mitarbeit|übersetzung|kontakt|zur\sperson)\s?:"
    r"|unser(?:e[mnr]?)?\s[\w-]*(?:autor|redakteur|redaktor|korrespondent|reporter|kolumnist|mitarbeiter|volontär)(?:in)?)"
    r"|[©(/])"
)
# After the name, at the start of a paragraph: what it is about, or who the author is.
_AFTER = (
    r"(?:\s?[|/]|(?:,|–|-|:|\))?\s?(?:$|über|zu[mr]?|aus|im|ist|arbeitet|schreibt|berichtet|leitet|studiert|lebt|meint|kommentiert"
    r"|findet|fragt|erklärt|hat\s(?:für|mit)|mit\sMaterial|freie[rn]?|redakteur|korrespondent|volontär)"
    r"|\s?\([\w/ .,-]{1,30}\)\.?$|,\s(?-i:[A-ZÄÖÜ][\w./-]*(?:\s[A-ZÄÖÜ][\w./-]*){0,2})$)"  # (dpa) · , Berlin
)
# A whole line: `Von Eva Muster und Jan Beispiel, Berlin`, `Text: Eva Muster, Fotos: Jan Beispiel`.
_PLAIN_NAME = r"[A-ZÄÖÜ][a-zäöüßé’'-]+(?:-[A-ZÄÖÜ]\w+)?(?:\s(?:von|van|de|del|der))?(?:\s[A-ZÄÖÜ][\w'’-]*\.?){1,2}"
_LINE = re.compile(
    r"(?:(?:Ein|Eine)\s(?:Kommentar|Gastbeitrag|Interview|Bericht|Reportage|Analyse|Essay)\s(?:von|mit)"
    r"|(?:Aufgezeichnet|Geschrieben|Protokolliert|Verfasst)\svon|(?:Das\s)?(?:Gespräch|Interview)\sführten?"
    r"|(?:Von|VON|Text|Autor|Autorin|Autoren|Interview|Protokoll|Mitarbeit)\s?:?)"
    rf"\s(?P<names>{_PLAIN_NAME}(?:(?:,|\sund|\s?/)\s?(?:(?:Fotos?|Bild(?:er)?)\s?:\s)?{_PLAIN_NAME}){{0,3}})"
    r"(?:,\s[A-ZÄÖÜ][\w/ .-]{1,30}|\s?/\s?\w{2,5}|\s\([\w/ .-]{1,30}\))?\.?"
)
_SINGLE = re.compile(_PLAIN_NAME)


def names_in_bylines(text: str, authors: Sequence[str]) -> Iterator[tuple[int, int]]:
    r"""Start and end of every name of an author that stands as such, in code points.

    Args:
        text: An article, blank lines between its paragraphs.
        authors: Whom the page names as authors; agencies and newsrooms among them are left alone.

    >>> text = "Von Eva Muster, Berlin\n\nDie Stadt baut Radwege."
    >>> [text[start:end] for start, end in names_in_bylines(text, ())]
    ['Eva Muster']
    """
    # Few texts hold an author's name: looking for it first spares all others the patterns.
    people = [way for name in authors for way in _ways(name) if way in text and _is_person(name)]
    names = "|".join(re.escape(name) for name in sorted(people, key=lambda name: (-len(name), name)))
    paragraphs = list(re.finditer(r"[^\n]+", text))
    for number, paragraph in enumerate(paragraphs):
        start, line = paragraph.start(), paragraph[0]
        if names and any(name in line for name in people):
            yield from ((start + at, start + end) for at, end in _as_author(line, names))
        elif len(line) <= _SHORT and (number < _EDGE or number >= len(paragraphs) - _EDGE):
            yield from ((start + at, start + end) for at, end in _whole_line(line))


def _ways(name: str) -> tuple[str, ...]:
    """A name as the page has it, and in capitals as papers print it, or the other way round."""
    return tuple(dict.fromkeys((name, name.title() if name.isupper() else name.upper())))


def _is_person(name: str) -> bool:
    return len(name) <= 60 and _PERSON.fullmatch(name) is not None and not _ORGANISATION.search(name)


def _as_author(line: str, names: str) -> Iterator[tuple[int, int]]:
    """Names in the parts of a paragraph that speak of them as authors."""
    known = re.compile(rf"(?<!\w)(?:{names})(?!\w)")
    cue = re.compile(rf"{_BEFORE}\s?(?:{names})(?!\w)|^(?:{names}){_AFTER}|^[–—-]\s?(?:{names})$", re.IGNORECASE)
    # A byline can be all of a short paragraph, or stand at either end of a long one.
    parts = [(0, len(line))] if len(line) <= _SHORT else [(0, _END), (len(line) - _END, len(line))]
    for start, end in parts:
        if cue.search(line[start:end].strip()):
            yield from (match.span() for match in known.finditer(line, start, end))


def _whole_line(line: str) -> Iterator[tuple[int, int]]:
    """Names in a line that is a byline and nothing else."""
    found = _LINE.fullmatch(line.strip())
    if found is not None and not _ORGANISATION.search(found["names"]):
        at = line.index(found["names"])
        names = _SINGLE.finditer(found["names"])
        yield from ((at + name.start(), at + name.start() + len(name[0].rstrip("."))) for name in names)
