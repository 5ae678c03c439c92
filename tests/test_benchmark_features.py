"""Features are scikit-learn's, whatever the workers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import vstack
from sklearn.feature_extraction.text import TfidfVectorizer

from presseschau.benchmark import features
from presseschau.benchmark.features import Tfidf
from presseschau.benchmark.ngrams import Ngrams

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


def learn(ngrams: Ngrams, texts: Sequence[str]):
    tfidf = Tfidf((ngrams,))
    return tfidf, tfidf.learn(lambda: texts, len(texts), 1)


def similarities(matrix):  # columns may stand in another order
    return (matrix @ matrix.T).toarray()


@pytest.mark.parametrize("ngrams", CHOICES, ids=str)
def test_rows_are_those_of_scikit_learn(ngrams: Ngrams) -> None:
    reference = theirs(ngrams)
    (tfidf, fitted), expected = learn(ngrams, TEXTS), reference.fit_transform(TEXTS)
    assert fitted.shape == expected.shape
    assert fitted.dtype == np.float32
    assert np.allclose(similarities(fitted), similarities(expected), atol=1e-6)
    new = ["Die Grafikkarte im Test", "völlig unbekannt", ""]
    both = (vstack(list(tfidf.rows(new, 3, 1))) @ fitted.T).toarray()
    assert np.allclose(both, (reference.transform(new) @ expected.T).toarray(), atol=1e-6)


# Only of these does every character have a number of its own.
LETTERS = st.characters(max_codepoint=0x6FF) | st.characters(min_codepoint=0x2000, max_codepoint=0x22FF)


@given(st.lists(st.text(LETTERS, max_size=30), min_size=1, max_size=6), st.sampled_from(CHOICES[1:2] + CHOICES[4:]))
def test_any_text_has_the_same_rows(texts: list[str], ngrams: Ngrams) -> None:
    try:
        expected = theirs(ngrams).fit_transform(texts)
    except ValueError:  # nothing to count
        with pytest.raises(ValueError, match="n-gram"):
            learn(ngrams, texts)
        return
    assert np.allclose(similarities(learn(ngrams, texts)[1]), similarities(expected), atol=1e-6)


def test_blocks_stand_side_by_side_and_the_workers_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"{TEXTS[i % 5]} Nummer {i} von vielen" for i in range(30)]
    whole = sum(similarities(learn(ngrams, texts)[1]) for ngrams in CHOICES[:4])

    def rows(workers: int):
        tfidf = Tfidf(tuple(CHOICES[:4]))
        return tfidf.learn(lambda: iter(texts), len(texts), workers), vstack(
            list(tfidf.rows(texts, len(texts), workers))
        )

    at_once, again = rows(1)
    assert np.allclose(similarities(at_once), whole, atol=1e-5)
    assert (at_once != again).nnz == 0
    monkeypatch.setattr(features, "_ALONE", 1)
    monkeypatch.setattr(features, "_CHUNK", 4)
    monkeypatch.setattr(features, "_MERGED", 50)
    for part in rows(2):
        assert (part != at_once).nnz == 0


def test_the_most_frequent_features_are_kept() -> None:
    tfidf, rows = learn(Ngrams("word", max_features=2), ["eins eins zwei", "eins zwei drei"])
    assert rows.shape == (2, 2)
    assert next(tfidf.rows(["drei"], 1, 1)).nnz == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"ngrams": (0, 1)},
        {"ngrams": (3, 2)},
        {"analyzer": "char_wb", "ngrams": (3, 6)},
        {"min_df": -1},
        {"max_features": 0},
    ],
)
def test_n_grams_that_can_not_be(wrong: dict) -> None:
    with pytest.raises(ValueError, match=r"ngrams|needs"):
        Ngrams(**wrong)
