"""What tells an article's block from boilerplate: one row of numbers per block.

Rows depend on the page alone. Every feature is cheap: the words of a block are looked at once, boxes are summed once.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import itemgetter

import numpy as np
import numpy.typing as npt

from presseschau.extract.body.boxes import box_sums, climb, outer_box
from presseschau.extract.body.dom import BOX_BIT, Block, Box
from presseschau.extract.body.hints import HINT_NAMES
from presseschau.extract.phrases import phrases
from presseschau.extract.words import read_words

Floats = npt.NDArray[np.float32]

_WORDS = read_words("body/words")
_FUNCTION_WORDS = frozenset(_WORDS["function_words"].split())
_SERVICE_WORDS = frozenset(_WORDS["service_words"].split())
_WORD = re.compile(r"\w+")
_TAGS = ("p", "h1", "h2", "h3", "h4", "li", "td", "blockquote", "figcaption", "div", "section", "span", "header", "dd")
_SENTENCE_END = frozenset(".!?…")
_CLOSERS = "\"'“”»«‹›’‘)] "
_BOXES = (
    "article",
    "main",
    "section",
    "aside",
    "nav",
    "footer",
    "header",
    "figure",
    "form",
    "ul",
    "ol",
    "table",
    "blockquote",
    "p",
    "hidden",
    "articlebody",
)

# Phrases of a form that words alone do not show; the lexicon knows the rest.
_SAID = ("date_start", "byline", "credit", "agency", "person")
_SAID_CHARS = 160
_BASE = (
    "words", "log_words", "avg_word", "function", "service", "lower", "capital", "digits", "linked", "links",
    "strong", "ends_sentence", "ends_colon", "question", "quotes", "commas", "starts_lower", "breaks", "depth",
    "title_overlap", "lead_overlap", "ld_overlap", "ld_known", "repeats", "copies", "gap",
)  # fmt: skip
GROUP = (
    "own_share", "parent_share", "grand_share", "own_count", "top_inside", "top_up", "sig_share", "sig_count",
    "sig_mean", "sig_linked", "after_title", "blocks_after_title", "words_after_title", "place", "words_place",
    "page_words", "page_blocks", "box_linked", "parent_linked", "near_top",
)  # fmt: skip
FEATURES: tuple[str, ...] = (
    *_BASE,
    *(f"tag_{t}" for t in _TAGS),
    *(f"in_{t}" for t in _BOXES),
    *(f"own_{h}" for h in HINT_NAMES),
    *(f"near_{h}" for h in HINT_NAMES),
    *(f"around_{h}" for h in HINT_NAMES),
    *(f"inline_{h}" for h in HINT_NAMES),
    *(f"says_{p}" for p in _SAID),
    *GROUP,
)
_CONTEXT = (
    "log_words",
    "linked",
    "gap",
    "function",
    "ends_sentence",
    "tag_p",
    "tag_h2",
    "tag_h3",
    "title_overlap",
    "ld_overlap",
    "sig_share",
    "own_share",
)


@dataclass(frozen=True, slots=True)
class Known:
    """What the page's metadata says about its article.

    Attributes:
        title: Headline.
        lead: Description.
        article_body: The text in JSON-LD, where it has one.
    """

    title: str | None = None
    lead: str | None = None
    article_body: str | None = None
    _shingles: dict[str, Shingles] = field(default_factory=dict, compare=False, repr=False)

    def lead_shingles(self) -> Shingles:
        """Of the description, made once."""
        return self._made("lead", self.lead)

    def body_shingles(self) -> Shingles:
        """Of the stated body, made once."""
        return self._made("body", self.article_body)

    def _made(self, name: str, text: str | None) -> Shingles:
        made = self._shingles.get(name)
        if made is None:
            made = self._shingles[name] = Shingles(text)
        return made


def words_of(text: str) -> list[str]:
    """Words in lower case."""
    return _WORD.findall(text.lower())


_TAG_AT = {tag: i for i, tag in enumerate(_TAGS)}


class Shingles:
    """Share of a block's words that stand in a reference text in the same order.

    Attributes:
        words: `words_of` the reference.
        known: Its runs of three words.
        joined: Its words with a blank around each, "" where there are none.
    """

    __slots__ = ("joined", "known", "words")

    def __init__(self, text: str | None) -> None:
        words = self.words = words_of(text or "")
        self.known = set(zip(words, words[1:], words[2:], strict=False))
        self.joined = f" {' '.join(words)} " if words else ""

    def overlap(self, words: Sequence[str]) -> float:
        """0 to 1; of fewer than three words, whether they stand there."""
        if not words or not self.joined:
            return 0.0
        if len(words) < 3:
            return float(f" {' '.join(words)} " in self.joined)
        hits = sum(map(self.known.__contains__, zip(words, words[1:], words[2:], strict=False)))
        return hits / (len(words) - 2)


class _Kinds(dict[str, int]):
    """What kind of character: one look-up instead of three questions, and next to every page has the same hundred."""

    def __missing__(self, char: str) -> int:
        kind = self[char] = _LOWER if char.islower() else _UPPER if char.isupper() else _DIGIT * char.isdigit()
        return kind


_LOWER, _UPPER, _DIGIT = 1, 2, 3
_kind_of = _Kinds().__getitem__
_first = itemgetter(0)
_ZEROS = itertools.repeat(0)
# What a word is, as bits: looked up once a word, then counted as bytes.
_FUNCTION, _SERVICE, _IN_TITLE, _IN_LEAD, _IN_BODY = 1, 2, 4, 8, 16
_WORD_BITS = {
    word: _FUNCTION * (word in _FUNCTION_WORDS) | _SERVICE * (word in _SERVICE_WORDS)
    for word in sorted(_FUNCTION_WORDS | _SERVICE_WORDS)
}


def _bytes_with(bit: int) -> bytes:
    return bytes(value for value in range(2 * _IN_BODY) if value & bit)


_NO_FUNCTION, _NO_SERVICE = (bytes(sorted(set(range(256)) - set(_bytes_with(b)))) for b in (_FUNCTION, _SERVICE))
_TITLE_BIT = re.compile(b"[" + re.escape(_bytes_with(_IN_TITLE)) + b"]")
_THREE_IN_LEAD, _THREE_IN_BODY = (re.compile(b"[" + re.escape(_bytes_with(b)) + b"]{3}") for b in (_IN_LEAD, _IN_BODY))


class _Reference:
    """What a page's blocks are compared with: which words stand in title, lead and stated body."""

    __slots__ = ("bits", "body", "lead", "stated", "title")

    def __init__(self, known: Known) -> None:
        self.title = frozenset(words_of(known.title or ""))
        self.lead, self.body = known.lead_shingles(), known.body_shingles()
        self.stated = bool(self.body.joined)
        bits = dict(_WORD_BITS)
        for bit, words in ((_IN_TITLE, self.title), (_IN_LEAD, self.lead.words), (_IN_BODY, self.body.words)):
            for word in words:
                bits[word] = bits.get(word, 0) | bit
        self.bits = bits

    def row(self, block: Block, words: list[str], repeats: int, copies: int) -> tuple[float, ...]:
        """The columns of `_BASE`."""
        text = block.text
        tokens = text.split()
        kinds = bytes(map(_kind_of, map(_first, tokens)))
        n, size = len(tokens), len(text)
        spoken = len(words) or 1
        bits = bytes(map(self.bits.get, words, _ZEROS))
        tail = text[-1]
        if tail in _CLOSERS:
            tail = text.rstrip(_CLOSERS)[-1:]
        shared = len(self.title.intersection(words)) if _TITLE_BIT.search(bits) else 0
        # Overlaps cost most and are rare: three words in a row must stand in the reference at all.
        few = len(words) < 3
        return (
            n,
            math.log1p(n),
            size / n,
            len(bits.translate(None, _NO_FUNCTION)) / spoken,
            len(bits.translate(None, _NO_SERVICE)) / spoken,
            kinds.count(_LOWER) / n,
            kinds.count(_UPPER) / n,
            kinds.count(_DIGIT) / n,
            min(1.0, block.linked / size),
            block.links,
            min(1.0, block.strong / size),
            tail in _SENTENCE_END,
            tail == ":",
            tail == "?",
            text[0] in "„\"“»«›'",
            text.count(","),
            kinds[0] == _LOWER,
            block.breaks,
            block.box.depth,
            2 * shared / (len(self.title) + len(set(words))) if shared else 0.0,
            self.lead.overlap(words) if few or _THREE_IN_LEAD.search(bits) else 0.0,
            self.body.overlap(words) if few or (self.stated and _THREE_IN_BODY.search(bits)) else 0.0,
            self.stated,
            repeats,
            copies,
            min(50, block.gap),
        )


def _base_rows(blocks: Sequence[Block], words: Sequence[list[str]], known: Known) -> list[tuple[float, ...]]:
    reference = _Reference(known)
    seen: dict[str, int] = {}
    total = Counter([block.text for block in blocks])
    rows = []
    for block, tokens in zip(blocks, words, strict=True):
        text = block.text
        repeats = seen.get(text, 0)
        seen[text] = repeats + 1
        rows.append(reference.row(block, tokens, repeats, total[text]))
    return rows


def _columns_of(rows: Sequence[tuple[float, ...]]) -> Floats:
    """Rows of Python numbers as columns; reading them one by one is twice as fast as `asarray`."""
    count, width = len(rows), len(rows[0])
    flat = np.fromiter(itertools.chain.from_iterable(rows), dtype=np.float32, count=count * width)
    return flat.reshape(count, width).T


def _bits(values: Sequence[int], masks: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """One row per mask: whether a value has it."""
    return np.asarray(np.asarray(values, dtype=np.int64) & masks, dtype=np.bool_)


_BOX_MASKS = np.asarray([[BOX_BIT[name]] for name in _BOXES], dtype=np.int64)
_HINT_MASKS = 1 << np.arange(len(HINT_NAMES), dtype=np.int64)[:, None]
_SAID_MASKS = 1 << np.arange(len(_SAID), dtype=np.int64)[:, None]
_TAG_NUMBERS = np.arange(len(_TAGS))[:, None]


def measure(blocks: Sequence[Block], words: Sequence[list[str]], known: Known) -> Floats:
    """One row of `COLUMNS` per block: itself, its boxes, its neighbours.

    The table is filled by columns, since pages are short (some thirty blocks) and columns many.

    Args:
        blocks: In reading order.
        words: `words_of` each block's text.
        known: What the metadata says.
    """
    table = np.empty((len(COLUMNS), len(blocks)), dtype=np.float32)
    if not blocks:
        return table.T
    at = len(_BASE)
    table[:at] = _columns_of(_base_rows(blocks, words, known))
    boxes = [b.box for b in blocks]
    parts = (
        np.asarray([_TAG_AT.get(b.tag, -1) for b in blocks]) == _TAG_NUMBERS,
        _bits([box.boxes for box in boxes], _BOX_MASKS),
        _bits([box.own for box in boxes], _HINT_MASKS),
        _bits([box.near for box in boxes], _HINT_MASKS),
        _bits([box.around for box in boxes], _HINT_MASKS),
        _bits([b.inline for b in blocks], _HINT_MASKS),
        _bits([phrases(b.text, _SAID) if len(b.text) <= _SAID_CHARS else 0 for b in blocks], _SAID_MASKS),
    )
    for part in parts:
        table[at : at + len(part)] = part
        at += len(part)
    table[at : len(FEATURES)] = _columns_of(_group_rows(blocks, table))
    at = len(FEATURES)
    context = table[_CONTEXT_AT]
    for step in _STEPS:
        table[at : at + len(context)] = _shift(context, step)
        at += len(context)
    return table.T


_AT = {name: i for i, name in enumerate(FEATURES)}


def _good_words(words: Floats, linked: Floats) -> Floats:
    """Words of blocks that look like running text, before any model has spoken."""
    return np.where((linked < 0.5) & (words >= 6), words * (1 - linked), 0.0).astype(np.float32)


def _group_rows(blocks: Sequence[Block], table: Floats) -> list[tuple[float, ...]]:
    """The columns of `GROUP`: how a block's boxes share in the page's good words. Reads the columns before them."""
    linked = table[_AT["linked"]].tolist()
    weights = _good_words(table[_AT["words"]], table[_AT["linked"]]).tolist()
    total = float(sum(weights)) or 1.0
    outers = [outer_box(b) for b in blocks]
    sums = box_sums(outers, [(g, g, len(b.text), b.linked) for b, g in zip(blocks, weights, strict=True)])
    top: Box | None = max([(sum_[1], -box.index, box) for box, sum_ in sums.items()])[2]  # no two indices are the same
    up_to_top: dict[Box, int] = {}
    while top is not None:
        up_to_top[top] = len(up_to_top)
        top = top.parent
    signature: dict[tuple[str, str, str], list[float]] = {}
    cells = []
    for block, outer, g, link in zip(blocks, outers, weights, linked, strict=True):
        cell = signature.setdefault((block.tag, outer.tag, outer.names), [0.0, 0.0, 0.0])
        cells.append(cell)
        cell[0] += g
        cell[1] += 1
        cell[2] += link
    count = Counter(outers)
    titles = table[_AT["title_overlap"]].tolist()
    scores = [t + 0.3 * (b.tag == "h1") for t, b in zip(titles, blocks, strict=True)]
    best = max(range(len(scores)), key=lambda i: (round(scores[i], 3), i)) if max(scores) > 0.6 else -1
    n = len(blocks)
    before = [0.0, *itertools.accumulate(weights)]
    by_box: dict[Box, tuple[tuple[float, ...], tuple[float, ...]]] = {}
    rows = []
    for i, (outer, s) in enumerate(zip(outers, cells, strict=True)):
        if outer not in by_box:
            by_box[outer] = _box_figures(outer, sums, total, count[outer], climb(outer, up_to_top))
        first, last = by_box[outer]
        after = (float(i > best), float(i - best), before[i] - before[best]) if best >= 0 else (-1.0, -99.0, -999.0)
        rows.append(
            (
                *first,
                s[0] / total,
                s[1],
                s[0] / s[1],
                s[2] / s[1],
                *after,
                i / n,
                before[i] / total,
                total,
                n,
                *last,
            )
        )
    return rows


def _box_figures(
    outer: Box, sums: dict[Box, list[float]], total: float, count: int, climbed: tuple[int, int]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The columns of `GROUP` that the blocks of a box share: the first ones, and the last ones."""
    parent = outer.parent or outer
    own, around, far = sums[outer], sums[parent], sums[parent.parent or parent]
    inside, up = climbed
    return (
        (own[0] / total, around[0] / total, far[0] / total, count, inside, up),
        (own[3] / max(1.0, own[2]), around[3] / max(1.0, around[2]), inside + up),
    )


def _shift(part: Floats, by: int) -> Floats:
    """The columns of the block so many places before; -1 where there is none."""
    out = np.full_like(part, -1.0)
    if by > 0:
        out[:, by:] = part[:, :-by]
    else:
        out[:, :by] = part[:, -by:]
    return out


_CONTEXT_AT = [FEATURES.index(name) for name in _CONTEXT]
_STEPS = (1, -1, 2, -2)
COLUMNS: tuple[str, ...] = (*FEATURES, *(f"{name}@{-step:+d}" for step in _STEPS for name in _CONTEXT))
