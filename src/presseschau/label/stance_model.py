"""From sums of own-voice evaluation to a stance with a probability."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Features:
    """What the decision sees of an article.

    Attributes:
        praise: Weighted own-voice praise.
        blame: Weighted own-voice blame.
        title: Praise less blame of the headline.
        near: Praise less blame of the sentences that name the target.
        strong: Own-voice words that are hardly ever neutral.
        person: Own-voice signs that somebody speaks as a person.
        questions: Own-voice questions.
        exclaims: Own-voice exclamations.
        own: Sentences in the article's own voice.
        sentences: All sentences.
    """

    praise: float
    blame: float
    title: float
    near: float
    strong: float
    person: int
    questions: int
    exclaims: int
    own: int
    sentences: int


@dataclass(frozen=True, slots=True)
class StanceModel:
    """Thresholds per genre."""

    def decide(self, features: Features, genre: str) -> tuple[str, float]:
        """Stance and its probability."""
        f = features
        n = max(f.own, 1)
        strength = (f.praise + f.blame) / math.sqrt(n)
        balance = (f.praise - f.blame + 2 * f.title) / math.sqrt(n)
        need = {"opinion": 0.0, "review": 0.0, "press_release": 0.5, "deal": 0.0, "howto": 1.5, "feature": 2.5, "other": 3.0, "interview": 4.0, "digest": 9.0}.get(genre, 6.0)
        lean = {"press_release": 1.5, "deal": 2.0, "howto": 0.5, "review": 0.5}.get(genre, 0.0)
        balance += lean
        if strength < need or abs(balance) < need / 4:
            return "neutral", 0.8
        stance = "favor" if balance > 0 else "against"
        weak, strong = sorted((f.praise + max(lean, 0) + max(f.title, 0) * 2, f.blame + max(-f.title, 0) * 2))
        return ("mixed" if weak > 0.8 * strong and genre not in ("opinion", "press_release", "deal") else stance), 0.6


@cache
def load_model() -> StanceModel:
    """The model that is shipped with the package."""
    return StanceModel()
