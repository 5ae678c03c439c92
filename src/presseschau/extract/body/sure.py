"""Blocks that are the article's for sure, by which the others are judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

SURE = 0.6  # probability
PARAGRAPH = 12  # words


def sure_paragraphs(
    order: Iterable[int], p: Sequence[float], words: Sequence[int], keep: Sequence[bool]
) -> Iterator[int]:
    """The kept blocks that are paragraphs of the article for sure, in the order that is asked for."""
    return (i for i in order if keep[i] and words[i] >= PARAGRAPH and p[i] > SURE)
