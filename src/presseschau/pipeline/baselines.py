"""What the build is compared with, the usual stack and the floor: run as a module, each in a process of its own."""

from __future__ import annotations

import gzip
import importlib
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import orjson

TINY = 12  # pages of the run that stands for start-up


def floor(paths: Sequence[str], _folder: Path) -> None:
    """What nobody who reads news pages can do without: decompress, parse, read JSON-LD."""
    from selectolax.lexbor import LexborHTMLParser

    for path in paths:
        tree = LexborHTMLParser(gzip.decompress(Path(path).read_bytes()))
        for node in tree.css('script[type="application/ld+json"]'):
            try:
                orjson.loads(node.text())
            except orjson.JSONDecodeError:
                continue


def usual(paths: Sequence[str], folder: Path) -> None:
    """What most people would put together: trafilatura, langdetect, datasketch, pandas.

    Five-word shingles and 128 permutations, added in one batch a text, which is the fastest that datasketch offers.
    """
    import pandas as pd
    import trafilatura
    from langdetect import DetectorFactory, LangDetectException, detect

    datasketch: Any = importlib.import_module("datasketch")
    DetectorFactory.seed = 0
    index, rows = datasketch.MinHashLSH(threshold=0.8, num_perm=128), []
    for path in paths:
        document: Any = trafilatura.bare_extraction(gzip.decompress(Path(path).read_bytes()), with_metadata=True)
        text = document.text if document is not None else None
        if not text:
            continue
        try:
            language = detect(text)
        except LangDetectException:
            continue
        words = text.split()
        signature = datasketch.MinHash(num_perm=128)
        signature.update_batch([" ".join(words[at : at + 5]).encode() for at in range(max(1, len(words) - 4))])
        if language != "de" or index.query(signature):
            continue
        index.insert(path, signature)
        fields = ("title", "author", "url", "hostname", "description", "date", "categories", "tags", "text")
        rows.append({name: getattr(document, name) for name in fields})
    pd.DataFrame(rows).to_parquet(folder / "usual.parquet")


def _timed(work: Callable[[Sequence[str], Path], None]) -> float:
    """CPU seconds for the pages named on stdin, after the first dozen were done once to load what loads late."""
    paths = sys.stdin.read().splitlines()
    with tempfile.TemporaryDirectory() as name:
        work(paths[:TINY], Path(name))
        start = time.process_time()
        work(paths, Path(name))
        return time.process_time() - start


if __name__ == "__main__":
    try:
        print(_timed({"usual": usual, "floor": floor}[sys.argv[1]]))
    except ModuleNotFoundError as error:
        sys.exit(f"{error.name} is missing: pip install 'presseschau[speed]'")
