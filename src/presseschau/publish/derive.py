"""A dataset folder made from another one: rows changed or left out, and every file that speaks of them made to fit."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from presseschau.publish.card import given, write_card
from presseschau.publish.content import SIGNATURES, is_stub
from presseschau.publish.content_hash import ContentHash
from presseschau.publish.files import OWN
from presseschau.publish.folder import staged
from presseschau.publish.manifest import OUTCOMES, read_manifest
from presseschau.publish.opened import Folder
from presseschau.publish.shards import LEDGER_SCHEMA, Shard, file_sha256, write_ledger, write_split
from presseschau.publish.statistics import count
from presseschau.schema import DATA, SPLITS, TARGETS
from presseschau.stable import sha256

_HIDDEN = "sha256:"
_COPIED = (*OWN, "LICENSE.md")


@dataclass(frozen=True, slots=True)
class Gone:
    """Why a row of the first folder is not in the second; becomes its ledger entry, stage `publish`.

    Attributes:
        reason: `takedown`, `tdm_reserved`, `not_rehydrated`.
        detail: What a person needs to understand the case.
        url: False takes the URL out of the ledger, too, and the name of the file that it came from.
    """

    reason: str
    detail: str = ""
    url: bool = True


@dataclass(frozen=True, slots=True)
class Change:
    """What a derived folder has otherwise than its origin.

    Attributes:
        rows: A table of the published schema to another one of the same schema and length, row by row.
        targets: The same for the rows of `stance_targets`.
        gone: Ids that are left out, and why.
        hidden: Sources of pages that were no rows, and whose URL and source the ledger must not have either.
        manifest: The manifest of the origin to that of the derived folder; what follows from the rows is set before.
        notes: Passages of the card by name, put after its title; None takes one out.
        front: Keys of the card's YAML block to set.
    """

    rows: Callable[[pa.Table], pa.Table] = lambda table: table
    targets: Callable[[pa.Table], pa.Table] = lambda table: table
    gone: Mapping[str, Gone] = field(default_factory=dict)
    hidden: Set[str] = frozenset()
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
    with staged(target, dataset) as folder:
        shards, content = _write_rows(origin, folder, change)
        if not shards:
            reasons = Counter(why.reason for why in change.gone.values())
            left_out = ", ".join(f"{n:,} {reason}" for reason, n in sorted(reasons.items()))
            raise ValueError(f"no row of {dataset} would be left ({left_out})")
        _write_ledger(origin, folder, change)
        _write_splits(origin, folder, change.gone)
        _copy_rest(origin, folder)
        counts, pages = _outcomes(folder)
        manifest = origin.manifest | {
            "shards": [asdict(shard) for shard in shards],
            "splits": {s: n for s in SPLITS if (n := sum(x.rows for x in shards if x.split == s and x.part == DATA))},
            "content_sha256": content,
            "ledger_sha256": file_sha256(folder / "ledger.parquet"),
            "counts": counts,
            "pages": pages,
        }
        manifest = change.manifest(manifest)
        if is_stub(manifest) and is_stub(origin.manifest):
            manifest |= {"signatures_sha256": _write_signatures(origin, folder, change.gone)}
            if change.gone:  # hash and lengths were of the rows that have gone, too; without them, only texts tell
                manifest |= {"full_content_sha256": None, "texts": {}}
        write_manifest(folder, manifest)
        counted = count(folder)
        if change.gone:
            write_manifest(folder, {**counted.manifest, "masked": dict(counted.masked)})
            counted = count(folder)
        notes, front = given(dataset)
        write_card(folder, origin.schema, counted, {**notes, **change.notes}, {**front, **change.front})
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
    for part, change_rows in ((DATA, change.rows), (TARGETS, change.targets)):
        schema = origin.schema.of(part)
        for split in origin.splits_of(part):
            count = sum(len(table) for table in _kept(origin, split, part, change.gone, ["id"]))
            if count:
                # Parquet gives whole seconds back as milliseconds.
                tables = _kept(origin, split, part, change.gone)
                rows = (batch for table in tables for batch in change_rows(table).cast(schema.arrow).to_batches())
                shards += write_split(folder, split, rows, count, schema, per_shard, per_group, content, part)
    return shards, content.hexdigest()


def _kept(
    origin: Folder, split: str, part: str, gone: Mapping[str, Gone], columns: list[str] | None = None
) -> Iterator[pa.Table]:
    left_out = pa.array(sorted(gone), pa.string())
    for table in origin.tables(split, part):
        table = table.select(columns) if columns else table
        yield table.filter(pc.invert(pc.is_in(table.column("id"), value_set=left_out))) if gone else table


def _write_ledger(origin: Folder, folder: Path, change: Change) -> None:
    path = origin.path / "ledger.parquet"
    if not change.gone and not change.hidden:
        shutil.copyfile(path, folder / "ledger.parquet")
        return
    rows = pq.read_table(path).to_pylist()
    for row in rows:
        why = change.gone.get(row["id"])
        if why is not None and row["outcome"] == "kept":
            row |= {"outcome": "dropped", "stage": "publish", "reason": why.reason, "detail": why.detail}
        if row["source"] in change.hidden or (why is not None and not why.url):
            row |= {"url": None, "source": _HIDDEN + sha256(row["source"])[:16]}
    rows.sort(key=lambda row: row["source"])  # its place among the others would tell its folder
    write_ledger(folder, pa.Table.from_pylist(rows, schema=LEDGER_SCHEMA).to_batches())


def taken_down(dataset: Path) -> set[str]:
    """Sources of pages that the build has taken down, where the ledger still tells them; for `Change.hidden`."""
    listed = read_manifest(dataset)["config"].get("takedown") is not None
    ledger = pq.read_table(dataset / "ledger.parquet", columns=["url", "source", "outcome", "reason"])
    return {
        row["source"]
        for row in ledger.to_pylist()
        # The build takes the URL away, and does not say so of what it left out for another reason.
        if (row["reason"] == "takedown" or (listed and row["url"] is None and row["outcome"] != "kept"))
        and not row["source"].startswith(_HIDDEN)
    }


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


def _write_signatures(origin: Folder, folder: Path, gone: Mapping[str, Gone]) -> str:
    """Those of the rows that are left in a copy of a stub; the file's hash."""
    if gone:
        table = pq.read_table(origin.path / SIGNATURES)
        left = pc.invert(pc.is_in(table.column("id"), value_set=pa.array(sorted(gone), pa.string())))
        pq.write_table(table.filter(left), folder / SIGNATURES, compression="zstd", compression_level=3)
    else:
        shutil.copyfile(origin.path / SIGNATURES, folder / SIGNATURES)
    return file_sha256(folder / SIGNATURES)


def _copy_rest(origin: Folder, folder: Path) -> None:
    for name in _COPIED:
        if (origin.path / name).is_file():
            shutil.copyfile(origin.path / name, folder / name)


def _outcomes(folder: Path) -> tuple[list[dict[str, Any]], dict[str, int]]:
    with duckdb.connect() as con:
        con.register("ledger", pq.read_table(folder / "ledger.parquet"))
        con.execute("SET enable_progress_bar = false")
        rows = con.execute("SELECT outcome, stage, reason, count(*) FROM ledger GROUP BY ALL ORDER BY ALL").fetchall()
    counts = [{"outcome": o, "stage": s, "reason": r, "pages": n} for o, s, r, n in rows]
    pages = {name: sum(c["pages"] for c in counts if c["outcome"] == name) for name in OUTCOMES}
    return counts, {"input": sum(pages.values())} | pages
