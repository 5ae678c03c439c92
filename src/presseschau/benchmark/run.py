"""One run: fit on train, choose on validation, report on every test split; or cross-validation, pooled out of fold."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from presseschau.benchmark.data import Corpus, Examples, Ints
from presseschau.benchmark.features import remembered
from presseschau.benchmark.identity import config_of, key_of
from presseschau.benchmark.load import load
from presseschau.benchmark.metrics import macro_f1
from presseschau.benchmark.models import Model, model_from
from presseschau.benchmark.models.keywords import masker
from presseschau.benchmark.report import finished, summed, write
from presseschau.benchmark.scored import MASKED, Run
from presseschau.benchmark.search import best, candidates, with_options
from presseschau.benchmark.settings import Settings
from presseschau.benchmark.units import Answers, Unit, fitted, kept
from presseschau.config import ConfigError
from presseschau.stable import cores, sha256


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a run's results are.

    Attributes:
        folder: The run's own.
        results: What `results.json` says; None where the model was not asked, since it costs money.
        reused: Whether they were there before.
        told: What asking would cost, where it was not asked.
    """

    folder: Path
    results: dict[str, Any] | None
    reused: bool = False
    told: str = ""


def run(settings: Settings) -> Outcome:
    """Runs one model as configured, or answers with the finished run of the same config, data and code.

    Raises:
        ConfigError: The data or the config can't be run.
    """
    if settings.output.exists() and not settings.output.is_dir():
        raise ConfigError(f"output.dir={settings.output} is a file: name a folder")
    corpus = load(settings.dataset, settings.task, pooled=settings.protocol == "cv")
    if "text" not in settings.text.fields and "title" not in corpus.table.column_names:
        raise ConfigError("text.fields=[title], but the dataset has no title: say dataset.title=COLUMN")
    protocol = settings.protocol or ("splits" if len(corpus.splits) > 1 else "cv")
    if protocol == "splits" and not corpus.tests:
        raise ConfigError("the dataset has no test split: say protocol=cv, dataset.split=COLUMN or dataset.test=FILE")
    if protocol == "splits" and settings.search != "none" and "validation" not in corpus.splits:
        raise ConfigError("search needs a validation split: say dataset.validation=FILE, or search=none")
    if protocol == "cv" and (settings.search != "none" or settings.learning_curve):
        raise ConfigError("search and learning_curve need given splits, protocol=cv has none")
    for note in corpus.notes:
        print(f"note: {note}", file=sys.stderr)
    plan = Plan.of(settings, corpus, protocol)
    if not settings.clean and (found := finished(plan.folder)):
        return Outcome(plan.folder, found, reused=True)
    if settings.clean:  # what is finished stays until there is something in its place
        shutil.rmtree(plan.folder / "units", ignore_errors=True)
    if (told := plan.held_back()) is not None:
        return Outcome(plan.folder, None, told=told)
    made = plan.splits() if protocol == "splits" else plan.cross_validation()
    results = write(plan.folder, made)
    shutil.rmtree(plan.folder / "units", ignore_errors=True)
    return Outcome(plan.folder, results)


@dataclass(frozen=True, slots=True)
class Plan:
    """A run before it is done: what it stands on and where its results go."""

    settings: Settings
    corpus: Corpus
    protocol: str
    digests: Mapping[str, str]
    folder: Path

    @classmethod
    def of(cls, settings: Settings, corpus: Corpus, protocol: str) -> Plan:
        """Names the folder by what decides the results; see `identity`."""
        names = corpus.splits if protocol == "splits" else {"cv": corpus.splits["train"]}
        digests = {split: corpus.digest(rows, split=split) for split, rows in names.items()}
        key = key_of(settings, protocol, {**digests, "": corpus.beside()})
        name = f"{settings.task}-{settings.name}-{key}"
        return cls(settings, corpus, protocol, digests, settings.output / "runs" / name)

    @property
    def workers(self) -> int:
        """Processes."""
        return self.settings.workers or cores()

    @property
    def model(self) -> Model:
        """The model as configured, not fitted."""
        return model_from(self.settings.model, self.workers)

    def held_back(self) -> str | None:
        """What the model would cost, where it may not be asked yet."""
        return self.model.before([self.examples(split) for split in self.corpus.tests or ("train",)])

    @property
    def seeds(self) -> tuple[int, ...]:
        """Seeds of the fits: several where the model is random."""
        return tuple(self.settings.seed + i for i in range(self.settings.seeds if self.model.random else 1))

    def examples(self, split: str) -> Examples:
        """The articles of a split."""
        return self.corpus.examples(self.corpus.splits[split], self.settings.text)

    def fit(
        self, name: str, config: Mapping[str, Any], train: Examples, asked: Mapping[str, Examples], seed: int
    ) -> Unit:
        """One fit, kept under its name."""
        validation = self.examples("validation") if "validation" in self.corpus.splits else None
        return kept(
            self.folder / "units" / f"{name}.npz",
            lambda: fitted(config, train, validation, asked, seed=seed, workers=self.workers),
        )

    def splits(self) -> Run:
        """The protocol on given splits."""
        config, tried = self.search()
        reported = [*self.corpus.tests]
        if "validation" in self.corpus.splits and not self.model.costly:
            reported.append("validation")
        asked = {split: self.examples(split) for split in reported}
        masked = self.maskable()
        if masked:
            mask = masker(self.corpus.task)
            asked |= {s + MASKED: self.examples(s).masked(mask) for s in self.corpus.tests}
        train = self.examples("train")
        units = [self.fit(f"seed-{seed}", config, train, asked, seed) for seed in self.bar(self.seeds, "fits")]
        run = self.done(config, units, {split: self.corpus.splits[split] for split in reported})
        return replace(run, searched=tried, curve=self.curve(config, train), masked=masked)

    def done(self, config: Mapping[str, Any], units: list[Unit], rows: Mapping[str, Ints]) -> Run:
        """The run, once the model is fitted with this config and has answered on these rows."""
        return Run(
            settings=self.settings,
            corpus=self.corpus,
            protocol=self.protocol,
            config=config_of(self.settings, self.protocol),
            model=config,
            digests=dict(self.digests),
            seeds=self.seeds,
            classes=np.unique(self.corpus.y[self.corpus.splits["train"]]),
            units=units,
            rows=rows,
        )

    def search(self) -> tuple[Mapping[str, Any], list[dict[str, Any]]]:
        """The model's config, with the options that do best on validation; and all that was tried."""
        how = self.settings.search
        if how == "none":
            return self.settings.model, []
        train, validation = self.examples("train"), self.examples("validation")
        classes = np.unique(train.y)
        tried = []
        options = candidates(self.settings.model, how, self.settings.budget, self.settings.seed)
        with remembered():
            for i, option in enumerate(self.bar(options, "search")):
                config = with_options(self.settings.model, option)
                unit = self.fit(f"search-{i}", config, train, {"validation": validation}, self.settings.seed)
                answer = unit.answers["validation"]
                score = macro_f1(validation.y, answer.labels, classes, len(self.corpus.labels))
                tried.append({"options": option, "macro_f1": round(score, 6)})
        return with_options(self.settings.model, best(tried)), tried

    def curve(self, config: Mapping[str, Any], train: Examples) -> list[dict[str, Any]]:
        """Scores of the model trained on shares of train: whole clusters, nested, by seeded order."""
        points = []
        clusters = np.array(train.column("cluster"), dtype=str)
        asked = {s: self.examples(s) for s in self.corpus.tests}
        classes = np.unique(train.y)
        draws = [(share, i) for share in sorted(set(self.settings.learning_curve)) for i in range(self.settings.seeds)]
        for share, i in self.bar(draws, "learning curve"):
            seed = self.settings.seed + i
            order = {c: sha256(f"{seed}\t{c}") for c in np.unique(clusters).tolist()}
            chosen = set(sorted(order, key=order.__getitem__)[: max(1, round(share * len(order)))])
            part = train.only(train.rows[np.array([c in chosen for c in clusters], dtype=bool)])
            if len(np.unique(part.y)) < 2:
                raise ConfigError(f"learning_curve: {share:g} of train is a single class: start with a larger share")
            unit = self.fit(f"curve-{share}-{i}", config, part, asked, seed)
            scores = {
                s: round(macro_f1(e.y, unit.answers[s].labels, classes, len(self.corpus.labels)), 6)
                for s, e in asked.items()
            }
            points.append({"share": share, "seed": seed, "articles": len(part), "macro_f1": scores})
        return points

    def cross_validation(self) -> Run:
        """Stratified folds of whole clusters; every article is predicted out of fold."""
        rows = self.corpus.splits["train"]
        width, y = len(self.corpus.labels), self.corpus.y[rows]
        units = []
        for seed in self.seeds:
            labels, sure = np.zeros(len(rows), dtype=np.int64), np.zeros((len(rows), width), dtype=np.float32)
            facts: list[dict[str, Any]] = []
            targets: dict[str, list[str | None]] = {}
            for fold, (train, test) in enumerate(self.bar(self.folds(rows, y), "folds")):
                unit = self.fit(
                    f"seed-{seed}-fold-{fold}",
                    self.settings.model,
                    self.corpus.examples(rows[train], self.settings.text),
                    {"cv": self.corpus.examples(rows[test], self.settings.text)},
                    seed,
                )
                labels[test], sure[test] = unit.answers["cv"].labels, unit.answers["cv"].probabilities
                facts.append(unit.facts)
                for name, found in unit.targets.items():
                    for at, target in zip(test.tolist(), found, strict=True):
                        targets.setdefault(name, [None] * len(rows))[at] = target
            units.append(Unit({"cv": Answers(labels, sure)}, _together(facts), targets))
        return self.done(self.settings.model, units, {"cv": rows})

    def folds(self, rows: Ints, y: Ints) -> list[tuple[Ints, Ints]]:
        """Train and test positions of each fold; what people validated is in no train.

        Raises:
            ConfigError: There are too few articles of a label, or too few clusters.
        """
        from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

        number, seed = self.settings.folds, self.settings.seed
        classes, sizes = np.unique(y, return_counts=True)
        if (rare := int(sizes.min())) < number:
            label = self.corpus.labels[classes[sizes.argmin()]]
            if rare < 2:
                raise ConfigError(
                    f"label {label} has {rare} article: folds can't hold it in train and test, leave it out"
                )
            raise ConfigError(f"label {label} has {rare} articles, fewer than folds={number}: say folds={rare} or less")
        clusters = self.corpus.values("cluster", rows)
        if (size := len(set(clusters))) < number:
            raise ConfigError(f"the articles are {size} clusters, fewer than folds={number}: check dataset.cluster")
        alone = size == len(rows)
        by = (StratifiedKFold if alone else StratifiedGroupKFold)(number, shuffle=True, random_state=seed)
        free = np.array([role != "validation" for role in self.corpus.values("label_role", rows)], dtype=bool)
        found = by.split(rows, y, None if alone else clusters)
        folds = [(train[free[train]], test) for train, test in found if len(test)]
        if any(len(np.unique(y[train])) < 2 for train, _ in folds):
            raise ConfigError("a fold trains on a single class: say fewer folds, or check dataset.cluster")
        return folds

    def maskable(self) -> bool:
        """Whether the labeler's terms mean anything here: its own labels, in a published dataset."""
        if not self.settings.masked or self.model.costly or "labeler" not in self.corpus.table.column_names:
            return False
        makers = set(self.corpus.values("labeler", self.corpus.splits["train"][:1000]))
        return any(str(maker).startswith("rules/") and "+" not in str(maker) for maker in makers)

    def bar(self, items: Sequence[Any], what: str) -> Iterator[Any]:
        """The items, with a progress bar where somebody watches."""
        shown = sys.stderr.isatty() if self.settings.progress is None else self.settings.progress
        yield from tqdm(items, desc=what, disable=not shown or len(items) < 2, leave=False)


def _together(facts: list[dict[str, Any]]) -> dict[str, Any]:
    sums = {key: sum(f[key] for f in facts) for key in ("fit_seconds", "predict_seconds", "predicted")}
    largest = {key: max(f[key] for f in facts) for key in ("peak_bytes", "model_bytes")}
    return {**facts[0], **sums, **largest, "spent": summed([f["spent"] for f in facts])}
