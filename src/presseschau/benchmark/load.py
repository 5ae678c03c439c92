"""Reads a published dataset (folder or Hub id) or a labelled file; what is wrong with it is one clear line."""

from __future__ import annotations

import csv
import gzip
import json
import logging
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..config import ConfigError, nearest
from ..schema import SPLITS
from ..stable import sha256
from .data import Corpus
from .settings import Source

_HUMAN = "validation"
# What a published dataset may tell about an article besides its text: our name, the column.
_CONTEXT = {
    "title": "title",
    "publisher": "publisher",
    "cluster": "cluster",
    "label_role": "label_role",
    "labeler": "labeler",
    "target": "stance_target",
}


def load(source: Source, task: str) -> Corpus:
    """The labelled articles of a source.

    Raises:
        ConfigError: The source is not there, lacks a column, a text or a label, or can't be trained on.
    """
    if source.kind != "published":
        corpus = _labelled(source, task)
    elif Path(source.path).exists():
        corpus = _folder(source, task)
    else:
        corpus = _hub(source, task)
    return _checked(corpus, source)


# --- published -------------------------------------------------------------------------------------------------------


def _folder(source: Source, task: str) -> Corpus:
    folder = Path(source.path)
    if folder.is_file():
        raise ConfigError(
            f"dataset={source.path} is a file: say dataset=csv (jsonl, parquet) dataset.path={source.path}"
        )
    files = sorted((folder / "data").glob("*.parquet")) or sorted(folder.glob("*.parquet"))
    by_split = {s: [f for f in files if f.name.rpartition("-")[0].partition("-0")[0] == s] for s in SPLITS}
    if not any(by_split.values()):
        raise ConfigError(f"dataset={source.path} holds no data/SPLIT-*.parquet: it is no dataset folder")
    origin: dict[str, Any] = {"kind": "published"}
    manifest = folder / "manifest.json"
    if manifest.is_file():
        said = orjson.loads(manifest.read_bytes())
        origin |= {key: said.get(key) for key in ("name", "version", "content_sha256")}
    schema = pq.read_schema(next(f for fs in by_split.values() for f in fs))
    info = orjson.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
    features = info.get("info", {}).get("features", {})
    wanted = _columns(source, task, schema.names)
    tables = {
        split: pa.concat_tables([pq.read_table(f, columns=sorted(set(wanted.values()))) for f in files])
        for split, files in by_split.items()
        if files
    }
    return _published(
        source, task, tables, wanted, {k: v.get("names") for k, v in features.items() if "names" in v}, origin
    )


def _hub(source: Source, task: str) -> Corpus:
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
    names = {k: f.names for k, f in first.features.items() if isinstance(f, datasets.ClassLabel)}
    tables = {
        s: d.with_format("arrow").select_columns(sorted(set(wanted.values())))[:] for s, d in found.items() if len(d)
    }
    origin = {"kind": "hub", "name": source.path, "revision": source.revision}
    checksums = first.info.download_checksums or {}
    commit = next((url.partition("@")[2].partition("/")[0] for url in sorted(checksums) if "@" in url), None)
    return _published(source, task, tables, wanted, names, {**origin, "revision": commit or source.revision})


def _columns(source: Source, task: str, there: Sequence[str]) -> dict[str, str]:
    """Our names of what is read and the columns that hold it."""
    label = source.label or (task if task in there else "label")
    wanted = {"text": source.text, "label": label}
    for column in wanted.values():
        if column not in there:
            option = "text" if column == source.text else "label"
            raise ConfigError(
                f"the dataset has no column {column}: say dataset.{option}=COLUMN ({nearest(column, there)})"
            )
    own = {**_CONTEXT, "id": source.id or "id", "genre": "genre", "topic": "topic"}
    if source.title:
        own["title"] = source.title
    if source.cluster:
        own["cluster"] = source.cluster
    own["source"] = "stance_source" if task == "stance" else f"{task}_source"
    return wanted | {name: column for name, column in own.items() if column in there and name not in wanted}


def _published(
    source: Source,
    task: str,
    tables: dict[str, pa.Table],
    wanted: dict[str, str],
    names: dict[str, Any],
    origin: dict[str, Any],
) -> Corpus:
    pieces, splits, start = [], {}, 0
    order = [s for s in SPLITS if s in tables] + [s for s in tables if s not in SPLITS]
    for split in order:
        table = pa.table({name: tables[split].column(column) for name, column in wanted.items()})
        if task == "stance":
            table = (
                table.filter(pc.greater_equal(pc.fill_null(table.column("label"), -1), 0))
                if (pa.types.is_integer(table.column("label").type))
                else table.filter(pc.is_valid(table.column("label")))
            )
        pieces.append(table)
        splits[split] = np.arange(start, start + table.num_rows, dtype=np.int64)
        start += table.num_rows
    whole = pa.concat_tables(pieces, promote_options="permissive")
    whole = _named(whole, wanted, names)
    if "validation" not in splits and "valid" in splits:
        splits["validation"] = splits.pop("valid")
    corpus = _encode(whole, splits, task, names.get(wanted["label"]), origin, source)
    if (
        source.text == "text"
        and corpus.table.num_rows
        and corpus.table.column("text").null_count == corpus.table.num_rows
    ):
        raise ConfigError(f"{source.path} is a stub release without texts: rehydrate it first (scripts/rehydrate.py)")
    return corpus


def _named(table: pa.Table, wanted: dict[str, str], names: dict[str, Any]) -> pa.Table:
    """Class numbers as their names."""
    for ours in ("label", "genre", "topic"):
        column = wanted.get(ours)
        if column in names and ours in table.column_names:
            values = pa.array([*names[column]], pa.string())
            number = pc.cast(table.column(ours), pa.int64())
            number = pc.if_else(pc.greater_equal(number, 0), number, None)  # -1: a row without a label
            table = table.set_column(
                table.column_names.index(ours),
                ours,
                pa.chunked_array([values.take(chunk) for chunk in number.chunks], pa.string()),
            )
    return table


# --- labelled files --------------------------------------------------------------------------------------------------


def _labelled(source: Source, task: str) -> Corpus:
    if source.label is None:
        raise ConfigError("dataset.label is missing: say dataset.label=COLUMN (by name, or by index without a header)")
    files = {"train": source.path, "validation": source.validation, "test": source.test}
    if not source.test:
        files = {"train": source.path, "validation": source.validation}
    pieces, splits, start = [], {}, 0
    for split, path in files.items():
        if path is None:
            continue
        table = _read(replace(source, path=path))
        pieces.append(table)
        splits[split] = np.arange(start, start + table.num_rows, dtype=np.int64)
        start += table.num_rows
    whole = pa.concat_tables(pieces)
    origin = {
        "kind": source.kind,
        "name": Path(source.path).name,
        "file_sha256": sha256(b"".join(Path(p).read_bytes() for p in files.values() if p)),
    }
    if source.split:
        named = np.array(whole.column("split").to_pylist(), dtype=object)
        order = [s for s in SPLITS if s in named] + sorted({str(s) for s in named} - set(SPLITS))
        splits = {s: np.flatnonzero(named == s).astype(np.int64) for s in order}
    return _encode(whole, splits, task, None, origin, source)


def _read(source: Source) -> pa.Table:
    path = Path(source.path)
    if not path.is_file():
        raise ConfigError(f"dataset.path={source.path}: there is no such file")
    wanted = {"text": source.text, "label": str(source.label), "title": source.title, "id": source.id,
              "cluster": source.cluster, "split": source.split}  # fmt: skip
    columns = {name: column for name, column in wanted.items() if column is not None}
    try:
        if source.kind == "parquet":
            there = pq.read_schema(path).names
            _require(columns, there, path)
            table = pq.read_table(path, columns=sorted(set(columns.values())))
            names = orjson.loads((table.schema.metadata or {}).get(b"huggingface", b"{}"))
            classes = names.get("info", {}).get("features", {}).get(str(source.label), {}).get("names")
            table = pa.table({n: table.column(c) for n, c in columns.items()})
            return _strings(_named(table, {"label": "label"}, {"label": classes}) if classes else table)
        rows = _jsonl(path, columns) if source.kind == "jsonl" else _csv(path, source, columns)
        values: dict[str, list[Any]] = {name: [] for name in columns}
        for row in rows:
            for name, value in row.items():
                values[name].append(value)
    except (OSError, UnicodeDecodeError, csv.Error, pa.ArrowInvalid, json.JSONDecodeError) as error:
        raise ConfigError(f"{source.path} can't be read as {source.kind}: {' '.join(str(error).split())}") from error
    return _strings(pa.table({name: pa.array(column, pa.string()) for name, column in values.items()}))


def _strings(table: pa.Table) -> pa.Table:
    return pa.table({n: pc.cast(table.column(n), pa.string()) for n in table.column_names})


def _require(columns: dict[str, str], there: Sequence[str], path: Path) -> None:
    for name, column in columns.items():
        if column not in there:
            raise ConfigError(f"{path.name} has no column {column}: say dataset.{name}=… ({nearest(column, there)})")


def _text(path: Path) -> Any:
    return (
        gzip.open(path, "rt", encoding="utf-8", newline="")
        if path.suffix == ".gz"
        else path.open(encoding="utf-8-sig", newline="")
    )


def _csv(path: Path, source: Source, columns: dict[str, str]) -> Iterator[dict[str, str | None]]:
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    by_index = all(column.isdigit() for column in columns.values())
    header = source.header if source.header is not None else not by_index
    with _text(path) as lines:
        reader = csv.reader(
            lines,
            delimiter=source.sep.replace("\\t", "\t"),
            quotechar=source.quote or None,
            quoting=csv.QUOTE_MINIMAL if source.quote else csv.QUOTE_NONE,
            strict=True,
        )
        there = next(reader, []) if header else []
        if header and not by_index:
            _require(columns, there, path)
        places = {name: int(column) if by_index else there.index(column) for name, column in columns.items()}
        for number, row in enumerate(reader, start=2 if header else 1):
            if not row:
                continue
            if max(places.values()) >= len(row):
                raise ConfigError(
                    f"{path.name}: record {number} has {len(row)} columns, column {max(places.values())} is asked for: "
                    "check dataset.sep and dataset.quote"
                )
            yield {name: row[place] for name, place in places.items()}


def _jsonl(path: Path, columns: dict[str, str]) -> Iterator[dict[str, str | None]]:
    with _text(path) as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            row = json.loads(line)
            for name, column in columns.items():
                if not isinstance(row, dict) or (column not in row and name in ("text", "label")):
                    there = list(row) if isinstance(row, dict) else []
                    raise ConfigError(f"{path.name}: line {number} has no {column} ({nearest(column, there)})")
            found = {name: row.get(column) for name, column in columns.items()}
            # NaN is how pandas writes a value that is missing
            yield {n: None if v is None or v != v else str(v) for n, v in found.items()}


# --- what both share -------------------------------------------------------------------------------------------------


def _encode(
    table: pa.Table,
    splits: dict[str, Any],
    task: str,
    names: Sequence[str] | None,
    origin: dict[str, Any],
    source: Source,
) -> Corpus:
    """Labels as numbers, ids and clusters filled in, rows without text or label reported or left out."""
    labels = [str(v) if v is not None and v == v else None for v in table.column("label").to_pylist()]
    texts = table.column("text")
    if not pa.types.is_string(texts.type) and not pa.types.is_large_string(texts.type):
        raise ConfigError(f"column {source.text} is {texts.type}, not text: say dataset.text=COLUMN")
    empty = pc.equal(pc.fill_null(pc.utf8_length(pc.utf8_trim_whitespace(texts)), 0), 0).to_numpy(zero_copy_only=False)
    nan = pc.fill_null(pc.is_in(pc.utf8_lower(texts), value_set=pa.array(["nan"], texts.type)), False)
    no_text = empty | nan.to_numpy(zero_copy_only=False)
    no_label = np.array([label is None or label in ("", "nan", "NaN") for label in labels], dtype=bool)
    if not table.num_rows:
        raise ConfigError(f"{source.path} has no rows" + (" with a stance" if task == "stance" else ""))
    notes = []
    for what, bad in (("text", no_text), ("label", no_label & ~no_text)):
        if bad.all():
            break  # a stub, or a column without values: said below in other words
        if bad.any():
            first = int(np.flatnonzero(bad)[0])
            if source.missing == "error":
                split = next((s for s, rows in splits.items() if first in rows), "train")
                raise ConfigError(
                    f"{what} is missing in {int(bad.sum())} rows (the first is row {first + 1}, in {split}): "
                    "mend them, or leave them out with dataset.missing=drop"
                )
            notes.append(f"{int(bad.sum())} rows without {what} were left out")
    if no_label.all():
        raise ConfigError(f"column {source.label or task} has no values: say dataset.label=COLUMN")
    order = [*(names or sorted({x for x, bad in zip(labels, no_label, strict=True) if not bad and x is not None}))]
    index = {label: i for i, label in enumerate(order)}
    y = np.array(
        [-1 if bad or x is None else index[x] for x, bad in zip(labels, no_label, strict=True)], dtype=np.int64
    )
    good = ~(no_text | no_label) if not no_text.all() else ~no_label
    splits = {s: rows[good[rows]] for s, rows in splits.items()}
    table = _filled(table.drop_columns(["label"]), source)
    grouped = "cluster" in table.column_names
    if not grouped:
        digests = [sha256(text)[:16] if text else "" for chunk in texts.chunks for text in chunk.to_pylist()]
        table = table.append_column("cluster", pa.array(digests))
    return Corpus(table, tuple(order), y, splits, task, origin, tuple(notes), grouped)


def _filled(table: pa.Table, source: Source) -> pa.Table:
    if "id" not in table.column_names:
        table = table.append_column("id", pa.array([str(i) for i in range(table.num_rows)]))
    if table.column("id").null_count:
        raise ConfigError(f"column {source.id or 'id'} has rows without a value: say dataset.id=COLUMN")
    return table


def _checked(corpus: Corpus, source: Source) -> Corpus:
    """The corpus as a benchmark may use it: nothing validated in train, no empty split, no label unheard of."""
    notes = list(corpus.notes)
    roles = np.array([role == _HUMAN for role in corpus.values("label_role", np.arange(corpus.table.num_rows))])
    splits = dict(corpus.splits)
    for split in ("train", "validation"):
        if split in splits and roles[splits[split]].any():
            count = int(roles[splits[split]].sum())
            splits[split] = splits[split][~roles[splits[split]]]
            notes.append(f"{count} rows of {split} are validated by people and neither train nor tune anything")
    for split, rows in splits.items():
        if not len(rows):
            why = " with a stance" if corpus.task == "stance" else ""
            raise ConfigError(f"split {split} has no rows{why}: build with more pages or another split=…")
    if "train" not in splits:
        raise ConfigError(f"the dataset has no split train, only {', '.join(splits)}: say dataset.split=COLUMN")
    seen = np.unique(corpus.y[splits["train"]])
    if len(seen) < 2:
        raise ConfigError(
            f"train has a single class ({corpus.labels[seen[0]]}): there is nothing to tell apart, check dataset.label"
        )
    for split in [s for s in splits if s != "train"]:
        foreign = ~np.isin(corpus.y[splits[split]], seen)
        if not foreign.any():
            continue
        names = Counter(corpus.labels[label] for label in corpus.y[splits[split]][foreign])
        listed = ", ".join(sorted(names))
        if source.unseen == "error":
            raise ConfigError(
                f"{split} has labels that train does not have ({listed}): add training rows, "
                "or say dataset.unseen=count (they count as wrong) or dataset.unseen=drop"
            )
        if source.unseen == "drop":
            splits[split] = splits[split][~foreign]
        how = "are left out" if source.unseen == "drop" else "count as wrong"
        notes.append(f"{int(foreign.sum())} rows of {split} have labels that train does not have ({listed}) and {how}")
    return replace(corpus, splits=splits, notes=tuple(notes))
