"""Topic labelling functions: `Topics -> vote | abstain`, each of them listed by name.

Keyword functions weigh the lexicon's terms per zone; section and page keywords have functions of their own; boundary
functions put the rules of the annotation guidelines into votes ("a breach is the event: security, not the firm's topic").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from .lexicon import Lexicon, fold, read_yaml
from .reading import ZONES, Evidence, Reading, Zone
from .scheme import Task
from .vote import Vote

ZONE_WEIGHTS: Mapping[Zone, float] = {"title": 3.0, "lead": 1.2, "body": 0.35, "keywords": 0.5}
PRIOR = 3.0
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
    """

    zone: Zone
    label: str

    @property
    def name(self) -> str:
        """`title_terms/ai`."""
        return f"{self.zone}_terms/{self.label}"

    def __call__(self, topics: Topics) -> Vote | None:
        """Weight of the zone times the weight of its terms, capped."""
        found = topics.evidence[self.zone].get(self.label)
        if not found:
            return None
        weight = ZONE_WEIGHTS[self.zone] * min(found.weight, _CAP[self.zone])
        return Vote(self.name, "topic", self.label, weight, found.terms)


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
    """A boundary rule of the guidelines as a function: where a class has evidence, it wins over those it borders on.

    Attributes:
        name: `boundary/…`.
        label: What it votes for.
        over: Classes that it beats.
        at_least: Evidence in title and lead that makes the rule speak.
        share: Least share of the strongest rival's evidence.
        unless: Classes whose stronger evidence silences the rule.
    """

    name: str
    label: str
    over: tuple[str, ...]
    at_least: float
    share: float
    unless: tuple[str, ...] = ()

    def __call__(self, topics: Topics) -> Vote | None:
        """A vote that lifts the class just over the strongest class it borders on."""
        own = topics.strength(self.label)
        if own < self.at_least or any(topics.strength(u) * self.share >= own for u in self.unless):
            return None
        rival = max(topics.strength(r) for r in self.over)
        if own >= rival * 1.2 or own < rival * self.share:
            return None
        return Vote(self.name, "topic", self.label, round(rival * 1.2 - own, 6), ())


@dataclass(frozen=True, slots=True)
class StateActs:
    """Rule 2 of the guidelines: a state, court or regulator acts on a digital matter, so the matter is policy.

    Speaks where title and lead hold both cues (labels `_state` and `_digital` of the lexicon); the weaker one decides how
    loud, since a ministry without a digital matter is no news for a tech desk, and a platform without a ministry is
    news about the platform.

    Attributes:
        label: What it votes for.
        at_least: Strength of the state cue below which it abstains.
        gain: Vote per unit of the weaker cue.
        silence: Class whose evidence, where it is the strongest, silences the rule: the event itself comes first.
    """

    label: str = "policy"
    at_least: float = 2.0
    gain: float = 2.0
    silence: str = "security"

    @property
    def name(self) -> str:
        """`boundary/state_acts`."""
        return "boundary/state_acts"

    def __call__(self, topics: Topics) -> Vote | None:
        """A vote for policy by the weaker of both cues."""
        state = 2 * topics.weight("title", "_state") + topics.weight("lead", "_state")
        digital = 2 * topics.weight("title", "_digital") + topics.weight("lead", "_digital")
        if state < self.at_least or digital < 1.0 or topics.strength(self.silence) >= 9.0:
            return None
        terms = tuple(t for z in ("title", "lead") if (e := topics.evidence[z].get("_state")) for t in e.terms)
        return Vote(self.name, "topic", self.label, self.gain * min(state, digital + 2.0, 6.0), terms)


_THINGS = (
    "hardware",
    "mobile",
    "software",
    "ai",
    "telecom",
    "internet",
    "mobility",
    "energy",
    "science",
    "entertainment",
)
BOUNDARIES = (
    Boundary("boundary/security_event", "security", ("policy", "business", *_THINGS), 9.0, 0.5),
    Boundary(
        "boundary/law_or_regulator",
        "policy",
        ("business", "hardware", "mobile", "software", "ai", "telecom", "internet"),
        9.0,
        0.5,
    ),
    Boundary("boundary/money_event", "business", _THINGS, 9.0, 0.5),
)


@cache
def topic_functions(task: Task, sections: bool = True, keywords: bool = True) -> tuple[TopicFunction, ...]:
    """The functions of a topic task, in the order of their votes.

    Args:
        task: The classes and their lexicon.
        sections: With the section table.
        keywords: With the page's keywords.
    """
    functions: list[TopicFunction] = [
        ZoneTerms(zone, key) for zone in ZONES if zone != "keywords" or keywords for key in task.keys
    ]
    if sections and task.sections:
        table = load_sections(task.sections)
        unknown = [label for label in table if label not in task.keys]
        if unknown:
            raise ValueError(f"sections {task.sections.name}: {unknown[0]!r} is no {task.name} class of the scheme")
        functions += [Section(key, table[key]) for key in task.keys if key in table]
    functions.append(Prior(task.fallback, PRIOR))
    if {"policy", "security"} <= set(task.keys):
        functions.append(StateActs())
    functions += [b for b in BOUNDARIES if {b.label, *b.over, *b.unless} <= set(task.keys)]
    return tuple(functions)


def topic_votes(reading: Reading, lexicon: Lexicon, functions: tuple[TopicFunction, ...]) -> list[Vote]:
    """The votes of all functions on one article; those that abstain are left out."""
    topics = Topics(reading, reading.evidence(lexicon))
    return [vote for function in functions if (vote := function(topics)) is not None]
