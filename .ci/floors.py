"""Runs the scorers of ../shared; fails where a figure is below its floor, and floors only rise."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
PYTHON = ROOT / ".venv" / "bin" / "python"

FLOORS = {
    "news F1": 0.982,
    "web F1": 0.968,
    "title": 0.92,
    "date": 0.99,
    "author": 0.93,
    "dumps F1": 0.958,
    "clean text F1": 0.999,
    "German kept": 0.998,
    "topic macro-F1": 0.86,
    "genre accuracy": 0.89,
    "stance3 macro-F1": 0.775,
    "unseen topic accuracy": 0.79,
    "unseen genre accuracy": 0.81,
    "unseen stance3 macro-F1": 0.62,
}
CEILINGS = {"crashes": 0, "other languages let in": 0.01}


def run(*command: str | Path) -> str:
    """The output of a command that has to end well."""
    done = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(str(part) for part in command)} failed:\n{done.stdout}{done.stderr}")
    print(done.stdout)
    return done.stdout


def number(pattern: str, text: str) -> float:
    """The figure that a scorer printed."""
    match = re.search(pattern, text)
    if match is None:
        sys.exit(f"no {pattern!r} in the scorer's output")
    return float(match[1])


def figures(work: Path) -> dict[str, float]:
    """What the scorers say."""
    report = work / "extraction.json"
    run(PYTHON, SHARED / "eval/score_extraction.py", "--no-baseline", "--rounds", "1", "--json", report)
    ours = json.loads(report.read_text())["ours"]
    found = {"news F1": ours["news"]["f1"], "web F1": ours["web"]["f1"], "crashes": len(ours["crashes"])}
    found |= {name: ours["news"][name] for name in ("title", "date", "author")}
    found["dumps F1"] = number(r"ours.*F1 ([\d.]+)", run(PYTHON, SHARED / "eval/score_text_dumps.py"))
    found["clean text F1"] = clean_text_f1()
    language = run(PYTHON, SHARED / "eval/score_language.py")
    found["German kept"] = number(r"German kept ([\d.]+)", language)
    found["other languages let in"] = number(r"others let in ([\d.]+)", language)
    return found | label_figures(work) | unseen_label_figures()


def clean_text_f1() -> float:
    """Mean F1 of articles that are already clean, through `extract_text`."""
    sys.path[:0] = [str(SHARED / "eval")]
    from score_extraction import shingle_f1

    from presseschau import extract_text

    rows = [json.loads(line) for line in (SHARED / "pages/news_gold.jsonl").open(encoding="utf-8")]
    scores = [shingle_f1(extract_text(row["text"], row["url"]).text, row["text"], row["title"])[2] for row in rows]
    print(f"clean text F1 {sum(scores) / len(scores):.4f}\n")
    return sum(scores) / len(scores)


def label_figures(work: Path) -> dict[str, float]:
    """Scores of the labels on a dataset built from the reference articles."""
    articles, dataset = SHARED / "labels/articles_dev.jsonl", work / "labels"
    run(PYTHON, "scripts/build.py", "source=jsonl", f"source.path={articles}", f"output.dir={dataset}",
        f"pipeline.work_dir={work / 'work'}", "split=random", "dedup.near=keep")  # fmt: skip
    report = work / "labels.json"
    run(PYTHON, SHARED / "eval/score_labels.py", dataset, "--json", report)
    scores = json.loads(report.read_text())
    return {
        "topic macro-F1": scores["topic"]["macro_f1"],
        "genre accuracy": scores["genre"]["accuracy"],
        "stance3 macro-F1": scores["stance"]["macro_f1"],
    }


def unseen_label_figures() -> dict[str, float]:
    """Scores of the labels on general newspaper articles that no rule, lexicon or fit has seen."""
    sys.path[:0] = [str(ROOT / "scripts")]
    from fit_labels import read_further
    from presseschau.label import Labeler
    from presseschau.label.scoring import accuracy, macro_f1, three

    unseen = read_further(ROOT / "data/reference/newspapers_test.csv", SHARED / "text/articles.jsonl.gz").examples
    found = Labeler().label_all([example.document for example in unseen])
    both = list(zip(unseen, found, strict=True))
    return {
        "unseen topic accuracy": accuracy([(str(e.topic), labels.topic) for e, labels in both]),
        "unseen genre accuracy": accuracy([(str(e.genre), labels.genre) for e, labels in both]),
        "unseen stance3 macro-F1": macro_f1([(three(e.stance), three(labels.stance)) for e, labels in both]),
    }


def main() -> int:
    """Prints every figure beside its bound; 1 where one is missed."""
    with tempfile.TemporaryDirectory() as work:
        found = figures(Path(work))
    missed = 0
    for name, value in found.items():
        low, high = FLOORS.get(name), CEILINGS.get(name)
        good = (low is None or value >= low) and (high is None or value <= high)
        missed += not good
        bound = f"≥ {low}" if low is not None else f"≤ {high}"
        print(f"{'ok  ' if good else 'LOW '} {name:24} {value:.4f}  {bound}")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
