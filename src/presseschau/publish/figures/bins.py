"""The periods, lengths and shares that plots and report have in common."""

from __future__ import annotations

from collections.abc import Mapping

from presseschau.publish.statistics import BINS, LENGTHS, Statistics

_PERIODS = 60  # that a plot has room for
_SURE = 0.8  # confidence from which on the share of labels is told


def by_period(months: Mapping[str, Mapping[str, int]]) -> tuple[dict[str, dict[str, int]], str]:
    """Articles by month with every month in between, by quarter or year where that would be too many.

    Returns:
        The periods in order, and `month`, `quarter` or `year`.
    """
    for unit in ("month", "quarter", "year"):
        numbers = [_number(month, unit) for month in months]
        if max(numbers) - min(numbers) < _PERIODS or unit == "year":
            break
    periods: dict[str, dict[str, int]] = {_name(n, unit): {} for n in range(min(numbers), max(numbers) + 1)}
    for month, own in months.items():
        into = periods[_name(_number(month, unit), unit)]
        for split, n in own.items():
            into[split] = into.get(split, 0) + n
    # A single date centuries off must not make a page of empty columns.
    return {p: own for p, own in periods.items() if own or len(periods) <= 2 * _PERIODS}, unit


def _number(month: str, unit: str) -> int:
    year, number = map(int, month.split("-"))
    return {"month": year * 12 + number - 1, "quarter": year * 4 + (number - 1) // 3, "year": year}[unit]


def _name(number: int, unit: str) -> str:
    if unit == "month":
        return f"{number // 12:04d}-{number % 12 + 1:02d}"
    return f"{number // 4:04d} Q{number % 4 + 1}" if unit == "quarter" else f"{number:04d}"


def length_name(bin_: int) -> str:
    """The bounds of a bin of article lengths.

    >>> length_name(1), length_name(len(LENGTHS))
    ('51–70', '> 6,400')
    """
    if bin_ == 0:
        return f"≤ {LENGTHS[0]}"
    return f"> {LENGTHS[-1]:,}" if bin_ == len(LENGTHS) else f"{LENGTHS[bin_ - 1] + 1:,}–{LENGTHS[bin_]:,}"


def sure_share(statistics: Statistics, column: str) -> float:
    """Share of labelled articles with a confidence of 0.8 or more."""
    bins = statistics.confidences[column]
    return sum(n for bin_, n in bins.items() if bin_ >= round(_SURE * BINS)) / max(1, sum(bins.values()))
