"""PLACEHOLDER by the lead so that the pipeline runs; owner "meta" overwrites this file."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Reservation:
    reserved: bool | None
    evidence: str | None


def reservation(headers: tuple[tuple[str, str], ...], robots: tuple[tuple[str, str], ...]) -> Reservation:
    return Reservation(None, None)


@dataclass(frozen=True, slots=True)
class Takedown:
    entries: frozenset[str]

    @classmethod
    def load(cls, path: Path) -> "Takedown":
        return cls(frozenset(path.read_text().split()))

    def matches(self, url: str | None, publisher: str | None, id: str | None, text_sha256: str | None) -> str | None:
        return None
