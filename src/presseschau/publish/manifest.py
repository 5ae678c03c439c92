"""`manifest.json`: what went in, what came out, by what; no times, hosts or absolute paths."""

from __future__ import annotations

import importlib.metadata
import os
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from presseschau.publish.shards import Shard
from presseschau.schema import SCHEMA_VERSION

_PACKAGES = ("charset-normalizer", "datasets", "duckdb", "fastwarc", "langdetect", "lxml", "numpy",
             "orjson", "pandas", "presseschau", "pyahocorasick", "pyarrow", "selectolax", "tldextract", "trafilatura",
             "xxhash")  # fmt: skip


OUTCOMES = ("kept", "dropped", "failed")


@dataclass(frozen=True, slots=True)
class Count:
    """How many pages ended one way: `outcome` kept, dropped or failed; stage and reason are None where kept."""

    outcome: str
    stage: str | None
    reason: str | None
    pages: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything that is needed to build the same dataset again, and to check this one.

    Attributes:
        name: Name of the dataset.
        version: Version of the data.
        config: The build's config, without output, source path, engine and pipeline.
        labels: Class names of topic, genre and stance in published order.
        labelers: Labeler and the labelling functions that it consists of.
        targets: The given targets that `stance_targets` speaks of, name and kind, in the user's order.
        overrides: Labels by people and language models: values overridden, confirmed, not applied; the corrections.
        input_sha256: Over the sorted names and contents of all input units.
        input_units: How many there were: files, and of a large file of records or a WARC its pieces.
        skipped: Other files in the input folder, by ending.
        counts: How all input pages ended.
        splits: Rows by split, in published order.
        masked: E-mail addresses, telephone and account numbers, and authors' names in bylines that were masked in the
            kept articles, by kind.
        leakage: What the audit of the kept texts found across splits, 0 everywhere in a sound dataset; beside it what
            splits share otherwise: `events`, by split, and `publisher_probe` (see `leakage.Figures`).
        messages: What the build decided where the config could not be followed.
        references: What the confidences of the labels were fitted on: name, articles, tasks.
        validated: By label column how many articles people labelled without seeing the machine's label, on how many
            of them both agree, and the scores, see `annotation.quality.summary`.
        card: Prose of the card, with places for the numbers.
        shards: The Parquet files.
        ledger_sha256: Hash of `ledger.parquet`.
        content_sha256: Hash of the rows, whatever Parquet does with them.
        balance: How every class of a stratified column came out over train, validation and test, and how far at most
            from the shares asked for.
    """

    name: str
    version: str
    config: Mapping[str, Any]
    labels: Mapping[str, Sequence[str]]
    labelers: Mapping[str, Sequence[str]]
    targets: Sequence[Mapping[str, str]]
    overrides: Mapping[str, Any]
    input_sha256: str
    input_units: int
    skipped: Mapping[str, int]
    counts: Sequence[Count]
    splits: Mapping[str, int]
    masked: Mapping[str, int]
    leakage: Mapping[str, Any]
    messages: Sequence[str]
    references: Sequence[Mapping[str, Any]]
    validated: Mapping[str, Mapping[str, Any]]
    card: str
    shards: Sequence[Shard]
    ledger_sha256: str
    content_sha256: str
    balance: Sequence[Mapping[str, Any]] = ()

    @property
    def pages(self) -> int:
        """All input pages."""
        return sum(count.pages for count in self.counts)

    def outcome(self, name: str) -> int:
        """Pages that were kept, dropped or failed."""
        return sum(count.pages for count in self.counts if count.outcome == name)

    def to_json(self) -> bytes:
        """The file's bytes."""
        head = {
            "schema_version": SCHEMA_VERSION,
            "packages": package_versions(_PACKAGES),
            "unicode": unicodedata.unidata_version,
            **({"released": day} if (day := release_day()) else {}),
            "pages": {"input": self.pages} | {name: self.outcome(name) for name in OUTCOMES},
        }
        return orjson.dumps(head | asdict(self), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"


def release_day() -> str | None:
    """The day that `SOURCE_DATE_EPOCH` gives the release (https://reproducible-builds.org/specs/source-date-epoch/).

    Raises:
        ValueError: It is no time in seconds.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        return datetime.fromtimestamp(int(epoch), UTC).date().isoformat() if epoch else None
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"SOURCE_DATE_EPOCH={epoch} is no time in seconds since 1970") from None


def is_current(manifest: Mapping[str, Any]) -> bool:
    """Whether this version of the package has written a dataset, so that it would write its card and plots alike."""
    return bool(manifest["packages"]["presseschau"] == importlib.metadata.version("presseschau"))


class ManifestError(ValueError):
    """There is a manifest, and it can't be read or is not whole."""


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a dataset folder as plain data.

    Raises:
        ManifestError: It is no JSON object, or lacks what every manifest has.
        ValueError: There is none.
    """
    path = folder / "manifest.json"
    if not path.is_file():
        raise ValueError(f"{folder} is no dataset folder: it has no manifest.json")
    try:
        data = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise ManifestError(f"{path} is no JSON: {error}") from None
    if not isinstance(data, dict):
        raise ManifestError(f"{path} is no JSON object")
    needed = ["schema_version", "packages", "pages", *(f.name for f in fields(Manifest) if f.default is MISSING)]
    if lacking := [name for name in needed if data.get(name) is None]:
        raise ManifestError(f"{path} has no {', '.join(lacking)}")
    return data


def package_versions(names: Iterable[str]) -> dict[str, str]:
    """Installed version of each package."""
    return {name: importlib.metadata.version(name) for name in sorted(names)}
