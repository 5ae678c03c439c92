"""The scores of a run: by split, by genre, against the easy test set, with the labeler's terms masked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from presseschau.benchmark.data import Corpus, Ints
from presseschau.benchmark.metrics import macro_f1, scores, stance_scores
from presseschau.benchmark.settings import Settings
from presseschau.benchmark.uncertainty import difference, intervals
from presseschau.benchmark.units import Answers, Unit
from presseschau.stable import rounded

_SCALARS = (
    "accuracy", "macro_f1", "macro_f1_supported", "weighted_f1", "ece", "brier", "f1_favor_against", "stance3",
    "abstained",
)  # fmt: skip
_GENRES = ("news", "review", "opinion")
MASKED = "/masked"  # behind the name of a split: its articles without the labeler's terms


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run before it is scored.

    Attributes:
        settings: As configured.
        corpus: The articles.
        protocol: splits or cv.
        config: What decided the results.
        model: The model's config as run, with the options that a search chose.
        digests: sha256 by split.
        seeds: Seeds of the units.
        classes: Labels of train.
        units: Predictions by seed.
        rows: Rows of each split that was predicted.
        searched: What a search tried.
        curve: Points of the learning curve.
        masked: Whether the units answer on masked texts too.
    """

    settings: Settings
    corpus: Corpus
    protocol: str
    config: Mapping[str, Any]
    model: Mapping[str, Any]
    digests: dict[str, str]
    seeds: tuple[int, ...]
    classes: Ints
    units: list[Unit]
    rows: Mapping[str, Ints]
    searched: list[dict[str, Any]] = field(default_factory=list)
    curve: list[dict[str, Any]] = field(default_factory=list)
    masked: bool = False

    @property
    def tests(self) -> tuple[str, ...]:
        """Splits that a result is reported on, in order."""
        return tuple(s for s in self.rows if s != "validation")


def sources(corpus: Corpus, rows: Ints) -> list[str]:
    """Who made each row's label: rules, model, llm, human; `given` where the data does not say.

    Where it only says who worked on the row (`rules/1+llm/…`), all of them are named: `rules+llm`.
    """
    said = corpus.values("source", rows)
    roles, labelers = corpus.values("label_role", rows), corpus.values("labeler", rows)
    return [
        str(s) if s else "human" if role else _machines(str(labeler)) if labeler else "given"
        for s, role, labeler in zip(said, roles, labelers, strict=True)
    ]


def _machines(labeler: str) -> str:
    return "+".join(dict.fromkeys(part.partition("/")[0] for part in labeler.split("+")))


def makers(corpus: Corpus, rows: Ints) -> list[tuple[str, str | None]]:
    """The distinct pairs of who made a label and the labelers of its row."""
    pairs = zip(sources(corpus, rows), corpus.values("labeler", rows), strict=True)
    return sorted(set(pairs), key=lambda pair: (pair[0], pair[1] or ""))


def scored(run: Run, name: str, rows: Ints, chosen: Any = None) -> dict[str, Any]:
    """Scores of one set of rows, averaged over seeds, with intervals."""
    part = slice(None) if chosen is None else chosen
    y, labels = run.corpus.y[rows], run.corpus.labels
    each, pairs = [], []
    for unit in run.units:
        answer = unit.answers[name]
        predicted, sure = answer.labels[part], answer.sure[part]
        one = scores(y, predicted, sure, labels, run.classes)
        if run.settings.task == "stance":
            one |= stance_scores(y, predicted, labels)
        each.append(one)
        pairs.append((y, predicted))
    found = _averaged(each)
    if len(each) > 1:
        found["seeds"] = [
            {"seed": s, **{k: e[k] for k in _SCALARS if k in e}} for s, e in zip(run.seeds, each, strict=True)
        ]
        found["std"] = {k: rounded(float(np.std([e[k] for e in each], ddof=1))) for k in ("accuracy", "macro_f1")}
    how = run.settings.uncertainty
    clusters = run.corpus.values("cluster", rows)
    if how.bootstrap and len(set(clusters)) > 1:  # one alone says nothing about how scores vary
        found["intervals"] = intervals(
            pairs, clusters, run.classes, len(labels),
            rounds=how.bootstrap, confidence=how.confidence, seed=run.settings.seed,
        )  # fmt: skip
    found["label_sources"] = dict(sorted(Counter(sources(run.corpus, rows)).items()))
    if run.settings.task == "stance":
        found |= _stance_details(run, name, rows, part)
    return found


def _averaged(each: list[dict[str, Any]]) -> dict[str, Any]:
    """Numbers as means over seeds, the confusion as a sum; of one seed all as it is."""
    found = dict(each[0])
    if len(each) == 1:
        return found
    for key in _SCALARS:
        if key in found:
            found[key] = rounded(float(np.mean([e[key] for e in each])))
    shown = [c for c in each[0]["per_class"] if all(c in e["per_class"] for e in each)]
    found["per_class"] = {
        label: {
            k: rounded(float(np.mean([e["per_class"][label][k] for e in each]))) if k != "support" else v
            for k, v in each[0]["per_class"][label].items()
        }
        for label in shown
    }
    found["confusion"] = _summed([e["confusion"] for e in each])
    return found


def _summed(each: list[dict[str, Any]]) -> dict[str, Any]:
    """Confusions added up, label by label."""
    labels = list(dict.fromkeys(label for one in each for label in one["labels"]))
    whole = np.zeros((len(labels), len(labels)), dtype=int)
    place = {label: i for i, label in enumerate(labels)}
    for one in each:
        at = [place[label] for label in one["labels"]]
        whole[np.ix_(at, at)] += np.array(one["rows_true"])
    return {"labels": labels, "rows_true": whole.tolist()}


def _stance_details(run: Run, name: str, rows: Ints, part: Any) -> dict[str, Any]:
    """News, review and opinion apart; and the articles where a model that names its own target names the right one."""
    details: dict[str, Any] = {}
    genres = np.array([str(g) for g in run.corpus.values("genre", rows)], dtype=object)
    y, labels = run.corpus.y[rows], run.corpus.labels
    answers = [u.answers[name].labels[part] for u in run.units]

    def brief(chosen: Any) -> dict[str, Any]:
        parts = [
            {
                "accuracy": float((y[chosen] == a[chosen]).mean()),
                "macro_f1": macro_f1(y[chosen], a[chosen], run.classes, len(labels)),
                **stance_scores(y[chosen], a[chosen], labels),
            }
            for a in answers
        ]
        return {"articles": int(chosen.sum()), **{k: rounded(float(np.mean([p[k] for p in parts]))) for k in parts[0]}}

    details["by_genre"] = {g: brief(genres == g) for g in _GENRES if (genres == g).any()}
    if name in run.units[0].targets:
        found = np.array(run.units[0].targets[name], dtype=object)[part]
        given = run.corpus.values("target", rows)
        right = np.array(
            [bool(a and b) and a.casefold() == b.casefold() for a, b in zip(found, given, strict=True)], dtype=bool
        )
        details["target_right"] = brief(right) if right.any() else {"articles": 0}
        details["target_coverage"] = rounded(float(np.mean([bool(t) for t in found])))
    return details


def gaps(run: Run, metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Each hard test split against `test`: the difference of scores, also over the classes that both support."""
    found: dict[str, Any] = {}
    easy = run.corpus.y[run.rows["test"]] if "test" in run.rows else None
    for split in run.tests:
        if easy is None or split == "test":
            continue
        hard = run.corpus.y[run.rows[split]]
        shared = np.intersect1d(run.classes, np.intersect1d(easy, hard))
        found[split] = {
            "accuracy": rounded(metrics[split]["accuracy"] - metrics["test"]["accuracy"]),
            "macro_f1": rounded(metrics[split]["macro_f1"] - metrics["test"]["macro_f1"]),
            "macro_f1_shared": None,
            "shared_classes": [run.corpus.labels[c] for c in shared],
        }
        if len(shared):
            found[split] |= _difference(run, split, shared)
    return found


def _difference(run: Run, split: str, shared: Ints) -> dict[str, Any]:
    """Macro-F1 over the shared classes on a hard split minus that on `test`, with an interval."""
    how, width = run.settings.uncertainty, len(run.corpus.labels)

    def side(name: str) -> tuple[list[tuple[Ints, Ints]], list[str]]:
        y = run.corpus.y[run.rows[name]]
        return [(y, unit.answers[name].labels) for unit in run.units], run.corpus.values("cluster", run.rows[name])

    hard, easy = side(split), side("test")
    means = [np.mean([macro_f1(y, p, shared, width) for y, p in pairs]) for pairs, _ in (hard, easy)]
    found: dict[str, Any] = {"macro_f1_shared": rounded(float(means[0] - means[1]))}
    if how.bootstrap and min(len(set(clusters)) for _, clusters in (hard, easy)) > 1:
        found["intervals"] = difference(
            hard, easy, shared, width, rounds=how.bootstrap, confidence=how.confidence, seed=run.settings.seed
        )
    return found


def masked(run: Run, metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Scores with the labeler's terms taken out of the test articles, and what that costs."""
    found = {}
    for split in run.tests:
        one = _averaged([_plain(run, split, unit.answers[split + MASKED]) for unit in run.units])
        found[split] = {
            "accuracy": one["accuracy"],
            "macro_f1": one["macro_f1"],
            "drop": rounded(metrics[split]["macro_f1"] - one["macro_f1"]),
        }
    return found


def _plain(run: Run, split: str, answer: Answers) -> dict[str, Any]:
    return scores(run.corpus.y[run.rows[split]], answer.labels, answer.sure, run.corpus.labels, run.classes)
