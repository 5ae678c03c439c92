"""Limits on a page: how deep, how many nodes; and a look at the source before the parser gets it."""

from __future__ import annotations

import re

import numpy as np


class TooComplex(ValueError):  # noqa: N818  (it is a limit, named for what it says)
    """The page has more nodes, or is nested deeper, than a page that people read.

    Attributes:
        reason: `too_deep` or `too_many_nodes`.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


_MANY_TAGS = 40_000
_LONG_TAG = 40_000
_DEEPEST_SOURCE = 15_000  # the parser's time grows with the square of the depth: half a second here
_MOST_ATTRIBUTES = 20_000  # and with the square of the attributes of one element
_SELF_CLOSING = frozenset(
    (
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
        "p", "li", "dt", "dd", "tr", "td", "th", "tbody", "thead", "tfoot", "option", "optgroup",
    )
)  # fmt: skip
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")


def check_markup(html: str, raw: bytes | str = "") -> None:
    """Refuses, before it is parsed, markup on which the parser would spend minutes; next to free on real pages.

    Args:
        html: The page.
        raw: Its bytes, where they are at hand. In every encoding they have at least as many `<` as the text, and numpy
            counts them four times as fast.

    Raises:
        TooComplex: Far too deep, or an element with far too many attributes.
    """
    many = len(html) > 3 * _MANY_TAGS
    if many and isinstance(raw, bytes):
        many = int(np.count_nonzero(np.frombuffer(raw, dtype=np.uint8) == ord("<"))) > _MANY_TAGS
    if many and html.count("<") > _MANY_TAGS:
        depth = deepest = 0
        for match in _TAG.finditer(html):
            if match[2].lower() not in _SELF_CLOSING:
                depth = depth - 1 if match[1] else depth + 1
                deepest = max(deepest, depth)
        if deepest > _DEEPEST_SOURCE:
            raise TooComplex("too_deep", f"nested {deepest} deep")
    at, last = 0, len(html) - _LONG_TAG
    while at < last:  # from the end of each window backwards: a few characters a window, instead of all of them
        found = html.rfind("<", at + 1, at + _LONG_TAG)
        if found < 0:
            _check_tag(html, html.rfind("<", 0, at + 1))
            found = html.find("<", at + _LONG_TAG)
            if found < 0:
                return
        at = found


def _check_tag(html: str, start: int) -> None:
    """Refuses the element that starts here if it has far too many attributes."""
    end = html.find(">", start)
    if 0 <= end - start < _MOST_ATTRIBUTES:  # a script or a style sheet: long, but not in its tag
        return
    tag = html[start : end if end > 0 else len(html)]
    if len(tag.split()) > _MOST_ATTRIBUTES or tag.count("=") > _MOST_ATTRIBUTES:
        raise TooComplex("too_many_nodes", "an element with too many attributes")
