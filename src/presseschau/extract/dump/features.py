"""What tells an article's line from the rest of its page: one row of named numbers per line of a dump."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from presseschau.extract.dump.lines import Line, ends_sentence
from presseschau.extract.phrases import PHRASE_NAMES, phrases

Floats: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]

# German first; the commonest of other languages too, since pages in any language show how pages are built.
_COMMON_WORDS = """
    der die das den dem des ein eine einen einem einer eines und oder aber auch nicht mit von vom zu zum zur im in
    am an auf aus bei beim für über nach vor ist sind war waren wird werden wurde wurden hat haben hatte hatten er
    sie es wir ich man sich dass wie als wenn weil nur noch so sein seine seiner ihre ihrer ihren durch um bis kann
    können konnte mehr sei diese dieser dieses diesem diesen unter gegen ohne zwischen während damit denn doch schon
    soll sollen will müssen muss keine kein ihm ihn ihr uns mich mir was wer wo sowie laut zudem jedoch bereits of
    and to a that it for was on are as with his they at be this have from by not but what were when we there can an
    your which their said if will each about how up out them then she many some would other into has he had you is i
    my our been le la les l d un une et en que qui dans pour sur pas plus par au aux avec ce il elle ne se est sont
    ont du son cette mais sa ses el los las del y una por con para como su al lo más pero sus ha fue es no se di che
    è per della dei delle nel si sono anche alla gli non più het een van dat niet op zijn voor met maar om hem dan
    uit naar ook door ze wordt o os as um uma e em do da dos das não na mais och att det som på av är den till inte
    har om ett men og at er til ikke de jeg vi i w na z że nie jest jak ve bir bu için ile s se v je že na
"""
_FUNCTION_WORDS = frozenset(form for word in _COMMON_WORDS.split() for form in (word, word.capitalize()))
_WORD = re.compile(r"[^\W_]+")
_SENTENCE_END = re.compile(r"[.!?…][\"'»«“”‘’)]*\s")
# A pattern that begins with a letter or a sign is searched several times as fast as one that begins with a condition.
_CRUMB = re.compile(r"[›»>/|·•](?<=\s.)\s")
_ADDRESS = re.compile(r"https?://|www\.|@\w|\.(?<=\w\.)(?:de|at|ch|com|org|net)\b")
_MORE = re.compile(r"(?<!\w)(?:mehr|weiterlesen)$", re.IGNORECASE)
_MORE_CHARS = 12
_TIME = re.compile(r"\b\d{1,2}[:.]\d\d\b(?! ?(?:Prozent|Euro|%|€))|\b\d{1,2}\.\d{1,2}\.")
_SECOND_PERSON = re.compile(
    r"S(?<!\wS)ie\b|I(?<!\wI)h(?:re?[nmrs]?|nen)\b|d(?<!\wd)(?:u|ein\w*)\b|y(?<!\wy)our?\b|v(?<!\wv)o(?:us|tre)\b"
)
_SPEECH = re.compile(r"[„“”»«\"]")
_DIGIT = re.compile(r"\d")
_CAPITAL = re.compile(r"[A-ZÀ-ÖØ-Þ]")
_CONTENT = re.compile(r"[A-ZÄÖÜ](?<!\w.)[\w-]{3,}")

_BASE = (
    "words", "long", "very_long", "terminal", "colon", "sentences", "function", "no_function", "capitals", "digits",
    "lower_start", "all_caps", "bullet", "heading", "gap", "comma", "crumb", "address", "teaser_end", "time", "you",
    "speech", "question", "repeated", "prose", "one_word", "cohesion", "cohesion_count",
)  # fmt: skip
_LINE = (*_BASE, *(f"is_{name}" for name in PHRASE_NAMES), *(f"short_{name}" for name in PHRASE_NAMES))
_AT = {name: i for i, name in enumerate(_LINE)}
_AROUND = (
    "words", "terminal", "function", "bullet", "prose", "gap", "heading", "repeated", "teaser_end", "cohesion",
    "is_credit", "is_related", "is_share", "is_date", "is_byline", "is_comment", "is_newsletter",
)  # fmt: skip
_NEIGHBOUR = [_AT[name] for name in _AROUND]
_STEPS = (1, 2, 3, -1, -2, -3)
_WINDOWS = (3, 8, 20)
_CONTEXT = (
    *(f"{_LINE[column]}[{-step}]" for step in _STEPS for column in _NEIGHBOUR),
    *(f"{kind}_within_{k}" for k in _WINDOWS for kind in ("prose", "prose_share", "prose_lines", "bullets")),
    "share_before", "share_after", "prose_before", "prose_after", "to_prose_before", "to_prose_after",
)  # fmt: skip
NAMES: tuple[str, ...] = (*_LINE, *_CONTEXT)
_LONG_PROSE = 250  # a paragraph may well mention a newsletter
_HEAD = 400  # characters of a line that its words are counted in
_SHORT = 80
_REACH = 9  # lines farther than this from any running text are menus and footers


@lru_cache(maxsize=1 << 14)
def cached_phrases(text: str) -> int:
    """`phrases`; menus are the same on every page of a site."""
    return phrases(text)


def is_prose(text: str) -> bool:
    """Whether a line is running text: a sentence of eight words with function words, or of twenty in any language."""
    if len(text) < 40 or not ends_sentence(text):
        return False
    words = text.split()
    return len(words) >= 20 or (len(words) >= 8 and len([word for word in words if word in _FUNCTION_WORDS]) >= 2)


def page_features(lines: Sequence[Line], prose: Flags) -> tuple[npt.NDArray[np.intp], Floats]:
    """The lines near running text, by index, and a row of features for each in the order of `NAMES`.

    Args:
        lines: The page.
        prose: Which of them are running text, from `prose_of`.
    """
    near = np.flatnonzero(_near(prose))
    if not len(near):
        return near, np.zeros((0, len(NAMES)))
    counts = Counter([line.text for line in lines])
    picked, running = [lines[i] for i in near.tolist()], prose[near].tolist()
    cohesion = _cohesion(picked, running)
    base = np.array(
        [
            (*_base(line, counts[line.text], runs), *own)
            for line, runs, own in zip(picked, running, cohesion, strict=True)
        ]
    )
    found = np.array([_said(line, runs) for line, runs in zip(picked, running, strict=True)])
    said = (found[:, None] >> np.arange(len(PHRASE_NAMES)) & 1).astype(float)
    short = np.array([len(line.text) < _SHORT for line in picked])
    rows = np.hstack([base, said, said * short[:, None]])
    return near, np.hstack([rows, *_context(rows)])


def prose_of(lines: Sequence[Line]) -> Flags:
    """Which lines are running text."""
    return np.array([is_prose(line.text) for line in lines], dtype=bool)


def _near(prose: Flags) -> Flags:
    """The lines at most `_REACH` places away from running text."""
    near: Flags = np.convolve(prose, np.ones(2 * _REACH + 1), mode="full")[_REACH:-_REACH] > 0.5
    return near


def _base(line: Line, count: int, prose: bool) -> tuple[float, ...]:
    """The features of a line by itself, but for its phrases."""
    text = line.text
    head = text[:_HEAD]
    words = _WORD.findall(head)
    n = max(1, len(words))
    count_all = n if len(text) <= _HEAD else text.count(" ") + 1
    function = len([word for word in words if word in _FUNCTION_WORDS])
    initials = "".join([word[0] for word in words])
    digits = len(_DIGIT.findall(initials))
    return (
        min(math.log1p(count_all), 5.0),
        n >= 12,
        n >= 30,
        ends_sentence(text),
        text.endswith(":"),
        min(len(_SENTENCE_END.findall(head)), 5) / 2,
        function / n,
        function == 0,
        len(_CAPITAL.findall(initials)) / n,
        digits / n,
        text[0].islower(),
        text.isupper(),
        line.bullet,
        line.heading,
        line.gap,
        "," in text,
        _CRUMB.search(text) is not None,
        _ADDRESS.search(text) is not None,
        text.endswith(("...", "…", "[…]")) or _MORE.search(text[-_MORE_CHARS:]) is not None,
        digits > 0 and _TIME.search(text) is not None,
        _SECOND_PERSON.search(text) is not None,
        _SPEECH.search(text) is not None,
        text.endswith("?"),
        min(count - 1, 3),
        prose,
        n == 1,
    )


def _said(line: Line, prose: bool) -> int:
    """The phrases of a line, as bits; none are looked for in paragraphs and in list items of a word or two."""
    if (prose and len(line.text) > _LONG_PROSE) or (line.bullet and len(_WORD.findall(line.text[:_HEAD])) <= 2):
        return 0
    return cached_phrases(line.text)


def _cohesion(lines: Sequence[Line], prose: Sequence[bool]) -> list[tuple[float, float]]:
    """How far a line's names and nouns are those of the other running text: teasers of other stories have their own."""
    content = [set(_CONTENT.findall(line.text)) for line in lines]
    spread = Counter([word for words, runs in zip(content, prose, strict=True) if runs for word in words])
    rows = []
    for words, own in zip(content, prose, strict=True):
        others = [spread.get(word, 0) - own for word in words]
        shared = len([n for n in others if n > 0])
        n = max(1, len(words))
        rows.append((shared / n, min(sum(others), 30) / n))
    return rows


def _context(rows: Floats) -> list[Floats]:
    """What stands around each line: its neighbours, how much running text is near, before and after."""
    n = len(rows)
    prose, bullet = rows[:, _AT["prose"]], rows[:, _AT["bullet"]]
    mass = prose * np.minimum(np.expm1(rows[:, _AT["words"]]), 60)
    total = max(1.0, float(mass.sum()))
    reach = max(_STEPS)
    padded = np.zeros((n + 2 * reach, len(_NEIGHBOUR)))
    padded[reach : reach + n] = rows[:, _NEIGHBOUR]
    columns = [padded[reach - step : reach - step + n] for step in _STEPS]
    sums = np.zeros((n + 1, 3))
    np.cumsum(np.column_stack([mass, prose, bullet]), axis=0, out=sums[1:])
    at = np.arange(n)
    scalars: list[Floats] = []
    for k in _WINDOWS:
        near, texts, items = (sums[np.minimum(n, at + k + 1)] - sums[np.maximum(0, at - k)]).T
        scalars += [near / 100, near / total, texts / (2 * k + 1), items / (2 * k + 1)]
    before = np.cumsum(mass) - mass
    after = total - before - mass
    scalars += [before / total, after / total, np.log1p(before), np.log1p(np.maximum(after, 0))]
    scalars += [_distance(prose), _distance(prose[::-1])[::-1]]
    return [*columns, np.column_stack(scalars)]


def _distance(prose: Floats) -> Floats:
    """Log of how many lines back the last running text stands, 20 at most."""
    at = np.arange(len(prose))
    last = np.maximum.accumulate(np.where(prose > 0, at, -99))
    back: Floats = np.log(np.minimum(at - np.concatenate([[-99], last[:-1]]), 20))
    return back
