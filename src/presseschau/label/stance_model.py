"""From sums of own-voice evaluation to a stance with a probability: two small logistic models, kept as data.

The first says how likely an article takes a side at all, the second which one. Both are ridge-penalised and fitted on a
named reference set; `stance_model.yaml` holds the weights and where they come from.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from presseschau.label.lexicon import read_yaml

_RIDGE = 3.0
_ROUNDS = 60
_FOLDS = 10
SIDES = ("favor", "against")
_GROUPS = ("verdict", "promotion", "advice", "background", "report")
# What the guidelines say before any article is seen, worth about a dozen articles each: a review or a comment has a
# verdict, a press release praises, a report hardly ever judges. The ridge pulls the weights towards these.
_SIDE = dict(zip(_GROUPS, (1.5, 1.0, -1.0, -1.5, -3.0), strict=True)) | {"title": 1.0, "strong": 1.0, "lead": 0.5}
_SIGN = {"promotion": 1.0, "verdict": 0.0, "balance": 2.0, "title": 1.0, "always": 0.0}
_SURE = {"intercept": 0.0, "slope": 1.0}


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
        judging: Sentences that praise or blame in the article's own voice.
    """

    praise: float
    blame: float
    lead: float
    title: float
    strong: int
    own: int
    sentences: int
    judging: int

    @property
    def share(self) -> float:
        """The weaker side as a share of the stronger, 0 to 1."""
        weaker, stronger = sorted((self.praise, self.blame))
        return weaker / stronger if stronger else 0.0

    @property
    def density(self) -> float:
        """Praise and blame by the square root of the own-voice sentences: long texts hold more by chance."""
        return (self.praise + self.blame) / math.sqrt(max(self.own, 1))

    @property
    def judges(self) -> bool:
        """Whether a sentence in the article's own voice, or the headline, praises or blames."""
        return bool(self.judging or self.title)


@dataclass(frozen=True, slots=True)
class StanceModel:
    """Weights of the two models and the rules that read them.

    Attributes:
        reference: The reference set that the weights were fitted on.
        articles: Its size.
        groups: Genre to group; an unknown genre is `report`.
        side: Weights of "takes a side", by feature name.
        sign: Weights of "for rather than against", by feature name.
        sure: `intercept` and `slope` that turn a probability's log-odds into those of being right, cross-fitted.
        favor_sides: What a side's probability is multiplied with before the most probable stance is taken. Above 1 it
            finds more of the rare sides: the threshold that is best for an F1 of F is F/2 (Lipton et al. 2014,
            "Thresholding classifiers to maximize F1 score").
        mixed_share: Weaker side as a share of the stronger from which a balanced article is `mixed`, 0 to 1.
        mixed_density: Density of evaluation below which an undecided article is `neutral`, not `mixed`.
        torn: Share of the weaker side's probability from which an article is `mixed`, 0 to 0.5, where also
        torn_share: its weaker side is at least this share of the stronger (a third of the whole), and
        torn_density: its density of evaluation is at least this: else too little is said to call it balanced.
    """

    reference: str
    articles: int
    groups: Mapping[str, str]
    side: Mapping[str, float]
    sign: Mapping[str, float]
    sure: Mapping[str, float]
    favor_sides: float = 1.5
    mixed_share: float = 0.34
    mixed_density: float = 1.6
    torn: float = 0.25
    torn_share: float = 0.5
    torn_density: float = 2.5

    def __post_init__(self) -> None:
        if self.favor_sides < 1:
            raise ValueError(f"stance model: favor_sides must be 1 or more, got {self.favor_sides}")
        for name, value, top in (
            ("mixed_share", self.mixed_share, 1),
            ("torn_share", self.torn_share, 1),
            ("torn", self.torn, 0.5),
        ):
            if not 0 < value <= top:
                raise ValueError(f"stance model: {name} must be above 0 and at most {top}, got {value}")

    def probabilities(self, features: Features, genre: str) -> dict[str, float]:
        """Probability of favor, against and neutral (with mixed); they sum to 1."""
        group = self.groups.get(genre, "report")
        side = _logistic(self.side, side_features(features, group))
        favor = _logistic(self.sign, sign_features(features, group))
        return {"favor": side * favor, "against": side * (1 - favor), "neutral": 1 - side}

    def decide(self, features: Features, genre: str) -> tuple[str, float]:
        """Stance, and the calibrated probability that it is right with mixed counted as neutral.

        Where nothing judges, the stance is neutral: a genre alone speaks for nothing.
        """
        found = self.probabilities(features, genre)
        stance = max(found, key=lambda s: found[s] * (1.0 if s == "neutral" else self.favor_sides))
        if not features.judges:
            stance = "neutral"
        judges = self.groups.get(genre, "report") != "report"
        if judges and self._is_torn(features, found):
            return "mixed", _logistic(self.sure, _sure_features(1 - max(found[side] for side in SIDES)))
        confidence = _logistic(self.sure, _sure_features(found[stance]))
        weighs = features.density >= self.mixed_density and features.share >= self.mixed_share
        return ("mixed" if judges and weighs and stance == "neutral" else stance), confidence

    def _is_torn(self, features: Features, found: Mapping[str, float]) -> bool:
        """Whether an article says much on both sides, so that the model takes either one only just."""
        weaker, stronger = sorted(found[side] for side in SIDES)
        says_much = features.density >= self.torn_density and features.share >= self.torn_share
        return says_much and weaker >= self.torn * (weaker + stronger)


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
    data = read_yaml(Path(__file__).parent / "stance_model.yaml")
    groups = {genre: group for group, genres in data.pop("groups").items() for genre in genres}
    del data["provenance"]
    return StanceModel(groups=groups, **data)


def fit(
    features: Sequence[Features], genres: Sequence[str], stances: Sequence[str], reference: str, start: StanceModel
) -> StanceModel:
    """Both models and the calibration fitted anew; the groups and the rules are kept from `start`.

    Ridge-penalised Newton steps; the calibration (Platt 1999, "Probabilistic outputs for support vector machines") on
    the probabilities that the other nine of ten folds give. Each article once, or the folds are not unseen.

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
    if len({s for s in stances if s in SIDES}) < 2:
        raise ValueError("stance model: the reference needs articles on both sides")
    rows = list(zip(features, genres, stances, strict=True))
    model = replace(_fitted(rows, start), reference=reference, articles=len(rows))
    folds = [(rows[k::_FOLDS], [r for i, r in enumerate(rows) if i % _FOLDS != k]) for k in range(_FOLDS)]
    chosen, right = [], []
    for held_out, rest in folds:
        if held_out and len({s for _, _, s in rest if s in SIDES}) == 2:
            other = _fitted(rest, replace(start, sure=_SURE))
            for f, genre, stance in held_out:
                given, probability = other.decide(f, genre)
                chosen.append(_sure_features(probability))
                right.append(_folded(given) == _folded(stance))
    return replace(model, sure=_newton(chosen, right, _SURE)) if chosen else model


def _fitted(rows: Sequence[tuple[Features, str, str]], start: StanceModel) -> StanceModel:
    groups = [start.groups.get(genre, "report") for _, genre, _ in rows]
    sided = [i for i, (_, _, stance) in enumerate(rows) if stance in SIDES]
    taken = [row[2] in SIDES for row in rows]
    side = _newton([side_features(f, g) for (f, _, _), g in zip(rows, groups, strict=True)], taken, _SIDE)
    signs = [sign_features(rows[i][0], groups[i]) for i in sided]
    return replace(start, side=side, sign=_newton(signs, [rows[i][2] == "favor" for i in sided], _SIGN))


def _folded(stance: str) -> str:
    return stance if stance in SIDES else "neutral"


def _sure_features(probability: float) -> dict[str, float]:
    bounded = min(max(probability, 1e-6), 1 - 1e-6)
    return {"intercept": 1.0, "slope": math.log(bounded / (1 - bounded))}


def _newton(
    rows: Sequence[Mapping[str, float]], outcomes: Sequence[bool], prior: Mapping[str, float]
) -> dict[str, float]:
    """Weights of a logistic regression, ridge-penalised towards `prior`."""
    import numpy as np

    x = np.array([[row[n] for n in prior] for row in rows])
    y = np.array(outcomes, dtype=float)
    start = np.array(list(prior.values()))
    weights = start.copy()
    for _ in range(_ROUNDS):
        p = 1 / (1 + np.exp(-x @ weights))
        hessian = (x * (p * (1 - p))[:, None]).T @ x + _RIDGE * np.eye(len(prior))
        weights += np.linalg.solve(hessian, x.T @ (y - p) - _RIDGE * (weights - start))
    return {name: round(float(w), 4) for name, w in zip(prior, weights, strict=True)}


def _logistic(weights: Mapping[str, float], values: Mapping[str, float]) -> float:
    z = sum(w * values.get(name, 0.0) for name, w in weights.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))
