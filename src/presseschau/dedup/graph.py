"""Who goes and who belongs together, by the verified pairs alone: ranks in, ranks out."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from presseschau.dedup.criteria import Dedup
from presseschau.dedup.overlap import Edges


def greedy_duplicates(edges: Edges, dedup: Dedup) -> NDArray[np.int64]:
    """Who is dropped for whom, earliest first: an article goes if it is a duplicate of an earlier one that stays.

    Returns:
        Rows of (dropped rank, kept rank, position in `edges`); near-duplicates before containers, then the earliest.
    """
    near, contained = edges.kinds(dedup)
    chosen = np.flatnonzero(near | contained)
    chosen = chosen[np.lexsort((edges.a[chosen], ~near[chosen], edges.b[chosen]))]
    dropped: dict[int, tuple[int, int]] = {}
    for a, b, at in zip(edges.a[chosen].tolist(), edges.b[chosen].tolist(), chosen.tolist(), strict=True):
        if b not in dropped and a not in dropped:
            dropped[b] = (a, at)
    return np.array([(b, a, at) for b, (a, at) in dropped.items()], np.int64).reshape(-1, 3)


def components(
    edges: Edges, splits: NDArray[np.int8], locked: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]:
    """Connected components of the edges, none of which has articles of two splits of an earlier release.

    Newcomers are taken in order of rank: one that is related to two splits connects nobody.

    Args:
        edges: Pairs of ranks.
        splits: By rank the number of the split that the article has been in, 0 for none.
        locked: How many ranks, the first ones, are articles of that release: they stay whatever they are related to.

    Returns:
        Every rank that has an edge; the smallest rank it is connected with; and rows of (newcomer, and the first two
        relatives of different splits) for those that connect nobody.
    """
    order = np.lexsort((edges.a, edges.b))
    ranks = np.unique(np.concatenate([edges.a, edges.b]))
    split, root, torn = splits[ranks].tolist(), list(range(len(ranks))), dict[int, list[int]]()

    def find(node: int) -> int:
        while root[node] != node:
            root[node] = root[root[node]]
            node = root[node]
        return node

    left, right = (np.searchsorted(ranks, end[order]).tolist() for end in (edges.a, edges.b))
    for own, pairs in groupby(zip(left, right, strict=True), itemgetter(1)):
        earlier = [node for node, _ in pairs if node not in torn]
        first = {split[own]: own} if split[own] else {}
        for node in earlier:
            if there := split[find(node)]:
                first.setdefault(there, node)
        if len(first) > 1 and ranks[own] >= locked:
            torn[own] = list(first.values())[:2]
            continue
        for node in map(find, earlier):
            here = find(own)
            if node != here and (len(first) < 2 or split[node] == split[here]):
                split[min(node, here)] = split[node] or split[here]
                root[max(node, here)] = min(node, here)
    roots = ranks[[find(node) for node in range(len(ranks))]] if len(ranks) else ranks
    rows = np.array([(own, *two) for own, two in torn.items()], np.int64).reshape(-1, 3)
    return ranks, roots, ranks[rows].astype(np.int64)
