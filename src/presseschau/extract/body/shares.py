"""How a block's boxes share in the running text of the page, and where in it the block stands.

The blocks of a box follow each other, so every sum over a box is the difference of two running totals.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from presseschau.extract.body.blocks import Block, Box
from presseschau.extract.forest import Floats

SHARE_COLUMNS: tuple[str, ...] = (
    "own_share", "parent_share", "near_top", "sig_share", "sig_count", "place", "words_place", "page_words",
    "page_blocks",
)  # fmt: skip
_GOOD_WORDS = 6  # in a shorter block they do not count as running text
# Powers of a fade by multiplication, which is the same on every machine; deeper boxes are as deep as the last.
_FADE, _DEEPEST = 0.8, 100
_FADED: list[float] = [*itertools.accumulate([1.0, *[_FADE] * _DEEPEST], lambda a, b: a * b)]


def share_rows(blocks: Sequence[Block], outers: Sequence[Box], words: Floats, linked: Floats) -> list[list[float]]:
    """`SHARE_COLUMNS` of each block, by columns; lists, on whose thirty numbers numpy would take longer.

    Args:
        blocks: In reading order.
        outers: The outer box of each.
        words: Of each.
        linked: Share of its characters that are links.
    """
    n = len(blocks)
    good: list[float] = np.where((linked < 0.5) & (words >= _GOOD_WORDS), words * (1 - linked), 0).tolist()
    before = _running(good)
    total = before[-1] or 1.0
    parents = [box.parent or box for box in outers]
    faded = _running([said * _faded(box) for said, box in zip(good, outers, strict=True)])
    around = dict.fromkeys([*outers, *parents, *[box.parent or box for box in parents]])
    top = max(around, key=lambda box: (faded[box.last] - faded[box.first]) / _faded(box))
    alike: dict[tuple[str, str, str], list[float]] = {}  # of the blocks that look the same: good words, and count
    looks = [alike.setdefault((b.tag, o.tag, o.names), [0.0, 0.0]) for b, o in zip(blocks, outers, strict=True)]
    for look, said in zip(looks, good, strict=True):
        look[0] += said
        look[1] += 1
    return [
        [(before[box.last] - before[box.first]) / total for box in outers],
        [(before[box.last] - before[box.first]) / total for box in parents],
        _steps(top, outers),
        [look[0] / total for look in looks],
        [look[1] for look in looks],
        [i / n for i in range(n)],
        [said / total for said in before[:-1]],
        [total] * n,
        [n] * n,
    ]


def _running(values: Sequence[float]) -> list[float]:
    """Sums before each place, and of all."""
    return [0.0, *itertools.accumulate(values)]


def _faded(box: Box) -> float:
    return _FADED[min(box.depth, _DEEPEST)]


def _steps(top: Box, outers: Sequence[Box]) -> list[float]:
    """Per block the steps from its outer box to the main box, up to where they meet and down again."""
    meet = [0] * len(outers)
    line = [top]
    while (above := line[-1].parent) is not None:
        line.append(above)
    for box in reversed(line):
        meet[box.first : box.last] = [box.depth] * (box.last - box.first)
    return [box.depth + top.depth - 2 * min(at, box.depth) for at, box in zip(meet, outers, strict=True)]
