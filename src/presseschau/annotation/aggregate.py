"""Several annotators, one label: Dawid-Skene where there is enough to learn their errors from, else the majority.

Dawid, A. P., Skene, A. M. (1979). Maximum likelihood estimation of observer error-rates using the EM algorithm. Applied
Statistics 28.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from presseschau.annotation.agreement import Ratings

# Three annotators are what it takes to tell who errs; below these numbers their error rates are guesses.
MIN_ANNOTATORS, MIN_ARTICLES, MIN_EACH = 3, 50, 20
_SMOOTHING, _ROUNDS, _CLOSE = 0.1, 200, 1e-8

Method = Literal["single", "majority", "dawid_skene", "adjudicated", "llm"]


@dataclass(frozen=True, slots=True)
class Consensus:
    """The label of one article and task that several annotators come to.

    Attributes:
        label: The label.
        confidence: Its posterior (Dawid-Skene) or its share of the votes (majority), 0 to 1.
    """

    label: str
    confidence: float


def majority(ratings: Ratings, classes: Sequence[str]) -> dict[str, Consensus]:
    """The label with most votes; a tie goes to the earlier class of the scheme.

    >>> rows = {"1": {"a": "ai", "b": "ai", "c": "mobile"}, "2": {"a": "ai", "b": "mobile"}}
    >>> found = majority(rows, ["mobile", "ai"])
    >>> [(c.label, round(c.confidence, 2)) for c in found.values()]
    [('ai', 0.67), ('mobile', 0.5)]
    """
    found = {}
    for article, row in ratings.items():
        votes = Counter(row.values())
        label = max((c for c in classes if c in votes), key=lambda c: votes[c])  # the first of equals
        found[article] = Consensus(label, votes[label] / len(row))
    return found


def enough(ratings: Ratings) -> bool:
    """Whether Dawid-Skene has enough to learn from: three annotators with overlap, and articles enough of each."""
    shared = [row for row in ratings.values() if len(row) >= 2]
    each = Counter(a for row in shared for a in row)
    return len(shared) >= MIN_ARTICLES and sum(n >= MIN_EACH for n in each.values()) >= MIN_ANNOTATORS


def dawid_skene(ratings: Ratings, classes: Sequence[str]) -> dict[str, Consensus]:
    """Labels by Dawid-Skene: EM from the vote shares, so that the same ratings give the same labels.

    Each annotator has a confusion matrix, smoothed by a little towards uniform errors; the label is the class with the
    highest posterior of those that somebody gave the article, the earlier one of the scheme where two are equal to
    eight digits; the posterior is its confidence.

    Two careful annotators do not outvote two who always say the same, but those are found out:

    >>> truth = ["ai", "mobile"] * 10
    >>> rows = {f"{i:02}": {"a": t, "b": t, "c": "ai", "d": "ai"} for i, t in enumerate(truth)}
    >>> found = dawid_skene(rows, ["ai", "mobile"])
    >>> [found[i].label for i in sorted(found)] == truth, majority(rows, ["ai", "mobile"])["01"].label
    (True, 'ai')
    """
    articles = sorted(ratings)
    people = sorted({a for row in ratings.values() for a in row})
    used = {label for row in ratings.values() for label in row.values()}
    classes = [c for c in classes if c in used]  # of one that nobody ever gave, smoothing would be all that is known
    at = {c: k for k, c in enumerate(classes)}
    votes = np.zeros((len(people), len(articles), len(classes)))
    for i, article in enumerate(articles):
        for person, label in ratings[article].items():
            votes[people.index(person), i, at[label]] = 1
    posterior = votes.sum(axis=0) / votes.sum(axis=(0, 2))[:, None]
    for _ in range(_ROUNDS):
        prior = (posterior.sum(axis=0) + _SMOOTHING) / (len(articles) + _SMOOTHING * len(classes))
        confusion = np.einsum("ik,pil->pkl", posterior, votes) + _SMOOTHING / len(classes)
        confusion /= confusion.sum(axis=2, keepdims=True)
        likelihood = np.log(prior)[None, :] + np.einsum("pil,pkl->ik", votes, np.log(confusion))
        new = np.exp(likelihood - likelihood.max(axis=1, keepdims=True))
        new /= new.sum(axis=1, keepdims=True)
        moved = float(np.abs(new - posterior).max())
        posterior = new
        if moved < _CLOSE:
            break
    found = {}
    for i, article in enumerate(articles):
        scores = [round(float(p), 8) for p in posterior[i]]
        # People's words are weighed, never turned into one that nobody said.
        best = max(sorted({at[label] for label in ratings[article].values()}), key=scores.__getitem__)
        found[article] = Consensus(classes[best], scores[best])
    return found


def aggregate(ratings: Ratings, classes: Sequence[str]) -> tuple[Method, dict[str, Consensus]]:
    """One label for each article, and by which method: Dawid-Skene where `enough`, else the majority."""
    if enough(ratings):
        return "dawid_skene", dawid_skene(ratings, classes)
    return "majority", majority(ratings, classes)


@dataclass(frozen=True, slots=True)
class Dispute:
    """An article on which annotators differ, for adjudication.

    Attributes:
        id: The article.
        task: topic, genre or stance.
        label: What the aggregation came to.
        confidence: How sure it is.
        votes: Annotator and label, by annotator.
    """

    id: str
    task: str
    label: str
    confidence: float
    votes: Mapping[str, str]


def disputes(task: str, ratings: Ratings, consensus: Mapping[str, Consensus]) -> list[Dispute]:
    """Articles on which annotators differ, least sure first."""
    found = [
        Dispute(i, task, consensus[i].label, consensus[i].confidence, dict(sorted(row.items())))
        for i, row in ratings.items()
        if len(set(row.values())) > 1
    ]
    return sorted(found, key=lambda d: (d.confidence, d.id))
