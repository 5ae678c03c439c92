"""The headings that a page shows, with their kickers, and the words by which titles are compared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from selectolax.lexbor import LexborNode

from presseschau.extract.class_names import found_in
from presseschau.extract.metadata.jsonld import plain

Words: TypeAlias = tuple[str, ...]

_TOKEN = re.compile(r"\w+")
_sets_apart = found_in(
    r"kicker|catchline|topline|top-line|overline|dachzeile|roofline|eyebrow|super-?title|pre-?title|pre-?headline|spitzmarke|topic-label|"
    r"(?:^|[_\s-])sub(?:title|line|head(?:line)?)(?:$|[_\s-])|ober(?:titel|zeile)|\blabel\b"
)
_is_hidden = found_in(r"visually-?hidden|sr-only|screen-?reader|offscreen|\baural\b|assistive-text|is-hidden")
_HOME = re.compile(r"(?:https?://[^/]+)?/?(?:\?[^/]*)?")
_MAX_HEADINGS = 40
_MAX_SECOND = 5


class Heading(NamedTuple):
    """One heading as shown.

    Attributes:
        text: The headline, without kicker.
        kicker: What the page sets apart from it, in front or behind.
        lead: The first of several elements in `text`: a kicker, if the page's statements say so.
        crumb: True for an h1 that is the last entry of a breadcrumb: written for search engines, not for readers.
    """

    text: str
    kicker: str = ""
    lead: str = ""
    crumb: bool = False


@lru_cache(maxsize=64)  # a page's few titles are compared with each other again and again
def words(text: str | None) -> Words:
    """Lower-case words, for comparison."""
    return tuple(_TOKEN.findall(text.lower())) if text else ()


def read_headings(headlines: Sequence[LexborNode], subheads: Sequence[LexborNode]) -> list[Heading]:
    """The h1 elements with text, in order; where one is a breadcrumb, also the h2 that may be the headline.

    Args:
        headlines: The page's h1 elements.
        subheads: Its h2 elements.
    """
    found = []
    for node in headlines[:_MAX_HEADINGS]:
        heading = heading_of(node)
        if heading.text:
            found.append(heading._replace(crumb=True) if _is_crumb(node) else heading)
    if any(heading.crumb for heading in found):
        second = (split_lead(heading_of(node)) for node in subheads[:_MAX_SECOND])
        found.extend(heading for heading in second if heading.kicker)
    return found


def _is_crumb(node: LexborNode) -> bool:
    above: LexborNode | None = node
    for _ in range(4):
        if above is None or above.tag in ("header", "article", "main", "body"):
            break
        marks = above.attributes
        if above.tag in ("nav", "ol") or any(
            "breadcrumb" in (marks.get(name) or "").lower() for name in ("class", "id", "itemtype")
        ):
            return True
        above = above.parent
    links = 0
    before = node.prev
    while before is not None:  # breadcrumbs with generated class names: links side by side with the h1
        links += before.tag == "a"
        before = before.prev
    return links > 1


def heading_of(node: LexborNode) -> Heading:
    """A heading as its reader sees it; its text is "" for a link to the front page."""
    first = node.first_child
    if first is None or (first.is_text_node and first.next is None):
        return Heading(plain(node.text()))
    link = _first_link(node)
    if link is not None:
        marks = link.attributes
        if marks.get("rel") == "home" or _HOME.fullmatch(marks.get("href") or ""):
            return Heading("")
    pieces = [(text, aside) for text, aside in _pieces(node, aside=False) if text.strip()]
    headline = plain(" ".join(text for text, aside in pieces if not aside)).strip(" :|–-")
    kicker = plain(" ".join(text for text, aside in pieces if aside)).strip(" :|–-/")
    if not headline:
        return Heading(kicker)
    first = next(child for child in node.iter(include_text=True) if child.text().strip())
    apart = len(pieces) > 1 and not kicker and first.tag in ("span", "div", "p", "strong", "em", "b", "i")
    return Heading(headline, kicker, plain(pieces[0][0]).strip(" :|–-") if apart else "")


def _first_link(node: LexborNode, depth: int = 12) -> LexborNode | None:
    """The first link below a node; a walk of a heading is cheaper than a query."""
    for child in node.iter():
        if child.tag == "a":
            return child
        if depth and (link := _first_link(child, depth - 1)) is not None:
            return link
    return None


def _pieces(node: LexborNode, aside: bool, depth: int = 12) -> Iterator[tuple[str, bool]]:
    """Texts below a node that its reader sees, and whether they stand in the kicker."""
    for child in node.iter(include_text=True):
        if child.is_text_node:
            yield child.text(), aside
        elif depth and child.tag not in ("style", "script", "svg", "noscript", "template", "button"):
            style = child.attributes.get("class") or ""
            if not _is_hidden(style):
                yield from _pieces(child, aside or child.tag == "small" or _sets_apart(style), depth - 1)


def split_lead(heading: Heading, keys: list[Words] | None = None) -> Heading:
    """A heading whose first element is a kicker; with keys only where the page states the rest, not the whole twice."""
    full, lead = words(heading.text), words(heading.lead)
    rest = full[len(lead) :]
    if not lead or not rest or full[: len(lead)] != lead:
        return heading
    if keys is not None and (keys.count(full) > 1 or rest not in keys):
        return heading
    headline = heading.text[len(heading.lead) :].lstrip(" :|–-/")
    return Heading(headline, heading.lead, crumb=heading.crumb) if words(headline) == rest else heading
