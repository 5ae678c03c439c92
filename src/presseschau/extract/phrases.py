"""Boilerplate phrases of German sites by class, for short blocks."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

import ahocorasick

from presseschau.extract.words import read_words

_Finder: TypeAlias = Callable[[str], re.Match[str] | None]

_CLASSES: dict[str, dict[str, list[str]]] = read_words("phrases")
PHRASE_NAMES: tuple[str, ...] = tuple(_CLASSES)
_LONGEST = 400  # a longer block is running text, which may well mention a newsletter


def bits_of(*names: str) -> int:
    """Some classes as `phrases` answers."""
    return sum(1 << PHRASE_NAMES.index(name) for name in names)


def _never(_text: str) -> None:
    return None


def _any_of(patterns: Sequence[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(patterns)) if patterns else None


def _finders(patterns: Sequence[str]) -> tuple[_Finder, _Finder]:
    """For phrases that stand at the start, which are tried there only, and for the others."""
    start = _any_of([pattern for pattern in patterns if pattern.startswith("^")])
    inside = _any_of([pattern for pattern in patterns if not pattern.startswith("^")])
    return start.match if start else _never, inside.search if inside else _never


_AT_START = re.compile("|".join(p for lists in _CLASSES.values() for p in lists["match"] if p.startswith("^")))
# By class its bit, among the signs and in the answer, and its finders.
_FINDERS = [(1 << i, *_finders(lists["match"])) for i, lists in enumerate(_CLASSES.values())]


def _read_signs() -> ahocorasick.Automaton:
    masks: dict[str, int] = {}
    for i, lists in enumerate(_CLASSES.values()):
        for sign in lists.get("signs", ()):
            masks[str(sign)] = masks.get(str(sign), 0) | 1 << i
    automaton = ahocorasick.Automaton()
    for sign, mask in masks.items():
        automaton.add_word(sign, mask)
    automaton.make_automaton()
    return automaton


_SIGNS = _read_signs()


def phrases(text: str) -> int:
    """The classes of phrases that a short block contains, as bits in the order of `PHRASE_NAMES`.

    >>> bool(phrases("Lesezeit: 3 Minuten") & 1 << PHRASE_NAMES.index("reading"))
    True
    """
    if len(text) > _LONGEST:
        return 0
    signs = 0
    for _, mask in _SIGNS.iter(text):
        signs |= mask
    starts = _AT_START.match(text) is not None
    bits = 0
    if starts or signs:
        for bit, at_start, inside in _FINDERS:
            if (starts and at_start(text)) or (signs & bit and inside(text)):
                bits |= bit
    return bits
