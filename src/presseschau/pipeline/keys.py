"""What the results of a stage rest on besides its input: code, config and versions of libraries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from presseschau.label import Labeler
from presseschau.pipeline.contents import digest_of
from presseschau.pipeline.inputs import Inputs
from presseschau.pipeline.pages import PageStages
from presseschau.pipeline.settings import PRIVATE, Settings
from presseschau.pipeline.store import key_of
from presseschau.publish.manifest import package_versions, release_day
from presseschau.stable import code_digest

_EXTRACT_CODE = ("bylines.py", "clean.py", "dedup/signature.py", "document.py", "extract", "filter.py", "language.py",
                 "language.yaml", "masking.py", "read", "rights", "stable.py", "pipeline/limits.py",
                 "pipeline/pages.py")  # fmt: skip
_LABEL_CODE = ("document.py", "label", "stable.py", "pipeline/pages.py")
_PAIRS_CODE = ("dedup/database.py", "dedup/overlap.py", "dedup/shingled.py", "dedup/signature.py")
# The libraries whose version can change what a page becomes.
_EXTRACT_LIBRARIES = ("charset-normalizer", "fastwarc", "langdetect", "lxml", "selectolax", "tldextract",
                      "trafilatura")  # fmt: skip
_LABEL_LIBRARIES = ("pyahocorasick",)
_CORPUS_LIBRARIES = ("duckdb", "matplotlib", "numpy", "orjson", "pandas", "pyarrow", "xxhash")
_SIGNING = ("shingle_words", "bands", "rows", "window", "seed")  # of `dedup`; its thresholds change no page


@dataclass(frozen=True, slots=True)
class StageKey:
    """What a stage's results rest on besides its input; equal parts give equal results.

    Attributes:
        parts: Name of each part (`code`, `filter.min_words`, `selectolax`) and its value or digest.
    """

    parts: Mapping[str, str]

    @property
    def key(self) -> str:
        """Short name of the whole."""
        return key_of(*(f"{name}={value}" for name, value in sorted(self.parts.items())))

    def changed(self, earlier: Mapping[str, str]) -> list[str]:
        """Names of the parts that differ from an earlier build's."""
        return sorted(k for k in {*self.parts, *earlier} if self.parts.get(k) != earlier.get(k))


def extract_key(stages: PageStages) -> StageKey:
    """The key of the page stages."""
    own = {"code": code_digest(_EXTRACT_CODE), **package_versions(_EXTRACT_LIBRARIES)}
    for name in ("extract", "mask", "filter"):
        own |= _options(name, getattr(stages, name))
    own |= {f"dedup.{name}": _shown(getattr(stages.dedup, name)) for name in _SIGNING}
    own |= {"pipeline.page_seconds": _shown(stages.seconds), "rights.snapshots": _shown(stages.snapshots.digest)}
    return StageKey(own)


def label_key(documents: str, labeler: Labeler) -> StageKey:
    """The key of the label stage; it rests on the key of the documents, too."""
    own = {"documents": documents, "code": code_digest(_LABEL_CODE), **package_versions(_LABEL_LIBRARIES)}
    return StageKey({**own, **_options("label", labeler)})


def pairs_key(shingle_words: int) -> StageKey:
    """The key of what is known of pairs of texts, besides the texts."""
    own = {"code": code_digest(_PAIRS_CODE), "words": str(shingle_words)}
    return StageKey({**own, **package_versions(("numpy", "xxhash"))})


def build_key(settings: Settings, given: Inputs, read: str) -> StageKey:
    """The key of a whole build: all code, all libraries that have a part in it, all config that is not `PRIVATE`.

    Args:
        settings: The config; a file counts by its content.
        given: What it names besides the pages.
        read: Digest of all that was read.
    """
    configs = {f.name: getattr(settings, f.name) for f in fields(settings) if f.name not in PRIVATE}
    configs |= {"source": replace(settings.source, path=""), "rights": replace(settings.rights, snapshots=None)}
    configs |= {"transformer": given.classifier and {"task": settings.transformer.task, **given.classifier.state}}
    own = {"code": code_digest(["."]), "read": read, "released": release_day() or ""}
    own |= package_versions((*_EXTRACT_LIBRARIES, *_LABEL_LIBRARIES, *_CORPUS_LIBRARIES))
    for name, config in configs.items():
        own |= _options(name, config)
    seconds, snapshots = settings.pipeline.page_seconds, given.snapshots.digest
    return StageKey({**own, "pipeline.page_seconds": _shown(seconds), "rights.snapshots": _shown(snapshots)})


def _options(name: str, config: Any) -> dict[str, str]:
    """The fields of a config dataclass, as `filter.min_words`; a plain value by its name."""
    if not is_dataclass(config):
        return {name: _shown(config)}
    return {option: _shown(getattr(config, f.name), option) for f in fields(config) for option in [f"{name}.{f.name}"]}


def _shown(value: Any, option: str = "") -> str:
    plain = digest_of(option, value) if isinstance(value, Path) else value
    return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS).decode()
