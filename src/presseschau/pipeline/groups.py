"""The config groups that are no stage's own: where pages come from, rights, how it is published, how a build works."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Literal

from presseschau.config import ConfigError
from presseschau.pipeline.store import STAGES
from presseschau.read import BASE_URL, Http, Reader, open_source
from presseschau.rights import Snapshots


@dataclass(frozen=True, slots=True)
class Source:
    """Where pages come from; see `read.open_source`.

    `publishers` is only the name that the config finds `publisher_list` by.
    """

    kind: str
    path: str
    columns: Mapping[str, str] = field(default_factory=dict)
    keep: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    publishers: str | None = None
    publisher_list: Path | None = None
    base_url: str = BASE_URL
    limit: int | None = None
    http: Http = field(default_factory=Http)
    sep: str | None = None
    quote: str = '"'
    endings: tuple[str, ...] = ()

    def open(self) -> Reader:
        """The reader.

        Raises:
            ReadError: An option is wrong.
        """
        options = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "publishers"}
        return open_source(**options)


@dataclass(frozen=True, slots=True)
class Rights:
    """What happens to pages whose text is not free to use.

    Attributes:
        reserved: Pages that reserve text and data mining.
        snapshots: Folder with saved `HOST/tdmrep.json` and `HOST/robots.txt`.
    """

    reserved: Literal["flag", "drop", "publish"] = "flag"
    snapshots: Path | None = None

    def saved(self) -> Snapshots:
        """The saved files; none where no folder is named.

        Raises:
            ValueError: The folder or a file in it is wrong.
        """
        return Snapshots.load(self.snapshots) if self.snapshots else Snapshots()


@dataclass(frozen=True, slots=True)
class Publish:
    """How the dataset is written.

    Attributes:
        card: Prose of the dataset card, with places for the numbers.
        content: `full`, or `stub`: without the words of the articles.
        authors: Publish author names, which are personal data.
        rows_per_shard: Rows of one Parquet file; a multiple of `rows_per_group`.
        rows_per_group: Rows of one row group.
        event_leakage: Measure how many articles of the test splits tell of an event that train tells of, too.
        publisher_probe: Measure how well a linear model tells the publisher from the text.
    """

    card: Path
    content: Literal["full", "stub"] = "full"
    authors: bool = False
    rows_per_shard: int = 50_000
    rows_per_group: int = 1_000
    event_leakage: bool = True
    publisher_probe: bool = True

    def __post_init__(self) -> None:
        """Checks the ranges."""
        if self.rows_per_group < 1 or self.rows_per_shard % self.rows_per_group or self.rows_per_shard < 1:
            raise ValueError(
                f"rows_per_shard={self.rows_per_shard} must be a multiple of rows_per_group={self.rows_per_group}"
            )


@dataclass(frozen=True, slots=True)
class Work:
    """Where and how the build works.

    Attributes:
        work_dir: Where batches are kept between builds.
        clean: Ignore what earlier builds left.
        batch_bytes: Input bytes of one batch.
        batch_units: Units of one batch at most.
        page_seconds: Wall-clock limit for one page.
        memory_limit: For the corpus stages, in DuckDB's notation.
        progress: Show progress bars; None shows them where there is a terminal.
    """

    work_dir: Path
    clean: bool = False
    batch_bytes: int = 4_000_000
    batch_units: int = 400
    page_seconds: float = 30.0
    memory_limit: str = "400MB"
    progress: bool | None = None

    def __post_init__(self) -> None:
        """Checks the ranges."""
        for name in ("batch_bytes", "batch_units", "page_seconds"):
            if not 0 < getattr(self, name) < math.inf:
                raise ValueError(f"{name}={getattr(self, name)} must be above 0")
        if not re.fullmatch(r"-1|none|[\d.]*\d(e\d+)? ?([KMGT]\w*|%)", self.memory_limit.strip(), re.IGNORECASE):
            raise ValueError(f"memory_limit={self.memory_limit} must be a size such as 400MB or 1.5GB")

    def check_apart(self, output: Path) -> None:
        """Refuses a work folder that is gone with the dataset folder when that is written anew, or the reverse.

        Raises:
            ConfigError: One is where the other is.
        """
        work, own = self.work_dir.resolve(), output.resolve()
        if work.is_relative_to(own) or any(own.is_relative_to(work / name) for name in STAGES):
            raise ConfigError(
                f"pipeline.work_dir={self.work_dir} and output.dir={output} must not lie in each other: "
                "put them side by side"
            )
