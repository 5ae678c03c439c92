"""The headline where no h1 shows it: the line that the page's title, or its address, repeats."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser

from presseschau.extract.class_names import found_in
from presseschau.extract.metadata.headings import Heading, Words, heading_of, words
from presseschau.extract.metadata.jsonld import plain
from presseschau.extract.metadata.shown import seen
from presseschau.extract.metadata.title import SiteKeys, Stated, is_site, key_of, pieces_of, shared, without_site

_LONGEST, _LONGEST_MARKUP = 250, 3_000  # characters
_WHOLE_PAGE, _MAX_LINES = 1_000_000, 5_000  # bytes, lines
# `(?i:…)` behind the bracket: a pattern that begins with a plain sign is searched much faster.
_BLOCK = re.compile(
    r"<(/?)(?i:p|div|li|[uo]l|section|article|h([1-6])|table|tbody|t[rdh]|d[ldt]|hr|header|footer|nav|form|main|aside"
    r"|figure|figcaption|blockquote|center|button|body)\b([^<>]*)>"
)
_TAG = re.compile(r"<[^<>]*>")
_LINK = re.compile(r"<(/?)[aA]\b[^<>]*>")
_CLASS = re.compile(r"(?:class|id|itemprop)=[\"']?([^\"'<>]*)", re.IGNORECASE)
_is_named = found_in(
    r"head-?line|(?:^|[_\s-])(?:page|post|entry|article|content|news|main)?[_-]?title(?:$|[_\s-])|ueberschrift"
)
_WORD = 3  # characters; shorter words say nothing about a subject, and the first letters of others tell enough
_STEM = 5
_LEAST = 3  # words that a line and an address, or the beginning of a title, must share
_OVERLAP, _IN_ADDRESS, _OF_LINE = 0.5, 0.6, 0.4
_SAID, _PART_SAID, _NAMED, _MARKED = 2.0, 1.5, 0.5, 0.1


def with_unmarked(
    headings: list[Heading], source: bytes, stated: Stated, url: str | None, names: SiteKeys
) -> list[Heading]:
    """The headings, or the line that is the headline where none of them is.

    An h1 is none where it names the site, or has no word in common with the page's titles and address.

    Args:
        headings: From `headings.read_headings`.
        source: The page in UTF-8.
        stated: What the page tells machines.
        url: Its address.
        names: Names of the site, from `title.site_keys`.
    """
    titles = [title for title in (stated.headline, stated.social, stated.page) if title and len(title) <= _LONGEST]
    own = [heading for heading in headings if not is_site(heading.text, names)]
    if any(_is_confirmed(heading, titles, url, names) for heading in own):
        return headings
    found = _unmarked(source, _clues(titles, url, names), names, _PART_SAID if own else 0.0)
    return [found] if found else headings


class _Line(NamedTuple):
    """A line of the page.

    Attributes:
        markup: What stands between two tags of blocks.
        text: Its text.
        marks: Attributes of the block that it begins, "" further on.
        heading: It begins a heading.
        linked: It has a link, or stands in one.
    """

    markup: str
    text: str
    marks: str
    heading: bool
    linked: bool


class _Clues(NamedTuple):
    """What tells the headline.

    Attributes:
        titles: What the page states, without the site's name.
        pieces: These, and what separators set apart in them.
        slug: Words of the longest part of the address, spelt as addresses do.
    """

    titles: Sequence[Words]
    pieces: frozenset[Words]
    slug: frozenset[str]


def _clues(titles: Sequence[str], url: str | None, names: SiteKeys) -> _Clues:
    own = [text for title in titles if not is_site(text := without_site(title, names), names)]
    pieces = {words(piece) for text in own for piece in pieces_of(text) if not is_site(piece, names)}
    return _Clues([words(text) for text in own], frozenset(pieces - {()}), _slug(url))


def _slug(url: str | None) -> frozenset[str]:
    part = max(unquote(urlsplit(url or "").path).split("/"), key=len).replace("_", "-")
    return frozenset(word for word in key_of(part.rpartition(".")[0] or part) if len(word) >= _WORD and word.isalpha())


def _is_confirmed(heading: Heading, titles: Sequence[str], url: str | None, names: SiteKeys) -> bool:
    """Whether a heading and the page's titles, or its address, have a longer word in common that is no site's name."""
    if heading.text in titles:
        return True
    own = _stems(set(words(heading.text)).difference(*names))
    return any(not own.isdisjoint(_stems(words(title))) for title in titles) or not _slug(url).isdisjoint(
        key_of(heading.text)
    )


def _stems(of: Iterable[str]) -> set[str]:
    return {word[:_STEM] for word in of if len(word) > _WORD}


def _unmarked(source: bytes, clues: _Clues, names: SiteKeys, least: float) -> Heading | None:
    """The line that is the headline by what the page states, by its address or, without either, by its class."""
    best, choice = least, None
    for line in islice(_lines(source), _MAX_LINES):
        score = _score(line, clues, names)
        if score > best:
            best, choice = score, line
    node = LexborHTMLParser(f"<h1>{choice.markup}</h1>").css_first("h1") if choice else None
    heading = heading_of(node) if node is not None else None
    return heading if heading and heading.text else None


def _score(line: _Line, clues: _Clues, names: SiteKeys) -> float:
    """How surely a line is the headline; 0 if nothing tells."""
    own = words(line.text)
    if own in clues.pieces:
        return _SAID + len(own) / 20 + _bonus(line) - _NAMED * line.linked
    if line.linked or len(own) < 2:
        return 0.0
    score = max((shared(own, title) for title in clues.titles), default=0.0)
    score = score if score > _OVERLAP else 0.0
    if len(own) >= _LEAST:
        if any(own in (title[: len(own)], title[-len(own) :]) for title in clues.titles):
            score = max(score, _PART_SAID + len(own) / 20)
        score = max(score, _in_address(line.text, clues.slug))
    if score:
        return 0.0 if is_site(line.text, names) else score + _bonus(line)
    return _NAMED if not clues.titles and _is_headline_class(line) and not is_site(line.text, names) else 0.0


def _in_address(text: str, slug: frozenset[str]) -> float:
    """How far an address repeats a line, 0 where it does so in part only."""
    if len(slug) < _LEAST:
        return 0.0
    own = frozenset(word for word in key_of(text) if len(word) >= _WORD)
    common = len(own & slug)
    enough = common >= max(_LEAST, _IN_ADDRESS * len(slug), _OF_LINE * len(own))
    return _OVERLAP + common / len(own | slug) if enough else 0.0


def _bonus(line: _Line) -> float:
    return _NAMED * _is_headline_class(line) + _MARKED * line.heading


def _is_headline_class(line: _Line) -> bool:
    return any(_is_named(name) for name in _CLASS.findall(line.marks + line.markup))


def _lines(source: bytes) -> Iterator[_Line]:
    """The short lines between block elements, as a reader sees them."""
    body = max(0, source.find(b"<body"))
    html = seen(source[body : body + _WHOLE_PAGE].decode("utf-8", "ignore"))
    linked, end, marks, heading = False, 0, "", False
    for tag in _BLOCK.finditer(html):
        markup, end = html[end : tag.start()], tag.end()
        links = [not link[1] for link in _LINK.finditer(markup)] if "<" in markup else []
        text = plain(_TAG.sub(" ", markup)) if len(markup) <= _LONGEST_MARKUP and not markup.isspace() else ""
        if text and len(text) <= _LONGEST:
            yield _Line(markup, text, marks, heading, linked or any(links))
        linked = links[-1] if links else linked
        heading, marks = (False, "") if tag[1] else (tag[2] is not None, tag[3])
