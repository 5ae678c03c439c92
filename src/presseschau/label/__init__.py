"""Labels: topic and genre by labelling functions over weighted lexicons, stance toward the main target.

The labeler is frozen data and code: the same article gets the same labels next year, whatever else is in the build.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from presseschau.document import Document, Labels
from presseschau.label.calibrate import Calibration, load_calibration
from presseschau.label.functions import TopicFunctions, topic_functions
from presseschau.label.genre import genre_function_names, genre_votes
from presseschau.label.lexicon import Scanner
from presseschau.label.reading import read
from presseschau.label.scheme import Scheme, load_scheme
from presseschau.label.stance import Stance, StanceLabeler
from presseschau.label.stance_model import genre_shares
from presseschau.label.vote import Decision, Vote, decide, features_of
from presseschau.stable import rounded

__all__ = ["Decision", "Labeler", "Scheme", "Vote", "load_scheme"]

VERSION = "2"
# For schemes that no reference set exists for: cautious, and named so.
UNCALIBRATED = Calibration("none", 0, -1.5, (("margin", 0.7), ("agreement", 1.0)))


@dataclass(frozen=True, slots=True)
class _Tools:
    """What a labeler's settings stand for, compiled once per process."""

    scheme: Scheme
    scanner: Scanner  # of the topic lexicon and the genre lexicon
    functions: TopicFunctions
    own: frozenset[str]  # tasks that are not those of the default scheme


@cache
def _functions(path: Path | None, sections: bool, keywords: bool) -> TopicFunctions:
    return topic_functions(load_scheme(path).topic, sections, keywords)


@cache
def _tools(path: Path | None, sections: bool, keywords: bool) -> _Tools:
    scheme, default = load_scheme(path), load_scheme()
    return _Tools(
        scheme=scheme,
        scanner=Scanner([scheme.topic.build_lexicon(), scheme.genre.build_lexicon()]),
        functions=_functions(path, sections, keywords),
        own=frozenset(t for t in ("topic", "genre") if getattr(scheme, t) != getattr(default, t)),
    )


@cache
def _stance_labeler() -> StanceLabeler:
    return StanceLabeler()


@dataclass(frozen=True, slots=True)
class Labeler:
    """Rules that label one article at a time.

    Attributes:
        scheme: Label scheme file, None for `technews`.
        calibration: Calibration file, None for the one that comes with the package.
        sections: Let the section that a page states, or its URL shows, vote.
        keywords: Let a page's keywords vote.
        stance: Label stance too.
        min_margin: The second topic is named as `topic_secondary` where its distance to the first is below this share
            of the first's score, 0 to 1.
    """

    scheme: Path | None = None
    calibration: Path | None = None
    sections: bool = True
    keywords: bool = True
    stance: bool = True
    min_margin: float = 0.25

    def __post_init__(self) -> None:
        if not 0 <= self.min_margin <= 1:
            raise ValueError(f"label.min_margin must be between 0 and 1, got {self.min_margin}")

    @property
    def name(self) -> str:
        """Name and version as in the column `labeler`: `rules/2`; with another scheme `rules/2+animals/2`."""
        scheme = load_scheme(self.scheme)
        return f"rules/{VERSION}" if self.scheme is None else f"rules/{VERSION}+{scheme.name}/{scheme.version}"

    @property
    def functions(self) -> tuple[str, ...]:
        """Names of all topic and genre labelling functions, topic first, as the manifest lists them."""
        topic = (f"topic:{name}" for name in _functions(self.scheme, self.sections, self.keywords).names)
        return (*topic, *(f"genre:{name}" for name in genre_function_names(load_scheme(self.scheme).genre)))

    def explain(self, document: Document) -> tuple[Vote, ...]:
        """Every vote on the article: topic, then genre, then stance; functions that abstain are not listed."""
        ((topic, genre),) = self._votes([document])
        if not self.stance:
            return (*topic, *genre)
        return (*topic, *genre, *_stance_votes(_stance(document, self._decide(topic, genre)[1])))

    def decisions(self, document: Document) -> tuple[Decision, Decision]:
        """Topic and genre as decided, before calibration."""
        return self._decide(*self._votes([document])[0])

    def label(self, document: Document) -> Labels:
        """Topic, genre and stance of one article, with calibrated confidences."""
        return self.label_all([document])[0]

    def label_all(self, documents: Sequence[Document]) -> list[Labels]:
        """The labels of each article, as `label` gives them.

        Each step is done for all articles before the next one: in turns with an article each, they would drive one
        another's lexicons out of the processor's cache, which costs more than a tenth of the time.
        """
        decided = [self._decide(*votes) for votes in self._votes(documents)]
        return [self._labels(document, *both) for document, both in zip(documents, decided, strict=True)]

    def _labels(self, document: Document, topic: Decision, genre: Decision) -> Labels:
        close = topic.second if topic.margin < self.min_margin * topic.score else None
        stance = _stance(document, genre) if self.stance else Stance()
        return Labels(
            topic=topic.label,
            topic_secondary=close,
            topic_confidence=self._confidence(topic, "topic"),
            genre=genre.label,
            genre_confidence=self._confidence(genre, "genre"),
            stance_target=stance.target,
            stance_target_type=stance.target_type,
            stance=stance.stance,
            stance_confidence=None if stance.confidence is None else rounded(stance.confidence),
            stance_source=None if stance.stance is None else "rules",
            stance_evidence=stance.evidence,
        )

    @property
    def _tools(self) -> _Tools:
        return _tools(self.scheme, self.sections, self.keywords)

    def _votes(self, documents: Sequence[Document]) -> list[tuple[list[Vote], list[Vote]]]:
        tools, readings = self._tools, [read(document) for document in documents]
        found = [reading.evidence(tools.scanner) for reading in readings]
        return [
            (tools.functions(reading, topic), genre_votes(reading, genre, tools.scheme.genre))
            for reading, (topic, genre) in zip(readings, found, strict=True)
        ]

    def _decide(self, topic: list[Vote], genre: list[Vote]) -> tuple[Decision, Decision]:
        scheme = self._tools.scheme
        return (
            decide(topic, scheme.topic.keys, scheme.topic.fallback),
            decide(genre, scheme.genre.keys, scheme.genre.fallback),
        )

    def _confidence(self, decision: Decision, task: str) -> float:
        uncalibrated = task in self._tools.own and self.calibration is None
        tasks = {} if uncalibrated else load_calibration(self.calibration)
        return rounded(tasks.get(task, UNCALIBRATED).probability(features_of(decision)))


def _stance(document: Document, genre: Decision) -> Stance:
    return _stance_labeler()(document, genre_shares(genre.scores))


def _stance_votes(stance: Stance) -> list[Vote]:
    sides = {1: "favor", -1: "against", 0: "neutral"}
    return [
        Vote("stance/sentence", "stance", sides[v.polarity], abs(v.weight), (v.span.text, v.why)) for v in stance.votes
    ]
