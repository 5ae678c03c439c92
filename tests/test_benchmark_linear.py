"""The linear classifiers are scikit-learn's, one label against the rest, and their probabilities are calibrated."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from presseschau.benchmark.metrics import expected_calibration_error
from presseschau.benchmark.models.linear import Linear
from presseschau.config import ConfigError


def data(size: int, classes: int = 4, seed: int = 0):
    """Sparse rows of length 1 whose label shows in some of the features, one time in ten wrongly."""
    rng = np.random.default_rng(seed)
    y = rng.choice(classes, size, p=np.arange(1, classes + 1) / sum(range(1, classes + 1)))
    dense = rng.random((size, 60)) * (rng.random((size, 60)) < 0.3)
    shown = np.where(rng.random(size) < 0.9, y, (y + 1) % classes)
    dense[np.arange(size), shown] += 0.8
    return csr_matrix((dense / np.linalg.norm(dense, axis=1, keepdims=True)).astype(np.float32)), y


def linear(classifier: str, **options) -> Linear:
    return Linear(**{"classifier": classifier, "C": 2.0, "class_weight": None, "calibration": "temperature",
                     "max_iter": 1000, **options})  # fmt: skip


@pytest.mark.parametrize("classes", [2, 4, 19])
def test_the_svm_is_the_usual_one(classes: int) -> None:
    rows, y = data(600, classes)
    ours, theirs = linear("svm"), LinearSVC(C=2.0, tol=1e-6, max_iter=20_000).fit(rows.astype(float), y)
    ours.fit(rows, y, 0)
    scores, expected = ours.scores(rows), theirs.decision_function(rows)
    if classes == 2:
        assert np.allclose(scores[:, 0], -scores[:, 1], atol=0.01)
        scores = scores[:, 1]
    assert np.allclose(scores, expected, atol=0.05)


@pytest.mark.parametrize("class_weight", [None, "balanced"])
def test_logistic_regression_is_that_of_liblinear_label_by_label(class_weight: str | None) -> None:
    rows, y = data(600)
    ours = linear("logreg", class_weight=class_weight)
    ours.fit(rows, y, 0)
    for label in range(4):
        theirs = LogisticRegression(C=2.0, class_weight=class_weight, solver="liblinear", tol=1e-8)
        theirs.fit(rows.astype(float), y == label)
        assert np.allclose(ours.scores(rows)[:, label], theirs.decision_function(rows), atol=0.1)


def test_rows_are_not_changed_and_a_second_fit_is_the_same() -> None:
    rows, y = data(900)
    before, found = rows.copy(), []
    for _ in range(2):
        model = linear("svm")
        model.fit(rows, y, 0)
        found.append(model.scores(rows))
    assert np.array_equal(*found)
    assert (rows != before).nnz == 0


def test_rows_without_a_value() -> None:
    rows = csr_matrix(np.array([[1, 0], [0, 1], [0, 0]], dtype=np.float32))
    model = linear("logreg", C=100.0)
    model.fit(rows, np.array([0, 1, 1]), 0)
    assert model.scores(rows).argmax(1).tolist() == [0, 1, 1]


def test_a_temperature_and_a_curve_make_an_svm_as_sure_as_it_is_right() -> None:
    (rows, y), (held, truth) = data(1500), data(1500, seed=1)
    plain, warm, curved = linear("svm"), linear("svm"), linear("svm", calibration="sigmoid")
    for model in (plain, warm, curved):
        model.fit(rows, y, 0)
    assert warm.wants_temperature
    assert not curved.wants_temperature
    warm.set_temperature(warm.scores(held), truth)

    def error(sure) -> float:
        return expected_calibration_error(truth, sure.argmax(1), sure)

    sure = [model.probabilities(model.scores(held), 4) for model in (plain, warm, curved)]
    assert error(sure[1]) < 0.05 < error(sure[0])
    assert error(sure[2]) < error(sure[0]) / 2
    theirs = CalibratedClassifierCV(LinearSVC(C=2.0), ensemble=False).fit(rows, y).predict_proba(held)
    assert np.abs(sure[2] - theirs).mean() < 0.02


def test_a_curve_needs_two_articles_of_every_label() -> None:
    rows, y = data(60)
    y[0] = 4
    with pytest.raises(ConfigError, match="needs two articles of every label"):
        linear("svm", calibration="sigmoid").fit(rows, y, 0)


def test_a_label_outside_of_train_has_no_probability_and_sets_no_temperature() -> None:
    rows, y = data(300)
    model = linear("svm")
    model.fit(rows, y, 0)
    model.set_temperature(model.scores(rows[:3]), np.array([5, 5, 5]))
    sure = model.probabilities(model.scores(rows), 6)
    assert np.allclose(sure.sum(1), 1)
    assert not sure[:, 4:].any()
