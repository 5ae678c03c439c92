"""From sums to a stance."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presseschau.label.stance_fit import FOLDS, StanceRow, fit_stance, left_out
from presseschau.label.stance_model import (
    Features,
    genre_shares,
    likeliest,
    load_model,
    side_features,
    sign_features,
)

PLAIN = Features(praise=0.0, blame=0.0, lead=0.0, title=0.0, strong=0, own=20, judging=0)
PRAISE = replace(PLAIN, praise=14.0, blame=1.0, lead=3.0, title=1.0, strong=5, judging=7)
BLAME = replace(PLAIN, praise=1.0, blame=14.0, lead=3.0, title=-1.0, strong=5, judging=7)


@pytest.mark.parametrize(
    ("features", "genre", "stance"),
    [
        (PLAIN, "news", "neutral"),
        (PRAISE, "review", "favor"),
        (BLAME, "opinion", "against"),
        (PLAIN, "digest", "neutral"),
        (replace(PLAIN, praise=3.0, judging=2), "press_release", "favor"),
    ],
)
def test_clear_cases(features: Features, genre: str, stance: str) -> None:
    assert load_model().decide(features, genre)[0] == stance


def test_news_need_more_than_a_review() -> None:
    some = replace(PLAIN, praise=4.0)
    model = load_model()
    assert model.probabilities(some, "news")["favor"] < model.probabilities(some, "review")["favor"]
    assert model.decide(some, "news")[0] == "neutral"


@pytest.mark.parametrize("genre", ["review", "opinion", "deal", "press_release"])
def test_a_genre_alone_takes_no_side(genre: str) -> None:
    stance, confidence = load_model().decide(PLAIN, genre)
    assert stance == "neutral"
    assert confidence < 0.6  # such a text has a verdict, which was not found
    assert load_model().decide(replace(PLAIN, title=1.0), genre)[0] == "favor"


def test_an_unknown_genre_is_read_as_a_report() -> None:
    assert load_model().probabilities(PRAISE, "obituary") == load_model().probabilities(PRAISE, "news")


def test_both_sides_without_a_decision_are_mixed() -> None:
    model = replace(load_model(), favor_sides=1.0, side={"always": 0.0})
    both = replace(PLAIN, praise=6.0, blame=5.0)
    undecided = replace(model, side={"background": -1.0})
    assert undecided.decide(both, "feature")[0] == "mixed"
    assert undecided.decide(replace(both, blame=1.0), "feature")[0] == "neutral"
    assert undecided.decide(replace(both, praise=0.6, blame=0.5), "feature")[0] == "neutral"
    assert undecided.decide(both, "news")[0] in ("favor", "against", "neutral")


def test_a_review_that_says_much_on_both_sides_is_mixed() -> None:
    model = replace(load_model(), sign={"balance": 2.0})
    both = replace(PLAIN, praise=7.0, blame=6.0, own=16, judging=6)
    assert model.decide(both, "review")[0] == "mixed"
    assert model.decide(both, "news")[0] != "mixed"
    assert model.decide(replace(both, blame=3.0), "review")[0] == "favor"  # less than a third of the whole
    assert model.decide(replace(both, own=100), "review")[0] == "against"  # so many sentences hold some by chance


amounts = st.floats(0, 60)
counts = st.integers(0, 200)


@given(
    st.builds(Features, amounts, amounts, amounts, st.floats(-3, 3), counts, counts, counts),
    st.sampled_from(["news", "opinion", "review", "howto", "deal"]),
)
def test_probabilities_are_a_distribution(features: Features, genre: str) -> None:
    found = load_model().probabilities(features, genre)
    assert sum(found.values()) == pytest.approx(1.0)
    assert all(0 <= p <= 1 for p in found.values())
    assert 0 < load_model().decide(features, genre)[1] < 1
    shares = load_model().group_shares(genre)
    assert all(-1 <= v <= 1 for v in sign_features(features, shares).values())
    assert all(0 <= v <= 10 for v in side_features(features, shares).values())


def test_confidence_rises_with_the_probability_and_is_calibrated_apart_from_it() -> None:
    model = load_model()
    more, less = (model.decide(replace(PRAISE, lead=lead), "feature") for lead in (3.0, 0.5))
    assert more[0] == less[0] == "favor"
    assert more[1] > less[1]
    as_it_is = replace(model, sure={"intercept": 0.0, "slope": 1.0})
    assert as_it_is.decide(PRAISE, "review")[1] == pytest.approx(model.probabilities(PRAISE, "review")["favor"])


ROWS = [StanceRow(PRAISE, "feature", "favor"), StanceRow(BLAME, "feature", "against")]
PLAIN_ROW = StanceRow(PLAIN, "feature", "neutral")


def test_fit_learns_the_sides() -> None:
    rows = [*ROWS, PLAIN_ROW] * 10
    model = fit_stance(rows, "thirty made-up articles", load_model())
    assert [model.decide(f, "feature")[0] for f in (PRAISE, BLAME, PLAIN)] == ["favor", "against", "neutral"]
    assert model.articles == 30
    assert model == fit_stance(rows, "thirty made-up articles", load_model())


@pytest.mark.parametrize("stances", [["favor"], ["favor", "favor"], ["against", "neutral"]])
def test_fit_refuses_what_it_cannot_learn_from(stances: list[str]) -> None:
    with pytest.raises(ValueError, match="both sides"):
        fit_stance([StanceRow(PRAISE, "review", stance) for stance in stances], "two", load_model())


def test_an_article_teaches_no_model_that_it_is_scored_with() -> None:
    rows = [*ROWS, PLAIN_ROW] * 10
    other = [rows[0], rows[1]._replace(stance="favor"), *rows[2:]]
    before, after = ([model for _, model in left_out(part, load_model())] for part in (rows, other))
    assert [row for row, _ in left_out(rows, load_model())] == [row for k in range(FOLDS) for row in rows[k::FOLDS]]
    folds = [k for k in range(FOLDS) for _ in rows[k::FOLDS]]
    assert [one == two for one, two in zip(before, after, strict=True)] == [k == 1 for k in folds]


def test_further_articles_teach_the_weights_and_are_not_the_reference() -> None:
    rows = [*ROWS, PLAIN_ROW] * 10
    praised = StanceRow(replace(PLAIN, praise=3.0, judging=2), "news", "favor")
    alone, more = (fit_stance(rows, "thirty", load_model(), [praised] * n) for n in (0, 30))
    assert more.side["report"] > alone.side["report"]
    assert more.articles == alone.articles == 30
    # What is right or wrong about them is in the calibration, too: of these, half are not what they look like.
    odd = [row._replace(stance=stance) for row in [praised] * 10 for stance in ("neutral", "against")]
    sure = [fit_stance(rows, "thirty", load_model(), part).decide(PRAISE, "news")[1] for part in ([], odd)]
    assert sure[1] < sure[0] - 0.1


def test_an_article_between_two_genres_is_read_as_something_of_both() -> None:
    model = load_model()
    some = replace(PLAIN, praise=6.0, judging=3)
    news, between, opinion = (
        model.probabilities(some, genre)["neutral"] for genre in ("news", {"news": 0.6, "opinion": 0.4}, "opinion")
    )
    assert news - 0.1 > between > opinion + 0.1
    assert model.probabilities(some, {"news": 1.0, "opinion": 0.0}) == model.probabilities(some, "news")


def test_genre_shares_follow_the_scores() -> None:
    shares = genre_shares({"news": 6.0, "opinion": 6.0, "review": 2.0, "deal": -40.0})
    assert sum(shares.values()) == pytest.approx(1.0)
    assert shares["news"] == shares["opinion"] > 5 * shares["review"]
    assert shares["deal"] < 1e-9
    assert likeliest(shares) == "news"
    assert genre_shares({"news": 0.0, "opinion": 900.0})["opinion"] == 1.0  # no overflow


def test_blame_weighs_more_than_the_more_frequent_praise() -> None:
    shares = load_model().group_shares("opinion")
    alike = replace(PLAIN, praise=4.0, blame=4.0)
    assert sign_features(alike, shares)["balance"] < -0.1
    assert sign_features(replace(alike, praise=8.0), shares)["balance"] > 0.1


def test_more_evaluation_never_takes_a_side_less() -> None:
    shares = load_model().group_shares("feature")
    densities = [side_features(replace(PLAIN, praise=amount), shares)["density"] for amount in (0, 1, 9, 30, 60, 90)]
    assert densities == sorted(densities)
    assert densities[-1] == densities[-2] == 4.0


def test_the_model_says_where_it_comes_from() -> None:
    assert load_model().articles > 0
    assert load_model().reference


def test_rules_are_checked() -> None:
    with pytest.raises(ValueError, match="favor_sides"):
        replace(load_model(), favor_sides=0.5)
    for share in (0.0, 1.5):
        with pytest.raises(ValueError, match="mixed_share"):
            replace(load_model(), mixed_share=share)
    with pytest.raises(ValueError, match="torn"):
        replace(load_model(), torn=0.6)


def test_no_side_is_taken_that_nothing_speaks_for() -> None:
    model = replace(load_model(), side={"always": 0.0, "density": 9.0}, sign={"always": 9.0})  # favor, whatever is said
    blamed = replace(PLAIN, blame=4.0, own=1, judging=1)
    assert model.decide(blamed, "news")[0] == "neutral"
    assert model.decide(replace(blamed, praise=1.0), "news")[0] == "favor"
    assert model.decide(replace(blamed, title=1.0), "news")[0] == "favor"
