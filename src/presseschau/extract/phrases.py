"""Boilerplate phrases of German sites by class, for short blocks."""

from __future__ import annotations

import re

from presseschau.extract.words import read_words

_PHRASES: tuple[tuple[str, str], ...] = tuple((name, "|".join(parts)) for name, parts in read_words("phrases").items())
PHRASE_NAMES: tuple[str, ...] = tuple(name for name, _ in _PHRASES)
_RES = {name: re.compile(pattern) for name, pattern in _PHRASES}
_LONGEST = 400  # a longer block is running text, which may well mention a newsletter


def phrases(text: str, names: tuple[str, ...] = PHRASE_NAMES) -> int:
    """The classes of phrases that a short block contains, as bits in the order of `names`.

    >>> bool(phrases("Lesezeit: 3 Minuten") & 1 << PHRASE_NAMES.index("reading"))
    True
    """
    if len(text) > _LONGEST:
        return 0
    bits = 0
    for i, name in enumerate(names):
        if _RES[name].search(text):
            bits |= 1 << i
    return bits
