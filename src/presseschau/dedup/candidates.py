"""Candidate pairs: articles that share a MinHash band or a winnowed print. Sorted in numpy, out of core.

`leakage` uses this module too, on the articles that were kept; nothing here knows clusters.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from presseschau.dedup.parted import Parted
from presseschau.dedup.signature import Hashes

Ranks: TypeAlias = NDArray[np.int64]

_KEY, _NUMBERS = np.uint64(26), np.uint64((1 << 26) - 1)  # where in a posting its key begins, and below that a number
_HALF = np.uint64(32)
# An odd number and its inverse modulo 2**64: multiplied by the first, pairs of ranks are spread evenly over the parts.
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_GATHER = np.uint64(pow(0x9E3779B97F4A7C15, -1, 1 << 64))


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
    """The keys of articles, on disk: in one number the lower 38 bits of a key and the number of the article.

    So few of a million articles' keys are taken for others' that the pairs they add are a few hundred among millions.

    Attributes:
        bands: MinHash bands.
        prints: Winnowed prints.
    """

    bands: Parted
    prints: Parted

    @staticmethod
    def of(file: IO[bytes]) -> Postings:
        """Room in a file."""
        return Postings(Parted(file), Parted(file))

    def add(self, first: int, bands: pa.ListArray, prints: pa.ListArray) -> None:
        """Adds the keys of articles, which are numbered from `first` on.

        Raises:
            ValueError: There are more articles than numbers.
        """
        numbers = np.arange(first, first + len(bands), dtype=np.uint64)
        if len(numbers) and numbers[-1] > _NUMBERS:
            raise ValueError(f"dedup: more than {_NUMBERS + np.uint64(1):,} articles")
        for parted, lists in ((self.bands, bands), (self.prints, prints)):
            offsets = lists.offsets.to_numpy()
            keys = lists.values.to_numpy()[offsets[0] : offsets[-1]]
            parted.add(keys << _KEY | numbers.repeat(np.diff(offsets)))

    def shared(self) -> Postings:
        """Those of keys that more than one article has."""
        kept = Postings.of(self.bands.file)
        for parted, own in ((self.bands, kept.bands), (self.prints, kept.prints)):
            for postings in parted:
                own.add(postings[_several(postings)])
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

    def apart(self, x: Ranks, y: Ranks) -> NDArray[np.bool_]:
        """Which pairs of ranks are wanted."""
        wanted: NDArray[np.bool_] = x != y if self.sides is None else self.sides.take(x) != self.sides.take(y)
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
        shared, often, met = (Parted(parted.file) for _ in range(3))
        counts = np.zeros(len(articles.shingles), np.int32)
        for part in parted:
            wanted, ranks, sizes = _wanted(part, articles)
            np.add.at(counts, ranks, np.int32(1))  # an integer of another type takes thirty times as long
            shared.add(wanted & ~_NUMBERS | ranks.astype(np.uint64))
            often.add(wanted[np.flatnonzero(sizes > bounds.bucket)])
        # Who can be the shorter one of a pair at all: most articles share few prints with anybody.
        least = np.ceil(share * articles.shingles).astype(np.int32)
        probes = counts >= least
        for part in shared:
            for x, y in _met(part, probes, lengths, bounds):
                at = np.flatnonzero(articles.apart(x, y) & (probes.take(x) | probes.take(y)))
                met.add((x[at] << 32 | y[at]).view(np.uint64) * _SPREAD)
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


def _numbers(postings: Hashes) -> Ranks:
    return (postings & _NUMBERS).view(np.int64)


def _several(postings: Hashes) -> NDArray[np.int64]:
    """Where in sorted postings those are whose key stands there twice or more."""
    first = _first(postings >> _KEY)
    return np.flatnonzero(~(first & np.append(first[1:], True)[: len(first)]))


def _wanted(postings: Hashes, articles: Ranked) -> tuple[Hashes, NDArray[np.int32], NDArray[np.int64]]:
    """Postings of keys that two of the articles or more have, their ranks, and how many have each key."""
    ranks = articles.ranks.take(_numbers(postings))
    at = np.flatnonzero(ranks >= 0)
    at = at[_several(postings[at])]
    postings, ranks = postings[at], ranks[at]
    starts, sizes = _buckets(postings >> _KEY)
    if articles.sides is not None and len(postings):
        sides = articles.sides.take(ranks)
        wanted = np.minimum.reduceat(sides, starts) < np.maximum.reduceat(sides, starts)
        at, sizes = np.flatnonzero(wanted.repeat(sizes)), sizes[wanted]
        postings, ranks = postings[at], ranks[at]
    return postings, ranks, sizes.repeat(sizes)


def _first(keys: Hashes) -> NDArray[np.bool_]:
    """Which ones differ from the one before."""
    return np.concatenate(([True], keys[1:] != keys[:-1]))[: len(keys)]


def _buckets(keys: Hashes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where runs of equal keys start, and their sizes."""
    starts = np.flatnonzero(_first(keys))
    return starts, np.diff(starts, append=len(keys))


def _met(
    postings: Hashes, probes: NDArray[np.bool_], lengths: NDArray[np.int32], bounds: Bounds
) -> Iterator[tuple[Ranks, Ranks]]:
    """Pairs of ranks, the earlier first, that meet in a bucket where one probes; each once for every bucket."""
    if not len(postings):
        return
    ranks = _numbers(postings)
    starts, sizes = _buckets(postings >> _KEY)
    probed = np.logical_or.reduceat(probes.take(ranks), starts)
    small, large = (
        np.flatnonzero((probed & own).repeat(sizes)) for own in (sizes <= bounds.bucket, sizes > bounds.bucket)
    )
    at, left = small, ((starts + sizes).repeat(sizes) - np.arange(len(ranks)))[small]
    for step in range(1, bounds.bucket):
        has = np.flatnonzero(left > step)
        at, left = at[has], left[has]
        yield ranks[at], ranks[at + step]
    if len(large):
        yield from _met_anchors(postings[large], lengths, bounds)


def _met_anchors(postings: Hashes, lengths: NDArray[np.int32], bounds: Bounds) -> Iterator[tuple[Ranks, Ranks]]:
    """Pairs of an anchor and any other article of its bucket: never all pairs of a large one."""
    ranks = _numbers(postings)
    starts, sizes = _buckets(postings >> _KEY)
    bucket = np.arange(len(starts)).repeat(sizes)
    anchor = np.arange(len(ranks)) - starts.repeat(sizes) < bounds.anchors
    anchor[np.argsort(bucket << 32 | lengths[ranks])[anchor]] = True
    anchors, first = ranks[anchor], np.concatenate(([0], np.add.reduceat(anchor, starts, dtype=np.int64).cumsum()))
    for number in range(2 * bounds.anchors):
        at = first[bucket] + number
        has = np.flatnonzero(at < first[bucket + 1])
        x, y = anchors[at[has]], ranks[has]
        once = np.flatnonzero((x < y) | ((x != y) & ~anchor[has]))  # two anchors meet once
        x, y = x[once], y[once]
        yield np.minimum(x, y), np.maximum(x, y)


def _frequent(pairs: Parted, least: NDArray[np.int32]) -> Hashes:
    """The pairs that met as often as at least one of the two asks for."""
    chosen = []
    for met in pairs:
        starts, sizes = _buckets(met)
        met = met[starts] * _GATHER
        x, y = split_pairs(met)
        chosen.append(met[sizes >= np.minimum(least[x], least[y])])
    return np.concatenate(chosen)
