"""German text as lexicons see it: lower case, umlauts written out, accents and odd dashes gone, positions traceable."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

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
_NOT_ASCII = re.compile("[^\x00-\x7f]")
_FOLDABLE = re.compile("[`\x80-\U0010ffff]")
_CHANGES_LENGTH = re.compile(f"[{''.join(k for k, v in _FOLDED.items() if len(v) != 1)}]|\\s{{2,}}")
_NO_WORD = re.compile(r"[\W_]")
_ASCII_MARKS = {code: " " for code in range(128) if not chr(code).isalnum()}


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
        for found in sorted(set(_NOT_ASCII.findall(spaced))):
            if not found.isalnum():
                spaced = spaced.replace(found, " ")
        # On ASCII a table is ten times faster than a pattern; what else is left are letters of other scripts.
        return f" {spaced.translate(_ASCII_MARKS) if spaced.isascii() else _NO_WORD.sub(' ', spaced)} "

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
    for found in sorted(set(_FOLDABLE.findall(cased))):
        if (folded := _FOLDED.get(found)) is not None:  # replacing each is far faster than translating all
            cased = cased.replace(found, folded)
    return Folded(cased.lower(), cased, source)  # as long: the one letter whose lower case is longer, İ, is folded
