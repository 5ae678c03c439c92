"""Votes of labelling functions, and how they become one label.

The vote is by margin: weights of the functions that speak for a class are added up, functions that abstain say nothing
(their silence is already in the sum), and the distance between the first two classes tells how sure the label is. With
one-class keyword functions this beat generative label models, which take abstaining for evidence (Snorkel, Ratner et
al. 2017; Dawid & Skene 1979) and need far more overlap than keyword functions have.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Vote(NamedTuple):
    """What one labelling function says about one article.

    Attributes:
        function: Name of the function.
        task: topic, genre or stance.
        label: The class it speaks for.
        weight: How strongly; below 0 it speaks against the class.
        terms: What it saw: matched terms, a section, a pattern.
    """

    function: str
    task: str
    label: str
    weight: float
    terms: tuple[str, ...] = ()


def structure_vote(name: str, label: str, weight: float, *terms: str) -> Vote:
    """A vote on the genre by how an article is built or whose it is, by the function `structure/…`."""
    return Vote(f"structure/{name}", "genre", label, weight, terms)


@dataclass(frozen=True, slots=True)
class Decision:
    """The label of one task.

    Attributes:
        label: The class with the highest score.
        scores: Sum of weights of every class, in schema order.
    """

    label: str
    scores: Mapping[str, float]

    @property
    def second(self) -> str | None:
        """The class with the next highest score above zero, None where there is none."""
        others = [c for c, score in self.scores.items() if score > 0 and c != self.label]
        return max(others, key=self.scores.__getitem__, default=None)

    @property
    def score(self) -> float:
        """Sum of weights of `label`, 0 where more speaks against it."""
        return max(self.scores[self.label], 0.0)

    @property
    def margin(self) -> float:
        """Distance to the next class, 0 or more."""
        second = self.second
        return self.score - (self.scores[second] if second else 0.0)

    @property
    def agreement(self) -> float:
        """Share of the positive scores that `label` has, 0 to 1."""
        mass = sum(score for score in self.scores.values() if score > 0)
        return self.score / mass if mass else 0.0


def scores_of(votes: Iterable[Vote], classes: Sequence[str]) -> dict[str, float]:
    """Sum of weights per class, in schema order; votes for unknown classes are an error.

    Raises:
        KeyError: A vote names a class that is not in `classes`.

    >>> scores_of([Vote("title", "topic", "ai", 3.0), Vote("lead", "topic", "ai", 1.5)], ["ai", "mobile"])
    {'ai': 4.5, 'mobile': 0.0}
    """
    scores = dict.fromkeys(classes, 0.0)
    for vote in votes:
        scores[vote.label] += vote.weight
    return scores


def decide(votes: Sequence[Vote], classes: Sequence[str], fallback: str) -> Decision:
    """One label by margin vote; a tie goes to the earlier class of the scheme, silence to the fallback.

    Five functions, three classes:

    >>> rows = [("title", "ai", 6.0), ("lead", "ai", 2.0), ("lead", "mobile", 3.0), ("section", "mobile", 1.0),
    ...         ("keywords", "ai", 0.5)]
    >>> decision = decide([Vote(f, "topic", c, w) for f, c, w in rows], ["mobile", "ai", "other"], "other")
    >>> decision.label, decision.second, decision.score, decision.margin, decision.agreement
    ('ai', 'mobile', 8.5, 4.5, 0.68)

    A tie goes to the class that stands earlier, whatever the order of the votes:

    >>> tie = [Vote("title", "topic", "ai", 2.0), Vote("lead", "topic", "mobile", 2.0)]
    >>> [decide(votes, ["mobile", "ai", "other"], "other").label for votes in (tie, tie[::-1])]
    ['mobile', 'mobile']

    Nobody speaks, or everybody speaks against:

    >>> decide([Vote("veto", "topic", "ai", -1.0)], ["mobile", "ai", "other"], "other").label
    'other'
    """
    return decide_on(scores_of(votes, classes), fallback)


def decide_on(scores: Mapping[str, float], fallback: str) -> Decision:
    """The label by what each class got."""
    first = max(scores, key=scores.__getitem__)  # the earlier one in a tie
    return Decision(first if scores[first] > 0 else fallback, scores)


@dataclass(frozen=True, slots=True)
class FunctionReport:
    """How one labelling function does on a corpus.

    Attributes:
        function: Its name.
        labels: Classes it voted for, in order of first vote.
        coverage: Share of articles it votes on.
        overlap: Share of articles where it votes and another function does too.
        conflict: Share of articles where it votes and another function speaks for another class.
        accuracy: Share of its votes that the reference confirms, None without votes on reference articles.
        judged: How many votes on reference articles that is.
    """

    function: str
    labels: tuple[str, ...]
    coverage: float
    overlap: float
    conflict: float
    accuracy: float | None
    judged: int


def analyse(articles: Sequence[Sequence[Vote]], gold: Sequence[str | None] = ()) -> list[FunctionReport]:
    """Coverage, overlap, conflict and accuracy of every labelling function, by name.

    Args:
        articles: The votes of one task, article by article; weights below 0 are left out.
        gold: Reference label of each article, None where there is none; empty for no reference.

    >>> t, l = (lambda c: Vote("title", "topic", c, 3.0)), (lambda c: Vote("lead", "topic", c, 1.0))
    >>> matrix = [[t("ai"), l("ai")], [t("ai"), l("mobile")], [l("ai")], [t("mobile")], []]
    >>> for row in analyse(matrix, ["ai", "ai", "mobile", "mobile", "other"]):
    ...     print(row.function, row.coverage, row.overlap, row.conflict, round(row.accuracy, 2))
    lead 0.6 0.4 0.2 0.33
    title 0.6 0.4 0.2 1.0
    """
    seen: dict[str, list[tuple[str, bool, bool, bool | None]]] = {}
    for at, votes in enumerate(articles):
        spoken = [v for v in votes if v.weight > 0]
        truth = gold[at] if gold else None
        for vote in spoken:
            others = [v for v in spoken if v.function != vote.function]
            conflict = any(v.label != vote.label for v in others)
            right = None if truth is None else vote.label == truth
            seen.setdefault(vote.function, []).append((vote.label, bool(others), conflict, right))
    return [_report(name, seen[name], len(articles)) for name in sorted(seen)]


def _report(name: str, rows: Sequence[tuple[str, bool, bool, bool | None]], total: int) -> FunctionReport:
    judged = [right for *_, right in rows if right is not None]
    return FunctionReport(
        function=name,
        labels=tuple(dict.fromkeys(label for label, *_ in rows)),
        coverage=len(rows) / total,
        overlap=sum(o for _, o, _, _ in rows) / total,
        conflict=sum(c for _, _, c, _ in rows) / total,
        accuracy=sum(judged) / len(judged) if judged else None,
        judged=len(judged),
    )


def features_of(decision: Decision) -> dict[str, float]:
    """What the confidence is computed from, by name; every feature grows with certainty.

    `margin` is the distance to the next class on a logarithmic scale, `agreement` the winner's share of the vote,
    `score` how much there is in all for the winner, on a logarithmic scale, too.

    >>> d = decide([Vote("title", "topic", "ai", 6.0), Vote("lead", "topic", "mobile", 2.0)], ["mobile", "ai"], "ai")
    >>> {name: round(value, 3) for name, value in features_of(d).items()}
    {'margin': 1.609, 'agreement': 0.75, 'score': 1.946}
    """
    return {
        "margin": math.log1p(decision.margin),
        "agreement": decision.agreement,
        "score": math.log1p(decision.score),
    }
