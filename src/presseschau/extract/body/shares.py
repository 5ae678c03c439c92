"""How a block's boxes share in the running text of the page, and where in it the block stands.

The blocks of a box follow each other, so every sum over a box is the difference of two running totals.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from presseschau.extract.body.blocks import Block, Box, outer_box

Floats = npt.NDArray[np.float32]
Sums = npt.NDArray[np.float64]

SHARE_COLUMNS: tuple[str, ...] = (
    "own_share", "parent_share", "near_top", "sig_share", "sig_count", "sig_mean", "sig_linked", "after_title",
    "blocks_after_title", "words_after_title", "place", "words_place", "page_words", "page_blocks",
)  # fmt: skip
_GOOD_WORDS = 6  # in a shorter block they do not count as running text
_IS_TITLE = 0.6
_FADE = 0.8
# Powers of a fade by multiplication, which is the same on every machine; deeper boxes are as deep as the last.
_FADED = np.asarray([*itertools.accumulate([1.0, *[_FADE] * 100], lambda a, b: a * b)])


def share_rows(blocks: Sequence[Block], words: Floats, linked: Floats, titles: Floats) -> Floats:
    """`SHARE_COLUMNS` of each block, by columns.

    Args:
        blocks: In reading order.
        words: Of each.
        linked: Share of its characters that are links.
        titles: How much of it is the title, from 0.
    """
    n = len(blocks)
    good = np.where((linked < 0.5) & (words >= _GOOD_WORDS), words * (1 - linked), 0.0).astype(np.float64)
    before = _running(good)
    total = float(before[-1]) or 1.0
    outers = [outer_box(b) for b in blocks]
    parents = [o.parent or o for o in outers]
    grands = [p.parent or p for p in parents]
    chain = (*outers, *parents, *grands)
    first, last, depth = np.asarray([[b.first for b in chain], [b.last for b in chain], [b.depth for b in chain]])
    out = np.empty((len(SHARE_COLUMNS), n), dtype=np.float32)
    out[:2] = ((before[last[: 2 * n]] - before[first[: 2 * n]]) / total).reshape(2, n)
    fade = _FADED[np.minimum(depth, len(_FADED) - 1)]
    faded = _running(good * fade[:n])
    top = chain[int(((faded[last] - faded[first]) / fade).argmax())]
    out[2] = _steps(top, depth[:n])
    out[3:7] = _alike(blocks, outers, good, linked, total)
    out[7:10] = _after_title(blocks, titles, before)
    out[10] = np.arange(n) / n
    out[11] = before[:-1] / total
    out[12], out[13] = total, n
    return out


def _running(values: Sums) -> Sums:
    """Sums before each place, and of all."""
    out = np.zeros(len(values) + 1)
    np.cumsum(values, out=out[1:])
    return out


def _steps(top: Box, depth: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Per block the steps from its outer box to the main box, up to where they meet and down again."""
    line = [top]
    while line[-1].parent is not None:
        line.append(line[-1].parent)
    first, last = np.asarray([[[b.first] for b in line], [[b.last] for b in line]])
    places = np.arange(len(depth))
    meet = np.minimum(((first <= places) & (places < last)).sum(axis=0) - 1, depth)
    steps: npt.NDArray[np.int64] = depth + top.depth - 2 * meet
    return steps


def _alike(blocks: Sequence[Block], outers: Sequence[Box], good: Sums, linked: Floats, total: float) -> Sums:
    """Of the blocks that look the same: share of the good words, count, good words and links of one."""
    numbers: dict[tuple[str, str, str], int] = {}
    looks = [numbers.setdefault((b.tag, o.tag, o.names), len(numbers)) for b, o in zip(blocks, outers, strict=True)]
    count = np.bincount(looks)
    mass = np.bincount(looks, good)
    return np.stack([mass / total, count, mass / count, np.bincount(looks, linked) / count])[:, looks]


def _after_title(blocks: Sequence[Block], titles: Floats, before: Sums) -> Sums:
    """Whether a block stands below the headline, how many blocks and how many good words below."""
    scores = titles + np.asarray([0.3 * (b.tag == "h1") for b in blocks])
    n = len(blocks)
    best = n - 1 - int(scores[::-1].round(3).argmax())
    if scores[best] <= _IS_TITLE:
        return np.asarray([[-1.0], [-99.0], [-999.0]])
    blocks_after = np.arange(n) - best
    return np.stack([blocks_after > 0, blocks_after, before[:-1] - before[best]])
