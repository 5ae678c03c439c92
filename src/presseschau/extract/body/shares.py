"""How a block's boxes share in the running text of the page, and where in it the block stands.

The blocks of a box follow each other, so every sum over a box is the difference of two running totals.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from presseschau.extract.body.blocks import Block, Box

Floats = npt.NDArray[np.float32]
Sums = npt.NDArray[np.float64]

SHARE_COLUMNS: tuple[str, ...] = (
    "own_share", "parent_share", "near_top", "sig_share", "sig_count", "place", "words_place", "page_words",
    "page_blocks",
)  # fmt: skip
_GOOD_WORDS = 6  # in a shorter block they do not count as running text
_FADE = 0.8
# Powers of a fade by multiplication, which is the same on every machine; deeper boxes are as deep as the last.
_FADED = np.asarray([*itertools.accumulate([1.0, *[_FADE] * 100], lambda a, b: a * b)])


def share_rows(blocks: Sequence[Block], around: Sequence[Box], words: Floats, linked: Floats) -> Floats:
    """`SHARE_COLUMNS` of each block, by columns.

    Args:
        blocks: In reading order.
        around: The outer box of each, then the parents of these, then theirs.
        words: Of each.
        linked: Share of its characters that are links.
    """
    n = len(blocks)
    good = np.where((linked < 0.5) & (words >= _GOOD_WORDS), words * (1 - linked), 0.0).astype(np.float64)
    before = _running(good)
    total = float(before[-1]) or 1.0
    first, last, depth = np.asarray([[b.first for b in around], [b.last for b in around], [b.depth for b in around]])
    out = np.empty((len(SHARE_COLUMNS), n), dtype=np.float32)
    out[:2] = ((before[last[: 2 * n]] - before[first[: 2 * n]]) / total).reshape(2, n)
    fade = _FADED[np.minimum(depth, len(_FADED) - 1)]
    faded = _running(good * fade[:n])
    top = around[int(((faded[last] - faded[first]) / fade).argmax())]
    out[2] = _steps(top, depth[:n])
    out[3:5] = _alike(blocks, around, good, total)
    out[5] = np.arange(n) / n
    out[6] = before[:-1] / total
    out[7], out[8] = total, n
    return out


def _running(values: Sums) -> Sums:
    """Sums before each place, and of all."""
    out = np.zeros(len(values) + 1)
    np.cumsum(values, out=out[1:])
    return out


def _steps(top: Box, depth: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Per block the steps from its outer box to the main box, up to where they meet and down again."""
    meet = np.zeros_like(depth)
    line = [top]
    while line[-1].parent is not None:
        line.append(line[-1].parent)
    for box in reversed(line):
        meet[box.first : box.last] = box.depth
    steps: npt.NDArray[np.int64] = depth + top.depth - 2 * np.minimum(meet, depth)
    return steps


def _alike(blocks: Sequence[Block], outers: Sequence[Box], good: Sums, total: float) -> Sums:
    """Of the blocks that look the same: share of the good words, and count."""
    numbers: dict[tuple[str, str, str], int] = {}
    looks = [numbers.setdefault((b.tag, o.tag, o.names), len(numbers)) for b, o in zip(blocks, outers, strict=False)]
    return np.stack([np.bincount(looks, good) / total, np.bincount(looks)])[:, looks]
