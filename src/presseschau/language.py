"""Which language a text is in: function words settle German and its neighbours, langdetect the unsure rest."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

import yaml

_WORD = re.compile(r"[^\W\d_]+")
_SLICE_CHARS, _SLICES = 400, 4


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
    """The text, or slices spread evenly over a long one: a page starts in its menu's language and ends in its footer's."""
    if len(text) <= _SLICE_CHARS * _SLICES:
        return text
    step = (len(text) - _SLICE_CHARS) // (_SLICES - 1)
    return "\n".join(text[i * step : i * step + _SLICE_CHARS] for i in range(_SLICES))


def _langdetect(sample: str) -> Language:
    from langdetect import DetectorFactory, LangDetectException, detect_langs

    DetectorFactory.seed = 0  # set on every call: a worker process starts unseeded
    try:
        best = detect_langs(sample[:1000])[0]
    except LangDetectException:  # nothing that it can count, letters of a script it does not know
        return Language(None, 0.0)
    return Language(best.lang.partition("-")[0], float(best.prob))


def detect_language(text: str) -> Language:
    """The language of a text, standard German told from its neighbours.

    Every word of a bounded sample that is a function word of a language, or is spelt as only some spell, speaks for
    those languages. German is settled where such words are many and each other language has few that German lacks.
    """
    sample = _sample(text)
    words = _WORD.findall(sample.lower())
    if not words:
        return Language(None, 0.0)
    data = _evidence()
    known = data.words
    function, spelt = Counter(), Counter()
    for word, n in Counter(words).items():
        mask = known.get(word)
        if mask is not None:
            function[mask] += n
        elif m := _mark(word):
            spelt[m] += n
    return _decide(data, function, spelt, len(words), sample)


def _compare(data: _Evidence, masks: Counter[int]) -> tuple[float, list[tuple[float, float]]]:
    german = sum(n for mask, n in masks.items() if mask & 1)
    pairs = []
    for bit in range(1, len(data.codes)):
        other = 1 << bit
        only_german = sum(n for mask, n in masks.items() if mask & 1 and not mask & other)
        only_other = sum(n for mask, n in masks.items() if mask & other and not mask & 1)
        pairs.append((only_german, only_other))
    return german, pairs


def _decide(data: _Evidence, function: Counter[int], spelt: Counter[int], n_words: int, sample: str) -> Language:
    german, pairs = _compare(data, function)
    german_s, pairs_s = _compare(data, spelt)
    margins = [(a + 0.5 * sa) - 1.5 * (b + 0.5 * sb) for (a, b), (sa, sb) in zip(pairs, pairs_s, strict=True)]
    worst = min(range(len(margins)), key=margins.__getitem__)
    share = (german + 0.5 * german_s) / n_words
    if margins[worst] >= 2 and share >= 0.2:
        return Language("de", min(1.0, 0.8 + 0.05 * margins[worst]))
    if margins[worst] <= -3:
        return Language(data.codes[worst + 1], 0.9)
    guess = _langdetect(sample)
    if guess.code == "de" and margins[worst] < 0:
        return Language(data.codes[worst + 1], 0.5)
    return guess
