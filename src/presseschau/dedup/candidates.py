"""Candidate pairs: articles that share a MinHash band or a winnowed print. Sorted in numpy, out of core.

`leakage` uses this module too, on the articles that were kept; nothing here knows clusters.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from presseschau.dedup.parted import Parted
from presseschau.dedup.signature import Hashes

_HALF = np.uint64(32)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What keeps a wording that thousands share from making millions of pairs.

    Attributes:
        bucket: Up to this many articles that share a key are paired all with all.
        anchors: In a larger bucket every article is paired only with this many earliest and this many shortest ones:
            the earliest is the one that stays, the shortest the one that others contain.
        share: Candidates by prints have at least this many prints in common per shingle of the shorter text. Winnowing
            with a window of 16 takes 0.12 per shingle, and of 2,000 pairs at Jaccard 0.5 or containment 0.9 and above
            none had less than 0.4 of these in common; unrelated articles share a phrase or two.
    """

    bucket: int = 24
    anchors: int = 4
    share: float = 0.02

    def __post_init__(self) -> None:
        if self.bucket < 2 or not 1 <= self.anchors <= self.bucket:
            raise ValueError(
                f"dedup: bucket must be at least 2 and anchors 1 to bucket, not {self.bucket}, {self.anchors}"
            )


@dataclass(frozen=True, slots=True)
class Postings:
    """The keys of articles, on disk: columns key and number of the article.

    Attributes:
        bands: MinHash bands.
        prints: Winnowed prints.
    """

    bands: Parted
    prints: Parted

    @staticmethod
    def of(file: IO[bytes]) -> Postings:
        """Room in a file."""
        return Postings(Parted(file, (np.uint64, np.int32)), Parted(file, (np.uint64, np.int32)))

    def add(self, numbers: pa.Int32Array, bands: pa.ListArray, prints: pa.ListArray) -> None:
        """Adds the keys of articles."""
        for parted, lists in ((self.bands, bands), (self.prints, prints)):
            offsets = lists.offsets.to_numpy()
            keys = lists.values.to_numpy()[offsets[0] : offsets[-1]]
            parted.add(keys, keys, numbers.to_numpy().repeat(np.diff(offsets)))

    def shared(self) -> Postings:
        """Those of keys that more than one article has."""
        kept = Postings.of(self.bands.file)
        for parted, own in ((self.bands, kept.bands), (self.prints, kept.prints)):
            for part, (keys, numbers) in parted.parts():
                own.put(part, *_shared(keys, numbers))
        return kept


@dataclass(frozen=True, slots=True)
class Ranked:
    """The articles that are to be paired.

    Attributes:
        ranks: By number their order, -1 for what is passed over.
        shingles: By rank, how many an article has.
        sides: By rank; only pairs of different sides are wanted, None wants all.
    """

    ranks: NDArray[np.int32]
    shingles: NDArray[np.int32]
    sides: NDArray[np.int8] | None = None

    @staticmethod
    def of(
        numbers: NDArray[np.int32], rows: int, shingles: NDArray[np.int32], sides: NDArray[np.int8] | None = None
    ) -> Ranked:
        """Those of so many rows that have a rank, given their numbers by rank."""
        ranks = np.full(rows, -1, np.int32)
        ranks[numbers] = np.arange(len(numbers), dtype=np.int32)
        return Ranked(ranks, shingles, sides)

    def apart(self, x: NDArray[np.int32], y: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Which pairs of ranks are wanted."""
        wanted: NDArray[np.bool_] = x != y if self.sides is None else self.sides[x] != self.sides[y]
        return wanted


def pair_candidates(postings: Postings, articles: Ranked, bounds: Bounds) -> tuple[Hashes, Postings]:
    """The candidate pairs, and what was too common to be paired all with all. Memory holds a part, and the pairs.

    Args:
        postings: Keys that articles have.
        articles: Which of them, and in which order.
        bounds: See there.

    Returns:
        Pairs of ranks (see `split_pairs`), each once and sorted; and of the keys that more than `bounds.bucket`
        articles have, the postings.
    """
    lengths = np.empty(len(articles.shingles), np.int32)  # by rank the place in order of length
    lengths[np.argsort(articles.shingles, kind="stable")] = np.arange(len(lengths))
    paired, common = [], []
    for parted, share in ((postings.bands, 0.0), (postings.prints, bounds.share)):
        shared, often, met = parted.like(*parted.types), parted.like(*parted.types), parted.like(np.uint64)
        counts = np.zeros(len(articles.shingles), np.int32)
        for part, (keys, numbers) in parted.parts():
            keys, numbers, sizes = _wanted(keys, numbers, articles)
            ranks = articles.ranks[numbers]
            np.add.at(counts, ranks, np.int32(1))  # an integer of another type takes thirty times as long
            shared.put(part, keys, ranks)
            often.put(part, keys[sizes > bounds.bucket], numbers[sizes > bounds.bucket])
        # Who can be the shorter one of a pair at all: most articles share few prints with anybody.
        least = np.ceil(share * articles.shingles).astype(np.int32)
        probes = counts >= least
        for keys, ranks in shared:
            for x, y in _met(keys, ranks, probes, lengths, bounds):
                wanted = articles.apart(x, y) & (probes[x] | probes[y])
                x, y = x[wanted], y[wanted]
                packed = np.minimum(x, y).astype(np.uint64) << _HALF | np.maximum(x, y).astype(np.uint64)
                met.add((x + y).astype(np.uint64), packed)
        paired.append(_frequent(met, least))
        common.append(often)
    pairs = np.concatenate(paired)
    pairs.sort()
    return pairs[_first(pairs)], Postings(*common)


def split_pairs(pairs: Hashes) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The earlier and the later rank of pairs, the upper and the lower half of 64 bits.

    >>> split_pairs(np.array([3 << 32 | 7], np.uint64))
    (array([3], dtype=int32), array([7], dtype=int32))
    """
    return (pairs >> _HALF).astype(np.int32), pairs.astype(np.int32)


def _shared(keys: Hashes, numbers: NDArray[np.int32]) -> tuple[Hashes, NDArray[np.int32]]:
    """Keys that stand here twice or more, and their numbers; equal keys side by side."""
    order = np.argsort(keys)
    keys = keys[order]
    first = _first(keys)
    several = ~(first & np.append(first[1:], True)[: len(keys)])
    return keys[several], numbers[order[several]]


def _wanted(
    keys: Hashes, numbers: NDArray[np.int32], articles: Ranked
) -> tuple[Hashes, NDArray[np.int32], NDArray[np.int64]]:
    """Keys that two of the articles or more have, their numbers, and how many have each; equal keys side by side."""
    present = articles.ranks[numbers] >= 0
    keys, numbers = _shared(keys[present], numbers[present])
    starts, sizes = _buckets(keys)
    if articles.sides is not None and len(keys):
        sides = articles.sides[articles.ranks[numbers]]
        wanted = np.minimum.reduceat(sides, starts) < np.maximum.reduceat(sides, starts)
        chosen, sizes = wanted.repeat(sizes), sizes[wanted]
        keys, numbers = keys[chosen], numbers[chosen]
    return keys, numbers, sizes.repeat(sizes)


def _first(keys: Hashes) -> NDArray[np.bool_]:
    """Which ones differ from the one before."""
    return np.concatenate(([True], keys[1:] != keys[:-1]))[: len(keys)]


def _buckets(keys: Hashes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where runs of equal keys start, and their sizes."""
    starts = np.flatnonzero(_first(keys))
    return starts, np.diff(starts, append=len(keys))


_Ends = tuple[NDArray[np.int32], NDArray[np.int32]]


def _met(
    keys: Hashes, ranks: NDArray[np.int32], probes: NDArray[np.bool_], lengths: NDArray[np.int32], bounds: Bounds
) -> Iterator[_Ends]:
    """Pairs of ranks that meet in a bucket where one probes; each once for every bucket, in either order."""
    starts, sizes = _buckets(keys)
    if not len(keys):
        return
    probed = np.logical_or.reduceat(probes[ranks], starts)
    small, large = ((probed & chosen).repeat(sizes) for chosen in (sizes <= bounds.bucket, sizes > bounds.bucket))
    ends = (starts + sizes).repeat(sizes)
    at = np.flatnonzero(small)
    met = []
    for step in range(1, bounds.bucket):
        at = at[at + step < ends[at]]
        if not len(at):
            break
        met.append((ranks[at], ranks[at + step]))
    if met:
        yield np.concatenate([x for x, _ in met]), np.concatenate([y for _, y in met])
    if large.any():
        yield from _met_anchors(keys[large], ranks[large], lengths, bounds)


def _met_anchors(keys: Hashes, ranks: NDArray[np.int32], lengths: NDArray[np.int32], bounds: Bounds) -> Iterator[_Ends]:
    """Pairs of an anchor and any other article of its bucket: never all pairs of a large one."""
    starts, sizes = _buckets(keys)
    bucket = np.arange(len(starts)).repeat(sizes)
    place = np.arange(len(keys)) - starts.repeat(sizes)
    anchor = np.zeros(len(keys), bool)
    for by in (ranks, lengths[ranks]):
        anchor[np.argsort(bucket << 32 | by)[place < bounds.anchors]] = True
    anchors, first = ranks[anchor], np.concatenate(([0], np.add.reduceat(anchor, starts, dtype=np.int64).cumsum()))
    for number in range(2 * bounds.anchors):
        at = first[bucket] + number
        has = np.flatnonzero(at < first[bucket + 1])
        x, y = anchors[at[has]], ranks[has]
        once = (x < y) | ((x != y) & ~anchor[has])  # two anchors meet once
        yield x[once], y[once]


def _frequent(pairs: Parted, least: NDArray[np.int32]) -> Hashes:
    """The pairs that met as often as the one of the two has to that has to the less often."""
    chosen = []
    for (met,) in pairs:
        met.sort()
        starts, sizes = _buckets(met)
        met = met[starts]
        x, y = split_pairs(met)
        chosen.append(met[sizes >= np.minimum(least[x], least[y])])
    return np.concatenate(chosen)
