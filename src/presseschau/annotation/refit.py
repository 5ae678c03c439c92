"""Confidence fitted again on what people labelled for training, for a build to take as `label.calibration`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import yaml

from presseschau.annotation.articles import Article
from presseschau.annotation.human import HumanLabels
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
        accuracy: Share of right labels, by task.
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
    teach that everything is. Validation labels calibrate nothing.

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
        _fit(out, task, features, [decisions[i][k].label == usable[i].labels[task] for i in ids], reference, seed)
    if classifier is not None:
        task = classifier.config.task
        judged = [i for i in ids if task in usable[i].labels]
        said = list(replace(classifier, calibration=None).answers(documents[i] for i in judged))
        right = [answer.label == usable[i].labels[task] for i, answer in zip(judged, said, strict=True)]
        _fit(out, classifier.labeler, [score_features(a.confidence) for a in said], right, reference, seed)
    return out


def _fit(
    out: Refit, name: str, features: Sequence[Mapping[str, float]], right: Sequence[bool], reference: str, seed: int
) -> None:
    out.calibrations[name] = fit(features, right, reference)
    confidence = cross_fit(features, right)
    out.errors[name] = expected_error(confidence, right)
    out.limits[name] = perfect_limit(confidence, seed)
    out.accuracy[name] = sum(right) / len(right)
