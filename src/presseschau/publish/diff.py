"""What changed from one version of a dataset to the next: the changelog that a reader of both would write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import orjson

from presseschau.publish.content import is_stub
from presseschau.publish.database import SPLIT_OF_FILE
from presseschau.publish.opened import Folder
from presseschau.schema import DATA

# Labels are compared by name, since an own scheme may number them otherwise.
LABELS = ("topic", "topic_secondary", "genre", "stance")
_METADATA = ("url", "publisher", "country", "published", "modified", "section", "agency", "cluster", "tdm_reserved",
             "tdm_evidence", "label_role")  # fmt: skip
_WORDS = ("title", "teaser", "keywords", "stance_target")  # null in a stub


@dataclass(frozen=True, slots=True)
class Relabelled:
    """One label of one article that is another one now; None where there is none."""

    id: str
    column: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Diff:
    """What changed between two dataset folders; ids in order.

    Attributes:
        before: Name and version of the first.
        after: Name and version of the second.
        added: Articles that only the second has, with their split.
        removed: Articles that only the first has, with what the ledger of the second says of them, where it does.
        relabelled: Labels that are others now.
        moved: Articles in another split, (id, before, after): none, by promise, where the second was built with
            `split.lock`.
        text: Articles whose text is another one.
        metadata: Articles whose URL, title, date, cluster … is another one, and no text or label.
        config: Options of the build that differ: (name, before, after).
        equal: The content is the same, row by row.
    """

    before: str
    after: str
    added: Mapping[str, str]
    removed: Mapping[str, str]
    relabelled: Sequence[Relabelled]
    moved: Sequence[tuple[str, str, str]]
    text: Sequence[str]
    metadata: Sequence[str]
    config: Sequence[tuple[str, str, str]]
    equal: bool


def diff(before: Path, after: Path) -> Diff:
    """Compares two versions of a dataset, full or stub, article by article.

    Raises:
        ValueError: One of them is no dataset folder.
    """
    one, two = Folder.open(before), Folder.open(after)
    if not (after / "ledger.parquet").is_file():
        raise ValueError(f"{after} has no ledger.parquet")
    with duckdb.connect() as con:
        con.execute("SET enable_progress_bar = false")
        for name, folder in (("one", one), ("two", two)):
            _load(con, name, folder)
        added = con.execute("SELECT id, split FROM two ANTI JOIN one USING (id) ORDER BY id").fetchall()
        removed = con.execute(  # the reason of the article, not of an older page of it, which was superseded in both
            """WITH gone AS (SELECT id FROM one ANTI JOIN two USING (id)),
                    why AS (SELECT id, min_by(stage || ': ' || reason, (reason = 'superseded', stage, reason))
                                AS reason FROM read_parquet(?) WHERE outcome <> 'kept' GROUP BY id)
               SELECT gone.id, coalesce(why.reason, 'not in the input')
               FROM gone LEFT JOIN why USING (id) ORDER BY gone.id""",
            [str(after / "ledger.parquet")],
        ).fetchall()
        moved = con.execute(
            """SELECT id, one.split, two.split FROM one JOIN two USING (id) WHERE one.split <> two.split ORDER BY id"""
        ).fetchall()
        text = _ids(con, "one.text_sha256 <> two.text_sha256")
        labels = [r for column in LABELS for r in _relabelled(con, column)]
        bare = is_stub(one.manifest) or is_stub(two.manifest)
        compared = _METADATA if bare else (*_METADATA, *_WORDS)
        other = " OR ".join(f"one.{name} IS DISTINCT FROM two.{name}" for name in compared)
        known = {*text, *(r.id for r in labels)}
        metadata = [id_ for id_ in _ids(con, other) if id_ not in known]
    return Diff(
        before=_named(one),
        after=_named(two),
        added=dict(added),
        removed=dict(removed),
        relabelled=sorted(labels, key=lambda r: (r.id, LABELS.index(r.column))),
        moved=moved,
        text=text,
        metadata=metadata,
        config=_config(one.manifest["config"], two.manifest["config"]),
        equal=one.manifest["content_sha256"] == two.manifest["content_sha256"],
    )


def _load(con: duckdb.DuckDBPyConnection, name: str, folder: Folder) -> None:
    """Makes a table of one row an article, labels by name."""
    labels = ", ".join(f"list_extract(${column}::VARCHAR[], {column}::INT + 1) AS {column}" for column in LABELS)
    metadata = ", ".join((*_METADATA, *_WORDS))
    # A class number out of range would be no name and hide a change; `verify` looks for those.
    con.execute(
        f"""CREATE TABLE {name} AS SELECT id, text_sha256, {labels}, {metadata}, {SPLIT_OF_FILE}
            FROM read_parquet($shards, filename = true)""",  # noqa: S608 - names and columns are this module's own
        {column: list(folder.schema.names.of(column) or ()) for column in LABELS}
        | {"shards": [str(folder.path / shard.path) for shard in folder.shards if shard.part == DATA]},
    )


def _ids(con: duckdb.DuckDBPyConnection, condition: str) -> list[str]:
    rows = con.execute(f"SELECT id FROM one JOIN two USING (id) WHERE {condition} ORDER BY id").fetchall()  # noqa: S608
    return [id_ for (id_,) in rows]


def _relabelled(con: duckdb.DuckDBPyConnection, column: str) -> list[Relabelled]:
    rows = con.execute(
        f"""SELECT id, one.{column}, two.{column} FROM one JOIN two USING (id)
            WHERE one.{column} IS DISTINCT FROM two.{column} ORDER BY id"""  # noqa: S608
    ).fetchall()
    return [Relabelled(id_, column, old, new) for id_, old, new in rows]


def _named(folder: Folder) -> str:
    return f"{folder.manifest['name']} {folder.manifest['version']}"


def _config(one: Mapping[str, Any], two: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    old, new = dict(_flat(one)), dict(_flat(two))
    names = sorted((old.keys() | new.keys()) - {"dataset.version"})
    return [(n, old.get(n, "(none)"), new.get(n, "(none)")) for n in names if old.get(n) != new.get(n)]


def _flat(config: Mapping[str, Any], path: str = "") -> list[tuple[str, str]]:
    found = []
    for key, value in config.items():
        name = f"{path}.{key}" if path else key
        found += _flat(value, name) if isinstance(value, Mapping) else [(name, orjson.dumps(value).decode())]
    return found


def changelog(found: Diff, listed: int = 20) -> str:
    """The difference as an entry of a CHANGELOG in Markdown.

    Args:
        found: What `diff` found.
        listed: So many ids are named under each heading; the rest is counted.
    """
    lines = [f"## {found.after} (since {found.before})", ""]
    if found.equal:
        lines += ["The content is the same, row by row.", ""]
    elif not (found.added or found.removed or found.relabelled or found.moved or found.text or found.metadata):
        lines += ["What is listed here is the same; confidences, evidence or other columns are not.", ""]
    sections = {
        "Added": [f"`{id_}` ({split})" for id_, split in found.added.items()],
        "Removed": [f"`{id_}` ({why})" for id_, why in found.removed.items()],
        "Relabelled": [f"`{r.id}` {r.column}: {r.before or 'none'} → {r.after or 'none'}" for r in found.relabelled],
        "Moved between splits": [f"`{id_}`: {old} → {new}" for id_, old, new in found.moved],
        "Other text": [f"`{id_}`" for id_ in found.text],
        "Other metadata": [f"`{id_}`" for id_ in found.metadata],
        "Other options of the build": [f"`{name}`: {old} → {new}" for name, old, new in found.config],
    }
    for title, entries in sections.items():
        lines.append(f"### {title}: {len(entries):,}")
        lines += ["", *(f"- {entry}" for entry in entries[:listed])] if entries else []
        lines += [f"- and {len(entries) - listed:,} more"] if len(entries) > listed else []
        lines.append("")
    return "\n".join(lines)
