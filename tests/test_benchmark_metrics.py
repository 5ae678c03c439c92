"""Scores by hand and by scikit-learn; intervals and tests on cases with a known answer."""

from __future__ import annotations

import itertools
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest  # type: ignore[import-untyped]
from sklearn.metrics import brier_score_loss, f1_score

from presseschau.benchmark.data import ABSTAINED, Corpus
from presseschau.benchmark.metrics import brier, expected_calibration_error, macro_f1, scores, stance_scores
from presseschau.benchmark.scored import Run, makers, scored, sources
from presseschau.benchmark.settings import Settings, Source, Uncertainty
from presseschau.benchmark.uncertainty import cluster_counts, difference, holm, intervals, mcnemar, randomisation
from presseschau.benchmark.units import Answers, Unit
from test_benchmark_models import corpus

LABELS = ("a", "b", "c", "d")
PAIRS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40)


def sure(predicted: np.ndarray, width: int = 4) -> np.ndarray:
    return np.eye(width)[predicted]


@given(PAIRS, st.sets(st.integers(0, 3), min_size=1))
def test_macro_f1_is_the_mean_over_the_labels_of_train(pairs: list[tuple[int, int]], train: set[int]) -> None:
    y, p = (np.array(side) for side in zip(*pairs, strict=True))
    classes = np.array(sorted(train))
    expected = f1_score(y, p, labels=classes, average="macro", zero_division=0)
    assert macro_f1(y, p, classes, 4) == pytest.approx(expected)


def test_labels_without_support_and_labels_train_does_not_have_are_named() -> None:
    y, p = np.array([0, 0, 1, 3]), np.array([0, 1, 1, 1])
    found = scores(y, p, sure(p), LABELS, np.array([0, 1, 2]))
    assert found["zero_support"] == ["c"]
    assert found["unseen_labels"] == ["d"]
    assert found["accuracy"] == 0.5
    assert found["macro_f1"] == pytest.approx((2 / 3 + 0.5 + 0) / 3, abs=1e-6)
    assert found["macro_f1_supported"] == pytest.approx((2 / 3 + 0.5) / 2, abs=1e-6)
    assert found["confusion"] == {
        "labels": list(LABELS),
        "rows_true": [[1, 1, 0, 0], [0, 1, 0, 0], [0] * 4, [0, 1, 0, 0]],
    }
    assert found["per_class"]["a"] == {"precision": 1.0, "recall": 0.5, "f1": 0.666667, "support": 2}


def test_calibration_by_hand() -> None:
    y, p = np.array([0, 0, 1, 1]), np.array([0, 0, 0, 0])
    half = np.tile([0.5, 0.5], (4, 1))
    assert expected_calibration_error(y, p, half) == pytest.approx(0)
    assert expected_calibration_error(y, p, sure(p, 2)) == pytest.approx(0.5)
    assert brier(y, sure(p, 2)) == pytest.approx(1.0)
    rows = np.array([[0.7, 0.3], [0.4, 0.6], [0.2, 0.8], [0.9, 0.1]])
    assert brier(y, rows) == pytest.approx(2 * brier_score_loss(y, rows[:, 1]))


def test_stance_folds_mixed_into_neutral() -> None:
    labels = ("favor", "against", "mixed", "neutral")
    y, p = np.array([0, 1, 2, 3]), np.array([0, 0, 3, 2])
    found = stance_scores(y, p, labels)
    assert found["f1_favor_against"] == pytest.approx((2 / 3 + 0) / 2, abs=1e-6)
    assert found["stance3"] == pytest.approx((2 / 3 + 0 + 1) / 3, abs=1e-6)


def test_stance_is_scored_by_genre_and_where_the_target_is_the_right_one() -> None:
    whole = corpus("stance", size=6)  # by turns favor, against, neutral in news, review, opinion toward Gerät 0, 1, 2
    rows, said = np.arange(6), np.array([0, 1, 2, 1, 1, 0])
    targets = ["gerät 0", "Gerät 1", None, "Gerät 0", "Gerät 2", ""]
    unit = Unit({"test": Answers(said, sure(said, 3))}, targets={"test": targets})
    source, output = Source("published", "here"), Path("there")
    plan = Settings(source, {"kind": "finder"}, output, task="stance", uncertainty=Uncertainty(bootstrap=0))
    run = Run(plan, whole, "splits", {}, {}, {}, (0,), np.arange(3), [unit], {"test": rows})
    found = scored(run, "test", rows)
    assert {genre: part["accuracy"] for genre, part in found["by_genre"].items()} == {
        "news": 0.5, "review": 1.0, "opinion": 0.5
    }  # fmt: skip
    assert (found["target_right"]["articles"], found["target_right"]["accuracy"]) == (3, pytest.approx(2 / 3, abs=1e-4))
    assert found["target_coverage"] == pytest.approx(4 / 6, abs=1e-4)
    assert (found["accuracy"], found["label_sources"]) == (pytest.approx(4 / 6, abs=1e-4), {"given": 6})


def test_who_made_a_label_is_told_as_well_as_the_data_tells_it() -> None:
    columns = {
        "source": ["rules", None, None, None, "human"],
        "label_role": [None, "validation", None, None, None],
        "labeler": ["rules/2", "rules/2", "rules/2+llm/x", None, None],
    }
    whole = Corpus(pa.table(columns), ("a",), np.zeros(5, dtype=int), {"test": np.arange(5)}, "topic")
    assert sources(whole, np.arange(5)) == ["rules", "human", "rules+llm", "given", "human"]
    pairs = [("given", None), ("human", None), ("human", "rules/2"), ("rules", "rules/2")]
    assert makers(whole, np.array([3, 1, 4, 0, 0])) == pairs


def test_an_interval_resamples_clusters_not_articles() -> None:
    rng = np.random.default_rng(0)
    right = np.repeat(rng.integers(0, 2, 20), 10)  # ten copies of each article are right or wrong together
    y = np.zeros(200, dtype=np.int64)
    p = 1 - right
    options = {"rounds": 500, "confidence": 0.95, "seed": 1}
    single = intervals([(y, p)], [str(i) for i in range(200)], np.array([0, 1]), 2, **options)["accuracy"]
    grouped = intervals([(y, p)], [str(i // 10) for i in range(200)], np.array([0, 1]), 2, **options)["accuracy"]
    assert grouped[1] - grouped[0] > 2 * (single[1] - single[0])
    assert grouped[0] <= right.mean() <= grouped[1]
    assert (
        grouped == intervals([(y, p)], [str(i // 10) for i in range(200)], np.array([0, 1]), 2, **options)["accuracy"]
    )


def test_a_rare_class_does_not_bend_the_interval_of_a_model_that_never_finds_it() -> None:
    y = np.array([0] * 99 + [1])
    always = np.zeros(100, dtype=np.int64)
    low, high = intervals(
        [(y, always)], [str(i) for i in range(100)], np.array([0, 1]), 2, rounds=400, confidence=0.95, seed=0
    )["macro_f1"]
    assert 0.48 < low <= high <= 0.5


def test_a_score_that_no_resample_changes_has_no_interval() -> None:
    y, names = np.array([0, 1, 0, 1]), ["k", "l", "m", "n"]
    options = {"rounds": 200, "confidence": 0.95, "seed": 0}
    assert intervals([(y, y)], names, np.array([0, 1]), 2, **options) == {"accuracy": None, "macro_f1": None}
    gap = difference(([(y, y)], names), ([(y, 1 - y)], names), np.array([0, 1]), 2, **options)
    assert gap == {"accuracy": None, "macro_f1_shared": None}
    half = intervals([(y, np.zeros(4, dtype=np.int64))], names, np.array([0, 1]), 2, **options)
    assert half["accuracy"] is not None
    assert half["accuracy"][0] < 0.5 < half["accuracy"][1]


def test_an_abstention_is_wrong_and_no_answer() -> None:
    y, p = np.array([0, 0, 1, 1]), np.array([0, ABSTAINED, 1, ABSTAINED])
    probabilities = np.where(p[:, None] == ABSTAINED, 0.0, np.eye(2)[np.maximum(p, 0)])
    found = scores(y, p, probabilities, ("a", "b"), np.array([0, 1]))
    assert (found["articles"], found["abstained"], found["accuracy"]) == (4, 2, 0.5)
    assert found["per_class"]["a"] == {"precision": 1.0, "recall": 0.5, "f1": 0.666667, "support": 2}
    assert (found["ece"], found["brier"]) == (0.0, 0.5)
    assert found["confusion"]["rows_true"] == [[1, 0], [0, 1]]
    table, plain = cluster_counts(y, p, ["w", "w", "z", "z"], 2)
    assert table.sum(0).tolist() == [[1, 1], [0, 0], [1, 1]]  # right, wrongly said, missed
    assert plain.tolist() == [[2, 1], [2, 1]]
    folded = stance_scores(y, p, ("favor", "mixed"))
    assert folded["f1_favor_against"] == pytest.approx(1 / 3, abs=1e-6)


def test_a_gap_is_sure_where_the_sets_are_large() -> None:
    rng = np.random.default_rng(0)

    def side(size: int, right: float):
        y = rng.integers(0, 2, size)
        return [(y, np.where(rng.random(size) < right, y, 1 - y))], [str(i) for i in range(size)]

    options = {"rounds": 300, "confidence": 0.95, "seed": 0}
    large = difference(side(2000, 0.7), side(2000, 0.9), np.array([0, 1]), 2, **options)["macro_f1_shared"]
    small = difference(side(20, 0.7), side(20, 0.9), np.array([0, 1]), 2, **options)["macro_f1_shared"]
    assert large[0] < -0.2 < large[1] < 0
    assert small[1] - small[0] > 3 * (large[1] - large[0])


def test_mcnemar_is_the_binomial_test() -> None:
    a = np.array([True] * 9 + [False] * 1 + [True] * 50)
    b = np.array([False] * 9 + [True] * 1 + [True] * 50)
    assert mcnemar(a, b) == pytest.approx(2 * (1 + 10) / 2**10)
    assert mcnemar(a, a) == 1.0
    many = np.arange(6000) % 3 == 0
    assert mcnemar(many, ~many) < 1e-100
    begun, half = time.process_time(), np.arange(40_000) < 19_900
    assert mcnemar(half, ~half) == pytest.approx(binomtest(19_900, 40_000).pvalue)
    assert time.process_time() - begun < 10  # it took minutes


def test_randomisation_tells_a_difference_from_none() -> None:
    rng = np.random.default_rng(3)
    y = rng.integers(0, 3, 300)
    good = np.where(rng.random(300) < 0.9, y, (y + 1) % 3)
    poor = np.where(rng.random(300) < 0.5, y, (y + 1) % 3)
    other = np.where(rng.random(300) < 0.9, y, (y + 1) % 3)
    clusters, classes = [str(i) for i in range(300)], np.array([0, 1, 2])

    def p(one: np.ndarray, two: np.ndarray, names: list[str]) -> tuple[float, float]:
        return randomisation(([(y, one)], names), ([(y, two)], names), classes, 3, rounds=999, seed=0)

    assert p(good, poor, clusters) == (pytest.approx(0.001), pytest.approx(0.001))
    assert min(p(good, other, clusters)) > 0.05
    assert p(good, good, clusters) == (1.0, 1.0)
    assert p(good, poor, ["x"] * 300) == (1.0, 1.0)  # in one cluster there is nothing to permute


def test_randomisation_of_accuracy_is_mcnemar_where_every_article_is_a_cluster() -> None:
    y = np.zeros(40, dtype=np.int64)
    one, two = np.where(np.arange(40) < 30, 0, 1), np.where(np.arange(40) % 2, 0, 1)
    names = [str(i) for i in range(40)]
    found, _ = randomisation(([(y, one)], names), ([(y, two)], names), np.array([0, 1]), 2, rounds=20_000, seed=0)
    assert found == pytest.approx(mcnemar(one == y, two == y), abs=0.01)


def test_the_luck_of_a_seed_is_no_difference_of_models() -> None:
    rng = np.random.default_rng(0)
    names, classes = [str(i) for i in range(200)], np.array([0, 1])

    def seeds(number: int, right: float, spread: float) -> list[tuple[np.ndarray, np.ndarray]]:
        found = []
        for _ in range(number):
            y = np.arange(200) % 2
            found.append((y, np.where(rng.random(200) < right + rng.normal(0, spread), y, 1 - y)))
        return found

    options = {"rounds": 300, "seed": 0}
    first, mean = [], []
    for _ in range(80):  # the same kind of model twice, whose seeds differ by more than the articles do
        a, b = seeds(5, 0.7, 0.1), seeds(5, 0.7, 0.1)
        first.append(randomisation((a[:1], names), (b[:1], names), classes, 2, **options)[1] < 0.05)
        mean.append(randomisation((a, names), (b, names), classes, 2, **options)[1] < 0.05)
    assert np.mean(first) > 0.3
    assert np.mean(mean) < 0.12
    # A real difference is found by all seeds together, whichever run has more of them
    better, worse = seeds(6, 0.9, 0.01), seeds(4, 0.7, 0.01)
    assert max(randomisation((better, names), (worse, names), classes, 2, **options)) < 0.05
    assert max(randomisation((worse, names), (better[:1], names), classes, 2, **options)) < 0.05


@pytest.mark.parametrize("number", [2, 3])
def test_few_seeds_are_no_difference_of_models(number: int) -> None:
    rng = np.random.default_rng(0)
    names, y = [str(i) for i in range(200)], np.zeros(200, dtype=np.int64)

    def side() -> list[tuple[np.ndarray, np.ndarray]]:
        found = (rng.random(200) < 0.7 + rng.normal(0, 0.1) for _ in range(number))
        return [(y, np.where(right, 0, 1)) for right in found]

    found = [
        randomisation((side(), names), (side(), names), np.array([0]), 2, rounds=300, seed=i)[0] for i in range(150)
    ]
    assert np.mean(np.array(found) < 0.05) < 0.06  # of resampled seeds: .08 of three, .16 of two
    assert min(found) > 0


def test_seeds_that_score_alike_add_nothing() -> None:
    y, names = np.zeros(60, dtype=np.int64), [str(i) for i in range(60)]
    one, two = np.where(np.arange(60) < 40, 0, 1), np.where(np.arange(60) < 50, 0, 1)
    plain = randomisation(([(y, one)], names), ([(y, two)], names), np.array([0]), 2, rounds=300, seed=0)
    twice = randomisation(([(y, one)] * 2, names), ([(y, two)] * 3, names), np.array([0]), 2, rounds=300, seed=0)
    assert twice == plain


def test_an_interval_of_several_seeds_tells_of_their_differences() -> None:
    rng = np.random.default_rng(0)
    y, names = np.zeros(400, dtype=np.int64), [str(i) for i in range(400)]
    runs = [(y, np.where(rng.random(400) < right, 0, 1)) for right in (0.5, 0.6, 0.7, 0.8, 0.9)]
    low, high = intervals(runs, names, np.array([0, 1]), 2, rounds=500, confidence=0.95, seed=0)["accuracy"]
    assert high - low > 0.15  # of the articles alone: .04


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_is_monotone_and_never_below_the_plain_value(values: list[float]) -> None:
    adjusted = holm(values)
    assert all(a >= p and a <= 1 for a, p in zip(adjusted, values, strict=True))
    order = sorted(range(len(values)), key=lambda i: values[i])
    assert all(adjusted[i] <= adjusted[j] for i, j in itertools.pairwise(order))
    assert adjusted[order[0]] == pytest.approx(min(1, len(values) * min(values)))
    for best in range(len(values)):  # some of them, as those with one run are of all pairs
        some = [i for i in range(len(values)) if i % 3 != best % 3]
        among = holm([values[i] for i in some], of=len(values))
        assert all(a >= adjusted[i] - 1e-12 for a, i in zip(among, some, strict=True))
