"""The plots that the card shows: PNG files whose bytes depend on the counts and the version of matplotlib alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from presseschau.publish.statistics import BINS, LENGTHS, Statistics
from presseschau.schema import SPLITS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FOLDER = "figures"
# Okabe and Ito's palette: told apart also by readers who see few colours.
COLORS: Mapping[str, str] = dict(zip(SPLITS, ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00"), strict=True))
_MOST = 20
_LISTED = re.compile(r"!\[(?P<alt>[^]]*)\]\((?P<path>figures/[^)\s]+)\)")
_STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "legend.frameon": False,
    "legend.fontsize": 8,
    "svg.hashsalt": "presseschau",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One plot of the card.

    Attributes:
        name: By which the card's prose asks for it: `figure_NAME`.
        path: Relative to the dataset folder.
        alt: What it shows, in words and numbers, for those who do not see it.
    """

    name: str
    path: str
    alt: str

    @property
    def markdown(self) -> str:
        """The image as the card writes it."""
        return f"![{self.alt}]({self.path})"


def write_figures(folder: Path, statistics: Statistics) -> dict[str, Figure]:
    """Writes `figures/*.png`; those that there is nothing to show for are left out.

    Args:
        folder: The dataset folder.
        statistics: What is counted in it.

    Returns:
        The figures by name.
    """
    import matplotlib as mpl  # half a second of start that only the end of a build needs
    from matplotlib.figure import Figure as Canvas

    (folder / FOLDER).mkdir(exist_ok=True)
    figures: dict[str, Figure] = {}
    with mpl.rc_context():
        mpl.rcdefaults()  # whatever the user's own style is
        mpl.rcParams.update(_STYLE)
        for name, plot in _PLOTS.items():
            drawn = plot(statistics)
            if drawn is None:
                continue
            canvas = Canvas(figsize=(7.5, drawn.height), dpi=120, layout="constrained")
            drawn.draw(canvas.add_subplot())
            canvas.suptitle(drawn.title, x=0.01, ha="left", fontsize=10, fontweight="bold")
            path = folder / FOLDER / f"{name}.png"
            # Neither a date nor the version of the software goes into the file.
            canvas.savefig(path, format="png", metadata={"Software": None})
            figures[name] = Figure(name, f"{FOLDER}/{path.name}", drawn.alt)
    return figures


def check_figures(folder: Path) -> Iterator[str]:
    """What does not hold about the figures of a folder, one line each; for `verify`."""
    listed = {match["path"]: match["alt"] for match in _LISTED.finditer((folder / "README.md").read_text("utf-8"))}
    for path, alt in sorted(listed.items()):
        file = folder / path
        if not file.is_file():
            yield f"README.md: shows {path}, which is missing"
        elif not file.read_bytes().startswith(b"\x89PNG\r\n\x1a\n"):
            yield f"{path}: is no PNG file"
        if not alt.strip():
            yield f"README.md: {path} has no alternative text"
    for file in sorted((folder / FOLDER).glob("*")):
        if f"{FOLDER}/{file.name}" not in listed:
            yield f"{FOLDER}/{file.name}: the card does not show it"


@dataclass(frozen=True, slots=True)
class _Plot:
    title: str
    draw: Callable[[Axes], None]
    height: float
    alt: str


def _funnel(statistics: Statistics) -> _Plot:
    order = ("kept", "dropped", "failed")
    counts = sorted(
        statistics.manifest["counts"], key=lambda c: (order.index(c["outcome"]), -c["pages"], c["reason"] or "")
    )
    bars = {_ending(count): count["pages"] for count in counts}
    colors = [{"kept": "#009E73", "dropped": "#E69F00", "failed": "#D55E00"}[count["outcome"]] for count in counts]
    total = statistics.manifest["pages"]["input"]
    alt = f"How {total:,} input pages ended. Bar chart of pages by outcome: {_top(bars, 6)}."
    return _bars("How the input pages ended", bars, colors, "pages", alt)


def _ending(count: Mapping[str, Any]) -> str:
    return f"{count['outcome']}: {count['reason']}" if count["reason"] else str(count["outcome"])


def _labels(column: str) -> Callable[[Statistics], _Plot]:
    def plot(statistics: Statistics) -> _Plot:
        counts = statistics.labels[column]
        totals = {name: sum(own.values()) for name, own in counts.items()}
        alt = f"Bar chart of articles by {column}, coloured by split: {_top(_ranked(totals), 5)}."
        return _stacked(f"Articles by {column} and split", counts, list(statistics.splits), alt)

    return plot


def _timeline(statistics: Statistics) -> _Plot | None:
    if not statistics.months:
        return None
    periods, unit = by_period(statistics.months)
    totals = {period: sum(own.values()) for period, own in periods.items()}
    splits = list(statistics.splits)
    alt = (
        f"Column chart of articles by {unit} of publication, {next(iter(totals))} to {list(totals)[-1]}, "
        f"coloured by split; most in {_top(_ranked(totals), 1)}, {statistics.undated:,} without a date."
    )

    def draw(axes: Axes) -> None:
        below = [0] * len(periods)
        for split in splits:
            values = [own.get(split, 0) for own in periods.values()]
            axes.bar(range(len(periods)), values, bottom=below, color=COLORS[split], label=split, width=0.85)
            below = [a + b for a, b in zip(below, values, strict=True)]
        step = max(1, -(-len(periods) // 12))
        axes.set_xticks(range(0, len(periods), step), list(periods)[::step], rotation=45, ha="right")
        _finish(axes, "articles", horizontal=False)

    return _Plot(f"Articles by {unit} of publication and split", draw, 3.4, alt)


def _lengths(statistics: Statistics) -> _Plot | None:
    if not statistics.lengths:
        return None
    low, high = min(statistics.lengths), max(statistics.lengths)
    bars = {length_name(bin_): statistics.lengths.get(bin_, 0) for bin_ in range(low, high + 1)}
    alt = f"Column chart of articles by length in words; most common: {_top(_ranked(bars), 2)}."

    def draw(axes: Axes) -> None:
        axes.bar(range(len(bars)), list(bars.values()), color="#0072B2", width=0.9)
        axes.set_xticks(range(len(bars)), list(bars), rotation=45, ha="right")
        axes.set_xlabel("words")
        _finish(axes, "articles", horizontal=False, legend=False)

    return _Plot("Articles by length", draw, 3.2, alt)


def _confidence(statistics: Statistics) -> _Plot:
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

    return _Plot("Articles by confidence of their labels", draw, 3.2, alt)


def _publishers(statistics: Statistics) -> _Plot:
    bars = dict(list(statistics.publishers.items())[:_MOST])
    more = f" of {len(statistics.publishers):,}" if len(statistics.publishers) > len(bars) else ""
    alt = f"Bar chart of articles of the {len(bars)} publishers{more} with most: {_top(bars, 5)}."
    return _bars("Publishers with most articles", bars, ["#0072B2"] * len(bars), "articles", alt)


_PLOTS: Mapping[str, Callable[[Statistics], _Plot | None]] = {
    "funnel": _funnel,
    "topics": _labels("topic"),
    "genres": _labels("genre"),
    "stances": _labels("stance"),
    "publishers": _publishers,
    "timeline": _timeline,
    "lengths": _lengths,
    "confidence": _confidence,
}
NAMES = tuple(_PLOTS)


def by_period(months: Mapping[str, Mapping[str, int]], most: int = 60) -> tuple[dict[str, dict[str, int]], str]:
    """Articles by month with every month in between, by quarter or year where that would be more than `most`.

    Returns:
        The periods in order, and `month`, `quarter` or `year`.
    """
    for unit in ("month", "quarter", "year"):
        numbers = [_number(month, unit) for month in months]
        if max(numbers) - min(numbers) < most or unit == "year":
            break
    periods: dict[str, dict[str, int]] = {_name(n, unit): {} for n in range(min(numbers), max(numbers) + 1)}
    for month, own in months.items():
        into = periods[_name(_number(month, unit), unit)]
        for split, n in own.items():
            into[split] = into.get(split, 0) + n
    # A single date centuries off must not make a page of empty columns.
    return {p: own for p, own in periods.items() if own or len(periods) <= 2 * most}, unit


def _number(month: str, unit: str) -> int:
    year, _, number = month.partition("-")
    return {"month": int(year) * 12 + int(number) - 1, "quarter": int(year) * 4 + (int(number) - 1) // 3}.get(
        unit, int(year)
    )


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


def sure_share(statistics: Statistics, column: str, at: float = 0.8) -> float:
    """Share of labelled articles whose confidence is in the bins from `at` on."""
    bins = statistics.confidences[column]
    return sum(n for bin_, n in bins.items() if bin_ >= round(at * BINS)) / max(1, sum(bins.values()))


def _ranked(bars: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(bars.items(), key=lambda item: (-item[1], item[0])))


def _top(bars: Mapping[str, int], most: int) -> str:
    parts = [f"{name} {n:,}" for name, n in list(bars.items())[:most]]
    rest = len(bars) - len(parts)
    # Brackets would end the alternative text of a Markdown image.
    text = ", ".join(parts) + (f" and {rest} more" if rest else "")
    return text.replace("[", "(").replace("]", ")")


def _bars(title: str, bars: Mapping[str, int], colors: Sequence[str], unit: str, alt: str) -> _Plot:
    def draw(axes: Axes) -> None:
        places = range(len(bars))
        axes.barh(places, list(bars.values()), color=list(colors), height=0.8)
        for place, n in zip(places, bars.values(), strict=True):
            axes.text(n, place, f" {n:,}", va="center", fontsize=8)
        axes.set_yticks(places, [_plain(name) for name in bars])
        _finish(axes, unit, horizontal=True, legend=False)

    return _Plot(title, draw, 1.1 + 0.24 * len(bars), alt)


def _stacked(title: str, counts: Mapping[str, Mapping[str, int]], splits: Sequence[str], alt: str) -> _Plot:
    def draw(axes: Axes) -> None:
        places = range(len(counts))
        left = [0] * len(counts)
        for split in splits:
            values = [own.get(split, 0) for own in counts.values()]
            axes.barh(places, values, left=left, color=COLORS[split], label=split, height=0.8)
            left = [a + b for a, b in zip(left, values, strict=True)]
        axes.set_yticks(places, [_plain(name) for name in counts])
        _finish(axes, "articles", horizontal=True)

    return _Plot(title, draw, 1.2 + 0.26 * len(counts), alt)


def _plain(name: str) -> str:
    """A name that is drawn as it is: matplotlib reads `$…$` as a formula."""
    return (name if len(name) <= 40 else name[:39] + "…").replace("$", r"\$")


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
