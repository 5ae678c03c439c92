"""The pieces of a run, one fit each: kept as they are done, so that an interrupted run goes on where it stopped."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import orjson

from presseschau.benchmark.data import Examples, Floats
from presseschau.benchmark.measure import cost
from presseschau.benchmark.models import model_from
from presseschau.benchmark.models.model import chosen


@dataclass(frozen=True, slots=True)
class Answers:
    """What a fitted model says about one set of articles.

    Attributes:
        labels: Predicted label of each article, or `ABSTAINED`.
        probabilities: One column a label, as float32.
    """

    labels: Any
    probabilities: Any

    @property
    def sure(self) -> Floats:
        """Probabilities as float64."""
        return np.asarray(self.probabilities, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Unit:
    """One fit and its predictions.

    Attributes:
        answers: By name of the set of articles asked about.
        facts: Seconds, memory, size, and what else the model tells.
        targets: Stance targets found, by set, of a model that finds its own.
    """

    answers: Mapping[str, Answers]
    facts: dict[str, Any] = field(default_factory=dict)
    targets: Mapping[str, list[str | None]] = field(default_factory=dict)


def fitted(
    config: Mapping[str, Any],
    train: Examples,
    validation: Examples | None,
    asked: Mapping[str, Examples],
    *,
    seed: int,
    workers: int,
) -> Unit:
    """Fits one model and asks it about each set."""
    model = model_from(config, workers)
    for module in model.needs:
        import_module(module)
    with cost() as fitting:
        model.fit(train, validation, seed)
    answers, targets, peak = {}, {}, fitting.peak_bytes
    seconds, predicted = 0.0, 0
    for name, examples in asked.items():
        with cost() as asking:
            probabilities = model.predict_proba(examples)
        answers[name] = Answers(chosen(probabilities), probabilities.astype(np.float32))
        if train.corpus.task == "stance" and hasattr(model, "targets") and examples.mask is None:
            targets[name] = model.targets(examples)
        peak = max(peak, asking.peak_bytes)
        if examples.mask is None:  # to find the terms takes longer than most models do
            seconds, predicted = seconds + asking.seconds, predicted + len(examples)
    facts = {
        "fit_seconds": fitting.seconds,
        "predict_seconds": seconds,
        "predicted": predicted,
        "peak_bytes": peak,
        "model_bytes": model.nbytes,
        "random": model.random,
        "probabilities": model.probabilities,
        "reads": model.reads,
        "spent": model.spent,
    }
    return Unit(answers, facts, targets)


def kept(path: Path, make: Callable[[], Unit]) -> Unit:
    """The unit of an earlier start where it is there and whole, else what `make` gives, written whole or not at all."""
    if (found := _read(path)) is not None:
        return found
    unit = make()
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = {f"labels/{n}": a.labels for n, a in unit.answers.items()}
    arrays |= {f"probabilities/{n}": a.probabilities for n, a in unit.answers.items()}
    rest = orjson.dumps({"facts": unit.facts, "targets": unit.targets})
    temporary = path.with_name(f".{path.name}.{os.getpid()}.npz")
    np.savez(temporary, rest=np.frombuffer(rest, dtype=np.uint8), **arrays)
    temporary.replace(path)
    return unit


def _read(path: Path) -> Unit | None:
    if not path.is_file():
        return None
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            rest = orjson.loads(stored["rest"].tobytes())
            names = [key.removeprefix("labels/") for key in stored.files if key.startswith("labels/")]
            answers = {n: Answers(stored[f"labels/{n}"], stored[f"probabilities/{n}"]) for n in names}
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error):
        return None
    return Unit(answers, rest["facts"], rest["targets"])
