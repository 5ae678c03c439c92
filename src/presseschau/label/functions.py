"""Topic labelling functions: `Topics -> vote | abstain`, each of them listed by name.

Keyword functions weigh the lexicon's terms per zone; section and page keywords have functions of their own; boundary
functions put the rules of the annotation guidelines into votes ("money is the event: business, even for a car maker").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from presseschau.label.folding import fold
from presseschau.label.lexicon import read_yaml
from presseschau.label.reading import ZONES, Evidence, Reading, Zone
from presseschau.label.scheme import Task
from presseschau.label.vote import Vote

ZONE_WEIGHTS: Mapping[Zone, float] = {"title": 2.8, "lead": 1.4, "body": 0.5, "keywords": 0.8}
PRIOR, PRIOR_WITHOUT_LEXICON = 2.5, 0.5  # evidence that a topic must exceed; few words of a scheme's names give less
FALLBACK = 0.8  # how much the fallback's own words count
LONE, LONE_WORDS = 0.6, 100  # share that a topic's only term loses, and the words of a text from which it is suspicious
_CAP = {"title": 7.0, "lead": 9.0, "body": 25.0, "keywords": 6.0}  # no zone decides alone by naming things often


@dataclass(frozen=True, slots=True)
class Topics:
    """A reading with the evidence of the topic lexicon.

    Attributes:
        reading: The article.
        evidence: Weighted terms per zone and class.
    """

    reading: Reading
    evidence: Mapping[Zone, Mapping[str, Evidence]]

    def strength(self, label: str) -> float:
        """Weighted evidence of title and lead for a class: what the article is about before any background."""
        return sum(ZONE_WEIGHTS[z] * self.weight(z, label) for z in ("title", "lead"))

    def presence(self, label: str) -> float:
        """Evidence of title (twice) and lead for a class or a cue."""
        return 2 * self.weight("title", label) + self.weight("lead", label)

    def weight(self, zone: Zone, label: str) -> float:
        """Evidence of one zone for a class, 0 without."""
        found = self.evidence[zone].get(label)
        return found.weight if found else 0.0


class TopicFunction(Protocol):
    """A labelling function of the topic task."""

    @property
    def name(self) -> str:
        """Unique name, as the manifest lists it."""
        ...

    def __call__(self, topics: Topics) -> Vote | None:
        """A vote, or None to abstain."""
        ...


@dataclass(frozen=True, slots=True)
class ZoneTerms:
    """Votes for a class by its lexicon terms in one zone.

    Attributes:
        zone: Where it looks.
        label: What it votes for.
        factor: Below 1 for the fallback class: its words (politics, school, sport) also stand in articles on a topic.
    """

    zone: Zone
    label: str
    factor: float = 1.0

    @property
    def name(self) -> str:
        """`title_terms/ai`."""
        return f"{self.zone}_terms/{self.label}"

    def __call__(self, topics: Topics) -> Vote | None:
        """Weight of the zone times the weight of its terms, capped."""
        found = topics.evidence[self.zone].get(self.label)
        if not found:
            return None
        weight = self.factor * ZONE_WEIGHTS[self.zone] * min(found.weight, _CAP[self.zone])
        return Vote(self.name, "topic", self.label, weight, found.terms)


@dataclass(frozen=True, slots=True)
class Lone:
    """Takes back most of a topic's evidence where it is one term only: in a longer text a name, a homonym, an aside.

    Attributes:
        label: The class that it speaks against.
        zones: Where its terms stand.
        lifts: Boundary rules whose event stands for the class without a term of its own.
    """

    label: str
    zones: tuple[ZoneTerms, ...]
    lifts: tuple[TopicFunction, ...] = ()

    @property
    def name(self) -> str:
        """`lone_term/science`."""
        return f"lone_term/{self.label}"

    def __call__(self, topics: Topics) -> Vote | None:
        """A vote against the class, by a share of what its term weighs in all zones."""
        evidence = topics.evidence
        terms = {term for zone in self.zones if (e := evidence[zone.zone].get(self.label)) for term in e.terms}
        if len(terms) != 1 or topics.reading.words < LONE_WORDS or any(lift(topics) for lift in self.lifts):
            return None
        weight = sum(vote.weight for zone in self.zones if (vote := zone(topics)))
        return Vote(self.name, "topic", self.label, -LONE * weight, tuple(terms))


@dataclass(frozen=True, slots=True)
class Section:
    """Votes by the section that the page states or its URL shows, through a table.

    Attributes:
        label: What it votes for.
        table: Weight of each section that speaks for (or below 0, against) the class.
    """

    label: str
    table: Mapping[str, float]

    @property
    def name(self) -> str:
        """`section/mobility`."""
        return f"section/{self.label}"

    def __call__(self, topics: Topics) -> Vote | None:
        """The weight of the strongest section found."""
        found = [(abs(self.table[s]), s) for s in topics.reading.sections if s in self.table]
        if not found:
            return None
        _, section = max(found, key=lambda f: f[0])
        return Vote(self.name, "topic", self.label, self.table[section], (section,))


@cache
def load_sections(path: Path) -> dict[str, dict[str, float]]:
    """The section table of a YAML file: class → section (folded) → weight.

    Raises:
        ValueError: The file can't be read or has another form.
    """
    data: Any = read_yaml(path)
    table: dict[str, dict[str, float]] = {}
    try:
        for entry in data["sections"]:
            names = [fold(n).lower for n in str(entry["names"]).replace("\n", ",").split(",") if n.strip()]
            for label, weight in entry["votes"].items():
                for name in names:
                    table.setdefault(str(label), {})[name.strip()] = float(weight)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"sections {path.name}: missing or wrong field {error}") from None
    return table


@dataclass(frozen=True, slots=True)
class Prior:
    """Votes for the fallback class by a constant: thin evidence for a topic is no evidence.

    Attributes:
        label: The fallback class.
        weight: Evidence that any other class must exceed.
    """

    label: str
    weight: float

    @property
    def name(self) -> str:
        """`prior/other`."""
        return f"prior/{self.label}"

    def __call__(self, topics: Topics) -> Vote | None:  # noqa: ARG002 the same for every article
        """The constant."""
        return Vote(self.name, "topic", self.label, self.weight)


@dataclass(frozen=True, slots=True)
class Boundary:
    """A boundary rule of the guidelines: an event in title and lead decides over the matter that it happens to.

    A car maker's quarterly loss is business, not cars; a ministry that orders an app is policy, not software. The cue
    is a label of the lexicon. From `low` to `high` its strength (twice the title's evidence plus the lead's) lifts the
    class over the strongest of those it borders on.

    Attributes:
        name: `boundary/…`.
        label: What it votes for.
        cue: Label whose evidence is the event.
        over: Classes that it beats.
        low: Strength of the cue up to which it abstains.
        high: Strength from which the lift is full.
        needs: A second cue without which it abstains, None for none.
        silence: A class whose strong evidence silences the rule, since its event comes first; None for none.
    """

    name: str
    label: str
    cue: str
    over: tuple[str, ...]
    low: float
    high: float
    needs: str | None = None
    silence: str | None = None

    def __call__(self, topics: Topics) -> Vote | None:
        """A vote that lifts the class over those it borders on, the further the clearer the event is."""
        cue = topics.presence(self.cue)
        if cue <= self.low or (self.needs and topics.presence(self.needs) < _NEEDED):
            return None
        if self.silence and topics.strength(self.silence) >= _SILENCING:
            return None
        rival = max(topics.strength(r) for r in self.over)
        lift = max(2.0, 1.15 * rival + 3.0 - topics.strength(self.label))
        share = min(1.0, (cue - self.low) / (self.high - self.low))
        terms = tuple(t for z in ("title", "lead") if (e := topics.evidence[z].get(self.cue)) for t in e.terms)
        return Vote(self.name, "topic", self.label, share * lift, terms)


_NEEDED, _SILENCING = 0.8, 9.0
_DIGITAL = ("hardware", "mobile", "software", "ai", "telecom", "internet")
_MATTER = (*_DIGITAL, "mobility", "energy", "science", "entertainment")
# Thresholds: set where the cue separated the classes on half of the reference, held on the other half.
BOUNDARIES = (
    Boundary("boundary/state_acts", "policy", "_state", (*_DIGITAL, "business"), 1.0, 1.6, "_digital", "security"),
    Boundary("boundary/money_event", "business", "business", _MATTER, 3.5, 5.5),
    Boundary("boundary/round_up", "other", "_round_up", (*_MATTER, "policy", "security", "business"), 2.2, 2.6),
)


def topic_functions(task: Task, sections: bool = True, keywords: bool = True) -> tuple[TopicFunction, ...]:
    """The functions of a topic task, in the order of their votes.

    Args:
        task: The classes and their lexicon.
        sections: With the section table.
        keywords: With the page's keywords.
    """
    boundaries = [b for b in BOUNDARIES if {b.label, *b.over} <= set(task.keys)]
    zones = [
        ZoneTerms(zone, key, FALLBACK if task.rest and key == task.fallback else 1.0)
        for zone in ZONES
        if zone != "keywords" or keywords
        for key in task.keys
    ]
    functions: list[TopicFunction] = [*zones]
    if task.rest and task.lexicon:
        functions += [
            Lone(key, tuple(z for z in zones if z.label == key), tuple(b for b in boundaries if b.label == key))
            for key in task.keys
            if key != task.fallback
        ]
    if sections and task.sections:
        table = load_sections(task.sections)
        unknown = [label for label in table if label not in task.keys]
        if unknown:
            raise ValueError(f"sections {task.sections.name}: {unknown[0]!r} is no {task.name} class of the scheme")
        functions += [Section(key, table[key]) for key in task.keys if key in table]
    if task.rest:
        functions.append(Prior(task.fallback, PRIOR if task.lexicon else PRIOR_WITHOUT_LEXICON))
    return (*functions, *boundaries)


def topic_votes(
    reading: Reading, evidence: Mapping[Zone, Mapping[str, Evidence]], functions: tuple[TopicFunction, ...]
) -> list[Vote]:
    """The votes of all functions on one article; those that abstain are left out."""
    topics = Topics(reading, evidence)
    return [vote for function in functions if (vote := function(topics)) is not None]
