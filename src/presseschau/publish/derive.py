"""A dataset folder made from another one: rows changed or left out, and every file that speaks of them made to fit."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import yaml

from presseschau.publish.card import view_sizes
from presseschau.publish.folder import check_replaceable, staged
from presseschau.publish.shards import LEDGER_SCHEMA, ContentHash, Shard, file_sha256, write_ledger, write_split
from presseschau.publish.verify import Folder
from presseschau.schema import SPLITS, VIEWS

_HEADING = re.compile(r"^# .*\n", re.MULTILINE)
_COPIED = ("LICENSE", "LICENSE.md", "CHANGELOG.md")


@dataclass(frozen=True, slots=True)
class Gone:
    """Why a row of the first folder is not in the second; becomes its ledger entry, stage `publish`.

    Attributes:
        reason: `takedown`, `tdm_reserved`, `not_rehydrated`.
        detail: What a person needs to understand the case.
        url: False takes the URL out of the ledger, too.
    """

    reason: str
    detail: str = ""
    url: bool = True


@dataclass(frozen=True, slots=True)
class Change:
    """What a derived folder has otherwise than its origin.

    Attributes:
        rows: A table of the published schema to another one of the same schema and length, row by row.
        gone: Ids that are left out, and why.
        manifest: The manifest of the origin to that of the derived folder; what follows from the rows is set before.
        notes: Passages of the card by name, put after its title; None takes one out.
        front: Keys of the card's YAML block to set; None takes one out.
    """

    rows: Callable[[pa.Table], pa.Table] = lambda table: table
    gone: Mapping[str, Gone] = field(default_factory=dict)
    manifest: Callable[[dict[str, Any]], dict[str, Any]] = lambda manifest: manifest
    notes: Mapping[str, str | None] = field(default_factory=dict)
    front: Mapping[str, Any] = field(default_factory=dict)


def derive(dataset: Path, target: Path, change: Change, finish: Callable[[Path], None] | None = None) -> None:
    """Writes `target` from `dataset`, whole or not at all; one row group is in memory at a time.

    Files that hold or describe rows (Croissant metadata, the report) are not taken over: `finish` makes them anew.

    Args:
        dataset: A dataset folder.
        target: Where to write; an earlier dataset there is replaced.
        change: What is different.
        finish: Is given the new folder with everything else in it.

    Raises:
        ValueError: `dataset` is no dataset folder, or no row would be left.
        publish.folder.FolderError: `target` holds something else.
    """
    origin = Folder.open(dataset)
    if target.resolve() == dataset.resolve():
        raise ValueError(f"{target} is the folder to read; name another one to write")
    check_replaceable(target)
    with staged(target) as folder:
        shards, content = _write_rows(origin, folder, change)
        if not shards:
            raise ValueError(f"no row of {dataset} would be left")
        _write_ledger(origin, folder, change.gone)
        _write_splits(origin, folder, change.gone)
        _copy_rest(origin, folder)
        counts, pages = _outcomes(folder)
        manifest = origin.manifest | {
            "shards": [asdict(shard) for shard in shards],
            "splits": {s: n for s in SPLITS if (n := sum(x.rows for x in shards if x.split == s))},
            "content_sha256": content,
            "ledger_sha256": file_sha256(folder / "ledger.parquet"),
            "counts": counts,
            "pages": pages,
        }
        write_manifest(folder, change.manifest(manifest))
        card = (dataset / "README.md").read_text(encoding="utf-8")
        (folder / "README.md").write_text(fit_card(card, folder, shards, change), encoding="utf-8")
        if finish is not None:
            finish(folder)


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Writes a manifest that was read as plain data, in the form that a build gives it."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS
    (folder / "manifest.json").write_bytes(orjson.dumps(manifest, option=options) + b"\n")


def _write_rows(origin: Folder, folder: Path, change: Change) -> tuple[list[Shard], str]:
    options = origin.manifest["config"].get("publish", {})
    per_shard, per_group = options.get("rows_per_shard", 50_000), options.get("rows_per_group", 1_000)
    shards, content = list[Shard](), ContentHash()
    for split in origin.splits:
        count = sum(len(table) for table in _kept(origin, split, change.gone, ["id"]))
        if count:
            rows = _changed(origin, split, change)
            shards += write_split(folder, split, rows, count, origin.schema, per_shard, per_group, content)
    return shards, content.hexdigest()


def _kept(origin: Folder, split: str, gone: Mapping[str, Gone], columns: list[str] | None = None) -> Iterator[pa.Table]:
    left_out = pa.array(sorted(gone), pa.string())
    for table in origin.tables(split):
        table = table.select(columns) if columns else table
        yield table.filter(pc.invert(pc.is_in(table.column("id"), value_set=left_out))) if gone else table


def _changed(origin: Folder, split: str, change: Change) -> Iterator[pa.RecordBatch]:
    for table in _kept(origin, split, change.gone):
        # Parquet gives whole seconds back as milliseconds.
        yield from change.rows(table).cast(origin.schema.arrow).to_batches()


def _write_ledger(origin: Folder, folder: Path, gone: Mapping[str, Gone]) -> None:
    path = origin.path / "ledger.parquet"
    if not gone:
        shutil.copyfile(path, folder / "ledger.parquet")
        return
    rows = pq.read_table(path).to_pylist()
    for row in rows:
        why = gone.get(row["id"]) if row["outcome"] == "kept" else None
        if why is not None:
            row |= {"outcome": "dropped", "stage": "publish", "reason": why.reason, "detail": why.detail}
            row["url"] = row["url"] if why.url else None
    write_ledger(folder, pa.Table.from_pylist(rows, schema=LEDGER_SCHEMA).to_batches())


def _write_splits(origin: Folder, folder: Path, gone: Mapping[str, Gone]) -> None:
    """The split of every article that is left; those that are gone keep their place in the origin's file only."""
    path = origin.path / "splits.json"
    if not gone:
        shutil.copyfile(path, folder / "splits.json")
        return
    plan = orjson.loads(path.read_bytes())
    articles = {id_: entry for id_, entry in plan.pop("articles").items() if id_ not in gone}
    head = orjson.dumps(plan, option=orjson.OPT_INDENT_2)
    lines = [b"    %b: %b" % (orjson.dumps(id_), orjson.dumps(entry)) for id_, entry in sorted(articles.items())]
    body = head[: head.rindex(b"\n")] + b',\n  "articles": {\n' + b",\n".join(lines) + b"\n  }\n}\n"
    (folder / "splits.json").write_bytes(body)


def _copy_rest(origin: Folder, folder: Path) -> None:
    for name in _COPIED:
        if (origin.path / name).is_file():
            shutil.copyfile(origin.path / name, folder / name)
    for path in sorted((origin.path / "figures").glob("*.png")):
        (folder / "figures").mkdir(exist_ok=True)
        shutil.copyfile(path, folder / "figures" / path.name)


def _outcomes(folder: Path) -> tuple[list[dict[str, Any]], dict[str, int]]:
    with duckdb.connect() as con:
        con.register("ledger", pq.read_table(folder / "ledger.parquet"))
        con.execute("SET enable_progress_bar = false")
        rows = con.execute("SELECT outcome, stage, reason, count(*) FROM ledger GROUP BY ALL ORDER BY ALL").fetchall()
    counts = [{"outcome": o, "stage": s, "reason": r, "pages": n} for o, s, r, n in rows]
    pages = {name: sum(c["pages"] for c in counts if c["outcome"] == name) for name in ("kept", "dropped", "failed")}
    return counts, {"input": sum(pages.values())} | pages


def fit_card(card: str, folder: Path, shards: list[Shard], change: Change) -> str:
    """The card of the origin with the sizes of the derived shards and the notes of the change."""
    _, head, body = card.split("---\n", 2)
    front = yaml.safe_load(head)
    configs, infos = [], []
    known = {view.name: view for view in VIEWS}
    for config, info in zip(front["configs"], front["dataset_info"], strict=True):
        sizes = view_sizes(folder, known[config["config_name"]], shards)
        if not sizes:
            continue  # a view without rows must not be listed, or loading fails
        splits = {size.split for size in sizes}
        info["splits"] = [{"name": s.split, "num_bytes": s.num_bytes, "num_examples": s.rows} for s in sizes]
        info["download_size"] = sum(s.bytes for s in shards if s.split in splits)
        info["dataset_size"] = sum(s.num_bytes for s in sizes)
        config["data_files"] = [files for files in config["data_files"] if files["split"] in splits]
        configs.append(config)
        infos.append(info)
    front["configs"], front["dataset_info"] = configs, infos
    return _noted(front, body, change.notes, change.front)


def fit_notes(folder: Path, notes: Mapping[str, str | None], keys: Mapping[str, Any]) -> None:
    """Writes notes and keys of the YAML block into the card of a folder; see `Change`."""
    path = folder / "README.md"
    _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
    path.write_text(_noted(yaml.safe_load(head), body, notes, keys), encoding="utf-8")


def _noted(front: dict[str, Any], body: str, notes: Mapping[str, str | None], keys: Mapping[str, Any]) -> str:
    front = {key: value for key, value in (front | dict(keys)).items() if value is not None}
    head = yaml.safe_dump(front, sort_keys=False, allow_unicode=True, width=1_000)
    for name, text in notes.items():
        body = note(body, name, text)
    return f"---\n{head}---\n{body}"


def note(body: str, name: str, text: str | None) -> str:
    r"""The card's prose with a passage after its title in place of the earlier one of that name.

    >>> print(note("# Title\nProse.", "stub", "No text."))
    # Title
    <BLANKLINE>
    <!-- stub -->
    No text.
    <!-- /stub -->
    Prose.
    """
    body = re.sub(rf"\n<!-- {name} -->\n.*?<!-- /{name} -->\n", "", body, flags=re.DOTALL)
    if text is None:
        return body
    heading = _HEADING.search(body)
    at = heading.end() if heading else 0
    return f"{body[:at]}\n<!-- {name} -->\n{text}\n<!-- /{name} -->\n{body[at:]}"
