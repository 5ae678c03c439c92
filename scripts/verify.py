"""Recomputes every promise of a dataset folder: `python scripts/verify.py dir=mydata`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from command import BUILT, FAILED, run


def main(config: dict[str, Any]) -> int:
    from presseschau.config import ConfigError
    from presseschau.publish.verify import verify

    try:
        problems = verify(Path(config["dir"]))
    except ValueError as error:
        raise ConfigError(str(error)) from error
    for problem in problems:
        print(problem)
    print(f"{config['dir']}: {f'{len(problems)} promises do not hold' if problems else 'every promise holds'}")
    return FAILED if problems else BUILT


if __name__ == "__main__":
    run("verify", main, "the check failed")
