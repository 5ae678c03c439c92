"""Published numbers of 10kGNAD's test file, reproduced where the file is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import SHARED
from presseschau.benchmark.run import run
from test_benchmark_run import settings

KNOWN = {
    "plain": (0.781, 0.772, ["model=tfidf_word_svm", "model.C=1",
              "model.word={analyzer: word, ngrams: [1, 1], min_df: 1, max_df: 1.0, sublinear: false}"]),
    "word": (0.793, 0.779, ["model=tfidf_word_svm"]),
    "char": (0.812, 0.796, ["model=tfidf_char_svm"]),
    "word and char": (0.823, 0.814, ["model=tfidf_svm"]),
    "naive Bayes": (0.506, 0.365, ["model=multinomial_nb"]),
}  # fmt: skip


@pytest.mark.shared
@pytest.mark.parametrize("name", KNOWN)
def test_known_numbers_of_10kgnad(name: str, tmp_path: Path) -> None:
    """Ten stratified folds with seed 42, pooled out of fold."""
    path = SHARED / "bench" / "10kgnad_test.csv"
    if not path.is_file():
        pytest.skip("the file is not there")
    accuracy, macro_f1, overrides = KNOWN[name]
    options = ["dataset=csv", f"dataset.path={path}", "dataset.text=1", "dataset.label=0", "dataset.sep=';'",
               'dataset.quote="\'"', "protocol=cv", "folds=10", "seed=42", f"output.dir={tmp_path}"]  # fmt: skip
    found = run(settings(*options, *overrides)).results["metrics"]["cv"]
    assert found["accuracy"] == pytest.approx(accuracy, abs=0.003)
    assert found["macro_f1"] == pytest.approx(macro_f1, abs=0.003)
