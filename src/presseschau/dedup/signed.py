"""What the work files say of every article besides its text, read once; what of it the audit needs, too, is kept.

Rows have numbers, in no particular order. Nothing here depends on anything but the texts and addresses of the articles.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

import numpy as np
import pyarrow as pa
import xxhash

from presseschau.dedup.candidates import Postings
from presseschau.dedup.parted import Parted
from presseschau.dedup.versions import Version, version_of

if TYPE_CHECKING:  # page workers sign texts and need no database
    import duckdb

_ROWS = 10_000  # in memory at a time, but for their texts
_KEYS = {"signed_band": "bands", "signed_print": "prints"}


def read_articles(con: duckdb.DuckDBPyConnection, file: IO[bytes]) -> Postings:
    """Creates `dedup_row`: what orders the articles, where they are, and which article each is a version or a page of.

    Returns:
        Their keys by number, in the file given.
    """
    con.execute(
        """CREATE OR REPLACE TEMP TABLE dedup_row (number INTEGER, source VARCHAR, id VARCHAR, day TIMESTAMP,
            crawled TIMESTAMP, free BOOLEAN, exact_key UBIGINT, shingles INTEGER, file UBIGINT, article UBIGINT,
            page INTEGER)"""
    )
    query = """SELECT source, id, coalesce(published, crawled)::TIMESTAMP AS day, crawled::TIMESTAMP AS crawled, free,
        exact_key, shingles, hash(filename) AS file, url, bands, prints FROM articles"""
    postings, first = Postings.of(file), 0
    for batch in con.cursor().sql(query).to_arrow_reader(_ROWS):
        number = pa.array(np.arange(first, first + len(batch), dtype=np.int32))
        columns = {name: batch[name] for name in batch.schema.names if name not in ("url", "bands", "prints")}
        con.register("dedup_arrow", pa.table({"number": number, **columns, **_versions(batch)}))
        con.execute("INSERT INTO dedup_row BY NAME FROM dedup_arrow")
        con.unregister("dedup_arrow")
        postings.add(number, batch["bands"], batch["prints"])
        first += len(batch)
    return postings


def keep_signed(con: duckdb.DuckDBPyConnection, shared: Postings) -> None:
    """Creates `signed(number, source, exact_key, shingles, file)` of `dedup_row`, and tables for `shared_postings`."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE signed AS SELECT number, source, exact_key, shingles, file FROM dedup_row"
    )
    schema = pa.schema({"key": pa.uint64(), "number": pa.int32()})
    for table, kind in _KEYS.items():
        con.register("signed_arrow", pa.RecordBatchReader.from_batches(schema, _batches(getattr(shared, kind), schema)))
        con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS FROM signed_arrow")
        con.unregister("signed_arrow")


def shared_postings(con: duckdb.DuckDBPyConnection, file: IO[bytes]) -> Postings:
    """The keys that two rows of `signed` or more have, by number."""
    postings = Postings.of(file)
    for table, kind in _KEYS.items():
        for batch in con.sql(f"FROM {table}").to_arrow_reader(_ROWS * 10):
            keys, numbers = (column.to_numpy() for column in batch.columns)
            getattr(postings, kind).add(keys, keys, numbers)
    return postings


def _batches(parted: Parted, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for columns in parted:
        yield pa.record_batch([pa.array(column) for column in columns], schema)


def _versions(batch: pa.RecordBatch) -> dict[str, pa.Array]:
    """By 64-bit hash the article that each address belongs to, and which of its pages it is."""
    versions = [
        version_of(url) if url else Version(f"id {identity}")
        for url, identity in zip(batch["url"].to_pylist(), batch["id"].to_pylist(), strict=True)
    ]
    return {
        "article": pa.array([xxhash.xxh3_64_intdigest(version.article.encode()) for version in versions], pa.uint64()),
        "page": pa.array([version.page for version in versions], pa.int32()),
    }
