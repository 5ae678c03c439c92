"""Fields that a program has written down in its own notation instead of saving what they are."""

from __future__ import annotations

import ast
import html
import re

import orjson

# What Python's `str` makes of bytes.
_BYTES = re.compile(r"""b(['"])(?:[ -\[\]-~]|\\(?:[\\'tnr]|x[0-9a-f]{2}))*+(?<=\1)""")

_LONGEST = 1 << 18  # of a value that is parsed; servers send headers of a few KB


def as_meant(raw: str) -> str | bytes:
    r"""The bytes that a string is Python's notation of, or the markup that it holds escaped as a whole; else itself.

    >>> as_meant(r"b'F\xc3\xbcr'"), as_meant("&lt;p&gt;Für&lt;/p&gt;"), as_meant("Für &lt;p&gt;")
    (b'F\xc3\xbcr', '<p>Für</p>', 'Für &lt;p&gt;')
    """
    if raw.startswith(("b'", 'b"')) and len(raw) > 2 and _BYTES.fullmatch(raw):
        try:
            return bytes(ast.literal_eval(raw))
        except (SyntaxError, TypeError):  # a quote within, so that the notation ends before the string does
            return raw
    if "<" not in raw and raw[:64].lstrip().startswith("&lt;") and raw[-64:].rstrip().endswith("&gt;"):
        return html.unescape(raw)
    return raw


def value_of(raw: str) -> object:
    """The value that a string is in JSON or, as cells hold dicts and lists, in Python's notation.

    Raises:
        ValueError: It is neither.

    >>> value_of('{"A": 1}'), value_of("{'A': [b'x', None]}")
    ({'A': 1}, {'A': [b'x', None]})
    """
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        if len(raw) > _LONGEST or raw.lstrip()[:1] not in ("{", "["):
            raise
    try:
        return ast.literal_eval(raw.strip())
    except (SyntaxError, MemoryError, RecursionError) as error:
        raise ValueError(str(error)) from None
