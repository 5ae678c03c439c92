"""What a run leaves behind: `results.json` and the predictions, whole or not at all."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from ..stable import rounded, sha256
from .data import Corpus, Ints
from .measure import machine
from .metrics import counts, f1, scores, stance_scores
from .settings import Settings
from .uncertainty import intervals
from .units import Answers, Unit

SCHEMA = 1
_PACKAGES = ("presseschau", "numpy", "scipy", "scikit-learn", "pyarrow", "model2vec", "transformers", "torch")
_SCALARS = ("accuracy", "macro_f1", "macro_f1_supported", "weighted_f1", "ece", "brier", "f1_favor_against", "stance3")
_GENRES = ("news", "review", "opinion")


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


def test_digest(digests: Mapping[str, str]) -> str:
    """One sha256 over all test splits: two runs may be compared exactly where it is the same."""
    tests = {s: d for s, d in digests.items() if s not in ("train", "validation")}
    return sha256("\n".join(f"{s}\t{tests[s]}" for s in sorted(tests)))


def finished(folder: Path) -> dict[str, Any] | None:
    """The results of a finished run, None where it is not there or not whole."""
    if not (folder / "predictions.parquet").is_file():
        return None
    try:
        found = orjson.loads((folder / "results.json").read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return None
    return found if isinstance(found, dict) else None


def write(folder: Path, run: Run) -> dict[str, Any]:
    """Scores a run and writes its files, `results.json` last."""
    folder.mkdir(parents=True, exist_ok=True)
    results = results_of(run)
    _replace(folder / "predictions.parquet", lambda path: pq.write_table(predictions(run), path, compression="zstd"))
    data = orjson.dumps(results, option=orjson.OPT_INDENT_2)
    _replace(folder / "results.json", lambda path: path.write_bytes(data + b"\n"))
    return results


def _replace(path: Path, write_to: Any) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    write_to(temporary)
    temporary.replace(path)


def predictions(run: Run) -> pa.Table:
    """One row an article, split and seed: true and predicted label, their names, the probability of each label."""
    labels, parts = np.array(run.corpus.labels, dtype=object), []
    for seed, unit in zip(run.seeds, run.units, strict=True):
        for split, rows in run.rows.items():
            answer = unit.answers[split]
            right = answer.labels == run.corpus.y[rows]
            parts.append(
                pa.table(
                    {
                        "split": pa.array([split] * len(rows), pa.string()),
                        "id": pa.array(run.corpus.values("id", rows), pa.string()),
                        "cluster": pa.array(run.corpus.values("cluster", rows), pa.string()),
                        "seed": pa.array([seed] * len(rows), pa.int64()),
                        "label": pa.array(labels[run.corpus.y[rows]].tolist(), pa.string()),
                        "predicted": pa.array(labels[answer.labels].tolist(), pa.string()),
                        "correct": pa.array(right.tolist(), pa.bool_()),
                        "label_role": pa.array(run.corpus.values("label_role", rows), pa.string()),
                        "label_source": pa.array(sources(run.corpus, rows), pa.string()),
                        "probabilities": pa.array(list(answer.probabilities), pa.list_(pa.float32())),
                    }
                )
            )
    table = pa.concat_tables(parts)
    return table.replace_schema_metadata({"labels": orjson.dumps(list(run.corpus.labels)).decode()})


def sources(corpus: Corpus, rows: Ints) -> list[str]:
    """Who made each row's label: rules, model, llm, human; `given` where the data does not say."""
    said = corpus.values("source", rows)
    roles, labelers = corpus.values("label_role", rows), corpus.values("labeler", rows)
    return [
        str(s) if s else "human" if role else str(labeler).partition("/")[0] if labeler else "given"
        for s, role, labeler in zip(said, roles, labelers, strict=True)
    ]


def results_of(run: Run) -> dict[str, Any]:
    """The content of `results.json`; everything but the block `measured` is the same in every run."""
    corpus, settings = run.corpus, run.settings
    metrics = {split: _scored(run, split, rows) for split, rows in run.rows.items()}
    validated = {
        s: _scored(run, s, r[chosen], chosen)
        for s, r in run.rows.items()
        if (chosen := np.array([role == "validation" for role in corpus.values("label_role", r)], dtype=bool)).any()
    }
    tests = [s for s in run.tests if s in metrics]
    own = settings.model["kind"] == "keywords"
    return {
        "schema": SCHEMA,
        "model": str(settings.model.get("name", settings.model["kind"])),
        "task": settings.task,
        "protocol": run.protocol,
        "test_sha256": test_digest(run.digests),
        "metrics": {s: metrics[s] for s in tests},
        "validated": {s: v for s, v in validated.items() if s in tests},
        "gaps": _gaps(run, metrics),
        "validation": metrics.get("validation"),
        "masked": _masked(run, metrics) if run.masked else None,
        "learning_curve": run.curve,
        "labels": {
            "all": list(corpus.labels),
            "train": [corpus.labels[i] for i in run.classes],
            "sources": {s: dict(sorted(Counter(sources(corpus, r)).items())) for s, r in corpus.splits.items()},
            "labelers": sorted({str(v) for v in corpus.values("labeler", np.arange(corpus.table.num_rows)) if v}),
        },
        # A labeler is not ranked against labels that it made: that would measure nothing but its agreement with itself.
        "ranked": {s: not (own and "rules" in set(sources(corpus, run.rows[s]))) for s in tests},
        "dataset": {**corpus.origin, "notes": list(corpus.notes)},
        "splits": {
            s: {"articles": len(r), "clusters": len(set(corpus.values("cluster", r))), "sha256": run.digests.get(s)}
            for s, r in (run.rows if run.protocol == "cv" else corpus.splits).items()
        },
        "seeds": list(run.seeds),
        "search": {"how": settings.search, "tried": run.searched, "chosen": _chosen(run)} if run.searched else None,
        "config": _portable(run.config),
        "reads": run.units[0].facts["reads"],
        "probabilities": run.units[0].facts["probabilities"],
        "versions": _versions(),
        "measured": _measured(run.units),
    }


def _chosen(run: Run) -> Any:
    return max(run.searched, key=lambda t: t["macro_f1"])["options"]


def _portable(value: Any) -> Any:
    """Paths as their last part: results name no folder of one machine."""
    if isinstance(value, Mapping):
        return {k: _portable(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_portable(v) for v in value]
    return Path(value).name if isinstance(value, str) and os.path.isabs(value) else value  # noqa: PTH117 a str test


def _versions() -> dict[str, str]:
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _measured(units: Sequence[Unit]) -> dict[str, Any]:
    """Times are sums over seeds and folds, memory and size the largest of them."""
    fit, predict = (sum(u.facts[key] for u in units) for key in ("fit_seconds", "predict_seconds"))
    articles = sum(u.facts["predicted"] for u in units)
    return {
        "fit_seconds": round(fit, 3),
        "predict_seconds": round(predict, 3),
        "articles_per_second": round(articles / predict, 1) if predict else None,
        "peak_memory_mb": round(max(u.facts["peak_bytes"] for u in units) / 2**20, 1),
        "model_mb": round(max(u.facts["model_bytes"] for u in units) / 2**20, 3),
        "hardware": machine(),
    }


def _scored(run: Run, name: str, rows: Ints, chosen: Any = None) -> dict[str, Any]:
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
    if how.bootstrap:
        found["intervals"] = intervals(
            pairs, run.corpus.values("cluster", rows), run.classes, len(labels),
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
    return found


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
                "macro_f1": float(f1(*counts(y[chosen], a[chosen], len(labels)))[run.classes].mean()),
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


def _gaps(run: Run, metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Each hard test split against `test`: the difference of scores, also over the classes that both support."""
    if "test" not in run.rows:
        return {}
    found, width = {}, len(run.corpus.labels)
    easy = run.corpus.y[run.rows["test"]]
    for split in run.tests:
        if split == "test":
            continue
        hard = run.corpus.y[run.rows[split]]
        shared = np.array([c for c in run.classes if (easy == c).any() and (hard == c).any()], dtype=np.int64)
        both = [
            [f1(*counts(y, unit.answers[s].labels, width))[shared].mean() if len(shared) else 0.0 for unit in run.units]
            for s, y in (("test", easy), (split, hard))
        ]
        found[split] = {
            "accuracy": rounded(metrics[split]["accuracy"] - metrics["test"]["accuracy"]),
            "macro_f1": rounded(metrics[split]["macro_f1"] - metrics["test"]["macro_f1"]),
            "macro_f1_shared": rounded(float(np.mean(both[1]) - np.mean(both[0]))),
            "shared_classes": [run.corpus.labels[c] for c in shared],
        }
    return found


def _masked(run: Run, metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Scores with the labeler's terms taken out of the test articles, and what that costs."""
    found = {}
    for split in run.tests:
        one = _averaged([_plain(run, split, unit.answers[f"{split}/masked"]) for unit in run.units])
        found[split] = {
            "accuracy": one["accuracy"],
            "macro_f1": one["macro_f1"],
            "drop": rounded(metrics[split]["macro_f1"] - one["macro_f1"]),
        }
    return found


def _plain(run: Run, split: str, answer: Answers) -> dict[str, Any]:
    return scores(run.corpus.y[run.rows[split]], answer.labels, answer.sure, run.corpus.labels, run.classes)
