"""A dataset folder to the Hub: `python scripts/publish.py dir=mydata repo=USER/NAME rights.basis=44b|60d|licensed`."""

from __future__ import annotations

import os
import sys
from typing import Any

from command import BUILT, run

HUB = "https://huggingface.co"


def main(config: dict[str, Any]) -> int:
    if os.environ.get("HF_ENDPOINT", HUB).rstrip("/") != HUB:
        # Large files by Git LFS, which every such server has; the client would take Xet, which only the Hub has.
        os.environ.setdefault("HF_HUB_DISABLE_XET", "1")
    if not sys.stderr.isatty():
        os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    from presseschau.config import ConfigError, build
    from presseschau.pipeline.outgoing import Upload
    from presseschau.pipeline.upload import upload
    from presseschau.publish.hub.errors import without_token
    from presseschau.publish.hub.server import Hub

    values = {key: value for key, value in config.items() if key not in ("dir", "rights")}
    settings = build(Upload, {"dataset": config["dir"], **config["rights"], **values}, "")
    try:
        done = upload(settings, Hub(settings.repo, tell=lambda line: print(line, file=sys.stderr)))
    except ConfigError:
        raise
    except Exception as error:
        # Whatever a library puts into its message, a token never gets to the terminal or a log.
        raise RuntimeError(without_token(str(error))) from None
    print("\n".join(done.lines))
    return BUILT


if __name__ == "__main__":
    run("upload", main, "nothing was published")
