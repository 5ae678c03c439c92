"""Pages in, dataset out: `python scripts/build.py source=html source.path=pages/ output.dir=mydata`."""

from __future__ import annotations

import sys
from typing import Any

from command import BUILT, FAILED, USAGE, run


def main(config: dict[str, Any]) -> int:
    from presseschau.config import ConfigError
    from presseschau.pipeline.build import BuildError, build
    from presseschau.pipeline.settings import settings_from
    from presseschau.pipeline.store import StoreBusyError
    from presseschau.pipeline.summary import summary

    try:
        built = build(settings_from(config))
    except ConfigError as error:
        print(f"error: {error}", file=sys.stderr)
        return USAGE
    except (BuildError, StoreBusyError, OSError) as error:
        print(f"error: the build failed, the last good dataset is untouched: {error}", file=sys.stderr)
        return FAILED
    print(summary(built))
    return BUILT


if __name__ == "__main__":
    run("build", main)
