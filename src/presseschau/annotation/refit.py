"""Confidence fitted again on what people labelled for training, for a build to take as `label.calibration`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import yaml

from presseschau.annotation.articles import Article
from presseschau.annotation.human import HumanLabel, HumanLabels
from presseschau.annotation.transformer import Classifier, score_features
from presseschau.document import Document
from presseschau.label import Labeler
from presseschau.label.calibrate import Calibration, cross_fit, expected_error, fit, perfect_limit
from presseschau.label.vote import Decision, features_of

MIN_ARTICLES = 100  # below, an interval of the fitted probabilities is wider than what it would correct
TASKS = ("topic", "genre")


@dataclass(frozen=True, slots=True)
class Refit:
    """A calibration and how well it would have held on articles that it had not seen.

    Attributes:
        calibrations: By task.
        errors: Expected calibration error of cross-fitted confidences, by task.
        limits: What a perfectly calibrated model of that size stays under in 95 % of cases, by task.
        accuracy: Share of right labels in the corpus that the sample speaks for, by task.
        left_out: Labels that were not used, since their articles were chosen for being hard.
    """

    calibrations: dict[str, Calibration]
    errors: dict[str, float]
    limits: dict[str, float]
    accuracy: dict[str, float]
    left_out: int

    def to_yaml(self) -> str:
        """The file, as `calibrate.load_calibration` reads it."""
        first = next(iter(self.calibrations.values()))
        tasks = {task: {"intercept": c.intercept, "weights": dict(c.weights)} for task, c in self.calibrations.items()}
        data = {"reference": first.reference, "articles": first.articles, "tasks": tasks}
        return yaml.safe_dump(data, sort_keys=False, allow_unicode=True)


def refit(
    labeler: Labeler,
    articles: Iterable[Article],
    labels: HumanLabels,
    reference: str,
    seed: int = 0,
    classifier: Classifier | None = None,
) -> Refit:
    """Fits topic and genre confidence on random training labels, and that of a local model where there is one.

    Only labels of a random or stratified training sample count: articles that were chosen for being uncertain would
    teach that everything is. Each counts with the inverse of its inclusion probability, so that a stratified sample
    speaks for the corpus. Validation labels calibrate nothing.

    Args:
        labeler: The rules, whose labels are judged.
        articles: The articles of the dataset.
        labels: Labels by people.
        reference: Name of the labels, kept as provenance.
        seed: Of the simulation of a perfectly calibrated model.
        classifier: The model whose labels take the rules' place; its calibration goes by its own name.

    Raises:
        ValueError: Too few labels of a random training sample.
    """
    training = labels.of("training")
    usable = {i: x for i, x in training.items() if x.inclusion_probability is not None}
    decisions: dict[str, tuple[Decision, Decision]] = {}
    documents: dict[str, Document] = {}
    for article in articles:
        if article.id in usable and usable[article.id].text_sha256 == article.text_sha256:
            decisions[article.id] = labeler.decisions(article.document)
            documents[article.id] = article.document
    ids = sorted(i for i in decisions if {"topic", "genre"} <= set(usable[i].labels))
    if len(ids) < MIN_ARTICLES:
        raise ValueError(
            f"{len(ids)} training labels of a random sample, {MIN_ARTICLES} are needed; "
            "export with purpose=training strategy=random"
        )
    out = Refit({}, {}, {}, {}, len(training) - len(usable))
    for k, task in enumerate(TASKS):
        features = [features_of(decisions[i][k]) for i in ids]
        right = [decisions[i][k].label == usable[i].labels[task] for i in ids]
        _fit(out, task, features, right, _weights(usable, ids), reference, seed)
    if classifier is not None:
        task = classifier.config.task
        judged = [i for i in ids if task in usable[i].labels]
        said = list(replace(classifier, calibration=None).answers(documents[i] for i in judged))
        right = [answer.label == usable[i].labels[task] for i, answer in zip(judged, said, strict=True)]
        features = [score_features(a.confidence) for a in said]
        _fit(out, classifier.labeler, features, right, _weights(usable, judged), reference, seed)
    return out


def _weights(labels: Mapping[str, HumanLabel], ids: Sequence[str]) -> list[float]:
    """How many articles of the corpus each one stands for, 1 on average."""
    each = [1 / (labels[i].inclusion_probability or 1.0) for i in ids]
    whole = sum(each)
    return [w * len(each) / whole for w in each]


def _fit(
    out: Refit,
    name: str,
    features: Sequence[Mapping[str, float]],
    right: Sequence[bool],
    weights: Sequence[float],
    reference: str,
    seed: int,
) -> None:
    out.calibrations[name] = fit(features, right, reference, weights=weights)
    confidence = cross_fit(features, right, weights=weights)
    out.errors[name] = expected_error(confidence, right, weights=weights)
    out.limits[name] = perfect_limit(confidence, seed, weights=weights)
    out.accuracy[name] = sum(w * r for w, r in zip(weights, right, strict=True)) / sum(weights)
