"""What tells an article's block from boilerplate: one row of numbers per block.

Rows depend on the page alone. Every feature is cheap: the words of a block are looked at once, boxes are summed once.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from presseschau.extract.boxes import box_sums, climb, outer_box
from presseschau.extract.dom import BOX_BIT, Block, Box
from presseschau.extract.hints import HINT_NAMES
from presseschau.extract.phrases import phrases
from presseschau.extract.words import read_words

Floats = npt.NDArray[np.float32]

_WORDS = read_words("words")
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


def words_of(text: str) -> list[str]:
    """Words in lower case."""
    return _WORD.findall(text.lower())


_TAG_AT = {tag: i for i, tag in enumerate(_TAGS)}
_BOX_MASKS = np.asarray([BOX_BIT[name] for name in _BOXES], dtype=np.int64)


class Shingles:
    """Share of a block's words that stand in a reference text in the same order."""

    __slots__ = ("joined", "known")

    def __init__(self, text: str | None) -> None:
        words = words_of(text or "")
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


def _base_row(
    block: Block, words: list[str], title: frozenset[str], lead: Shingles, ld: Shingles, repeats: int, copies: int
) -> tuple[float, ...]:
    text = block.text
    tokens = text.split()
    firsts = [t[0] for t in tokens]
    n, size, spoken = len(tokens), len(text), max(1, len(words))
    tail = text.rstrip(_CLOSERS)[-1:]
    shared = len(title.intersection(words)) if title else 0
    return (
        n,
        math.log1p(n),
        size / n,
        sum(map(_FUNCTION_WORDS.__contains__, words)) / spoken,
        sum(map(_SERVICE_WORDS.__contains__, words)) / spoken,
        sum(map(str.islower, firsts)) / n,
        sum(map(str.isupper, firsts)) / n,
        sum(map(str.isdigit, firsts)) / n,
        min(1.0, block.linked / size),
        block.links,
        min(1.0, block.strong / size),
        tail in _SENTENCE_END,
        tail == ":",
        tail == "?",
        text[0] in "„\"“»«›'",
        text.count(","),
        text[0].islower(),
        block.breaks,
        block.box.depth,
        2 * shared / (len(title) + len(set(words))) if shared else 0.0,
        lead.overlap(words),
        ld.overlap(words),
        bool(ld.joined),
        repeats,
        copies,
        min(50, block.gap),
    )


def measure(blocks: Sequence[Block], words: Sequence[list[str]], known: Known) -> Floats:
    """One row of `COLUMNS` per block: itself, its boxes, its neighbours.

    Args:
        blocks: In reading order.
        words: `words_of` each block's text.
        known: What the metadata says.
    """
    if not blocks:
        return np.zeros((0, len(COLUMNS)), dtype=np.float32)
    title = frozenset(words_of(known.title or ""))
    lead, ld = Shingles(known.lead), Shingles(known.article_body)
    seen: dict[str, int] = {}
    total: dict[str, int] = {}
    for block in blocks:
        total[block.text] = total.get(block.text, 0) + 1
    rows = []
    for block, tokens in zip(blocks, words, strict=True):
        text = block.text
        repeats = seen.get(text, 0)
        seen[text] = repeats + 1
        rows.append(_base_row(block, tokens, title, lead, ld, repeats, total[text]))
    count, size = len(blocks), len(HINT_NAMES)
    tags = np.asarray([_TAG_AT.get(b.tag, -1) for b in blocks])[:, None] == np.arange(len(_TAGS))
    boxes = np.asarray([b.box.boxes for b in blocks], dtype=np.int64)[:, None] & _BOX_MASKS
    named = np.asarray([(b.box.own, b.box.near, b.box.around, b.inline) for b in blocks], dtype=np.int64)
    said = [phrases(b.text, _SAID) if len(b.text) <= _SAID_CHARS else 0 for b in blocks]
    table = np.concatenate(
        [
            np.asarray(rows, dtype=np.float32),
            tags,
            boxes > 0,
            (named[:, :, None] >> np.arange(size) & 1).reshape(count, 4 * size),
            np.asarray(said)[:, None] >> np.arange(len(_SAID)) & 1,
        ],
        axis=1,
        dtype=np.float32,
    )
    table = np.hstack([table, group_rows(blocks, table, good_words(table))])
    return np.hstack([table, _neighbours(table)])


_AT = {name: i for i, name in enumerate(FEATURES)}


def good_words(rows: Floats) -> Floats:
    """Words of blocks that look like running text, before any model has spoken."""
    words, linked = rows[:, _AT["words"]], rows[:, _AT["linked"]]
    return np.where((linked < 0.5) & (words >= 6), words * (1 - linked), 0.0).astype(np.float32)


def group_rows(blocks: Sequence[Block], base: Floats, good: Floats) -> Floats:
    """How a block's boxes share in the page's `good` words."""
    linked = base[:, _AT["linked"]].tolist()
    weights = good.tolist()
    total = float(sum(weights)) or 1.0
    outers = [outer_box(b) for b in blocks]
    sums = box_sums(
        outers, [(g, g, float(len(b.text)), float(b.linked), 1.0) for b, g in zip(blocks, weights, strict=True)]
    )
    up_to_top: dict[Box, int] = {}
    top: Box | None = max(sums, key=lambda b: (sums[b][1], -b.index))
    steps = 0
    while top is not None:
        up_to_top[top] = steps
        top, steps = top.parent, steps + 1
    signature: dict[tuple[str, str, str], list[float]] = {}
    keys = []
    for block, outer, g, link in zip(blocks, outers, weights, linked, strict=True):
        key = (block.tag, outer.tag, outer.names)
        keys.append(key)
        cell = signature.setdefault(key, [0.0, 0.0, 0.0])
        cell[0] += g
        cell[1] += 1
        cell[2] += link
    count: dict[Box, int] = {}
    for outer in outers:
        count[outer] = count.get(outer, 0) + 1
    climbs: dict[Box, tuple[int, int]] = {}
    titles = base[:, _AT["title_overlap"]]
    tags = [b.tag for b in blocks]
    scores = [t + 0.3 * (tag == "h1") for t, tag in zip(titles.tolist(), tags, strict=True)]
    best = max(range(len(scores)), key=lambda i: (round(scores[i], 3), i)) if max(scores) > 0.6 else -1
    n = len(blocks)
    before = [0.0, *itertools.accumulate(weights)]
    rows = []
    for i, (outer, key) in enumerate(zip(outers, keys, strict=True)):
        parent = outer.parent or outer
        grand = parent.parent or parent
        inside, up = climbs.get(outer) or climbs.setdefault(outer, climb(outer, up_to_top))
        s = signature[key]
        rows.append(
            (
                sums[outer][0] / total,
                sums[parent][0] / total,
                sums[grand][0] / total,
                float(count[outer]),
                float(inside),
                float(up),
                s[0] / total,
                s[1],
                s[0] / s[1],
                s[2] / s[1],
                float(best >= 0 and i > best) if best >= 0 else -1.0,
                float(i - best) if best >= 0 else -99.0,
                float(before[i] - before[best]) if best >= 0 else -999.0,
                i / n,
                float(before[i]) / total,
                total,
                float(n),
                sums[outer][3] / max(1.0, sums[outer][2]),
                sums[parent][3] / max(1.0, sums[parent][2]),
                float(inside + up),
            )
        )
    return np.asarray(rows, dtype=np.float32)


def _shift(table: Floats, by: int) -> Floats:
    out = np.full_like(table, -1.0)
    if by > 0:
        out[by:] = table[:-by] if by < len(table) else out[by:]
    else:
        out[:by] = table[-by:] if -by < len(table) else out[:by]
    return out


_CONTEXT_AT = [FEATURES.index(name) for name in _CONTEXT]
_STEPS = (1, -1, 2, -2)
COLUMNS: tuple[str, ...] = (*FEATURES, *(f"{name}@{-step:+d}" for step in _STEPS for name in _CONTEXT))


def _neighbours(table: Floats) -> Floats:
    part = table[:, _CONTEXT_AT]
    return np.hstack([_shift(part, step) for step in _STEPS])
