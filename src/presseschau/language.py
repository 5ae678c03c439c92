"""Which language a text is in: function words settle German and its neighbours, langdetect the unsure rest."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

import yaml

from presseschau.stable import beyond_ascii

_LETTERS = bytes(code if code > 127 or chr(code).isalpha() else 32 for code in range(256))
_SLICE_CHARS, _SLICES = 300, 4
_CLEAR, _GERMAN_SHARE = 2.0, 0.2  # German text has 40 to 50 % function words, headlines and captions half as many
_CLEAR_OTHER, _OTHER_SHARE = 3.0, 0.15


@dataclass(frozen=True, slots=True)
class Language:
    """What a text is in.

    Attributes:
        code: ISO 639-1 code, 639-3 where there is none (`gsw`, `nds`, `bar`); None where the text does not tell.
        score: 0 to 1, how sure; 0 where `code` is None.
    """

    code: str | None
    score: float


@dataclass(frozen=True, slots=True)
class _Evidence:
    """The data of language.yaml by bit masks: bit i stands for codes[i], German is bit 0."""

    codes: tuple[str, ...]
    words: dict[str, int]
    marks: tuple[tuple[re.Pattern[str], int], ...]


@cache
def _evidence() -> _Evidence:
    data = yaml.safe_load(resources.files("presseschau").joinpath("language.yaml").read_text("utf-8"))
    codes = tuple(data["words"])
    words: Counter[str] = Counter()
    for bit, code in enumerate(codes):
        for word in set(data["words"][code].split()):
            words[word] |= 1 << bit
    marks = tuple(
        (re.compile(mark["match"]), sum(1 << codes.index(code) for code in mark["codes"])) for mark in data["marks"]
    )
    return _Evidence(codes, dict(words), marks)


@lru_cache(maxsize=1 << 16)
def _mark(word: str) -> int:
    """The languages that an unlisted word's spelling speaks for, as a mask."""
    mask = 0
    for pattern, codes in _evidence().marks:
        if pattern.search(word):
            mask |= codes
    return mask


def _sample(text: str) -> str:
    """The text, or slices spread evenly over a long one: a page may begin in its menu's language."""
    if len(text) <= _SLICE_CHARS * _SLICES:
        return text
    step = (len(text) - _SLICE_CHARS) // (_SLICES - 1)
    return "\n".join(text[i * step : i * step + _SLICE_CHARS] for i in range(_SLICES))


def _words(text: str) -> list[str]:
    """Runs of letters, in lower case; on bytes a table is faster than a pattern on letters."""
    text = text.lower()
    for char in beyond_ascii(text):
        if not char.isalnum() or char.isdecimal():
            text = text.replace(char, " ")
    return text.encode().translate(_LETTERS).decode().split()


def _langdetect(sample: str) -> Language:
    from langdetect import DetectorFactory, LangDetectException, detect_langs

    if sample.isupper():
        sample = sample.lower()  # its profiles are of running text
    DetectorFactory.seed = 0  # set on every call: a worker process starts unseeded
    try:
        best = detect_langs(sample)[0]
    except LangDetectException:  # nothing that it can count, letters of a script it does not know
        return Language(None, 0.0)
    return Language(best.lang.partition("-")[0], round(float(best.prob), 6))


def detect_language(text: str) -> Language:
    """The language of a text, standard German told from its neighbours.

    Every word of a bounded sample that is a function word of a language, or is spelt as only some spell, speaks for
    those languages. German is settled where such words are many and each other language has few that German lacks.
    What stays unsure is langdetect's to say (Shuyo 2010, character n-grams), except for neighbours it does not know.

    >>> detect_language("Die Regierung hat am Montag ein neues Gesetz für Rechenzentren beschlossen.").code
    'de'
    >>> detect_language("12.5 % – 2024/25 !")
    Language(code=None, score=0.0)
    """
    sample = _sample(text)
    words = _words(sample)
    if not words:
        return Language(None, 0.0)
    masks = list(map(_evidence().words.get, words))
    function = Counter(mask for mask in masks if mask is not None)
    margin, _ = _closest(function)
    if margin >= 2 * _CLEAR and _only(function, 1, 0) >= _GERMAN_SHARE * len(words):
        return _german(margin)
    weights: Counter[int] = Counter({mask: 2 * n for mask, n in function.items()})
    for word, listed in zip(words, masks, strict=True):
        if listed is None and (mask := _mark(word)):
            weights[mask] += 1
    return _decide(function, weights, len(words), sample)


def _only(masks: Counter[int], this: int, other: int) -> int:
    """How many words speak for one language and not for another."""
    return sum(n for mask, n in masks.items() if mask & this and not mask & other)


@cache
def _bits(mask: int) -> tuple[int, ...]:
    """Numbers of the languages in a mask."""
    return tuple(bit for bit in range(mask.bit_length()) if mask >> bit & 1)


def _closest(masks: Counter[int]) -> tuple[float, int]:
    """By how much German leads the language that comes closest to it, and that language's bit.

    German is compared with each language by the words that tell the two apart, since a dialect shares most of its words
    with it. A word against German counts half as much again as one for it.
    """
    count = len(_evidence().codes)
    shared, against, german = [0] * count, [0] * count, 0
    for mask, n in masks.items():
        own = mask & 1
        german += n * own
        counts = shared if own else against
        for bit in _bits(mask):
            counts[bit] += n
    best, rival = math.inf, 0
    for bit in range(1, count):
        margin = german - shared[bit] - 1.5 * against[bit]
        if margin < best:
            best, rival = margin, 1 << bit
    return best, rival


def _german(margin: float) -> Language:
    return Language("de", round(min(1.0, 0.85 + 0.03 * margin), 6))


def _decide(function: Counter[int], weights: Counter[int], n_words: int, sample: str) -> Language:
    """The language where function words alone leave it open; `weights` counts them twice and telling spellings once."""
    twice, rival = _closest(weights)
    margin, against = twice / 2, _only(weights, rival, 1) / 2
    code = _evidence().codes[rival.bit_length() - 1]
    if margin >= _CLEAR and _only(weights, 1, 0) >= 2 * _GERMAN_SHARE * n_words:
        return _german(margin)
    listed = _only(function, rival, 1)
    if margin <= -_CLEAR_OTHER and listed >= 2 and listed >= _OTHER_SHARE * n_words:
        return Language(code, round(min(1.0, 0.7 - 0.03 * margin), 6))
    guess = _langdetect(sample)
    if guess.code == "de" and margin < 0 and against >= max(2.0, _OTHER_SHARE * n_words):
        return Language(code, 0.5)
    return guess
