"""From sums of own-voice evaluation to a stance with a probability: two small logistic models, kept as data.

The first says how likely an article takes a side at all, the second which one. Both are ridge-penalised and fitted on a
named reference set; `stance_model.yaml` holds the weights and where they come from.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

_RIDGE = 0.7
_ROUNDS = 60
_GROUPS = ("verdict", "promotion", "advice", "background", "report")
_SIDE = (*_GROUPS, "title", "strong", "lead")
_SIGN = ("promotion", "verdict", "balance", "title", "always")


@dataclass(frozen=True, slots=True)
class Features:
    """What the decision sees of an article.

    Attributes:
        praise: Weighted own-voice praise.
        blame: Weighted own-voice blame.
        lead: Praise and blame in the lead.
        title: Praise less blame of the headline.
        strong: Own-voice words that are hardly ever neutral.
        own: Sentences in the article's own voice.
        sentences: All sentences.
    """

    praise: float
    blame: float
    lead: float
    title: float
    strong: int
    own: int
    sentences: int

    @property
    def share(self) -> float:
        """The weaker side as a share of the stronger, 0 to 1."""
        weaker, stronger = sorted((self.praise, self.blame))
        return weaker / stronger if stronger else 0.0

    @property
    def density(self) -> float:
        """Praise and blame by the square root of the own-voice sentences: long texts hold more by chance."""
        return (self.praise + self.blame) / math.sqrt(max(self.own, 1))


@dataclass(frozen=True, slots=True)
class StanceModel:
    """Weights of the two models and the rules that read them.

    Attributes:
        reference: The reference set that the weights were fitted on.
        articles: Its size.
        groups: Genre to group; an unknown genre is `report`.
        side: Weights of "takes a side", by feature name.
        sign: Weights of "for rather than against", by feature name.
        favor_sides: What a side's probability is multiplied with before the most probable stance is taken. Above 1 it
            finds more of the rare sides: the threshold that is best for an F1 of F is F/2 (Lipton et al. 2014,
            "Thresholding classifiers to maximize F1 score").
        mixed_share: Weaker side as a share of the stronger from which a balanced article is `mixed`, 0 to 1.
        mixed_density: Density of evaluation below which an undecided article is `neutral`, not `mixed`.
    """

    reference: str
    articles: int
    groups: Mapping[str, str]
    side: Mapping[str, float]
    sign: Mapping[str, float]
    favor_sides: float = 1.5
    mixed_share: float = 0.34
    mixed_density: float = 1.6

    def __post_init__(self) -> None:
        if self.favor_sides < 1:
            raise ValueError(f"stance model: favor_sides must be 1 or more, got {self.favor_sides}")
        if not 0 < self.mixed_share <= 1:
            raise ValueError(f"stance model: mixed_share must be above 0 and at most 1, got {self.mixed_share}")

    def probabilities(self, features: Features, genre: str) -> dict[str, float]:
        """Probability of favor, against and neutral (with mixed); they sum to 1."""
        group = self.groups.get(genre, "report")
        side = _logistic(self.side, side_features(features, group))
        favor = _logistic(self.sign, sign_features(features, group))
        return {"favor": side * favor, "against": side * (1 - favor), "neutral": 1 - side}

    def decide(self, features: Features, genre: str) -> tuple[str, float]:
        """Stance, and the probability that it is right with mixed counted as neutral."""
        found = self.probabilities(features, genre)
        stance = max(found, key=lambda s: found[s] * (1.0 if s == "neutral" else self.favor_sides))
        if stance != "neutral":
            return stance, found[stance]
        judges = self.groups.get(genre, "report") != "report" and features.density >= self.mixed_density
        return ("mixed" if judges and features.share >= self.mixed_share else "neutral"), found["neutral"]


def side_features(features: Features, group: str) -> dict[str, float]:
    """What tells that an article takes a side; every value is bounded."""
    root = math.sqrt(max(features.own, 1))
    return {
        **{name: float(name == group) for name in _GROUPS},
        "title": min(abs(features.title), 2.0),
        "strong": min(features.strong / root, 1.5),
        "lead": min(features.lead, 3.0),
    }


def sign_features(features: Features, group: str) -> dict[str, float]:
    """What tells for from against; every value is within -1 and 1."""
    root = math.sqrt(max(features.own, 1))
    return {
        "promotion": float(group == "promotion"),
        "verdict": float(group == "verdict"),
        "balance": (features.praise - features.blame) / (features.praise + features.blame + 0.3 * root),
        "title": math.tanh(features.title),
        "always": 1.0,
    }


@cache
def load_model() -> StanceModel:
    """The model that is shipped with the package."""
    data = yaml.safe_load(files("presseschau.label").joinpath("stance_model.yaml").read_text(encoding="utf-8"))
    groups = {genre: group for group, genres in data.pop("groups").items() for genre in genres}
    data.pop("provenance")
    return StanceModel(groups=groups, **data)


def fit(
    features: Sequence[Features], genres: Sequence[str], stances: Sequence[str], reference: str, start: StanceModel
) -> StanceModel:
    """Both models fitted anew by ridge-penalised Newton steps; all but the weights is kept from `start`.

    Args:
        features: One per reference article.
        genres: The genre that the labeler gave each of them.
        stances: Their reference stance; mixed and neutral take no side.
        reference: Name of the reference set.
        start: Model whose groups and rules are kept.

    Raises:
        ValueError: Lists of different length, or a side without an article.
    """
    if not len(features) == len(genres) == len(stances):
        raise ValueError(f"stance model: {len(features)} feature rows, {len(genres)} genres, {len(stances)} stances")
    groups = [start.groups.get(g, "report") for g in genres]
    sided = [i for i, s in enumerate(stances) if s in ("favor", "against")]
    if len({stances[i] for i in sided}) < 2:
        raise ValueError("stance model: the reference needs articles on both sides")
    side = _newton(
        [side_features(f, g) for f, g in zip(features, groups, strict=True)],
        [s in ("favor", "against") for s in stances],
        _SIDE,
    )
    sign = _newton(
        [sign_features(features[i], groups[i]) for i in sided], [stances[i] == "favor" for i in sided], _SIGN
    )
    return StanceModel(
        reference, len(features), start.groups, side, sign, start.favor_sides, start.mixed_share, start.mixed_density
    )


def _newton(rows: Sequence[Mapping[str, float]], outcomes: Sequence[bool], names: Sequence[str]) -> dict[str, float]:
    import numpy as np

    x = np.array([[row[n] for n in names] for row in rows])
    y = np.array(outcomes, dtype=float)
    weights = np.zeros(len(names))
    for _ in range(_ROUNDS):
        p = 1 / (1 + np.exp(-x @ weights))
        hessian = (x * (p * (1 - p))[:, None]).T @ x + _RIDGE * np.eye(len(names))
        weights += np.linalg.solve(hessian, x.T @ (y - p) - _RIDGE * weights)
    return {name: round(float(w), 4) for name, w in zip(names, weights, strict=True)}


def _logistic(weights: Mapping[str, float], values: Mapping[str, float]) -> float:
    z = sum(w * values.get(name, 0.0) for name, w in weights.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))
