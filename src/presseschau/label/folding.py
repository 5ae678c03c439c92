"""German text as lexicons see it: lower case, umlauts written out, accents and odd dashes gone, positions traceable."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from presseschau.stable import beyond_ascii

# What folding writes for a letter; "" deletes it. Letters that fold one for one come after the two that grow.
_FOLDED = {
    "ä": "ae",
    "ö": "oe",
    "ü": "ue",
    "ß": "ss",
    "Ä": "Ae",
    "Ö": "Oe",
    "Ü": "Ue",
    "ẞ": "SS",
    "æ": "ae",
    "Æ": "Ae",
    "œ": "oe",
    "Œ": "Oe",
    "…": "...",
    **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", ""),
    **dict(
        zip(
            "áàâãåçéèêëíìîïñóòôõøúùûýÿÁÀÂÃÅÇÉÈÊËÍÌÎÏİÑÓÒÔÕØÚÙÛÝšŠžŽčČćĆğĞşŞıłŁ’‘‚‛´`‐‑‒–—−",
            "aaaaaceeeeiiiinooooouuuyyAAAAACEEEEIIIIINOOOOOUUUYsSzZcCcCgGsSilL''''''------",
            strict=True,
        )
    ),
}
_CHANGES_LENGTH = re.compile(f"[{''.join(k for k, v in _FOLDED.items() if len(v) != 1)}]|\\s{{2,}}")
_UTF8 = ("utf-8", "surrogatepass")


def spaces_for(marks: str) -> bytes:
    """A table for `translate_ascii` that has a space for each of some ASCII characters, and the others as they are."""
    return bytes(32 if chr(code) in marks else code for code in range(256))


def translate_ascii(text: str, table: bytes) -> str:
    """The text with its ASCII characters as a table of bytes has them, several times faster than `str.translate`.

    >>> translate_ascii("Größe: (neu)", spaces_for("():"))
    'Größe   neu '
    """
    return text.encode(*_UTF8).translate(table).decode(*_UTF8)


_NO_WORD = spaces_for("".join(char for char in map(chr, range(128)) if not char.isalnum()))


@dataclass(frozen=True)
class Folded:
    """Text as lexicons see it: one space between words, ä → ae, ß → ss, accents gone, dashes and apostrophes alike.

    Attributes:
        lower: Folded text in lower case.
        cased: Folded text with its capitals, of the same length.
        source: The text before folding.
    """

    lower: str
    cased: str
    source: str

    @cached_property
    def spaced(self) -> str:
        """`lower` with a space for everything that is no letter or digit, and one more space at either end."""
        spaced = self.lower
        for found in beyond_ascii(spaced):  # in any order: none of them stands for another
            if not found.isalnum():
                spaced = spaced.replace(found, " ")
        return f" {translate_ascii(spaced, _NO_WORD)} "

    @cached_property
    def _breaks(self) -> tuple[list[int], list[int]]:
        """Positions in `lower` after which the distance to the source changes, rising, and that distance."""
        breaks, shifts, length, last = [], [], 0, 0
        for match in _CHANGES_LENGTH.finditer(self.source):
            start, end = match.span()
            length += start - last + (1 if match.group().isspace() else len(_FOLDED[match.group()]))
            breaks.append(length)
            shifts.append(end - length)
            last = end
        return breaks, shifts

    def offset(self, position: int) -> int:
        """Code-point offset in the source text of a position in the folded text.

        >>> folded = fold("Größe  zählt")
        >>> folded.lower, folded.offset(folded.lower.index("zaehlt"))
        ('groesse zaehlt', 7)
        """
        breaks, shifts = self._breaks
        after = bisect_right(breaks, position)
        offset = position + (shifts[after - 1] if after else 0)
        if after < len(breaks):  # inside an expanded letter: no further than where the next one starts
            return min(offset, breaks[after] + shifts[after])
        return offset


def fold(text: str) -> Folded:
    """Fold a text for matching; positions stay traceable to the source.

    >>> fold("Künstliche Intelligenz – heißt's").lower
    "kuenstliche intelligenz - heisst's"
    """
    cased = " ".join(text.split())
    if len(cased) != len(text):  # white space at an end counts as a word's border, too
        cased = f"{' ' * text[:1].isspace()}{cased}{' ' * (bool(cased) and text[-1:].isspace())}"
    return _folded(cased, text)


def fold_line(text: str) -> Folded:
    """Fold a text whose words stand one space apart."""
    return _folded(text, text)


def _folded(cased: str, source: str) -> Folded:
    for found in ("`", *beyond_ascii(cased)):
        if (folded := _FOLDED.get(found)) is not None:  # replacing each is far faster than translating all
            cased = cased.replace(found, folded)
    return Folded(cased.lower(), cased, source)  # as long: the one letter whose lower case is longer, İ, is folded
