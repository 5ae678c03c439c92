"""Topic labelling functions, each of them listed by name; all of them vote or abstain.

Keyword functions weigh the lexicon's terms per zone; section and page keywords have functions of their own; boundary
functions put the rules of the annotation guidelines into votes ("money is the event: business, even for a car maker").
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from presseschau.label.folding import fold
from presseschau.label.reading import ZONES, Reading, Zone, Zones
from presseschau.label.scheme import Task
from presseschau.label.vote import Vote
from presseschau.label.yaml_file import listed, read_yaml

ZONE_WEIGHTS: Mapping[Zone, float] = {"title": 2.8, "lead": 1.4, "body": 0.5, "keywords": 0.8}
PRIOR, PRIOR_WITHOUT_LEXICON = 2.5, 0.5  # evidence that a topic must exceed; few words of a scheme's names give less
FALLBACK = 0.8  # how much the fallback's own words count: politics, school, sport also stand in articles on a topic
LONE, LONE_WORDS = 0.6, 100  # share that a topic's only term loses, and the words of a text from which it is suspicious
# Presence that a boundary rule needs of its second cue, or of a class instead of it; strength that silences it.
_NEEDED, _AMPLE, _SILENCING = 0.8, 2.0, 9.0
_CAP = {"title": 7.0, "lead": 9.0, "body": 25.0, "keywords": 6.0}  # no zone decides alone by naming things often


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
            names = [fold(name).lower for name in listed(str(entry["names"]))]
            for label, weight in entry["votes"].items():
                for name in names:
                    table.setdefault(str(label), {})[name] = float(weight)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"sections {path.name}: missing or wrong field {error}") from None
    return table


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
        instead: Classes whose ample evidence stands for that second cue.
        silence: A class whose strong evidence silences the rule, since its event comes first; None for none.
    """

    name: str
    label: str
    cue: str
    over: tuple[str, ...]
    low: float
    high: float
    needs: str | None = None
    instead: tuple[str, ...] = ()
    silence: str | None = None

    def __call__(self, zones: Zones) -> Vote | None:
        """A vote that lifts the class over those it borders on, the further the clearer the event is."""
        cue = _presence(zones, self.cue)
        if cue <= self.low or not self._has_matter(zones):
            return None
        if self.silence and _strength(zones, self.silence) >= _SILENCING:
            return None
        rival = max(_strength(zones, r) for r in self.over)
        lift = max(2.0, 1.15 * rival + 3.0 - _strength(zones, self.label))
        share = min(1.0, (cue - self.low) / (self.high - self.low))
        terms = tuple(t for z in ("title", "lead") if (e := zones[z].get(self.cue)) for t in e.terms)
        return Vote(self.name, "topic", self.label, share * lift, terms)

    def _has_matter(self, zones: Zones) -> bool:
        """Whether the second cue is there, or a class that is found by longer words than the cue's."""
        if self.needs is None or _presence(zones, self.needs) >= _NEEDED:
            return True
        return any(_presence(zones, label) >= _AMPLE for label in self.instead)


def _strength(zones: Zones, label: str) -> float:
    """Weighted evidence of title and lead for a class: what the article is about before any background."""
    return sum(ZONE_WEIGHTS[z] * found.weight if (found := zones[z].get(label)) else 0.0 for z in ("title", "lead"))


def _presence(zones: Zones, cue: str) -> float:
    """Evidence of title (twice) and lead for a class or a cue."""
    title, lead = zones["title"].get(cue), zones["lead"].get(cue)
    return (2 * title.weight if title else 0.0) + (lead.weight if lead else 0.0)


_DIGITAL = ("hardware", "mobile", "software", "ai", "telecom", "internet")
_NETS = ("telecom", "internet")
_MATTER = (*_DIGITAL, "mobility", "energy", "science", "entertainment")
# Thresholds: set where the cue separated the classes on half of the reference, held on the other half.
BOUNDARIES = (
    Boundary(
        "boundary/state_acts", "policy", "_state", (*_DIGITAL, "business"), 1.0, 1.6, "_digital", _NETS, "security"
    ),
    Boundary("boundary/money_event", "business", "business", _MATTER, 3.5, 5.5),
    Boundary("boundary/round_up", "other", "_round_up", (*_MATTER, "policy", "security", "business"), 2.2, 2.6),
)


@dataclass(frozen=True, slots=True)
class TopicFunctions:
    """The functions of a topic task.

    Attributes:
        task: The classes.
        zones: Zones whose terms vote.
        sections: Weight of each section that speaks for (or below 0, against) a class, in schema order.
        boundaries: The rules between its classes.
    """

    task: Task
    zones: tuple[Zone, ...]
    sections: Mapping[str, Mapping[str, float]]
    boundaries: tuple[Boundary, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Unique names in the order of the votes, as the manifest lists them."""
        keys, fallback = self.task.keys, self.task.fallback
        return (
            *(f"{zone}_terms/{key}" for zone in self.zones for key in keys),
            *(f"lone_term/{key}" for key in keys if self._doubts_lone_terms and key != fallback),
            *(f"section/{key}" for key in self.sections),
            *((f"prior/{fallback}",) if self.task.rest else ()),
            *(boundary.name for boundary in self.boundaries),
        )

    def __call__(self, reading: Reading, zones: Zones) -> list[Vote]:
        """The votes on one article; functions that abstain are left out."""
        votes = [*self._terms(zones)]
        events = [vote for boundary in self.boundaries if (vote := boundary(zones))]
        if self._doubts_lone_terms and reading.words >= LONE_WORDS:
            votes += [*self._lone_terms(votes, {vote.label for vote in events})]
        votes += self._stated(reading)
        if self.task.rest:  # thin evidence for a topic is no evidence
            prior = PRIOR if self.task.lexicon else PRIOR_WITHOUT_LEXICON
            votes.append(Vote(f"prior/{self.task.fallback}", "topic", self.task.fallback, prior))
        return votes + events

    @property
    def _doubts_lone_terms(self) -> bool:
        return self.task.rest and self.task.lexicon is not None

    def _terms(self, zones: Zones) -> Iterator[Vote]:
        """Votes for classes by their terms in a zone: the zone's weight times the terms', capped."""
        keys, rest = self.task.keys, self.task.fallback if self.task.rest else None
        for zone in self.zones:
            found = zones[zone]
            for label in filter(found.__contains__, keys):
                factor = FALLBACK * ZONE_WEIGHTS[zone] if label == rest else ZONE_WEIGHTS[zone]
                weight = factor * min(found[label].weight, _CAP[zone])
                yield Vote(f"{zone}_terms/{label}", "topic", label, weight, found[label].terms)

    def _lone_terms(self, votes: Sequence[Vote], lifted: Collection[str]) -> Iterator[Vote]:
        """Takes back most of a topic's evidence where it is one term only: a name, a homonym, an aside.

        Not where a boundary rule's event stands for the class without a term of its own.
        """
        own: dict[str, list[Vote]] = {}
        for vote in votes:
            own.setdefault(vote.label, []).append(vote)
        for label in filter(own.__contains__, self.task.keys):
            terms = {term for vote in own[label] for term in vote.terms}
            if len(terms) == 1 and label != self.task.fallback and label not in lifted:
                weight = sum(vote.weight for vote in own[label])
                yield Vote(f"lone_term/{label}", "topic", label, -LONE * weight, tuple(terms))

    def _stated(self, reading: Reading) -> Iterator[Vote]:
        """Votes by the section that the page states or its URL shows, the strongest for each class."""
        stated = reading.sections
        for label, table in self.sections.items():
            if found := [section for section in stated if section in table]:
                weight, section = max(((table[section], section) for section in found), key=lambda vote: abs(vote[0]))
                yield Vote(f"section/{label}", "topic", label, weight, (section,))


def topic_functions(task: Task, sections: bool = True, keywords: bool = True) -> TopicFunctions:
    """The functions of a topic task.

    Args:
        task: The classes and their lexicon.
        sections: With the section table.
        keywords: With the page's keywords.

    Raises:
        ValueError: The section table can't be read, or speaks for a class that the task does not have.
    """
    path = task.sections if sections else None
    table = load_sections(path) if path else {}
    unknown = [label for label in table if label not in task.keys]
    if path and unknown:
        raise ValueError(f"sections {path.name}: {unknown[0]!r} is no {task.name} class of the scheme")
    return TopicFunctions(
        task,
        tuple(zone for zone in ZONES if zone != "keywords" or keywords),
        {key: table[key] for key in task.keys if key in table},
        tuple(b for b in BOUNDARIES if {b.label, *b.over} <= set(task.keys)),
    )
