"""The four strategies, and how an article's own claim, its cluster and the lock make its split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import ClassVar, Literal

import duckdb

from presseschau.split.choose import choose_cutoff, choose_embargo, choose_houses, houses_of
from presseschau.split.plan import SPLITS, Lock, SplitPlan, Strategy, load_locked

# What an article may claim for itself besides a split, before its cluster and the lock are asked.
_POOL = "pool"  # train, validation or test by the hash of its cluster
_EMBARGO = "embargo"

_CLAIM = {
    "benchmark": """CASE WHEN publisher IN (SELECT unnest($held_out)) THEN 'test_publisher'
        WHEN published::DATE > $cutoff THEN 'test_temporal'
        WHEN published::DATE > $gap THEN 'embargo' ELSE 'pool' END""",
    "random": "'pool'",
    "temporal": """CASE WHEN published::DATE > $cutoff THEN 'test' WHEN published::DATE > $gap THEN 'embargo'
        WHEN published::DATE > $validation_cutoff THEN 'validation'
        WHEN published::DATE > $validation_gap THEN 'embargo' ELSE 'train' END""",
    "publisher": """CASE WHEN publisher IN (SELECT unnest($held_out)) THEN 'test'
        WHEN publisher IN (SELECT unnest($validation_publishers)) THEN 'validation' ELSE 'train' END""",
}


@dataclass(frozen=True, slots=True)
class Splitter:
    """What all strategies share.

    Attributes:
        seed: Of the hashes.
        validation: Share of validation, 0 to 1.
        test: Share of test, 0 to 1.
        relatives: What happens to an article whose cluster is in a split that the article itself may not be in, an old
            article with a relative after the cutoff, say: `drop` (ledger: `split_conflict`) keeps every held-out split
            pure, `move` keeps the article and puts it where its cluster is.
    """

    strategy: ClassVar[Strategy]
    seed: int = 0
    validation: float = 0.1
    test: float = 0.1
    relatives: Literal["drop", "move"] = "drop"

    def __post_init__(self) -> None:
        for name in ("validation", "test"):
            _check_share(name, getattr(self, name))
        if self.validation + self.test >= 1.0:
            raise ValueError(f"split.validation + split.test must stay below 1, not {self.validation + self.test:g}")
        if self.relatives not in ("drop", "move"):
            raise ValueError(f"split.relatives must be drop or move, not {self.relatives!r}")

    def assign(self, con: duckdb.DuckDBPyConnection, lock: Lock | None = None) -> SplitPlan:
        """Creates the table `split(id, split, reason, detail)`, one row per article, `split` NULL where it is dropped.

        Every article has a claim of its own by the strategy's rule. Its cluster goes where the most held-out claim of
        its members says (train < validation < test < test_temporal < test_publisher), so no cluster spans two splits;
        who may not go there is dropped as `split_conflict` or moved (`relatives`). Articles of the gap before a cutoff
        are dropped as `embargo` and claim nothing. Under a lock its articles stay where they are, whatever the rules
        say now, their clusters draw new members into their split, and all else follows the lock's plan.

        Args:
            con: Has the relation `kept(id VARCHAR, cluster VARCHAR, publisher VARCHAR, published TIMESTAMP)`.
            lock: Splits of an earlier release.

        Returns:
            The rules that were in force and every fallback that was needed.

        Raises:
            ValueError: The lock was made with another strategy.
        """
        if lock is not None and lock.plan.strategy != self.strategy:
            raise ValueError(
                f"split.lock was made with split={lock.plan.strategy}, this build has split={self.strategy}"
            )
        load_locked(con, lock.articles if lock else None)
        plan = self.follow(lock.plan) if lock else self.plan(con)
        _assign_claims(con, plan, self.relatives)
        if lock is None and self.strategy in ("benchmark", "random"):
            plan = plan.noted(*_fill_empty(con, plan))
        return plan.noted(*_missing(con, plan))

    def plan(self, con: duckdb.DuckDBPyConnection) -> SplitPlan:
        """The rules of a first build: those of the config, and those picked from `kept` where it leaves them open."""
        raise NotImplementedError

    def follow(self, locked: SplitPlan) -> SplitPlan:
        """The lock's rules, with a message where the config asks for others."""
        asked = {"seed": self.seed, "validation": self.validation, "test": self.test}
        changed = [name for name, value in asked.items() if value != getattr(locked, name)]
        plan = replace(locked, fallbacks=())
        return (
            plan.noted(f"split.lock decides {', '.join(changed)}; the config's values are not used")
            if changed
            else plan
        )


@dataclass(frozen=True, slots=True)
class Random(Splitter):
    """train, validation and test by the hash of cluster and seed."""

    strategy: ClassVar[Strategy] = "random"

    def plan(self, con: duckdb.DuckDBPyConnection) -> SplitPlan:  # noqa: ARG002
        """Nothing to pick."""
        return SplitPlan(self.strategy, self.seed, self.validation, self.test)


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
    """

    strategy: ClassVar[Strategy] = "benchmark"
    cutoff: date | None = None
    embargo_days: int = 7
    held_out: tuple[str, ...] | None = None
    houses: Mapping[str, Sequence[str]] = field(default_factory=dict)
    temporal_fraction: float = 0.15
    publisher_fraction: float = 0.15

    def __post_init__(self) -> None:
        Splitter.__post_init__(self)
        _check_embargo(self.embargo_days)
        _check_houses(self.houses)
        _check_share("temporal_fraction", self.temporal_fraction)
        _check_share("publisher_fraction", self.publisher_fraction)

    def plan(self, con: duckdb.DuckDBPyConnection) -> SplitPlan:
        """Publishers first, then the cutoff among the articles of the others."""
        plan = SplitPlan(self.strategy, self.seed, self.validation, self.test, embargo_days=self.embargo_days)
        if self.held_out is not None:
            chosen = _members(self.held_out, self.houses)
        else:
            counts, publishers = _house_counts(con, self.houses)
            houses = choose_houses(counts, self.publisher_fraction, self.seed)
            chosen = _members(houses, self.houses, publishers)
            if not chosen and self.publisher_fraction > 0:
                plan = plan.noted(_no_houses("test_publisher", counts))
        plan = replace(plan, held_out_publishers=chosen)
        if self.cutoff is not None:
            return replace(plan, cutoff=self.cutoff)
        days = _days(con, chosen)
        cutoff = choose_cutoff(days, self.temporal_fraction)
        if cutoff is None:
            plan = plan if self.temporal_fraction <= 0 else plan.noted(_no_cutoff("test_temporal", days))
            return replace(plan, embargo_days=0)
        return _with_cutoff(plan, days, cutoff, self.temporal_fraction)


@dataclass(frozen=True, slots=True)
class Temporal(Splitter):
    """Oldest to train, newest to test, validation between; undated articles, which may be of any time, to train.

    Attributes:
        cutoff: Last day before `test` (UTC); None: picked so that a share closest to `test` of the dated articles follows.
        validation_cutoff: Last day before `validation`; None: picked in the same way.
        embargo_days: Days up to and including each cutoff whose articles are dropped.
    """

    strategy: ClassVar[Strategy] = "temporal"
    cutoff: date | None = None
    validation_cutoff: date | None = None
    embargo_days: int = 0

    def __post_init__(self) -> None:
        Splitter.__post_init__(self)
        _check_embargo(self.embargo_days)
        if self.cutoff and self.validation_cutoff and self.validation_cutoff >= self.cutoff:
            raise ValueError("split.validation_cutoff must lie before split.cutoff")

    def plan(self, con: duckdb.DuckDBPyConnection) -> SplitPlan:
        """The cutoff of test first, then that of validation before it."""
        plan = SplitPlan(self.strategy, self.seed, self.validation, self.test, embargo_days=self.embargo_days)
        days = _days(con, ())
        cutoff = self.cutoff or choose_cutoff(days, self.test)
        if cutoff is None:
            return plan.noted(_no_cutoff("test", days))
        if self.cutoff is None:
            plan = _with_cutoff(plan, days, cutoff, self.test)
        earlier = [(day, count) for day, count in days if day <= cutoff]
        validation = self.validation_cutoff or choose_cutoff(earlier, self.validation / (1 - self.test))
        if validation is None and self.validation > 0:
            plan = plan.noted(_no_cutoff("validation", earlier))
        return replace(plan, cutoff=cutoff, validation_cutoff=validation)


@dataclass(frozen=True, slots=True)
class Publisher(Splitter):
    """Whole houses to train, validation and test; articles without a publisher to train.

    Attributes:
        held_out: Publishers, or names of houses, of `test`; None: picked by `choose_houses`, as are those of validation.
        houses: Publishers that share copy, by house.
    """

    strategy: ClassVar[Strategy] = "publisher"
    held_out: tuple[str, ...] | None = None
    houses: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        Splitter.__post_init__(self)
        _check_houses(self.houses)

    def plan(self, con: duckdb.DuckDBPyConnection) -> SplitPlan:
        """The houses of test first, then those of validation among the others."""
        plan = SplitPlan(self.strategy, self.seed, self.validation, self.test)
        counts, publishers = _house_counts(con, self.houses)
        if self.held_out is not None:
            test = _members(self.held_out, self.houses)
        else:
            test = _members(choose_houses(counts, self.test, self.seed), self.houses, publishers)
            if not test and self.test > 0:
                plan = plan.noted(_no_houses("test", counts))
        taken = frozenset(houses_of(test, self.houses).values())
        houses = choose_houses(counts, self.validation, self.seed, taken)
        validation = tuple(p for p in _members(houses, self.houses, publishers) if p not in test)
        if not validation and self.validation > 0:
            plan = plan.noted(_no_houses("validation", counts))
        return replace(plan, held_out_publishers=test, validation_publishers=validation)


def _assign_claims(con: duckdb.DuckDBPyConnection, plan: SplitPlan, relatives: str) -> None:
    """Claims, clusters, lock: the table `split`. `split_cluster` keeps where every cluster went, and by what."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE split_claim (id VARCHAR, cluster VARCHAR, day DATE, claim VARCHAR, locked VARCHAR)"
    )
    con.execute(
        f"""INSERT INTO split_claim
        SELECT k.id, k.cluster, k.published::DATE, {_CLAIM[plan.strategy]}, l.split
        FROM kept k LEFT JOIN locked l ON l.id = k.id""",  # noqa: S608
        _parameters(plan),
    )
    con.execute(
        """CREATE OR REPLACE TEMP TABLE split_cluster AS
        WITH lock AS (SELECT cluster, max(list_position($order, split)) AS earlier FROM locked GROUP BY cluster),
        member AS (
            SELECT cluster,
                   max(list_position($order, claim)) FILTER (locked IS NULL) AS claimed,
                   max(list_position($order, locked)) AS own
            FROM split_claim GROUP BY cluster),
        hashed AS (
            SELECT *, ('0x' || substr(sha256($seed || ':' || cluster), 1, 13))::UBIGINT / 4503599627370496.0 AS drawn
            FROM member)
        SELECT cluster, drawn, coalesce(own, earlier, claimed) IS NULL AS free,
               coalesce(list_extract($order, coalesce(greatest(own, earlier), claimed)),
                   CASE WHEN drawn < $test THEN 'test' WHEN drawn < $test + $validation THEN 'validation'
                   ELSE 'train' END) AS target
        FROM hashed LEFT JOIN lock USING (cluster)""",
        {"order": list(SPLITS), "seed": str(plan.seed), "test": plan.test, "validation": plan.validation},
    )
    con.execute(
        """CREATE OR REPLACE TABLE split AS
        SELECT c.id,
            CASE WHEN c.locked IS NOT NULL THEN c.locked
                 WHEN c.claim = 'embargo' THEN NULL
                 WHEN $move OR c.claim = s.target OR (c.claim = 'pool' AND s.target IN ('train', 'validation', 'test'))
                 THEN s.target END AS split,
            CASE WHEN c.locked IS NOT NULL THEN NULL
                 WHEN c.claim = 'embargo' THEN 'embargo'
                 WHEN split IS NULL THEN 'split_conflict' END AS reason,
            CASE reason WHEN 'embargo' THEN 'published ' || c.day
                 WHEN 'split_conflict' THEN 'cluster ' || c.cluster || ' is in ' || s.target ELSE '' END AS detail
        FROM split_claim c JOIN split_cluster s USING (cluster) ORDER BY c.id""",
        {"move": relatives == "move"},
    )


def _parameters(plan: SplitPlan) -> dict[str, object]:
    """The plan as the values that the claim of its strategy asks for."""
    gap = timedelta(days=plan.embargo_days)
    values: dict[str, object] = {
        "held_out": list(plan.held_out_publishers),
        "validation_publishers": list(plan.validation_publishers),
        "cutoff": plan.cutoff,
        "gap": plan.cutoff - gap if plan.cutoff else None,
        "validation_cutoff": plan.validation_cutoff,
        "validation_gap": plan.validation_cutoff - gap if plan.validation_cutoff else None,
    }
    return {name: value for name, value in values.items() if f"${name}" in _CLAIM[plan.strategy]}


def _fill_empty(con: duckdb.DuckDBPyConnection, plan: SplitPlan) -> list[str]:
    """Gives train, then test, then validation one cluster of the best filled split, where the hash left them none."""
    messages = []
    for name, share in (("train", 1.0), ("test", plan.test), ("validation", plan.validation)):
        rows = con.execute(
            "SELECT target, count(*) FROM split_cluster WHERE free GROUP BY target ORDER BY target"
        ).fetchall()
        counts = dict(rows)
        donor = max(sorted(counts), key=lambda split: counts[split], default=name)
        if share <= 0 or counts.get(name) or not counts or (counts[donor] < 2 and name != "train"):
            continue
        [(cluster,)] = con.execute(
            """SELECT cluster FROM split_cluster WHERE free AND target = $donor
            AND cluster IN (SELECT cluster FROM split WHERE split IS NOT NULL) ORDER BY drawn, cluster LIMIT 1""",
            {"donor": donor},
        ).fetchall() or [(None,)]
        if cluster is None:
            continue
        con.execute(
            "UPDATE split_cluster SET target = $name WHERE cluster = $cluster", {"name": name, "cluster": cluster}
        )
        con.execute(
            """UPDATE split SET split = $name WHERE split IS NOT NULL
            AND id IN (SELECT id FROM split_claim WHERE cluster = $cluster)""",
            {"name": name, "cluster": cluster},
        )
        messages.append(f"{name} came out empty by hash: cluster {cluster} was moved there from {donor}")
    return messages


def _missing(con: duckdb.DuckDBPyConnection, plan: SplitPlan) -> list[str]:
    """A line for every split that the plan calls for and that has no articles."""
    wanted = {"train": True, "validation": plan.validation > 0, "test": plan.test > 0}
    if plan.strategy == "benchmark":
        wanted |= {"test_temporal": plan.cutoff is not None, "test_publisher": bool(plan.held_out_publishers)}
    rows = con.execute("SELECT split, count(*) FROM split WHERE split IS NOT NULL GROUP BY split").fetchall()
    there = dict(rows)
    total = sum(there.values())
    if total == 0:
        return ["no article is in any split"]
    return [
        f"{name} is empty: {total} {'article' if total == 1 else 'articles'} in all, none of them for it by the rules"
        for name, asked in wanted.items()
        if asked and name not in there
    ]


def _days(con: duckdb.DuckDBPyConnection, held_out: Sequence[str]) -> list[tuple[date, int]]:
    """Days with articles of publishers that are not held out, ascending, and how many."""
    return con.execute(
        """SELECT published::DATE AS day, count(*) FROM kept
        WHERE published IS NOT NULL AND (publisher IS NULL OR publisher NOT IN (SELECT unnest($held_out::VARCHAR[])))
        GROUP BY day ORDER BY day""",
        {"held_out": list(held_out)},
    ).fetchall()


def _house_counts(
    con: duckdb.DuckDBPyConnection, houses: Mapping[str, Sequence[str]]
) -> tuple[dict[str, int], list[str]]:
    """Articles per house, and all publishers."""
    rows = con.execute(
        "SELECT publisher, count(*) FROM kept WHERE publisher IS NOT NULL GROUP BY publisher ORDER BY publisher"
    ).fetchall()
    of = houses_of((publisher for publisher, _ in rows), houses)
    counts: dict[str, int] = {}
    for publisher, count in rows:
        counts[of[publisher]] = counts.get(of[publisher], 0) + count
    return counts, [publisher for publisher, _ in rows]


def _members(
    names: Sequence[str], houses: Mapping[str, Sequence[str]], publishers: Sequence[str] | None = None
) -> tuple[str, ...]:
    """All publishers of the houses that are named, themselves or by one of their publishers; sorted.

    Also those of which there is no article yet: the next release may have some.
    """
    of = houses_of((p for members in houses.values() for p in members), houses)
    chosen = {of.get(name, name) for name in names}
    out: set[str] = set()
    for house in chosen:
        out.update(houses.get(house, (house,)))
    if publishers is not None:
        out.update(p for p in publishers if of.get(p, p) in chosen)
    return tuple(sorted(out))


def _with_cutoff(plan: SplitPlan, days: Sequence[tuple[date, int]], cutoff: date, fraction: float) -> SplitPlan:
    embargo = choose_embargo(days, cutoff, plan.embargo_days, fraction)
    if embargo < plan.embargo_days:
        plan = plan.noted(
            f"the embargo is {embargo} instead of {plan.embargo_days} days: "
            f"a longer gap before {cutoff} would cost more than {fraction:.0%} of the dated articles"
        )
    return replace(plan, cutoff=cutoff, embargo_days=embargo)


def _no_houses(split: str, counts: Mapping[str, int]) -> str:
    if len(counts) < 3:
        return f"no {split}: it needs at least three publishers (houses), there are {len(counts)}"
    return f"no {split}: no publisher (house) is small enough to be held out"


def _no_cutoff(split: str, days: Sequence[tuple[date, int]]) -> str:
    if len(days) < 2:
        return f"no {split}: it needs articles of at least two days, there are {len(days)}"
    return f"no {split}: no day has between one article and half of the dated articles after it"


def _check_share(name: str, value: float) -> None:
    if not 0.0 <= value < 1.0:
        raise ValueError(f"split.{name} must be at least 0 and below 1, not {value!r}")


def _check_embargo(days: int) -> None:
    if not 0 <= days <= 3650:
        raise ValueError(f"split.embargo_days must be 0 to 3650, not {days!r}")


def _check_houses(houses: Mapping[str, Sequence[str]]) -> None:
    seen: dict[str, str] = {}
    for house, members in houses.items():
        for publisher in members:
            if seen.setdefault(publisher, house) != house:
                raise ValueError(f"split.houses: {publisher} is in two houses, {seen[publisher]} and {house}")
