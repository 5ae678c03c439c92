"""The four strategies: what each one's config says, and the rules that a first build picks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import ClassVar

import duckdb

from presseschau.split.checks import check_embargo, check_houses, check_share, check_stratify
from presseschau.split.choose import (
    choose_cutoff,
    choose_embargo,
    choose_houses,
    days_of,
    house_counts,
    houses_of,
    members_of,
)
from presseschau.split.plan import SplitPlan, Strategy
from presseschau.split.splitter import Splitter


@dataclass(frozen=True, slots=True)
class Random(Splitter):
    """train, validation and test by the hash of cluster and seed.

    Attributes:
        stratify: Label columns whose classes get the same shares (see `stratify`).
    """

    strategy: ClassVar[Strategy] = "random"
    stratify: tuple[str, ...] = field(default_factory=tuple)

    def __post_init__(self) -> None:
        Splitter.__post_init__(self)
        check_stratify(self.stratify)


@dataclass(frozen=True, slots=True)
class Benchmark(Splitter):
    """Held-out publishers, the time after a cutoff, and the rest by the hash of cluster and seed.

    Attributes:
        cutoff: Last day before `test_temporal` (UTC); None: the day after which a share closest to `temporal_fraction`
            of the dated articles of the other publishers lies, at most half of them.
        embargo_days: The days up to and including the cutoff whose articles are dropped. Where the cutoff is picked, a
            gap that would cost more than `temporal_fraction` of the dated articles is shortened.
        held_out: Publishers, or names of houses, of `test_publisher`; None: picked by `choose_houses`.
        houses: Publishers that share copy, by house: a house is held out whole or not at all.
        temporal_fraction: Share of the dated articles to hold out by time, 0 to 1.
        publisher_fraction: Share of the articles to hold out by publisher, 0 to 1.
        stratify: Label columns whose classes get the same shares in train, validation and test (see `stratify`).
    """

    strategy: ClassVar[Strategy] = "benchmark"
    cutoff: date | None = None
    embargo_days: int = 7
    held_out: tuple[str, ...] | None = None
    houses: Mapping[str, Sequence[str]] = field(default_factory=dict)
    temporal_fraction: float = 0.15
    publisher_fraction: float = 0.15
    stratify: tuple[str, ...] = field(default_factory=tuple)

    def __post_init__(self) -> None:
        Splitter.__post_init__(self)
        check_stratify(self.stratify)
        check_embargo(self.embargo_days)
        check_houses(self.houses)
        check_share("temporal_fraction", self.temporal_fraction)
        check_share("publisher_fraction", self.publisher_fraction)

    def plan(self, con: duckdb.DuckDBPyConnection) -> SplitPlan:
        """Publishers first, then the cutoff among the articles of the others."""
        counts, publishers = house_counts(con, self.houses)
        plan = _hold_out(self, "test_publisher", self.publisher_fraction, counts, publishers)
        if plan.cutoff is not None:
            return plan
        days = days_of(con, plan.held_out_publishers)
        cutoff = choose_cutoff(days, self.temporal_fraction)
        if cutoff is None:
            plan = plan if self.temporal_fraction <= 0 else plan.noted(_no_cutoff("test_temporal", days))
            return replace(plan, embargo_days=0)
        return _with_cutoff(plan, days, cutoff, self.temporal_fraction)


@dataclass(frozen=True, slots=True)
class Temporal(Splitter):
    """Oldest to train, newest to test, validation between; undated articles, which may be of any time, to train.

    Attributes:
        cutoff: Last day before `test` (UTC); None: picked, a share closest to `test` of the dated articles follows.
        validation_cutoff: Last day before `validation`; None: picked in the same way.
        embargo_days: Days up to and including each cutoff whose articles are dropped.
    """

    strategy: ClassVar[Strategy] = "temporal"
    cutoff: date | None = None
    validation_cutoff: date | None = None
    embargo_days: int = 0

    def __post_init__(self) -> None:
        Splitter.__post_init__(self)
        check_embargo(self.embargo_days)
        if self.cutoff and self.validation_cutoff and self.validation_cutoff >= self.cutoff:
            raise ValueError("split.validation_cutoff must lie before split.cutoff")

    def plan(self, con: duckdb.DuckDBPyConnection) -> SplitPlan:
        """The cutoff of test first, then that of validation before it."""
        plan, days = self.stated(), days_of(con, ())
        cutoff = plan.cutoff or choose_cutoff(days, self.test)
        if cutoff is None:
            return replace(plan, validation_cutoff=None).noted(_no_cutoff("test", days))
        if plan.cutoff is None:
            plan = _with_cutoff(plan, days, cutoff, self.test)
        gap = timedelta(days=plan.embargo_days)
        earlier = [(day, count) for day, count in days if day <= cutoff - gap]
        validation = plan.validation_cutoff or choose_cutoff(earlier, self.validation / (1 - self.test))
        if validation is None and self.validation > 0:
            plan = plan.noted(_no_cutoff("validation", earlier))
        return replace(plan, validation_cutoff=validation)


@dataclass(frozen=True, slots=True)
class Publisher(Splitter):
    """Whole houses to train, validation and test; articles without a publisher to train.

    Attributes:
        held_out: Publishers, or names of houses, of `test`; None: picked by `choose_houses`, like those of validation.
        houses: Publishers that share copy, by house.
    """

    strategy: ClassVar[Strategy] = "publisher"
    held_out: tuple[str, ...] | None = None
    houses: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        Splitter.__post_init__(self)
        check_houses(self.houses)

    def plan(self, con: duckdb.DuckDBPyConnection) -> SplitPlan:
        """The houses of test first, then those of validation among the others."""
        counts, publishers = house_counts(con, self.houses)
        plan = _hold_out(self, "test", self.test, counts, publishers)
        test = plan.held_out_publishers
        taken = frozenset(houses_of(test, self.houses).values())
        houses = choose_houses(counts, self.validation, self.seed, taken)
        validation = tuple(p for p in members_of(houses, self.houses, publishers) if p not in test)
        if not validation and self.validation > 0:
            plan = plan.noted(_no_houses("validation", counts))
        return replace(plan, validation_publishers=validation)


def _hold_out(
    config: Benchmark | Publisher, split: str, fraction: float, counts: Mapping[str, int], publishers: Sequence[str]
) -> SplitPlan:
    """What the config states, with the publishers of a held-out split: its own, or those that the rule picks."""
    plan = config.stated()
    if config.held_out is not None:
        plan = plan.noted(*_unknown(config.held_out, config.houses, publishers))
        return replace(plan, held_out_publishers=members_of(config.held_out, config.houses))
    chosen = members_of(choose_houses(counts, fraction, config.seed), config.houses, publishers)
    if not chosen and fraction > 0:
        plan = plan.noted(_no_houses(split, counts))
    return replace(plan, held_out_publishers=chosen)


def _with_cutoff(plan: SplitPlan, days: Sequence[tuple[date, int]], cutoff: date, fraction: float) -> SplitPlan:
    embargo = choose_embargo(days, cutoff, plan.embargo_days, fraction)
    if embargo < plan.embargo_days:
        plan = plan.noted(
            f"the embargo is {embargo} instead of {plan.embargo_days} days: "
            f"a longer gap before {cutoff} would cost more than {fraction:.0%} of the dated articles"
        )
    return replace(plan, cutoff=cutoff, embargo_days=embargo)


def _unknown(held_out: Sequence[str], houses: Mapping[str, Sequence[str]], publishers: Sequence[str]) -> Iterator[str]:
    """A line for each name, mistyped perhaps, that holds nothing out."""
    for name in held_out:
        if not set(publishers).intersection(members_of((name,), houses)):
            yield f"split.held_out names {name}, and no article is of that publisher"


def _no_houses(split: str, counts: Mapping[str, int]) -> str:
    if len(counts) < 3:
        return f"no {split}: it needs at least three publishers (houses), there are {len(counts)}"
    return f"no {split}: no publisher (house) is small enough to be held out"


def _no_cutoff(split: str, days: Sequence[tuple[date, int]]) -> str:
    if len(days) < 2:
        return f"no {split}: it needs articles of at least two days, there are {len(days)}"
    return f"no {split}: no day has between one article and half of the dated articles after it"
