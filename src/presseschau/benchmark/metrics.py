"""Scores of one set of predictions: plain functions over label indices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from presseschau.benchmark.data import ABSTAINED, Floats, Ints
from presseschau.stable import rounded

_BINS = 15


def counts(y: Ints, predicted: Ints, width: int) -> tuple[Floats, Floats, Floats]:
    """True positives, false positives and false negatives of each label."""
    right = y == predicted
    hit = np.bincount(y[right], minlength=width).astype(float)
    said = np.bincount(predicted[predicted != ABSTAINED], minlength=width)
    return hit, said - hit, np.bincount(y, minlength=width) - hit


def f1(hit: Floats, wrong: Floats, missed: Floats) -> Floats:
    """F1 of counts; 0 where there is neither support nor prediction.

    >>> f1(np.array([2.0, 0.0]), np.array([1.0, 0.0]), np.array([1.0, 0.0])).round(3).tolist()
    [0.667, 0.0]
    """
    total = 2 * hit + wrong + missed
    return np.divide(2 * hit, total, out=np.zeros_like(hit), where=total > 0)


def macro_f1(y: Ints, predicted: Ints, classes: Ints, width: int) -> float:
    """Mean F1 over `classes`; one without support in `y` counts as 0, as scikit-learn has it with zero_division=0."""
    return float(f1(*counts(y, predicted, width))[classes].mean())


def scores(y: Ints, predicted: Ints, probabilities: Floats, labels: Sequence[str], classes: Ints) -> dict[str, Any]:
    """The scores of predictions on one split.

    Args:
        y: True labels.
        predicted: Predicted labels, `ABSTAINED` where there is none; calibration is that of the answers.
        probabilities: One column a label.
        labels: All labels.
        classes: Labels of train, which macro-F1 is the mean over.
    """
    width = len(labels)
    hit, wrong, missed = counts(y, predicted, width)
    each, support = f1(hit, wrong, missed), np.bincount(y, minlength=width)
    there = classes[support[classes] > 0]
    shown = [i for i in range(width) if i in classes or support[i] or hit[i] + wrong[i]]
    answered = predicted != ABSTAINED
    confusion = np.zeros((width, width), dtype=int)
    np.add.at(confusion, (y[answered], predicted[answered]), 1)
    return {
        "articles": len(y),
        "abstained": int((~answered).sum()),
        "accuracy": rounded(float((y == predicted).mean())),
        "macro_f1": rounded(float(each[classes].mean())),
        "macro_f1_supported": rounded(float(each[there].mean()) if len(there) else 0.0),
        "weighted_f1": rounded(float((each * support).sum() / support.sum())),
        "zero_support": [labels[i] for i in classes if not support[i]],
        "unseen_labels": [labels[i] for i in range(width) if support[i] and i not in classes],
        "ece": rounded(expected_calibration_error(y[answered], predicted[answered], probabilities[answered])),
        "brier": rounded(brier(y, probabilities)),
        "per_class": {
            labels[i]: {
                "precision": rounded(float(hit[i] / max(1, hit[i] + wrong[i]))),
                "recall": rounded(float(hit[i] / max(1, support[i]))),
                "f1": rounded(float(each[i])),
                "support": int(support[i]),
            }
            for i in shown
        },
        "confusion": {"labels": [labels[i] for i in shown], "rows_true": confusion[np.ix_(shown, shown)].tolist()},
    }


def expected_calibration_error(y: Ints, predicted: Ints, probabilities: Floats) -> float:
    """Mean distance of confidence and accuracy over 15 equal bins of the top label's probability.

    Guo et al. 2017, "On Calibration of Modern Neural Networks".
    """
    sure = probabilities[np.arange(len(y)), predicted]
    bins = np.minimum((sure * _BINS).astype(int), _BINS - 1)
    size = np.bincount(bins, minlength=_BINS)
    right = np.bincount(bins, weights=(y == predicted).astype(float), minlength=_BINS)
    claimed = np.bincount(bins, weights=sure, minlength=_BINS)
    return float(np.abs(right - claimed).sum() / max(1, size.sum()))


def brier(y: Ints, probabilities: Floats) -> float:
    """Mean squared distance of the probabilities to the truth, over all labels: 0 to 2 (Brier 1950)."""
    return float((np.square(probabilities).sum(1) - 2 * probabilities[np.arange(len(y)), y] + 1).mean())


def stance_scores(y: Ints, predicted: Ints, labels: Sequence[str]) -> dict[str, float]:
    """Mean F1 of favor and against, and macro-F1 over favor, against, neutral with mixed folded into neutral.

    The first is the measure of SemEval-2016 task 6 (Mohammad et al.).
    """
    place = {label: i for i, label in enumerate(labels)}
    each = f1(*counts(y, predicted, len(labels)))
    sides = [each[place[s]] if s in place else 0.0 for s in ("favor", "against")]
    fold = np.array(
        [place.get("neutral", i) if label == "mixed" else i for i, label in enumerate(labels)] + [ABSTAINED]
    )
    folded = f1(*counts(fold[y], fold[predicted], len(labels)))
    three = [folded[place[s]] if s in place else 0.0 for s in ("favor", "against", "neutral")]
    return {"f1_favor_against": rounded(float(np.mean(sides))), "stance3": rounded(float(np.mean(three)))}
