"""What the work files say of every article besides its text, read once; what of it the audit needs, too, is kept.

Rows have numbers, in no particular order. Nothing here depends on anything but the texts and addresses of the articles.
"""

from __future__ import annotations

from typing import IO

import duckdb
import numpy as np
import pyarrow as pa
import xxhash

from presseschau.dedup.candidates import Postings
from presseschau.dedup.versions import MARK, PLAIN, version_of

_ROWS = 10_000  # in memory at a time, but for their texts
_COLUMNS = ("source", "id", "day", "crawled", "free", "exact_key", "shingles", "file")
_KEYS = {"signed_band": "bands", "signed_print": "prints"}


def read_articles(con: duckdb.DuckDBPyConnection, file: IO[bytes]) -> Postings:
    """Creates `signed`: what orders the articles, where they are, and which article each is a version or a page of.

    Returns:
        Their keys by number, in the file given.
    """
    con.execute(
        """CREATE OR REPLACE TEMP TABLE signed (number INTEGER, source VARCHAR, id VARCHAR, day TIMESTAMP,
            crawled TIMESTAMP, free BOOLEAN, exact_key UBIGINT, shingles INTEGER, file UBIGINT, article UBIGINT,
            page INTEGER)"""
    )
    query = """SELECT source, id, coalesce(published, crawled)::TIMESTAMP AS day, crawled::TIMESTAMP AS crawled, free,
        exact_key, shingles, hash(filename) AS file, CASE WHEN regexp_matches(url, $mark) THEN url END AS marked,
        coalesce(regexp_replace(url, $plain, '\\1', 'g'), 'id ' || id) AS plain, bands, prints FROM articles"""
    postings, first = Postings.of(file), 0
    for batch in con.cursor().sql(query, params={"mark": MARK, "plain": PLAIN}).to_arrow_reader(_ROWS):
        number = pa.array(np.arange(first, first + len(batch), dtype=np.int32))
        columns = {name: batch[name] for name in _COLUMNS}
        con.from_arrow(pa.table({"number": number, **columns, **_versions(batch)})).insert_into("signed")
        postings.add(first, batch["bands"], batch["prints"])
        first += len(batch)
    return postings


def keep_postings(con: duckdb.DuckDBPyConnection, shared: Postings) -> None:
    """Creates tables for `shared_postings`."""
    schema = pa.schema({"posting": pa.uint64()})
    for table, kind in _KEYS.items():
        batches = (pa.record_batch([pa.array(part)], schema) for part in getattr(shared, kind))
        con.execute(f"CREATE OR REPLACE TEMP TABLE {table} (posting UBIGINT)")
        con.from_arrow(pa.RecordBatchReader.from_batches(schema, batches)).insert_into(table)


def shared_postings(con: duckdb.DuckDBPyConnection, file: IO[bytes]) -> Postings:
    """The keys that two rows of `signed` or more have, by number."""
    postings = Postings.of(file)
    for table, kind in _KEYS.items():
        for batch in con.sql(f"FROM {table}").to_arrow_reader(_ROWS * 10):
            getattr(postings, kind).add(batch.column(0).to_numpy())
    return postings


def _versions(batch: pa.RecordBatch) -> dict[str, pa.Array]:
    """By 64-bit hash the article that each address belongs to, and which of its pages it is."""
    articles, pages = batch["plain"].to_pylist(), np.ones(len(batch), np.int32)
    for at, url in enumerate(batch["marked"].to_pylist()):
        if url is not None:
            version = version_of(url)
            articles[at], pages[at] = version.article, version.page
    hashes = [xxhash.xxh3_64_intdigest(article.encode()) for article in articles]
    return {"article": pa.array(hashes, pa.uint64()), "page": pa.array(pages)}
