"""Which batches there are to do: pages that earlier builds have already worked on stay in their batches."""

from __future__ import annotations

import dataclasses
import importlib.metadata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

import presseschau
from presseschau.pipeline.pages import unit_key
from presseschau.pipeline.store import Store, key_of
from presseschau.read import Unit
from presseschau.stable import sha256

_PACKAGE = Path(presseschau.__file__).parent
_EXTRACT_CODE = ("bylines.py", "clean.py", "dedup/signature.py", "document.py", "extract", "filter.py", "language.py",
                 "language.yaml", "masking.py", "read", "rights", "stable.py", "pipeline/limits.py",
                 "pipeline/pages.py")  # fmt: skip
_LABEL_CODE = ("document.py", "label", "stable.py", "pipeline/pages.py")
_PAIRS_CODE = ("dedup/overlap.py", "dedup/shingled.py", "dedup/signature.py")
# The libraries whose version can change what a page becomes.
EXTRACT_LIBRARIES = ("charset-normalizer", "fastwarc", "langdetect", "lxml", "selectolax", "tldextract",
                     "trafilatura")  # fmt: skip
LABEL_LIBRARIES = ("pyahocorasick",)
CORPUS_LIBRARIES = ("duckdb", "matplotlib", "numpy", "orjson", "pandas", "pyarrow", "xxhash")


_LEAST_BATCHES, _LEAST_BYTES = 8, 500_000


@dataclass(frozen=True, slots=True)
class StageKey:
    """What a stage's results rest on besides its input; equal parts give equal results.

    Attributes:
        parts: Name of each part (`code`, `config.filter.min_words`, `selectolax`) and its value or digest.
    """

    parts: Mapping[str, str]

    @property
    def key(self) -> str:
        """Short name of the whole."""
        return key_of(*(f"{name}={value}" for name, value in sorted(self.parts.items())))

    def changed(self, earlier: Mapping[str, str]) -> list[str]:
        """Names of the parts that differ from an earlier build's."""
        return sorted(k for k in {*self.parts, *earlier} if self.parts.get(k) != earlier.get(k))


def extract_key(stages: Mapping[str, Any]) -> StageKey:
    """The key of the page stages, from their config dataclasses by name."""
    return StageKey({"code": code_digest(_EXTRACT_CODE), **_flat_configs(stages), **versions(EXTRACT_LIBRARIES)})


def label_key(documents: str, labeler: Any) -> StageKey:
    """The key of the label stage; it rests on the key of the documents, too."""
    own = {"code": code_digest(_LABEL_CODE), **_flat_configs({"label": labeler}), **versions(LABEL_LIBRARIES)}
    return StageKey({"documents": documents, **own})


def pairs_key(shingle_words: int) -> StageKey:
    """The key of what is known of pairs of texts, besides the texts."""
    return StageKey({"code": code_digest(_PAIRS_CODE), "words": str(shingle_words), **versions(("numpy", "xxhash"))})


def build_key(configs: Mapping[str, Any], entered: Mapping[str, str]) -> StageKey:
    """The key of a whole build: all code, all config, all libraries that have a part in it, and what was read.

    Args:
        configs: Config dataclasses, paths of files that count by their content, and plain values, by name.
        entered: Digests of what the build starts from.
    """
    stages = {name: value for name, value in configs.items() if dataclasses.is_dataclass(value)}
    rest = {name: _shown(value) for name, value in configs.items() if name not in stages}
    libraries = versions((*EXTRACT_LIBRARIES, *LABEL_LIBRARIES, *CORPUS_LIBRARIES))
    return StageKey({"code": code_digest(["."]), **_flat_configs(stages), **rest, **libraries, **entered})


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Installed version of each package."""
    return {name: importlib.metadata.version(name) for name in packages}


def code_digest(paths: Iterable[str]) -> str:
    """sha256 over the code and data files below the package paths, names included."""
    found = []
    for path in paths:
        where = _PACKAGE / path
        own = [where] if where.is_file() else [p for p in where.rglob("*") if p.is_file() and p.suffix != ".pyc"]
        if not own:
            raise FileNotFoundError(where)  # a digest that misses a stage would reuse what its old code made
        found += own
    return sha256("".join(f"{p.relative_to(_PACKAGE).as_posix()}\0{sha256(p.read_bytes())}\n" for p in sorted(found)))


def _flat_configs(configs: Mapping[str, Any]) -> dict[str, str]:
    flat = {}
    for name, config in configs.items():
        for field in dataclasses.fields(config):
            flat[f"{name}.{field.name}"] = _shown(getattr(config, field.name))
    return flat


def _shown(value: Any) -> str:
    # A file counts by what is in it, not by where it is.
    plain = sha256(value.read_bytes()) if isinstance(value, Path) else value
    return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS).decode()


@dataclass(frozen=True, slots=True)
class Batches:
    """The batches of one build.

    Attributes:
        ready: Names of the finished batches that hold wanted units.
        todo: The batches to do: name and units.
        stale: Keys of the units in ready batches that the input has no more.
    """

    ready: tuple[str, ...]
    todo: Mapping[str, tuple[Unit, ...]]
    stale: tuple[str, ...]


def plan_batches(units: Sequence[Unit], store: Store, batch_bytes: int, batch_units: int) -> Batches:
    """Assigns units to batches: known ones stay where they are, new ones are grouped in input order by size.

    A small input is cut finer, so that there is work for several processes; which batch a page is in changes nothing.
    """
    home = {unit: entry.batch for entry in store.entries.values() for unit in entry.units}
    new, ready = list[Unit](), set[str]()
    for unit in units:
        batch = home.pop(unit_key(unit), None)  # what is left at the end is not in the input any more
        if batch is None:
            new.append(unit)
        else:
            ready.add(batch)
    stale = tuple(key for key, batch in home.items() if batch in ready)
    limit = min(batch_bytes, max(sum(unit.size for unit in new) // _LEAST_BATCHES, _LEAST_BYTES))
    todo: dict[str, tuple[Unit, ...]] = {}
    group: list[Unit] = []
    size = 0
    for unit in new:
        if group and (len(group) == batch_units or size + unit.size > limit):
            todo[_batch_name(group)] = tuple(group)
            group, size = [], 0
        group.append(unit)
        size += unit.size
    if group:
        todo[_batch_name(group)] = tuple(group)
    return Batches(tuple(sorted(ready)), todo, stale)


def _batch_name(units: Iterable[Unit]) -> str:
    return key_of(*map(unit_key, units))
