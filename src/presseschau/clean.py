"""Cleaning of text: one normal form of Unicode and white space, and what has to leave an extracted article.

`normalise` is for every string that enters a build. What mends articles takes normalised text, paragraphs set off by a
blank line. All are pure and idempotent.
"""

from __future__ import annotations

import re
import unicodedata

# U+0080–U+009F stand for Windows-1252 where a page meant letters (WHATWG, Encoding Standard, table of references).
_C1 = {byte: bytes([byte]).decode("cp1252", "ignore") or None for byte in range(0x80, 0xA0)}
_REMOVED = (
    *range(0x09), *range(0x0E, 0x1C), 0x1F, 0x7F,  # controls that are no white space
    0xAD,  # soft hyphen
    0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E,  # joiners and fillers without a glyph
    *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070),  # zero width, bidirectional marks
    0xFEFF, *range(0xFFF9, 0xFFFD), 0xFFFE, 0xFFFF,  # byte order mark, interlinear and object placeholders
    0x3164, 0xFFA0,  # Hangul fillers without a glyph
    *range(0xE000, 0xF8FF),  # private use: signs of a page's own icon font; U+F8FF is Apple's sign
)  # fmt: skip
_SPACES = (0x09, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)
_LINE_ENDS = (0x0B, 0x0C, 0x1C, 0x1D, 0x1E, 0x2028)
_LIGATURES = dict(enumerate(("ff", "fi", "fl", "ffi", "ffl", "st", "st"), 0xFB00))  # PDFs have them inside words
_TABLE: dict[int, str | None] = (
    _C1 | dict.fromkeys(_REMOVED) | dict.fromkeys(_SPACES, " ") | dict.fromkeys(_LINE_ENDS, "\n") | {0x2029: "\n\n"}
    | _LIGATURES
)  # fmt: skip
_ODD = re.compile("[" + "".join(map(re.escape, map(chr, sorted(_TABLE)))) + "]")
_ODD_PRINTABLE = tuple(char for char in map(chr, sorted(_TABLE)) if char.isprintable())
_TEXTS = {chr(code): text or "" for code, text in _TABLE.items()}
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_END = re.compile(r"\r\n?")
_SPACE_RUN = re.compile(r" {2,}")
_LINE_EDGE = re.compile(r" ?\n ?")
_BLANK_RUN = re.compile(r"\n{3,}")


def _plain(odd: re.Match[str]) -> str:
    return _TEXTS[odd[0]]


def normalise_characters(text: str) -> str:
    """The first half of `normalise`: characters only; white space keeps its place, so that columns stay columns."""
    if not text.isprintable() or any(char in text for char in _ODD_PRINTABLE):  # most lines have nothing of all that
        if _SURROGATE.search(text):
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        if "\r" in text:
            text = _LINE_END.sub("\n", text)
        text = _ODD.sub(_plain, text)  # a handful of signs: `translate` would look at each of a text's characters
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return text


def normalise(text: str) -> str:
    r"""Text in the one form that the build works on; idempotent.

    NFC; soft hyphens, zero-width characters, directional marks, byte order marks, control characters and icon fonts'
    signs out; ligatures as letters; every Unicode space an ordinary one; line ends `\n`; runs of spaces squeezed, none
    at the edges of a line; at most one blank line between paragraphs. Lone surrogates become U+FFFD, split pairs are
    joined. Quotes and dashes stay.

    >>> normalise("Strom\u00adpreis\u00a0 steigt \r\n\r\n\r\n\r\num 5\u202f% ")
    'Strompreis steigt\n\num 5 %'
    """
    text = normalise_characters(text)
    if "  " in text:
        text = _SPACE_RUN.sub(" ", text)
    text = _LINE_EDGE.sub("\n", text)
    return _BLANK_RUN.sub("\n\n", text).strip(" \n")


_REPEAT_MIN_CHARS = 40  # shorter paragraphs repeat in good faith: "Ja.", "Anzeige gegen unbekannt", a refrain
_WORD = re.compile(r"\w+")


def drop_repeated_paragraphs(text: str) -> str:
    """The text without paragraphs that stood there before.

    Pages print the lead twice, or a pull quote that the text has already. Paragraphs under 40 characters stay, and
    letters and digits alone decide: case, quotes and punctuation do not make a paragraph new.
    """
    seen: set[str] = set()
    kept = []
    for paragraph in filter(None, text.split("\n\n")):
        key = " ".join(_WORD.findall(paragraph)).casefold()
        if len(key) < _REPEAT_MIN_CHARS or key not in seen:
            seen.add(key)
            kept.append(paragraph)
    return "\n\n".join(kept)


# A capital on a line of its own before a small letter is a drop cap; inside a line only words that German has prove it.
_DROP_CAP_STARTS = """
    aber als am an auch auf aus bei beim bis da damit dann das dass dem den denn der des die dies diese dieser
    dieses doch durch ein eine einem einen einer eines er erst es fast für hat ich ihr im immer in ist jede jeder
    jetzt kaum kein keine man manche mehr mit nach nachdem nicht noch nun nur ob oder ohne schon sechs seit seitdem
    sie sind so über um und unter viele vom von vor wann war warum was wegen weil wenn wer wie wir wo zu zum zur
    zwei
"""
_DROP_CAP_WORDS = frozenset(_DROP_CAP_STARTS.split())
# It starts with a plain sign, so that the search jumps from line end to line end.
_DROP_CAP = re.compile(r"\n([A-ZÄÖÜ])(?:\n{1,2}(?=[a-zäöüß])| ([a-zäöüß]+)\b)")


def join_drop_caps(text: str) -> str:
    r"""A paragraph's first letter back on its word where the page set it as a drop cap.

    >>> join_drop_caps("D er Markt wächst.\n\nX will mehr.\n\nB\nerlin baut.")
    'Der Markt wächst.\n\nX will mehr.\n\nBerlin baut.'
    """

    def join(match: re.Match[str]) -> str:
        letter, rest = match[1], match[2]
        if rest is None:
            return f"\n{letter}"
        return f"\n{letter}{rest}" if (letter + rest).lower() in _DROP_CAP_WORDS else match[0]

    return _DROP_CAP.sub(join, f"\n{text}")[1:]
