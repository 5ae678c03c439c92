"""Author names as readers see them, and the news agency behind a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from presseschau.extract.metadata.head import headline_at

_NOISE = re.compile(
    r"<[^<>]*>|https?://\S+|www\.\S+|[\w.+-]+(?:@|\s?\[at\]\s?|\s?\(at\)\s?)[\w-]+\.[\w.-]+", re.IGNORECASE
)
_LEAD = re.compile(
    r"^(?:(?:zeige\s+|alle\s+|mehr\s+)*(?:beiträge|artikel|posts?|articles?)\s+(?:von|by|of)|show\s+all\s+articles\s+of|view\s+all\s+posts\s+by|"
    r"(?:ein|eine)\s+(?:gast)?(?:beitrag|artikel|kommentar|bericht|interview|text|essay|analyse|reportage|kolumne|glosse)(?:\s+von)?|"
    r"(?:erstellt|aufgezeichnet|geschrieben|verfasst|protokolliert|veröffentlicht|posted|published|written|reported)\s+(?:von|by)|"
    r"(?:text|autor(?:in|en)?|authors?|bericht|interview|kommentar|kolumne|redaktion)\s*:|author\s|autor(?:in)?\s|von|vom|by|par|por|und|and)\s*:?\s+",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"(?:^|\s)(?:copyright|©|all rights)\b|"
    r"^(?:image|foto|bild|bilder|photo|video|grafik|illustration|quelle)s?\s*:",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(
    r"\s*[;|•·\n]\s*|\s+[–—/]\s+|,(?!\s*(?:Jr|Sr|Ph\.?D|M\.?D|M\.?A|MBA|LL\.?M|III?)\b)\s*", re.IGNORECASE
)
_CONJUNCTION = re.compile(r"\s+(?:und|and|sowie|u\.|&|et|og|och)\s+", re.IGNORECASE)
_DATE_TAIL = re.compile(
    r"\s*(?:\b(?:am|vom|on|um|veröffentlicht|aktualisiert|stand)\b.*\d.*|\b\d{1,2}\.\s?(?:\d{1,2}\.|[A-ZÄ][a-zä]+\b).*|\b\d{1,2}\s+[A-Z][a-z]+\s+\d{4}.*|"
    r"\b\d{4}-\d\d.*|\b[A-ZÄ][a-zä]+ (?:19|20)\d\d\b|\b\d{1,2}[:.]\d\d\b.*)$"
)
_AFTER = re.compile(r"\s*(?:\([^()]*\)|→|»|›)\s*$")
_ROLE = (
    r"(?:freie[rs]?\s+)?(?:stellv(?:ertretende[rn]?|\.)\s+)?(?:chef)?(?:redakteur|redaktor|korrespondent|reporter|journalist|volontär|autor|kolumnist|"
    r"kommentator|ressortleiter|praktikant|herausgeber|moderator|gastautor)(?:in(?:nen)?|en|s)?"
)
_ROLE_TAIL = re.compile(
    rf"\s*(?:[(–|:]|\s-)\s*(?:{_ROLE}|chefredaktion|ressort|senior|staff|contributor|editor|reporter)\b.*$",
    re.IGNORECASE,
)
_GERMAN_ROLE_TAIL = re.compile(r"(?<=\w\s)(?:Chef)?(?:Redakteur|Redaktor|Korrespondent|Volontär|Kolumnist)(?:in)?$")
_ROLE_ONLY = re.compile(
    rf"(?:{_ROLE}(?:\s+(?:in|im|bei|für|des|der|beim)\b.*)?|chefredaktion|text|fotos?|bild|video|admin|administrator|wordpress-?admin|webmaster|unknown|unbekannt|none|null|undefined|n/a|gast|"
    r"editor|authors?|autor(?:in|en)?|by|von|dr\.?|prof\.?|mehr|uhr|artikel|profil|beiträge|publisher|staff|"
    r"(?:alle|zur|zum|zu den|mehr)\s.*)",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"(?:(?:Dr|Prof|Mag|Dipl|Ing|med|Gen|St)\.?(?:-\w+\.?)?\s+)*[^\W\d_][\w'’.-]*(?:\s+(?:von|van|vom|zu|zur|der|den|de|del|da|di|la|le|al|el|bin|ten|ter|y|e|[^\W\d_a-zäöüß][\w'’.-]*))"
    r"{0,4}\s+[^\W\d_a-zäöüß][\w'’.-]*"
)
_NO_PERSON = re.compile(
    r"\b(?:redaktion|online|zeitung|nachrichten|agentur|news|verlag|team|uhr|minuten|januar|februar|märz|april|juni|juli|august|september|oktober|"
    r"november|dezember|gmbh|e\.\s?v|ag|universität|institut|desk|media|medien|magazin|magazine|portal|presse|press|rundschau|tagblatt|tageblatt|anzeiger|kurier|"
    r"uns|mehr|artikel|über|staff|bundesministerium|hochschule|verband|verein)\b|nachrichten|redaktion|zeitung|\.(?:de|at|ch|com|net|org)\b",
    re.IGNORECASE,
)
_LONGEST_BYLINE, _LONGEST_PIECE = 2_000, 150  # characters; beyond, it is no byline and costs quadratic time
_COMPANY = re.compile(r"\b(?:GmbH|AG|KG|Verlag|Landesanstalt|Amt|Institut|Ministerium)\b|\bfür\b")
_NEWSROOM = re.compile(r"\b(?:redaktion|team|newsroom|newsdesk|desk)$|redaktion\b", re.IGNORECASE)
_AGENCY_NAMES = {
    "dpa": r"dpa(?:-(?:infocom|AFX|Custom|tmn|video))?(?: GmbH)?|DPA|Deutsche Presse-? ?Agentur(?: \(dpa\))?",
    "Reuters": r"Reuters|REUTERS|Thomson Reuters|rtr|RTR",
    "AFP": r"AFP|afp|Agence France-? ?Presse|AFP Deutschland",
    "APA": r"APA|apa|Austria Presse-? ?Agentur|APA-OTS",
    "Keystone-SDA": r"(?:Keystone|KEYSTONE)[- ]SDA|SDA|sda|SDA-Keystone|sda-ats|Schweizerische Depeschenagentur",
    "AP": r"AP|Associated Press|The Associated Press",
    "epd": r"epd|EPD|Evangelischer Pressedienst",
    "KNA": r"KNA|kna|Katholische Nachrichten-? ?Agentur",
    "sid": r"SID|sid|Sport-Informations-Dienst",
    "dts": r"dts|DTS|dts[ -]Nachrichtenagentur",
    "Bloomberg": r"Bloomberg|Bloomberg News",
    "kathpress": r"kathpress|Kathpress|KAP",
    "dapd": r"dapd|DAPD",
    "ddp": r"ddp|DDP",
    "news aktuell": r"ots|OTS|news aktuell",
}
_AGENCIES = tuple(_AGENCY_NAMES)
_AGENCY = re.compile("|".join(f"({pattern})" for pattern in _AGENCY_NAMES.values()))  # one group an agency
_PARTS = re.compile(r"\s*[/,;+&|]\s*|\s+(?:und|mit|and|with)\s+")
_ARTICLE_MARKUP = 200_000  # characters behind the headline: the article's, not the page state in scripts after it
_DPA_SERIAL = re.compile(r"\bdpa(?:-infocom)?:\s?\d{6}-\d+-\d+")
_DATELINE = re.compile(r"[A-ZÄÖÜ][\w./ äöüÄÖÜß-]{1,50}?\s*\(([\w/,+ -]{2,30})\)")
# With the site's name, an editor's initials or brackets; a bare "Quelle: dpa" is a photo's.
_SOURCE_LINE = re.compile(
    r"Quellen?:\s*(?:(?P<bracketed>[\w/.,+ -]{2,50})\)|"
    r"(?P<line>(?:[\w-]+\.\w{2,3},\s*|[a-zäöü]{2,4}/)[\w/.,+ -]{2,50}?))\s*<"
)
_END_MARK = re.compile(r"(?:\(|\[|©\s*|\(c\)\s*|Quelle:\s*|/\s*|-\s)?([\w/,+ -]{2,40})[)\].]?\s*$")


def clean_authors(values: Iterable[str]) -> tuple[str, ...]:
    """Names in stated order without CMS noise: no e-mail, URL, handle, role, date, "Von", repeats.

    Agencies and newsrooms stay where the page names them as authors.

    >>> clean_authors(["Von Anna Beispiel und Max Muster, Redakteur", "anna@example.de", "Max Muster"])
    ('Anna Beispiel', 'Max Muster')
    """
    names: dict[str, str] = {}
    for value in values:
        text = " ".join(_NOISE.sub(" ", value[:_LONGEST_BYLINE]).replace("\u00ad", "").split(" "))
        for piece in _pieces(_without_lead(text.strip())):
            if name := _one_name(piece):
                names.setdefault(_key(name), name)
    return tuple(names.values())


def _pieces(text: str) -> Iterator[str]:
    for piece in _SEPARATOR.split(text):
        parts = [_AFTER.sub("", part) for part in _CONJUNCTION.split(piece)]
        # "Herz und Blut" is one name, so is a company; "Anna Beispiel und dpa" are two.
        if not _COMPANY.search(piece) and all(" " in part.strip() or agency_named(part) for part in parts):
            yield from parts
        else:
            yield piece


def _key(name: str) -> str:
    return re.sub(r"\W+", "", name).casefold()


def _without_lead(text: str) -> str:
    while match := _LEAD.match(text):
        text = text[match.end() :]
    return text


def _one_name(piece: str) -> str:
    if len(piece) > _LONGEST_PIECE:
        return ""
    name = _without_lead(" ".join(piece.split()).strip("\"'„“”*:;,-–| "))
    if _CREDIT.search(name) or name.startswith("@"):
        return ""
    name = _DATE_TAIL.sub("", name)
    while (shorter := _AFTER.sub("", name)) != name:
        name = shorter
    name = _GERMAN_ROLE_TAIL.sub("", _ROLE_TAIL.sub("", name)).strip("\"'„“”*,;:-–|()[] ")
    if _ROLE_ONLY.fullmatch(name) or not any(c.isalpha() for c in name):
        return ""
    return name if 1 < len(name) <= 80 and len(name.split()) <= 8 else ""


def looks_like_person(name: str) -> bool:
    """True for two to six words written like a person's name.

    >>> looks_like_person("Dr. Anna von Beispiel"), looks_like_person("Beispiel Zeitung"), looks_like_person("dpa")
    (True, False, False)
    """
    return bool(_PERSON.fullmatch(name)) and not _NO_PERSON.search(name) and len(name) <= 50 and name[0].isupper()


def is_newsroom(name: str) -> bool:
    """True for `Redaktion`, `Beispiel-Team` and the like, which name nobody."""
    return bool(_NEWSROOM.search(name))


def agency_named(name: str) -> str | None:
    """The agency that a name stands for, None for any other name."""
    found = _AGENCY.fullmatch(name.strip("()[]©. "))
    return _AGENCIES[found.lastindex - 1] if found and found.lastindex else None


def agency_of(authors: Iterable[str], text: str = "") -> str | None:
    r"""The news agency whose copy a text is: by its authors, else by the mark in its dateline or at its end.

    Args:
        authors: Names, as from `clean_authors`.
        text: The article, "" to look at the authors only.

    >>> agency_of(["Anna Beispiel", "dpa"])
    'dpa'
    >>> agency_of([], "Die Bahn fährt wieder.\n\n© dpa-infocom, dpa:240312-99-1")
    'dpa'
    """
    for author in authors:
        for part in (author, *_PARTS.split(author)):
            if agency := agency_named(part):
                return agency
    return _agency_mark(text) if text else None


def agency_credited(html: str) -> str | None:
    """The agency in a page's source line (`Quelle: beispiel.de, abc/dpa`) or dpa's serial; photo credits don't count.

    >>> agency_credited("<p>Quelle: beispiel.de, abc/dpa</p>"), agency_credited("<small>Quelle: dpa</small>")
    ('dpa', None)
    """
    start = max(0, headline_at(html))
    end = start + _ARTICLE_MARKUP
    at = html.rfind("dpa:", start, end)
    while at >= 0:
        if _DPA_SERIAL.match(html, at):
            return "dpa"
        at = html.rfind("dpa:", start, at)
    agency = None
    at = html.rfind("Quelle", start, end)
    while at >= 0:
        if credit := _SOURCE_LINE.match(html, at):
            stated = credit["bracketed"] if html[at - 1 : at] == "(" else credit["line"]
            agency = next((named for part in _PARTS.split(stated or "") if (named := agency_named(part))), agency)
        at = html.rfind("Quelle", start, at)
    return agency


def _agency_mark(text: str) -> str | None:
    tail = text[-200:].rstrip()
    if _DPA_SERIAL.search(tail):
        return "dpa"
    marks = []
    if dateline := _DATELINE.match(text[:100].lstrip()):
        marks.append(dateline[1])
    last: str = tail.rpartition("\n")[2]
    if last.endswith((")", "]")):
        marks.append(last[max(last.rfind("("), last.rfind("[")) + 1 : -1])
    elif len(last) <= 40 and (mark := _END_MARK.fullmatch(last)):
        marks.append(mark[1])
    for stated in marks:
        for part in _PARTS.split(stated):
            if agency := agency_named(part):
                return agency
    return None
