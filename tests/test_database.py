from __future__ import annotations

import resource
from pathlib import Path

import duckdb
import pytest

from presseschau.pipeline.database import connect, less_memory, limit_of, stream

LARGE = "CREATE TABLE large AS SELECT repeat(sha256(i::VARCHAR), 20) AS text FROM range(60000) t(i)"  # 77 MB


def test_what_was_spilled_is_removed_in_the_end_and_what_an_ended_build_left_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "corpus.duckdb.tmp").mkdir()
    (tmp_path / "corpus.duckdb.tmp" / "0").touch()
    (tmp_path / "built.json").touch()
    with connect(tmp_path, "50MB") as con:
        assert {path.name for path in tmp_path.iterdir()} == {"corpus.duckdb.tmp", "built.json"}
        assert list((tmp_path / "corpus.duckdb.tmp").iterdir()) == []
        con.execute(LARGE)
        assert list((tmp_path / "corpus.duckdb.tmp").iterdir())
    assert [path.name for path in tmp_path.iterdir()] == ["built.json"]


def test_too_little_memory_names_the_option(tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError, match=r"pipeline\.memory_limit=2MB is too little"),
        connect(tmp_path, "2MB") as con,
    ):
        con.execute(LARGE)
    assert list(tmp_path.iterdir()) == []


def test_a_system_without_memory_is_not_blamed_on_the_option(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="the system gives this process no more memory"), connect(tmp_path, "2MB"):
        raise duckdb.OutOfMemoryException("Out of Memory Error: Failed to allocate block of 262144 bytes")


def test_a_disk_without_room_for_what_is_spilled_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="No space left on device"), connect(tmp_path, "50MB") as con:
        con.execute("SET max_temp_directory_size = '1MB'")  # by default what is free
        con.execute(LARGE)
    assert list(tmp_path.iterdir()) == []


def test_memory_is_lent_for_a_while(tmp_path: Path) -> None:
    with connect(tmp_path, "100MB") as con:
        whole = limit_of(con)
        with less_memory(con, 1 / 2):
            assert limit_of(con) == pytest.approx(whole / 2, rel=0.01)
        assert limit_of(con) == pytest.approx(whole, rel=0.01)


def test_an_error_meanwhile_is_the_one_that_is_told(tmp_path: Path) -> None:
    with pytest.raises(duckdb.ParserException), connect(tmp_path, "100MB") as con, less_memory(con, 1 / 2):
        con.execute("SELEKT")


def test_answers_come_in_batches(tmp_path: Path) -> None:
    with connect(tmp_path, "100MB") as con:
        con.execute("CREATE TABLE words AS SELECT printf('w%04d', n) AS word FROM range(100) numbers(n)")
        query = "SELECT word FROM words WHERE word >= ? ORDER BY word"
        batches = list(stream(con.cursor(), query, 30, ["w0010"]))
    assert [len(batch) for batch in batches] == [30, 30, 30]
    assert [word for batch in batches for word in batch.column("word").to_pylist()] == [
        f"w{n:04d}" for n in range(10, 100)
    ]


def test_a_process_that_may_open_few_files_is_allowed_more(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        with connect(tmp_path, "50MB"):
            assert resource.getrlimit(resource.RLIMIT_NOFILE) == (1024, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
