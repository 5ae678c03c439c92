"""The stub of a dataset with the signatures that its own build would give: what `publish.content=stub` writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from presseschau.config import ConfigError, build
from presseschau.dedup import Dedup
from presseschau.dedup.signature import minhash, shingle_set
from presseschau.pipeline.release import describe
from presseschau.publish.content import StubError
from presseschau.publish.manifest import read_manifest
from presseschau.publish.stub import write_stub


def release_stub(dataset: Path, target: Path, finish: Callable[[Path], None] = describe) -> None:
    """Writes the stub of a full dataset folder.

    Args:
        dataset: A full dataset folder.
        target: Where to write; an earlier dataset there, or an empty folder, is replaced.
        finish: Writes what is derived from the new folder: Croissant metadata, report.

    Raises:
        ConfigError: The user's own columns hold text of the articles.
        ValueError: `dataset` is no dataset folder, or a stub already.
        publish.folder.FolderError: `target` holds something else.
    """
    sign = signer(build(Dedup, read_manifest(dataset)["config"]["dedup"], "dedup"))
    try:
        write_stub(dataset, target, sign, finish)
    except StubError as error:
        raise ConfigError(str(error)) from error


def signer(dedup: Dedup) -> Callable[[str], bytes]:
    """The function that gives a text's MinHash values, the lowest byte of each; none for a text without words."""

    def sign(text: str) -> bytes:
        shingles = shingle_set(text, dedup.shingle_words)
        if not len(shingles):
            return b""
        return minhash(shingles, dedup.bands * dedup.rows, dedup.seed).astype(np.uint8).tobytes()

    return sign


def similarity(one: bytes, other: bytes) -> float:
    """Estimated Jaccard of two texts from their signatures, 0 to 1; its standard error is under .05 at 126 values.

    Source: b-bit minwise hashing (Li and König, WWW 2010): of two different values one in 256 has the same low byte.
    """
    if not one or len(one) != len(other):
        return 0.0
    same = sum(a == b for a, b in zip(one, other, strict=True)) / len(one)
    return max(0.0, (same - 1 / 256) / (1 - 1 / 256))
