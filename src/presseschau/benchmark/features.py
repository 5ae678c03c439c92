"""TF-IDF features counted in parallel: the numbers of scikit-learn's `TfidfVectorizer`, in a tenth of its time.

An n-gram is a 64-bit number instead of a string: characters packed side by side, words by xxhash. Among ten million
words any two share a number with a probability of about three in a million.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from multiprocessing import get_context
from typing import Any, Literal, TypeVar

import numpy as np
import numpy.typing as npt
import xxhash

T = TypeVar("T")
R = TypeVar("R")
Keys = npt.NDArray[np.uint64]

_CHUNK = 500  # texts in one task
_ALONE = 3000  # fewer items than this are done before a worker has started
_TOKEN = re.compile(r"(?u)\b\w\w+\b")  # scikit-learn's words
_BITS = 12  # of a packed character
_LONGEST = 5  # characters that fit into 64 bits
_MIX = np.uint64(0x9E3779B97F4A7C15)


def mapped(work: Callable[[list[T]], R], items: Iterable[T], size: int, workers: int) -> Iterator[R]:
    """`work` on chunks of the items, in their order; in other processes where there are enough items.

    Args:
        work: A function of the top level of a module, or a partial of one.
        items: Read as they are needed; at most two chunks a worker are under way.
        size: How many items there are.
        workers: Processes; 1 works here.
    """
    items = iter(items)
    chunks = iter(lambda: list(islice(items, _CHUNK)), [])
    if workers == 1 or size < _ALONE:
        yield from map(work, chunks)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("forkserver")) as pool:
        waiting: deque[Future[R]] = deque(pool.submit(work, chunk) for chunk in islice(chunks, 2 * workers))
        while waiting:
            done = waiting.popleft().result()
            waiting.extend(pool.submit(work, chunk) for chunk in islice(chunks, 1))
            yield done


@dataclass(frozen=True, slots=True)
class Ngrams:
    """Which n-grams are counted, and how; the options of scikit-learn's `TfidfVectorizer`.

    Attributes:
        analyzer: `word`, or `char_wb`: characters within words, a space at either end.
        ngrams: Shortest and longest n-gram.
        min_df: Documents that an n-gram stands in at least: a number, or a share with a decimal point.
        max_df: Documents that it stands in at most, likewise.
        max_features: Only the most frequent n-grams; None: all.
        sublinear: 1 + log(count) in place of the count.
        idf: Weigh by inverse document frequency and bring rows to length 1; False only counts.
    """

    analyzer: Literal["word", "char_wb"] = "word"
    ngrams: tuple[int, int] = (1, 1)
    min_df: int | float = 1
    max_df: int | float = 1.0
    max_features: int | None = None
    sublinear: bool = False
    idf: bool = True

    def __post_init__(self) -> None:
        """Checks the ranges."""
        if not 1 <= self.ngrams[0] <= self.ngrams[1]:
            raise ValueError(f"ngrams={list(self.ngrams)} must be two rising numbers from 1")
        if self.analyzer == "char_wb" and self.ngrams[1] > _LONGEST:
            raise ValueError(f"ngrams={list(self.ngrams)} of characters may be {_LONGEST} long at most")


def word_keys(text: str, low: int, high: int) -> Keys:
    """The word n-grams of a text, in order of length, repeated as they stand there."""
    tokens = _TOKEN.findall(text.lower())
    ones = np.fromiter(
        (xxhash.xxh3_64_intdigest(t.encode("utf-8", "surrogatepass")) for t in tokens),
        dtype=np.uint64,
        count=len(tokens),
    )
    found, last = [], ones
    for n in range(1, high + 1):
        if n > 1:
            last = (last[:-1] * _MIX) ^ (last[:-1] >> np.uint64(29)) ^ ones[n - 1 :] if len(ones) >= n else ones[:0]
        if n >= low:
            found.append(last)
    return np.concatenate(found)


def char_keys(text: str, low: int, high: int) -> Keys:
    """The character n-grams within the words of a text, as scikit-learn's `char_wb` cuts them."""
    words = text.lower().split()
    if not words:
        return np.zeros(0, np.uint64)
    padded = f" {'  '.join(words)} ".encode("utf-32-le", "surrogatepass")
    codes = _packed(np.frombuffer(padded, dtype=np.uint32))
    lengths = np.fromiter(map(len, words), dtype=np.int64, count=len(words)) + 2
    ends = np.repeat(np.cumsum(lengths), lengths)
    left = ends - np.arange(len(codes))  # characters from here to the end of the word
    found, last = [], codes
    for n in range(1, high + 1):
        if n > 1:
            last = (last[:-1] << np.uint64(_BITS)) | codes[n - 1 :]
        if n >= low:
            found.append(last[left[: len(last)] >= n])
        if n == low - 1 or n < low:  # a word too short for any n-gram counts as a whole
            found.append(last[(left[: len(last)] == n) & (np.repeat(lengths, lengths)[: len(last)] == n)])
    return np.concatenate(found)


def _packed(codes: npt.NDArray[np.uint32]) -> Keys:
    """Characters as numbers of 12 bits above 0: Latin to Hebrew and signs each their own, the rest by remainder."""
    wide = codes.astype(np.uint64)
    packed = np.where(wide < 0x700, wide + np.uint64(1), np.uint64(0))
    signs = (wide >= 0x2000) & (wide < 0x2300)
    packed = np.where(signs, wide - np.uint64(0x2000) + np.uint64(0x701), packed)
    return np.where(packed == 0, np.uint64(0xA01) + wide % np.uint64(0x5FB), packed)


@dataclass(frozen=True, slots=True)
class Counts:
    """n-gram counts of some texts: CSR arrays whose columns are the sorted keys.

    Attributes:
        keys: Sorted n-grams.
        lengths: Distinct n-grams of each text.
        columns: Place in `keys`, text by text, rising within a text.
        counts: How often.
    """

    keys: Keys
    lengths: npt.NDArray[np.int64]
    columns: npt.NDArray[np.int32]
    counts: npt.NDArray[np.int32]


def count_chunk(ngrams: Ngrams, texts: list[str]) -> Counts:
    """Counts of some texts."""
    keys_of = word_keys if ngrams.analyzer == "word" else char_keys
    found = [np.unique(keys_of(text, *ngrams.ngrams), return_counts=True) for text in texts]
    whole = np.concatenate([keys for keys, _ in found])
    keys, columns = np.unique(whole, return_inverse=True)
    return Counts(
        keys,
        np.array([len(k) for k, _ in found], dtype=np.int64),
        columns.astype(np.int32),
        np.concatenate([c for _, c in found]).astype(np.int32),
    )


@dataclass(slots=True)
class Tfidf:
    """One block of TF-IDF features; fit once, then transform.

    Attributes:
        ngrams: What is counted.
        keys: The n-grams in order of their columns, after fitting.
    """

    ngrams: Ngrams
    keys: Keys = field(init=False, default_factory=lambda: np.zeros(0, np.uint64))
    _weights: Any = field(init=False, default=None)

    def fit_transform(self, texts: Iterable[str], size: int, workers: int) -> Any:
        """Learns vocabulary and document frequencies; gives the texts' rows (CSR, float64).

        Raises:
            ValueError: No n-gram is left.
        """
        chunks = list(mapped(partial(count_chunk, self.ngrams), texts, size, workers))
        keys = np.unique(np.concatenate([c.keys for c in chunks]))
        frequency, total = np.zeros(len(keys), dtype=np.int64), np.zeros(len(keys), dtype=np.int64)
        for chunk in chunks:
            place = np.searchsorted(keys, chunk.keys)
            frequency[place] += np.bincount(chunk.columns, minlength=len(place))
            total[place] += np.bincount(chunk.columns, weights=chunk.counts, minlength=len(place)).astype(np.int64)
        kept = self._kept(frequency, total, size)
        if not len(kept):
            raise ValueError("no n-gram is left: lower min_df or raise max_df of the model")
        self.keys = keys[kept]
        if self.ngrams.idf:
            self._weights = np.log((1 + size) / (1 + frequency[kept])) + 1
        return self._rows(chunks)

    def transform(self, texts: Iterable[str], size: int, workers: int) -> Any:
        """The texts' rows in the vocabulary that was learnt (CSR, float64)."""
        return self._rows(list(mapped(partial(count_chunk, self.ngrams), texts, size, workers)))

    @property
    def nbytes(self) -> int:
        """Size of vocabulary and weights."""
        return int(self.keys.nbytes + (0 if self._weights is None else self._weights.nbytes))

    def _kept(self, frequency: Any, total: Any, size: int) -> npt.NDArray[np.int64]:
        """Columns within the limits of document frequency, the most frequent ones where there is a maximum."""
        low = self.ngrams.min_df if isinstance(self.ngrams.min_df, int) else self.ngrams.min_df * size
        high = self.ngrams.max_df if isinstance(self.ngrams.max_df, int) else self.ngrams.max_df * size
        kept = np.flatnonzero((frequency >= low) & (frequency <= high))
        most = self.ngrams.max_features
        if most is not None and len(kept) > most:
            kept = np.sort(kept[np.argsort(-total[kept], kind="stable")[:most]])
        return kept

    def _rows(self, chunks: list[Counts]) -> Any:
        """Known n-grams of the chunks as weighted rows; the chunks are used up."""
        from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
        from sklearn.preprocessing import normalize

        lengths, columns, values = [], [], []
        for chunk in _used_up(chunks):
            place = np.minimum(np.searchsorted(self.keys, chunk.keys), len(self.keys) - 1)
            known = (self.keys[place] == chunk.keys)[chunk.columns]
            text = np.repeat(np.arange(len(chunk.lengths)), chunk.lengths)
            lengths.append(np.bincount(text[known], minlength=len(chunk.lengths)))
            columns.append(place.astype(np.int32)[chunk.columns[known]])
            counts = chunk.counts[known].astype(np.float64)
            values.append(1 + np.log(counts) if self.ngrams.sublinear else counts)
        starts = np.concatenate([[0], np.cumsum(np.concatenate(lengths))]) if lengths else np.zeros(1, np.int64)
        indices = np.concatenate(list(_used_up(columns))) if columns else np.zeros(0, np.int32)
        data = np.concatenate(list(_used_up(values))) if values else np.zeros(0)
        rows = csr_matrix((data, indices, starts), shape=(len(starts) - 1, len(self.keys)))
        if self._weights is None:
            return rows
        rows.data *= self._weights[rows.indices]
        return normalize(rows, norm="l2", copy=False)


def _used_up(items: list[T]) -> Iterator[T]:
    """The items in order; each is let go of as the next is asked for."""
    items.reverse()
    while items:
        yield items.pop()


@dataclass(slots=True)
class Blocks:
    """Several blocks of features side by side."""

    blocks: tuple[Tfidf, ...]

    def fit_transform(self, texts: Callable[[], Iterable[str]], size: int, workers: int) -> Any:
        """Rows of the texts in all blocks; `texts` is called once a block, so that no second copy is kept."""
        return _side_by_side([block.fit_transform(texts(), size, workers) for block in self.blocks])

    def transform(self, texts: Callable[[], Iterable[str]], size: int, workers: int) -> Any:
        """Likewise, in the vocabularies learnt."""
        return _side_by_side([block.transform(texts(), size, workers) for block in self.blocks])

    @property
    def nbytes(self) -> int:
        """Size of all vocabularies and weights."""
        return sum(block.nbytes for block in self.blocks)


def _side_by_side(matrices: Sequence[Any]) -> Any:
    from scipy.sparse import hstack

    return matrices[0] if len(matrices) == 1 else hstack(matrices, format="csr")
