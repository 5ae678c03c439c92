"""Everything in the labeler that is learnt, fitted again on a reference: style, confidence, stance.

The lexicons are written by hand and stay as they are. What comes out is data with its provenance: which articles, and
what the fit scores on articles that it left out (ten folds, by the rank of the article's id).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from presseschau.document import Document
from presseschau.label.calibrate import Calibration, cross_fit, expected_error, fit, perfect_limit
from presseschau.label.functions import topic_functions
from presseschau.label.genre import plain_votes
from presseschau.label.lexicon import Scanner
from presseschau.label.reading import read
from presseschau.label.scheme import load_scheme
from presseschau.label.scoring import Pairs, accuracy, interval, macro_f1, three
from presseschau.label.stance import StanceLabeler
from presseschau.label.stance_fit import FOLDS, StanceRow, fit_stance, left_out
from presseschau.label.stance_model import SIDES, StanceModel, genre_shares
from presseschau.label.style import StyleModel, load_style, style_features
from presseschau.label.style_fit import StyleRow, fit_style, scores_by
from presseschau.label.vote import Decision, decide, decide_on, features_of, scores_of

_ENOUGH = 8  # articles that a class needs to be in the macro-F1 of genres


@dataclass(frozen=True, slots=True)
class Example:
    """One article of a reference; a label that is None is not known.

    Attributes:
        id: The article's id.
        document: The article.
        topic: Its topic key.
        genre: Its genre key.
        stance: favor, against, mixed or neutral.
    """

    id: str
    document: Document
    topic: str | None = None
    genre: str | None = None
    stance: str | None = None

    def __post_init__(self) -> None:
        if self.stance not in (None, *SIDES, "mixed", "neutral"):
            raise ValueError(f"article {self.id}: {self.stance!r} is no stance")


@dataclass(frozen=True, slots=True)
class Reference:
    """Labelled articles under a name.

    Attributes:
        name: As the fitted data cites it.
        examples: Its articles, each once.
        weight: How much each counts for style; for stance each counts in full.
    """

    name: str
    examples: tuple[Example, ...]
    weight: float = 1.0

    def __post_init__(self) -> None:
        if len({e.id for e in self.examples}) < len(self.examples):
            raise ValueError(f"reference {self.name}: an article is there twice")

    @property
    def provenance(self) -> dict[str, Any]:
        """Name, size, newest article and digest of the ids."""
        ids = sorted(e.id for e in self.examples)
        dates = [e.document.published.date().isoformat() for e in self.examples if e.document.published]
        return {
            "name": self.name,
            "articles": len(ids),
            "ids_sha256": hashlib.sha256("\n".join(ids).encode()).hexdigest(),
            **({"newest": max(dates)} if dates else {}),
            **({"weight": self.weight} if self.weight != 1 else {}),
        }


@dataclass(frozen=True, slots=True)
class Fitted:
    """The learnt parts of a labeler.

    Attributes:
        style: Weights of style.
        calibrations: Confidence by task, topic and genre.
        stance: The stance model.
        provenance: What they were fitted on, and the scores on articles left out.
    """

    style: StyleModel
    calibrations: dict[str, Calibration]
    stance: StanceModel
    provenance: dict[str, Any]

    def write(self, folder: Path) -> None:
        """Writes `style_model.yaml`, `calibration.yaml` and `stance_model.yaml`."""
        first = self.calibrations["topic"]
        _write(folder / "style_model.yaml", "Weights of style (style_fit.py)", {
            "provenance": self.provenance,
            "scale": {name: list(pair) for name, pair in self.style.scale.items()},
            "bias": self.style.bias,
            "weights": self.style.weights,
        })  # fmt: skip
        _write(folder / "calibration.yaml", "Probability that a label is right, by evidence (calibrate.py)", {
            "reference": first.reference,
            "articles": self.stance.articles,
            "provenance": self.provenance,
            "tasks": {t: {"intercept": c.intercept, "weights": dict(c.weights)} for t, c in self.calibrations.items()},
        })  # fmt: skip
        groups: dict[str, list[str]] = {}
        for genre, group in self.stance.groups.items():
            groups.setdefault(group, []).append(genre)
        stance = {"provenance": self.provenance, **asdict(self.stance), "groups": groups}
        _write(folder / "stance_model.yaml", "Weights of the stance decision (stance_model.py)", stance)


def _write(path: Path, what: str, data: dict[str, Any]) -> None:
    body = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, default_flow_style=None, width=120)
    path.write_text(f"# {what}; written by scripts/fit_labels.py.\n{body}", "utf-8")


@dataclass(frozen=True, slots=True)
class _Measured:
    """An example with all that the fits look at."""

    example: Example
    topic: Decision
    row: StyleRow  # it teaches style where the example has a genre


def _measure(examples: Sequence[Example], weight: float) -> list[_Measured]:
    topics, genres, style = load_scheme().topic, load_scheme().genre, load_style()
    functions, scanner, found = topic_functions(topics), Scanner([topics.build_lexicon(), genres.build_lexicon()]), []
    for example in sorted(examples, key=lambda e: e.id):
        reading = read(example.document)
        topic, genre = reading.evidence(scanner)
        offsets = scores_of(plain_votes(reading, genre, genres), genres.keys)
        row = StyleRow(style_features(reading, style), offsets, example.genre or "", weight)
        found.append(_Measured(example, decide(functions(reading, topic), topics.keys, topics.fallback), row))
    return found


def _genre(scores: Mapping[str, float]) -> tuple[str, dict[str, float]]:
    """The genre by what each one scores, and what its confidence is computed from."""
    decision = decide_on(scores, load_scheme().genre.fallback)
    return decision.label, {"margin": features_of(decision)["margin"]}


def _left_out(rows: Sequence[StyleRow], keys: Sequence[str]) -> list[dict[str, float]]:
    """What each genre scores on each article by a model that has not seen it."""
    out: list[dict[str, float]] = [{}] * len(rows)
    for fold in range(FOLDS):
        model = fit_style([row for i, row in enumerate(rows) if i % FOLDS != fold], keys)
        for i in range(fold, len(rows), FOLDS):
            out[i] = scores_by(model, rows[i])
    return out


def _fit_genre(measured: Sequence[_Measured]) -> tuple[StyleModel, list[dict[str, float]]]:
    """The style, and what each genre scores on each article by a model that has not seen it."""
    keys = load_scheme().genre.keys
    taught = {i: m.row for i, m in enumerate(measured) if m.example.genre is not None}
    rows = [*taught.values()]
    style, unseen = fit_style(rows, keys), dict(zip(taught, _left_out(rows, keys), strict=True))
    return style, [unseen.get(i) or scores_by(style, m.row) for i, m in enumerate(measured)]


def _calibrated(
    judged: Sequence[tuple[Mapping[str, float], bool]], reference: str
) -> tuple[Calibration, dict[str, float]]:
    """A calibration on evidence and whether the label was right, and the error of cross-fitted confidences."""
    features, right = [evidence for evidence, _ in judged], [hit for _, hit in judged]
    return fit(features, right, reference), _error(cross_fit(features, right), right)


def train(reference: Reference, further: Reference | None = None) -> Fitted:
    """Fits style, confidence and stance.

    Args:
        reference: Articles with topic, genre and stance.
        further: More articles, with any of the labels; they teach style, confidence and stance, and score nothing.

    Raises:
        ValueError: A label of the reference is missing, or there are too few articles.
    """
    if any(None in (e.topic, e.genre, e.stance) for e in reference.examples):
        raise ValueError(f"reference {reference.name}: every article needs topic, genre and stance")
    if len(reference.examples) < 2 * FOLDS:
        raise ValueError(f"reference {reference.name}: {len(reference.examples)} articles, {2 * FOLDS} are needed")
    measured, size = _measure(reference.examples, reference.weight), len(reference.examples)
    measured += _measure(further.examples, further.weight) if further else []
    style, scores = _fit_genre(measured)
    both = [*zip(measured, scores, strict=True)]
    genres = [(m.example.genre, *_genre(said)) for m, said in both if m.example.genre is not None]
    topics = [(features_of(m.topic), m.topic.label == m.example.topic) for m in measured if m.example.topic is not None]
    name = "+".join(taught.name for taught in (reference, further) if taught)
    topic, topic_error = _calibrated(topics, name)
    genre, genre_error = _calibrated([(margin, label == truth) for truth, label, margin in genres], name)
    labeler = StanceLabeler()
    rows = [_stance_row(m.example, said, labeler) for m, said in both if m.example.stance is not None]
    stances, others = rows[:size], rows[size:]
    if any(len({i % FOLDS for i, row in enumerate(stances) if row.stance == side}) < 2 for side in SIDES):
        raise ValueError(
            f"stance model: the reference {reference.name} needs articles on both sides, in two folds each"
        )
    guessed = [
        (three(row.stance), three(model.decide(row.features, row.genre)[0]))
        for row, model in left_out(stances, labeler.model, others)
    ]
    provenance = {
        "reference": reference.provenance,
        **({"further": further.provenance} if further else {}),
        "left_out": {
            "genre": _scores([(truth, label) for truth, label, _ in genres[:size]], _ENOUGH),
            "stance3": _scores(guessed),
            "topic_confidence": topic_error,
            "genre_confidence": genre_error,
        },
    }
    stance = replace(fit_stance(stances, name, labeler.model, others), articles=len(measured))
    return Fitted(style, {"topic": topic, "genre": genre}, stance, provenance)


def _stance_row(example: Example, scores: Mapping[str, float], labeler: StanceLabeler) -> StanceRow:
    """An article as the stance model sees it, its genre by what each genre scores."""
    shares = genre_shares(scores)
    return StanceRow(labeler.features(example.document, shares), shares, str(example.stance))


def _scores(pairs: Pairs, enough: int = 1) -> dict[str, Any]:
    return {
        "accuracy": round(accuracy(pairs), 3),
        "macro_f1": round(macro_f1(pairs, enough), 3),
        "macro_f1_interval": [round(v, 3) for v in interval(pairs, lambda p: macro_f1(p, enough))],
    }


def _error(confidence: Sequence[float], right: Sequence[bool]) -> dict[str, float]:
    return {"error": round(expected_error(confidence, right), 3), "limit": round(perfect_limit(confidence), 3)}


def judge(fitted: Fitted, examples: Sequence[Example]) -> dict[str, Any]:
    """What a fit scores on articles that were not in it: topic, genre, stance3, and the error of confidences."""
    measured = _measure(examples, 1.0)
    found: dict[str, list[tuple[str, str]]] = {"topic": [], "genre": [], "stance3": []}
    sure: dict[str, list[float]] = {"topic": [], "genre": []}
    labeler = replace(StanceLabeler(), model=fitted.stance)
    for m in measured:
        if m.example.genre is None:
            continue
        scores = scores_by(fitted.style, m.row)
        genre, margin = _genre(scores)
        seen = _stance_row(m.example, scores, labeler)
        stance, _ = fitted.stance.decide(seen.features, seen.genre)
        found["topic"].append((str(m.example.topic), m.topic.label))
        found["genre"].append((m.row.genre, genre))
        found["stance3"].append((three(str(m.example.stance)), three(stance)))
        sure["topic"].append(fitted.calibrations["topic"].probability(features_of(m.topic)))
        sure["genre"].append(fitted.calibrations["genre"].probability(margin))
    report: dict[str, Any] = {t: _scores(p, _ENOUGH if t == "genre" else 1) for t, p in found.items()}
    for task, confidence in sure.items():
        report[task] |= _error(confidence, [g == p for g, p in found[task]])
    return report
