"""The command from end to end: protocols, resume, search, leaderboard, comparisons, and mistakes in one line."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf
from sklearn.metrics import accuracy_score, f1_score

from conftest import ROOT, run_script
from presseschau.benchmark import features
from presseschau.benchmark import run as run_module
from presseschau.benchmark.compare import compare
from presseschau.benchmark.leaderboard import publish
from presseschau.benchmark.measure import cost
from presseschau.benchmark.run import Outcome, run
from presseschau.benchmark.search import candidates, with_options
from presseschau.benchmark.settings import Settings, Uncertainty, settings_from
from presseschau.config import ConfigError
from test_benchmark_load import article, dataset
from test_benchmark_models import WORDS

SURE = Uncertainty(bootstrap=50, permutations=99)


def settings(*overrides: str) -> Settings:
    with initialize_config_dir(str(ROOT / "configs"), version_base="1.3"):
        config = compose("benchmark", overrides=["uncertainty.bootstrap=50", "workers=1", *overrides])
    plain = OmegaConf.to_container(config, resolve=True)
    assert isinstance(plain, dict)
    return settings_from({str(k): v for k, v in plain.items()})


def texts(count: int, start: int = 0) -> Iterator[tuple[str, str]]:
    names = ("ai", "hardware")
    for i in range(start, start + count):
        label = names[i % 2]
        own = WORDS[label].split()
        other = WORDS[names[(i + 1) % 2]].split()
        yield label, f"Bericht {i}: {own[i % 5]} und {own[(i * 3) % 5]}, am Rande {other[(i * 7) % 5]}."


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A dataset with all splits, labelled by rules, some of its test rows validated by people."""

    def rows(count: int, start: int, **more: Any) -> list[dict[str, Any]]:
        return [
            article(
                i, text=text, title=f"Meldung {i}", topic=("hardware", "ai").index(label), topic_source="rules", **more
            )
            for i, (label, text) in enumerate(texts(count, start), start=start)
        ]

    people = [r | {"label_role": "validation", "topic_source": "human"} for r in rows(6, 90)]
    return dataset(
        tmp_path / "d",
        {"train": rows(40, 0), "validation": rows(10, 40), "test": rows(20, 50) + people, "test_temporal": rows(10, 70),
         "test_publisher": rows(10, 80)},
    )  # fmt: skip


def ran(published: Path, tmp_path: Path, *overrides: str) -> Outcome:
    return run(settings(f"dataset.path={published}", f"output.dir={tmp_path / 'out'}", *overrides))


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    path = tmp_path / "daten.csv"
    path.write_text("".join(f"{label};'{text}'\n" for label, text in texts(60)), encoding="utf-8")
    return path


def test_results_name_all_that_the_contract_promises(published: Path, tmp_path: Path) -> None:
    outcome = ran(published, tmp_path, "model=tfidf_word_svm", "learning_curve=[0.5]", "seeds=2")
    found = outcome.results
    assert (found["model"], found["task"], found["protocol"]) == ("tfidf_word_svm", "topic", "splits")
    assert len(found["test_sha256"]) == 64
    assert list(found["metrics"]) == ["test", "test_temporal", "test_publisher"]
    assert found["labels"]["train"] == ["hardware", "ai"]
    assert found["labels"]["sources"]["test"] == {"human": 6, "rules": 20}
    assert found["validated"]["test"]["articles"] == 6
    assert list(found["gaps"]) == ["test_temporal", "test_publisher"]
    assert {p["share"] for p in found["learning_curve"]} == {0.5}
    assert found["masked"]["test"]["macro_f1"] < found["metrics"]["test"]["macro_f1"]
    assert found["measured"]["peak_memory_mb"] > 0
    text = json.dumps(found)
    assert str(tmp_path) not in text
    stored = json.loads((outcome.folder / "results.json").read_bytes())
    assert stored["metrics"] == found["metrics"]


def test_predictions_give_the_scores_again(published: Path, tmp_path: Path) -> None:
    outcome = ran(published, tmp_path, "model=multinomial_nb")
    table = pq.read_table(outcome.folder / "predictions.parquet").to_pandas()
    labels = json.loads(pq.read_schema(outcome.folder / "predictions.parquet").metadata[b"labels"])
    for split, metrics in outcome.results["metrics"].items():
        part = table[table["split"] == split]
        assert accuracy_score(part["label"], part["predicted"]) == pytest.approx(metrics["accuracy"], abs=1e-6)
        expected = f1_score(
            part["label"], part["predicted"], labels=["hardware", "ai"], average="macro", zero_division=0
        )
        assert expected == pytest.approx(metrics["macro_f1"], abs=1e-6)
        best = [labels[np.argmax(row)] for row in part["probabilities"]]
        assert best == part["predicted"].tolist()


def test_train_alone_decides_and_the_test_articles_decide_nothing(published: Path, tmp_path: Path) -> None:
    first = ran(published, tmp_path, "model=tfidf_word_svm").results["metrics"]["test_temporal"]
    path = published / "data/test-00000-of-00001.parquet"
    table = pq.read_table(path)
    turned = pa.array([1 - v for v in table.column("topic").to_pylist()], pa.int64())
    pq.write_table(table.set_column(table.column_names.index("topic"), table.field("topic"), turned), path)
    again = ran(published, tmp_path, "model=tfidf_word_svm")
    assert not again.reused
    assert again.results["metrics"]["test_temporal"] == first


def test_a_finished_run_is_not_repeated_and_another_config_is_another_run(published: Path, tmp_path: Path) -> None:
    first = ran(published, tmp_path, "model=majority")
    assert not first.reused
    assert ran(published, tmp_path, "model=majority", "workers=2").reused
    assert not ran(published, tmp_path, "model=majority", "clean=true").reused
    other = ran(published, tmp_path, "model=majority", "text.max_chars=20")
    assert not other.reused
    assert other.folder != first.folder
    assert other.results["test_sha256"] == first.results["test_sha256"]
    (first.folder / "results.json").write_text("{", encoding="utf-8")
    assert not ran(published, tmp_path, "model=majority").reused


def test_an_interrupted_run_goes_on_where_it_stopped(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = ran(published, tmp_path / "a", "model=stratified").results
    fits, real = [], run_module.fitted

    def stopping(*arguments: Any, **options: Any) -> Any:
        fits.append(options["seed"])
        if len(fits) == 3:
            raise KeyboardInterrupt
        return real(*arguments, **options)

    monkeypatch.setattr(run_module, "fitted", stopping)
    with pytest.raises(KeyboardInterrupt):
        ran(published, tmp_path / "b", "model=stratified")
    resumed = ran(published, tmp_path / "b", "model=stratified")
    assert fits == [0, 1, 2, 2, 3, 4]  # the two that were done are not done again
    assert {k: v for k, v in resumed.results.items() if k != "measured"} == {
        k: v for k, v in whole.items() if k != "measured"
    }
    assert not (resumed.folder / "units").exists()


def test_a_random_model_runs_with_several_seeds(published: Path, tmp_path: Path) -> None:
    found = ran(published, tmp_path, "model=stratified", "seed=7").results
    assert found["seeds"] == [7, 8, 9, 10, 11]
    each = [s["macro_f1"] for s in found["metrics"]["test"]["seeds"]]
    assert len(set(each)) > 1
    assert found["metrics"]["test"]["macro_f1"] == pytest.approx(np.mean(each), abs=1e-6)
    assert found["metrics"]["test"]["std"]["macro_f1"] > 0


def test_runs_that_differ_in_their_learning_curve_alone_are_one_line(published: Path, tmp_path: Path) -> None:
    for curve in ("[]", "[0.5]"):
        outcome = ran(published, tmp_path, "model=multinomial_nb", f"learning_curve={curve}", "seeds=2")
        publish(tmp_path / "out", outcome.folder, SURE, 0)
    text = (tmp_path / "out/leaderboard.md").read_text(encoding="utf-8")
    assert "| 1 | multinomial_nb | " in text
    assert "| 2 | " not in text
    assert "-curve.png" in text


def test_a_search_counts_features_once(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    learnt: list[int] = []
    real = features.Tfidf.learn

    def spy(self: features.Tfidf, *arguments: Any) -> Any:
        learnt.append(1)
        return real(self, *arguments)

    monkeypatch.setattr(features.Tfidf, "learn", spy)
    found = ran(published, tmp_path, "model=multinomial_nb", "search=grid").results
    assert len(found["search"]["tried"]) == 5
    assert len(learnt) == 2  # once for the search, and once for the fit whose time is reported
    ran(published, tmp_path, "model=tfidf_word_svm", "search=random", "budget=3", "text.max_chars=500")
    assert len(learnt) == 4


def test_search_chooses_on_validation(published: Path, tmp_path: Path) -> None:
    found = ran(published, tmp_path, "model=multinomial_nb", "search=grid").results
    tried = found["search"]["tried"]
    assert len(tried) == 5
    best = max(tried, key=lambda t: t["macro_f1"])
    assert found["search"]["chosen"] == best["options"]
    assert found["validation"]["macro_f1"] == best["macro_f1"]
    drawn = ran(published, tmp_path, "model=multinomial_nb", "search=random", "budget=2").results
    assert len(drawn["search"]["tried"]) == 2


def test_the_settings_that_a_search_tries() -> None:
    model = {"name": "m", "C": 2, "word": {"min_df": 1}, "space": {"C": [1, 2], "word.min_df": [1, 3]}}
    grid = candidates(model, "grid", 4, 0)
    assert grid[0] == {"C": 2, "word.min_df": 1}
    assert len(grid) == 4
    assert with_options(model, grid[-1])["word"] == {"min_df": 3}
    assert candidates(model, "random", 3, 0) == candidates(model, "random", 3, 0)
    with pytest.raises(ConfigError, match="the grid has 4 settings: say budget=4"):
        candidates(model, "grid", 3, 0)
    with pytest.raises(ConfigError, match="has nothing to search"):
        candidates({"name": "m"}, "grid", 3, 0)


def test_folds_predict_every_article_once(labelled: Path, tmp_path: Path) -> None:
    options = ["dataset=csv", f"dataset.path={labelled}", "dataset.text=1", "dataset.label=0", "dataset.sep=';'",
               'dataset.quote="\'"', "protocol=cv", "folds=5", f"output.dir={tmp_path}"]  # fmt: skip
    outcome = run(settings(*options, "model=multinomial_nb"))
    table = pq.read_table(outcome.folder / "predictions.parquet")
    assert sorted(map(int, table.column("id").to_pylist())) == list(range(60))
    assert set(table.column("split").to_pylist()) == {"cv"}
    assert outcome.results["metrics"]["cv"]["accuracy"] > 0.6
    other = run(settings(*options, "model=multinomial_nb", "seed=3"))
    assert other.results["test_sha256"] == outcome.results["test_sha256"]
    with pytest.raises(ConfigError, match=r"fewer than folds=40: say folds=30"):
        run(settings(*options, "folds=40"))


def test_runs_of_a_folder_share_a_leaderboard(published: Path, tmp_path: Path) -> None:
    for model in ("majority", "tfidf_word_svm", "keywords"):
        outcome = ran(published, tmp_path, f"model={model}")
        publish(tmp_path / "out", outcome.folder, SURE, 0)
    text = (tmp_path / "out/leaderboard.md").read_text(encoding="utf-8")
    assert "Articles that people validated" in text
    assert text.index("validated") < text.index("All test articles")
    rows = [line for line in text.split("All test articles")[1].splitlines() if line.startswith("| ")]
    assert [r.split("|")[1].strip() for r in rows[1:4]] == ["1", "2", "–"]
    assert "tfidf_word_svm" in rows[1]
    assert "keywords (these labels are its own)" in rows[3]
    validated = [line for line in text.split("All test articles")[0].splitlines() if "keywords" in line]
    assert validated[0].split("|")[1].strip().isdigit()  # against people it is ranked
    assert "Labels of test: 6 by human, 20 by rules" in text
    assert "### The gap" in text
    assert "McNemar" in text
    page = (tmp_path / "out/leaderboard.html").read_text(encoding="utf-8")
    assert page.count("data:image/png;base64,") == 4
    assert "http" not in page
    assert {p.name.split("-")[-1] for p in (tmp_path / "out/plots").iterdir()} == {
        "gap.png", "classes.png", "confusion.png", "cost.png"
    }  # fmt: skip
    first = (tmp_path / "out/leaderboard.md").read_bytes()
    publish(tmp_path / "out", outcome.folder, SURE, 0)
    assert (tmp_path / "out/leaderboard.md").read_bytes() == first


def test_two_runs_are_compared_on_the_same_articles_only(published: Path, tmp_path: Path) -> None:
    one = ran(published, tmp_path, "model=majority").folder
    two = ran(published, tmp_path, "model=multinomial_nb").folder
    text = compare([str(one), str(two)], tmp_path / "c", SURE, 0)
    assert "| test | majority | multinomial_nb |" in text
    rows = json.loads((tmp_path / "c/comparison.json").read_bytes())
    assert [r["split"] for r in rows] == ["test", "test_temporal", "test_publisher"]
    assert all(r["p_mcnemar_holm"] >= r["p_mcnemar"] for r in rows)
    (published / "data/test_temporal-00000-of-00001.parquet").unlink()
    other = ran(published, tmp_path, "model=majority").folder
    with pytest.raises(ConfigError, match="majority and multinomial_nb can't be compared"):
        compare([str(other), str(two)], tmp_path / "c", SURE, 0)
    with pytest.raises(ConfigError, match="needs two runs"):
        compare([str(one)], tmp_path / "c", SURE, 0)
    with pytest.raises(ConfigError, match="no finished run"):
        compare([str(tmp_path), str(one)], tmp_path / "c", SURE, 0)


def test_cost_is_measured() -> None:
    with cost() as found:
        held = np.ones(30_000_000)
    assert held.sum() > 0
    assert found.seconds > 0
    assert found.peak_bytes > 200_000_000


@pytest.mark.parametrize("task", ["topic", "genre", "stance"])
def test_the_command_on_a_built_dataset(sample: Path, task: str, tmp_path: Path) -> None:
    done = run_script(
        "benchmark", f"dataset={sample}", f"task={task}", "model=tfidf_word_svm", f"output.dir={tmp_path}"
    )
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "results.json").read_bytes())
    assert found["task"] == task
    assert found["metrics"]
    assert (tmp_path / "predictions.parquet").is_file()
    assert (tmp_path / "leaderboard.md").is_file()
    if task == "stance":
        assert {"stance3", "f1_favor_against", "by_genre"} <= set(found["metrics"]["test"])


def test_a_folder_may_have_any_name(sample: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(sample, tmp_path / "Lauf, seed=2 [a]")
    done = run_script(
        "benchmark", f"dataset={folder}", "task=topic", "model=majority", f"output.dir={tmp_path / 'o, 1'}"
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "o, 1" / "results.json").is_file()


def test_the_command_on_a_csv_as_a_shell_gives_it(labelled: Path, tmp_path: Path) -> None:
    done = run_script(
        "benchmark", "dataset=csv", f"dataset.path={labelled}", "dataset.text=1", "dataset.label=0", "dataset.sep=;",
        "dataset.quote='", "protocol=cv", "folds=3", "--multirun", "model=majority,multinomial_nb",
        f"output.dir={tmp_path / 'o'}",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "o/runs").iterdir())) == 2
    assert not (ROOT / "multirun.yaml").exists()
    assert not (tmp_path / "o/multirun.yaml").exists()


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ([], "dataset.path is missing: say dataset.path=…"),
        (["dataset=/no/such"], "dataset=/no/such: there is no such folder"),
        (["dataset=user/data"], "dataset=user/data is no folder here and can't be had from the Hub"),
        (["dataset=x.csv"], "dataset.path=x.csv: there is no such file"),
        (["dataset=a, b.csv", "dataset.test=c, d.csv"], "dataset.path=a, b.csv: there is no such file"),
        (["dataset=/tmp", "model=svm"], "model=svm is not known: "),
        (["dataset=/tmp", "task=tpic"], "task=tpic is not known: did you mean topic?"),
        (["dataset=/tmp", "search=grid", "protocol=cv"], "search needs a validation split"),
        (["dataset=/tmp", "folds=1"], "folds=1 must be at least 2"),
        (["dataset=/tmp", "action=compar"], "action=compar is not known"),
        (["dataset=/tmp", "learning_curve=[10]"], "learning_curve takes shares"),
        (["dataset=/tmp", "model=transformer"], "model.path is missing"),
    ],
)
def test_mistakes_exit_with_2_and_one_line(overrides: list[str], message: str, tmp_path: Path) -> None:
    done = run_script("benchmark", *overrides, f"output.dir={tmp_path}")
    assert done.returncode == 2, done.stderr
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_script_from_the_sample_to_a_plotted_leaderboard(sample: Path, tmp_path: Path) -> None:
    """docs/leaderboard.py, as docs/benchmark.md says it step by step."""
    shutil.copytree(sample, tmp_path / "data/build/presseschau-sample/dataset")
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs/leaderboard.py")], cwd=tmp_path, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    out = tmp_path / "data/benchmark"
    text = (out / "leaderboard.md").read_text(encoding="utf-8")
    assert text.index("**The gap.**") < text.index("-gap.png") < text.index("| 1 | ")
    drawn = sorted(path.name.rpartition("-")[2] for path in (out / "plots").iterdir())
    assert drawn == ["classes.png", "confusion.png", "cost.png", "curve.png", "gap.png"]
    assert (out / "leaderboard.html").read_text(encoding="utf-8").count("data:image/png;base64,") == 5
    assert (out / "comparison.md").is_file()
    said = (ROOT / "docs/benchmark.md").read_text(encoding="utf-8").replace("\\\n", " ")
    for command in re.findall(r"^python (scripts/\S+ .*)$", done.stdout, re.MULTILINE):
        typed = set(shlex.split(command))
        assert any(typed <= set(shlex.split(line)) | {"output.dir=data/benchmark", "task=topic"} for line in said.splitlines()
                   if line.startswith(".venv/bin/python")), command  # fmt: skip
