"""Made-up news pages in any number, for measuring: `python scripts/synthesize.py collection.pages=200000`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from command import BUILT, run


def main(config: dict[str, Any]) -> int:
    from presseschau.config import build
    from presseschau.engine import Local
    from presseschau.synthetic import Collection, WriteJob, numbers_of, write_share

    folder = Path(config["output"]["dir"])
    collection = build(Collection, config["collection"], "collection")
    engine = build(Local, {"workers": config["workers"]}, "")
    parts = max(1, collection.pages // 5_000)
    jobs = [WriteJob(collection, folder, numbers_of(part, parts, collection.pages)) for part in range(parts)]
    size = sum(made or 0 for _, made in engine.run(write_share, jobs))
    print(f"{collection.pages:,} pages, {size / 1e6:,.0f} MB before compression, in {folder}")
    return BUILT


if __name__ == "__main__":
    run("synthesize", main, "not all pages were written")
