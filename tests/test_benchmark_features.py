"""Features are scikit-learn's, whatever the workers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from presseschau.benchmark import features
from presseschau.benchmark.features import Blocks, Ngrams, Tfidf

TEXTS = [
    "Die neue Grafikkarte kostet 499 Euro – und „überzeugt“ im Test.",
    "Das Gericht kippt die Vorratsdatenspeicherung; das Gericht in Köln sieht es anders.",
    "Ein Ä, ein Ö, ein Ü: größer als ß? Die Karte kostet 5 €.",
    "die die die neue neue Karte",
    "x",
    "",
]
CHOICES = [
    Ngrams("word", (1, 2), 2, 0.7, None, sublinear=True),
    Ngrams("word", (1, 1)),
    Ngrams("word", (2, 3)),
    Ngrams("char_wb", (3, 5), 2, 1.0, None, sublinear=True),
    Ngrams("char_wb", (4, 5)),
    Ngrams("char_wb", (1, 2)),
]


def theirs(ngrams: Ngrams) -> TfidfVectorizer:
    return TfidfVectorizer(
        analyzer=ngrams.analyzer, ngram_range=ngrams.ngrams, min_df=ngrams.min_df, max_df=ngrams.max_df,
        sublinear_tf=ngrams.sublinear,
    )  # fmt: skip


def similarities(matrix):  # columns may stand in another order
    return (matrix @ matrix.T).toarray()


@pytest.mark.parametrize("ngrams", CHOICES, ids=str)
def test_rows_are_those_of_scikit_learn(ngrams: Ngrams) -> None:
    ours, reference = Tfidf(ngrams), theirs(ngrams)
    fitted, expected = ours.fit_transform(TEXTS, len(TEXTS), 1), reference.fit_transform(TEXTS)
    assert fitted.shape == expected.shape
    assert np.allclose(similarities(fitted), similarities(expected))
    new = ["Die Grafikkarte im Test", "völlig unbekannt", ""]
    both = np.asarray((ours.transform(new, 3, 1) @ fitted.T).toarray())
    assert np.allclose(both, (reference.transform(new) @ expected.T).toarray())


@given(st.lists(st.text(max_size=30), min_size=1, max_size=6), st.sampled_from(CHOICES[1:2] + CHOICES[4:]))
@settings(max_examples=60, deadline=None)
def test_any_text_has_the_same_rows(texts: list[str], ngrams: Ngrams) -> None:
    try:
        expected = theirs(ngrams).fit_transform(texts)
    except ValueError:  # nothing to count
        with pytest.raises(ValueError, match="n-gram"):
            Tfidf(ngrams).fit_transform(texts, len(texts), 1)
        return
    assert np.allclose(similarities(Tfidf(ngrams).fit_transform(texts, len(texts), 1)), similarities(expected))


def test_the_workers_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "_ALONE", 1)
    monkeypatch.setattr(features, "_CHUNK", 4)
    texts = [f"{TEXTS[i % 5]} Nummer {i} von vielen" for i in range(30)]

    def rows(workers: int):
        return Blocks(tuple(Tfidf(n) for n in CHOICES[:4])).fit_transform(lambda: iter(texts), len(texts), workers)

    one, two = rows(1), rows(2)
    assert (one != two).nnz == 0
    monkeypatch.setattr(features, "_CHUNK", 500)
    assert (one != rows(1)).nnz == 0


def test_the_most_frequent_features_are_kept() -> None:
    block = Tfidf(Ngrams("word", max_features=2))
    assert block.fit_transform(["eins eins zwei", "eins zwei drei"], 2, 1).shape == (2, 2)
    assert block.transform(["drei"], 1, 1).nnz == 0


@pytest.mark.parametrize("wrong", [{"ngrams": (0, 1)}, {"ngrams": (3, 2)}, {"analyzer": "char_wb", "ngrams": (3, 6)}])
def test_n_grams_that_can_not_be(wrong: dict) -> None:
    with pytest.raises(ValueError, match="ngrams"):
        Ngrams(**wrong)
