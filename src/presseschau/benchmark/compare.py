"""Two or more runs on the same articles: is the difference more than chance?"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow.compute as pc

from presseschau.benchmark.data import ABSTAINED
from presseschau.benchmark.report import finished, read_predictions
from presseschau.benchmark.settings import Uncertainty
from presseschau.benchmark.uncertainty import holm, mcnemar, randomisation
from presseschau.config import ConfigError
from presseschau.stable import rounded

_RESOLVED = 50  # rounds at least for each pair of a test set, or adjusted for many pairs no p value could be small
_LONGEST = 60  # characters of what tells a run from others; longer than this is read in its results.json


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished run: its folder, its results, and what tells it from others of the same model and test articles."""

    folder: Path
    results: dict[str, Any]
    apart: str = ""

    @property
    def name(self) -> str:
        """The model's name, with what tells the run from others that share it."""
        model = str(self.results["model"])
        return f"{model} ({self.apart})" if self.apart else model

    @property
    def group(self) -> tuple[str, str, str, tuple[str, ...]]:
        """Runs of the same task, protocol, test articles and labels of train may be compared."""
        found = self.results
        return found["task"], found["protocol"], found["test_sha256"], tuple(found["labels"]["train"])

    def predictions(self, split: str) -> dict[str, Any]:
        """Id, cluster and label of the articles of one split, in order of id, and what each seed predicted."""
        table = read_predictions(self.folder)
        table = table.filter(pc.equal(table["split"], split)).sort_by([("seed", "ascending"), ("id", "ascending")])
        seeds = [table.filter(pc.equal(table["seed"], seed)) for seed in self.results["seeds"]]
        found: dict[str, Any] = seeds[0].select(["id", "cluster", "label"]).to_pydict()
        return found | {"predicted": [part["predicted"].to_pylist() for part in seeds]}


def open_runs(folders: Sequence[str]) -> list[Finished]:
    """The runs of folders, each a run's own or one with several runs; a damaged one of several is left out and named.

    Raises:
        ConfigError: A folder holds no finished run.
    """
    found: dict[Path, Finished] = {}
    for name in folders:
        folder = Path(name)
        places = [p.parent for p in sorted((folder / "runs").glob("*/results.json"))] or [folder]
        whole = [(place, results) for place in places if (results := finished(place)) is not None]
        if not whole:
            raise ConfigError(f"runs: {name} holds no finished run")
        for place in sorted({*places} - {place for place, _ in whole}):
            print(
                f"note: {place} is damaged or edited and left out; its command, given again, makes it anew",
                file=sys.stderr,
            )
        found |= {place.resolve(): Finished(place, results) for place, results in whole}
    return _named(_once([*found.values()]))


def _once(runs: Sequence[Finished]) -> list[Finished]:
    """Of runs that differ in their learning curve alone the one with the most points."""
    kept: dict[str, Finished] = {}
    for run in sorted(runs, key=lambda run: (len(run.results["learning_curve"]), run.folder.name)):
        rest = {key: value for key, value in run.results["config"].items() if key != "learning_curve"}
        kept[repr((run.group, sorted(run.results["splits"].items()), rest))] = run
    return [run for run in runs if run in kept.values()]


def _named(runs: Sequence[Finished]) -> list[Finished]:
    """The runs; of several of one model on the same articles each is told apart by its options and its folder's key."""
    found = []
    for run in runs:
        same = [r for r in runs if (r.group, r.results["model"]) == (run.group, run.results["model"])]
        key = run.folder.name.rpartition("-")[2][:6]
        each = [_options(r.results) for r in same]
        apart = [f"{k}={v}" for k, v in _options(run.results).items() if any(o.get(k) != v for o in each)]
        told = ", ".join([*apart, key])
        found.append(replace(run, apart="" if len(same) == 1 else told if len(told) <= _LONGEST else key))
    return found


def _options(results: dict[str, Any]) -> dict[str, str]:
    """What decided a run's results, as dotted options; and how many articles it was trained and tuned on."""

    def flat(value: Any, at: str) -> dict[str, str]:
        if isinstance(value, Mapping):
            return {k: v for name in value for k, v in flat(value[name], f"{at}.{name}").items()}
        return {at.removeprefix(".").removeprefix("model."): str(value).replace("'", "")}

    shown = {k: v for k, v in results["config"].items() if not k.endswith("sha256")}
    shown["model"] = {k: v for k, v in shown["model"].items() if k != "space"}
    sizes = {s: f"{v['articles']:,}" for s, v in results["splits"].items() if s in ("train", "validation")}
    return flat(shown, "") | sizes


def compare(folders: Sequence[str], output: Path, sure: Uncertainty, seed: int) -> str:
    """Compares all pairs of runs on every test split, writes `comparison.json` and `.md`, answers with the latter.

    Raises:
        ConfigError: There are fewer than two runs, or they stand on different test articles.
    """
    runs = open_runs(folders)
    if len(runs) < 2:
        raise ConfigError("action=compare needs two runs: say runs=[DIR,DIR]")
    for other in runs[1:]:
        if other.group[:3] != runs[0].group[:3]:
            each = " and ".join(f"{r.results['task']} {r.results['test_sha256'][:12]}" for r in (runs[0], other))
            raise ConfigError(
                f"{runs[0].name} and {other.name} can't be compared: their task, test articles or labels differ "
                f"({each}): run both on the same dataset and task"
            )
        if other.group != runs[0].group:
            raise ConfigError(
                f"{runs[0].name} and {other.name} can't be compared: they were trained on other labels, which macro-F1 "
                "is the mean over: train both on articles of the same labels"
            )
    pairs = list(itertools.combinations(runs, 2))
    found = tested(pairs, sure, seed, len(pairs))
    output.mkdir(parents=True, exist_ok=True)
    (output / "comparison.json").write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2) + b"\n")
    text = table(found)
    (output / "comparison.md").write_text(text, encoding="utf-8")
    return text


def tested(pairs: Sequence[tuple[Finished, Finished]], sure: Uncertainty, seed: int, of: int) -> list[dict[str, Any]]:
    """Tests of pairs of runs on each test split; p values adjusted by Holm over the pairs of a split.

    Args:
        pairs: Pairs of runs on the same articles.
        sure: How they are tested.
        seed: Of the randomisation.
        of: How many pairs there are to choose from; more than these where they were chosen by their scores.
    """
    found: list[dict[str, Any]] = []
    sure = replace(sure, permutations=max(sure.permutations, _RESOLVED * of))
    for split in pairs[0][0].results["metrics"] if pairs else ():
        rows = [_pair(a, b, split, sure, seed) for a, b in pairs]
        for score in ("accuracy", "macro_f1"):
            for row, adjusted in zip(rows, holm([r[f"p_{score}"] for r in rows], of), strict=True):
                row[f"p_{score}_holm"] = rounded(adjusted)
                row[f"p_{score}"] = rounded(row[f"p_{score}"])
                row["pairs"] = of
        found += rows
    return found


def _pair(a: Finished, b: Finished, split: str, sure: Uncertainty, seed: int) -> dict[str, Any]:
    first, second = a.predictions(split), b.predictions(split)
    if first["id"] != second["id"] or first["label"] != second["label"]:
        raise ConfigError(f"{a.name} and {b.name} can't be compared: {split} has other articles or labels")
    names = sorted({*first["label"], *a.results["labels"]["all"]})
    place = {label: i for i, label in enumerate(names)} | {None: ABSTAINED}
    y = np.array([place[label] for label in first["label"]])
    one, two = ([np.array([place[x] for x in p]) for p in side["predicted"]] for side in (first, second))
    classes = np.array([place[label] for label in a.results["labels"]["train"]])
    right, also = (np.mean([predicted == y for predicted in each], axis=0) for each in (one, two))
    side, other = (([(y, predicted) for predicted in each], first["cluster"]) for each in (one, two))
    p_accuracy, p_macro = randomisation(side, other, classes, len(names), rounds=sure.permutations, seed=seed)
    if len(one) == len(two) == 1 and len(set(first["cluster"])) == len(y):  # McNemar takes copies for evidence
        p_accuracy = mcnemar(one[0] == y, two[0] == y)
    scores = [r.results["metrics"][split]["macro_f1"] for r in (a, b)]
    return {
        "split": split,
        "a": a.name,
        "b": b.name,
        "macro_f1_a": scores[0],
        "macro_f1_b": scores[1],
        "difference": rounded(scores[0] - scores[1]),
        "only_a_right": rounded(float((right * (1 - also)).sum())),
        "only_b_right": rounded(float((also * (1 - right)).sum())),
        "seeds": [len(one), len(two)],
        "p_accuracy": p_accuracy,
        "p_macro_f1": p_macro,
    }


def table(found: Sequence[dict[str, Any]]) -> str:
    """The tests as a Markdown table."""
    lines = [
        "| split | a | b | macro-F1 a − b | only a right : only b right | accuracy p (Holm) | macro-F1 p (Holm) |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r['split']} | {r['a']} | {r['b']} | {r['difference']:+.3f} "
        f"| {round(r['only_a_right'], 1):g} : {round(r['only_b_right'], 1):g} "
        f"| {_p(r['p_accuracy'])} ({_p(r['p_accuracy_holm'])}) "
        f"| {_p(r['p_macro_f1'])} ({_p(r['p_macro_f1_holm'])}) |"
        for r in found
    ]
    pairs, shown = found[0]["pairs"], sum(r["split"] == found[0]["split"] for r in found)
    why = f", all {pairs:,} of them: the first run was chosen by its score." if pairs > shown else "."
    told = [f"p values in brackets are adjusted by Holm over the pairs of a split{why}"]
    if any(r["seeds"] == [1, 1] for r in found):
        told += [
            "Macro-F1: approximate randomisation by cluster; accuracy: exact McNemar, or the same where a cluster has "
            "several articles."
        ]
    if any(r["seeds"] != [1, 1] for r in found):
        told += ["Where a model has several seeds: randomisation of both, which counts the seeds' differences in."]
    return "\n".join([*lines, "", " ".join(told)]) + "\n"


def _p(value: float) -> str:
    return f"{value:.4f}" if value >= 0.0001 else "< 0.0001"
