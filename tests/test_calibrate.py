"""Confidence: monotone, bounded, honest about its reference."""

from __future__ import annotations

import math
import random
from pathlib import Path

import pytest

from presseschau.label.calibrate import (
    Calibration,
    cross_fit,
    expected_error,
    fit,
    load_calibration,
    perfect_limit,
)


def sample(size: int, seed: int = 0) -> tuple[list[dict[str, float]], list[bool]]:
    rng = random.Random(seed)
    features = [{"margin": rng.uniform(0, 3)} for _ in range(size)]
    return features, [rng.random() < min(0.98, 0.4 + 0.2 * f["margin"]) for f in features]


def test_the_shipped_calibration_names_its_reference() -> None:
    tasks = load_calibration()
    assert set(tasks) == {"topic", "genre"}
    assert all(c.reference == "gold_dev+newspapers" and c.articles == 849 for c in tasks.values())


def test_more_evidence_never_lowers_confidence() -> None:
    for calibration in load_calibration().values():
        for name, _ in calibration.weights:
            row = [calibration.probability({name: x / 4}) for x in range(20)]
            assert row == sorted(row)


def test_a_fit_recovers_the_accuracy_it_saw() -> None:
    features, right = sample(2000)
    fitted = fit(features, right, "sample")
    confidence = [fitted.probability(f) for f in features]
    assert expected_error(confidence, right) < 0.03
    assert fitted.articles == 2000


def test_a_feature_that_points_the_wrong_way_is_left_out() -> None:
    features, right = sample(500)
    assert fit([{"doubt": -f["margin"]} for f in features], right, "sample").weights == ()
    both = [{"margin": f["margin"], "doubt": -(f["margin"] ** 2)} for f in features]
    assert [name for name, _ in fit(both, right, "sample").weights] == ["margin"]


def test_a_perfect_reference_does_not_give_certainty() -> None:
    fitted = fit([{"margin": float(i)} for i in range(20)], [True] * 20, "sample")
    assert fitted.probability({"margin": 19.0}) < 0.995


def test_cross_fitting_stays_calibrated_on_what_it_did_not_see() -> None:
    features, right = sample(600, seed=3)
    confidence = cross_fit(features, right)
    assert len(confidence) == 600
    assert expected_error(confidence, right) < 0.06


def test_folds_may_hold_more_than_their_share_of_the_corpus() -> None:
    features, weights = [{"margin": float(i % 7)} for i in range(100)], [3.0 if i % 5 == 0 else 0.5 for i in range(100)]
    assert min(cross_fit(features, [True] * 100, weights=weights)) > 0.9


def test_bad_input_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="0 feature rows"):
        fit([], [], "x")
    with pytest.raises(ValueError, match="0 or more"):
        Calibration("x", 1, 0.0, (("margin", -1.0),))
    with pytest.raises(ValueError, match="lowest"):
        Calibration("x", 1, 0.0, (), 0.9, 0.1)
    path = tmp_path / "c.yaml"
    path.write_text("reference: x\n", encoding="utf-8")
    with pytest.raises(ValueError, match="missing or wrong field"):
        load_calibration(path)


def test_a_stratified_sample_speaks_for_the_corpus() -> None:
    """A hard class is a tenth of the corpus and half of the sample: unweighted, all confidence would be too low."""
    rng = random.Random(0)

    def article(hard: bool) -> tuple[dict[str, float], bool]:
        margin = rng.expovariate(0.5)
        return {"margin": margin}, rng.random() < 1 / (1 + math.exp(1.5 * hard - 1.0 * (not hard) - 0.6 * margin))

    corpus = [article(i % 10 == 0) for i in range(4000)]
    sample = [article(i % 2 == 0) for i in range(400)]
    weights = [0.2 if i % 2 == 0 else 1.8 for i in range(400)]
    features, right = [f for f, _ in sample], [r for _, r in sample]
    share = sum(r for _, r in corpus) / len(corpus)
    for given, low, high in ((weights, -0.05, 0.05), (None, -0.3, -0.1)):
        fitted = fit(features, right, "x", weights=given)
        stated = sum(fitted.probability(f) for f, _ in corpus) / len(corpus)
        assert low < stated - share < high
    assert fit(features, right, "x", weights=[1.0] * 400) == fit(features, right, "x")
    confidence = cross_fit(features, right, weights=weights)
    assert expected_error(confidence, right, weights=weights) < perfect_limit(confidence, weights=weights) * 1.5
    assert expected_error(confidence, right, weights=[1.0] * 400) == expected_error(confidence, right)
