"""What the corpus stage asks of the database: columns, only the work files that are needed, and where to spill."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import IO, Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from presseschau.dedup.signature import Hashes

_BUFFER = 1 << 20  # bytes of a spill file

# A file whose name fails it is not opened. The names are one string, since a search in a list takes long.
IN_FILES = "contains($files, ',' || hash(filename))"


def list_files(files: Hashes) -> str:
    """The parameter of `IN_FILES`; a file that is not among these may pass, too.

    >>> list_files(np.array([7, 12, 7], np.uint64))
    ',7,12'
    """
    return "".join(f",{file}" for file in np.unique(files).tolist())


def spill_file(con: duckdb.DuckDBPyConnection) -> IO[bytes]:
    """An unnamed file in the connection's own spill folder where the pipeline has set one, else in the system's."""
    [(setting,)] = con.execute("SELECT current_setting('temp_directory')").fetchall()
    folder = Path(setting) if setting else None
    if folder is None or not folder.is_absolute():
        return tempfile.TemporaryFile(buffering=_BUFFER)
    folder.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryFile(buffering=_BUFFER, dir=folder)


def fetch_columns(
    con: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, Any] | None = None
) -> dict[str, NDArray[Any]]:
    """The answer to a query that has no NULL in it."""
    return {name: np.asarray(column) for name, column in con.execute(query, parameters).fetchnumpy().items()}
