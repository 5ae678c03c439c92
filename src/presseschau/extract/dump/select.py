"""The article in a plain-text dump of a whole page, or an article that is already clean.

A boosted ensemble over line features (`features`, weights in `model.json`, learnt by `train`) says how
likely each line belongs to the article; lines near running text are asked, menus and footers are not. Where nearly all
of the input is article and nothing around it is known boilerplate, the input counts as clean and stays as it is.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from importlib import resources
from urllib.parse import unquote, urlsplit

import numpy as np
import numpy.typing as npt

from presseschau.clean import drop_repeated_paragraphs, join_drop_caps
from presseschau.document import Document
from presseschau.extract.agency import split_agency_mark
from presseschau.extract.dump.features import NAMES, cached_phrases, is_prose, page_features, prose_of
from presseschau.extract.dump.lines import Line, ends_sentence, lines_of, without_near_repeats
from presseschau.extract.forest import Forest
from presseschau.extract.metadata.authors import clean_authors, looks_like_person
from presseschau.extract.metadata.country import country_of
from presseschau.extract.metadata.dates import parse_date
from presseschau.extract.notices import is_notice
from presseschau.extract.phrases import PHRASE_NAMES
from presseschau.stable import canonical_url, publisher_of

EXTRACTOR = "presseschau-text 1"
_KEEP = 0.5
_UNLIKELY = 0.3
_FURNITURE = 20  # a whole page has at least forty lines of menus, labels and teasers
_SUBHEAD, _SUBHEAD_BETWEEN = 0.2, 0.6
# Clean gold articles keep ≥ 0.77 of their words and ≥ 0.46 of their lines, whole pages ≤ 0.87 and ≤ 0.30.
_CLEAN_WORDS, _CLEAN_LINES = 0.75, 0.38
_PARAGRAPH = 80  # characters; lines of menus and teasers are shorter
_BOILERPLATE = sum(
    1 << i
    for i, name in enumerate(PHRASE_NAMES)
    if name in ("related", "share", "comment", "newsletter", "consent", "legal", "ad", "reading", "paywall")
)
_NO_SUBHEAD = sum(1 << i for i, name in enumerate(PHRASE_NAMES) if name not in ("date", "person"))
_NOT_TITLE = sum(
    1 << i for i, name in enumerate(PHRASE_NAMES) if name in ("byline", "credit", "share", "reading", "agency")
)
_DATE_BIT = 1 << PHRASE_NAMES.index("date")
_WORD = re.compile(r"\w+")
_BYLINE = re.compile(
    r"^(?:(?:(?:ein |eine )?[A-ZÄÖÜ]\w+ )?[Vv]on:?|VON|[Bb]y|Text:|Autor(?:in|en|innen)?:)\s+(?=[A-ZÄÖÜ])"
)
_BYLINE_PIECES = re.compile(r"\s*[,;/]\s*|\s+(?:und|and|mit|sowie)\s+")
_BYLINE_END = re.compile(
    r"\s*(?:[|•·]|[-–—]\s|\d|,?\s(?:am|vom|veröffentlicht|aktualisiert|stand)\b).*$", re.IGNORECASE
)
_UPDATED = re.compile(r"aktualisiert|update|stand:?\s|geändert", re.IGNORECASE)
_TWO_SENTENCES = re.compile(r"[^\W\d_]{3}\. [A-ZÄÖÜ]")
_LETTERS = re.compile(r"[^\W\d_]{3}")
_TITLE_REACH = 25


@cache
def _model() -> Forest:
    data = json.loads(resources.files("presseschau.extract.dump").joinpath("model.json").read_text("utf-8"))
    return Forest.from_json(data, NAMES)


def extract_text(raw: str, url: str | None = None, title: str | None = None) -> Document:
    """The article of a whole page's text, or of text that is already clean.

    Args:
        raw: The text, with whatever stands around the article.
        url: Where it is from; it helps to find the headline.
        title: The headline, where it is known; its line is then left out of the text, and no other is taken for it.

    Returns:
        `path` is `clean` where the input was an article already (next to nothing changes) and `dump` where an article
        was looked for in it; `text` is "" only for input without words and for pages that are all menu.
    """
    address = canonical_url(url)
    everything = lines_of(raw)
    lines = without_near_repeats(everything)
    if not lines:
        return _document("", None, (), None, address, "clean", 0.0)
    prose = prose_of(lines)
    chance = line_chances(lines, prose)
    likely = _likely(lines, chance, prose)
    keep = _kept(lines, chance, likely)
    if not keep.any():
        menu = len(lines) >= 8 and not any(len(line.text) >= 80 for line in lines)
        return _document(
            "" if menu else _joined(everything), title, (), None, address, "dump" if menu else "clean", 0.0
        )
    if _is_clean(lines, chance, likely):
        return _clean_document(everything, title, address, float(chance.mean()))
    first = int(np.flatnonzero(keep)[0])
    at = _title_line(lines, chance, first, address, title)
    headline = title or (lines[at].text if at is not None else None)
    known = _words(headline)
    kept = [
        line for line, stays in zip(lines, keep, strict=True) if stays and not (known and _words(line.text) == known)
    ]
    text = _joined(kept)
    start = first if at is None else min(at, first)
    top = max(0, start - 6)
    byline = [i for i in range(top, min(len(lines), first + 4)) if not keep[i] and i != at]
    authors = _authors(
        [lines[i] for i in byline if i >= start]
        + [lines[i] for i in byline if i < start and _BYLINE.match(lines[i].text)],
        text,
    )
    published = _published(lines[top : first + 3])
    return _document(text, headline, authors, published, address, "dump", float(chance[keep].mean()))


def line_chances(lines: Sequence[Line], prose: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """For each line the probability that it belongs to the article; 0 for lines far from running text."""
    near, rows = page_features(lines, prose)
    chance = np.zeros(len(lines))
    if len(near):
        chance[near] = _model().probability(rows.astype(np.float32))
    return chance


def _likely(
    lines: Sequence[Line], chance: npt.NDArray[np.float64], prose: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """The lines that the model takes for the article's; all running text where no page stands around it."""
    likely = chance >= _KEEP
    if len(lines) - int(prose.sum()) < _FURNITURE:
        # A digest or a list of questions looks odd to the model, but it is what the input is.
        for i in np.flatnonzero(prose & ~likely).tolist():
            likely[i] = not cached_phrases(lines[i].text) & _BOILERPLATE
    return likely


def _kept(
    lines: Sequence[Line], chance: npt.NDArray[np.float64], likely: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """The article's lines, with subheads that stand directly between two of them."""
    likely = likely.copy()
    for i in np.flatnonzero(likely).tolist():
        likely[i] = not is_notice(lines[i].text)
    keep = likely.copy()
    for i in np.flatnonzero((chance >= _SUBHEAD) & ~likely).tolist():
        if 0 < i < len(lines) - 1 and min(chance[i - 1], chance[i + 1]) >= _SUBHEAD_BETWEEN:
            line = lines[i]
            words = len(line.text.split())
            keep[i] = 2 <= words <= 14 and not line.bullet and not cached_phrases(line.text) & _NO_SUBHEAD
    return keep


def _is_clean(lines: Sequence[Line], chance: npt.NDArray[np.float64], keep: npt.NDArray[np.bool_]) -> bool:
    """Whether the input is an article without a page around it: nearly all of it is kept, or stands in paragraphs.

    Digests and readers' letters look odd to the model, but have neither menus nor boilerplate before and after them.
    """
    listed = sum([line.bullet for line in lines]) >= _FURNITURE
    if listed and keep.mean() < _CLEAN_LINES:
        return False
    words = np.array([len(line.text.split()) for line in lines])
    enough = _CLEAN_WORDS * words.sum()
    if words[keep].sum() < enough or keep.mean() < _CLEAN_LINES:
        paragraphs = np.array([len(line.text) >= _PARAGRAPH for line in lines])
        if listed or words[paragraphs].sum() < enough:
            return False
    inside = np.flatnonzero(keep)
    around = [*range(int(inside[0])), *range(int(inside[-1]) + 1, len(lines))]
    boilerplate = [i for i in around if chance[i] < _UNLIKELY and cached_phrases(lines[i].text) & _BOILERPLATE]
    return len(boilerplate) < 2


def _clean_document(lines: Sequence[Line], title: str | None, address: str | None, certain: float) -> Document:
    """The input as it is, its headline set apart where the first line is one."""
    first = lines[0]
    if title is not None:
        has_title = _words(first.text) == _words(title)
    else:
        has_title = (
            len(lines) > 1 and is_prose(lines[1].text) and _is_headline(first.text) and not ends_sentence(first.text)
        )
    body = list(lines[1:] if has_title else lines)
    return _document(_joined(body), title or (first.text if has_title else None), (), None, address, "clean", certain)


def _document(
    text: str,
    title: str | None,
    authors: tuple[str, ...],
    published: datetime | None,
    address: str | None,
    path: str,
    certain: float,
) -> Document:
    agency = None
    if path == "dump":
        text, agency = split_agency_mark(drop_repeated_paragraphs(join_drop_caps(text))[0])
    return Document(
        text=text,
        title=title,
        url=address,
        published=published,
        authors=authors,
        publisher=publisher_of(address),
        country=country_of(address),
        agency=agency,
        path=path,
        confidence=certain,
        extractor=EXTRACTOR,
    )


def _joined(lines: Sequence[Line]) -> str:
    return "\n\n".join(line.text for line in lines)


def _words(text: str | None) -> list[str]:
    return _WORD.findall(text.lower()) if text else []


def _is_headline(text: str) -> bool:
    """Whether a line could be a headline by its looks alone."""
    if len(text) > 180 or text[0].islower() or text.rstrip("\"'»«“”)")[-1:] in ".,;:…":
        return False
    return 3 <= len(text.split()) <= 22 and bool(_LETTERS.search(text)) and not cached_phrases(text) & _NOT_TITLE


def _title_line(
    lines: Sequence[Line], chance: npt.NDArray[np.float64], first: int, address: str | None, title: str | None
) -> int | None:
    """Which line is the headline: near the article's start, about its subject, repeated or in the address."""
    if title is not None:
        wanted = _words(title)
        return next((i for i, line in enumerate(lines) if _words(line.text) == wanted), None)
    article = set(_words(_joined([line for line, p in zip(lines, chance, strict=True) if p >= _KEEP])))
    stems = {word[:6] for word in article if len(word) > 6}
    slug = set(_WORD.findall(_plain(max(unquote(urlsplit(address).path).split("/"), key=len)))) if address else set()
    counts = Counter([line.text for line in lines])
    best, choice = 1.0, None
    for i in range(max(0, first - _TITLE_REACH), min(len(lines), first + 2)):
        text = lines[i].text
        if not _is_headline(text) or (i > first and chance[i] >= 0.8):
            continue
        score = _title_score(lines[i], counts[text], article | stems, slug) - 0.06 * max(0, first - i) - (i >= first)
        if score > best:
            best, choice = score, i
    return choice


def _title_score(line: Line, count: int, article: set[str], slug: set[str]) -> float:
    long_words = [word for word in _words(line.text) if len(word) > 3]
    if not long_words:
        return 0.0
    about = sum(word in article or word[:6] in article for word in long_words) / len(long_words)
    in_slug = sum(_plain(word) in slug for word in long_words) / len(long_words) if slug else 0.0
    score = 1.5 * about + 2.5 * in_slug + 0.4 * min(count - 1, 2) + 0.8 * line.heading + 0.1 * min(len(long_words), 8)
    return score - bool(cached_phrases(line.text) & _DATE_BIT) - bool(_TWO_SENTENCES.search(line.text))


def _plain(text: str) -> str:
    """Lower case without umlauts, as addresses spell German."""
    return text.lower().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss")


def _authors(lines: Sequence[Line], article: str) -> tuple[str, ...]:
    """Names of the byline near the headline: after "Von", else people's names alone on a line."""
    alone: list[str] = []
    for line in lines:
        text = line.text
        if len(text) > 120 or ends_sentence(text) or line.bullet:
            continue
        match = _BYLINE.match(text)
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


def _published(lines: Sequence[Line]) -> datetime | None:
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
