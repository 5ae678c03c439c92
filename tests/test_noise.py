"""The noise audit finds planted errors, gives the same table each time, and the table comes back as corrections."""

from __future__ import annotations

import csv
import random
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from conftest import build, run_script
from presseschau.annotation.noise import Labelled, audit, confident_errors, probabilities, review_rows
from presseschau.label import load_scheme

WORDS = {
    "ai": "Sprachmodell Chatbot Training neuronal Prompt Rechenzentrum",
    "mobility": "Auto Ladesäule Reichweite Bahn Fahrer Batterie",
    "security": "Lücke Angreifer Schadsoftware Passwort Phishing Update",
    "energy": "Solar Windrad Netz Speicher Wasserstoff Strompreis",
}
COMMON = "heute am Montag sagte der Sprecher dass es neue Pläne gibt und viele Menschen in der Stadt darüber reden"


def corpus(n: int = 400, seed: int = 0) -> list[Labelled]:
    """Articles of four topics with some words of another one in each."""
    draw, found = random.Random(seed), list[Labelled]()
    for number in range(n):
        topic = list(WORDS)[number % 4]
        other = draw.choice(list(WORDS))
        words = [*draw.choices(WORDS[topic].split(), k=6), *draw.choices(WORDS[other].split(), k=2), *COMMON.split()]
        draw.shuffle(words)
        found.append(Labelled(f"{number:016x}", f"{number // 2:016x}", " ".join(words), topic, draw.random() * 0.5))
    return found


def planted(share: float, seed: int, conflict: bool) -> tuple[list[Labelled], set[str]]:
    """The corpus with a share of wrong labels; the votes speak against them, or say nothing."""
    draw, articles = random.Random(seed), corpus(seed=seed)
    bad = {a.id for a in draw.sample(articles, int(share * len(articles)))}
    return [
        replace(
            a,
            label=draw.choice([t for t in WORDS if t != a.label]) if a.id in bad else a.label,
            conflict=(1.0 if a.id in bad else a.conflict) if conflict else 0.0,
        )
        for a in articles
    ], bad


def auc(ids: list[str], bad: set[str]) -> float:
    """Probability that an error stands before a right label."""
    good, before = 0, 0
    for i in ids:
        if i in bad:
            before += len(ids) - len(bad) - good
        else:
            good += 1
    return before / (len(bad) * (len(ids) - len(bad)))


def test_a_class_that_the_model_never_finds_makes_no_errors_of_what_it_is_less_sure_of() -> None:
    """One article of the third class, to which the model gives a hundredth, as to all others."""
    own = np.array([0.9, 0.8, 0.6, 0.9, 0.8, 0.6, 0.01])
    y = np.array([0, 0, 0, 1, 1, 1, 2])
    p = np.full((7, 3), 0.01)
    p[np.arange(7), y] = own
    p[:6][np.arange(6), 1 - y[:6]] = 0.99 - own[:6]
    p[6, 0] = 0.98
    assert confident_errors(p, y).tolist() == [False] * 6 + [True]


@pytest.mark.parametrize("conflict", [False, True])
@pytest.mark.parametrize("share", [0.05, 0.2])
def test_planted_errors_come_first(share: float, conflict: bool) -> None:
    articles, bad = planted(share, 1, conflict)
    found = audit(articles, list(WORDS))
    ids = [s.id for s in found]
    assert auc(ids, bad) > 0.97
    assert sum(i in bad for i in ids[: len(bad)]) / len(bad) > 0.85
    confident = {s.id for s in found if s.confident}
    assert len(confident & bad) / len(bad) > 0.75
    assert len(confident & bad) / len(confident) > 0.6
    truth = {a.id: a.label for a in corpus(seed=1)}
    assert sum(s.suggested == truth[s.id] for s in found if s.id in bad) / len(bad) > 0.9


def test_the_score_is_the_mean_of_the_margin_and_of_the_conflict() -> None:
    for s in audit(corpus(60), list(WORDS)):
        assert s.p_label + s.p_suggested <= 1 + 1e-6
        assert s.score == pytest.approx(((1 - (s.p_label - s.p_suggested)) / 2 + s.conflict) / 2, abs=1e-6)


def test_a_fold_that_leaves_one_class_to_learn_from_gets_that_class() -> None:
    y, fold = np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1])
    assert probabilities(["Auto Bahn"] * 4, y, fold, 3).tolist() == [[0, 1, 0]] * 2 + [[1, 0, 0]] * 2


def test_the_order_of_the_articles_does_not_count() -> None:
    articles, _ = planted(0.1, 2, conflict=True)
    assert audit(articles, list(WORDS)) == audit(articles[::-1], list(WORDS))


def test_a_class_with_one_article_and_one_that_nobody_has() -> None:
    articles = [*corpus(), Labelled("f" * 16, "f" * 16, "Etwas ganz anderes", "other", 0.0)]
    found = audit(articles, [*WORDS, "other", "policy"])
    assert len(found) == len(articles)
    assert next(s for s in found if s.label == "other").p_label == 0.0


@pytest.mark.parametrize("articles", [corpus(20), [a for a in corpus(400) if a.label == "ai"]])
def test_what_can_not_be_audited_is_said(articles: list[Labelled]) -> None:
    with pytest.raises(ValueError, match=r"an audit needs 50 of two or more"):
        audit(articles, list(WORDS))


def test_two_classes_are_enough() -> None:
    two = [a for a in corpus(200) if a.label in ("ai", "mobility")]
    assert len(audit(two, list(WORDS))) == len(two) == 100


def test_a_title_is_no_formula() -> None:
    (first, *_) = audit(corpus(), list(WORDS))
    table = review_rows([first], "topic", {first.id: ("=HYPERLINK(1)", "https://a.de")})
    assert "'=HYPERLINK(1)" in table[1]


def test_the_table_comes_back_as_corrections(sample: Path, tmp_path: Path) -> None:
    tables = []
    for number in range(2):
        path = tmp_path / f"review{number}.csv"
        done = run_script("annotate", "action=audit", f"dir={sample}", f"output={path}", "n=20",
                          env={"PYTHONHASHSEED": str(number)})  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert re.search(r"as errors \(by a model that gives \d+% of the articles their label", done.stdout)
        tables.append(path.read_bytes())
    assert tables[0] == tables[1]
    german = ("separator=semicolon", f"output={tmp_path / 'german.csv'}")
    assert run_script("annotate", "action=audit", f"dir={sample}", "n=20", *german).returncode == 0
    lines = (tmp_path / "german.csv").read_text(encoding="utf-8-sig").splitlines()
    rows = list(csv.DictReader(tables[0].decode("utf-8-sig").splitlines()))
    assert [r["score"].replace(".", ",") for r in rows] == [r["score"] for r in csv.DictReader(lines, delimiter=";")]
    again = run_script("annotate", "action=audit", f"dir={sample}", f"output={path}", "n=5")
    assert (again.returncode, again.stderr.count("\n")) == (2, 1)
    assert "review1.csv is there already" in again.stderr
    assert path.read_bytes() == tables[1]
    assert len(rows) == 20
    assert [float(r["score"]) for r in rows] == sorted((float(r["score"]) for r in rows), reverse=True)
    wrong, right = rows[0], rows[1]
    for row, value in ((wrong, wrong["suggested"]), (right, right["label"])):
        row |= {"value": value, "who": "Eva", "date": "2026-03-01", "why": "read again"}
    with (tmp_path / "reviewed.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    folder = build(tmp_path, f"label.corrections={tmp_path / 'reviewed.csv'}")
    found = {r["id"]: r for p in (folder / "data").glob("*.parquet") for r in pq.read_table(p).to_pylist()}
    names = load_scheme().topic.keys
    assert names[found[wrong["id"]]["topic"]] == wrong["suggested"]
    assert names[found[right["id"]]["topic"]] == right["label"]
    assert {i for i, r in found.items() if r["topic_source"] == "human"} == {wrong["id"], right["id"]}
    half = (tmp_path / "reviewed.csv").read_text(encoding="utf-8").replace("2026-03-01", "")
    (tmp_path / "half.csv").write_text(half, encoding="utf-8")
    refused = run_script("build", f"label.corrections={tmp_path / 'half.csv'}")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "date is empty" in refused.stderr
