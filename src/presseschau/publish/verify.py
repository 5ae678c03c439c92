"""Recomputes every promise of a dataset folder: manifest, ledger, splits, columns, card; lists what does not hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from presseschau.publish import croissant, figures, report
from presseschau.publish.card import check_numbers, check_terms, read_card, vocabulary
from presseschau.publish.content import check_content
from presseschau.publish.content_hash import ContentHash
from presseschau.publish.files import is_published, others
from presseschau.publish.manifest import OUTCOMES, ManifestError, read_manifest
from presseschau.publish.opened import Folder, read_schema
from presseschau.publish.shards import LEDGER_SCHEMA, file_sha256
from presseschau.publish.targets import check_targets
from presseschau.schema import DATA, SCHEMA_VERSION, TARGETS, TIMESTAMP, VIEWS, Schema
from presseschau.stable import canonical_url, sha256

_STRAYS = re.compile(r"(?P<split>\w+) has (?P<count>[\d,]+) articles? against the rules")  # as `split.claims` tells


def _same_schema(found: pa.Schema, schema: Schema) -> bool:
    features = orjson.loads((found.metadata or {}).get(b"huggingface", b"{}")).get("info", {}).get("features")
    # Parquet has no timestamps in whole seconds: it stores milliseconds, and `datasets` casts back by the features.
    stored = [f.with_type(pa.timestamp("ms", tz="UTC")) if f.type == TIMESTAMP else f for f in schema.arrow]
    return bool(found.equals(pa.schema(stored))) and features == schema.features


def verify(path: Path) -> list[str]:
    """What does not hold about a dataset folder, one line each; empty where all is well.

    Raises:
        ValueError: It is no dataset folder, or one of another schema version.
    """
    try:
        manifest = read_manifest(path)
    except ManifestError as error:
        return [str(error)]
    if unreadable := list(_unreadable(path, manifest)):
        return unreadable  # every other check reads these
    folder = Folder.open(path)
    problems: list[str] = []
    for what, check in _CHECKS.items():
        try:
            problems += check(folder)
        except Exception as error:
            # A broken file may fail anywhere in a check: that is a finding, too.
            message = " ".join(str(error).split())[:200]
            problems.append(f"{what}: can't be checked ({type(error).__name__}: {message})")
    return problems


def _unreadable(path: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    shards = [shard["path"] for shard in manifest["shards"]]
    for name in (*shards, "ledger.parquet", "splits.json", "README.md"):
        file = path / name
        if not file.is_file():
            yield f"{name}: missing"
            continue
        try:
            if name in shards[:1]:
                read_schema(file)
            elif file.suffix == ".parquet":
                pq.read_schema(file)
            elif file.suffix == ".json":
                orjson.loads(file.read_bytes())
            else:
                read_card(path)
        except (pa.ArrowException, OSError, ValueError, yaml.YAMLError) as error:
            yield f"{name}: can't be read ({' '.join(str(error).removeprefix(f'{file} ').split())[:200]})"


def _files(folder: Folder) -> Iterator[str]:
    listed = {shard.path for shard in folder.shards}
    found = {p.relative_to(folder.path).as_posix() for part in (DATA, TARGETS) for p in (folder.path / part).glob("*")}
    yield from (f"{name}: not in the manifest" for name in sorted(found - listed))
    for name in others(folder.path, is_published):
        if name not in found and not any(part.startswith(".") for part in name.split("/")):
            yield f"{name}: no file of a dataset; move it elsewhere"
    for shard in folder.shards:
        file = folder.path / shard.path
        if file_sha256(file) != shard.sha256:
            yield f"{shard.path}: sha256 differs from the manifest"
        elif pq.read_metadata(file).num_rows != shard.rows or shard.rows == 0:
            yield f"{shard.path}: {pq.read_metadata(file).num_rows} rows, the manifest says {shard.rows}"
        elif not _same_schema(pq.read_schema(file), folder.schema.of(shard.part)):
            yield f"{shard.path}: columns or features differ from schema version {SCHEMA_VERSION}"
    if file_sha256(folder.path / "ledger.parquet") != folder.manifest["ledger_sha256"]:
        yield "ledger.parquet: sha256 differs from the manifest"


def _content(folder: Folder) -> Iterator[str]:
    content = ContentHash()
    for part in (DATA, TARGETS):
        schema = folder.schema.of(part)
        for split in folder.splits_of(part):
            content.begin(split, schema, part)
            for table in folder.tables(split, part):
                content.update(table.cast(schema.arrow))
    if content.hexdigest() != folder.manifest["content_sha256"]:
        yield "content_sha256 differs from the manifest"


def _ledger(folder: Folder) -> Iterator[str]:
    table = pq.read_table(folder.path / "ledger.parquet")
    if not table.schema.equals(LEDGER_SCHEMA):
        yield "ledger.parquet: columns differ from the contract"
    con = duckdb.connect()
    con.register("ledger", table)
    con.execute("SET enable_progress_bar = false")
    outcomes = dict(con.execute("SELECT outcome, count(*) FROM ledger GROUP BY 1").fetchall())
    pages = folder.manifest["pages"]
    for outcome in OUTCOMES:
        if outcomes.get(outcome, 0) != pages[outcome]:
            yield f"ledger.parquet: {outcomes.get(outcome, 0)} {outcome}, the manifest says {pages[outcome]}"
    if pages["kept"] + pages["dropped"] + pages["failed"] != pages["input"] or table.num_rows != pages["input"]:
        yield f"kept + dropped + failed is not the {pages['input']} input pages"
    if sum(c["pages"] for c in folder.manifest["counts"]) != pages["input"]:
        yield "manifest.json: the counts by stage do not sum to the input"
    (twice,) = con.execute("SELECT count(*) - count(DISTINCT source) FROM ledger").fetchone() or (0,)
    if twice:
        yield f"ledger.parquet: {twice} sources stand there twice"
    rest = con.execute(
        "SELECT source FROM ledger WHERE outcome <> 'kept' AND (stage IS NULL OR reason IS NULL) ORDER BY 1 LIMIT 3"
    ).fetchall()
    yield from (f"ledger.parquet: {source} was dropped without a reason" for (source,) in rest)
    kept = {id_ for (id_,) in con.execute("SELECT id FROM ledger WHERE outcome = 'kept'").fetchall()}
    rows = [id_ for split in folder.splits for t in folder.tables(split) for id_ in t.column("id").to_pylist()]
    if len(rows) != len(set(rows)):
        yield f"{len(rows) - len(set(rows))} ids stand in more than one row"
    if set(rows) != kept:
        yield "the ids of the shards are not the ids that the ledger calls kept"


def _rows(folder: Folder) -> Iterator[str]:
    for split in folder.splits:
        last = ""
        for table in folder.tables(split):
            for row in table.to_pylist():
                yield from (f"{split}/{row['id']}: {what}" for what in _row_problems(folder.schema, row))
                if row["id"] <= last:
                    yield f"{split}/{row['id']}: rows are not in order of id"
                last = row["id"]


def _row_problems(schema: Schema, row: dict[str, Any]) -> Iterator[str]:
    stub = row["text"] is None
    for column in schema.columns:
        value = row[column.name]
        if value is None and not column.nullable and not (stub and column.name == "keywords"):
            yield f"{column.name} is null"
        names = schema.names.of(column.name)
        if names and value is not None and not 0 <= value < len(names):
            yield f"{column.name} {value} is out of range"
        if column.name.endswith(("_confidence", "_score")) and value is not None and not 0 <= value <= 1:
            yield f"{column.name} {value} is not between 0 and 1"
    if not stub and sha256(row["text"]) != row["text_sha256"]:
        yield "text_sha256 is not that of the text"
    if row["url"] is not None and (canonical_url(row["url"]) != row["url"] or sha256(row["url"])[:16] != row["id"]):
        yield "id or url is not canonical"
    if (row["stance"] is None) != (row["stance_target"] is None) and not stub:
        yield "stance and stance_target are not null together"
    for span in row["stance_evidence"] or ():
        if not stub and row["text"][span["start"] : span["end"]] != span["text"]:
            yield f"stance_evidence {span['start']}–{span['end']} is not in the text"


def _held(folder: Folder) -> Iterator[str]:
    """A stub has no word of an article, a full dataset has every text."""
    tables = (table for split in folder.splits for table in folder.tables(split))
    yield from check_content(folder.path, folder.manifest, tables)


def _splits(folder: Folder) -> Iterator[str]:
    plan = orjson.loads((folder.path / "splits.json").read_bytes())
    articles, home, rows, rule = plan["articles"], dict[str, str](), 0, _rule(plan)
    strays: dict[str, list[str]] = {split: [] for split in folder.splits}
    for split in folder.splits:
        for table in folder.tables(split):
            for row in table.select(["id", "cluster", "publisher", "published"]).to_pylist():
                rows += 1
                if articles.get(row["id"]) != {"cluster": row["cluster"], "split": split}:
                    yield f"{split}/{row['id']}: splits.json says otherwise"
                if home.setdefault(row["cluster"], split) != split:
                    yield f"cluster {row['cluster']} is in {home[row['cluster']]} and {split}"
                if split not in rule(row["publisher"], row["published"]):
                    strays[split].append(row["id"])
    # What the lock or their clusters hold against the rules is told; a copy may have fewer of them.
    told = dict.fromkeys(strays, 0)
    for match in filter(None, map(_STRAYS.match, plan["fallbacks"])):
        told[match["split"]] = told.get(match["split"], 0) + int(match["count"].replace(",", ""))
    for split, found in strays.items():
        if len(found) > told[split]:
            more = f" and {len(found) - 1:,} more" if len(found) > 1 else ""
            yield f"{split}/{found[0]}{more}: against the rules of splits.json, which tells of {told[split]:,} such"
    if rows != len(articles):
        yield f"splits.json has {len(articles)} articles, the shards have {rows}"
    shards = [shard for shard in folder.shards if shard.part == DATA]
    if folder.manifest["splits"] != {s: sum(x.rows for x in shards if x.split == s) for s in folder.splits}:
        yield "manifest.json: split sizes differ from the shards"


def _rule(plan: Mapping[str, Any]) -> Callable[[str | None, datetime | None], tuple[str, ...]]:
    """The splits where a publisher's article of a day may be by the plan; none of the days between them."""
    by_hash = plan["strategy"] in ("benchmark", "random")
    unseen, later = ("test_publisher", "test_temporal") if plan["strategy"] == "benchmark" else ("test", "test")
    homes = dict.fromkeys(plan["validation_publishers"], "validation")
    homes |= dict.fromkeys(plan["held_out_publishers"], unseen)
    days = (("cutoff", later), ("validation_cutoff", "validation"))
    cutoffs = [(date.fromisoformat(plan[key]), split) for key, split in days if plan[key]]
    gap = timedelta(days=plan["embargo_days"])

    def rule(publisher: str | None, published: datetime | None) -> tuple[str, ...]:
        if publisher in homes:
            return (homes[publisher],)
        day = published.date() if published else date.min
        for cutoff, split in cutoffs:
            if day > cutoff - gap:
                return (split,) if day > cutoff else ()
        return ("train", "validation", "test") if by_hash else ("train",)

    return rule


def _targets(folder: Folder) -> Iterator[str]:
    for split in folder.splits_of(TARGETS):
        yield from check_targets(split, folder.tables(split), folder.tables(split, TARGETS), folder.manifest)


def _card(folder: Folder) -> Iterator[str]:
    text = (folder.path / "README.md").read_text(encoding="utf-8")
    front, _ = read_card(folder.path)
    infos = {info["config_name"]: info for info in front["dataset_info"]}
    configs = {config["config_name"]: config for config in front["configs"]}
    for view in VIEWS:
        sizes = folder.statistics.sizes.views[view.name]
        said = infos.get(view.name, {}).get("splits", [])
        true = [{"name": s.split, "num_bytes": s.num_bytes, "num_examples": s.rows} for s in sizes]
        if said != true:
            yield f"README.md: view {view.name} does not have the rows that it names"
        listed = [entry["split"] for entry in configs.get(view.name, {}).get("data_files", [])]
        if listed != [s.split for s in sizes]:
            yield f"README.md: view {view.name} lists splits {listed}"
    yield from check_numbers(folder.path, folder.schema, folder.statistics, text)


def _described(folder: Folder) -> Iterator[str]:
    """The card's YAML against the Hub's vocabulary, its figures, and the Croissant metadata against the files."""
    front, _ = read_card(folder.path)
    yield from (f"README.md: {problem}" for problem in vocabulary.lint(front, [s.path for s in folder.shards]))
    yield from check_terms(folder.path, folder.manifest)
    link = front.get("license_link")
    if link in ("LICENSE", "LICENSE.md") and not (folder.path / link).is_file():
        yield f"{link}: missing, and README.md says that the licence is there"
    yield from figures.check_figures(folder.path)
    yield from croissant.check_croissant(folder.path, folder.schema, folder.statistics)


def _drawn(folder: Folder) -> Iterator[str]:
    yield from report.check_report(folder.path, folder.statistics)
    yield from figures.check_drawn(folder.path, folder.statistics)


_CHECKS: Mapping[str, Callable[[Folder], Iterator[str]]] = {
    "shards and ledger.parquet": _files,
    "content_sha256": _content,
    "ledger.parquet": _ledger,
    "rows": _rows,
    "text": _held,
    "splits.json": _splits,
    "stance_targets": _targets,
    "README.md": _card,
    "README.md, figures, croissant.json": _described,
    "report.html and figures": _drawn,
}
