"""The plots of a leaderboard."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from presseschau.benchmark.compare import Finished

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NAMES = {"test_temporal": "test: later months", "test_publisher": "test: other publishers", "cv": "out of fold"}
# Okabe and Ito's colours, told apart by colour-blind readers too
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000")
_MARKS = "os^DvP*"
Plots = list[tuple[str, Path]]


def draw(runs: Sequence[Finished], folder: Path, name: str) -> Plots:
    """Draws all plots of runs on the same articles, the best run first; answers with their titles and files."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["text.parse_math"] = False  # labels and names are no formulas
    from matplotlib import pyplot as plt

    best = next((r for r in runs if all(r.results["ranked"].values())), runs[0])
    wide = min(60.0, 0.26 * len(best.results["labels"]["train"]))  # inches
    square = max(7.0, 3 + wide), max(6.2, 2.5 + wide)
    curves = [r for r in runs if r.results["learning_curve"]]
    wanted: list[tuple[str, str, tuple[float, float], Any]] = [
        ("gap", "Macro-F1 by test set", (8.5, 1.2 + 0.46 * len(runs)), lambda ax: _gap(ax, runs)),
        ("classes", f"F1 of each label, {best.name}", (max(8.5, 4 + wide), 4.6), lambda ax: _classes(ax, best)),
        ("confusion", f"Confusion, {best.name}", square, lambda ax: _confusion(ax, best)),
        ("cost", "Time against quality", (8.5, max(4.8, 0.25 * len(runs))), lambda ax: _cost(ax, runs)),
    ]
    if curves:
        wanted.append(("curve", "Learning curve", (8.5, 4.4), lambda ax: _curve(ax, curves)))
    drawn: Plots = []
    for kind, title, size, paint in wanted:
        figure, ax = plt.subplots(figsize=size, layout="constrained")
        paint(ax)
        ax.set_title(f"{title} ({runs[0].results['task']})", loc="left", fontsize=11)
        ax.spines[["top", "right"]].set_visible(False)
        path = folder / f"{name}-{kind}.png"
        # Without the version of matplotlib in it, the file depends on the numbers alone
        figure.savefig(path, dpi=130, metadata={"Software": None})
        plt.close(figure)
        drawn.append((title, path))
    return drawn


def _gap(ax: Axes, runs: Sequence[Finished]) -> None:
    """One line a model from its lowest to its highest test set, a mark for each with its interval."""
    splits = list(runs[0].results["metrics"])
    ranked = [all(r.results["ranked"].values()) for r in runs]
    for at, (run, own) in enumerate(zip(runs, ranked, strict=True)):
        values = [run.results["metrics"][s]["macro_f1"] for s in splits]
        ax.plot([min(values), max(values)], [at, at], color="#e4e4e4", linewidth=9, zorder=1, solid_capstyle="round")
        for i, (split, value) in enumerate(zip(splits, values, strict=True)):
            place, colour = at + (i - (len(splits) - 1) / 2) * min(0.24, 0.8 / len(splits)), _COLOURS[i % len(_COLOURS)]
            interval = run.results["metrics"][split].get("intervals", {}).get("macro_f1")
            if interval:
                ax.plot(interval, [place] * 2, color=colour, linewidth=1.2, alpha=0.7, zorder=2)
            label, fill = _NAMES.get(split, split) if at == 0 else None, colour if own else "white"
            ax.scatter([value], [place], facecolors=fill, edgecolors=colour, s=30, zorder=3, label=label,
                       marker=_MARKS[i % len(_MARKS)])  # fmt: skip
    if not all(ranked) and any(ranked):
        ax.axhline(ranked.index(False) - 0.5, color="#999999", linewidth=0.8, linestyle=":")
    ax.set_yticks(range(len(runs)), [r.name for r in runs])
    ax.set_ylim(len(runs) - 0.4, -0.6)
    ax.set_xlim(left=0)
    ax.set_xlabel("macro-F1, bars: bootstrap over clusters" + ("" if all(ranked) else " · hollow: made these labels"))
    ax.grid(axis="x", color="#eeeeee")
    ax.set_axisbelow(True)
    ax.legend(frameon=False, fontsize=9, loc="upper left", bbox_to_anchor=(1.0, 1.0))


def _classes(ax: Axes, run: Finished) -> None:
    splits, labels = list(run.results["metrics"]), run.results["labels"]["train"]
    width = 0.8 / len(splits)
    for i, split in enumerate(splits):
        per_class = run.results["metrics"][split]["per_class"]
        values = [per_class[label]["f1"] for label in labels]
        places = np.arange(len(labels)) + (i - (len(splits) - 1) / 2) * width
        ax.bar(places, values, width * 0.92, color=_COLOURS[i % len(_COLOURS)], label=_NAMES.get(split, split))
        for place, label in zip(places, labels, strict=True):
            if not per_class[label]["support"]:
                ax.text(place, 0.01, "–", ha="center", fontsize=8, color=_COLOURS[i % len(_COLOURS)])
    ax.set_xticks(range(len(labels)), labels, rotation=40, ha="right")
    ax.set_ylim(0, 1.02)
    ax.set_ylabel("F1 (–: no article in this test set)")
    ax.legend(frameon=False, fontsize=9, loc="upper left", bbox_to_anchor=(1.0, 1.0))


def _confusion(ax: Axes, run: Finished) -> None:
    """Of all test sets together: each row is what became of a label's articles."""
    labels = run.results["labels"]["all"]
    place = {label: i for i, label in enumerate(labels)}
    whole = np.zeros((len(labels), len(labels)))
    for metrics in run.results["metrics"].values():
        at = [place[label] for label in metrics["confusion"]["labels"]]
        whole[np.ix_(at, at)] += np.array(metrics["confusion"]["rows_true"])
    shown = [i for i in range(len(labels)) if whole[i].sum() + whole[:, i].sum()]
    part = whole[np.ix_(shown, shown)]
    share = part / np.maximum(1, part.sum(axis=1, keepdims=True))
    ax.imshow(share, cmap="Blues", vmin=0, vmax=1)
    size = 9 if len(shown) < 10 else 7
    for i, row in enumerate(part):
        for j, count in enumerate(row):
            if count:
                colour = "white" if share[i, j] > 0.6 else "#222"
                ax.text(j, i, f"{count:,.0f}", ha="center", va="center", fontsize=size, color=colour)
    names = [labels[i] for i in shown]
    ax.set_xticks(range(len(names)), names, rotation=40, ha="right")
    ax.set_yticks(range(len(names)), names)
    ax.set_xlabel("predicted")
    ax.set_ylabel("label (articles of all test sets and seeds; colour: share of the row)")


def _cost(ax: Axes, runs: Sequence[Finished]) -> None:
    """Numbered points, named beside the plot: names at the points would cover one another."""
    first = next(iter(runs[0].results["metrics"]))
    largest = max(1.0, *(r.results["measured"]["model_mb"] for r in runs))
    for number, run in enumerate(runs, start=1):
        measured = run.results["measured"]
        x = max(0.001, measured["fit_seconds"] + measured["predict_seconds"])
        y, size = run.results["metrics"][first]["macro_f1"], 90 + 260 * np.sqrt(measured["model_mb"] / largest)
        ax.scatter([x], [y], s=size, color=_COLOURS[(number - 1) % len(_COLOURS)], alpha=0.45, zorder=3)
        ax.annotate(str(number), (x, y), fontsize=7.5, ha="center", va="center", zorder=4)
        ax.text(1.02, 1 - (number - 0.5) / max(16, len(runs)), f"{number}  {run.name}", fontsize=8.5, va="center",
                transform=ax.transAxes)  # fmt: skip
    ax.set_xscale("log")
    ax.margins(x=0.08, y=0.1)
    ax.set_xlabel("seconds to fit and predict, all seeds or folds (area: size of the model)")
    ax.set_ylabel(f"macro-F1, {_NAMES.get(first, first)}")
    ax.grid(color="#eeeeee")
    ax.set_axisbelow(True)


def _curve(ax: Axes, runs: Sequence[Finished]) -> None:
    ticks: set[int] = set()
    for i, run in enumerate(runs):
        points = run.results["learning_curve"]
        shares = sorted({p["share"] for p in points})
        x = [round(float(np.mean([p["articles"] for p in points if p["share"] == s]))) for s in shares]
        x.append(run.results["splits"]["train"]["articles"])
        ticks |= set(x)
        for j, split in enumerate(run.results["metrics"]):
            by_share = [[p["macro_f1"][split] for p in points if p["share"] == s] for s in shares]
            y = [float(np.mean(v)) for v in by_share] + [run.results["metrics"][split]["macro_f1"]]
            spread = [float(np.std(v, ddof=1)) if len(v) > 1 else 0.0 for v in by_share] + [0.0]
            style: dict[str, Any] = {
                "color": _COLOURS[j % len(_COLOURS)],
                "marker": _MARKS[j % len(_MARKS)],
                "linestyle": ("-", "--", ":", "-.")[i % 4],
            }
            name = _NAMES.get(split, split)
            label = name if len(runs) == 1 else f"{run.name}, {name}"
            ax.errorbar(x, y, yerr=spread, capsize=2, linewidth=1.2, label=label, **style)
    ax.set_xscale("log")
    ax.set_xticks(sorted(ticks), [f"{t:,}" for t in sorted(ticks)])
    ax.minorticks_off()
    ax.set_ylim(bottom=0)
    named = runs[0].results["model"] + " · " if len(runs) == 1 else ""
    ax.set_xlabel(f"{named}training articles, whole clusters (bars: standard deviation over draws)")
    ax.set_ylabel("macro-F1")
    ax.grid(color="#eeeeee")
    ax.legend(frameon=False, fontsize=9, loc="upper left", bbox_to_anchor=(1.0, 1.0))
