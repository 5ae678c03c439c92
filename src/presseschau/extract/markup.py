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
    b"area base br col embed hr img input link meta param source track wbr p li dt dd tr td th tbody thead tfoot option"
    b" optgroup".split()
)
_TAG = re.compile(rb"<(/?)([a-zA-Z][^\s/>]*)")


def check_markup(source: bytes) -> None:
    """Refuses, before it is parsed, markup on which the parser would spend minutes; next to free on real pages.

    Args:
        source: The page in UTF-8.

    Raises:
        TooComplex: Far too deep, or an element with far too many attributes.
    """
    # numpy counts a byte four times as fast as `bytes.count`
    if len(source) > 3 * _MANY_TAGS and np.count_nonzero(np.frombuffer(source, np.uint8) == ord("<")) > _MANY_TAGS:
        depth = deepest = 0
        for match in _TAG.finditer(source):
            if match[2].lower() not in _SELF_CLOSING:
                depth = depth - 1 if match[1] else depth + 1
                deepest = max(deepest, depth)
        if deepest > _DEEPEST_SOURCE:
            raise TooComplex("too_deep", f"nested {deepest} deep")
    at, last = 0, len(source) - _LONG_TAG
    while at < last:  # from the end of each window backwards: a few bytes a window, instead of all of them
        found = source.rfind(b"<", at + 1, at + _LONG_TAG)
        if found < 0:
            _check_tag(source, source.rfind(b"<", 0, at + 1))
            found = source.find(b"<", at + _LONG_TAG)
            if found < 0:
                return
        at = found


def _check_tag(source: bytes, start: int) -> None:
    """Refuses the element that starts here if it has far too many attributes."""
    end = source.find(b">", start)
    if 0 <= end - start < _MOST_ATTRIBUTES:  # a script or a style sheet: long, but not in its tag
        return
    tag = source[start : end if end > 0 else len(source)]
    if len(tag.split()) > _MOST_ATTRIBUTES or tag.count(b"=") > _MOST_ATTRIBUTES:
        raise TooComplex("too_many_nodes", "an element with too many attributes")
