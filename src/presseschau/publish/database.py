"""A dataset folder in DuckDB: its shards and its ledger as views."""

from __future__ import annotations

from pathlib import Path

import duckdb

# The split of a row, by the name of its shard.
SPLIT_OF_FILE = "regexp_extract(filename, '([a-z_]+)-[0-9]+-of-[0-9]+[.]parquet$', 1) AS split"


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """A database in memory with the views `rows` (the shards, with `split`) and `ledger` of a dataset folder."""
    con = duckdb.connect()
    con.execute("SET memory_limit = '300MB'; SET threads = 1")  # beside the corpus stages' own; a second one costs CPU
    con.execute("SET enable_progress_bar = false")
    con.execute("SET parquet_metadata_cache = true")  # each query would read that of all shards again
    con.execute("SET TimeZone = 'UTC'")
    view_rows(con, folder)
    con.read_parquet(str(folder / "ledger.parquet")).create_view("ledger")
    return con


def view_rows(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Makes the view `rows` of the shards of a dataset folder, with `split`."""
    # Named one by one: DuckDB would take a bracket in the folder's own path for a pattern beside the `*`.
    shards = [str(path) for path in sorted((folder / "data").glob("*.parquet"))]
    con.read_parquet(shards, filename=True).create_view("shards")
    con.execute(f"CREATE VIEW rows AS SELECT * EXCLUDE (filename), {SPLIT_OF_FILE} FROM shards")  # noqa: S608
