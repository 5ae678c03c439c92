"""The visible byline, for pages that name no author to machines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from presseschau.extract.agency import agency_named
from presseschau.extract.class_names import found_in
from presseschau.extract.metadata.authors import clean_authors, looks_like_person
from presseschau.extract.metadata.jsonld import plain

# "aut" stands for author and autor: every part of a class name that is looked for costs a third of a walk.
_CANDIDATES = "[itemprop~=author], [rel~=author], [class*=aut i], [class*=byline i], byline"
_is_author_class = found_in(
    r"(?:^|[-_\s])(?:authors?|autor(?:en|in)?|authorname)(?=$|[-_\s]|name|line|zeile|list)|byline|author-?name|authorline|autorenzeile|\bvcard\b"
)
# Other people's names: commenters, authors of teasers, boxes about the author, images.
_is_other_class = found_in(
    r"comment|kommentar|related|teaser|sidebar|widget|recommend|(?<!post-)(?<!entry-)footer|avatar|author-?(?:box|bio|info|description|image|desc)|"
    r"about-?author|live-?(?:blog|ticker)[\w-]*(?:entry|post|item|event)|caption|credit|copyright|navigation|social|share"
)
_NAMED = "a, [itemprop=name], .fn, [class*=name i], strong"
_NICKNAME_CLASS = re.compile(r"\b(?:fn|vcard|username|nickname)\b")  # hCard: https://microformats.org/wiki/hcard
_MAX_CANDIDATES = 24
_ANCESTORS = 5
# "Von Anna Beispiel" at the start of an element, up to the end of its block; a look at one letter rules out most.
_WORDED = re.compile(
    rb">\s*+(?=[VBEGAT])(?:(?:Von|VON|By|BY|Eine?\s+[\w\x80-\xff]+\s+von|(?:Geschrieben|Verfasst)\s+von)\b\s*:?"
    rb"|(?:Autor(?:in|en)?|Text)\s*:)(?:\s|\xc2\xa0|&nbsp;|</?\w[^<>]*>|<!--.*?-->)*"
    rb"(?P<names>(?:unsere[mnr]?\s)?(?:[A-Z]|\xc3[\x84\x96\x9c]|(?:dpa|afp|apa|sda|epd|kna)\b).{0,500}?)"
    rb"(?:</(?:p|li|div|h[1-6]|ul|header|td|address|byline|article)\b|<(?:time|br|p|div|h[1-6]|ul|section|article)\b)",
    re.DOTALL,
)
_MARKUP = re.compile(r"<(?:script|style|svg)\b.*?</(?:script|style|svg)>|<!--.*?-->|<[^<>]*>", re.DOTALL)
_HEADLINE = re.compile(rb"<h1")  # twice as fast as bytes.find
_WORDED_ABOVE, _WORDED_WINDOW = 2_000, 40_000
_WORDED_TRIES = 4


def read_byline(tree: LexborHTMLParser, source: bytes) -> tuple[str, ...]:
    """Names in the page's visible byline: by markup (microdata, `rel=author`, class names), else by its wording.

    Args:
        tree: The parsed page.
        source: Its bytes in UTF-8.
    """
    return _marked_up(tree) or _worded(source)


def _marked_up(tree: LexborHTMLParser) -> tuple[str, ...]:
    found: tuple[str, ...] = ()
    found_in: tuple[object, ...] = ()
    for node in islice(filter(_names_author, tree.css(_CANDIDATES)), _MAX_CANDIDATES):
        box = node.parent.parent if node.parent is not None else None
        mark = (node.tag, node.attributes.get("class"), box.mem_id if box is not None else 0)
        if (found and mark != found_in) or _is_elsewhere(node):
            continue
        names = _names_in(node)
        if names and not found:
            found, found_in = names, mark
        elif names:  # one element an author, side by side; the same element elsewhere is a teaser's
            found = clean_authors([*found, *names])
    return found


def _names_author(node: LexborNode) -> bool:
    attributes = node.attributes
    return (
        "author" in (attributes.get("rel") or "")
        or "author" in (attributes.get("itemprop") or "")
        or node.tag == "byline"
        or _is_author_class(attributes.get("class") or "")
    )


def _is_elsewhere(node: LexborNode) -> bool:
    above: LexborNode | None = node
    for _ in range(_ANCESTORS):
        if above is None or above.tag in ("article", "main", "body"):
            break
        if above.tag in ("aside", "nav", "footer", "figure") or _is_other_class(above.attributes.get("class") or ""):
            return True
        above = above.parent
    return False


def _names_in(node: LexborNode) -> tuple[str, ...]:
    content = node.attributes.get("content")
    if content:
        return _plausible([content])
    parts = [part for part in node.css(_NAMED)[:8] if part.mem_id != node.mem_id]
    inner = [text for part in parts if (text := plain(part.text(separator=" ")))]
    whole = plain(node.text(separator=" "))
    nickname = bool(_NICKNAME_CLASS.search(" ".join(part.attributes.get("class") or "" for part in [node, *parts])))
    return _plausible(inner, nickname) or _plausible([whole], nickname)


def _plausible(texts: Sequence[str], nickname: bool = False) -> tuple[str, ...]:
    names = clean_authors(texts)
    people = tuple(name for name in names if looks_like_person(name))
    if people and len(people) >= len(names) - 1:
        return names
    return people or (names if nickname and len(names) == 1 and " " not in names[0] and names[0].isalnum() else ())


def _worded(source: bytes) -> tuple[str, ...]:
    for text in _worded_texts(source):
        names = clean_authors([text])
        if names and (looks_like_person(names[0]) or agency_named(names[0])) and all(map(_fits_byline, names)):
            return tuple(name for name in names if " " in name or agency_named(name))  # without the place
    return ()


def _fits_byline(name: str) -> bool:
    """A person, an agency or a place; a sentence that starts with "Von" goes on in other words."""
    return looks_like_person(name) or bool(agency_named(name)) or (name[0].isupper() and len(name.split()) <= 2)


def _worded_texts(source: bytes) -> Iterator[str]:
    headline = _HEADLINE.search(source)
    start = max(0, headline.start() - _WORDED_ABOVE) if headline else 0
    matches = _WORDED.finditer(source, start, start + _WORDED_WINDOW)
    for match in islice(matches, _WORDED_TRIES):
        yield plain(_MARKUP.sub(" ", match["names"].decode("utf-8", "ignore"))).replace(" ,", ",")
