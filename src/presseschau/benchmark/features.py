"""TF-IDF features counted in parallel; the same numbers as scikit-learn's `TfidfVectorizer`, whatever the workers."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing import get_context
from typing import Any, Literal, TypeVar

import numpy as np
import numpy.typing as npt

T = TypeVar("T")
R = TypeVar("R")

_CHUNK = 1000  # texts in one task: long enough for its vocabulary to be worth sending, short enough for four workers
_ALONE = 3000  # fewer texts than this are done before a worker has started


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
        analyzer: `word`, `char` or `char_wb` (characters within words).
        ngrams: Shortest and longest n-gram.
        min_df: Documents that an n-gram stands in at least: a number, or a share with a decimal point.
        max_df: Documents that it stands in at most, likewise.
        max_features: Only the most frequent n-grams; None: all.
        sublinear: 1 + log(count) in place of the count.
        idf: Weigh by inverse document frequency; False counts only (naive Bayes on counts).
    """

    analyzer: Literal["word", "char", "char_wb"] = "word"
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


@dataclass(slots=True)
class Tfidf:
    """One block of TF-IDF features; fit once, then transform.

    Attributes:
        ngrams: What is counted.
        terms: The n-grams in order of their columns, after fitting.
    """

    ngrams: Ngrams
    terms: list[str] = field(init=False, default_factory=list)
    _columns: dict[str, int] = field(init=False, default_factory=dict)
    _weights: Any = field(init=False, default=None)

    def fit_transform(self, texts: Iterable[str], size: int, workers: int) -> Any:
        """Learns vocabulary and document frequencies; gives the texts' rows (CSR, float64).

        Raises:
            ValueError: No n-gram is left.
        """
        columns: dict[str, int] = {}
        counts = _count(self.ngrams, texts, size, workers, lambda term: columns.setdefault(term, len(columns)), columns)
        kept = _kept(self.ngrams, counts, size)
        names = list(columns)
        order = sorted(kept.tolist(), key=names.__getitem__)
        if not order:
            raise ValueError("no n-gram is left: lower min_df or raise max_df of the model")
        self.terms = [names[i] for i in order]
        self._columns = {term: i for i, term in enumerate(self.terms)}
        place = np.full(len(names), -1, dtype=np.int64)
        place[order] = np.arange(len(order))
        counts = _renumbered(counts, place, len(order))
        if self.ngrams.idf:
            frequency = np.bincount(counts.indices, minlength=len(order))
            self._weights = np.log((1 + size) / (1 + frequency)) + 1
        return self._weighted(counts)

    def transform(self, texts: Iterable[str], size: int, workers: int) -> Any:
        """The texts' rows in the vocabulary that was learnt (CSR, float64)."""
        place = self._columns
        counts = _count(self.ngrams, texts, size, workers, lambda term: place.get(term, -1), place)
        return self._weighted(_renumbered(counts, np.arange(len(self.terms)), len(self.terms)))

    @property
    def nbytes(self) -> int:
        """Size of vocabulary and weights."""
        return sum(len(term.encode()) for term in self.terms) + (0 if self._weights is None else self._weights.nbytes)

    def _weighted(self, matrix: Any) -> Any:
        from sklearn.preprocessing import normalize

        if self.ngrams.sublinear:
            np.log(matrix.data, out=matrix.data)
            matrix.data += 1
        if self._weights is None:
            return matrix
        matrix.data *= self._weights[matrix.indices]
        return normalize(matrix, norm="l2", copy=False)


def _count_chunk(ngrams: Ngrams, texts: list[str]) -> tuple[list[str], Any, Any, Any]:
    """The n-grams of some texts, and their counts as CSR arrays over them."""
    from sklearn.feature_extraction.text import CountVectorizer

    vectorizer = CountVectorizer(analyzer=ngrams.analyzer, ngram_range=ngrams.ngrams, dtype=np.int32)
    try:
        matrix = vectorizer.fit_transform(texts)
    except ValueError:  # not one n-gram in the whole chunk
        return [], np.zeros(len(texts) + 1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.int32)
    terms = [""] * len(vectorizer.vocabulary_)
    for term, column in vectorizer.vocabulary_.items():
        terms[column] = term
    return terms, matrix.indptr, matrix.indices, matrix.data


def _count(
    ngrams: Ngrams,
    texts: Iterable[str],
    size: int,
    workers: int,
    column_of: Callable[[str], int],
    columns: dict[str, int],
) -> Any:
    """Counts of all texts as CSR; entries of unknown terms (-1) are left out."""
    from functools import partial

    from scipy.sparse import csr_matrix

    indices, data, lengths = [], [], []
    for terms, indptr, local, counts in mapped(partial(_count_chunk, ngrams), texts, size, workers):
        places = np.fromiter((column_of(term) for term in terms), dtype=np.int32, count=len(terms))
        found = places[local] if len(local) else local
        known = found >= 0
        row = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
        lengths.append(np.bincount(row[known], minlength=len(indptr) - 1))
        indices.append(found[known])
        data.append(counts[known])
    indptr = np.concatenate([[0], np.cumsum(np.concatenate(lengths))]) if lengths else np.zeros(1, np.int64)
    joined = np.concatenate(indices) if indices else np.zeros(0, np.int32)
    indices.clear()
    values = np.concatenate(data) if data else np.zeros(0, np.int32)
    return csr_matrix((values, joined, indptr), shape=(len(indptr) - 1, len(columns)))


def _kept(ngrams: Ngrams, counts: Any, size: int) -> npt.NDArray[np.int64]:
    """Columns within the limits of document frequency, the most frequent ones where there is a maximum."""
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    low = ngrams.min_df if isinstance(ngrams.min_df, int) else ngrams.min_df * size
    high = ngrams.max_df if isinstance(ngrams.max_df, int) else ngrams.max_df * size
    kept = np.flatnonzero((frequency >= low) & (frequency <= high))
    if ngrams.max_features is not None and len(kept) > ngrams.max_features:
        total = np.bincount(counts.indices, weights=counts.data, minlength=counts.shape[1])[kept]
        kept = np.sort(kept[np.argsort(-total, kind="stable")[: ngrams.max_features]])
    return kept


def _renumbered(counts: Any, place: npt.NDArray[np.int64], width: int) -> Any:
    """The same counts with columns at other places, sorted, those at -1 left out, as float64."""
    from scipy.sparse import csr_matrix

    indices = place[counts.indices]
    known = indices >= 0
    starts = np.concatenate([[0], np.cumsum(known)])[counts.indptr]
    matrix = csr_matrix(
        (counts.data[known].astype(np.float64), indices[known].astype(np.int32), starts),
        shape=(counts.shape[0], width),
    )
    matrix.sort_indices()
    return matrix


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


