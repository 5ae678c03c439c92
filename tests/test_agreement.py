"""Agreement coefficients and aggregation: known values, properties, and annotators that are worse than others."""

from __future__ import annotations

import random

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import SHARED
from presseschau.annotation.aggregate import Consensus, aggregate, dawid_skene, disputes, enough, majority
from presseschau.annotation.agreement import (
    Coefficient,
    agreement,
    alpha_per_label,
    krippendorff_alpha,
    unmeasurable,
)

CLASSES = ("ai", "mobile", "other")
RATINGS = st.dictionaries(
    st.text("0123456789", min_size=1, max_size=3),
    st.dictionaries(st.sampled_from("abcd"), st.sampled_from(CLASSES), min_size=1),
    max_size=12,
)


def noisy(n: int, accuracies: dict[str, float], seed: int = 0) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """True labels, and ratings by people of a given accuracy."""
    rng = random.Random(seed)
    truth = {f"{i:04}": rng.choice(CLASSES) for i in range(n)}
    wrong = {c: [x for x in CLASSES if x != c] for c in CLASSES}
    rows = {
        i: {who: t if rng.random() < right else rng.choice(wrong[t]) for who, right in accuracies.items()}
        for i, t in truth.items()
    }
    return truth, rows


def right(found: dict[str, Consensus], truth: dict[str, str]) -> int:
    return sum(found[i].label == t for i, t in truth.items())


def fleiss_kappa(ratings: dict[str, dict[str, str]]) -> Coefficient:
    return agreement(ratings, rounds=1)[1]


def test_perfect_agreement_is_one_and_chance_is_near_zero() -> None:
    perfect = {str(i): {"a": c, "b": c, "c": c} for i, c in enumerate(CLASSES * 3)}
    assert krippendorff_alpha(perfect) == fleiss_kappa(perfect).value == 1
    rng = random.Random(1)
    random_rows = {f"{i:04}": {w: rng.choice(CLASSES) for w in "abc"} for i in range(2000)}
    assert abs(krippendorff_alpha(random_rows) or 1) < 0.03
    assert abs(fleiss_kappa(random_rows).value or 1) < 0.03


def test_perfect_agreement_on_a_few_articles_has_no_interval() -> None:
    perfect = {str(i): {"a": c, "b": c} for i, c in enumerate(CLASSES * 3)}
    assert all((c.value, c.low, c.high) == (1.0, None, None) for c in agreement(perfect, rounds=200))
    alpha, *_ = agreement({**perfect, "x": {"a": "ai", "b": "other"}}, rounds=200)
    assert alpha.low is not None
    assert alpha.high is not None
    assert alpha.low < alpha.high


def test_without_anything_to_compare_there_is_no_value() -> None:
    assert krippendorff_alpha({}) is None
    assert krippendorff_alpha({"1": {"a": "ai"}, "2": {"b": "ai"}}) is None
    assert krippendorff_alpha({"1": {"a": "ai", "b": "ai"}}) is None  # one class only: chance agreement is total
    assert [c.value for c in agreement({}, rounds=5)] == [None, None]
    apart = agreement({"1": {"a": "ai"}, "2": {"b": "ai"}}, rounds=5)
    assert [(c.name, c.value) for c in apart] == [("krippendorff_alpha", None), ("fleiss_kappa", None)]


@pytest.mark.parametrize(
    ("ratings", "why"),
    [
        ({}, "no annotator's labels"),
        ({"1": {"a": "ai"}, "2": {"b": "ai"}}, "no article was labelled by two of the 2 annotators"),
        ({"1": {"a": "ai", "b": "ai"}, "2": {"b": "ai"}}, "all gave the same label"),
    ],
)
def test_why_nothing_can_be_measured(ratings: dict[str, dict[str, str]], why: str) -> None:
    assert (unmeasurable(ratings, agreement(ratings, rounds=5)) or "").startswith(why)


@given(RATINGS)
def test_alpha_depends_on_neither_order_nor_names_nor_lone_ratings(ratings: dict[str, dict[str, str]]) -> None:
    value = krippendorff_alpha(ratings)
    turned = {i: dict(reversed(row.items())) for i, row in reversed(ratings.items())}
    renamed = {f"x{i}": {who * 2: {"ai": "z", "mobile": "y", "other": "x"}[c] for who, c in row.items()}
               for i, row in ratings.items()}  # fmt: skip
    more = {**ratings, "lone": {"a": "ai"}}
    for other in (turned, renamed, more):
        found = krippendorff_alpha(other)
        assert (found is None) == (value is None)
        assert value is None or found == pytest.approx(value)


@given(RATINGS)
def test_two_raters_without_gaps_agree_on_all_coefficients_up_to_small_sample_terms(
    ratings: dict[str, dict[str, str]],
) -> None:
    rows = {i: {"a": next(iter(r.values())), "b": list(r.values())[-1]} for i, r in ratings.items()}
    found = agreement(rows, rounds=3)
    for c in found:
        assert c.value is None or -1 - 1e-9 <= c.value <= 1 + 1e-9
        assert c.articles == len(rows)


def test_the_interval_holds_the_value_and_is_the_same_each_time() -> None:
    _, rows = noisy(80, {"a": 0.9, "b": 0.8, "c": 0.85})
    once, again = agreement(rows, rounds=200, seed=3), agreement(rows, rounds=200, seed=3)
    assert once == again
    assert [c.name for c in once] == ["krippendorff_alpha", "fleiss_kappa", "cohen_kappa a/b", "cohen_kappa a/c",
                                      "cohen_kappa b/c"]  # fmt: skip
    for c in once:
        assert c.low is not None
        assert c.low < c.value < c.high
        assert 0.1 < c.high - c.low < 0.5


def test_fleiss_takes_the_usual_number_of_raters() -> None:
    rows = {str(i): {"a": c, "b": c, "c": c} for i, c in enumerate(CLASSES * 2)}
    assert fleiss_kappa({**rows, "x": {"a": "ai", "b": "other"}}).value == 1


def test_alpha_per_label_shows_which_class_is_unclear() -> None:
    rows = {f"{i}": {"a": "ai", "b": "ai"} for i in range(10)}
    rows |= {f"m{i}": {"a": "mobile", "b": "mobile" if i % 2 else "other"} for i in range(10)}
    found = alpha_per_label(rows)
    assert found["ai"] == 1
    assert found["other"] is not None
    assert found["other"] < 0


def test_dawid_skene_beats_the_majority_where_people_differ_in_care() -> None:
    truth, rows = noisy(300, {"anna": 0.95, "ben": 0.5, "cem": 0.5, "dora": 0.45})
    by_vote, by_model = majority(rows, CLASSES), dawid_skene(rows, CLASSES)
    assert right(by_model, truth) > right(by_vote, truth) + 20
    assert right(by_model, truth) >= 0.87 * len(truth)


def test_dawid_skene_confidence_means_something() -> None:
    truth, rows = noisy(600, {"a": 0.85, "b": 0.75, "c": 0.7}, seed=5)
    found = dawid_skene(rows, CLASSES)
    mean = sum(c.confidence for c in found.values()) / len(found)
    assert mean == pytest.approx(right(found, truth) / len(truth), abs=0.05)


def test_one_persons_word_is_weighed_but_never_turned_round() -> None:
    _, rows = noisy(100, {"a": 0.95, "b": 0.95, "c": 0.3})
    rows["lone"] = {"c": "mobile"}
    found = dawid_skene(rows, CLASSES)
    assert found["lone"].label == "mobile"
    assert found["lone"].confidence < 0.9


def test_no_article_gets_a_label_that_nobody_gave_it() -> None:
    _, rows = noisy(150, {"a": 0.9, "b": 0.85, "c": 0.8}, seed=2)
    rows["all differ"] = {"a": "ai", "b": "mobile", "c": "other"}
    wide = [*CLASSES, *(f"unused_{n}" for n in range(9))]
    found = dawid_skene(rows, wide)
    assert all(found[i].label in row.values() for i, row in rows.items())
    assert found == dawid_skene(rows, CLASSES)  # classes that nobody uses take nothing from the others' confidence
    assert found["all differ"].confidence > 1 / 3


def test_little_data_falls_back_to_the_majority() -> None:
    _, few = noisy(20, {"a": 0.9, "b": 0.9, "c": 0.9})
    _, two = noisy(200, {"a": 0.9, "b": 0.9})
    _, many = noisy(200, {"a": 0.9, "b": 0.9, "c": 0.9})
    assert [aggregate(r, CLASSES)[0] for r in (few, two, many)] == ["majority", "majority", "dawid_skene"]
    assert not enough({})
    least = {f"{i}": {"a": "ai", "b": "ai", "c": "ai"} if i < 20 else {"a": "ai", "b": "ai"} for i in range(50)}
    assert enough(least)
    assert not enough({i: row for i, row in least.items() if i != "49"})  # 49 articles that two or more have labelled
    assert not enough({**least, "0": {"a": "ai", "b": "ai"}})  # 19 articles of the third


@given(RATINGS)
def test_aggregation_depends_on_no_order(ratings: dict[str, dict[str, str]]) -> None:
    turned = {i: dict(reversed(row.items())) for i, row in reversed(ratings.items())}
    assert majority(ratings, CLASSES) == majority(turned, CLASSES)
    if ratings:
        assert dawid_skene(ratings, CLASSES) == dawid_skene(turned, CLASSES)


def test_disputes_are_listed_least_sure_first() -> None:
    rows = {
        "1": {"a": "ai", "b": "ai"},
        "2": {"a": "ai", "b": "mobile"},
        "3": {"a": "ai", "b": "ai", "c": "other"},
    }
    found = disputes("topic", rows, majority(rows, CLASSES))
    assert [(d.id, d.label, round(d.confidence, 2)) for d in found] == [("2", "ai", 0.5), ("3", "ai", 0.67)]
    assert found[0].votes == {"a": "ai", "b": "mobile"}


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared")
def test_the_reference_agrees_as_its_readme_says() -> None:
    """Its README: .96 topic, .95 genre, .90 stance over 495 articles, of which these are 251."""
    rows = [orjson.loads(line) for line in (SHARED / "labels" / "gold_dev.jsonl").read_bytes().splitlines()]
    for task, said in (("topic", 0.96), ("genre", 0.95), ("stance", 0.90)):
        ratings = {r["id"]: {str(k): v for k, v in enumerate(r["votes"][task])} for r in rows}
        alpha = agreement(ratings, rounds=300)[0]
        assert alpha.value == pytest.approx(said, abs=0.03)
        assert alpha.articles == 251
        _, found = aggregate(ratings, sorted({v for r in ratings.values() for v in r.values()}))
        assert all(found[r["id"]].label == r[task] for r in rows)
