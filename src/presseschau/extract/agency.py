"""News agencies: who is one, and which of them a text's authors, dateline, marks or source line name."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Agencies whose copy German-language media run, by the name that `Document.agency` carries, with all they go by.
AGENCIES = {
    "dpa": "dpa, dpa-infocom, dpa-custom, dpa-video, dpa-tmn, dpa/tmn, tmn, deutsche presse-agentur, "
    "deutsche presse agentur, deutsche presseagentur, deutsche presse-agentur (dpa)",
    "dpa-AFX": "dpa-afx",
    "Reuters": "reuters, rtr, thomson reuters",
    "AFP": "afp, agence france-presse, agence france presse, afp deutschland",
    "AP": "ap, associated press, the associated press",
    "APA": "apa, apa-ots, austria presse-agentur, austria presse agentur",
    "Keystone-SDA": "keystone-sda, keystone sda, sda-keystone, sda, sda-ats, ats, schweizerische depeschenagentur",
    "epd": "epd, evangelischer pressedienst",
    "KNA": "kna, katholische nachrichten-agentur, katholische nachrichtenagentur",
    "sid": "sid, sport-informations-dienst",
    "dts": "dts, dts nachrichtenagentur, dts-nachrichtenagentur",
    "ddp": "ddp",
    "dapd": "dapd",
    "kathpress": "kathpress, kap",
    "awp": "awp",
    "Dow Jones": "dow jones, dj",
    "Bloomberg": "bloomberg, bloomberg news",
    "ANSA": "ansa",
    "EFE": "efe",
    "TASS": "tass",
    "Xinhua": "xinhua",
    "pressetext": "pressetext, pte",
    "ots": "ots, news aktuell",
    "spot on news": "spot on news",
    "teleschau": "teleschau",
}
_CALLED = {alias: agency for agency, aliases in AGENCIES.items() for alias in aliases.split(", ")}
_NAME = "|".join(sorted(map(re.escape, _CALLED), key=lambda name: (-len(name), name)))
_SOMEWHERE = re.compile(rf"(?<![\w-])(?:{_NAME})(?![\w-])", re.IGNORECASE)
_SHORT = 4  # characters; "Sid" and "Kap" with a capital are names of people and places
_PARTS = re.compile(r"\s*[/,;+&|]\s*|\s+(?:und|mit|and|with)\s+")

_SERIAL = r"(?:©\s*)?(?:dpa[\w-]*\W\s*){0,2}dpa(?:-infocom)?:\s?\d{6}-\d+-\d+[\d/-]*"
_SERIAL_ANYWHERE = re.compile(r"\bdpa(?:-infocom)?:\s?\d{6}-\d+-\d+")
# The last paragraph, or its end, in brackets: "(dpa)", "(dpa/afp, mho)", "[apa/red]"; desk codes are short and small.
_END_MARK = re.compile(r"\s*[(\[]([^()\[\]\n]{2,60})[)\]]\.?$")
_MARK_PART = re.compile(rf"(?:{_NAME}|[a-zäöü]{{2,4}}|red(?:aktion)?|/\w{{2,4}})\.?", re.IGNORECASE)
_MARK_REACH = 200  # characters; marks are shorter, and a text of nothing but marks must not take forever
_MARK_SPLIT = re.compile(r"\s*[/,;+&]\s*|\s+und\s+|\s+")
_CREDIT_LINE = re.compile(
    rf"(?:quellen?|agenturen|text|von|mit (?:material|informationen|inhalten|angaben) (?:von|der|des|durch))?\s*:?\s*"
    rf"(?:der |den |des )?(?:nachrichtenagentur(?:en)? )?(?:©\s*)?(?:[a-zäöü]{{2,4}}/)?(?:{_NAME})"
    rf"(?:(?:\s*[/,;+&-]\s*|\s+und\s+|\s+)(?:{_NAME}|[a-zäöü]{{2,4}}|red))*\.?|{_SERIAL}",
    re.IGNORECASE,
)
_DATELINE = re.compile(
    rf"^[^\n]{{0,60}}?\((?P<names>(?:{_NAME})(?:[/,\s-]+[\w-]{{2,12}})?)\)\s*(?:[-–—:.]|\w)", re.IGNORECASE
)
# With the site's name, an editor's initials or brackets; a bare "Quelle: dpa" is a photo's.
_SOURCE_LINE = re.compile(
    r"\(Quellen?:\s*(?P<bracketed>[\w/.,+ -]{2,50})\)|"
    r"(?<!\()Quellen?:\s*(?P<line>(?:[\w-]+\.\w{2,3},\s*|[a-zäöü]{2,4}/)[\w/.,+ -]{2,50}?)\s*$",
    re.MULTILINE,
)


def agency_named(name: str) -> str | None:
    """The agency that a name stands for, None for any other name.

    >>> agency_named("DPA"), agency_named("Deutsche Presse-Agentur"), agency_named("Sid"), agency_named("Anna Beispiel")
    ('dpa', 'dpa', None, None)
    """
    name = name.strip("()[]©. ").removesuffix(" GmbH")
    agency = _CALLED.get(name.lower())
    if agency and len(name) <= _SHORT and not (name.isupper() or (name.islower() and len(name) > 2)):
        return None
    return agency


def agency_in(credit: str) -> str | None:
    """The first news agency that a credit names.

    >>> agency_in("(afp/dpa)"), agency_in("Mit Material der dpa"), agency_in("von Anna Beispiel")
    ('AFP', 'dpa', None)
    """
    match = _SOMEWHERE.search(credit)
    return _CALLED[match[0].lower()] if match else None


def agency_among(names: Iterable[str]) -> str | None:
    """The first agency among authors or sources, also where one stands beside a person in one entry.

    >>> agency_among(["Anna Beispiel", "Max Muster/dpa"])
    'dpa'
    """
    return next(
        (agency for name in names for part in (name, *_PARTS.split(name)) if (agency := agency_named(part))), None
    )


def agency_credited(texts: Iterable[str]) -> str | None:
    """The agency in a source line (`Quelle: beispiel.de, abc/dpa`) or dpa's serial; photo credits don't count.

    Args:
        texts: Blocks of a page, in order; the first line that names one decides.

    >>> agency_credited(["Quelle: beispiel.de, abc/dpa"]), agency_credited(["Quelle: dpa"])
    ('dpa', None)
    """
    for text in texts:
        if "dpa" in text and _SERIAL_ANYWHERE.search(text):
            return "dpa"
        if "Quelle" in text:
            for credit in _SOURCE_LINE.finditer(text):
                if agency := agency_among([credit["bracketed"] or credit["line"]]):
                    return agency
    return None


def split_agency_mark(text: str) -> tuple[str, str | None]:
    r"""The text without agency marks at its end, and the agency they name, else the one of a dateline, else None.

    A mark is a bracket of agency names and desk codes that ends the text, or a last paragraph that is nothing but a
    credit. A dateline ("Berlin (dpa) - …") stays in the text, where the reader sees it.

    >>> split_agency_mark("Der Kurs fiel.\n\n(dpa/rtr)")
    ('Der Kurs fiel.', 'dpa')
    """
    agency = None
    while text:
        _, line_end, last = text[-_MARK_REACH:].rpartition("\n")
        mark = _END_MARK.search(last)
        parts = [part for part in _MARK_SPLIT.split(mark[1]) if part] if mark else []
        if mark and agency_in(mark[1]) and all(_MARK_PART.fullmatch(part) for part in parts):
            text = text[: len(text) - len(mark[0])].rstrip()
            agency = agency_in(mark[1])
        elif line_end and len(last) <= 80 and _CREDIT_LINE.fullmatch(last):
            text, agency = text[: len(text) - len(last)].rstrip(), agency_in(last)
        else:
            break
    if agency is None and (match := _DATELINE.match(text)):
        agency = agency_in(match["names"])
    return text, agency
