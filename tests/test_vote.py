"""The margin vote: sums, ties, vetoes, silence."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presseschau.label.vote import Vote, analyse, decide, features_of, scores_of

CLASSES = ["mobile", "ai", "other"]
votes = st.lists(
    st.builds(
        Vote,
        st.sampled_from(["a", "b", "c"]),
        st.just("topic"),
        st.sampled_from(CLASSES),
        st.integers(-4, 8).map(float),
    )
)


def test_weights_against_a_class_count() -> None:
    rows = [
        Vote("title", "topic", "ai", 3.0),
        Vote("section", "topic", "ai", -2.5),
        Vote("lead", "topic", "mobile", 1.0),
    ]
    assert decide(rows, CLASSES, "other").label == "mobile"


def test_silence_gives_the_fallback_without_margin() -> None:
    decision = decide([], CLASSES, "other")
    assert (decision.label, decision.second, decision.margin, decision.agreement) == ("other", None, 0.0, 0.0)


def test_a_vote_for_an_unknown_class_is_an_error() -> None:
    with pytest.raises(KeyError):
        scores_of([Vote("title", "topic", "birds", 1.0)], CLASSES)


@given(votes)
def test_the_order_of_votes_does_not_matter(rows: list[Vote]) -> None:
    shuffled = rows.copy()
    random.Random(7).shuffle(shuffled)
    assert decide(rows, CLASSES, "other") == decide(shuffled, CLASSES, "other")


@given(votes)
def test_what_a_decision_says_about_itself_fits(rows: list[Vote]) -> None:
    decision = decide(rows, CLASSES, "other")
    assert decision.label in CLASSES
    assert decision.label != decision.second
    assert 0 <= decision.margin <= decision.score or decision.label == "other"
    assert 0 <= decision.agreement <= 1


def test_a_decision_keeps_what_every_class_got() -> None:
    decision = decide([Vote("t", "topic", "ai", 2.0), Vote("l", "topic", "mobile", -1.5)], CLASSES, "other")
    assert decision.scores == {"mobile": -1.5, "ai": 2.0, "other": 0.0}


def test_more_evidence_means_larger_features() -> None:
    weak = decide([Vote("t", "topic", "ai", 2.0), Vote("l", "topic", "mobile", 1.5)], CLASSES, "other")
    strong = decide([Vote("t", "topic", "ai", 9.0), Vote("l", "topic", "mobile", 1.5)], CLASSES, "other")
    assert all(features_of(strong)[name] > value for name, value in features_of(weak).items())


def test_analysis_counts_coverage_overlap_conflict_accuracy() -> None:
    articles = [
        [Vote("title", "topic", "ai", 3.0), Vote("lead", "topic", "ai", 1.0)],
        [Vote("title", "topic", "ai", 3.0), Vote("lead", "topic", "mobile", 1.0)],
        [Vote("lead", "topic", "mobile", 1.0)],
        [],
    ]
    lead, title = analyse(articles, ["ai", "ai", None, "other"])
    assert (lead.function, lead.coverage, lead.overlap, lead.conflict, lead.accuracy) == ("lead", 0.75, 0.5, 0.25, 0.5)
    assert (title.function, title.labels, title.coverage, title.accuracy) == ("title", ("ai",), 0.5, 1.0)
    assert analyse(articles)[0].accuracy is None
