"""Shadow trees that a page carries in its markup, as browsers and page savers write them: text that a reader sees."""

from __future__ import annotations

import re

_TEMPLATE = re.compile(
    rb"""<template (?: (?=[^>]*\sshadowroot(?:mode)?\s*=) (?P<shown>[^>]*) | \b[^>]* ) > | </template\s*>""",
    re.VERBOSE | re.IGNORECASE,
)


def shown(source: bytes) -> bytes:
    """The page with its declarative shadow trees as boxes, since the parser has no text of a template.

    >>> shown(b"<x-a><template shadowrootmode=open><p>Ja</p></template></x-a>")
    b'<x-a><div shadowrootmode=open><p>Ja</p></div></x-a>'
    """
    if b"shadowroot" not in source:
        return source
    opened: list[bool] = []

    def turned(tag: re.Match[bytes]) -> bytes:
        if tag[0].startswith(b"</"):
            return b"</div>" if opened and opened.pop() else tag[0]
        opened.append(tag["shown"] is not None)
        return b"<div%b>" % tag["shown"] if opened[-1] else tag[0]

    return _TEMPLATE.sub(turned, source)
