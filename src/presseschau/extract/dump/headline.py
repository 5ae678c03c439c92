"""What stands above the article in a dump of its page: headline, byline and date."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import unquote, urlsplit

from presseschau.extract.dump.features import Floats, cached_phrases, is_prose
from presseschau.extract.dump.lines import Line, ends_sentence
from presseschau.extract.metadata.authors import clean_authors, looks_like_person
from presseschau.extract.metadata.dates import parse_date
from presseschau.extract.phrases import bits_of
from presseschau.stable import publisher_of

_SURE = 0.5  # of a line of the article
_NOT_TITLE = bits_of("byline", "credit", "share", "reading", "agency")
_DATE_BIT = bits_of("date")
_WORD = re.compile(r"\w+")
BYLINE = re.compile(
    r"^(?:(?:(?:ein |eine )?[A-ZÄÖÜ]\w+ )?[Vv]on:?|VON|[Bb]y|Text:|Autor(?:in|en|innen)?:)\s+(?=[A-ZÄÖÜ])"
)
_BYLINE_PIECES = re.compile(r"\s*[,;/]\s*|\s+(?:und|and|mit|sowie)\s+")
_BYLINE_END = re.compile(
    r"\s*(?:[|•·]|[-–—]\s|\d|,?\s(?:am|vom|veröffentlicht|aktualisiert|stand)\b).*$", re.IGNORECASE
)
_UPDATED = re.compile(r"aktualisiert|update|stand:?\s|geändert", re.IGNORECASE)
_TWO_SENTENCES = re.compile(r"[^\W\d_]{3}\. [A-ZÄÖÜ]")
_LETTERS = re.compile(r"[^\W\d_]{3}")
_LAST_PIECE = re.compile(r"(.+\S)\s+[|–—-]\s+(.+)")
_TITLE_REACH = 25
_LEAST_WORDS = 3


def words_of(text: str | None) -> list[str]:
    """Its words in small letters, none for no text."""
    return _WORD.findall(text.lower()) if text else []


def is_headline(text: str) -> bool:
    """Whether a line could be a headline by its looks alone."""
    if len(text) > 180 or text[0].islower() or text.rstrip("\"'»«“”)")[-1:] in ".,;:…":
        return False
    return 3 <= len(text.split()) <= 22 and bool(_LETTERS.search(text)) and not cached_phrases(text) & _NOT_TITLE


def title_line(lines: Sequence[Line], chance: Floats, first: int, address: str | None, title: str | None) -> int | None:
    """Which line is the headline: near the article's start, about its subject, repeated or in the address."""
    if title is not None:
        wanted = words_of(title)
        return next((i for i, line in enumerate(lines) if words_of(line.text) == wanted), None)
    article = {word for line, p in zip(lines, chance, strict=True) if p >= _SURE for word in words_of(line.text)}
    stems = {word[:6] for word in article if len(word) > 6}
    slug = set(_WORD.findall(_plain(max(unquote(urlsplit(address).path).split("/"), key=len)))) if address else set()
    counts = Counter([line.text for line in lines])
    best, choice = 1.0, None
    for i in range(max(0, first - _TITLE_REACH), min(len(lines), first + 2)):
        text = lines[i].text
        if not is_headline(text) or (i > first and chance[i] >= 0.8):
            continue
        score = _title_score(lines[i], counts[text], article | stems, slug) - 0.06 * max(0, first - i) - (i >= first)
        if score > best:
            best, choice = score, i
    return choice


def shown_title(lines: Sequence[Line], stated: str, address: str | None) -> str:
    """A stated title as the page shows it: its beginning or end, where that is a line, else without the site's name."""
    wanted = words_of(stated)
    shown = [line.text for line in lines if _is_part(words_of(line.text), wanted)]
    if shown:
        return max(shown, key=len)
    domain = (publisher_of(address) or "").partition(".")[0].replace("-", "")
    last = _LAST_PIECE.fullmatch(stated) if domain else None
    name = _plain("".join(words_of(last[2]))) if last else ""
    return last[1] if last and name and (name in domain or domain in name) else stated


def _is_part(own: list[str], wanted: list[str]) -> bool:
    return len(own) >= _LEAST_WORDS and own in (wanted[: len(own)], wanted[-len(own) :])


def _title_score(line: Line, count: int, article: set[str], slug: set[str]) -> float:
    long_words = [word for word in words_of(line.text) if len(word) > 3]
    if not long_words:
        return 0.0
    about = sum(word in article or word[:6] in article for word in long_words) / len(long_words)
    in_slug = sum(_plain(word) in slug for word in long_words) / len(long_words) if slug else 0.0
    score = 1.5 * about + 2.5 * in_slug + 0.4 * min(count - 1, 2) + 0.8 * line.heading + 0.1 * min(len(long_words), 8)
    return score - bool(cached_phrases(line.text) & _DATE_BIT) - bool(_TWO_SENTENCES.search(line.text))


def _plain(text: str) -> str:
    """Lower case without umlauts, as addresses spell German."""
    return text.lower().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss")


def authors_of(lines: Sequence[Line], article: str) -> tuple[str, ...]:
    """Names of the byline near the headline: after "Von", else people's names alone on a line."""
    alone: list[str] = []
    for line in lines:
        text = line.text
        if len(text) > 120 or ends_sentence(text) or line.bullet:
            continue
        match = BYLINE.match(text)
        names = _names(text[match.end() :] if match else text)
        if match and names:
            return names
        # A name that the article has too is its subject or a tag, not its author.
        if len(text.split()) <= 4 and names and not any(name.rsplit(" ", 1)[-1] in article for name in names):
            alone += names
    return tuple(dict.fromkeys(alone[:3]))


def _names(text: str) -> tuple[str, ...]:
    """The people in a byline without place, agency, date or office."""
    pieces = _BYLINE_PIECES.split(_BYLINE_END.sub("", text))
    return tuple(name for name in clean_authors(pieces) if looks_like_person(name))


def published_of(lines: Sequence[Line]) -> datetime | None:
    """The first date on a short line near the headline, one that is no update before others."""
    dated = [
        line.text
        for line in lines
        if len(line.text) <= 120 and cached_phrases(line.text) & _DATE_BIT and not is_prose(line.text)
    ]
    for text in sorted(dated, key=lambda text: bool(_UPDATED.match(text))):
        if moment := parse_date(text):
            return moment
    return None
