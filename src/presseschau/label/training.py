"""Everything in the labeler that is learnt, fitted again on a reference: style, confidence, stance.

The lexicons are written by hand and stay as they are. What comes out is data with its provenance: which articles, and
what the fit scores on articles that it left out (ten folds, by the rank of the article's id).
"""

from __future__ import annotations

import hashlib
import math
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from presseschau.document import Document
from presseschau.label import Labeler, load_scheme
from presseschau.label.calibrate import Calibration, cross_fit, expected_error, fit, perfect_limit
from presseschau.label.genre import genre_votes
from presseschau.label.lexicon import Scanner
from presseschau.label.reading import read
from presseschau.label.stance import StanceLabeler
from presseschau.label.stance_model import SIDES, Features, StanceModel
from presseschau.label.stance_model import fit as fit_stance
from presseschau.label.style import load_style, own_voice, style_features
from presseschau.label.style_fit import StyleModel, StyleRow, fit_style
from presseschau.label.vote import Decision, features_of

FOLDS = 10
_GENRE_FEATURES = ("margin",)
_ROUNDS = 500
_ENOUGH = 8  # articles that a class needs to be in the macro-F1 of genres

Pairs: TypeAlias = Sequence[tuple[str, str]]  # reference, label


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


@dataclass(frozen=True, slots=True)
class Reference:
    """Labelled articles under a name.

    Attributes:
        name: As the fitted data cites it.
        examples: Its articles, each once.
        weight: How much each counts for style.
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
            "articles": self.provenance["reference"]["articles"],
            "provenance": self.provenance,
            "tasks": {t: {"intercept": c.intercept, "weights": dict(c.weights)} for t, c in self.calibrations.items()},
        })  # fmt: skip
        groups: dict[str, list[str]] = {}
        for genre, group in self.stance.groups.items():
            groups.setdefault(group, []).append(genre)
        values = {**asdict(self.stance), "groups": groups}
        _write(folder / "stance_model.yaml", "Weights of the stance decision (stance_model.py)", {
            "provenance": self.provenance,
            **values,
        })  # fmt: skip


def _write(path: Path, what: str, data: dict[str, Any]) -> None:
    body = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, default_flow_style=None, width=120)
    path.write_text(f"# {what}; written by scripts/fit_labels.py.\n{body}", "utf-8")


@dataclass(frozen=True, slots=True)
class _Measured:
    """An example with all that the fits look at."""

    example: Example
    topic: Decision
    row: StyleRow | None  # None without a reference genre


def _measure(examples: Sequence[Example], weight: float) -> list[_Measured]:
    labeler, task, style = Labeler(stance=False), load_scheme().genre, load_style()
    scanner = Scanner([task.build_lexicon()])
    found = []
    for example in sorted(examples, key=lambda e: e.id):
        reading, row = read(example.document), None
        if example.genre is not None:
            offsets: dict[str, float] = {}
            (evidence,) = reading.evidence(scanner)
            for vote in genre_votes(reading, evidence, task):
                if vote.function != "style":
                    offsets[vote.label] = offsets.get(vote.label, 0.0) + vote.weight
            row = StyleRow(style_features(reading, own_voice(reading), style), offsets, example.genre, weight)
        found.append(_Measured(example, labeler.decisions(example.document)[0], row))
    return found


def _genre(model: StyleModel, row: StyleRow) -> tuple[str, float]:
    """The genre with the highest score, the earlier class in a tie, and the log of its margin."""
    scores = model.scores(row)
    first, second = sorted(scores.values(), reverse=True)[:2]
    return max(scores, key=lambda k: scores[k]), math.log1p(first - second)


def _left_out(rows: Sequence[StyleRow], keys: Sequence[str]) -> list[tuple[str, float]]:
    """Genre and margin of each article by a model that has not seen it."""
    out: list[tuple[str, float]] = [("", 0.0)] * len(rows)
    for fold in range(FOLDS):
        model = fit_style([row for i, row in enumerate(rows) if i % FOLDS != fold], keys)
        for i in range(fold, len(rows), FOLDS):
            out[i] = _genre(model, rows[i])
    return out


def train(reference: Reference, further: Reference | None = None) -> Fitted:
    """Fits style, confidence and stance.

    Args:
        reference: Articles with topic, genre and stance.
        further: More articles, with topic or genre or both; they teach style and confidence, and score nothing.

    Raises:
        ValueError: A label of the reference is missing, or there are too few articles.
    """
    if any(None in (e.topic, e.genre, e.stance) for e in reference.examples):
        raise ValueError(f"reference {reference.name}: every article needs topic, genre and stance")
    if len(reference.examples) < 2 * FOLDS:
        raise ValueError(f"reference {reference.name}: {len(reference.examples)} articles, {2 * FOLDS} are needed")
    own = _measure(reference.examples, reference.weight)
    more = _measure(further.examples, further.weight) if further else []
    keys = load_scheme().genre.keys
    rows = [(m.row, i) for i, m in enumerate([*own, *more]) if m.row is not None]
    found = _left_out([row for row, _ in rows], keys)
    right = [label == row.genre for (row, _), (label, _) in zip(rows, found, strict=True)]
    margins = [{"margin": margin} for _, margin in found]
    topics = [m for m in [*own, *more] if m.example.topic is not None]
    evidence, hits = [features_of(m.topic) for m in topics], [m.topic.label == m.example.topic for m in topics]
    genres = [label for label, _ in found[: len(own)]]
    features, stances, labeler = _stance_rows(own, genres)
    guessed = [_stance_left_out(k, features, genres, stances, labeler.model, reference.name) for k in range(FOLDS)]
    calibrations = {
        "topic": fit(evidence, hits, reference.name),
        "genre": fit(margins, right, reference.name, _GENRE_FEATURES),
    }
    provenance = {
        "reference": reference.provenance,
        **({"further": further.provenance} if further else {}),
        "left_out": {
            "genre": _scores([(str(m.example.genre), g) for m, g in zip(own, genres, strict=True)], _ENOUGH),
            "stance3": _scores([(_three(stances[i]), s) for fold in guessed for i, s in fold]),
            "topic_confidence": _confidence(evidence, hits),
            "genre_confidence": _confidence(margins, right, _GENRE_FEATURES),
        },
    }
    return Fitted(
        fit_style([row for row, _ in rows], keys),
        calibrations,
        fit_stance(features, genres, stances, reference.name, labeler.model),
        provenance,
    )


def _stance_rows(own: Sequence[_Measured], genres: Sequence[str]) -> tuple[list[Features], list[str], StanceLabeler]:
    labeler = StanceLabeler()
    features = [labeler.features(m.example.document, genre) for m, genre in zip(own, genres, strict=True)]
    return features, [str(m.example.stance) for m in own], labeler


def _stance_left_out(
    fold: int,
    features: Sequence[Features],
    genres: Sequence[str],
    stances: Sequence[str],
    start: StanceModel,
    name: str,
) -> list[tuple[int, str]]:
    """Stance of the fold's articles by a model fitted on the others."""
    rest = [i for i in range(len(stances)) if i % FOLDS != fold]
    model = fit_stance([features[i] for i in rest], [genres[i] for i in rest], [stances[i] for i in rest], name, start)
    held_out = range(fold, len(stances), FOLDS)
    return [(i, _three(model.decide(features[i], genres[i])[0])) for i in held_out]


def _three(stance: str) -> str:
    return stance if stance in SIDES else "neutral"


def macro_f1(pairs: Pairs, enough: int = 1) -> float:
    """Mean F1 over the classes with `enough` reference articles.

    >>> macro_f1([("a", "a"), ("a", "b"), ("b", "b")])
    0.6666666666666666
    """
    gold, given = Counter(g for g, _ in pairs), Counter(p for _, p in pairs)
    hits = Counter(g for g, p in pairs if g == p)
    classes = sorted(c for c in gold if gold[c] >= enough)
    return sum(2 * hits[c] / (gold[c] + given[c]) for c in classes) / len(classes) if classes else 0.0


def interval(pairs: Pairs, measure: Callable[[Pairs], float], seed: int = 0) -> tuple[float, float]:
    """95 % bootstrap interval of a measure over (reference, label) pairs."""
    rng = random.Random(seed)  # noqa: S311 a resampling
    values = sorted(measure(rng.choices(pairs, k=len(pairs))) for _ in range(_ROUNDS))
    return values[int(0.025 * _ROUNDS)], values[int(0.975 * _ROUNDS)]


def accuracy(pairs: Pairs) -> float:
    """Share of right labels."""
    return sum(g == p for g, p in pairs) / len(pairs)


def _scores(pairs: Pairs, enough: int = 1) -> dict[str, Any]:
    return {
        "accuracy": round(accuracy(pairs), 3),
        "macro_f1": round(macro_f1(pairs, enough), 3),
        "macro_f1_interval": [round(v, 3) for v in interval(pairs, lambda p: macro_f1(p, enough))],
    }


def _confidence(
    features: Sequence[dict[str, float]], right: Sequence[bool], names: Sequence[str] | None = None
) -> dict[str, float]:
    confidence = cross_fit(features, right, names=names)
    return {"error": round(expected_error(confidence, right), 3), "limit": round(perfect_limit(confidence), 3)}


def judge(fitted: Fitted, examples: Sequence[Example]) -> dict[str, Any]:
    """What a fit scores on articles that were not in it: topic, genre, stance3, and the error of confidences."""
    measured = _measure(examples, 1.0)
    found: dict[str, list[tuple[str, str]]] = {"topic": [], "genre": [], "stance3": []}
    sure: dict[str, list[float]] = {"topic": [], "genre": []}
    labeler = replace(StanceLabeler(), model=fitted.stance)
    for m in measured:
        if m.row is None:
            continue
        genre, margin = _genre(fitted.style, m.row)
        stance, _ = fitted.stance.decide(labeler.features(m.example.document, genre), genre)
        found["topic"].append((str(m.example.topic), m.topic.label))
        found["genre"].append((m.row.genre, genre))
        found["stance3"].append((_three(str(m.example.stance)), _three(stance)))
        sure["topic"].append(fitted.calibrations["topic"].probability(features_of(m.topic)))
        sure["genre"].append(fitted.calibrations["genre"].probability({"margin": margin}))
    report: dict[str, Any] = {t: _scores(p, _ENOUGH if t == "genre" else 1) for t, p in found.items()}
    for task, confidence in sure.items():
        right = [g == p for g, p in found[task]]
        report[task] |= {
            "error": round(expected_error(confidence, right), 3),
            "limit": round(perfect_limit(confidence), 3),
        }
    return report
