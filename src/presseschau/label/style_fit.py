"""The weights of `style_model.yaml`: multinomial ridge regression on style, with the other genre votes as offsets.

The model learns only what markers and structure leave open, so a text that names its genre teaches nothing about style.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from presseschau.label.style import CLIP, StyleModel

Floats: TypeAlias = npt.NDArray[np.float64]

_RIDGE = 0.015
_RARE_RIDGE = 0.3  # classes with few articles stay near their bias
_RARE = 12  # articles
_BIAS_RIDGE = 0.002
_ROUNDS, _STEP = 600, 0.4
_HELD_BACK = {"length": 0.6}  # how short news is differs between outlets, so length counts for less
_SMALL = 0.03  # weights below are left out
_LIFT = 5.0  # added to every bias: votes are positive, and their differences are what counts


@dataclass(frozen=True, slots=True)
class StyleRow:
    """One article of the reference.

    Attributes:
        features: `style_features` of the article.
        offsets: What markers and structure vote, by genre.
        genre: Its reference genre.
        weight: How much it counts.
    """

    features: Mapping[str, float]
    offsets: Mapping[str, float]
    genre: str
    weight: float = 1.0


def scores_by(model: StyleModel, row: StyleRow) -> dict[str, float]:
    """What each class gets in all: style, markers and structure."""
    units = model.units(row.features)
    return {
        label: bias + row.offsets.get(label, 0.0) + sum(w * units[n] for n, w in model.weights[label].items())
        for label, bias in model.bias.items()
    }


def fit_style(rows: Sequence[StyleRow], keys: Sequence[str]) -> StyleModel:
    """Fits the style model by gradient descent from zero: no seed, same rows, same weights.

    Args:
        rows: The reference articles.
        keys: Genres in schema order.

    Raises:
        ValueError: No articles, or fewer than two genres among them.
    """
    if len({row.genre for row in rows}) < 2:
        raise ValueError(f"style: {len(rows)} reference articles of fewer than two genres")
    names = list(rows[0].features)
    x = np.array([[row.features[n] for n in names] for row in rows])
    full = np.array([row.weight for row in rows])
    mean = np.average(x, axis=0, weights=full)
    deviation = np.sqrt(np.average((x - mean) ** 2, axis=0, weights=full)) + 1e-9
    deviation /= np.array([_HELD_BACK.get(n, 1.0) for n in names])
    both = zip(mean, deviation, strict=True)
    scale = {n: (round(float(m), 3), round(float(d), 3) or 0.001) for n, (m, d) in zip(names, both, strict=True)}
    units = np.clip((x - [scale[n][0] for n in names]) / [scale[n][1] for n in names], -CLIP, CLIP)
    offsets = np.array([[row.offsets.get(k, 0.0) for k in keys] for row in rows])
    target = np.array([list(keys).index(row.genre) for row in rows])
    weights, bias = _descend(units, offsets, np.eye(len(keys))[target], full)
    return StyleModel(
        scale,
        {key: round(float(b) + _LIFT, 2) for key, b in zip(keys, bias, strict=True)},
        {
            key: {n: round(float(w), 2) for n, w in zip(names, column, strict=True) if abs(w) >= _SMALL}
            for key, column in zip(keys, weights.T, strict=True)
        },
    )


def _descend(x: Floats, offsets: Floats, target: Floats, full: Floats) -> tuple[Floats, Floats]:
    weights, bias = np.zeros((x.shape[1], target.shape[1])), np.zeros(target.shape[1])
    ridge = _RIDGE + _RARE_RIDGE * (target.T @ full < _RARE)
    for _ in range(_ROUNDS):
        scores = x @ weights + bias + offsets
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        error = (shares - target) * (full / full.sum())[:, None]
        weights -= _STEP * (x.T @ error + ridge * weights)
        bias -= _STEP * (error.sum(axis=0) + _BIAS_RIDGE * bias)
    return weights, bias
