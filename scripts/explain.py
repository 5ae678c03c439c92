"""Why one page is what it is: `python scripts/explain.py dir=mydata url=https://…`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from command import BUILT, run


def main(config: dict[str, Any]) -> int:
    from presseschau.config import ConfigError, said
    from presseschau.pipeline.explain import explain

    dataset = Path(config["dir"])
    work = Path(config["work_dir"]) if config["work_dir"] else dataset.parent / "work"
    if config["work_dir"] and not (work / "extract").is_dir():
        raise ConfigError(f"work_dir={work} is no work folder of a build: it has no extract/")
    scheme = Path(config["scheme"]) if config["scheme"] else None
    keys = {name: None if config[name] is None else str(config[name]) for name in ("id", "url", "page")}
    try:
        print(explain(dataset, work if work.is_dir() else None, scheme, **keys))
    except (ValueError, OSError) as error:
        raise ConfigError(said(error)) from error
    return BUILT


if __name__ == "__main__":
    run("explain", main, "the page could not be explained")
