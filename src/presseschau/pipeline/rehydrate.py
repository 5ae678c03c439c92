"""A stub release and one's own pages give the full dataset: read, extract, match by id, check by hash, write."""

from __future__ import annotations

import typing
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from presseschau.config import ConfigError, build, said
from presseschau.engine import Engine
from presseschau.pipeline import corpus
from presseschau.pipeline.clock import Clock
from presseschau.pipeline.database import connect, stream
from presseschau.pipeline.extraction import extract, list_units
from presseschau.pipeline.filling import Filler
from presseschau.pipeline.groups import Source, Work
from presseschau.pipeline.pages import PageStages, write_drops
from presseschau.pipeline.release import describe
from presseschau.pipeline.store import locked
from presseschau.pipeline.stub import signer, similarity
from presseschau.publish.content import SIGNATURES, is_stub, set_content
from presseschau.publish.derive import Change, Gone, derive
from presseschau.publish.folder import check_output
from presseschau.publish.manifest import read_manifest
from presseschau.publish.opened import Folder
from presseschau.stable import rounded

REPORT = "rehydration.parquet"
REPORT_SCHEMA = pa.schema(
    {
        "id": pa.string(),
        "outcome": pa.string(),
        "detail": pa.string(),
        "similarity": pa.float32(),
        "differs": pa.list_(pa.string()),
        "source": pa.string(),
    }
)
_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Matching:
    """Which pages stand for a row of the stub.

    Attributes:
        match: `exact` takes the text with the row's hash; `near` also one that changed a little.
        near_jaccard: The estimated share of common shingles from which on a changed text is taken, above 0 to 1.
    """

    match: Literal["exact", "near"] = "exact"
    near_jaccard: float = 0.8

    def __post_init__(self) -> None:
        """Checks the range."""
        if not 0 < self.near_jaccard <= 1:
            raise ValueError(f"near_jaccard={self.near_jaccard} must be above 0 and at most 1")


@dataclass(frozen=True, slots=True)
class Rehydrated:
    """What came of it.

    Attributes:
        folder: The dataset.
        outcomes: Rows of the stub by what was found: exact, near, changed, dropped, missing.
        reasons: Rows whose page the build's own stages leave out, by stage and reason, most first.
        differs: Rows whose text is right and whose title, teaser or keywords are not, by column.
        equal: The content is that of the release, row by row.
    """

    folder: Path
    outcomes: Mapping[str, int]
    reasons: Mapping[str, int]
    differs: Mapping[str, int]
    equal: bool


def rehydrate(stub: Path, source: Source, output: Path, matching: Matching, work: Work, engine: Engine) -> Rehydrated:
    """Writes the full dataset of a stub, as far as the pages have it; other rows go to the ledger.

    Raises:
        ConfigError: An argument is wrong: no stub, no such source, an output that can't be replaced.
        RuntimeError: Nothing was found.
    """
    manifest, stages = _opened(stub, source, output, work)
    with locked(work.work_dir):
        documents, stale = _extract(stages, work, engine)
        with connect(work.work_dir, work.memory_limit) as con:
            corpus.load_pages(con, documents, stale)
            _load_wanted(con, stub)
            _match(con, matching, signer(stages.dedup))
            outcomes = dict(con.execute("SELECT outcome, count(*) FROM verdict GROUP BY 1 ORDER BY 1").fetchall())
            reasons = dict(
                con.execute(
                    "SELECT detail, count(*) AS n FROM verdict WHERE outcome = 'dropped' GROUP BY 1 ORDER BY n DESC, 1"
                ).fetchall()
            )
            if not outcomes.get("exact", 0) + outcomes.get("near", 0):
                raise RuntimeError(f"no text of the stub was found in the pages ({_found(con, outcomes, reasons)})")
            differs = _write(con, stub, output, manifest, outcomes)
    equal = "rehydrated" not in read_manifest(output)
    return Rehydrated(output, outcomes, reasons, differs, equal)


def _found(con: duckdb.DuckDBPyConnection, outcomes: Mapping[str, int], reasons: Mapping[str, int]) -> str:
    """What there is instead: rows by outcome, and what most pages lack."""
    parts = [f"{n:,} {name}" for name, n in outcomes.items()]
    (pages, nameless) = con.execute("SELECT count(*), count(*) FILTER (url IS NULL) FROM pages").fetchone() or (0, 0)
    if nameless * 2 > pages:
        parts.append(f"{nameless:,} of the {pages:,} pages have no URL, by which rows are found")
    return ", ".join(parts) + (f"; most were dropped as {next(iter(reasons))}" if reasons else "")


def _opened(stub: Path, source: Source, output: Path, work: Work) -> tuple[dict[str, Any], PageStages]:
    try:
        manifest = Folder.open(stub).manifest
        if not is_stub(manifest) or not (stub / SIGNATURES).is_file():
            raise ValueError(f"{stub} is no stub: its manifest does not say so, or it has no {SIGNATURES}")
        check_output(output, stub)
        work.check_apart(output)
        reader = source.open()
    except (ValueError, OSError) as error:
        raise ConfigError(said(error)) from error
    # A text comes out as in the release only by the same stages with the same config, whichever they are.
    hints = typing.get_type_hints(PageStages)
    config = manifest["config"]
    own = {f.name: build(hints[f.name], config[f.name], f.name) for f in fields(PageStages) if f.name in config}
    return manifest, PageStages(**{**own, "reader": reader, "seconds": work.page_seconds})


def _extract(stages: PageStages, work: Work, engine: Engine) -> tuple[list[Path], tuple[str, ...]]:
    """The page stages over all units, in batches that an interrupted run finds again; which of their units to skip."""
    units, drops = list_units(stages.reader)
    extracted = extract(engine, work, stages, units, [], Clock())
    unread = work.work_dir / "unread.parquet"
    write_drops(unread, drops)
    return [*extracted.documents, unread], extracted.stale


def _load_wanted(con: duckdb.DuckDBPyConnection, stub: Path) -> None:
    """Makes `wanted`: the stub's rows by id, with what tells whether a page is the right one."""
    con.execute(
        """CREATE TABLE wanted AS SELECT rows.id, rows.text_sha256 AS wanted_sha256, signs.* EXCLUDE (id)
           FROM read_parquet(?) AS rows JOIN read_parquet(?) AS signs USING (id)""",
        [[str(path) for path in sorted((stub / "data").glob("*.parquet"))], str(stub / SIGNATURES)],
    )


def _match(con: duckdb.DuckDBPyConnection, matching: Matching, sign: Callable[[str], bytes]) -> None:
    """Makes `verdict(id, outcome, detail, similarity, source)`, one row for every row of the stub, and `filling`.

    The page with the row's hash is taken; where there is none, the most similar one, first by source among equals.
    """
    con.execute(
        """CREATE TABLE exact AS SELECT id, min(source) AS source FROM pages JOIN wanted USING (id)
           WHERE outcome IS NULL AND text_sha256 = wanted_sha256 GROUP BY id"""
    )
    con.execute("CREATE TABLE other (id VARCHAR, source VARCHAR, similarity FLOAT)")
    for batch in stream(
        con.cursor(),
        "SELECT id, source, text, minhash FROM documents JOIN wanted USING (id) ANTI JOIN exact USING (id)",
        _ROWS,
    ):
        scored = [(r["id"], r["source"], rounded(similarity(sign(r["text"]), r["minhash"]))) for r in batch.to_pylist()]
        con.executemany("INSERT INTO other VALUES (?, ?, ?)", scored)
    least = matching.near_jaccard if matching.match == "near" else 2.0
    con.execute(
        """CREATE TABLE verdict AS
           WITH best AS (SELECT id, similarity, source FROM other
                         QUALIFY row_number() OVER (PARTITION BY id ORDER BY similarity DESC, source) = 1),
                gone AS (SELECT id, min(stage || ': ' || reason) AS why FROM pages
                         WHERE outcome IS NOT NULL GROUP BY id)
           SELECT wanted.id,
             CASE WHEN exact.id IS NOT NULL THEN 'exact' WHEN best.similarity >= ? THEN 'near'
                  WHEN best.id IS NOT NULL THEN 'changed' WHEN gone.id IS NOT NULL THEN 'dropped'
                  ELSE 'missing' END AS outcome,
             CASE WHEN exact.id IS NULL AND best.id IS NULL THEN gone.why END AS detail,
             CASE WHEN exact.id IS NULL THEN best.similarity END AS similarity,
             coalesce(exact.source, best.source) AS source
           FROM wanted LEFT JOIN exact USING (id) LEFT JOIN best USING (id) LEFT JOIN gone USING (id)""",
        [least],
    )
    con.execute(
        """CREATE TABLE filling AS
           SELECT wanted.*, verdict.outcome AS verdict, verdict.similarity, found.title, found.teaser, found.text,
                  found.keywords
           FROM verdict JOIN wanted USING (id)
           JOIN documents AS found ON found.id = verdict.id AND found.source = verdict.source
           WHERE verdict.outcome IN ('exact', 'near') ORDER BY wanted.id"""
    )


def _write(
    con: duckdb.DuckDBPyConnection, stub: Path, output: Path, manifest: Mapping[str, Any], outcomes: Mapping[str, int]
) -> dict[str, int]:
    """Writes the dataset and its report; how many rows differ in what is not their text, by column."""
    gone = {
        id_: Gone("not_rehydrated", detail or outcome)
        for id_, outcome, detail in con.execute(
            "SELECT id, outcome, detail FROM verdict WHERE outcome NOT IN ('exact', 'near')"
        ).fetchall()
    }
    filler = Filler(con)
    whole = set(outcomes) == {"exact"}

    def say(made: dict[str, Any]) -> dict[str, Any]:
        made = {key: value for key, value in set_content(made, "full").items() if key != "signatures_sha256"}
        release = manifest["full_content_sha256"]
        same = made["content_sha256"] == release if release else whole and not filler.differs
        return made if same else made | {"rehydrated": {"from": release, **outcomes}}

    # That on rights speaks of a copy without text.
    notes = {"stub": None, "rights": None, "rehydrated": None if whole else _note(outcomes)}

    def complete(folder: Path) -> None:
        _write_report(con, folder / REPORT, filler.differs)
        describe(folder)

    try:
        derive(stub, output, Change(filler, filler.targets, gone, manifest=say, notes=notes), complete)
    except ValueError as error:
        raise ConfigError(said(error)) from error
    return dict(sorted(Counter(name for names in filler.differs.values() for name in names).items()))


def _note(outcomes: Mapping[str, int]) -> str:
    total = sum(outcomes.values())
    found = outcomes.get("exact", 0) + outcomes.get("near", 0)
    near = outcomes.get("near", 0)
    lines = [f"> **Rehydrated: {found:,} of the {total:,} articles of the release are here.**"]
    if near:
        lines.append(
            f"> The texts of {near:,} have changed since; their `extractor` ends in `near`, and they have no offsets."
        )
    lines.append(f"> `{REPORT}` says what became of every row.")
    return "\n".join(lines)


def _write_report(con: duckdb.DuckDBPyConnection, path: Path, differs: Mapping[str, Sequence[str]]) -> None:
    with pq.ParquetWriter(path, REPORT_SCHEMA, compression="zstd", compression_level=3) as writer:
        for batch in stream(con.cursor(), "SELECT * FROM verdict ORDER BY id", 10_000):
            rows = [row | {"differs": differs.get(row["id"], [])} for row in batch.to_pylist()]
            writer.write_table(pa.Table.from_pylist(rows, schema=REPORT_SCHEMA))
