"""Pages in, dataset out: `python scripts/build.py source=html source.path=pages/ output.dir=mydata`."""

from __future__ import annotations

import gc
from typing import Any

from command import BUILT, run


def main(config: dict[str, Any]) -> int:
    from presseschau.pipeline.build import build
    from presseschau.pipeline.settings import settings_from
    from presseschau.pipeline.summary import summary

    gc.freeze()  # modules stay: collections that go through them take a twentieth of a small build
    try:
        print(summary(build(settings_from(config))))
    finally:
        gc.unfreeze()
    return BUILT


if __name__ == "__main__":
    run("build", main, "the build failed, the last good dataset is untouched")
