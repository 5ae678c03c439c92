"""TF-IDF features: the numbers of scikit-learn's `TfidfVectorizer` in single precision, counted in parallel."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from multiprocessing import get_context
from typing import Any, TypeVar

import numpy as np

from presseschau.benchmark.data import Examples
from presseschau.benchmark.ngrams import Counts, Keys, Ngrams, Places, count, vocabulary
from presseschau.config import ConfigError

T = TypeVar("T")
R = TypeVar("R")

_CHUNK = 500  # texts in one task
_MERGED = 4_000_000  # n-grams that wait to be merged into the vocabulary
_ALONE = 3000  # fewer items than this are done before a worker has started


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


@dataclass(slots=True)
class Tfidf:
    """TF-IDF features of one or more kinds side by side; learnt once, then asked.

    Attributes:
        blocks: What is counted.
        keys: The n-grams of each block in order of their columns, once they are learnt.
    """

    blocks: tuple[Ngrams, ...]
    keys: tuple[Keys, ...] = field(init=False, default=())
    _weights: tuple[Any, ...] = field(init=False, default=())

    def learn(self, texts: Callable[[], Iterable[str]], size: int, workers: int) -> Any:
        """Learns vocabulary and document frequencies; gives the texts' rows (CSR, float32).

        Many texts are counted twice, first for the vocabulary and then for the rows, since their counts would take more
        memory than both.

        Raises:
            ConfigError: No n-gram is left.
        """
        few = list(mapped(partial(count, self.blocks), texts(), size, 1)) if size < _ALONE else None
        seen = few or mapped(partial(vocabulary, self.blocks), texts(), size, workers)
        kept = [_kept(ngrams, *part, size) for ngrams, part in zip(self.blocks, _merged(seen), strict=True)]
        self.keys = tuple(keys for keys, _ in kept)
        self._weights = tuple(
            (np.log((1 + size) / (1 + frequency)) + 1).astype(np.float32) if ngrams.idf else None
            for ngrams, (_, frequency) in zip(self.blocks, kept, strict=True)
        )
        parts = map(self._weighted, few) if few else self.rows(texts(), size, workers)
        return self._together(parts, size, sum(int(frequency.sum()) for _, frequency in kept))

    def rows(self, texts: Iterable[str], size: int, workers: int) -> Iterator[Any]:
        """Rows of some texts at a time in the vocabulary that was learnt (CSR, float32)."""
        return map(self._weighted, mapped(partial(count, self.blocks), texts, size, workers))

    @property
    def nbytes(self) -> int:
        """Size of vocabularies and weights."""
        return sum(a.nbytes for a in (*self.keys, *self._weights) if a is not None)

    def _together(self, parts: Iterable[Any], size: int, values: int) -> Any:
        """One matrix of rows that come a few at a time."""
        from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

        data, starts = np.empty(values, np.float32), np.zeros(size + 1, np.int64)
        indices = np.empty(values, np.int32 if values < 2**31 else np.int64)
        row = end = 0
        for part in parts:
            data[end : end + part.nnz], indices[end : end + part.nnz] = part.data, part.indices
            starts[row + 1 : row + part.shape[0] + 1] = part.indptr[1:] + end
            row, end = row + part.shape[0], end + part.nnz
        return csr_matrix((data, indices, starts), shape=(size, sum(map(len, self.keys))))

    def _weighted(self, chunk: list[Counts]) -> Any:
        """Known n-grams of a chunk as weighted rows."""
        from scipy.sparse import csr_matrix, hstack
        from sklearn.preprocessing import normalize

        parts = []
        for ngrams, counts, keys, weights in zip(self.blocks, chunk, self.keys, self._weights, strict=True):
            place = np.minimum(np.searchsorted(keys, counts.keys), len(keys) - 1).astype(np.int32)
            columns = np.where(keys[place] == counts.keys, place, np.int32(-1))[counts.columns]
            known = columns >= 0
            starts = np.concatenate([[0], np.cumsum(known)])[counts.starts]
            columns, values = columns[known], counts.counts[known].astype(np.float32)
            if ngrams.sublinear:
                values = 1 + np.log(values)
            rows = csr_matrix((values, columns, starts), shape=(len(starts) - 1, len(keys)))
            if weights is not None:
                rows.data *= weights[columns]
                rows = normalize(rows, norm="l2", copy=False)
            parts.append(rows)
        return parts[0] if len(parts) == 1 else hstack(parts, format="csr")


def _merged(chunks: Iterable[list[Counts]]) -> list[tuple[Keys, Places, Places]]:
    """The n-grams of each block in all chunks, the texts that each stands in, and how often it stands there."""
    found: list[tuple[Keys, Places, Places]] = []
    waiting: list[list[Counts]] = []
    for chunk in chunks:
        waiting.append(chunk)
        if sum(len(c.keys) for c in chain.from_iterable(waiting)) > max(_MERGED, sum(len(k) for k, _, _ in found)):
            found, waiting = _joined(found, waiting), []
    return _joined(found, waiting)


def _joined(found: list[tuple[Keys, Places, Places]], chunks: list[list[Counts]]) -> list[tuple[Keys, Places, Places]]:
    merged = []
    for i in range(len(chunks[0]) if chunks else 0):
        parts = [found[i]] if found else []
        parts += [(c[i].keys, c[i].frequency, c[i].total) for c in chunks]
        keys, place = np.unique(np.concatenate([p[0] for p in parts]), return_inverse=True)
        sums = [np.bincount(place, np.concatenate([p[n] for p in parts]), len(keys)).astype(np.int64) for n in (1, 2)]
        merged.append((keys, sums[0], sums[1]))
    return merged or found


def _kept(ngrams: Ngrams, keys: Keys, frequency: Places, total: Places, size: int) -> tuple[Keys, Places]:
    """n-grams within the limits of document frequency, the most frequent ones where there is a maximum.

    Raises:
        ConfigError: None is left.
    """
    low = ngrams.min_df if isinstance(ngrams.min_df, int) else ngrams.min_df * size
    high = ngrams.max_df if isinstance(ngrams.max_df, int) else ngrams.max_df * size
    kept = np.flatnonzero((frequency >= low) & (frequency <= high))
    if ngrams.max_features is not None and len(kept) > ngrams.max_features:
        kept = np.sort(kept[np.argsort(-total[kept], kind="stable")[: ngrams.max_features]])
    if not len(kept):
        raise ConfigError("no n-gram is left: lower min_df or raise max_df of the model")
    return keys[kept], frequency[kept]


_memory: dict[str, Any] | None = None


@contextmanager
def remembered() -> Iterator[None]:
    """Meanwhile the features learnt last are kept: fits that differ in their classifier alone share them."""
    global _memory  # noqa: PLW0603 the models that it serves know nothing of each other
    _memory = {}
    try:
        yield
    finally:
        _memory = None


def learnt(blocks: tuple[Ngrams, ...], train: Examples, workers: int) -> tuple[Tfidf, Any]:
    """Features of the blocks and the rows of train."""
    key = (blocks, id(train.corpus), train.fields, train.mask, train.rows.tobytes())
    if _memory and _memory["key"] == key:
        return _memory["tfidf"], _memory["rows"]
    if _memory:
        _memory.clear()
    tfidf = Tfidf(blocks)
    rows = tfidf.learn(train.texts, len(train), workers)
    if _memory is not None:
        _memory.update(key=key, tfidf=tfidf, rows=rows)
    return tfidf, rows
