"""Sums over the boxes of a page, each box visited once."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from presseschau.extract.body.dom import Block, Box

_LEAF_TAGS = frozenset(["p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "blockquote", "figcaption", "td", "dd"])
_FADE = 0.8


def outer_box(block: Block) -> Box:
    """The box that holds the block beside its siblings."""
    box = block.box
    return box.parent if box.tag in _LEAF_TAGS and box.parent is not None else box


def box_sums(outers: Sequence[Box], values: Sequence[tuple[float, float, float, float]]) -> dict[Box, list[float]]:
    """Per box the sums over the blocks in it; the second figure fades by a fifth with every box on the way up."""
    sums: dict[Box, list[float]] = {}
    for outer, (a, b, c, d) in zip(outers, values, strict=True):
        cell = sums.get(outer)
        if cell is None:
            sums[outer] = [a, b, c, d]
        else:
            cell[0] += a
            cell[1] += b
            cell[2] += c
            cell[3] += d
    for box in list(sums):  # every box above one that holds text, once
        parent = box.parent
        while parent is not None and parent not in sums:
            sums[parent] = [0.0, 0.0, 0.0, 0.0]
            parent = parent.parent
    for box in sorted(sums, key=attrgetter("index"), reverse=True):  # a box starts before the boxes in it
        if box.parent is not None:
            cell, (a, b, c, d) = sums[box.parent], sums[box]
            cell[0] += a
            cell[1] += _FADE * b
            cell[2] += c
            cell[3] += d
    return sums


def climb(box: Box, line: dict[Box, int]) -> tuple[int, int]:
    """Steps up from the box to the line of the main box, and from the main box to where they meet."""
    inside = 0
    while box not in line and box.parent is not None:
        box, inside = box.parent, inside + 1
    return inside, line.get(box, 0)
