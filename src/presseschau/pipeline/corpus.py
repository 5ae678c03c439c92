"""The corpus stages as DuckDB relations: pages → articles → dedup → labels → kept → split → rows and ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import duckdb
import pyarrow as pa

from presseschau import leakage
from presseschau.annotation.overrides import OverrideReport, Overrides
from presseschau.dedup import Dedup
from presseschau.leakage import Figures, Leakage
from presseschau.pipeline.database import limit_of, stream
from presseschau.pipeline.pages import LABEL_SCHEMA
from presseschau.pipeline.store import Store
from presseschau.publish.database import view_rows
from presseschau.rights import Takedown
from presseschau.schema import SPLITS, LabelNames
from presseschau.split import SplitPlan
from presseschau.stable import publisher_of

_ROWS = 20_000  # of the ledger, in memory
_LEFT = ("unit", "text", "exact_key", "bands", "prints", "shingles", "path", "confidence", "filename")  # in the batches
_PAIRS = "verified"  # the one file of the store of pairs

_RIGHTS_SCHEMA = pa.schema({"source": pa.string(), "reason": pa.string(), "detail": pa.string()})
_OVERRULED_SCHEMA = LABEL_SCHEMA.append(pa.field("label_role", pa.string()))


def load_pages(con: duckdb.DuckDBPyConnection, batches: Sequence[Path], stale: Sequence[str]) -> None:
    """Makes `pages`, every row of the batches but those of `stale` units, which the input has no more, and `documents`.

    Only `documents`, those that passed the page stages, have texts and signatures, which stay in the batches: all else
    is read here once, for all stages, since a look into thousands of small files costs more than what is read of them.
    """
    con.read_parquet([str(path) for path in batches], filename=True).create_view("batch_rows")
    con.from_arrow(pa.table({"unit": pa.array(stale, pa.string())})).create("stale")
    con.execute("CREATE VIEW unit_rows AS SELECT * FROM batch_rows ANTI JOIN stale USING (unit)")
    con.execute(f"CREATE TABLE page_rows AS SELECT * EXCLUDE ({', '.join(_LEFT)}) FROM unit_rows")  # noqa: S608
    con.execute("CREATE VIEW pages AS SELECT * FROM page_rows WHERE outcome IS DISTINCT FROM 'skipped'")
    con.execute("CREATE VIEW documents AS SELECT * FROM unit_rows WHERE outcome IS NULL")


def load_labels(con: duckdb.DuckDBPyConnection, batches: Sequence[Path]) -> None:
    """Makes `labels`: one row for every page that passed the page stages, joined by source."""
    if batches:
        con.read_parquet([str(path) for path in batches]).create_view("label_rows")
    else:
        con.from_arrow(LABEL_SCHEMA.empty_table()).create("label_rows")
    # A page whose content has changed since has a row in an older batch, too.
    con.execute("CREATE VIEW labels AS SELECT * EXCLUDE (unit) FROM label_rows ANTI JOIN stale USING (unit)")


def load_targets(con: duckdb.DuckDBPyConnection, batches: Sequence[Path]) -> None:
    """Makes `targets`: one row for every page and given target that it mentions, joined by source."""
    con.read_parquet([str(path) for path in batches]).create_view("target_rows")
    con.execute("CREATE VIEW targets AS SELECT * EXCLUDE (unit) FROM target_rows ANTI JOIN stale USING (unit)")


def apply_rights(con: duckdb.DuckDBPyConnection, reserved: str, takedown: Takedown | None) -> str | None:
    """Makes `rights(source, reason, detail)`, the pages left out by right, and `articles`, all other `documents`.

    Pages that are no articles are looked up in the takedown list, too: their URL must not be in the ledger either.

    Returns:
        A line for the user where entries of the takedown list match no article.
    """
    con.from_arrow(_RIGHTS_SCHEMA.empty_table()).create("rights")
    hit = set[str]()
    if takedown is not None:
        asked = "SELECT source, url, publisher, id, text_sha256 FROM pages WHERE outcome IS NULL OR url IS NOT NULL"
        for batch in stream(con.cursor(), asked, 10_000):
            rows = []
            for source, url, publisher, *rest in zip(*(c.to_pylist() for c in batch.columns), strict=True):
                if hits := takedown.hits(url, publisher or publisher_of(url), *rest):
                    hit.update(entry for _, entry in hits)
                    rows.append({"source": source, "reason": "takedown", "detail": hits[0][0]})
            con.from_arrow(pa.Table.from_pylist(rows, schema=_RIGHTS_SCHEMA)).insert_into("rights")
    if reserved == "drop":
        con.execute(
            """INSERT INTO rights SELECT source, 'tdm_reserved', tdm_evidence FROM pages
               WHERE outcome IS NULL AND tdm_reserved AND source NOT IN (SELECT source FROM rights)"""
        )
    con.execute("CREATE VIEW articles AS SELECT * FROM documents ANTI JOIN rights USING (source)")
    return takedown.unmatched(hit) if takedown else None


def recall_pairs(con: duckdb.DuckDBPyConnection, store: Store) -> None:
    """Makes `verified_before` for `dedup.overlap.verify_pairs`: the pairs of texts that the last build compared."""
    if _PAIRS in store.entries:
        con.execute("CREATE TABLE verified_before AS FROM read_parquet(?)", [str(store.path(_PAIRS))])


def keep_pairs(con: duckdb.DuckDBPyConnection, store: Store) -> None:
    """Keeps the pairs that this build compared or recalled for the next one, and no others."""
    path = store.path(_PAIRS)
    part = path.with_name(f"{path.name}.part")
    con.table("verified").write_parquet(str(part), compression="zstd")
    part.replace(path)
    store.add(_PAIRS, ())


def overrule(con: duckdb.DuckDBPyConnection, overrides: Overrides) -> OverrideReport:
    """Puts what people, a language model and corrections say in place of the rules' `labels` of the articles kept."""
    report = OverrideReport()
    con.execute("ALTER VIEW labels RENAME TO rule_labels")
    con.from_arrow(pa.table({"id": pa.array(overrides.ids, pa.string())})).create("spoken_of")
    con.from_arrow(_OVERRULED_SCHEMA.empty_table()).create("overruled")
    query = """SELECT rule_labels.*, pages.id, pages.text_sha256
               FROM rule_labels JOIN pages USING (source) JOIN dedup USING (source) SEMI JOIN spoken_of USING (id)
               WHERE dedup.reason IS NULL ORDER BY pages.id"""
    for batch in stream(con.cursor(), query, 1_000) if overrides.ids else ():
        rows = list(overrides.apply(batch.to_pylist(), report))
        con.from_arrow(pa.Table.from_pylist(rows, schema=_OVERRULED_SCHEMA)).insert_into("overruled")
    overrides.finish(report)
    con.execute(
        """CREATE VIEW labels AS
           SELECT *, NULL::VARCHAR AS label_role FROM rule_labels ANTI JOIN overruled USING (source)
           UNION ALL BY NAME SELECT * FROM overruled"""
    )
    return report


def keep_topics(con: duckdb.DuckDBPyConnection, topics: Iterable[str]) -> None:
    """Makes `off_topic(source, detail)` and, for the splitter, `kept`, one row per article, and its texts in `told`."""
    wanted = list(topics)
    con.execute("CREATE TABLE off_topic (source VARCHAR, detail VARCHAR)")
    if wanted:
        con.execute(
            """INSERT INTO off_topic SELECT source, topic FROM dedup JOIN labels USING (source)
               WHERE dedup.reason IS NULL AND NOT list_contains(?, topic)""",
            [wanted],
        )
    con.execute(
        """CREATE TABLE kept AS SELECT id, cluster, publisher, published, source, topic, topic_secondary, genre, stance
           FROM pages JOIN dedup USING (source) JOIN labels USING (source) ANTI JOIN off_topic USING (source)
           WHERE dedup.reason IS NULL"""
    )
    con.execute(
        """CREATE VIEW told AS
           SELECT kept.id, cluster, kept.published, title, text FROM articles JOIN kept USING (source)"""
    )


# What the ledger notes of a kept page: `url: not a URL: …; masked: email 2, phone 1; license: https://…`.
_NOTE = """nullif(concat_ws('; ', pages.detail,
  CASE WHEN len(masked) > 0
    THEN 'masked: ' || array_to_string(list_transform(masked, lambda one: one.kind || ' ' || one.count), ', ') END,
  'license: ' || nullif(left(trim(regexp_replace(license, '\\s+', ' ', 'g')), 300), '')), '')"""


def settle(con: duckdb.DuckDBPyConnection) -> None:
    """Makes `ledger`, one row for every input page: where it was left out, or what is to be said of it."""
    con.execute(
        f"""CREATE TABLE ledger AS
           WITH left_out AS (
             SELECT source, 'filter' AS stage, reason, detail FROM rights
             UNION ALL SELECT source, 'dedup', reason, detail FROM dedup WHERE reason IS NOT NULL
             UNION ALL SELECT source, 'label', 'off_topic', detail FROM off_topic
             UNION ALL SELECT source, 'split', split.reason, nullif(detail, '') FROM split JOIN kept USING (id)
               WHERE split.reason IS NOT NULL)
           SELECT id, CASE WHEN left_out.reason IS DISTINCT FROM 'takedown' THEN url END AS url, source,
             coalesce(pages.outcome, CASE WHEN left_out.source IS NULL THEN 'kept' ELSE 'dropped' END) AS outcome,
             coalesce(pages.stage, left_out.stage) AS stage, coalesce(pages.reason, left_out.reason) AS reason,
             CASE WHEN pages.outcome IS NOT NULL THEN pages.detail
                  WHEN left_out.source IS NOT NULL THEN left_out.detail ELSE {_NOTE} END AS detail
           FROM pages LEFT JOIN left_out USING (source)"""  # noqa: S608
    )


def place(con: duckdb.DuckDBPyConnection) -> None:
    """Makes `place(source, cluster, split, place)`: where an article comes in the dataset, by split, then by id."""
    con.execute(
        """CREATE TABLE place AS
           SELECT kept.source, kept.cluster, split.split,
                  row_number() OVER (ORDER BY list_position(?, split.split), kept.id) - 1 AS place
           FROM split JOIN kept USING (id) WHERE split.reason IS NULL""",
        [list(SPLITS)],
    )


def audit(
    con: duckdb.DuckDBPyConnection, dedup: Dedup, plan: SplitPlan, folder: Path, *, events: bool, publishers: bool
) -> tuple[Leakage, Figures]:
    """Looks for leaks between the splits in the kept texts themselves, and measures what else they share.

    Args:
        con: Has the tables of all stages.
        dedup: What a duplicate is.
        plan: How articles were split.
        folder: Has the shards of the splits.
        events: Measure the events in common.
        publishers: Measure how well publishers can be told.
    """
    con.execute(
        """CREATE VIEW audited AS
           SELECT id, split.split, cluster, publisher, published, source
           FROM split JOIN kept USING (id) WHERE split.reason IS NULL"""
    )
    # From here on others need memory, too, and what is left for the database is small: it gives back what it keeps.
    con.execute(f"SET memory_limit = '{limit_of(con) * 3 // 4}B'")
    # Only the benchmark strategy promises that the splits before the cutoff know nothing of the time after it.
    cutoff = plan.cutoff if plan.strategy == "benchmark" else None
    found = leakage.audit(con, dedup, cutoff=cutoff, embargo_days=plan.embargo_days)
    if events or publishers:  # the probe reads the first articles by id, and shards are in that order
        view_rows(con, folder)
    return found, leakage.measure(con, "rows", events=events, publishers=publishers)


def ledger_batches(con: duckdb.DuckDBPyConnection) -> Iterator[pa.RecordBatch]:
    """The ledger in order of source."""
    yield from stream(con, "SELECT * FROM ledger ORDER BY source, id", _ROWS)


def split_sizes(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Rows of each split that has any."""
    rows = con.execute("SELECT split, count(*) FROM split WHERE reason IS NULL GROUP BY split").fetchall()
    return dict(rows)


def label_counts(con: duckdb.DuckDBPyConnection, names: LabelNames) -> dict[str, dict[str, int]]:
    """Articles of the dataset by class, for each label column, in published order; classes that have any."""
    columns = asdict(names)
    rows = con.execute(
        f"""SELECT {", ".join(columns)}, count(*) FROM kept JOIN split USING (id)
            WHERE split.reason IS NULL GROUP BY ALL"""  # noqa: S608
    ).fetchall()
    counts: dict[str, Counter[str | None]] = {column: Counter() for column in columns}
    for *classes, n in rows:
        for column, name in zip(columns, classes, strict=True):
            counts[column][name] += n
    return {
        column: {name: counts[column][name] for name in own if counts[column][name]} for column, own in columns.items()
    }


def masked(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """What was masked in the kept articles, by kind."""
    rows = con.execute(
        """SELECT found.kind, sum(found.count)::BIGINT FROM
             (SELECT unnest(masked) AS found FROM pages JOIN kept USING (source) JOIN split ON split.id = kept.id
              WHERE split.reason IS NULL) GROUP BY 1 ORDER BY 1"""
    ).fetchall()
    return dict(rows)


def skipped(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Records inside the units that were no input of the build, by what they were."""
    rows = con.execute(
        "SELECT reason, sum(detail::BIGINT)::BIGINT FROM page_rows WHERE outcome = 'skipped' GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return dict(rows)


def absent_columns(con: duckdb.DuckDBPyConnection, columns: Iterable[str]) -> list[str]:
    """A note for each of the user's own columns that no article has."""
    notes = []
    for name in columns:
        pointer = "/" + name.replace("~", "~0").replace("/", "~1")
        [(count,)] = con.execute("SELECT count(json_extract_string(extra, ?)) FROM pages", [pointer]).fetchall()
        notes += [] if count else [f"source.keep={name}: no article has it"]
    return notes
