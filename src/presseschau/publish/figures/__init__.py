"""The plots that the card shows: PNG files whose bytes depend on the counts and the version of matplotlib alone."""

from __future__ import annotations

import logging
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from presseschau.publish.figures.bins import by_period, length_name, sure_share
from presseschau.publish.figures.plots import PLOTS
from presseschau.publish.manifest import is_current
from presseschau.publish.statistics import Statistics

__all__ = [
    "NAMES",
    "Figure",
    "by_period",
    "check_drawn",
    "check_figures",
    "figures_of",
    "length_name",
    "sure_share",
    "write_figures",
]

FOLDER = "figures"
NAMES = tuple(PLOTS)
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
    "legend.frameon": False,
    "legend.fontsize": 8,
    "text.parse_math": False,  # `$` in a name is a dollar
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


def figures_of(statistics: Statistics) -> dict[str, Figure]:
    """The figures of a folder by name; those that there is nothing to show for are left out."""
    plots = {name: plot(statistics) for name, plot in PLOTS.items()}
    return {name: Figure(name, f"{FOLDER}/{name}.png", plot.alt) for name, plot in plots.items() if plot is not None}


def write_figures(folder: Path, statistics: Statistics, names: Iterable[str] = NAMES) -> None:
    """Writes `figures/*.png` anew; those that there is nothing to show for are left out.

    Args:
        folder: The dataset folder.
        statistics: What is counted in it.
        names: Which ones.
    """
    # It tells whoever has no home folder to write into, or a new one; the plots are the same.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    import matplotlib as mpl  # half a second of start that only the end of a build needs
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Drawing

    with mpl.rc_context():
        mpl.rcdefaults()  # whatever the user's own style is
        mpl.rcParams.update(_STYLE)
        for name in names:
            shown = PLOTS[name](statistics)
            if shown is None:
                continue
            drawing = Drawing(figsize=(7.5, shown.height), dpi=120, layout="constrained")
            shown.draw(drawing.add_subplot())
            drawing.suptitle(shown.title, x=0.01, ha="left", fontsize=10, fontweight="bold")
            # `savefig` would draw twice; neither a date nor the version of the software goes into the file.
            file = folder / FOLDER / f"{name}.png"
            file.parent.mkdir(exist_ok=True)
            FigureCanvasAgg(drawing).print_png(file, metadata={"Software": None})  # type: ignore[no-untyped-call]


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


def check_drawn(folder: Path, statistics: Statistics) -> Iterator[str]:
    """Figures of a folder that do not show what is counted in it, one line each; for `verify`.

    Those by another version of the package, or of matplotlib, which makes all of them differ, are not compared.
    """
    if not is_current(statistics.manifest):
        return
    with tempfile.TemporaryDirectory() as again:
        write_figures(Path(again), statistics, [n for n in NAMES if (folder / FOLDER / f"{n}.png").is_file()])
        same = {
            drawn.name: (folder / FOLDER / drawn.name).read_bytes() == drawn.read_bytes()
            for drawn in sorted(Path(again).glob(f"{FOLDER}/*"))
        }
    if any(same.values()):
        yield from (f"{FOLDER}/{name}: not what the folder gives" for name, equal in same.items() if not equal)
