"""The stated rules by which a first build picks its cutoff days and its held-out publishers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

import duckdb

from presseschau.stable import sha256

_MOST = 0.5  # a held-out share beyond this leaves too little to train on


def houses_of(publishers: Iterable[str], houses: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The house of every publisher; a publisher that no house names is its own.

    >>> houses_of(["a.de", "b.de", "c.de"], {"ab": ["a.de", "b.de"]})
    {'a.de': 'ab', 'b.de': 'ab', 'c.de': 'c.de'}
    """
    of = {publisher: house for house, members in houses.items() for publisher in members}
    return {publisher: of.get(publisher, publisher) for publisher in publishers}


def choose_houses(
    counts: Mapping[str, int], fraction: float, seed: int, taken: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """Houses to hold out: in the order of their hash, each one that brings the share closer to `fraction`.

    Never the largest house. Where every house is too large to bring it closer, the smallest one alone, as long as it
    stays at or below half of the articles. At least three houses are needed: with two, one would stand for all others.

    Args:
        counts: Articles per house.
        fraction: Share of articles to reach, 0 to 1.
        seed: Of the hashes.
        taken: Houses that are not to be had any more.
    """
    if len(counts) < 3 or fraction <= 0:
        return ()
    total = sum(counts.values())
    largest = min(counts, key=lambda house: (-counts[house], house))
    free = [house for house in counts if house != largest and house not in taken]
    chosen: list[str] = []
    share = 0
    for house in sorted(free, key=lambda house: (sha256(f"{seed}:house:{house}"), house)):
        if abs(share + counts[house] - fraction * total) < abs(share - fraction * total):
            chosen.append(house)
            share += counts[house]
    if not chosen and free:
        smallest = min(free, key=lambda house: (counts[house], house))
        chosen = [smallest] if counts[smallest] <= _MOST * total else []
    return tuple(sorted(chosen))


def choose_cutoff(days: Sequence[tuple[date, int]], fraction: float) -> date | None:
    """The day after which a share closest to `fraction` of the dated articles lies, the later day on a tie.

    None where no day has articles on both sides with at most half of them after it.

    Args:
        days: Days with articles and how many, ascending.
        fraction: Share to hold out, 0 to 1.

    >>> choose_cutoff([(date(2024, 1, d), 10) for d in range(1, 11)], 0.2)
    datetime.date(2024, 1, 8)
    """
    total = sum(count for _, count in days)
    best: tuple[float, date] | None = None
    after = 0
    for (day, _), (_, next_count) in zip(reversed(days[:-1]), reversed(days[1:]), strict=True):
        after += next_count
        if after > _MOST * total or fraction <= 0:
            break
        distance = abs(after - fraction * total)
        if best is None or distance < best[0]:
            best = (distance, day)
    return best[1] if best else None


def choose_embargo(days: Sequence[tuple[date, int]], cutoff: date, most_days: int, fraction: float) -> int:
    """The longest gap up to `most_days` that costs at most `fraction` of the dated articles.

    Args:
        days: Days with articles and how many, ascending.
        cutoff: Last day of the gap.
        most_days: As configured.
        fraction: Largest share of dated articles in the gap.
    """
    total = sum(count for _, count in days)
    before = [0]
    for _, count in days:
        before.append(before[-1] + count)
    dates = [day for day, _ in days]
    upto = before[bisect_right(dates, cutoff)]
    for length in range(most_days, 0, -1):
        if upto - before[bisect_right(dates, cutoff - timedelta(days=length))] <= fraction * total:
            return length
    return 0


def days_of(con: duckdb.DuckDBPyConnection, held_out: Sequence[str]) -> list[tuple[date, int]]:
    """Days with articles of publishers that are not held out, ascending, and how many."""
    return con.execute(
        """SELECT make_timestamp(epoch_us(published))::DATE AS day, count(*) FROM split_kept
        WHERE published IS NOT NULL AND (publisher IS NULL OR publisher NOT IN (SELECT unnest($held_out::VARCHAR[])))
        GROUP BY day ORDER BY day""",
        {"held_out": list(held_out)},
    ).fetchall()


def house_counts(
    con: duckdb.DuckDBPyConnection, houses: Mapping[str, Sequence[str]]
) -> tuple[dict[str, int], list[str]]:
    """Articles per house, and all publishers."""
    rows = con.execute(
        "SELECT publisher, count(*) FROM split_kept WHERE publisher IS NOT NULL GROUP BY publisher ORDER BY publisher"
    ).fetchall()
    of = houses_of((publisher for publisher, _ in rows), houses)
    counts: dict[str, int] = {}
    for publisher, count in rows:
        counts[of[publisher]] = counts.get(of[publisher], 0) + count
    return counts, [publisher for publisher, _ in rows]


def members_of(
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
