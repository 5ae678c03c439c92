"""Author names as readers see them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from presseschau.extract.agency import agency_named

_NOISE = re.compile(
    r"<[^<>]*>|https?://\S+|www\.\S+|[\w.+-]+(?:@|\s?\[at\]\s?|\s?\(at\)\s?)[\w-]+\.[\w.-]+", re.IGNORECASE
)
_ROLE = (
    r"(?:freie[rs]?\s+)?(?:st(?:ell)?v(?:ertretende[rn]?|\.)\s+)?(?:chef)?(?:redakteur|redaktor|korrespondent|reporter|journalist|volontär|autor|kolumnist|"
    r"kommentator|ressortleiter|praktikant|herausgeber|moderator|gastautor)(?:in(?:nen)?|en|s)?"
)
_KIND = (
    r"(?:gast)?(?:beitrag|artikel|kommentar|bericht|interview|text|essay|analyse|reportage|kolumne|glosse|rezension|kritik"
    r"|porträt)"
)
_LEAD = re.compile(
    r"^(?:(?:zeige\s+|alle\s+|mehr\s+)*(?:beiträge|artikel|posts?|articles?)\s+(?:von|by|of)|show\s+all\s+articles\s+of|view\s+all\s+posts\s+by|"
    rf"(?:ein|eine)\s+{_KIND}(?:\s+von)?|{_KIND}\s+von|"
    r"(?:erstellt|aufgezeichnet|geschrieben|verfasst|protokolliert|veröffentlicht|posted|published|written|reported)\s+(?:von|by)|"
    r"(?:text|bericht|interview|kommentar|kolumne|redaktion)\s*:|(?:gast)?autor(?:[:*_]?in|(?:[:*_]?inn)?en)?|authors?|"
    rf"unsere?[mnr]?\s+(?:[\w-]+-)?(?:{_ROLE}|redaktionsmitglied|mitarbeiter(?:in)?)|{_ROLE}(?=(?-i:\s+[A-ZÄÖÜ][\w-]+\s+[A-ZÄÖÜ]))|"
    r"von|vom|by|par|por|und|and)\s*:?\s+",
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
_SLASH = re.compile(r"\s*/\s*|\s+mit\s+", re.IGNORECASE)
_DATE_TAIL = re.compile(
    r"\s*(?:\b(?:am|vom|on|um|veröffentlicht|aktualisiert|stand)\b.*\d.*|\b\d{1,2}\.\s?(?:\d{1,2}\.|[A-ZÄ][a-zä]+\b).*|\b\d{1,2}\s+[A-Z][a-z]+\s+\d{4}.*|"
    r"\b\d{4}-\d\d.*|\b[A-ZÄ][a-zä]+ (?:19|20)\d\d\b|\b\d{1,2}[:.]\d\d\b.*)$"
)
_AFTER = re.compile(r"\s*(?:\([^()]*\)|→|»|›)\s*$")
_ROLE_TAIL = re.compile(
    rf"\s*(?:[(–|:]|\s-)\s*(?:{_ROLE}|chefredaktion|ressort|senior|staff|contributor|editor|reporter)\b.*$",
    re.IGNORECASE,
)
_TWICE = re.compile(r"^(\w\S* .+) \1$")
_GERMAN_ROLE_TAIL = re.compile(r"(?<=\w\s)(?:Chef)?(?:Redakteur|Redaktor|Korrespondent|Volontär|Kolumnist)(?:in)?$")
_ROLE_ONLY = re.compile(
    rf"(?:{_ROLE}(?:\s+(?:in|im|bei|für|des|der|beim)\b.*)?|chefredaktion|text|fotos?|bild|video|admin|administrator|super-?\s?user|wordpress-?admin|webmaster|unknown|unbekannt|none|null|undefined|n/a|gast|"
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


def clean_authors(values: Iterable[str]) -> tuple[str, ...]:
    """Names in stated order without CMS noise: no e-mail, URL, handle, role, date, "Von", repeats.

    Agencies and newsrooms stay where the page names them as authors.

    >>> clean_authors(["Von Anna Beispiel und Max Muster, Redakteur", "anna@example.de", "Max Muster"])
    ('Anna Beispiel', 'Max Muster')
    """
    stated = [name for value in values for name in _names_in(value[:_LONGEST_BYLINE])]
    if len(stated) < 2:
        return tuple(stated)
    names: dict[str, str] = {}
    for name in stated:
        names.setdefault(_key(name), name)
    return tuple(names.values())


@lru_cache(maxsize=1024)  # the newsroom of a site signs page after page
def _names_in(text: str) -> tuple[str, ...]:
    lines = (" ".join(line.split()) for line in _NOISE.sub(" ", text).replace("\u00ad", "").split("\n"))
    text = "\n".join(filter(None, lines))  # long runs of white space cost quadratic time
    return tuple(name for piece in _pieces(_without_lead(text)) if (name := _one_name(piece)))


def _pieces(text: str) -> Iterator[str]:
    for piece in _SEPARATOR.split(text):
        parts = [_AFTER.sub("", part) for part in _CONJUNCTION.split(piece)]
        # "Herz und Blut" is one name, so is a company; "Anna Beispiel und dpa" are two.
        if not _COMPANY.search(piece) and all(" " in part.strip() or agency_named(part) for part in parts):
            for part in parts:
                yield from _slashed(part)
        else:
            yield from _slashed(piece)


def _slashed(text: str) -> list[str]:
    """The people and agencies of "Anna Beispiel/dpa" and "Anna Beispiel mit dpa"; a name with other parts is one."""
    parts = _SLASH.split(text)
    return parts if all(agency_named(part) or looks_like_person(_without_lead(part)) for part in parts) else [text]


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
    name = _TWICE.sub(r"\1", name)  # the heading of a box about the author, and its first words
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
