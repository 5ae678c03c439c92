"""A dataset that was built here, from its folder or from the Hub."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from presseschau.benchmark.rows import Rows, joined, named, strings
from presseschau.benchmark.settings import Source
from presseschau.config import ConfigError, nearest
from presseschau.schema import SPLITS

_SHARD = re.compile(r"([\w.]+)-\d[\w-]*\.parquet")
# What a published dataset may tell about an article besides its text: our name, the column.
_CONTEXT = {
    "title": "title",
    "publisher": "publisher",
    "cluster": "cluster",
    "label_role": "label_role",
    "labeler": "labeler",
    "target": "stance_target",
}


def from_folder(source: Source, task: str) -> Rows:
    """The articles of a dataset folder."""
    folder = Path(source.path)
    if folder.is_file():
        raise ConfigError(
            f"dataset={source.path} is a file: say dataset=csv (jsonl, parquet) dataset.path={source.path}"
        )
    for option in ("name", "revision"):
        if getattr(source, option) is not None:
            raise ConfigError(f"dataset.{option} is of a dataset on the Hub, {source.path} is a folder: leave it out")
    files = sorted((folder / "data").glob("*.parquet")) or sorted(folder.glob("*.parquet"))
    named_files = [(found[1], f) for f in files if (found := _SHARD.fullmatch(f.name))]
    by_split = {split: [f for s, f in named_files if s == split] for split in dict(named_files)}
    if not by_split:
        raise ConfigError(f"dataset={source.path} holds no data/SPLIT-*.parquet: it is no dataset folder")
    origin: dict[str, Any] = {"kind": "published"}
    manifest = folder / "manifest.json"
    if manifest.is_file():
        said = orjson.loads(manifest.read_bytes())
        origin |= {key: said.get(key) for key in ("name", "version", "content_sha256")}
    schema = _read(by_split.get("train", [named_files[0][1]])[0], pq.read_schema)
    info = orjson.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
    features = info.get("info", {}).get("features", {})
    names = {column: feature["names"] for column, feature in features.items() if "names" in feature}
    wanted = _columns(source, task, schema.names)
    tables = {
        split: pa.concat_tables([_table(f, sorted(set(wanted.values()))) for f in shards])
        for split, shards in by_split.items()
    }
    return _rows(source, task, tables, wanted, names, origin)


def _read(file: Path, how: Callable[[Path], Any]) -> Any:
    try:
        return how(file)
    except (OSError, pa.ArrowInvalid) as error:
        raise ConfigError(f"{file} can't be read as parquet: {' '.join(str(error).split())}") from error


def _table(file: Path, columns: list[str]) -> pa.Table:
    there = _read(file, pq.read_schema).names
    for column in columns:
        if column not in there:
            raise ConfigError(f"{file} has no column {column}, which other splits have: build the dataset again")
    return _read(file, partial(pq.read_table, columns=columns))


def from_hub(source: Source, task: str) -> Rows:
    """The articles of a dataset on the Hub (or on a server at HF_ENDPOINT)."""
    if source.path.startswith((".", "/", "~")) or source.path.count("/") > 1:
        raise ConfigError(f"dataset={source.path}: there is no such folder")
    import datasets

    datasets.disable_progress_bars()
    for chatty in ("huggingface_hub", "datasets"):  # retries say the same five times before the error does
        logging.getLogger(chatty).setLevel(logging.ERROR)
    try:
        found = datasets.load_dataset(source.path, source.name, revision=source.revision)
    except Exception as error:
        reason = " ".join(str(error).split())[:160]
        raise ConfigError(
            f"dataset={source.path} is no folder here and can't be had from the Hub ({type(error).__name__}: {reason})"
        ) from error
    first = next(iter(found.values()))
    wanted = _columns(source, task, first.column_names)
    names = {column: f.names for column, f in first.features.items() if isinstance(f, datasets.ClassLabel)}
    columns = sorted(set(wanted.values()))
    tables = {s: d.with_format("arrow").select_columns(columns)[:] for s, d in found.items() if len(d)}
    # `datasets` keeps what it has from a repository in a folder that is named by the commit
    places = [part for file in first.cache_files for part in Path(file["filename"]).parts]
    commit = next((part for part in places if re.fullmatch("[0-9a-f]{40}", part)), source.revision)
    origin = {"kind": "hub", "name": source.path, "revision": commit}
    return _rows(source, task, tables, wanted, names, origin)


def _columns(source: Source, task: str, there: Sequence[str]) -> dict[str, str]:
    """Our names of what is read and the columns that hold it."""
    label = source.label or (task if task in there else "label")
    wanted = {"text": source.text, "label": label}
    for name, column in wanted.items():
        if column not in there:
            raise ConfigError(
                f"the dataset has no column {column}: say dataset.{name}=COLUMN ({nearest(column, there)})"
            )
    own = {**_CONTEXT, "id": source.id or "id", "genre": "genre", "topic": "topic"}
    if source.title:
        own["title"] = source.title
    if source.cluster:
        own["cluster"] = source.cluster
    own["source"] = "stance_source" if task == "stance" else f"{task}_source"
    return wanted | {name: column for name, column in own.items() if column in there and name not in wanted}


def _rows(
    source: Source,
    task: str,
    tables: dict[str, pa.Table],
    wanted: dict[str, str],
    names: dict[str, Sequence[str]],
    origin: dict[str, Any],
) -> Rows:
    """One table of all splits; for stance, of the articles that have one."""
    parts: dict[str, pa.Table] = {}
    for split in [s for s in SPLITS if s in tables] + [s for s in tables if s not in SPLITS]:
        table = tables.pop(split).select([*wanted.values()]).rename_columns([*wanted])
        if task == "stance":
            labels = table.column("label")
            numbers = pa.types.is_integer(labels.type)
            table = table.filter(pc.greater_equal(labels, 0) if numbers else pc.is_valid(labels))  # null is left out
        parts[split] = table
    whole, splits = joined(parts)
    texts = whole.column("text")
    if len(texts) and texts.null_count == len(texts):
        raise ConfigError(f"{source.path} is a stub release without texts: rehydrate it first (scripts/rehydrate.py)")
    ours = {name: names[wanted[name]] for name in ("label", "genre", "topic") if wanted.get(name) in names}
    said: dict[str, str] = {name: wanted[name] for name in ("label", "title", "id", "cluster") if name in wanted}
    return Rows(strings(named(whole, ours), said), splits, origin, ours.get("label"))
