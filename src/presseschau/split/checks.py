"""Whether what a config says of splits can be: each check raises ValueError with one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from presseschau.split.stratify import LABELS


def check_share(name: str, value: float) -> None:
    """A share is at least 0 and below 1."""
    if not 0.0 <= value < 1.0:
        raise ValueError(f"split.{name} must be at least 0 and below 1, not {value!r}")


def check_stratify(columns: Sequence[str]) -> None:
    """Strata are different label columns."""
    for column in columns:
        if column not in LABELS:
            raise ValueError(f"split.stratify: {column!r} is not one of {', '.join(LABELS)}")
    if len(set(columns)) < len(columns):
        raise ValueError("split.stratify names a column twice")


def check_embargo(days: int) -> None:
    """An embargo lasts up to ten years."""
    if not 0 <= days <= 3650:
        raise ValueError(f"split.embargo_days must be 0 to 3650, not {days!r}")


def check_houses(houses: Mapping[str, Sequence[str]]) -> None:
    """A publisher is in one house."""
    seen: dict[str, str] = {}
    for house, members in houses.items():
        for publisher in members:
            if seen.setdefault(publisher, house) != house:
                raise ValueError(f"split.houses: {publisher} is in two houses, {seen[publisher]} and {house}")
