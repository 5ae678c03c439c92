"""Which labels are likely wrong: confident learning over cross-validated probabilities, and how split the votes were.

Source: Northcutt, C. G., Jiang, L., Chuang, I. L., 2021. Confident Learning: Estimating Uncertainty in Dataset Labels.
JAIR 70. A simple model of the words (TF-IDF, logistic regression) gives every article a probability of each class that
it was not trained for. A label that it finds improbable, where it is sure of another one, is worth a look. What the
model can't see are errors that the rules always make: it learns those with the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from presseschau.spreadsheet import cell, decimal
from presseschau.stable import rounded, sha256

MIN_ARTICLES = 50  # below, a class has too few articles in a fold for a probability that means anything
_FOLDS = 5
_MAX_CHARS = 4_000  # of a text: title and lead decide


@dataclass(frozen=True, slots=True)
class Labelled:
    """An article whose label is looked at.

    Attributes:
        id: The article.
        cluster: Near-duplicate cluster; its members are predicted together, since one gives away the other.
        text: What the model reads.
        label: The label in question.
        conflict: How split the votes were over it: 0 where all spoke for it, 1 where they decide for another one.
    """

    id: str
    cluster: str
    text: str
    label: str
    conflict: float


@dataclass(frozen=True, slots=True)
class Suspect:
    """A label, most likely errors first.

    Attributes:
        id: The article.
        label: Its label.
        suggested: The class that the model finds most probable beside it.
        score: How suspicious the label is, 0 to 1: the mean of what the model and the votes say against it.
        p_label: The model's probability of the label.
        p_suggested: Its probability of the suggested class.
        conflict: See `Labelled`.
        confident: Whether confident learning counts it as an error: the model is as sure of another class as it is,
            on average, of the articles that have that label, and not surer of the label.
    """

    id: str
    label: str
    suggested: str
    score: float
    p_label: float
    p_suggested: float
    conflict: float
    confident: bool


def audit(articles: Sequence[Labelled], classes: Sequence[str], seed: int = 0) -> list[Suspect]:
    """All labels by how likely they are wrong, most suspicious first; ties in order of id.

    Args:
        articles: Labelled articles, in any order: the result does not depend on it.
        classes: Keys of the task.
        seed: Of the folds.

    Raises:
        ValueError: Too few articles, or all of one class.
    """
    rows = sorted(articles, key=lambda a: a.id)
    known = [c for c in classes if any(a.label == c for a in rows)]
    if len(rows) < MIN_ARTICLES or len(known) < 2:
        raise ValueError(f"{len(rows)} articles of {len(known)} classes; an audit needs {MIN_ARTICLES} of two or more")
    y = np.array([known.index(a.label) for a in rows])
    fold = np.array([int(sha256(f"{seed}\0{a.cluster}")[:8], 16) % _FOLDS for a in rows])
    p = probabilities([a.text for a in rows], y, fold, len(known))
    own = p[np.arange(len(rows)), y]
    others = p.copy()
    others[np.arange(len(rows)), y] = -1.0
    best = others.argmax(axis=1)
    wrong = confident_errors(p, y)
    found = [
        Suspect(
            id=row.id,
            label=row.label,
            suggested=known[best[i]],
            score=rounded(((1 - (own[i] - others[i, best[i]])) / 2 + row.conflict) / 2),
            p_label=rounded(float(own[i])),
            p_suggested=rounded(float(others[i, best[i]])),
            conflict=rounded(row.conflict),
            confident=bool(wrong[i]),
        )
        for i, row in enumerate(rows)
    ]
    return sorted(found, key=lambda s: (-s.score, s.id))


def probabilities(texts: Sequence[str], y: Any, fold: Any, classes: int) -> Any:
    """Probability of each class for each text, by a model that never saw its fold.

    Args:
        texts: The texts.
        y: Class numbers.
        fold: Fold numbers.
        classes: How many classes there are; one that a training part lacks has probability 0 there.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped,unused-ignore]

    read = TfidfVectorizer(sublinear_tf=True, min_df=2, max_features=50_000)
    x = read.fit_transform(texts)
    p = np.zeros((len(texts), classes))
    for number in np.unique(fold):
        train, test = fold != number, fold == number
        if len(np.unique(y[train])) < 2:
            p[np.ix_(test, np.unique(y[train]))] = 1.0
            continue
        with threadpool_limits(1):  # more threads wait for each other for longer than they compute
            model = LogisticRegression(C=10.0, max_iter=300).fit(x[train], y[train])
        p[np.ix_(test, model.classes_)] = model.predict_proba(x[test])
    return p


def confident_errors(p: Any, y: Any) -> Any:
    """Which labels lie off the diagonal of the confident joint (Northcutt et al., equation 1).

    A class speaks for an article where its probability reaches the mean probability that it has among the articles
    labelled so; of several the most probable one. The label is an error where another class than it speaks, unless the
    model finds it the most probable, as in the authors' own `cleanlab`: a class of a few articles that the model never
    finds speaks for nearly all.

    Four articles of two classes; the last one looks like the others':

    >>> p = np.array([[0.9, 0.1], [0.8, 0.2], [0.2, 0.8], [0.9, 0.1]])
    >>> confident_errors(p, np.array([0, 0, 1, 1])).tolist()
    [False, False, False, True]
    """
    least = np.array([p[y == k, k].mean() if (y == k).any() else np.inf for k in range(p.shape[1])])
    speaks = np.where(p >= least, p, -1.0)
    return (speaks.max(axis=1) >= 0) & (speaks.argmax(axis=1) != y) & (p.argmax(axis=1) != y)


def text_of(title: str | None, text: str) -> str:
    """What the model reads of an article: its title counts twice."""
    return f"{title or ''}\n{title or ''}\n{text[:_MAX_CHARS]}"


def review_rows(
    suspects: Sequence[Suspect], task: str, shown: Mapping[str, tuple[str, str]], separator: str = ","
) -> list[list[str]]:
    """The table for a reviewer, a table of corrections with columns to fill in: `value`, `who`, `date`, `why`.

    Args:
        suspects: Labels to look at.
        task: Their task.
        shown: Title and URL by article.
        separator: That of the table: with `;` numbers have a decimal comma.
    """
    rows = [["id", "field", "label", "suggested", "score", "p_label", "p_suggested", "conflict", "confident", "title",
             "url", "value", "who", "date", "why"]]  # fmt: skip
    for s in suspects:
        title, url = shown[s.id]
        numbers = [decimal(f"{n:.3f}", separator) for n in (s.score, s.p_label, s.p_suggested, s.conflict)]
        said = [cell(s.id), task, s.label, s.suggested, *numbers, "yes" if s.confident else "no", cell(title), url]
        rows.append([*said, "", "", "", ""])
    return rows
