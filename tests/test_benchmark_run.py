"""The command from end to end: protocols, resume, search, leaderboard, comparisons, and mistakes in one line."""

from __future__ import annotations

import fcntl
import json
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
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
from presseschau.benchmark import features, plots, tables
from presseschau.benchmark import run as run_module
from presseschau.benchmark.compare import Finished, compare, open_runs
from presseschau.benchmark.compare import tested as compared  # pytest would take it for a test
from presseschau.benchmark.leaderboard import grouped, publish
from presseschau.benchmark.measure import cost
from presseschau.benchmark.run import Outcome, run
from presseschau.benchmark.search import candidates, with_options
from presseschau.benchmark.settings import Settings, Uncertainty, settings_from
from presseschau.benchmark.units import fitted
from presseschau.config import ConfigError
from test_benchmark_load import article, dataset
from test_benchmark_models import WORDS

SURE = Uncertainty(bootstrap=50, permutations=99)


def settings(*overrides: str) -> Settings:
    quoted = [re.sub(r"=(/.*)", r"='\1'", override) for override in overrides]  # a path may hold anything
    with initialize_config_dir(str(ROOT / "configs"), version_base="1.3"):
        config = compose("benchmark", overrides=["uncertainty.bootstrap=50", "workers=1", *quoted])
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
    outcome = ran(published, tmp_path, "model=tfidf_word_svm", "learning_curve=[0.5,0.5]", "seeds=2")
    found = outcome.results
    assert (found["model"], found["task"], found["protocol"]) == ("tfidf_word_svm", "topic", "splits")
    assert len(found["test_sha256"]) == 64
    assert list(found["metrics"]) == ["test", "test_temporal", "test_publisher"]
    assert found["labels"]["train"] == ["hardware", "ai"]
    assert found["labels"]["sources"]["test"] == {"human": 6, "rules": 20}
    assert found["validated"]["test"]["articles"] == 6
    assert list(found["gaps"]) == ["test_temporal", "test_publisher"]
    assert [p["share"] for p in found["learning_curve"]] == [0.5, 0.5]  # one for each seed
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
    fits.clear()
    with pytest.raises(KeyboardInterrupt):
        ran(published, tmp_path / "b", "model=stratified", "clean=true")
    left = ran(published, tmp_path / "b", "model=stratified")  # what was finished is not lost
    assert (left.reused, left.results) == (True, resumed.results)


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
    for space in (3, {"C": 3}, {"C": []}):
        with pytest.raises(ConfigError, match="a list of values for each option"):
            candidates({"C": 1, "space": space}, "grid", 10, 0)
    model = {"name": "m", "C": 2, "word": {"min_df": 1}, "space": {"C": [1, 2], "word.min_df": [1, 3]}}
    grid = candidates(model, "grid", 4, 0)
    assert grid[0] == {"C": 2, "word.min_df": 1}
    assert len(grid) == 4
    assert with_options(model, grid[-1])["word"] == {"min_df": 3}
    assert candidates(model, "random", 3, 0) == candidates(model, "random", 3, 0)
    assert all(candidates(model, "random", 2, seed)[0] == grid[0] for seed in range(9))
    assert len(candidates(model, "random", 1, 0)) == 1
    assert len(candidates(model | {"C": 7}, "random", 3, 0)) == 3
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


def test_copies_and_clusters_stay_in_one_fold(labelled: Path, tmp_path: Path) -> None:
    rows = "".join(f"{label};{text};{i % 7}\n" for i, (label, text) in enumerate(texts(60)))
    labelled.write_text(rows, encoding="utf-8")
    options = ["dataset=csv", f"dataset.path={labelled}", "dataset.text=1", "dataset.label=0", "dataset.sep=';'"]
    options += ["folds=4", f"output.dir={tmp_path / 'out'}", "model=multinomial_nb"]
    plain = run(settings(*options))
    grouped = run(settings(*options, "dataset.cluster=2"))
    assert not grouped.reused
    assert grouped.results["metrics"] != plain.results["metrics"]
    assert grouped.results["splits"]["cv"]["clusters"] == 7
    with pytest.raises(ConfigError, match="7 clusters, fewer than folds=8"):
        run(settings(*options, "dataset.cluster=2", "folds=8"))
    with pytest.raises(ConfigError, match="a fold trains on a single class"):
        run(settings(*options, "dataset.cluster=0", "folds=2"))
    labelled.write_text(2 * rows, encoding="utf-8")  # every text twice
    corpus = run_module.load(settings(*options).dataset, "topic")
    plan = run_module.Plan.of(settings(*options), corpus, "cv")
    for train, test in plan.folds(corpus.splits["train"], corpus.y):
        assert not set(train % 60) & set(test % 60)


def test_what_people_validated_trains_in_no_fold(published: Path, tmp_path: Path) -> None:
    done = settings(f"dataset.path={published}", f"output.dir={tmp_path}", "protocol=cv", "folds=5")
    corpus = run_module.load(done.dataset, "topic", pooled=True)
    rows = corpus.splits["train"]
    assert len(rows) == 96
    people = np.array([role == "validation" for role in corpus.values("label_role", rows)])
    folds = run_module.Plan.of(done, corpus, "cv").folds(rows, corpus.y)
    assert people.sum() == 6
    assert not any(people[train].any() for train, _ in folds)
    assert sorted(i for _, test in folds for i in test) == list(range(96))


def test_a_run_is_known_by_what_stands_beside_the_articles(published: Path, tmp_path: Path) -> None:
    assert not ran(published, tmp_path, "model=publisher_only").reused
    path = published / "data/train-00000-of-00001.parquet"
    table = pq.read_table(path)
    names = pa.array([f"p{i % 2}.de" for i in range(table.num_rows)], pa.string())
    pq.write_table(table.set_column(table.column_names.index("publisher"), table.field("publisher"), names), path)
    assert not ran(published, tmp_path, "model=publisher_only").reused


def test_models_of_one_name_in_two_folders_are_two_lines(published: Path, tmp_path: Path) -> None:
    classes = [{"key": key, "name": key, "definition": f"Alles von {key}."} for key in ("hardware", "ai")]
    for i in (1, 2):
        (tmp_path / f"{i}").mkdir()
        data = {"name": "s", "topic": {"classes": [c | {"terms": f"Wort{i}{c['key']}"} for c in classes]}}
        (tmp_path / f"{i}/s.yaml").write_text(json.dumps(data), encoding="utf-8")
    one, two = (ran(published, tmp_path, "model=keywords", f"model.scheme={tmp_path / i / 's.yaml'}") for i in "12")
    assert not two.reused
    assert one.results["config"]["model"]["scheme"] == "s.yaml"
    assert len(open_runs([str(tmp_path / "out")])) == 2
    shutil.copytree(tmp_path / "1", tmp_path / "3")
    assert ran(published, tmp_path, "model=keywords", f"model.scheme={tmp_path / '3/s.yaml'}").reused


def test_runs_of_one_model_are_told_apart_by_their_options(published: Path, tmp_path: Path) -> None:
    ran(published, tmp_path, "model=tfidf_word_svm")
    ran(published, tmp_path, "model=tfidf_word_svm", "model.C=4")
    ran(published, tmp_path, "model=majority")
    names = sorted(r.name for r in open_runs([str(tmp_path / "out")]))
    assert [re.sub(", [0-9a-f]{6}", "", name) for name in names] == [
        "majority", "tfidf_word_svm (C=0.5)", "tfidf_word_svm (C=4)"
    ]  # fmt: skip


def test_a_damaged_run_holds_nothing_up_and_is_made_anew(
    published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = (ran(published, tmp_path, f"model={model}") for model in ("majority", "multinomial_nb"))
    for name, data in (("results.json", b"{}"), ("results.json", b'{"sch'), ("predictions.parquet", b"PAR1")):
        (bad.folder / name).write_bytes(data)
        publish(tmp_path / "out", good.folder, SURE, 0)
        assert f"{bad.folder} is damaged" in capsys.readouterr().err
        again = ran(published, tmp_path, "model=multinomial_nb")
        assert not again.reused
    publish(tmp_path / "out", good.folder, SURE, 0)
    for file in (tmp_path / "out/significance").iterdir():
        file.write_bytes(b"{")
    (tmp_path / "out/plots/eigenes.png").write_bytes(b"x")
    publish(tmp_path / "out", good.folder, SURE, 0)
    assert (tmp_path / "out/plots/eigenes.png").is_file()
    assert "multinomial_nb" in (tmp_path / "out/leaderboard.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "edit",
    [
        lambda found, _: found["metrics"]["test"].update(macro_f1=0.99),
        lambda found, _: found["metrics"]["test_publisher"].update(accuracy=0.99),
        lambda found, _: found["metrics"]["test"].update(macro_f1=None),
        lambda found, _: found.pop("gaps"),
        lambda found, _: found.update(model="<b>best</b> | 1.0"),
        lambda found, _: found.update(task="../../etc"),
        lambda found, _: found.update(seeds=[]),
        lambda found, _: found["labels"].update(train=["no", "such"]),
        lambda _, rows: rows.pop(0),
        lambda _, rows: rows.append(rows[0]),
        lambda _, rows: [row.update(predicted="no such label") for row in rows],
        lambda _, rows: [row.pop("predicted") for row in rows],
        lambda _, rows: [row.update(seed="0") for row in rows],
    ],
)
def test_a_run_whose_scores_are_not_those_of_its_predictions_is_left_out(
    published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], edit: Callable[[Any, Any], Any]
) -> None:
    good, bad = (
        ran(published, tmp_path, f"model={model}", "masked=false").folder for model in ("majority", "stratified")
    )
    found = json.loads((bad / "results.json").read_bytes())
    rows = pq.read_table(bad / "predictions.parquet").to_pylist()
    edit(found, rows)
    (bad / "results.json").write_text(json.dumps(found), encoding="utf-8")
    pq.write_table(pa.Table.from_pylist(rows), bad / "predictions.parquet")
    publish(tmp_path / "out", good, SURE, 0)
    assert f"{bad} is damaged or edited" in capsys.readouterr().err
    assert "stratified" not in (tmp_path / "out/leaderboard.md").read_text(encoding="utf-8")


def test_a_damaged_fit_is_fitted_again(published: Path, tmp_path: Path) -> None:
    whole = ran(published, tmp_path, "model=stratified")
    (whole.folder / "results.json").unlink()
    (whole.folder / "units").mkdir()
    (whole.folder / "units/seed-0.npz").write_bytes(b"nichts")
    (whole.folder / "units/seed-1.npz").write_bytes(b"PK\x03\x04 halb")
    again = ran(published, tmp_path, "model=stratified")
    assert again.results["metrics"] == whole.results["metrics"]


def test_what_people_validated_is_ranked_by_itself(published: Path, tmp_path: Path) -> None:
    for model in ("majority", "keywords", "tfidf_word_svm"):
        outcome = ran(published, tmp_path, f"model={model}")
    publish(tmp_path / "out", outcome.folder, SURE, 0)
    text = (tmp_path / "out/leaderboard.md").read_text(encoding="utf-8").split("All test articles")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    assert [row[0] for row in rows[2:]] == ["1", "2", "3"]
    scores = [float(row[2].split()[0]) for row in rows[2:]]
    assert scores == sorted(scores, reverse=True)
    assert len(rows[0]) == 6  # no column for a test set that people validated nothing of


def test_many_test_sets_and_odd_labels_are_drawn(tmp_path: Path) -> None:
    rows = [(label, text, "train") for label, text in texts(40)]
    rows += [(label, text, f"test_{2010 + i % 10}") for i, (label, text) in enumerate(texts(20, 40))]
    path = tmp_path / "d.csv"
    path.write_text("".join(f"{'A$b_{ $' if a == 'ai' else a};{b};{c}\n" for a, b, c in rows), encoding="utf-8")
    options = ["dataset=csv", f"dataset.path={path}", "dataset.text=1", "dataset.label=0", "dataset.split=2"]
    outcome = run(settings(*options, "dataset.sep=';'", f"output.dir={tmp_path / 'out'}", "model=majority"))
    publish(tmp_path / "out", outcome.folder, SURE, 0)
    assert len(outcome.results["metrics"]) == 10
    assert len(list((tmp_path / "out/plots").iterdir())) == 4


def test_one_cluster_has_no_interval_and_seeds_add_up(labelled: Path, tmp_path: Path) -> None:
    test = tmp_path / "test.csv"
    test.write_text("ai;'Ein Modell lernt.'\n", encoding="utf-8")
    options = ["dataset=csv", f"dataset.path={labelled}", "dataset.text=1", "dataset.label=0", "dataset.sep=';'"]
    options += [f"dataset.test={test}", f"output.dir={tmp_path / 'out'}", "model=stratified", 'dataset.quote="\'"']
    found = run(settings(*options)).results["metrics"]["test"]
    assert "intervals" not in found
    assert np.sum(found["confusion"]["rows_true"]) == 5


def test_runs_trained_on_other_labels_are_not_compared(tmp_path: Path) -> None:
    test = tmp_path / "test.csv"
    test.write_text("label,text\nai,eins\n", encoding="utf-8")
    for name, more in (("one", ""), ("two", "sport,vier\n")):
        (tmp_path / f"{name}.csv").write_text(f"label,text\nai,zwei\nhardware,drei\n{more}", encoding="utf-8")
        run(settings("dataset=csv", f"dataset.path={tmp_path / f'{name}.csv'}", f"dataset.test={test}",
                     f"output.dir={tmp_path / 'out'}", "model=majority"))  # fmt: skip
    runs = open_runs([str(tmp_path / "out")])
    assert runs[0].results["test_sha256"] == runs[1].results["test_sha256"]
    assert [len(group) for group in grouped(runs)] == [1, 1]
    with pytest.raises(ConfigError, match="trained on other labels"):
        compare([str(tmp_path / "out")], tmp_path / "c", SURE, 0)


def test_tables_say_what_their_brackets_cover(published: Path, tmp_path: Path) -> None:
    outcome = ran(published, tmp_path, "model=tfidf_word_svm", "uncertainty.confidence=0.995")
    publish(tmp_path / "out", outcome.folder, SURE, 0)
    text = (tmp_path / "out/leaderboard.md").read_text(encoding="utf-8")
    assert "test: macro-F1 [99.5 %]" in text
    assert "temporal: macro-F1, shared classes [99.5 %]" in text
    assert "95 %" not in text
    outcome = ran(published, tmp_path / "without", "model=tfidf_word_svm", "uncertainty.bootstrap=0")
    publish(tmp_path / "without/out", outcome.folder, SURE, 0)
    assert " %]" not in (tmp_path / "without/out/leaderboard.md").read_text(encoding="utf-8")


def test_what_all_folds_spent_is_added_up() -> None:
    facts = {"fit_seconds": 1.0, "predict_seconds": 2.0, "predicted": 3, "peak_bytes": 4, "model_bytes": 5}
    each = [facts | {"spent": {"sent": sent, "cost": cost}} for sent, cost in ((7, 0.5), (8, 0.25))]
    whole = run_module._together(each)
    assert whole["spent"] == {"sent": 15, "cost": 0.75}
    assert (whole["fit_seconds"], whole["predicted"], whole["peak_bytes"]) == (2.0, 6, 4)


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
    assert "<strong>The gap.</strong>" in page
    assert {p.name.split("-")[-1] for p in (tmp_path / "out/plots").iterdir()} == {
        "gap.png", "classes.png", "confusion.png", "cost.png"
    }  # fmt: skip
    first = (tmp_path / "out/leaderboard.md").read_bytes()
    publish(tmp_path / "out", outcome.folder, SURE, 0)
    assert (tmp_path / "out/leaderboard.md").read_bytes() == first


def test_significance_is_that_of_the_predictions(published: Path, tmp_path: Path) -> None:
    """A transformer made anew on another processor answers otherwise."""
    found = []
    for seed in (0, 1):
        other = ran(published, tmp_path / str(seed), "model=stratified", f"seed={seed}").folder
        again = tmp_path / "out/runs/topic-stratified-0123456789ab"
        shutil.copytree(other, again, dirs_exist_ok=True)
        publish(tmp_path / "out", ran(published, tmp_path, "model=majority").folder, SURE, 0)
        tests = json.loads(next((tmp_path / "out/significance").iterdir()).read_bytes())["tests"]
        board = {r.name: r.results["metrics"]["test"]["macro_f1"] for r in open_runs([str(tmp_path / "out")])}
        found.append(tests[0])
        assert tests[0]["difference"] == pytest.approx(board[tests[0]["a"]] - board[tests[0]["b"]], abs=2e-6)
    assert found[0] != found[1]


def test_who_is_first_by_luck_is_no_better(published: Path, tmp_path: Path) -> None:
    """Of eight equal models some run differs from the first in one leaderboard of ten, were only these pairs counted."""
    for seed in range(3):
        folder = ran(published, tmp_path, "model=stratified", f"seed={seed}", "seeds=1").folder
        publish(tmp_path / "out", folder, SURE, 0)
    tests = json.loads(next((tmp_path / "out/significance").iterdir()).read_bytes())["tests"]
    own = [r for r in tests if r["split"] == "test"]
    assert len(own) == 2
    for score in ("accuracy", "macro_f1"):
        lower, higher = sorted((r[f"p_{score}"], r[f"p_{score}_holm"]) for r in own)
        assert lower[1] == pytest.approx(min(1, 3 * lower[0]), abs=1e-5)
        assert higher[1] == pytest.approx(min(1, max(3 * lower[0], 2 * higher[0])), abs=1e-5)
    text = (tmp_path / "out/leaderboard.md").read_text(encoding="utf-8")
    assert "over the pairs of a split, all 3 of them: the first run was chosen by its score" in text
    assert "all 3 of them" not in compare([str(tmp_path / "out")], tmp_path / "c", SURE, 0)


def test_the_gap_is_that_of_the_model_that_validation_chooses(tmp_path: Path) -> None:
    """Of eight equal models without any gap, that of the best on `test` is -.04, and surely below 0 in one case of 8."""

    def made(name: str, test: float, validation: float | None, ranked: bool = True) -> Finished:
        gap = {"macro_f1_shared": 0.5 - test, "intervals": {}, "shared_classes": ["ai"]}
        return Finished(tmp_path, {
            "model": name, "task": "topic", "protocol": "splits", "test_sha256": "0", "labels": {"train": ["ai"]},
            "ranked": {"test": ranked}, "gaps": {"test_temporal": gap}, "metrics": {"test": {"macro_f1": test}},
            "validation": validation and {"macro_f1": validation},
        })  # fmt: skip

    lucky, good, own = made("lucky", 0.6, 0.4), made("good", 0.55, 0.5), made("keywords", 0.9, 0.9, ranked=False)
    headline = tables._headline([lucky, good, made("asked", 0.5, None), own])[0]
    assert "good, the best on `validation` (macro-F1 on `test` 0.550), scores -0.050 on later months" in headline
    assert "lucky, the best on `test` (macro-F1" in tables._headline([made("lucky", 0.6, None), own])[0]
    assert tables._headline([own]) == []


def test_many_pairs_are_tested_in_as_many_rounds_as_their_number_needs(published: Path, tmp_path: Path) -> None:
    """Of 99 rounds no p value is below .01; adjusted for ten pairs it would be .1 for any difference."""
    one, two = (ran(published, tmp_path, f"model={model}").folder for model in ("majority", "multinomial_nb"))
    first, second = open_runs([str(one), str(two)])
    for of, rounds in ((1, 99), (10, 500)):
        p = compared([(first, second)], SURE, 0, of)[0]["p_macro_f1"]
        assert p * (rounds + 1) == pytest.approx(round(p * (rounds + 1)), abs=1e-3)


def test_leaderboards_of_runs_that_end_together_are_written_one_after_another(published: Path, tmp_path: Path) -> None:
    folder = ran(published, tmp_path, "model=majority").folder
    writer = threading.Thread(target=publish, args=(tmp_path / "out", folder, SURE, 0))
    with (tmp_path / "out/.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        writer.start()
        writer.join(0.3)
        assert not (tmp_path / "out/leaderboard.md").exists()
    writer.join()
    assert (tmp_path / "out/leaderboard.md").is_file()


def test_what_a_run_can_not_be(published: Path, labelled: Path, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("topic: 3", encoding="utf-8")
    for overrides, message in {
        (f"model.scheme={tmp_path / 's.yaml'}", "model=keywords"): "topic needs a list of at least two",
        ("model.scheme=/no/such.yaml", "model=keywords"): "model.scheme=/no/such.yaml: ",
        ("model=publisher_only", "model.prior=nan"): "prior=nan must be above 0",
        (f"output.dir={labelled}", "model=majority"): "is a file: name a folder",
    }.items():
        with pytest.raises(ConfigError, match=message):
            ran(published, tmp_path, *overrides)
    with pytest.raises(ConfigError, match=r"the dataset has no title: say dataset.title=COLUMN"):
        run(settings("dataset=csv", f"dataset.path={labelled}", "dataset.text=1", "dataset.label=0", "dataset.sep=';'",
                     f"output.dir={tmp_path / 'o'}", 'dataset.quote="\'"', "text.fields=[title]"))  # fmt: skip
    with pytest.raises(ConfigError, match=r"output is no folder: say output.dir=DIR"):
        settings_from({"model": {"kind": "majority"}, "dataset": {"kind": "csv", "path": "x"}, "output": "x"})


def test_two_runs_are_compared_on_the_same_articles_only(published: Path, tmp_path: Path) -> None:
    one = ran(published, tmp_path, "model=majority").folder
    two = ran(published, tmp_path, "model=multinomial_nb").folder
    text = compare([str(one), str(two)], tmp_path / "c", SURE, 0)
    assert "| test | majority | multinomial_nb |" in text
    rows = json.loads((tmp_path / "c/comparison.json").read_bytes())
    assert [r["split"] for r in rows] == ["test", "test_temporal", "test_publisher"]
    assert all(r[f"p_{score}_holm"] >= r[f"p_{score}"] for r in rows for score in ("accuracy", "macro_f1"))
    assert "exact McNemar" in text
    assert "several seeds" not in text
    (published / "data/test_temporal-00000-of-00001.parquet").unlink()
    other = ran(published, tmp_path, "model=majority").folder
    with pytest.raises(ConfigError, match="majority and multinomial_nb can't be compared"):
        compare([str(other), str(two)], tmp_path / "c", SURE, 0)
    genre = ran(published, tmp_path, "model=majority", "task=genre", "dataset.label=topic").folder
    topic = ran(published, tmp_path, "model=majority", "dataset.label=topic").folder
    with pytest.raises(ConfigError, match=r"their task, test articles or labels differ \(topic \w+ and genre \w+\)"):
        compare([str(topic), str(genre)], tmp_path / "c", SURE, 0)
    with pytest.raises(ConfigError, match="needs two runs"):
        compare([str(one)], tmp_path / "c", SURE, 0)
    with pytest.raises(ConfigError, match="no finished run"):
        compare([str(tmp_path), str(one)], tmp_path / "c", SURE, 0)


def test_copies_are_no_evidence_of_a_difference(tmp_path: Path) -> None:
    """Eight articles that only one model gets right are one where they are copies."""
    rows = [f"{label} {i},{label},train,{label}{i},{label}{i}" for label in ("ai", "hardware") for i in range(6)]
    rows += [f"hardware Kopie {i},hardware,test,{i},one" for i in range(8)] + ["ai,ai,test,ai,ai"]
    (tmp_path / "daten.csv").write_text("\n".join(["text,label,split,alone,copies", *rows]), encoding="utf-8")
    p = []
    for clusters in ("alone", "copies"):
        for model in ("majority", "complement_nb"):
            run(settings("dataset=csv", f"dataset.path={tmp_path / 'daten.csv'}", "dataset.split=split",
                         f"dataset.cluster={clusters}", f"model={model}", f"output.dir={tmp_path / clusters}"))  # fmt: skip
        text = compare([str(tmp_path / clusters)], tmp_path / "c", SURE, 0)
        p.append(json.loads((tmp_path / "c/comparison.json").read_bytes())[0]["p_accuracy"])
    assert p[0] < 0.01 < 0.3 < p[1]
    assert "exact McNemar, or the same where a cluster has several articles" in text


def test_a_random_model_is_compared_by_all_its_seeds(published: Path, tmp_path: Path) -> None:
    one = ran(published, tmp_path, "model=majority").folder
    two = ran(published, tmp_path, "model=stratified", "seeds=3").folder
    text = compare([str(one), str(two)], tmp_path / "c", SURE, 0)
    assert "Where a model has several seeds" in text
    assert "exact McNemar" not in text
    row = json.loads((tmp_path / "c/comparison.json").read_bytes())[0]
    assert row["seeds"] == [1, 3]
    found = pq.read_table(two / "predictions.parquet").to_pylist()
    right = {(r["seed"], r["id"]): r["correct"] for r in found if r["split"] == "test"}
    sure = [r for r in pq.read_table(one / "predictions.parquet").to_pylist() if r["split"] == "test"]
    only = sum(r["correct"] and not right[seed, r["id"]] for r in sure for seed in (0, 1, 2)) / 3
    assert row["only_a_right"] == pytest.approx(only, abs=1e-5)


def test_masking_is_no_part_of_a_models_speed(published: Path, tmp_path: Path) -> None:
    done = settings(f"dataset.path={published}", f"output.dir={tmp_path}", "model=majority")
    corpus = run_module.load(done.dataset, "topic")
    train, test = (corpus.examples(corpus.splits[split], done.text) for split in ("train", "test"))
    asked = {"test": test, "test/masked": test.masked(str.upper)}
    facts = fitted(done.model, train, None, asked, seed=0, workers=1).facts
    assert facts["predicted"] == len(test)


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
        (["dataset=/tmp", "model.name=a/b"], "model.name=a/b names a folder"),
        (["dataset=/tmp", f"seed={2**32}"], "needs seed >= 0 (and below 2^32)"),
    ],
)
def test_mistakes_exit_with_2_and_one_line(overrides: list[str], message: str, tmp_path: Path) -> None:
    done = run_script("benchmark", *overrides, f"output.dir={tmp_path}")
    assert done.returncode == 2, done.stderr
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_script_says_how_it_is_called() -> None:
    for arguments in (["--help"], ["a", "b", "c", "d"]):
        done = subprocess.run(
            [sys.executable, str(ROOT / "docs/leaderboard.py"), *arguments], capture_output=True, text=True
        )
        assert done.returncode == 2
        assert "[DATASET] [TASK] [OUTPUT]" in done.stderr
        assert done.stderr.count("\n") == 1


def test_the_script_takes_a_folder_of_any_name(published: Path, tmp_path: Path) -> None:
    out = tmp_path / "Läufe (neu), 2"
    for model in ("majority", "complement_nb"):
        run(replace(settings(f"dataset.path={published}", f"model={model}"), output=out))
    steps: list[tuple[str, ...]] = []
    script = runpy.run_path(str(ROOT / "docs/leaderboard.py"))
    script["main"].__globals__["step"] = lambda _what, *arguments: steps.append(arguments)
    script["main"](str(published), "topic", str(out))
    done = run_script(*steps[-1])
    assert done.returncode == 0, done.stderr
    assert (out / "comparison.md").is_file()


@pytest.mark.parametrize(("scheme", "asked"), [(None, True), ("sha256:ab", False)])
def test_the_script_asks_the_labeler_where_it_knows_the_taxonomy(
    tmp_path: Path, scheme: str | None, asked: bool
) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"config": {"label": {"scheme": scheme}}}), encoding="utf-8")
    steps: list[tuple[str, ...]] = []
    script = runpy.run_path(str(ROOT / "docs/leaderboard.py"))
    script["main"].__globals__["step"] = lambda _what, *arguments: steps.append(arguments)
    script["main"](str(tmp_path))
    assert ("keywords" in steps[0][-1].split(",")) is asked


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


def test_the_bars_of_a_learning_curve_are_standard_deviations_of_its_draws(tmp_path: Path) -> None:
    """As everywhere else over the number of draws less one: a few draws are a sample of all that could be."""
    from matplotlib import pyplot as plt

    points = [
        {"share": share, "articles": articles, "macro_f1": {"test": score}}
        for share, articles, score in ((0.25, 10, 0.5), (0.5, 20, 0.4), (0.5, 20, 0.6))
    ]
    results = {"model": "m", "learning_curve": points, "metrics": {"test": {"macro_f1": 0.7}}}
    figure, ax = plt.subplots()
    plots._curve(ax, [Finished(tmp_path, {**results, "splits": {"train": {"articles": 40}}})])
    ((_, _, (bars,)),) = ax.containers
    heights = [(high - low) / 2 for (_, low), (_, high) in bars.get_segments()]
    plt.close(figure)
    assert heights == pytest.approx([0, 0.02**0.5, 0])
