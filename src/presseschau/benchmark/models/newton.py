"""Linear classifiers in the primal, all labels at once, over rows that are never copied.

L2-regularised squared hinge (a linear SVM) and logistic loss by Newton's method with conjugate gradients and a line
search: Keerthi & DeCoste 2005, "A Modified Finite Newton Method for Fast Solution of Large Scale Linear SVMs"; Galli &
Lin 2022, "A Study on Truncated Newton Methods for Linear Classification". The optimum is that of liblinear (its bias is
regularised, too), but liblinear copies the rows at 16 bytes a number and fits one label after the other on one core.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Singles = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Loss = Literal["squared_hinge", "logistic"]

_BLOCKS = 4  # of rows, worked on at once; fixed, since the order of sums shows in the last digits
_TOGETHER = 16  # labels fitted together: their weights of a feature fill one cache line
_CG_STEPS, _CG_TOLERANCE = 60, 0.1
_HALVINGS, _ARMIJO = 20, 0.01
_SUMMED = 1 << 16  # rows added up in single precision before double takes over


@dataclass(frozen=True, slots=True)
class Products:
    """Products with the rows of a CSR matrix (float32) and a column of ones, by threads over fixed blocks of rows."""

    blocks: tuple[Any, ...]
    width: int
    each: Callable[..., Iterator[Any]]

    @classmethod
    @contextmanager
    def of(cls, rows: Any, workers: int) -> Iterator[Products]:
        """Blocks of equal numbers of values; they share the rows' memory."""
        inner = np.searchsorted(rows.indptr, np.linspace(0, rows.nnz, _BLOCKS + 1)[1:-1])
        edges = itertools.pairwise([0, *inner.tolist(), rows.shape[0]])
        blocks = tuple(_view(rows, start, end) for start, end in edges if start < end)
        with ThreadPoolExecutor(min(workers, _BLOCKS)) as pool:
            yield cls(blocks, rows.shape[1], pool.map)

    def forward(self, weights: Singles) -> Singles:
        """Rows times weights, whose last line is the bias."""
        parts = list(self.each(lambda block: block @ weights[:-1], self.blocks))
        return np.asarray(np.concatenate(parts) + weights[-1])

    def backward(self, values: Singles) -> Singles:
        """The transpose of the rows times values."""
        ends = np.cumsum([block.shape[0] for block in self.blocks])[:-1]
        whole = np.zeros((self.width + 1, values.shape[1]), dtype=np.float32)
        for part in self.each(lambda block, v: block.T @ v, self.blocks, np.split(values, ends)):
            whole[:-1] += part
        whole[-1] = values.sum(axis=0, dtype=np.float64)
        return whole


def _view(rows: Any, start: int, end: int) -> Any:
    """Some rows of a CSR matrix without a copy of them."""
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    first, last = rows.indptr[start], rows.indptr[end]
    parts = (rows.data[first:last], rows.indices[first:last], rows.indptr[start : end + 1] - first)
    return csr_matrix(parts, shape=(end - start, rows.shape[1]), copy=False)


def fit(
    rows: Any, signs: Singles, costs: Singles, loss: Loss, *, tolerance: float, max_iter: int, workers: int
) -> tuple[Singles, Singles]:
    """Weights of one binary classifier a column of `signs`.

    Args:
        rows: CSR matrix of float32.
        signs: 1 where a row has the label, -1 where not; (rows, labels).
        costs: Weight of each row's loss, C and all; (rows, labels).
        loss: `squared_hinge` or `logistic`.
        tolerance: The gradient's norm at the end against that at the start, for labels that half of the rows have;
            less for rarer ones, as in liblinear.
        max_iter: Newton steps at most.
        workers: Threads; they change nothing about the result.

    Returns:
        Weights (features, labels) and biases (labels).
    """
    found = np.zeros((rows.shape[1] + 1, signs.shape[1]), dtype=np.float32)
    with Products.of(rows, workers) as products:
        for start in range(0, signs.shape[1], _TOGETHER):
            some = slice(start, start + _TOGETHER)
            found[:, some] = _fit(products, signs[:, some], costs[:, some], loss, tolerance, max_iter)
    return found[:-1], found[-1]


def _fit(products: Products, signs: Singles, costs: Singles, loss: Loss, tolerance: float, max_iter: int) -> Singles:
    weights = np.zeros((products.width + 1, signs.shape[1]), dtype=np.float32)
    values, live = np.zeros_like(signs), np.arange(signs.shape[1])
    rare = np.minimum((signs > 0).mean(axis=0), (signs < 0).mean(axis=0))
    enough: Doubles = np.zeros(0)
    for step in range(max_iter):
        y, cost, z = signs[:, live], costs[:, live], values[:, live]
        slope, bend = _derivatives(loss, y, cost, z)
        gradient = products.backward(slope)
        gradient += weights[:, live]
        norms = np.sqrt(_dots(gradient, gradient))
        if not step:
            enough = tolerance * np.maximum(rare, 1 / len(signs)) * norms
        going = norms > enough[live]
        if not going.all():
            live, gradient = live[going], gradient[:, going]
            y, cost, z, bend = y[:, going], cost[:, going], z[:, going], bend[:, going]
        if not len(live):
            break
        direction, change, descent = _direction(products, gradient, bend)
        lengths = _lengths(loss, y, cost, z, change, weights[:, live], direction, descent)
        direction *= lengths
        weights[:, live] += direction
        values[:, live] = z + lengths * change
        live = live[lengths > 0]
    return weights


def _direction(products: Products, gradient: Singles, bend: Singles) -> tuple[Singles, Singles, Doubles]:
    """Newton's direction by conjugate gradients, its product with the rows, and the slope along it.

    The gradient's memory is used up.
    """
    rest = np.negative(gradient, out=gradient)
    search, found = rest.copy(), np.zeros_like(rest)
    change = np.zeros_like(bend)
    left = _dots(rest, rest)
    goal, descent = left * _CG_TOLERANCE**2, np.zeros(len(left))
    for _ in range(_CG_STEPS):
        seen = products.forward(search)
        curved = products.backward(bend * seen)
        curved += search
        size = np.where(left > goal, left / np.maximum(_dots(search, curved), 1e-30), 0)
        single = size.astype(np.float32)
        descent -= size * left  # gradient · search is -left
        change += single * seen
        curved *= single
        rest -= curved
        np.multiply(search, single, out=curved)
        found += curved
        new = _dots(rest, rest)
        search *= np.divide(new, left, out=np.zeros_like(left), where=left > 0).astype(np.float32)
        search += rest
        left = new
        if (left <= goal).all():
            break
    return found, change, descent


def _lengths(
    loss: Loss, y: Singles, cost: Singles, z: Singles, change: Singles, weights: Singles, direction: Singles,
    descent: Doubles,
) -> Singles:  # fmt: skip
    """How far to go along the direction, by label: 1, or the first half, quarter … that lowers the objective enough."""
    square, cross = _dots(direction, direction) / 2, _dots(weights, direction)
    before, lengths, open_ = _loss(loss, y, cost, z), np.ones(y.shape[1]), np.ones(y.shape[1], dtype=bool)
    for _ in range(_HALVINGS):
        after = _loss(loss, y, cost, z + lengths.astype(np.float32) * change)
        gain = after - before + lengths * cross + lengths**2 * square
        open_ &= ~(gain <= _ARMIJO * lengths * descent)
        if not open_.any():
            break
        lengths[open_] /= 2
    lengths[open_] = 0  # nothing left to gain in single precision
    return lengths.astype(np.float32)


def _derivatives(loss: Loss, y: Singles, cost: Singles, z: Singles) -> tuple[Singles, Singles]:
    """First and second derivative of each row's loss by its value."""
    if loss == "squared_hinge":
        short = np.maximum(0, 1 - y * z)
        return -2 * cost * y * short, 2 * cost * (short > 0)
    wrong = 1 / (1 + np.exp(np.clip(y * z, -60, 60)))
    return -cost * y * wrong, cost * wrong * (1 - wrong)


def _loss(loss: Loss, y: Singles, cost: Singles, z: Singles) -> Doubles:
    each = np.maximum(0, 1 - y * z) ** 2 if loss == "squared_hinge" else np.logaddexp(0, -y * z)
    return np.asarray((cost * each).sum(axis=0, dtype=np.float64))


def _dots(a: Singles, b: Singles) -> Doubles:
    """Dot products of columns."""
    parts = [slice(start, start + _SUMMED) for start in range(0, len(a), _SUMMED)]
    return np.asarray(np.sum([np.einsum("ij,ij->j", a[part], b[part]) for part in parts], axis=0, dtype=np.float64))
