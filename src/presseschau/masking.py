"""Personal data out of a text: e-mail addresses, telephone numbers, IBANs, authors in bylines, each by its type.

All kinds are looked for in the text as it came, and then replaced at once, so no kind depends on another's place in an
order; a second run changes nothing. What an organisation gives to the public stays: addresses by role (`redaktion@…`)
and service numbers (0800, 0900, 0180 …), which are the subject of many an article.

Sources: IBAN by ISO 13616 with its check digits (ISO 7064, mod 97-10) and the registry's lengths; country calling codes
by ITU-T E.164; German numbers by the numbering plan of the Bundesnetzagentur.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from presseschau.bylines import names_in_bylines
from presseschau.document import Document

KINDS = ("email", "phone", "iban", "byline")
MASKS: Mapping[str, str] = {"email": "[E-MAIL]", "phone": "[TELEFON]", "iban": "[IBAN]", "byline": "[NAME]"}

# name@host.tld, also `name (at) host.tld`; a handle (`@name@server`) and a version (`pkg@1.2.3`) are something else.
_AT = r"(?:@|\s?[(\[{<|*]\s?(?:at|ät|@)\s?[)\]}>|*]\s?)"
_DOT = r"(?:\.|\s?[(\[{<|*]\s?(?:dot|punkt|\.)\s?[)\]}>|*]\s?)"
_SIGN = re.compile(r"[@(\[{<|*](?:(?<=@)|\s?(?:[aAäÄ][tT]|@)\s?[)\]}>|*])")
_EMAIL = re.compile(
    rf"(?<![\w.+@/%-])(?P<name>[\w+%-]{{1,64}}(?:\.[\w+%-]{{1,64}}){{0,5}}){_AT}"
    rf"(?:[^\W_](?:[\w-]{{0,61}}[^\W_])?{_DOT}){{1,5}}[^\W\d_]{{2,24}}(?![\w@-])",
    re.IGNORECASE,
)
_ROLES = re.compile(
    r"abo|anfrage|anfragen|anzeigen|beratung|bewerbung|booking|buchung|contact|datenschutz|dpo|feedback|git|help"
    r"|hello|hallo|hilfe|hinweis|hinweise|hotline|impressum|info|jobs|karriere|kontakt|kundenservice|leserbrief"
    r"|leserbriefe|leserservice|mail|marketing|newsletter|news|noreply|no-reply|office|phishing|postmaster"
    r"|poststelle|presse|pressestelle|press|privacy|redaktion|registrierung|sales|security|service|spam|studio"
    r"|support|team|tipps|umfrage|verkauf|vertrieb|verwaltung|verein|webmaster|zentrale",
    re.IGNORECASE,
)

_IBAN = re.compile(
    r"(?<![\w-])(?:IBAN)?(?P<iban>(?P<country>[A-Z]{2})[ \u00a0]?\d{2}(?:[ \u00a0.-]?[A-Z0-9]){11,30})(?![\w])"
)
# The registry's lengths for countries whose accounts pages in German name; others only have to pass the check digits.
_LENGTHS = {
    "AT": 20, "BE": 16, "CH": 21, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22,
    "HU": 28, "IE": 22, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MT": 31, "NL": 18, "NO": 15, "PL": 28,
    "PT": 25, "SE": 24,
}  # fmt: skip

_GAP = r"[ \u00a0/().\u2010-\u2013-]{1,3}"
_NUMBER = re.compile(rf"(?<![\w.,/:€$+-])(?<!\d[ \u00a0])(?:\(?\+|\(?0)\d*(?:(?:{_GAP})?\d+)*(?![\w%€$])")
_AFTER_LABEL = re.compile(rf"\(?\+?\d+(?:(?:{_GAP})?\d+)*(?![\w%€$])")
# Numbers of things, not to call: `Artikelnummer 0815-4711`.
_OF_A_THING = re.compile(
    r"(?:(?:\bart|\blos|artikel|bestell|serien|modell|teile?|kunden|vertrags|rechnungs|chargen|sendungs|produkt|material"
    r"|auftrags|mitglieds)[.-]{0,2}\s?(?:nummern?|nr)|\b(?:isbn|ean|gtin))\b[.:\s]{0,3}$",
    re.IGNORECASE,
)
_UNIT = re.compile(r"\s?(?:euro|franken|dollar|stück|nutzer\w*|k?m?hz)\b", re.IGNORECASE)
# Without a colon or a point a label may be a thing (`Handy 15000 mAh`): then the number must look like one to call.
_LABELLED = re.compile(
    r"(?:\b(?:tel|fon|phone|telefon|mobil|mobiltelefon|handy|fax|telefax|whatsapp|festnetz|rufnummer)(?:nummer|[.-]{0,2}nr)?\b|☎|✆|📞)"
    r"(?:\s?[.:][\s:]{0,3}|\s{1,2}(?:(?:unter|ist|lautet|nummer)[\s:]{1,2}){0,2}(?=\(?[0+]))(?=[(+\d])",
    re.IGNORECASE,
)
# What a number of either kind may begin with, and hold: a labelled one has five digits or more, another one eight.
_MAY_BEGIN = re.compile(r"\((?=[+0])|\+|0")
_RUN = re.compile(rf"\d(?:(?:{_GAP})?\d){{4}}")
_SHORTEST = 8
_LONGEST_OPENING = 5  # "(+", and a gap of three
_LABEL_CHARS = 48
# A look at the text's shape tells what it can't hold, at a tenth of a search. By byte of UTF-8: digits of other scripts
# begin with one from D8 on, and the bytes of gaps and of all that follows a first byte are left out.
_CLASSES = bytes(
    57 if 48 <= byte < 58 or 0xD8 <= byte != 0xE2 else 65 if 65 <= byte < 91 else 46 for byte in range(256)
)
_BETWEEN = b" /().-\xc2\xe2" + bytes(range(0x80, 0xC0))
_FIVE_DIGITS, _LONG_CODE = b"9" * 5, b"9" * 15
# E.164 country codes that pages in German are likely to carry; a plus before any other digits is rather a sum.
_COUNTRY_CODES = ("7", "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "42", "43", "44", "45",
                  "46", "47", "48", "49", "351", "352", "353", "354", "355", "356", "357", "358", "359", "370", "371",
                  "372", "373", "375", "380", "381", "382", "383", "385", "386", "387", "389", "423", "55", "61", "81",
                  "82", "86", "90", "91", "65", "852", "886", "971", "972")  # fmt: skip
_AREA = re.compile(r"\(?0(?P<area>[1-9]\d{0,4})\)?(?P<gap>[ \u00a0/()\u2010-\u2013-]{1,3})(?P<rest>[1-9].*)", re.DOTALL)
# Older letters part an area code from the right in pairs: `(0 61 51) 12 34 56`, `0 30 / 90 18 20`.
_PAIRED_AREA = re.compile(r"\(0 [1-9]\d(?: \d\d)?\)|0 [1-9]\d(?: \d\d)?(?= ?/)")
_YEAR = re.compile(r"(?:19|20)\d\d(?!\d)")
# Of Germany, of Austria, of Switzerland.
_MOBILE = re.compile(r"01(?:5\d|6[0-3]|7\d)\d{7,9}|06(?:50|6[0134579]|7[0678]|8[0168]|9[09])\d{7,8}|07[5-9]\d{7}")
_DATE = re.compile(r"0\d[./–-]\d{1,2}[./–-](?:19|20)\d\d(?!\d)")
_SERVICE = re.compile(r"(?:\+49|0049|0)(?:800|900|180\d?|137\d?|19\d|118|700|10[01]|31[0-3]|32)")
_SERVICE_AT_CH = re.compile(r"(?:\+4[13]|004[13])(?:800|810|820|82|84|90|93)|0(?:810|820|828|84[0248]|90[016]|930|939)")
# Area codes whose digits begin as a service number's: Vienna's 01, Bern and Biel, five digits in Germany.
_NO_SERVICE = re.compile(
    r"\(?01\)?[ \u00a0/()–-]{1,3}\d{3}|\(?03[12]\)?[ \u00a0/]{1,2}\d{3}[ \u00a0]\d\d[ \u00a0]\d\d"
    r"|\(?0(?:8[124]|93)\d\d\)?[ \u00a0/()–-]"
)
_GROUPED = re.compile(r"\+?\d{1,3}(?:[.\u00a0 ]\d{3})+")


@dataclass(frozen=True, slots=True)
class Masking:
    """Which kinds of contact data are masked; a stage whose fields are its config.

    Attributes:
        email: E-mail addresses, but for those by role.
        phone: Telephone numbers, but for service numbers.
        iban: Account numbers with right check digits.
        byline: Names of authors where they stand as such; see `presseschau.bylines`.
    """

    email: bool = True
    phone: bool = True
    iban: bool = True
    byline: bool = True

    def __call__(self, text: str, authors: Sequence[str] = ()) -> tuple[str, dict[str, int]]:
        """The text with each find replaced by its kind's mask, and how many of each kind there were.

        The counts hold only kinds that were found, in the order of `KINDS`. Pure and idempotent.

        Args:
            text: The text.
            authors: Whom the page names as authors.

        >>> Masking()("Schreiben Sie an eva.muster@blatt.example oder 0171 2345678.")
        ('Schreiben Sie an [E-MAIL] oder [TELEFON].', {'email': 1, 'phone': 1})
        >>> Masking(email=False)("eva.muster@blatt.example")
        ('eva.muster@blatt.example', {})
        >>> Masking()("Ein Kommentar von Eva Muster", ["Eva Muster"])
        ('Ein Kommentar von [NAME]', {'byline': 1})
        """
        counts = dict.fromkeys(KINDS, 0)
        # What stood right before a number may have hidden it, so a masked text is looked through again.
        while finds := _without_overlaps(self._finds(text, authors)):
            pieces, at = [], 0
            for start, end, kind in finds:
                pieces += [text[at:start], MASKS[kind]]
                counts[kind] += 1
                at = end
            text = "".join([*pieces, text[at:]])
        return text, {kind: count for kind, count in counts.items() if count}

    def _finds(self, text: str, authors: Sequence[str]) -> Iterator[Find]:
        if self.email:
            yield from _emails(text)
        if self.phone or self.iban:
            shape = _shape(text)
            if self.phone and _FIVE_DIGITS in shape:
                yield from _phones(text)
            if self.iban and _LONG_CODE in shape.replace(b"A", b"9"):
                yield from _ibans(text)
        if self.byline:
            yield from ((start, end, "byline") for start, end in names_in_bylines(text, authors))

    def document(self, document: Document) -> tuple[Document, dict[str, int]]:
        """A document with its text, title and teaser masked, and the finds in text and title by kind.

        The teaser is the first part of the text, so what is in it counts once.
        """
        text, counts = self(document.text, document.authors)
        title, more = self(document.title, document.authors) if document.title else (document.title, {})
        teaser = self(document.teaser, document.authors)[0] if document.teaser else document.teaser
        if (text, title, teaser) == (document.text, document.title, document.teaser):
            return document, {}
        both = {kind: counts.get(kind, 0) + more.get(kind, 0) for kind in KINDS}
        return replace(document, text=text, title=title, teaser=teaser), {kind: n for kind, n in both.items() if n}


Find = tuple[int, int, str]


def _without_overlaps(finds: Iterator[Find]) -> list[Find]:
    """Finds in order of place; of two that overlap the longer one stays, of equals the first of `KINDS`."""
    chosen: list[Find] = []
    for find in sorted(finds, key=lambda f: (f[0] - f[1], KINDS.index(f[2]), f[0])):
        if all(find[1] <= start or end <= find[0] for start, end, _ in chosen):
            chosen.append(find)
    return sorted(chosen)


def _shape(text: str) -> bytes:
    """The text with digits as 9 and capitals as A, and without what may stand between the digits of a number."""
    return text.encode("utf-8", "surrogatepass").translate(_CLASSES, _BETWEEN)


def _emails(text: str) -> Iterator[Find]:
    end = 0
    for sign in _SIGN.finditer(text):
        # The name before a sign begins where its characters do: looked for everywhere, it takes a hundred times longer.
        start = sign.start()
        start -= sign[0] != "@" and text[start - 1 : start].isspace()
        while start > end and (text[start - 1].isalnum() or text[start - 1] in "_+%.-"):
            start -= 1
        if match := _EMAIL.match(text, start):
            end = match.end()
            if not _ROLES.fullmatch(match["name"]):
                yield match.start(), end, "email"


def _ibans(text: str) -> Iterator[Find]:
    for match in _IBAN.finditer(text):
        # Words in capitals may follow the number: the shortest part that passes the check is the IBAN.
        length = _LENGTHS.get(match["country"])
        start = match.start("iban")
        for end in _ends(text, start, match.end(), length):
            if _checks(text[start:end]):
                yield start, end, "iban"
                break


def _ends(text: str, start: int, stop: int, length: int | None) -> Iterator[int]:
    """Where an IBAN may end: after the country's number of characters, else after each from 15 to 34."""
    seen = 0
    for at in range(start, stop):
        seen += text[at].isalnum()
        whole = at + 1 == stop or not text[at + 1].isalnum() or length is not None
        if text[at].isalnum() and whole and (seen == length if length else 15 <= seen <= 34):
            yield at + 1


def _checks(iban: str) -> bool:
    """Whether the check digits are right (ISO 7064, mod 97-10)."""
    letters = "".join(c for c in iban if c.isalnum())
    return int("".join(str(int(c, 36)) for c in letters[4:] + letters[:4])) % 97 == 1


def _phones(text: str) -> Iterator[Find]:
    runs = list(_RUN.finditer(text))
    if not runs:
        return
    at = 0
    for mark in _MAY_BEGIN.finditer(text, max(0, runs[0].start() - _LONGEST_OPENING), runs[-1].end()):
        if mark.start() >= at and (match := _NUMBER.match(text, mark.start())):
            at = match.end()
            if at - match.start() >= _SHORTEST and _is_phone(match[0]) and not _counts_things(text, *match.span()):
                yield match.start() + _opening(match[0]), match.end(), "phone"
    for run in runs:
        # A label ends where its number begins; looked for there alone, it takes a tenth of the time.
        for label in _LABELLED.finditer(text, max(0, run.start() - _LABEL_CHARS), run.end()):
            number = _AFTER_LABEL.match(text, label.end())
            if number is None or not 5 <= len(_digits(number[0])) <= 15 or _UNIT.match(text, number.end()):
                continue
            if not _is_service(number[0]) and not _is_sum(number[0]):
                yield number.start() + _opening(number[0]), number.end(), "phone"


def _counts_things(text: str, start: int, end: int) -> bool:
    """Whether the words around a number say what it is: an article's number before it, a unit behind it."""
    return bool(_OF_A_THING.search(text, max(0, start - _LABEL_CHARS), start) or _UNIT.match(text, end))


def _opening(number: str) -> int:
    """1 where a bracket before the number is not closed in it, so that it stays in the text."""
    return int(number.startswith("(") and number.count("(") > number.count(")"))


def _is_phone(number: str) -> bool:
    digits = _digits(number)
    if _is_service(number):
        return False
    if "+" in number or digits.startswith("00"):
        least, national = (8, digits) if "+" in number else (10, digits[2:])
        known = national.startswith(_COUNTRY_CODES) or re.match("1[2-9]", national) is not None
        return least <= len(national) <= 15 and known and not _is_sum(number)
    if _DATE.match(number):
        return False
    if _MOBILE.fullmatch(digits) and number[1:2] != ".":
        return True
    number = _PAIRED_AREA.sub(lambda area: area[0].replace(" ", ""), number, count=1)
    match = _AREA.fullmatch(number)
    if match is None or not 8 <= len(digits) <= 13 or set(digits) == {"0", "1"}:  # 0110 1001 is binary
        return False
    if len(match["area"]) == 1 and (match["area"] != "1" or _YEAR.match(match["rest"])):
        return False  # only Vienna has an area code of one digit, and 01/2026 is a month
    return len(_digits(match["rest"])) >= 4 and "." not in match["rest"]


def _digits(number: str) -> str:
    return "".join(c for c in number if c.isdigit())


def _is_service(number: str) -> bool:
    if _NO_SERVICE.match(number):
        return False
    plain = ("+" if "+" in number else "") + _digits(number).replace("490", "49", 1 if "(0)" in number else 0)
    return bool(_SERVICE.match(plain) or _SERVICE_AT_CH.match(plain))


def _is_sum(number: str) -> bool:
    """`+10.000.000`: thousands, not a number to call."""
    return bool(_GROUPED.fullmatch(number)) and "." in number
