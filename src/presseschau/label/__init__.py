"""Labels: topic and genre by labelling functions over weighted lexicons, stance toward the main target.

The labeler is frozen data and code: the same article gets the same labels next year, whatever else is in the build.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..document import Document, Labels
from ..stable import rounded
from .calibrate import Calibration, load_calibration
from .functions import topic_functions, topic_votes
from .genre import genre_votes, load_style
from .lexicon import Lexicon
from .reading import read
from .scheme import Scheme, Task, load_scheme
from .vote import Decision, Vote, as_mapping, decide

__all__ = ["Labeler", "Scheme", "Vote", "load_scheme"]

VERSION = "1"
_UNCALIBRATED = Calibration("none", 0, -1.0, (("margin", 0.7), ("agreement", 1.0)))


@cache
def _lexicon(task: Task) -> Lexicon:
    return task.build_lexicon()


@dataclass(frozen=True, slots=True)
class Labeler:
    """Rules that label one article at a time.

    Attributes:
        scheme: Label scheme file, None for `technews`.
        calibration: Calibration file, None for the one that comes with the package.
        sections: Let the section that a page states, or its URL shows, vote.
        keywords: Let a page's keywords vote.
        stance: Label stance too.
        min_margin: Distance between the first two topics below which the second is named as `topic_secondary`, as a
            share of the first's score, 0 to 1.
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
        """Name and version, as in the column `labeler`: `rules/1`, or with another scheme's name, `rules/1+animals/2`."""
        scheme = load_scheme(self.scheme)
        return f"rules/{VERSION}" if self.scheme is None else f"rules/{VERSION}+{scheme.name}/{scheme.version}"

    @property
    def functions(self) -> tuple[str, ...]:
        """Names of all topic labelling functions, in the order of their votes."""
        return tuple(f.name for f in topic_functions(load_scheme(self.scheme).topic, self.sections, self.keywords))

    def explain(self, document: Document) -> tuple[Vote, ...]:
        """Every vote on the article, topic first; functions that abstain are not listed."""
        scheme = load_scheme(self.scheme)
        reading = read(document)
        functions = topic_functions(scheme.topic, self.sections, self.keywords)
        return (
            *topic_votes(reading, _lexicon(scheme.topic), functions),
            *genre_votes(reading, _lexicon(scheme.genre), load_style()),
        )

    def decisions(self, document: Document) -> tuple[Decision, Decision]:
        """Topic and genre as decided, before calibration."""
        scheme = load_scheme(self.scheme)
        votes = self.explain(document)
        topic = decide([v for v in votes if v.task == "topic"], scheme.topic.keys, scheme.topic.fallback)
        genre = decide([v for v in votes if v.task == "genre"], scheme.genre.keys, scheme.genre.fallback)
        return topic, genre

    def label(self, document: Document) -> Labels:
        """Topic, genre and stance of one article, with calibrated confidences."""
        topic, genre = self.decisions(document)
        calibrations = load_calibration(self.calibration)
        close = topic.second if topic.second and topic.margin < self.min_margin * topic.score else None
        return Labels(
            topic=topic.label,
            topic_secondary=close,
            topic_confidence=rounded(calibrations.get("topic", _UNCALIBRATED).probability(as_mapping(topic))),
            genre=genre.label,
            genre_confidence=rounded(calibrations.get("genre", _UNCALIBRATED).probability(as_mapping(genre))),
        )
