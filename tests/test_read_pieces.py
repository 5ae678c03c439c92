"""A packed file in pieces: each page as when the file is read whole, whoever unpacks it."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from presseschau.document import Drop, Page
from presseschau.read import Unit, Unpacker, jsonl_file, open_source, pieces, warc_file

PACK: dict[str, Callable[[bytes], bytes]] = {"": bytes, ".gz": gzip.compress, ".zst": zstandard.compress}


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (jsonl_file, warc_file):
        monkeypatch.setattr(module, "PIECE", 1_000)


def line(number: int) -> bytes:
    return (
        orjson.dumps({"url": f"https://blatt.example/{number}", "text": f"Wort {number} " * (number * 7 % 40)}) + b"\n"
    )


def record(number: int, kind: str = "response", end: str = "\r\n\r\n") -> bytes:
    page = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>{'Wort ' * (number * 11 % 60)}</p>"
    head = f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: https://blatt.example/{number}\r\n"
    return f"{head}Content-Type: application/http\r\nContent-Length: {len(page)}\r\n\r\n{page}{end}".encode()


def units_of(kind: str, path: Path) -> list[Unit]:
    return [unit for unit in open_source(kind, str(path)).units() if isinstance(unit, Unit)]


def read(kind: str, path: Path, filled: bool) -> list[Page | Drop]:
    reader = open_source(kind, str(path))
    with Unpacker() as unpacker:
        return [
            item
            for unit in reader.units()
            for item in ([unit] if isinstance(unit, Drop) else reader.pages(unpacker.filled(unit) if filled else unit))
            if isinstance(item, Page | Drop)
        ]


@pytest.mark.parametrize("ending", PACK)
@pytest.mark.parametrize(("kind", "one"), [("jsonl", line), ("warc", record)])
def test_pieces_give_the_pages_of_the_whole_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, one: Callable[[int], bytes], ending: str
) -> None:
    path = tmp_path / f"a.{kind}{ending}"
    path.write_bytes(PACK[ending](b"".join(map(one, range(60)))))
    units = units_of(kind, path)
    assert len(units) > 5
    assert [unit.first for unit in units] == sorted({unit.first for unit in units})
    filled, plain = read(kind, path, filled=True), read(kind, path, filled=False)
    for module in (jsonl_file, warc_file):
        monkeypatch.setattr(module, "PIECE", 1 << 30)
    assert len(units_of(kind, path)) == 1
    assert filled == plain == read(kind, path, filled=False)


@pytest.mark.parametrize("kind", ["jsonl", "warc"])
def test_what_is_appended_moves_no_piece_but_the_last(tmp_path: Path, kind: str) -> None:
    one = line if kind == "jsonl" else record
    path = tmp_path / f"a.{kind}.gz"
    path.write_bytes(b"".join(gzip.compress(one(number)) for number in range(60)))
    first = units_of(kind, path)
    with path.open("ab") as file:
        file.write(gzip.compress(b"".join(map(one, range(60, 90)))))
    second = units_of(kind, path)
    assert second[: len(first) - 1] == first[:-1]
    assert len(second) > len(first)
    assert len(read(kind, path, filled=True)) == 90


@pytest.mark.parametrize("filled", [True, False])
@pytest.mark.parametrize(("kind", "one"), [("jsonl", line), ("warc", record)])
def test_a_cut_is_told_behind_what_is_whole(
    tmp_path: Path, kind: str, one: Callable[[int], bytes], filled: bool
) -> None:
    path = tmp_path / f"a.{kind}.gz"
    members = [gzip.compress(one(number), mtime=0) for number in range(60)]
    path.write_bytes(b"".join(members)[:-40])
    *pages, last = read(kind, path, filled)
    assert len(pages) == 59
    assert isinstance(last, Drop)
    assert (last.source, last.reason) == (f"a.{kind}.gz#60", "truncated")
    # The same bytes without the fault are another input: a cut that is mended is read again.
    cut = units_of(kind, path)[-1]
    path.write_bytes(b"".join(members[:59]))
    assert cut.digest not in {unit.digest for unit in units_of(kind, path)}


def test_records_that_are_not_by_the_letter_are_one_piece_with_all_that_follows(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    bad = record(30).replace(b"Content-Length", b"content-length:1\r\nContent-Length")
    path.write_bytes(b"".join([*map(record, range(30)), bad, *map(record, range(31, 60))]))
    units = units_of("warc", path)
    assert len(units) > 3
    assert units[-1].stop is None
    assert units[-1].size > 2_000


def test_other_records_than_pages_are_not_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(gzip.compress(b"".join(record(n, "request" if n % 3 else "response") for n in range(90))))
    found = read("warc", path, filled=True)
    assert [page.source for page in found] == [f"a.warc.gz#{number}" for number in range(1, 31)]


def test_the_bytes_travel_only_with_pieces_of_packed_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = b"".join(map(line, range(60)))
    for ending, pack in PACK.items():
        (tmp_path / f"a.jsonl{ending}").write_bytes(pack(data))
    with Unpacker() as unpacker:
        for unit in units_of("jsonl", tmp_path / "a.jsonl"):
            assert unpacker.filled(unit) is unit
        packed = units_of("jsonl", tmp_path / "a.jsonl.gz")
        contents = [unpacker.filled(unit).content or b"" for unit in packed]
        assert b"".join(contents) == data
        again = unpacker.filled(packed[1])  # out of order: from the start once more
        assert again.content == contents[1]
        assert again == packed[1]
        assert unpacker.filled(Unit("x", str(tmp_path / "none.gz"), 1, "", 5)).content is None
        monkeypatch.setattr(pieces, "_MOST", 100)
        assert unpacker.filled(packed[0]).content is None


@given(st.lists(st.integers(0, 3), max_size=40), st.sampled_from(list(PACK)))
def test_any_mix_of_records_gives_each_once(
    tmp_path_factory: pytest.TempPathFactory, kinds: list[int], ending: str
) -> None:
    path = tmp_path_factory.getbasetemp() / f"mix.warc{ending}"
    made = [record(n, "response" if kind else "warcinfo", "\r\n\r\n" if kind < 3 else "\r\n\r\n\r\n")
            for n, kind in enumerate(kinds)]  # fmt: skip
    path.write_bytes(PACK[ending](b"".join(made)))

    def pages(items: list[Page | Drop]) -> Iterator[str]:
        return (item.source for item in items if isinstance(item, Page))

    count = sum(kind > 0 for kind in kinds)
    assert list(pages(read("warc", path, filled=True))) == [f"{path.name}#{n}" for n in range(1, count + 1)]
