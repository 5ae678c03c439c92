"""What all strategies share: shares, groups, the bound per publisher, and how a plan becomes splits."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Literal

import duckdb

from presseschau.split.checks import check_share
from presseschau.split.choose import members_of
from presseschau.split.claims import assign_claims, fill_empty, missing_splits, strays
from presseschau.split.plan import Group, Lock, SplitPlan, Strategy, load_lock
from presseschau.split.stories import group_stories, index_names

_STORY = 25  # articles of a story at most, or one in a hundred of all
# Options that a plan has under the same name; not `embargo_days`, which a build may have shortened.
_STATED = ("cutoff", "validation_cutoff", "seed", "validation", "test", "group", "stratify")


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
        group: What stays in one split: `cluster`, near-duplicates and their relatives, or `story`, also the articles
            that share names within three days (see `stories`).
        max_per_publisher: Articles of one publisher at most, by hash; the others are dropped as `publisher_cap`.
    """

    strategy: ClassVar[Strategy]
    seed: int = 0
    validation: float = 0.1
    test: float = 0.1
    relatives: Literal["drop", "move"] = "drop"
    group: Group = "cluster"
    max_per_publisher: int | None = None

    def __post_init__(self) -> None:
        for name in ("validation", "test"):
            check_share(name, getattr(self, name))
        if self.validation + self.test >= 1.0:
            raise ValueError(f"split.validation + split.test must stay below 1, not {self.validation + self.test:g}")
        if self.relatives not in ("drop", "move"):
            raise ValueError(f"split.relatives must be drop or move, not {self.relatives!r}")
        if self.group not in ("cluster", "story"):
            raise ValueError(f"split.group must be cluster or story, not {self.group!r}")
        if self.max_per_publisher is not None and self.max_per_publisher < 1:
            raise ValueError(f"split.max_per_publisher must be at least 1, not {self.max_per_publisher!r}")

    def assign(self, con: duckdb.DuckDBPyConnection, lock: Lock | None = None) -> SplitPlan:
        """Creates the table `split(id, split, reason, detail)`, one row per article, `split` NULL where it is dropped.

        Every article has a claim of its own by the strategy's rule. Its cluster goes where the most held-out claim of
        its members says (train < validation < test < test_temporal < test_publisher), so no cluster spans two splits;
        who may not go there is dropped as `split_conflict` or moved (`relatives`). Articles of the gap before a cutoff
        are dropped as `embargo` and claim nothing. Under a lock its articles stay where they are, whatever the rules
        say now, their clusters draw new members into their split, and all else follows the lock's plan. With
        `group=story` all this holds for stories, too: where the lock has a story in several splits, newcomers follow
        the most held-out one, unless their cluster is locked.

        Args:
            con: Has the relation `kept(id VARCHAR, cluster VARCHAR, publisher VARCHAR, published TIMESTAMP)`, with the
                columns of `stratify`; for stories also `told`, see `stories.index_names`. May have `torn(id, detail)`,
                newcomers with relatives in several splits of the lock, which are dropped as `split_conflict`.
            lock: Splits of an earlier release.

        Returns:
            The rules that were in force and every fallback that was needed.

        Raises:
            ValueError: The lock was made with another strategy.
        """
        self.check(lock)
        load_lock(con, lock)
        self._leave_out(con)
        plan = self.follow(lock.plan) if lock else self.plan(con)
        plan = plan.noted(*_group(con, plan))
        assign_claims(con, plan, self.relatives)
        if lock is None and self.strategy in ("benchmark", "random"):
            plan = plan.noted(*fill_empty(con, plan))
        return plan.noted(*missing_splits(con, plan), *strays(con))

    def check(self, lock: Lock | None) -> None:
        """Whether the splits of that release can be carried on.

        Raises:
            ValueError: The lock was made with another strategy.
        """
        if lock is not None and lock.plan.strategy != self.strategy:
            raise ValueError(
                f"split.lock was made with split={lock.plan.strategy}, this build has split={self.strategy}"
            )

    def _leave_out(self, con: duckdb.DuckDBPyConnection) -> None:
        """Creates `split_out`, the articles that no split may have, whatever the rules, and `split_kept`, the others.

        Beyond `max_per_publisher`, articles of the lock come first and stay, however many they are; then the order is
        that of a hash, and not of the one that draws the splits: the first of that order would all be test articles.
        """
        con.execute("CREATE TABLE IF NOT EXISTS torn (id VARCHAR, detail VARCHAR)")
        con.execute(
            """CREATE OR REPLACE TEMP TABLE split_out AS
            WITH whole AS (FROM kept ANTI JOIN torn USING (id)),
            large AS (SELECT publisher FROM whole GROUP BY publisher HAVING count(*) > $most)
            SELECT k.id, 'publisher_cap' AS reason,
                k.publisher || ' has ' || count(*) OVER (PARTITION BY k.publisher) AS detail
            FROM whole k SEMI JOIN large USING (publisher) LEFT JOIN locked l ON l.id = k.id
            QUALIFY l.id IS NULL AND $most < row_number() OVER (
                PARTITION BY k.publisher ORDER BY l.id IS NULL, sha256($seed || ':cap:' || k.id), k.id)
            UNION ALL SELECT id, 'split_conflict', detail FROM torn SEMI JOIN kept USING (id)""",
            {"most": self.max_per_publisher or 2**62, "seed": str(self.seed)},
        )
        con.execute("CREATE OR REPLACE TEMP VIEW split_kept AS FROM kept ANTI JOIN split_out USING (id)")

    def stated(self) -> SplitPlan:
        """The rules as far as the config states them."""
        own = self._options()
        return SplitPlan(self.strategy, **{f.name: own[f.name] for f in fields(SplitPlan) if f.name in own})

    def plan(self, con: duckdb.DuckDBPyConnection) -> SplitPlan:  # noqa: ARG002
        """The rules of a first build: those of the config, and those picked from `kept` where it leaves them open."""
        return self.stated()

    def follow(self, locked: SplitPlan) -> SplitPlan:
        """The lock's rules, with a message where the config asks for others."""
        own = self._options()
        changed = [name for name in _STATED if own.get(name) not in (None, getattr(locked, name))]
        held_out = own.get("held_out")
        if held_out is not None and members_of(held_out, own["houses"]) != locked.held_out_publishers:
            changed.append("held_out")
        plan = replace(locked, fallbacks=())
        return plan.noted(f"split.lock decides on {', '.join(changed)}, not the config") if changed else plan

    def _options(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self)}


def _group(con: duckdb.DuckDBPyConnection, plan: SplitPlan) -> list[str]:
    """Creates `story(cluster, story)`, empty where clusters are the groups; messages."""
    if plan.group == "cluster":
        con.execute("CREATE OR REPLACE TEMP TABLE story (cluster VARCHAR, story VARCHAR)")
        return []
    [(articles,)] = con.execute("SELECT count(*) FROM kept").fetchall()
    index_names(con)
    most = max(_STORY, articles // 100)
    refused = group_stories(con, most)
    return [f"{refused} links between stories were not followed: more than {most} articles in one"] if refused else []
