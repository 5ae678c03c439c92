"""From how sure a model must be, so that what is kept has the best F1 that can be expected."""

from __future__ import annotations

from collections.abc import Sequence


def f1_threshold(p: Sequence[float], words: Sequence[int], lowest: float, highest: float) -> float:
    """Half of the expected F1 in reach, which is the threshold that reaches it (Lipton, Elkan, Naryanaswamy 2014).

    So a page of a build that the model has not seen, where it is unsure of every paragraph, keeps them all the same.

    Args:
        p: Probability of each part of the page.
        words: Words of each, its weight.
        lowest: Bound of the threshold.
        highest: The other bound.
    """
    if not any(lowest < likely <= highest for likely in p):
        return highest  # no part for a threshold between the two to decide
    hits = said = half = 0.0
    total = sum([likely * count for likely, count in zip(p, words, strict=True)])
    for likely, count in sorted(zip(p, words, strict=True), key=lambda part: -part[0]):
        hits += likely * count
        said += count
        half = max(half, hits / (said + total))
    return min(highest, max(lowest, half))
