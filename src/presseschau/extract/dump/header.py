"""What a program has written above a page's text: its title, address, date and author, a line each."""

from __future__ import annotations

import re
from typing import NamedTuple

_FIELDS = {
    "title": ("title", "titel", "headline"),
    "url": ("url", "url source", "source url", "link", "source"),
    "published": ("date", "datum", "published", "published time", "published date", "publication date", "pubdate"),
    "author": ("author", "authors", "autor", "autorin", "byline"),
}
_FIELD_OF = {key: field for field, keys in _FIELDS.items() for key in keys}
_ENTRY = re.compile(r"([A-Za-z][\w -]{0,30}?)[ \t]*:(?:[ \t]+(.*))?$")
_ADDRESS = re.compile(r"https?://\S+$")
_FENCE, _TEXT_BEGINS = "---", "markdown content"
_MAX_ROWS, _LONGEST = 40, 500


class Header(NamedTuple):
    """What stands above the text; "" where it says nothing."""

    title: str = ""
    url: str = ""
    published: str = ""
    author: str = ""


def split_header(text: str) -> tuple[Header, str]:
    r"""The header of a text and the rest: YAML between two fences, or entries with a title and an address among them.

    >>> split_header("Title: Neue Chips\nURL Source: https://example.org/a\n\nMarkdown Content:\nDer Markt wächst.")[1]
    'Der Markt wächst.'
    >>> split_header("Titel: ein Wort, das viele tragen.\n\nDer Markt wächst.")[0]
    Header(title='', url='', published='', author='')
    """
    body = text.lstrip("\ufeff\r\n\t ")
    rows = body.splitlines(keepends=True)[: _MAX_ROWS + 1] if ":" in body[:1_000] else []
    is_yaml, ended = bool(rows) and rows[0].strip() == _FENCE, False
    found: dict[str, str] = {}
    size = len(rows[0]) if is_yaml else 0
    for row in rows[1:] if is_yaml else rows:
        line = row.strip()
        entry = _ENTRY.match(line)
        key = entry[1].lower() if entry else ""
        if not is_yaml and line and key not in _FIELD_OF and key != _TEXT_BEGINS:
            break
        size += len(row)
        if entry and key in _FIELD_OF:
            found.setdefault(_FIELD_OF[key], (entry[2] or "")[:_LONGEST].strip(" \t\"'"))
        ended = key == _TEXT_BEGINS or (is_yaml and line == _FENCE)
        if ended:
            break
    complete = found.get("title") and (ended if is_yaml else _ADDRESS.match(found.get("url", "")))
    return (Header(**found), body[size:]) if complete else (Header(), text)
