"""leakage: what a test split could have in common with train, looked for in the texts themselves, not in cluster ids.

The one stage that imports others: the candidate search and true overlap of `dedup` and the stories of `split`, so that
both sides mean the same by a duplicate and by an event; but it knows nothing of what these stages decided.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import duckdb

from presseschau.dedup import Dedup
from presseschau.leakage.events import event_leakage
from presseschau.leakage.probe import Probe, probe_publishers
from presseschau.leakage.texts import LeakedPair, overlapping

__all__ = ["Figures", "Leakage", "LeakedPair", "Probe", "audit", "measure"]


@dataclass(frozen=True, slots=True)
class Figures:
    """What splits share beyond texts: no fault of a build, but to be known by who reads a score.

    Attributes:
        events: By split, the part of its dated articles that tell of an event of the same day as an article of train
            does, 0 to 1; empty where it was not measured.
        publisher_probe: How well the publisher can be told from the text; None where it was not measured.
    """

    events: Mapping[str, float] = field(default_factory=dict)
    publisher_probe: Probe | None = None


@dataclass(frozen=True, slots=True)
class Leakage:
    """What was found; a sound dataset has 0 everywhere.

    Attributes:
        near_duplicates: Pairs across splits at or above the Jaccard of a duplicate.
        contained: Other pairs across splits at or above the containment of a duplicate.
        related: Other pairs across splits at or above the Jaccard of relatives.
        spanning_clusters: Clusters with articles in more than one split.
        shared_publishers: Publishers of `test_publisher` that other splits have too, sorted.
        out_of_time: Articles of train, validation and test after the cutoff or in the gap before it, and articles of
            `test_temporal` without a date or not after the cutoff.
        pairs: The first pairs by id, at most a hundred, for a person to look at.
    """

    near_duplicates: int = 0
    contained: int = 0
    related: int = 0
    spanning_clusters: int = 0
    shared_publishers: tuple[str, ...] = ()
    out_of_time: int = 0
    pairs: tuple[LeakedPair, ...] = ()

    @property
    def clean(self) -> bool:
        """True where nothing was found."""
        return self == Leakage()


def audit(
    con: duckdb.DuckDBPyConnection, dedup: Dedup, *, cutoff: date | None = None, embargo_days: int = 0
) -> Leakage:
    """Looks for leaks between the splits of a dataset.

    Args:
        con: Has the relation `audited(id VARCHAR, split VARCHAR, cluster VARCHAR, publisher VARCHAR,
            published TIMESTAMP, source VARCHAR)`, rows without a split being passed over; and the `articles` whose
            sources they name, with what `dedup.resolve` keeps of all their signatures: see `dedup.signed`.
        dedup: Config of the signatures and the thresholds.
        cutoff: Last day before `test_temporal` (UTC), None where there is no such split.
        embargo_days: Days up to and including `cutoff` that no split but the held-out ones may have articles of.
    """
    near, contained, related, pairs = overlapping(con, dedup)
    return Leakage(
        near_duplicates=near,
        contained=contained,
        related=related,
        spanning_clusters=_count(
            con,
            """FROM (SELECT cluster FROM audited WHERE split IS NOT NULL
            GROUP BY cluster HAVING count(DISTINCT split) > 1)""",
        ),
        shared_publishers=_shared_publishers(con),
        out_of_time=_out_of_time(con, cutoff, embargo_days) if cutoff else 0,
        pairs=pairs,
    )


def measure(con: duckdb.DuckDBPyConnection, articles: str, *, events: bool, publishers: bool) -> Figures:
    """The figures beside the audit.

    Args:
        con: The connection.
        articles: Name of a relation with `split VARCHAR, publisher VARCHAR` and the columns of `told` of
            `split.stories.index_names`.
        events: Measure the events in common.
        publishers: Measure how well publishers can be told.
    """
    return Figures(
        event_leakage(con, articles) if events else {}, probe_publishers(con, articles) if publishers else None
    )


def _shared_publishers(con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    rows = con.execute(
        """SELECT publisher FROM audited WHERE split IS NOT NULL AND publisher IS NOT NULL GROUP BY publisher
        HAVING bool_or(split = 'test_publisher') AND bool_or(split <> 'test_publisher') ORDER BY publisher"""
    ).fetchall()
    return tuple(publisher for (publisher,) in rows)


def _out_of_time(con: duckdb.DuckDBPyConnection, cutoff: date, embargo_days: int) -> int:
    return _count(
        con,
        """FROM (SELECT split, make_timestamp(epoch_us(published))::DATE AS day FROM audited) WHERE CASE
            WHEN split = 'test_temporal' THEN day IS NULL OR day <= $cutoff
            WHEN split IN ('train', 'validation', 'test') THEN day > $gap ELSE false END""",
        {"cutoff": cutoff, "gap": cutoff - timedelta(days=embargo_days)},
    )


def _count(con: duckdb.DuckDBPyConnection, source: str, values: dict[str, object] | None = None) -> int:
    [(count,)] = con.execute(f"SELECT count(*) {source}", values).fetchall()
    return int(count)
