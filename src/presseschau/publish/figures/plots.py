"""The plots themselves: each is given the counts, and answers with what draws it and what it says in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from presseschau.publish.figures.bins import by_period, length_name, sure_share
from presseschau.publish.statistics import BINS, UNKNOWN, Statistics
from presseschau.schema import SPLITS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe and Ito's palette: told apart also by readers who see few colours.
COLORS: Mapping[str, str] = dict(zip(SPLITS, ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00"), strict=True))
_MOST = 20


@dataclass(frozen=True, slots=True)
class Plot:
    """One plot: its title, what draws it, its height in inches, and what it shows in words."""

    title: str
    draw: Callable[[Axes], None]
    height: float
    alt: str


def _funnel(statistics: Statistics) -> Plot:
    bars, colors = dict[str, int](), dict[str, str]()
    for count in statistics.endings:  # two stages can have the same reason
        name = _ending(count)
        bars[name] = bars.get(name, 0) + count["pages"]
        colors[name] = {"kept": "#009E73", "dropped": "#E69F00", "failed": "#D55E00"}[count["outcome"]]
    total = statistics.manifest["pages"]["input"]
    alt = f"How {total:,} input page{'s' * (total != 1)} ended. Bar chart of pages by outcome: {_top(bars, 6)}."
    return _bars("How the input pages ended", bars, [*colors.values()], "pages", alt)


def _ending(count: Mapping[str, Any]) -> str:
    return f"{count['outcome']}: {count['reason']}" if count["reason"] else str(count["outcome"])


def _labels(column: str) -> Callable[[Statistics], Plot | None]:
    def plot(statistics: Statistics) -> Plot | None:
        if column == "stance" and not statistics.has_stance:
            return None
        counts = statistics.labels[column]
        totals = {name: sum(own.values()) for name, own in counts.items()}
        alt = f"Bar chart of articles by {column}, coloured by split: {_top(_ranked(totals), 5)}."
        return _stacked(f"Articles by {column} and split", counts, list(statistics.splits), alt)

    return plot


def _timeline(statistics: Statistics) -> Plot | None:
    if not statistics.months:
        return None
    periods, unit = by_period(statistics.months)
    totals = {period: sum(own.values()) for period, own in periods.items()}
    splits = list(statistics.splits)
    alt = (
        f"Column chart of articles by {unit} of publication, {next(iter(totals))} to {list(totals)[-1]}, "
        f"coloured by split; most in {_most(totals, 1)}, {sum(statistics.undated.values()):,} without a date."
    )

    def draw(axes: Axes) -> None:
        for split, pieces in _pieces(periods, splits).items():
            axes.bar(pieces.places, pieces.sizes, bottom=pieces.starts, color=COLORS[split], label=split, width=0.85)
        step = max(1, -(-len(periods) // 12))
        axes.set_xticks(range(0, len(periods), step), list(periods)[::step], rotation=45, ha="right")
        _finish(axes, "articles", horizontal=False)

    return Plot(f"Articles by {unit} of publication and split", draw, 3.4, alt)


def _lengths(statistics: Statistics) -> Plot | None:
    if not statistics.lengths:
        return None
    low, high = min(statistics.lengths), max(statistics.lengths)
    bars = {length_name(bin_): statistics.lengths.get(bin_, 0) for bin_ in range(low, high + 1)}
    alt = f"Column chart of articles by length in words; most common: {_most(bars, 2)}."

    def draw(axes: Axes) -> None:
        axes.bar(range(len(bars)), list(bars.values()), color="#0072B2", width=0.9)
        axes.set_xticks(range(len(bars)), list(bars), rotation=45, ha="right")
        axes.set_xlabel("words")
        _finish(axes, "articles", horizontal=False, legend=False)

    return Plot("Articles by length", draw, 3.2, alt)


def _confidence(statistics: Statistics) -> Plot:
    columns = [column for column, bins in statistics.confidences.items() if bins]
    shares = [f"{column} {sure_share(statistics, column):.0%}" for column in columns]
    alt = (
        f"Line chart of articles by confidence of their labels. Share of articles at 0.8 or more: {', '.join(shares)}."
    )

    def draw(axes: Axes) -> None:
        for column, color in zip(columns, ("#0072B2", "#009E73", "#CC79A7"), strict=False):
            bins = statistics.confidences[column]
            axes.stairs(
                [bins.get(i, 0) for i in range(BINS)],
                [i / BINS for i in range(BINS + 1)],
                color=color,
                label=column,
                lw=1.6,
            )
        axes.set_xlabel("confidence")
        _finish(axes, "articles", horizontal=False)

    return Plot("Articles by confidence of their labels", draw, 3.2, alt)


def _publishers(statistics: Statistics) -> Plot:
    bars = dict(list(statistics.publishers.items())[:_MOST])
    named, known = (sum(name != UNKNOWN for name in names) for names in (bars, statistics.publishers))
    more = f" of {known:,}" if known > named else ""
    whose = f"of the {named} publishers{more} with most" if named > 1 else "by publisher"
    alt = f"Bar chart of articles {whose}: {_top(bars, 5)}."
    return _bars("Publishers with most articles", bars, ["#0072B2"] * len(bars), "articles", alt)


def _most(bars: Mapping[str, int], number: int) -> str:
    """The highest columns, `201–280 (45), 141–200 (34)`."""
    return ", ".join(f"{name} ({n:,})" for name, n in list(_ranked(bars).items())[:number])


def _ranked(bars: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(bars.items(), key=lambda item: (-item[1], item[0])))


def _top(bars: Mapping[str, int], most: int) -> str:
    parts = [f"{name} {n:,}" for name, n in list(bars.items())[:most]]
    rest = len(bars) - len(parts)
    # Brackets would end the alternative text of a Markdown image.
    text = ", ".join(parts) + (f" and {rest} more" if rest else "")
    return text.replace("[", "(").replace("]", ")")


def _bars(title: str, bars: Mapping[str, int], colors: Sequence[str], unit: str, alt: str) -> Plot:
    def draw(axes: Axes) -> None:
        places = range(len(bars))
        axes.barh(places, list(bars.values()), color=list(colors), height=0.8)
        for place, n in zip(places, bars.values(), strict=True):
            axes.text(n, place, f" {n:,}", va="center", fontsize=8)
        axes.set_yticks(places, [_short(name) for name in bars])
        _finish(axes, unit, horizontal=True, legend=False)

    return Plot(title, draw, 1.1 + 0.24 * len(bars), alt)


def _stacked(title: str, counts: Mapping[str, Mapping[str, int]], splits: Sequence[str], alt: str) -> Plot:
    def draw(axes: Axes) -> None:
        for split, pieces in _pieces(counts, splits).items():
            axes.barh(pieces.places, pieces.sizes, left=pieces.starts, color=COLORS[split], label=split, height=0.8)
        axes.set_yticks(range(len(counts)), [_short(name) for name in counts])
        _finish(axes, "articles", horizontal=True)

    return Plot(title, draw, 1.2 + 0.26 * len(counts), alt)


@dataclass(slots=True)
class _Pieces:
    """One split's pieces of stacked bars: number of the bar, length, and where on it they start."""

    places: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)


def _pieces(bars: Mapping[str, Mapping[str, int]], splits: Sequence[str]) -> dict[str, _Pieces]:
    """The pieces by split; empty ones, which take as long to draw as others, are left out."""
    found: dict[str, _Pieces] = {}
    ends = [0] * len(bars)
    for split in splits:
        for place, own in enumerate(bars.values()):
            if size := own.get(split, 0):
                pieces = found.setdefault(split, _Pieces())
                pieces.places.append(place)
                pieces.sizes.append(size)
                pieces.starts.append(ends[place])
                ends[place] += size
    return found


def _short(name: str) -> str:
    return name if len(name) <= 40 else name[:39] + "…"


def _finish(axes: Axes, unit: str, *, horizontal: bool, legend: bool = True) -> None:
    from matplotlib.ticker import MaxNLocator, StrMethodFormatter

    axis = axes.xaxis if horizontal else axes.yaxis
    axis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    axis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.grid(visible=False, axis="y" if horizontal else "x")
    if horizontal:
        axes.invert_yaxis()
        axes.set_xlabel(unit)
    else:
        axes.set_ylabel(unit)
    if legend:
        axes.legend(ncols=5, loc="lower center", bbox_to_anchor=(0.5, 1.0))


PLOTS: Mapping[str, Callable[[Statistics], Plot | None]] = {
    "funnel": _funnel,
    "topics": _labels("topic"),
    "genres": _labels("genre"),
    "stances": _labels("stance"),
    "publishers": _publishers,
    "timeline": _timeline,
    "lengths": _lengths,
    "confidence": _confidence,
}
