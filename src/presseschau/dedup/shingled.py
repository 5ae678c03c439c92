"""The texts that candidate pairs have: their shingle sets, spilled to a file.

Most candidates are a short text and one of many long ones that has a phrase of it. What tells them apart is whether the
long one has the words of the short one; so it is asked for these before its shingles are made, which takes ten times as
long.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import IO

import duckdb
import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from presseschau.dedup.candidates import split_pairs
from presseschau.dedup.criteria import Dedup
from presseschau.dedup.database import IN_FILES, list_files
from presseschau.dedup.signature import Hashes, shingle_sequence, shingle_set, words_of

_TEXTS = 500  # texts in memory at a time
_WORDS = 8  # of a short text that are looked for
_KNOWN = 10_000  # short texts whose words are in memory


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """Where the texts of ranks are, and what is known of them.

    Attributes:
        ranks: Name of a relation with `rank INTEGER, source VARCHAR`, which names the rows of `articles`.
        exact_keys: By rank.
        shingles: By rank, how many different ones the text has.
        files: By rank, the hash of the name of the file that it is in.
    """

    ranks: str
    exact_keys: Hashes
    shingles: NDArray[np.int32]
    files: Hashes


class Spill:
    """Bytes by rank in a file of its caller's: read by position, so they never count as the process's memory."""

    def __init__(self, file: IO[bytes], ranks: int) -> None:
        self._file = file
        self._places = np.zeros((2, ranks), np.int64)

    def add(self, rank: int, data: bytes) -> None:
        """Keeps what there is of a rank."""
        self._places[:, rank] = self._file.tell(), self._file.write(data)

    def read(self, rank: int) -> bytes:
        """What was added; empty where nothing was. The file must have been flushed since."""
        start, size = self._places[:, rank].tolist()
        return os.pread(self._file.fileno(), size, start)


def spill_shingles(
    con: duckdb.DuckDBPyConnection, pairs: Hashes, texts: Texts, file: IO[bytes], dedup: Dedup
) -> tuple[Spill, NDArray[np.int32]]:
    """Shingle sets of pairs of ranks, and which of the pairs need none, for they cannot reach a threshold.

    Args:
        con: The connection.
        pairs: As `candidates.pair_candidates` gives them.
        texts: Theirs.
        file: Where the sets are put.
        dedup: Words per shingle, and the thresholds `related` and `containment`.

    Returns:
        The sets, as bytes; and by pair how many shingles the two can share at most, -1 where their sets tell.
    """
    short, long = by_length(pairs, texts)
    lopsided = texts.shingles[short] < dedup.related * texts.shingles[long]  # at most contained
    needed, sought = np.zeros((2, len(texts.shingles)), bool)
    needed[short] = needed[long[~lopsided]] = sought[short[lopsided]] = True
    sets, words = (Spill(file, len(needed)) for _ in range(2))
    for rank, text in _read_texts(con, texts, np.flatnonzero(needed)):
        sets.add(rank, shingle_set(text, dedup.shingle_words).tobytes())
        if sought[rank]:
            words.add(rank, orjson.dumps(long_words(text, dedup.shingle_words)))
    file.flush()
    words_at = lru_cache(_KNOWN)(lambda rank: orjson.loads(words.read(rank)))
    most = np.full(len(pairs), -1, np.int32)
    asked = np.flatnonzero(~needed[long])
    asked = asked[np.argsort(long[asked], kind="stable")]
    starts = np.searchsorted(long[asked], np.arange(len(needed) + 1))
    for rank, text in _read_texts(con, texts, np.unique(long[asked])):
        own = asked[starts[rank] : starts[rank + 1]]
        folded = text.casefold()
        for pair, other, size in zip(
            own.tolist(), short[own].tolist(), texts.shingles[short[own]].tolist(), strict=True
        ):
            left = _shared_at_most(folded, words_at(other), size, dedup.containment)
            if left / size < dedup.containment:
                most[pair] = left
        if (most[own] < 0).any():
            sets.add(rank, shingle_set(text, dedup.shingle_words).tobytes())
    file.flush()
    return sets, most


def by_length(pairs: Hashes, texts: Texts) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The shorter and the longer one of pairs of ranks."""
    earlier, later = split_pairs(pairs)
    turned = texts.shingles[earlier] > texts.shingles[later]
    return np.where(turned, later, earlier), np.where(turned, earlier, later)


def _shared_at_most(folded: str, words: list[tuple[str, int]], shingles: int, least: float) -> int:
    """How many of a text's shingles another one can have, by the words of the first that the second has.

    More words are looked for as long as it can have the part `least` of them.
    """
    left = shingles
    for word, own in words:
        if word not in folded:
            left -= own
            if left / shingles < least:
                break
    return left


def long_words(text: str, shingle_words: int) -> list[tuple[str, int]]:
    """The longest words of a text, as they stand in the folded text, and how many shingles a text without each lacks.

    A shingle is counted with the first of them that it has, so the numbers of several add up.

    >>> long_words("Ein Haus, ein Elefant und ein Zebra.", 5)
    [('elefant', 3), ('zebra', 0), ('haus', 0), ('ein', 0), ('und', 0)]
    """
    words = words_of(text)
    size = min(shingle_words, len(words))
    longest = sorted(dict.fromkeys(words), key=len, reverse=True)[:_WORDS]
    place = {word: number for number, word in enumerate(longest)}
    first = np.array([place.get(word, len(longest)) for word in words])
    first = np.lib.stride_tricks.sliding_window_view(first, size).min(axis=1)
    _, different = np.unique(shingle_sequence(words, shingle_words), return_index=True)
    counts = np.bincount(first[different], minlength=len(longest))
    return [(word.decode(), count) for word, count in zip(longest, counts.tolist(), strict=False)]


def _read_texts(con: duckdb.DuckDBPyConnection, texts: Texts, ranks: NDArray[np.int64]) -> Iterator[tuple[int, str]]:
    """The texts of some ranks, in any order."""
    if not len(ranks):
        return
    con.from_arrow(pa.table({"rank": ranks.astype(np.int32)})).create("shingled_rank")
    wanted = f"(FROM {texts.ranks} SEMI JOIN shingled_rank USING (rank))"
    query = f"SELECT rank, text FROM articles JOIN {wanted} USING (source) WHERE {IN_FILES}"  # noqa: S608
    reader = con.sql(query, params={"files": list_files(texts.files[ranks])})
    for batch in reader.to_arrow_reader(_TEXTS):
        for rank, text in zip(batch["rank"].to_pylist(), batch["text"], strict=True):
            yield rank, text.as_py()
    con.execute("DROP TABLE shingled_rank")
