"""What fixed the splits: the plan, and `splits.json`, which is also the lock of the next release."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

import duckdb
import orjson
import pyarrow as pa

from presseschau.schema import SPLITS

Strategy: TypeAlias = Literal["benchmark", "random", "temporal", "publisher"]
Group: TypeAlias = Literal["cluster", "story"]

VERSION = 1
_LINES = 10_000  # articles read or written at a time
_ARTICLES = pa.schema([("id", pa.string()), ("cluster", pa.string()), ("split", pa.string())])


@dataclass(frozen=True, slots=True)
class SplitPlan:
    """The rules that were in force, with everything that a build picked itself.

    Attributes:
        strategy: benchmark, random, temporal or publisher.
        seed: Of the hashes.
        validation: Share of validation, 0 to 1.
        test: Share of test, 0 to 1.
        cutoff: Last day before the held-out time: later days (UTC) are held out; None where no time is.
        validation_cutoff: The same for `validation` of the temporal strategy.
        embargo_days: Days up to and including `cutoff` whose articles are dropped.
        held_out_publishers: Publishers that train never sees, sorted.
        validation_publishers: Publishers of `validation` in the publisher strategy, sorted.
        group: What stays in one split: a cluster of near-duplicates, or all clusters of the same story.
        stratify: Label columns whose classes have the same shares in train, validation and test.
        fallbacks: One line for every rule that could not be followed and what was done instead.
    """

    strategy: Strategy
    seed: int
    validation: float
    test: float
    cutoff: date | None = None
    validation_cutoff: date | None = None
    embargo_days: int = 0
    held_out_publishers: tuple[str, ...] = ()
    validation_publishers: tuple[str, ...] = ()
    group: Group = "cluster"
    stratify: tuple[str, ...] = ()
    fallbacks: tuple[str, ...] = ()

    def noted(self, *messages: str) -> SplitPlan:
        """This plan with more messages."""
        return replace(self, fallbacks=(*self.fallbacks, *messages))


@dataclass(frozen=True, slots=True, eq=False)
class Lock:
    """An earlier release's splits: its plan, and cluster and split of every one of its articles.

    Attributes:
        plan: The rules that new articles follow.
        articles: Columns `id, cluster, split`.
    """

    plan: SplitPlan
    articles: pa.Table


def load_lock(con: duckdb.DuckDBPyConnection, lock: Lock | None) -> None:
    """Creates the table `locked(id, cluster, split)` that `dedup` and `split` read; empty without a lock."""
    con.execute("CREATE OR REPLACE TABLE locked (id VARCHAR, cluster VARCHAR, split VARCHAR)")
    if lock is not None:
        con.from_arrow(lock.articles).insert_into("locked")


def to_splits_json(con: duckdb.DuckDBPyConnection, plan: SplitPlan) -> Iterator[bytes]:
    """The content of splits.json in pieces: the plan, then one line per article in a split, sorted by id.

    Args:
        con: Has `kept(id, cluster, …)` and the table `split` that `assign` made.
        plan: What `assign` returned.
    """
    head = orjson.dumps({"version": VERSION, **asdict(plan)}, option=orjson.OPT_INDENT_2)
    yield head[: head.rindex(b"\n")] + b',\n  "articles": {'
    con.execute(
        """SELECT '    ' || to_json(id) || ': ' || json_object('cluster', cluster, 'split', split.split)
           FROM kept JOIN split USING (id) WHERE split.split IS NOT NULL ORDER BY id"""
    )
    separator = "\n"
    while rows := con.fetchmany(_LINES):
        yield (separator + ",\n".join(line for (line,) in rows)).encode()
        separator = ",\n"
    yield b"\n  }\n}\n"


def from_splits_json(path: Path) -> Lock:
    """Reads splits.json of an earlier release.

    Raises:
        ValueError: The file is no splits.json; the message says where.
        OSError: It cannot be read.
    """
    try:
        head, articles = _read_lines(path)
    except (ValueError, TypeError):
        head, articles = _read_whole(path)
    plan = _plan(path, head)
    for split in articles.column("split").unique().to_pylist():
        if split not in SPLITS:
            raise ValueError(f"{path}: unknown split {split!r}")
    with duckdb.connect(":memory:") as con:
        con.register("articles", articles)
        spans = con.execute(
            "SELECT cluster FROM articles GROUP BY cluster HAVING count(DISTINCT split) > 1 ORDER BY cluster LIMIT 1"
        ).fetchall()
        twice = con.execute("SELECT id FROM articles GROUP BY id HAVING count(*) > 1 ORDER BY id LIMIT 1").fetchall()
    if twice:
        raise ValueError(f"{path}: article {twice[0][0]} is there twice")
    if spans:
        raise ValueError(f"{path}: cluster {spans[0][0]} is in more than one split")
    return Lock(plan, articles)


def _read_lines(path: Path) -> tuple[dict[str, Any], pa.Table]:
    """The file as `to_splits_json` writes it, a piece at a time."""
    head, batches, lines = b"", [], []
    with path.open("rb") as file:
        for line in file:
            head += line
            if line.startswith(b'  "articles": {'):
                break
        for line in file:
            if line.startswith(b"  }"):
                break
            lines.append(line.strip().rstrip(b","))
            if len(lines) == _LINES:
                batches.append(_batch(orjson.loads(b"{" + b",".join(lines) + b"}")))
                lines = []
        rest = file.read()
    if rest.strip() != b"}":
        raise ValueError("not written line by line")
    batches.append(_batch(orjson.loads(b"{" + b",".join(lines) + b"}")))
    return orjson.loads(head + b"}}"), pa.Table.from_batches(batches, _ARTICLES)


def _read_whole(path: Path) -> tuple[dict[str, Any], pa.Table]:
    try:
        content = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise ValueError(f"{path} is no splits.json: {error}") from None
    articles = content.get("articles") if isinstance(content, dict) else None
    if not isinstance(articles, dict):
        raise ValueError(f"{path} is no splits.json: it has no articles")
    try:
        return content, pa.Table.from_batches([_batch(articles)], _ARTICLES)
    except TypeError as error:
        raise ValueError(f"{path} is no splits.json: {error}") from None


def _batch(articles: dict[str, Any]) -> pa.RecordBatch:
    for identity, entry in articles.items():
        if not (
            isinstance(entry, dict) and isinstance(entry.get("cluster"), str) and isinstance(entry.get("split"), str)
        ):
            raise TypeError(f"article {identity} lacks its cluster or its split")
    entries = articles.values()
    columns = [list(articles), [e["cluster"] for e in entries], [e["split"] for e in entries]]
    return pa.record_batch([pa.array(column, pa.string()) for column in columns], schema=_ARTICLES)


def _plan(path: Path, head: dict[str, Any]) -> SplitPlan:
    if head.get("version") != VERSION:
        raise ValueError(f"{path}: version {head.get('version')!r} of splits.json is unknown, this is {VERSION}")
    head = {"group": "cluster", "stratify": (), **head}  # files of before there was a choice have neither
    for name, known in (("strategy", Strategy), ("group", Group)):
        if head.get(name) not in get_args(known):
            raise ValueError(f"{path}: unknown {name} {head.get(name)!r}")
    try:
        return SplitPlan(
            strategy=head["strategy"],
            seed=int(head["seed"]),
            validation=float(head["validation"]),
            test=float(head["test"]),
            cutoff=_day(head["cutoff"]),
            validation_cutoff=_day(head["validation_cutoff"]),
            embargo_days=int(head["embargo_days"]),
            held_out_publishers=_names(head["held_out_publishers"]),
            validation_publishers=_names(head["validation_publishers"]),
            group=head["group"],
            stratify=tuple(map(str, head["stratify"])),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: missing or wrong entry: {error}") from None


def _day(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)


def _names(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(str(value) for value in values))
