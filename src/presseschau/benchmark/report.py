"""What a run leaves behind: `results.json` and the predictions, whole or not at all."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, get_args

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from presseschau.benchmark.data import ABSTAINED
from presseschau.benchmark.measure import machine
from presseschau.benchmark.metrics import macro_f1
from presseschau.benchmark.models import model_from
from presseschau.benchmark.scored import Run, gaps, makers, masked, scored, sources
from presseschau.benchmark.search import best
from presseschau.benchmark.settings import NAME, Task
from presseschau.benchmark.units import Unit
from presseschau.stable import sha256

SCHEMA = 1
_PARTS = {
    "gaps", "validated", "validation", "masked", "learning_curve", "ranked", "dataset", "splits", "config", "measured",
    "protocol", "test_sha256",
}  # fmt: skip
_PACKAGES = ("presseschau", "numpy", "scipy", "scikit-learn", "pyarrow", "model2vec", "transformers", "torch")


def test_digest(digests: Mapping[str, str]) -> str:
    """One sha256 over all test splits: two runs may be compared exactly where it is the same."""
    tests = {s: d for s, d in digests.items() if s not in ("train", "validation")}
    return sha256("\n".join(f"{s}\t{tests[s]}" for s in sorted(tests)))


def finished(folder: Path) -> dict[str, Any] | None:
    """The results of a finished run, None where they are not there, not whole, or not those of its predictions."""
    try:
        found = orjson.loads((folder / "results.json").read_bytes())
        return found if found["schema"] == SCHEMA and _holds(found, read_predictions(folder)) else None
    except (OSError, ValueError, LookupError, TypeError, AttributeError, pa.ArrowException):
        return None


def read_predictions(folder: Path) -> pa.Table:
    """The predictions of a run: the columns that its scores follow from."""
    columns = ["split", "id", "cluster", "seed", "label", "predicted"]
    return pq.read_table(folder / "predictions.parquet", columns=columns)


def _holds(found: Mapping[str, Any], table: pa.Table) -> bool:
    """Whether results have all parts, and scores that follow from the predictions: anybody may have edited them."""
    names = list(dict.fromkeys([*found["labels"]["all"], *table["label"].to_pylist()]))
    place = {label: i for i, label in enumerate(names)} | {None: ABSTAINED}
    classes = np.array([place[label] for label in found["labels"]["train"]])
    for split, said in found["metrics"].items():
        rows, each = table.filter(pc.equal(table["split"], split)), []
        for seed in found["seeds"]:
            part = rows.filter(pc.equal(rows["seed"], seed))
            y, predicted = (np.array([place[x] for x in part[c].to_pylist()]) for c in ("label", "predicted"))
            if not len(set(part["id"].to_pylist())) == len(y) == said["articles"] > 0:
                return False
            each.append(((y == predicted).mean(), macro_f1(y, predicted, classes, len(names))))
        if not each or not np.allclose(np.mean(each, axis=0), [said["accuracy"], said["macro_f1"]], rtol=0, atol=1e-5):
            return False
    return found.keys() >= _PARTS and NAME.fullmatch(found["model"]) is not None and found["task"] in get_args(Task)


def write(folder: Path, run: Run) -> dict[str, Any]:
    """Scores a run and writes its files, `results.json` last."""
    folder.mkdir(parents=True, exist_ok=True)
    results = results_of(run)
    _replace(folder / "predictions.parquet", lambda path: pq.write_table(predictions(run), path, compression="zstd"))
    data = orjson.dumps(results, option=orjson.OPT_INDENT_2)
    _replace(folder / "results.json", lambda path: path.write_bytes(data + b"\n"))
    return results


def _replace(path: Path, write_to: Callable[[Path], object]) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    write_to(temporary)
    temporary.replace(path)


def predictions(run: Run) -> pa.Table:
    """One row an article, split and seed: true and predicted label (null: none), and the probability of each label."""
    labels, parts = np.array(run.corpus.labels, dtype=object), []
    for seed, unit in zip(run.seeds, run.units, strict=True):
        for split, rows in run.rows.items():
            answer = unit.answers[split]
            right = answer.labels == run.corpus.y[rows]
            predicted = [labels[i] if i != ABSTAINED else None for i in answer.labels]
            parts.append(pa.table({
                "split": pa.array([split] * len(rows), pa.string()),
                "id": pa.array(run.corpus.values("id", rows), pa.string()),
                "cluster": pa.array(run.corpus.values("cluster", rows), pa.string()),
                "seed": pa.array([seed] * len(rows), pa.int64()),
                "label": pa.array(labels[run.corpus.y[rows]].tolist(), pa.string()),
                "predicted": pa.array(predicted, pa.string()),
                "correct": pa.array(right.tolist(), pa.bool_()),
                "label_role": pa.array(run.corpus.values("label_role", rows), pa.string()),
                "label_source": pa.array(sources(run.corpus, rows), pa.string()),
                "probabilities": pa.array(list(answer.probabilities), pa.list_(pa.float32())),
            }))  # fmt: skip
    table = pa.concat_tables(parts)
    return table.replace_schema_metadata({"labels": orjson.dumps(list(run.corpus.labels)).decode()})


def results_of(run: Run) -> dict[str, Any]:
    """The content of `results.json`; everything but the block `measured` is the same in every run."""
    corpus, settings = run.corpus, run.settings
    metrics = {split: scored(run, split, rows) for split, rows in run.rows.items()}
    validated = {
        s: scored(run, s, r[chosen], chosen)
        for s, r in run.rows.items()
        if (chosen := np.array([role == "validation" for role in corpus.values("label_role", r)], dtype=bool)).any()
    }
    tests, tried, model = run.tests, run.searched, model_from(run.model, 1)
    return {
        "schema": SCHEMA,
        "model": settings.name,
        "task": settings.task,
        "protocol": run.protocol,
        "test_sha256": test_digest(run.digests),
        "metrics": {s: metrics[s] for s in tests},
        "validated": {s: v for s, v in validated.items() if s in tests},
        "gaps": gaps(run, metrics),
        "validation": metrics.get("validation"),
        "masked": masked(run, metrics) if run.masked else None,
        "learning_curve": run.curve,
        "labels": {
            "all": list(corpus.labels),
            "train": [corpus.labels[i] for i in run.classes],
            "sources": {s: dict(sorted(Counter(sources(corpus, r)).items())) for s, r in corpus.splits.items()},
            "labelers": sorted({str(v) for v in corpus.values("labeler", np.arange(corpus.table.num_rows)) if v}),
        },
        # A labeler is not ranked against labels that it made: that would measure nothing but its agreement with itself.
        "ranked": {s: not any(model.made(*maker) for maker in makers(corpus, run.rows[s])) for s in tests},
        "dataset": {**corpus.origin, "notes": list(corpus.notes)},
        "splits": {
            s: {"articles": len(r), "clusters": len(set(corpus.values("cluster", r))), "sha256": run.digests.get(s)}
            for s, r in (run.rows if run.protocol == "cv" else corpus.splits).items()
        },
        "seeds": list(run.seeds),
        "search": {"how": settings.search, "tried": tried, "chosen": best(tried)} if tried else None,
        "config": run.config,
        "reads": run.units[0].facts["reads"],
        "probabilities": run.units[0].facts["probabilities"],
        "versions": _versions(),
        "measured": _measured(run.units),
    }


def summed(spent: Sequence[Mapping[str, float | None]]) -> dict[str, float | None]:
    """Sums by name; None where a number is unknown."""
    each = {name: [s[name] for s in spent] for name in spent[0]}
    return {name: None if None in values else sum(v for v in values if v is not None) for name, values in each.items()}


def _versions() -> dict[str, str]:
    found = {}
    for name in _PACKAGES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
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
        "spent": summed([u.facts["spent"] for u in units]),
        "hardware": machine(),
    }
