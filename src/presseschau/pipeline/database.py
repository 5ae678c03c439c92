"""The database of the corpus stages: in memory, which is bounded, spilling into the work folder."""

from __future__ import annotations

import resource
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from presseschau.stable import cores

_THREADS = 2
_OPEN_FILES = 1024


@contextmanager
def connect(folder: Path, memory_limit: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A fresh database in memory, which is bounded, that spills into the work folder; removed in the end.

    Raises:
        RuntimeError: What is done with it needs more memory, or more disk.
    """
    _allow_open_files()
    spill = folder / "corpus.duckdb.tmp"
    shutil.rmtree(spill, ignore_errors=True)  # of a build that was killed
    spill.mkdir()
    con = duckdb.connect()
    try:
        con.execute("SET memory_limit = ?", [memory_limit])
        con.execute("SET temp_directory = ?", [str(spill)])
        # Every thread of a scan or a sort holds blocks of its own; four took a third more CPU and saved no time.
        con.execute(f"SET threads = {min(_THREADS, cores()):d}")
        con.execute("SET preserve_insertion_order = false")
        # Joins are done as written, what is joined to the left side being held in memory: the optimiser holds the side
        # that it thinks has fewer rows, however wide they are, and texts would fill the memory.
        con.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
        con.execute("SET enable_progress_bar = false")
        yield con
    except duckdb.OutOfMemoryException as error:
        if "max_temp_directory_size" in str(error):  # as much as the disk had room for
            raise RuntimeError(f"{folder}: No space left on device for what memory does not hold") from error
        if "Failed to allocate" in str(error):  # below the limit
            raise RuntimeError("the system gives this process no more memory (`ulimit -v` may limit it)") from error
        raise RuntimeError(f"pipeline.memory_limit={memory_limit} is too little for so many pages: raise it") from error
    finally:
        con.close()
        shutil.rmtree(spill, ignore_errors=True)


@contextmanager
def less_memory(con: duckdb.DuckDBPyConnection, share: float) -> Iterator[None]:
    """The database has this share of its memory meanwhile: others need some, too, and it gives back what it keeps."""
    limit = limit_of(con)
    con.execute(f"SET memory_limit = '{int(limit * share)}B'")
    yield
    con.execute(f"SET memory_limit = '{limit}B'")


def limit_of(con: duckdb.DuckDBPyConnection) -> int:
    """The database's memory limit in bytes."""
    [(limit,)] = con.execute("SELECT parse_formatted_bytes(current_setting('memory_limit'))").fetchall()
    return int(limit)


def stream(
    con: duckdb.DuckDBPyConnection, query: str, rows: int, parameters: Sequence[object] = ()
) -> Iterator[pa.RecordBatch]:
    """The answer to a query in batches of so many rows, never whole in memory."""
    yield from con.sql(query, params=list(parameters)).to_arrow_reader(rows)


def _allow_open_files() -> None:
    """A scan over the work files holds some 200 of them open, and macOS gives a process 256 where it is not asked."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(_OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
