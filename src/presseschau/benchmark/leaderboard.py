"""The runs of a folder side by side: `results.json` of the last one, `leaderboard.md`, `leaderboard.html`, `plots/`."""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from presseschau.benchmark.compare import Finished, open_runs, tested
from presseschau.benchmark.labelled import digest
from presseschau.benchmark.page import page
from presseschau.benchmark.plots import draw
from presseschau.benchmark.settings import Uncertainty
from presseschau.benchmark.tables import plot_name, section
from presseschau.locks import hold
from presseschau.stable import sha256

_TESTS = 5  # raised with every change of the tests, so that kept ones are not taken for the new
_PLOT = re.compile(r"(topic|genre|stance)-[0-9a-f]{8}-[a-z]+\.png")


def publish(output: Path, folder: Path, sure: Uncertainty, seed: int) -> None:
    """Puts a run's results at the top of the output folder and writes the leaderboard of all runs there.

    One process at a time: of runs that end together the last one's leaderboard has them all.
    """
    output.mkdir(parents=True, exist_ok=True)
    with (output / ".lock").open("w") as lock:
        hold(lock, wait=True)
        _publish(output, folder, sure, seed)


def _publish(output: Path, folder: Path, sure: Uncertainty, seed: int) -> None:
    for name in ("results.json", "predictions.parquet"):
        shutil.copyfile(folder / name, output / name)
    groups = grouped(open_runs([str(output)]))
    plots = output / "plots"
    plots.mkdir(exist_ok=True)
    for old in plots.glob("*.png"):
        if _PLOT.fullmatch(old.name):
            old.unlink()
    parts = []
    for runs in groups:
        name = plot_name(runs)
        found = _significance(output, name, runs, sure, seed)
        parts.append((section(runs, found), draw(runs, plots, name)))
    text = "# Leaderboard\n\n" + "\n".join(
        part + "".join(f"![{title}](plots/{file.name})\n\n" for title, file in files if file.name not in part)
        for part, files in parts
    )
    (output / "leaderboard.md").write_text(text, encoding="utf-8")
    (output / "leaderboard.html").write_text(page(text, plots), encoding="utf-8")


def grouped(runs: Sequence[Finished]) -> list[list[Finished]]:
    """Runs that may be compared, the best first."""
    ordered = sorted(runs, key=lambda run: run.group)
    return [sorted(group, key=_rank) for _, group in itertools.groupby(ordered, lambda run: run.group)]


def _rank(run: Finished) -> tuple[bool, float, str, str]:
    first = next(iter(run.results["metrics"]))
    ranked = run.results["ranked"][first]
    return (not ranked, -run.results["metrics"][first]["macro_f1"], run.name, run.folder.name)


def _significance(output: Path, name: str, runs: list[Finished], sure: Uncertainty, seed: int) -> list[dict[str, Any]]:
    """Every ranked run against the first; kept, since the tests take longer than the rest of a leaderboard."""
    first = next(iter(runs[0].results["metrics"]))
    ranked = [run for run in runs if run.results["ranked"][first]]
    if len(ranked) < 2:
        return []
    made = [(r.name, digest(r.folder / "predictions.parquet")) for r in ranked]
    key = sha256(repr((_TESTS, made, sure.permutations, seed)))
    path = output / "significance" / f"{name}.json"
    with suppress(FileNotFoundError, orjson.JSONDecodeError):
        stored = orjson.loads(path.read_bytes())
        if stored["key"] == key:
            return list(stored["tests"])
    # The first is first by the luck of these test articles, too: as if all had been compared with all
    pairs = len(ranked) * (len(ranked) - 1) // 2
    found = tested([(ranked[0], other) for other in ranked[1:]], sure, seed, pairs)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(orjson.dumps({"key": key, "tests": found}, option=orjson.OPT_INDENT_2) + b"\n")
    return found
