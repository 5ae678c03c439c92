"""Boilerplate phrases of German sites by class, for short blocks."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from presseschau.extract.words import read_words

_PHRASES: dict[str, list[str]] = read_words("phrases")
PHRASE_NAMES: tuple[str, ...] = tuple(_PHRASES)


def _finder(parts: Sequence[str]) -> Callable[[str], re.Match[str] | None]:
    """A class whose every phrase stands at the start is matched there, not searched for at every character."""
    pattern = re.compile("|".join(parts))
    return pattern.match if all(part.startswith("^") for part in parts) else pattern.search


_FINDERS = {name: _finder(parts) for name, parts in _PHRASES.items()}
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
        if _FINDERS[name](text):
            bits |= 1 << i
    return bits
