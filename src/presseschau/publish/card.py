"""The dataset card: YAML that `load_dataset` works from, and prose whose every number is counted from the shards."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import yaml

from presseschau.publish.manifest import Count
from presseschau.publish.shards import Shard
from presseschau.publish.vocabulary import check, check_license
from presseschau.schema import SCHEMA_VERSION, SPLITS, VIEWS, LabelNames, Schema, View

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"),
          (10_000_000, "1M<n<10M"), (100_000_000, "10M<n<100M"))  # fmt: skip
_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """What the user says about the dataset.

    Attributes:
        name: Name of the folder and of the repository, in lower case with hyphens.
        version: Semantic version of the data.
        license: A licence identifier of the Hub, or `other`.
        pretty_name: Title of the card.
        contact: Where people write who want an article taken down.
        license_name: Name of an `other` licence; None for the one whose text comes with the package.
        license_link: Where its text is: `LICENSE`, `LICENSE.md` or a URL.
        creators: Who made the dataset, for its citation.
        homepage: URL of the dataset's page.
    """

    name: str
    version: str
    license: str
    pretty_name: str
    contact: str | None = None
    license_name: str | None = None
    license_link: str | None = None
    creators: tuple[str, ...] = ()
    homepage: str | None = None

    def __post_init__(self) -> None:
        """Checks the forms."""
        if not re.fullmatch(r"[A-Za-z0-9](?:[\w.-]{0,94}[A-Za-z0-9])?", self.name):
            raise ValueError(f"name={self.name!r} must be letters, digits, '-', '_' and '.'")
        if not re.fullmatch(r"\d+\.\d+\.\d+(?:[-+][\w.]+)?", self.version):
            raise ValueError(f"version={self.version!r} must be a semantic version such as 1.0.0")
        if self.homepage is not None and not self.homepage.startswith(("https://", "http://")):
            raise ValueError(f"homepage={self.homepage!r} must be a URL")
        check_license(self.license, self.license_name, self.license_link)

    @property
    def own_terms(self) -> bool:
        """Whether the licence is the one that comes with the package: the texts stay their publishers'."""
        return self.license == "other" and self.license_link is None

    @property
    def rights(self) -> dict[str, str]:
        """What the card's YAML says about the licence."""
        if self.license != "other":
            return {"license": self.license}
        name = self.license_name or ("texts-of-their-publishers" if self.own_terms else "see-license")
        return {"license": "other", "license_name": name, "license_link": self.license_link or "LICENSE.md"}


@dataclass(frozen=True, slots=True)
class Said:
    """What the card's YAML says beside names and numbers.

    Attributes:
        languages: ISO codes that the language filter lets through.
        people: Whether people labelled any row.
        invented: Whether the texts were written for the dataset, as those of the sample are.
    """

    languages: tuple[str, ...] = ("de",)
    people: bool = False
    invented: bool = False


@dataclass(frozen=True, slots=True)
class ViewSize:
    """Rows and logical bytes of one split of a view, counted as `datasets` counts them: after the view's filter."""

    split: str
    rows: int
    num_bytes: int


def view_sizes(folder: Path, view: View, shards: Sequence[Shard]) -> list[ViewSize]:
    """The splits of a view that have rows; one without rows must not be listed, or loading fails."""
    sizes = []
    condition = pq.filters_to_expression([list(view.filters)]) if view.filters else None
    for split in (s for s in SPLITS if any(shard.split == s for shard in shards)):
        files = [str(folder / shard.path) for shard in shards if shard.split == split]
        rows = num_bytes = 0
        for batch in ds.dataset(files).to_batches(columns=list(view.columns or ()) or None, filter=condition):
            rows, num_bytes = rows + len(batch), num_bytes + batch.nbytes
        if rows:
            sizes.append(ViewSize(split, rows, num_bytes))
    return sizes


def metadata(
    folder: Path, info: DatasetInfo, schema: Schema, shards: Sequence[Shard], said: Said | None = None
) -> dict[str, Any]:
    """The card's YAML block, checked against what the Hub knows.

    Source: Hugging Face Hub documentation, dataset cards and `configs`; features as `datasets` writes them.
    """
    from datasets import Features  # a second of import that only the end of a build needs

    said = said or Said()
    features = Features.from_dict(schema.features)
    configs, infos = [], []
    for view in VIEWS:
        sizes = view_sizes(folder, view, shards)
        if not sizes:
            continue
        config: dict[str, Any] = {"config_name": view.name}
        if view.name == "default":
            config["default"] = True
        config["data_files"] = [{"split": s.split, "path": f"data/{s.split}-*"} for s in sizes]
        if view.columns:
            config["columns"] = list(view.columns)
        if view.filters:
            config["filters"] = [list(f) for f in view.filters]
        configs.append(config)
        own = Features({name: features[name] for name in features if not view.columns or name in view.columns})
        infos.append(
            {
                "config_name": view.name,
                "features": own._to_yaml_list(),
                "splits": [{"name": s.split, "num_bytes": s.num_bytes, "num_examples": s.rows} for s in sizes],
                "download_size": sum(s.bytes for s in shards if s.split in {size.split for size in sizes}),
                "dataset_size": sum(s.num_bytes for s in sizes),
            }
        )
    rows = sum(s.rows for s in shards)
    front = {
        "pretty_name": info.pretty_name,
        **info.rights,
        "language": list(said.languages),
        "multilinguality": ["monolingual" if len(said.languages) == 1 else "multilingual"],
        "language_creators": ["other" if said.invented else "found"],
        "annotations_creators": ["machine-generated", *(["expert-generated"] if said.people else [])],
        "source_datasets": ["original"],
        "task_categories": ["text-classification"],
        "task_ids": ["topic-classification", "multi-class-classification"],
        "size_categories": [next((name for limit, name in _SIZES if rows < limit), "n>1T")],
        "tags": ["news", "german", "technology", "topic-classification", "stance-detection", "genre", "presseschau"],
        "configs": configs,
        "dataset_info": infos,
    }
    check(front, [shard.path for shard in shards])
    return front


def render(template: str, front: Mapping[str, Any], numbers: Mapping[str, str]) -> str:
    """The card's text.

    Args:
        template: Prose with places such as `{{ split_table }}`; what stands before the first heading is left out.
        front: The YAML block.
        numbers: What goes into the places.

    Raises:
        ValueError: The template names a place that there is nothing for.
    """
    start = re.search("^# ", template, re.MULTILINE)
    if start is None:
        raise ValueError("the card's prose has no heading `# …`")
    unknown = sorted(set(_PLACE.findall(template)) - set(numbers))
    if unknown:
        raise ValueError(f"the card names {unknown[0]!r}, which is not one of {', '.join(sorted(numbers))}")
    body = _PLACE.sub(lambda match: numbers[match[1]], template[start.start() :])
    head = yaml.safe_dump(dict(front), sort_keys=False, allow_unicode=True, width=1_000)
    return f"---\n{head}---\n\n{body.strip()}\n"


def terms(info: DatasetInfo) -> str:
    """The text of `LICENSE.md` where the texts stay their publishers' and no other licence was named."""
    text = (Path(__file__).parent / "LICENSE_TEXT.md").read_text(encoding="utf-8")
    return text.replace("NAME", info.pretty_name).replace("CONTACT", info.contact or "the maintainers of this copy")


def corpus_tables(folder: Path, names: LabelNames) -> dict[str, str]:
    """The Markdown tables that are counted from the shards: splits, labels by split, publishers, months, lengths."""
    con = duckdb.connect()
    con.execute("SET memory_limit = '300MB'; SET threads = 2")  # beside the corpus stages' own
    con.execute("SET enable_progress_bar = false")
    con.read_parquet(str(folder / "data" / "*.parquet"), filename=True).create_view("shards")
    rows = con.execute(
        """SELECT regexp_extract(filename, '([a-z_]+)-[0-9]+-of-[0-9]+[.]parquet$', 1) AS split,
                  topic, genre, stance, coalesce(publisher, '(unknown)') AS publisher,
                  strftime(published, '%Y') AS year, 1 + length(spaced) - length(replace(spaced, ' ', '')) AS words,
                  count(*) AS n
           FROM (SELECT *, replace(replace(text, chr(10) || chr(10), ' '), chr(10), ' ') AS spaced FROM shards)
           GROUP BY ALL ORDER BY ALL"""
    ).df()
    splits = [s for s in SPLITS if s in set(rows["split"])]
    for column in ("topic", "genre", "stance"):
        classes = names.of(column) or ()
        rows[column] = [classes[int(v)] if pd.notna(v) else "(none)" for v in rows[column]]
    return {
        "split_table": _split_table(rows, splits),
        "topic_table": _by_split(rows, "topic", names.topic, splits),
        "genre_table": _by_split(rows, "genre", names.genre, splits),
        "stance_table": _by_split(rows, "stance", (*names.stance, "(none)"), splits),
        "publisher_table": _by_split(rows, "publisher", _most(rows, "publisher", 30), splits),
        "year_table": _by_split(rows.fillna({"year": "(undated)"}), "year", None, splits),
    }


def _split_table(rows: pd.DataFrame, splits: Sequence[str]) -> str:
    lines = []
    for name, own in [*((s, rows[rows["split"] == s]) for s in splits), ("all", rows)]:
        words = np.repeat(own["words"].to_numpy(), own["n"].to_numpy())
        lines.append([name, f"{own['n'].sum():,}", f"{own['publisher'].nunique():,}", f"{np.median(words):,.0f}"])
    return markdown(["split", "articles", "publishers", "words (median)"], lines)


def _by_split(rows: pd.DataFrame, column: str, order: Iterable[str] | None, splits: Sequence[str]) -> str:
    counts: dict[str, dict[str, int]] = {}
    sums = rows.groupby([column, "split"], as_index=False)["n"].sum()
    for key, split, n in zip(sums[column], sums["split"], sums["n"], strict=True):
        counts.setdefault(str(key), {})[str(split)] = int(n)
    keys = [k for k in (order if order is not None else sorted(counts)) if k in counts]
    lines = [[k, *(f"{counts[k].get(s, 0):,}" for s in splits), f"{sum(counts[k].values()):,}"] for k in keys]
    return markdown([column, *splits, "all"], lines)


def _most(rows: pd.DataFrame, column: str, limit: int) -> list[str]:
    counts = rows.groupby(column)["n"].sum()
    return sorted(counts.index, key=lambda key: (-counts[key], key))[:limit]


def markdown(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A Markdown table; the first column is text, the others are numbers.

    >>> print(markdown(["split", "n"], [["train", "7"]]))
    | split | n |
    |---|--:|
    | train | 7 |
    """
    cells = [list(head), *lines]
    rule = "|---|" + "--:|" * (len(head) - 1)
    rows = ["| " + " | ".join(c.replace("|", "\\|") for c in line) + " |" for line in cells]
    return "\n".join([rows[0], rule, *rows[1:]])


def schema_table(schema: Schema) -> str:
    """The columns with their types and meanings."""
    lines = [
        f"| `{c.name}` | {_type_name(schema, c.name)}{', null' if c.nullable else ''} | {c.meaning} |"
        for c in schema.columns
    ]
    return "\n".join([f"Schema version {SCHEMA_VERSION}.", "", "| column | type | |", "|---|---|---|", *lines])


def _type_name(schema: Schema, column: str) -> str:
    names = schema.names.of(column)
    return f"ClassLabel of {len(names)}" if names else str(schema.arrow.field(column).type)


def funnel_table(counts: Iterable[Count]) -> str:
    """How all input pages ended, most frequent first within each outcome."""
    order = ("kept", "dropped", "failed")
    ranked = sorted(counts, key=lambda c: (order.index(c.outcome), -c.pages, c.stage or "", c.reason or ""))
    lines = [[f"{c.outcome}: {c.reason} ({c.stage})" if c.reason else c.outcome, f"{c.pages:,}"] for c in ranked]
    return markdown(["outcome", "pages"], [*lines, ["input pages", f"{sum(c.pages for c in ranked):,}"]])


def bullets(lines: Iterable[str]) -> str:
    """A Markdown list, empty where there is nothing to list."""
    return "\n".join(f"- {line}" for line in lines)
