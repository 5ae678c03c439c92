"""The weights of `stance_model.yaml`: ridge-penalised Newton steps, every decision checked on articles left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from presseschau.label.logistic import newton
from presseschau.label.scoring import three
from presseschau.label.stance_model import (
    GROUPS,
    SIDES,
    Features,
    Genre,
    StanceModel,
    side_features,
    sign_features,
    sure_features,
)

# The lexicon was written with some of the reference's texts in view: weights that fit best there trust it too much.
_RIDGE = 10.0
_SURE_RIDGE = 3.0
FOLDS = 10
# What the guidelines say before any article is seen, worth some dozen articles each: a review or a comment has a
# verdict, a press release praises, a report hardly ever judges. The ridge pulls the weights towards these.
_SIDE = dict(zip(GROUPS, (1.5, 1.0, -1.0, -1.5, -3.0), strict=True)) | {
    "title": 1.0, "strong": 1.0, "lead": 0.5, "density": 0.5,
}  # fmt: skip
_SIGN = {
    "promotion": 1.0, "recommends": 1.0, "report": -1.0, "balance": 2.0, "title": 1.0, "always": 0.0,
}  # fmt: skip
_SURE = {"intercept": 0.0, "slope": 1.0}


class StanceRow(NamedTuple):
    """One article that teaches stance.

    Attributes:
        features: What the model sees of it.
        genre: The genre that the labeler gives it, or how likely it finds each.
        stance: Its reference stance; mixed and neutral take no side.
    """

    features: Features
    genre: Genre
    stance: str


def fit_stance(
    rows: Sequence[StanceRow], reference: str, start: StanceModel, further: Sequence[StanceRow] = ()
) -> StanceModel:
    """Both models and the calibration fitted anew; the groups and the rules are those of `start`.

    The calibration (Platt 1999, "Probabilistic outputs for support vector machines") is on the probabilities that
    articles get where they are left out (nine of ten folds decide on the tenth). Each article once, or the folds are
    not unseen.

    Args:
        rows: The reference articles.
        reference: Name of the reference set.
        start: Model whose groups and rules are kept.
        further: More articles, which teach the weights and the calibration.

    Raises:
        ValueError: A side without an article.
    """
    if not _both_sides(rows):
        raise ValueError("stance model: the reference needs articles on both sides")
    model = replace(_weights([*rows, *further], start), reference=reference, articles=len(rows))
    chosen, right = [], []
    for row, other in [*left_out(rows, start, further), *left_out(further, start, rows)]:
        given, probability = other.decide(row.features, row.genre)
        chosen.append(sure_features(probability))
        right.append(three(given) == three(row.stance))
    if not chosen:
        return model
    return replace(model, sure=_fitted(chosen, right, _SURE, _SURE_RIDGE))


def left_out(
    rows: Sequence[StanceRow], start: StanceModel, further: Sequence[StanceRow] = ()
) -> Iterator[tuple[StanceRow, StanceModel]]:
    """Each row with an uncalibrated model that the other nine of ten folds and all of `further` have taught.

    A fold without which no article takes one of the sides is passed over.
    """
    for k in range(FOLDS):
        rest = [*(row for i, row in enumerate(rows) if i % FOLDS != k), *further]
        if rows[k::FOLDS] and _both_sides(rest):
            model = _weights(rest, replace(start, sure=_SURE))
            yield from ((row, model) for row in rows[k::FOLDS])


def _weights(rows: Sequence[StanceRow], start: StanceModel) -> StanceModel:
    shares = [start.group_shares(row.genre) for row in rows]
    sides = [side_features(row.features, s) for row, s in zip(rows, shares, strict=True)]
    sided = [i for i, row in enumerate(rows) if row.stance in SIDES]
    signs = [sign_features(rows[i].features, shares[i]) for i in sided]
    return replace(
        start,
        side=_fitted(sides, [row.stance in SIDES for row in rows], _SIDE),
        sign=_fitted(signs, [rows[i].stance == "favor" for i in sided], _SIGN),
    )


def _both_sides(rows: Sequence[StanceRow]) -> bool:
    return {row.stance for row in rows}.issuperset(SIDES)


def _fitted(
    rows: Sequence[Mapping[str, float]], outcomes: Sequence[bool], prior: Mapping[str, float], ridge: float = _RIDGE
) -> dict[str, float]:
    """Weights of a logistic regression, ridge-penalised towards `prior`."""
    import numpy as np

    x = np.array([[row[n] for n in prior] for row in rows])
    start = np.array([*prior.values()])
    weights = newton(x, np.array(outcomes, dtype=float), start, np.full(len(prior), ridge))
    return {name: round(float(w), 4) for name, w in zip(prior, weights, strict=True)}
