"""Blocks that are never part of an article, by their wording: what a page says about itself, whatever it looks like."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from presseschau.extract.body.blocks import HEADINGS, Block
from presseschau.extract.body.hints import BIT
from presseschau.extract.notices import is_notice
from presseschau.extract.words import read_words

_MONTH = r"(?:Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez)\w*\.?"
_DATE = rf"\d{{1,2}}\.\s?(?:\d{{1,2}}\.|{_MONTH})\s?(?:(?:19|20)?\d\d)?"
_NAME = r"[A-ZÄÖÜ][\w.'’-]+(?:\s(?:von|van|de|zu)\b)?(?:\s[A-ZÄÖÜ][\w.'’-]+){1,3}"
_NAMES = rf"{_NAME}(?:(?:,|\sund|\s&)\s{_NAME}){{0,3}}"


def _filled(pattern: str) -> str:
    return pattern.replace("NAMES", _NAMES).replace("DATE", _DATE)


def _first_of(classes: Mapping[str, Sequence[str]]) -> re.Pattern[str]:
    """One pattern for all: the name of the group that matches is the first class that does."""
    return re.compile("|".join(f"(?P<{name}>{'|'.join(map(_filled, parts))})" for name, parts in classes.items()))


_POINTER = re.compile(
    r"\W*(?:(?:Lesen|Hören|Sehen)\sSie\s(?:auch|dazu|hier|mehr)|Lies\s(?:auch|hier|mehr)|Auch\sinteressant|Siehe\sauch|Passend\sdazu"
    r"|Mehr\s(?:zum\sThema|dazu|lesen)|(?:Ähnliche|Verwandte|Weitere)\s(?:Artikel|Beiträge|Meldungen|News|Themen)|Zum\sThema|Weiterlesen|Lesetipp|Read\s(?:more|also))\b",
    re.IGNORECASE,
)
_LONGEST = 300
_SENTENCE_ENDS = frozenset('.!?:"“»')
# A heading may say these and mean them: "Von Mensch und Maschine", the day in a ticker.
_NOT_IN_HEADINGS = frozenset(("byline", "date"))
_CLASSES: dict[str, list[str]] = read_words("body/notices")
_ANY_CLASS = _first_of(_CLASSES)
_HEADING_CLASS = _first_of({name: parts for name, parts in _CLASSES.items() if name not in _NOT_IN_HEADINGS})
_BYLINE_WORDS = 5  # in a box that is named for authors
_POINTER_LINKED = 0.3  # share of a pointer that is link
_POINTER_WORDS = 4
_PERMALINK = re.compile(r"\s?(?:[#¶]+|\[\s?(?:(?:Quelltext\s)?[Bb]earbeiten|[Ee]dit)\b[^\]]{0,40}\])$")


def notice_kind(block: Block) -> str | None:
    """Why a block is never part of an article, None where it may be one.

    A class of `notices.yaml`, `pointer` for a link to another article, `notice` for consent, scripts, rights.
    """
    text = block.text
    if len(text) > _LONGEST:
        return None
    if _POINTER.match(text) and (block.linked > _POINTER_LINKED * len(text) or len(text.split()) <= _POINTER_WORDS):
        return "pointer"
    if found := (_HEADING_CLASS if block.tag in HEADINGS else _ANY_CLASS).match(text):
        return found.lastgroup
    if block.box.own & BIT["byline"] and text.count(" ") < _BYLINE_WORDS and text[-1] not in _SENTENCE_ENDS:
        return "byline"
    return "notice" if is_notice(text) else None


def without_permalink(block: Block) -> str:
    """The text of a block, a heading without the sign that links to itself, or the link to its source in a wiki."""
    return _PERMALINK.sub("", block.text) if block.tag in HEADINGS else block.text
