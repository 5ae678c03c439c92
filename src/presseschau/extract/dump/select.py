"""The article in a plain-text dump of a whole page, or an article that is already clean.

A boosted ensemble over line features (`features`, weights in `model.json`, learnt by `train`) says how
likely each line belongs to the article; lines near running text are asked, menus and footers are not. Where nearly all
of the input is article and nothing around it is known boilerplate, the input counts as clean and stays as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from importlib import resources
from itertools import pairwise

import numpy as np

from presseschau.clean import drop_repeated_paragraphs, join_drop_caps
from presseschau.document import Document
from presseschau.extract.agency import split_agency_mark
from presseschau.extract.dump.features import NAMES, Flags, Floats, cached_phrases, is_prose, page_features, prose_of
from presseschau.extract.dump.header import split_header
from presseschau.extract.dump.headline import (
    BYLINE,
    authors_of,
    is_headline,
    published_of,
    shown_title,
    title_line,
    words_of,
)
from presseschau.extract.dump.lines import Line, ends_sentence, lines_of, without_near_repeats, without_rights
from presseschau.extract.dump.surroundings import (
    FURNITURE,
    MENU,
    PARAGRAPH,
    below_menu,
    is_boilerplate,
    is_clean,
    without_boilerplate,
)
from presseschau.extract.forest import Forest
from presseschau.extract.metadata.authors import clean_authors
from presseschau.extract.metadata.country import country_of
from presseschau.extract.metadata.dates import parse_date
from presseschau.extract.notices import is_notice
from presseschau.extract.phrases import bits_of
from presseschau.extract.threads import THREAD, WITHIN, dated_comments, is_answered
from presseschau.extract.threshold import f1_threshold
from presseschau.stable import canonical_url, publisher_of

EXTRACTOR = "presseschau-text 1"
_LOWEST, _HIGHEST = 0.2, 0.5  # bounds of the threshold
_SUBHEAD, _SUBHEAD_BETWEEN = 0.2, 0.6
_SHORT = 20  # words of a page on one line
_ABOVE, _BYLINE_BELOW, _DATE_BELOW = 6, 4, 3  # lines around the article's start that may be its byline, or its date
_ABOVE_THREAD = 50  # words of the article; a thread above them is the page's text
_QUOTE = re.compile('[„“«»"]')  # the heading names the article
_DATED = re.compile(
    r"(?:am\s)?\d{1,2}\.\s?(?:\d{1,2}\.|[A-ZÄÖÜ]\w+\.?)\s?\d{2,4}(?:,?\s(?:um\s)?\d{1,2}[:.]\d{2}(?:\sUhr)?)?\W*$"
)
_NO_SUBHEAD = ~bits_of("date", "person")


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
    header, text = split_header(raw)
    found = _article(text, canonical_url(url) or canonical_url(header.url), title, header.title)
    return replace(
        found,
        authors=clean_authors([header.author]) or found.authors,
        published=parse_date(header.published) or found.published,
    )


def _article(raw: str, address: str | None, title: str | None, stated: str) -> Document:
    """The article below a header; `stated` is the title that this has."""
    everything = lines_of(raw)
    lines = without_near_repeats(everything)
    title = title or (shown_title(lines, stated, address) if stated else None)
    if not lines:
        return _document("", title, address, "clean", 0.0)
    prose = prose_of(lines)
    chance = line_chances(lines, prose)
    likely = _likely(lines, chance, prose)
    keep = _with_short_sentences(lines, _kept(lines, chance, likely))
    if not keep.any():
        keep = below_menu(lines, chance, prose)
    if not keep.any():
        menu = len(lines) >= MENU and not any(len(line.text) >= PARAGRAPH for line in lines)
        return _document("" if menu else _joined(everything), title, address, "dump" if menu else "clean", 0.0)
    thread = _thread(lines, keep)
    keep[thread:] = False
    if thread == len(lines) and is_clean(lines, chance, likely):
        return _clean_document(everything, title, address, float(chance.mean()))
    return _found_document(lines, chance, keep, title, address)


def _found_document(
    lines: Sequence[Line], chance: Floats, keep: Flags, title: str | None, address: str | None
) -> Document:
    """The kept lines without the headline among them, and what stands around it: who wrote them, and when."""
    first = int(np.flatnonzero(keep)[0])
    # On a line that holds the whole page, no headline is told from what stands around it.
    at = title_line(lines, chance, first, address, title) if title or not lines[first].run else None
    headline = title or (lines[at].text if at is not None else None)
    known = words_of(headline)
    kept = [i for i in np.flatnonzero(keep).tolist() if not (known and words_of(lines[i].text) == known)]
    text = _joined(lines, kept)
    start = first if at is None else min(at, first)
    top = max(0, start - _ABOVE)
    byline = [i for i in range(top, min(len(lines), first + _BYLINE_BELOW)) if not keep[i] and i != at]
    authors = authors_of(
        [lines[i] for i in byline if i >= start]
        + [lines[i] for i in byline if i < start and BYLINE.match(lines[i].text)],
        text,
    )
    found = _document(text, headline, address, "dump", float(chance[keep].mean()))
    return replace(found, authors=authors, published=published_of(lines[top : first + _DATE_BELOW]))


def line_chances(lines: Sequence[Line], prose: Flags) -> Floats:
    """For each line the probability that it belongs to the article; 0 for lines far from running text."""
    near, rows = page_features(lines, prose)
    chance = np.zeros(len(lines))
    if len(near):
        chance[near] = _model().probability(rows.astype(np.float32))
    return chance


def _likely(lines: Sequence[Line], chance: Floats, prose: Flags) -> Flags:
    """The lines that the model takes for the article's; all running text where no page stands around it."""
    words = [len(line.text.split()) for line in lines]
    likely = chance >= f1_threshold(chance.tolist(), words, _LOWEST, _HIGHEST)
    if len(lines) - int(prose.sum()) < FURNITURE:
        # A digest or a list of questions looks odd to the model, but it is what the input is.
        likely |= without_boilerplate(lines, prose & ~likely)
    return likely


def _kept(lines: Sequence[Line], chance: Floats, likely: Flags) -> Flags:
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


def _with_short_sentences(lines: Sequence[Line], keep: Flags) -> Flags:
    """The article's lines with the short sentences between them, which say too little one by one."""
    keep = keep.copy()
    for a, b in pairwise(np.flatnonzero(keep).tolist()):
        gap = range(a + 1, b)
        if gap and lines[b].run and sum([len(lines[i].text.split()) for i in gap]) <= _SHORT:
            keep[a + 1 : b] = not any(is_boilerplate(lines[i]) for i in gap)
    return keep


def _thread(lines: Sequence[Line], keep: Flags) -> int:
    """Where readers' comments begin below the article's first paragraphs; behind the last line if nowhere."""
    words = 0
    texts = [line.text for line in lines]
    dated = dated_comments(texts)
    for i, text in enumerate(texts):
        if i in dated or (THREAD.match(text) and (_QUOTE.search(text) or _is_answered(texts[i + 1 : i + 1 + WITHIN]))):
            return i if words >= _ABOVE_THREAD else len(lines)
        words += len(text.split()) if keep[i] else 0
    return len(lines)


def _is_answered(below: Sequence[str]) -> bool:
    """Whether somebody speaks, or a date stands alone, right below a heading."""
    return is_answered(below) or any(_DATED.match(text) for text in below)


def _clean_document(lines: Sequence[Line], title: str | None, address: str | None, certain: float) -> Document:
    """The input as it is, its headline set apart where the first line is one."""
    first = lines[0]
    if title is not None:
        has_title = words_of(first.text) == words_of(title)
    else:
        has_title = (
            len(lines) > 1 and is_prose(lines[1].text) and is_headline(first.text) and not ends_sentence(first.text)
        )
    body = without_rights(lines[1:] if has_title else lines)
    return _document(_joined(body), title or (first.text if has_title else None), address, "clean", certain)


def _document(text: str, title: str | None, address: str | None, path: str, certain: float) -> Document:
    agency = None
    if path == "dump":
        text, agency = split_agency_mark(drop_repeated_paragraphs(join_drop_caps(text)))
    return Document(
        text=text,
        title=title,
        url=address,
        publisher=publisher_of(address),
        country=country_of(address),
        agency=agency,
        path=path,
        confidence=certain,
        extractor=EXTRACTOR,
    )


def _joined(lines: Sequence[Line], at: Iterable[int] | None = None) -> str:
    """The lines at some places, or all, as paragraphs; sentences that followed each other on a line still do."""
    parts: list[str] = []
    last = -1
    for i in range(len(lines)) if at is None else at:
        if parts and lines[i].run and last == i - 1:
            parts[-1] += f" {lines[i].text}"
        else:
            parts.append(lines[i].text)
        last = i
    return "\n\n".join(parts)
