"""From sums of own-voice evaluation to a stance with a probability: two small logistic models, kept as data.

The first says how likely an article takes a side at all, the second which one. `stance_fit` fits both on a named
reference set; `stance_model.yaml` holds the weights and where they come from.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

from presseschau.label.logistic import log_odds, logistic
from presseschau.label.yaml_file import read_yaml

Genre: TypeAlias = str | Mapping[str, float]  # a genre for certain, or how likely each is

SIDES = ("favor", "against")
GROUPS = ("verdict", "promotion", "advice", "background", "report")
_RECOMMENDS = frozenset(("review", "howto", "other"))  # genres that mostly speak for what they pick to speak of
_SOFTNESS = 1.5  # what genre scores are divided by: they are surer of a genre than they are right on unseen outlets
_BLAME = 1.6  # a word of blame says more: praising words are the more frequent ones in texts of every kind


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
        judging: Sentences that praise or blame in the article's own voice.
    """

    praise: float
    blame: float
    lead: float
    title: float
    strong: int
    own: int
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

    def says(self, side: str) -> bool:
        """Whether anything speaks for a side; for neutral nothing has to."""
        return {"favor": max(self.praise, self.title) > 0, "against": max(self.blame, -self.title) > 0}.get(side, True)

    @property
    def judges(self) -> bool:
        """Whether a sentence in the article's own voice, or the headline, praises or blames."""
        return bool(self.judging or self.title)


@dataclass(frozen=True, slots=True)
class StanceModel:
    """Weights of the two models and the rules that read them.

    Attributes:
        reference: The reference set that the weights were fitted on.
        articles: Its size, all that taught counted.
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
        for name, top in (("mixed_share", 1), ("torn_share", 1), ("torn", 0.5)):
            if not 0 < (value := getattr(self, name)) <= top:
                raise ValueError(f"stance model: {name} must be above 0 and at most {top}, got {value}")

    def group_shares(self, genre: Genre) -> dict[str, float]:
        """How likely each group of genres is, and `recommends`, the genres that mostly speak for something."""
        found = dict.fromkeys((*GROUPS, "recommends"), 0.0)
        for key, share in ({genre: 1.0} if isinstance(genre, str) else genre).items():
            found[self.groups.get(key, "report")] += share
            found["recommends"] += share if key in _RECOMMENDS else 0.0
        return found

    def probabilities(self, features: Features, genre: Genre) -> dict[str, float]:
        """Probability of favor, against and neutral (with mixed); they sum to 1."""
        shares = self.group_shares(genre)
        side = _weighed(self.side, side_features(features, shares))
        favor = _weighed(self.sign, sign_features(features, shares))
        return {"favor": side * favor, "against": side * (1 - favor), "neutral": 1 - side}

    def decide(self, features: Features, genre: Genre) -> tuple[str, float]:
        """Stance, and the calibrated probability that it is right with mixed counted as neutral.

        Where nothing judges on its side, the stance is neutral: a genre alone speaks for nothing.
        """
        found = self.probabilities(features, genre)
        stance = max(found, key=lambda s: found[s] * (1.0 if s == "neutral" else self.favor_sides))
        if not features.judges or not features.says(stance):
            stance = "neutral"
        judges = self.groups.get(likeliest(genre), "report") != "report"
        if judges and self._is_torn(features, found):
            return "mixed", _weighed(self.sure, sure_features(1 - max(found[side] for side in SIDES)))
        confidence = _weighed(self.sure, sure_features(found[stance]))
        weighs = features.density >= self.mixed_density and features.share >= self.mixed_share
        return ("mixed" if judges and weighs and stance == "neutral" else stance), confidence

    def _is_torn(self, features: Features, found: Mapping[str, float]) -> bool:
        """Whether an article says much on both sides, so that the model takes either one only just."""
        weaker, stronger = sorted(found[side] for side in SIDES)
        says_much = features.density >= self.torn_density and features.share >= self.torn_share
        return says_much and weaker >= self.torn * (weaker + stronger)


def genre_shares(scores: Mapping[str, float]) -> dict[str, float]:
    """How likely each genre is by what it scores; an article between two genres is read as something of both.

    >>> {genre: round(share, 2) for genre, share in genre_shares({"news": 3.0, "opinion": 3.0, "deal": 0.0}).items()}
    {'news': 0.47, 'opinion': 0.47, 'deal': 0.06}
    """
    highest = max(scores.values())
    powers = {genre: math.exp((score - highest) / _SOFTNESS) for genre, score in scores.items()}
    total = sum(powers.values())
    return {genre: power / total for genre, power in powers.items()}


def likeliest(genre: Genre) -> str:
    """The genre, the earlier one where two are equally likely."""
    return genre if isinstance(genre, str) else max(genre, key=genre.__getitem__)


def side_features(features: Features, shares: Mapping[str, float]) -> dict[str, float]:
    """What tells that an article takes a side; every value is bounded. `shares` as `group_shares` gives them."""
    root = math.sqrt(max(features.own, 1))
    return {
        **{name: shares[name] for name in GROUPS},
        "title": min(abs(features.title), 2.0),
        "strong": min(features.strong / root, 1.5),
        "lead": min(features.lead, 3.0),
        "density": min(features.density, 8.0) / 2,
    }


def sign_features(features: Features, shares: Mapping[str, float]) -> dict[str, float]:
    """What tells for from against; every value is within -1 and 1. `shares` as `group_shares` gives them."""
    root, blame = math.sqrt(max(features.own, 1)), _BLAME * features.blame
    return {
        **{name: shares[name] for name in ("promotion", "recommends", "report")},
        "balance": (features.praise - blame) / (features.praise + blame + 0.3 * root),
        "title": math.tanh(features.title),
        "always": 1.0,
    }


def sure_features(probability: float) -> dict[str, float]:
    """What `sure` turns into the probability of being right."""
    return {"intercept": 1.0, "slope": log_odds(probability)}


def _weighed(weights: Mapping[str, float], values: Mapping[str, float]) -> float:
    """Probability by a weighted sum; a value without weight, or a weight without value, counts for nothing."""
    return logistic(sum(w * values.get(name, 0.0) for name, w in weights.items()))


@cache
def load_model() -> StanceModel:
    """The model that is shipped with the package."""
    data = read_yaml(Path(__file__).parent / "stance_model.yaml")
    groups = {genre: group for group, genres in data.pop("groups").items() for genre in genres}
    del data["provenance"]
    return StanceModel(groups=groups, **data)
