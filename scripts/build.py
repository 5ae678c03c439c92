"""Pages in, dataset out: `python scripts/build.py source=html source.path=pages/ output.dir=mydata`.

`+experiment=NAME` takes a frozen recipe of `configs/experiment/`.
"""

from __future__ import annotations

import gc
import os
from typing import Any

from command import BUILT, run


def main(config: dict[str, Any]) -> int:
    from presseschau.pipeline.arrow import forgo_pandas
    from presseschau.pipeline.build import build
    from presseschau.pipeline.settings import settings_from
    from presseschau.pipeline.summary import summary

    forgo_pandas()
    gc.freeze()  # modules stay: collections that go through them take a twentieth of a small build
    gc.enable()
    print(summary(build(settings_from(config))))
    return BUILT


if __name__ == "__main__":
    gc.disable()  # until all modules are there
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy's threads have nothing to do but spin, in each process
    run("build", main, "the build failed, the last good dataset is untouched", written="output.dir")
