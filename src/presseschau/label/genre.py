"""Genre labelling functions: the form of an article, by structure and by words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .lexicon import Lexicon
from .reading import Evidence, Reading, Zone
from .vote import Vote

ZONE_WEIGHTS: Mapping[Zone, float] = {"title": 2.0, "lead": 0.7, "body": 0.3, "keywords": 1.0}


def genre_votes(reading: Reading, lexicon: Lexicon) -> list[Vote]:
    """The votes of all genre functions on one article."""
    votes: list[Vote] = []
    evidence: Mapping[Zone, Mapping[str, Evidence]] = reading.evidence(lexicon)
    for zone, found in evidence.items():
        votes += (
            Vote(f"{zone}_terms/{label}", "genre", label, ZONE_WEIGHTS[zone] * e.weight, e.terms)
            for label, e in found.items()
        )
    return votes
