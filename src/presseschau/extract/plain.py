"""Whether what is called a text is one: HTML in a text field, and letters written as entities."""

from __future__ import annotations

import html
import re

from presseschau.document import PageKind

# A document says so at its beginning, and goes on with another tag: prose about `<html>` does not.
_DOCUMENT = re.compile(
    r"(?:[\0\s\ufeff]|<!--.*?-->|<\?xml\b[^>]*>)*+<(?:!doctype\s+html\b[^>]*>|html\b[^>]*>\s*<)",
    re.IGNORECASE | re.DOTALL,
)
_BLOCK = re.compile(
    r"<(/?)(p|div|li|h[1-6]|blockquote|section|article|main|figcaption|t[dh]|pre|ul|ol|t(?:able|body|r)|figure|[bh]r)\b"
    r"[^<>]*>",
    re.IGNORECASE,
)
_ENDED = re.compile(r"(?:[.!?…:»«“”\"]|[>\n])[ \t\r]*\Z|\A\s*\Z")  # where a block may end: a sentence, a line, a tag
_ONE_LINE = re.compile(r"[ \t\r]*+\n?+[^\n]*+\s*+")  # after a break
_LETTER = re.compile(r"&(?:[aou]uml|szlig|#(?:196|214|220|223|228|246|252)|#x(?:c4|d6|dc|df|e4|f6|fc));", re.IGNORECASE)
_UMLAUT = re.compile("[äöüÄÖÜß]")
# WordPress writes quotes, dashes and `&` so, and umlauts as they are: where a program takes the tags away, these stay.
_TEXTURE = re.compile(r"&#(?:821[1267]|822[012]|8230|0?38);")
_LEAST_BREAKS = 2
_REACH = 20


def kind_of(text: str) -> tuple[PageKind, str]:
    """What a text really is, and how it is to be read.

    HTML is a document by its beginning, or a piece of one: at least half of it stands in blocks, or in lines that end
    in `<br>`. A stray tag, or tags that an article about web pages quotes, leave a text as it is.

    Entities are letters only where the whole text is written so: some umlaut or ß is an entity, and none stands there
    as itself. A text that has both quotes the entity. Numbers of quotes and dashes, which nobody quotes, tell it, too.

    >>> kind_of("<p>Die Käserei zieht um.</p>")[0], kind_of("Für Absätze gibt es <p> und </p>.")[0]
    ('html', 'text')
    >>> kind_of("Gr&uuml;&szlig;e &amp; K&uuml;sse"), kind_of("Für ü steht &uuml;")
    (('text', 'Grüße & Küsse'), ('text', 'Für ü steht &uuml;'))
    """
    found = _is_html(text)
    if not found and "&" in text and (_TEXTURE.search(text) or (_LETTER.search(text) and not _UMLAUT.search(text))):
        text = html.unescape(text)
        found = _is_html(text)
    return ("html" if found else "text"), text


def _is_html(text: str) -> bool:
    return "<" in text and (_DOCUMENT.match(text) is not None or _is_fragment(text))


def _is_fragment(text: str) -> bool:
    """Whether at least half of a text, by characters, stands in blocks of HTML."""
    inside = total = end = breaks = lines = 0
    opened, broken = "", False
    for tag in _BLOCK.finditer(text):
        before, name = text[end : tag.start()], tag[2].lower()
        ended, size = _ENDED.search(before[-_REACH:]) is not None, len(before.strip())
        if opened and name in (opened, "br"):
            inside += size
        broken = name == "br" and ended and _ONE_LINE.fullmatch(before) is not None
        if broken and not opened:
            breaks, lines = breaks + 1, lines + size
        if name != "br":  # tags within a sentence are quoted: a block begins where a block may begin
            opened = name if not tag[1] and ended else ""
        total, end = total + size, tag.end()
    rest = len(text[end:].strip())
    if breaks >= _LEAST_BREAKS:
        inside += lines + (rest if broken and _ONE_LINE.fullmatch(text, end) else 0)
    return inside > 0 and 2 * inside >= total + rest
