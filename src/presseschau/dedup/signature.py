"""What a text looks like to the duplicate search: exact key, MinHash bands, fingerprints. For the page workers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TypeAlias

import numpy as np
import xxhash
from numpy.typing import NDArray

from presseschau.stable import beyond_ascii

Hashes: TypeAlias = NDArray[np.uint64]

_ASCII_WORDS = bytes(
    ord(chr(code).lower()) if code < 128 and (chr(code).isalnum() or chr(code) == "_") else code if code > 127 else 32
    for code in range(256)
)
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)  # splitmix64's finaliser
_STEP = np.uint64(0x9E3779B97F4A7C15)
_SHORT, _SHORT_WINDOW = 64, 4  # a text of fewer shingles has few prints; a smaller window keeps all of the larger's
_COLUMNS = 1024  # shingles hashed at once: 21 x 6 x 1024 x 4 bytes stay in the second-level cache


@dataclass(frozen=True, slots=True, eq=False)
class Signature:
    """The columns of a work file that the corpus stage reads instead of the text.

    Attributes:
        exact_key: 64-bit hash of the words, case, punctuation and white space folded; equal for equal wordings.
        bands: One 64-bit key per MinHash band (uint64 array); two texts with a band in common are a candidate pair.
        prints: Winnowed shingle hashes (sorted uint64 array); a passage in common leaves a print in common.
        shingles: Number of different shingles.
    """

    exact_key: int
    bands: Hashes
    prints: Hashes
    shingles: int


def words_of(text: str) -> list[bytes]:
    """The words of a text in UTF-8, runs of letters, digits and `_`: case, punctuation and white space folded.

    >>> b" ".join(words_of("Straße:  KI-Modell (neu)!")).decode()
    'strasse ki modell neu'
    """
    for char in beyond_ascii(text):  # one by one: folding all of a text takes as long as all the rest
        if (folded := _folded(char)) != char:
            text = text.replace(char, folded)
    return text.encode().translate(_ASCII_WORDS).split()  # on bytes a table is faster than a pattern on letters


@lru_cache(maxsize=1024)
def _folded(char: str) -> str:
    return "".join([c if c.isascii() or c.isalnum() else " " for c in char.casefold()])


def shingle_sequence(words: Sequence[bytes], size: int) -> Hashes:
    """64-bit hashes of all runs of `size` words, in text order.

    A text of fewer words is one shingle; no words give none.
    """
    hashed = np.frombuffer(b"".join(map(xxhash.xxh3_64_digest, words)), ">u8").astype(np.uint64)
    if not len(hashed):
        return hashed
    size = min(size, len(hashed))
    count = len(hashed) - size + 1
    out = np.full(count, size, np.uint64)
    for i in range(size):
        out ^= hashed[i : i + count]
        out *= _MIX_1
        out ^= out >> np.uint64(29)
    out *= _MIX_2
    out ^= out >> np.uint64(32)
    return out


def shingle_set(text: str, size: int) -> Hashes:
    """The different shingles of a text as sorted 64-bit hashes: what Jaccard and containment are computed on."""
    return _different(shingle_sequence(words_of(text), size))


def minhash(shingles: Hashes, permutations: int, seed: int) -> NDArray[np.uint32]:
    """MinHash values (Broder 1997) under `permutations` multiply-add hash functions modulo 2**32.

    Args:
        shingles: At least one 64-bit hash.
        permutations: Number of hash functions.
        seed: Chooses them.
    """
    factors, offsets = _permutations(permutations, seed)
    values = (shingles >> np.uint64(32)).astype(np.uint32)
    lowest = np.full(permutations, np.iinfo(np.uint32).max, np.uint32)
    for start in range(0, len(values), _COLUMNS):
        block = values[start : start + _COLUMNS] * factors
        block += offsets
        np.minimum(lowest, block.min(axis=1), out=lowest)
    return lowest


def band_keys(lowest: NDArray[np.uint32], bands: int, rows: int, seed: int) -> Hashes:
    """One key per band of `rows` MinHash values; the band's number is in the key, so keys of different bands differ."""
    keys: Hashes = (lowest.reshape(bands, rows).astype(np.uint64) * _coefficients(rows, seed)).sum(axis=1)
    keys += np.arange(1, bands + 1, dtype=np.uint64) * _STEP
    keys ^= keys >> np.uint64(30)
    keys *= _MIX_1
    keys ^= keys >> np.uint64(27)
    keys *= _MIX_2
    return keys ^ (keys >> np.uint64(31))


def winnow(sequence: Hashes, window: int) -> Hashes:
    """Fingerprints by winnowing: the smallest hash of every window (Schleimer, Wilkerson and Aiken, SIGMOD 2003).

    Two texts that share `window` shingles in a row share at least one print; about 2 / (window + 1) of all are chosen.

    Args:
        sequence: Shingle hashes in text order, possibly none.
        window: Shingles per window, a power of two.
    """
    reach = 1
    while reach * 2 <= min(window, len(sequence)):
        sequence = np.minimum(sequence[:-reach], sequence[reach:])
        reach *= 2
    return _different(sequence)


def sign(text: str, *, shingle_words: int, bands: int, rows: int, window: int, seed: int) -> Signature:
    """The signature of one text; a text without words has no bands and no prints."""
    words = words_of(text)
    sequence = shingle_sequence(words, shingle_words)
    different = _different(sequence)
    none = np.empty(0, np.uint64)
    return Signature(
        exact_key=xxhash.xxh3_64_intdigest(b" ".join(words)),
        bands=band_keys(minhash(different, bands * rows, seed), bands, rows, seed) if len(different) else none,
        prints=winnow(sequence, min(window, _SHORT_WINDOW) if len(different) < _SHORT else window),
        shingles=len(different),
    )


def _different(hashes: Hashes) -> Hashes:
    """What `numpy.unique` gives, in a third of its time for the few hundred hashes of an article."""
    ordered = np.sort(hashes)
    return ordered if len(ordered) < 2 else ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))]


@cache
def _permutations(count: int, seed: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Odd factors and offsets, one column each; drawn by xxhash, so they never depend on numpy's generators."""
    drawn = np.array([xxhash.xxh3_64_intdigest(f"minhash {i}".encode(), seed) for i in range(count)], np.uint64)
    factors = (drawn >> np.uint64(32)).astype(np.uint32) | np.uint32(1)
    return factors[:, None], drawn.astype(np.uint32)[:, None]


@cache
def _coefficients(rows: int, seed: int) -> Hashes:
    return np.array([xxhash.xxh3_64_intdigest(f"band {i}".encode(), seed) | 1 for i in range(rows)], np.uint64)
