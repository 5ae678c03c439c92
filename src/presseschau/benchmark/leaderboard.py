"""The runs of a folder side by side: `leaderboard.md`, `leaderboard.html`, `plots/`."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from .settings import Uncertainty


def publish(output: Path, folder: Path, sure: Uncertainty, seed: int) -> None:
    for name in ("results.json", "predictions.parquet"):
        shutil.copyfile(folder / name, output / name)


def show(results: dict[str, Any], reused: bool) -> str:
    return str({s: m["macro_f1"] for s, m in results["metrics"].items()})
