import gzip
import json
from itertools import pairwise

import orjson
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from presseschau.document import Drop, Page
from presseschau.read import ReadError, Unit, open_source
from presseschau.read import jsonl_file as module
from presseschau.read.record import Columns

PACK = {"": lambda data: data, ".gz": gzip.compress, ".zst": zstandard.compress}


def read(path, **options):
    reader = open_source("jsonl", str(path), **options)
    return [item for unit in reader.units() for item in ([unit] if isinstance(unit, Drop) else reader.pages(unit))]


def units(path) -> list[Unit]:
    return [unit for unit in open_source("jsonl", str(path)).units() if isinstance(unit, Unit)]


def line(number, **fields):
    return orjson.dumps({"url": f"https://example.de/{number}", "text": f"Text {number}", **fields}) + b"\n"


@pytest.mark.parametrize("ending", PACK)
def test_one_page_per_line_with_its_number(tmp_path, ending):
    data = b"\xef\xbb\xbf" + line(1) + b"\n  \r\n" + line(4).rstrip() + b"\r\n" + line(5).rstrip()
    (tmp_path / f"a.jsonl{ending}").write_bytes(PACK[ending](data))
    assert read(tmp_path) == [
        Page(f"a.jsonl{ending}#{number}", "text", f"Text {number}", url=f"https://example.de/{number}")
        for number in (1, 4, 5)
    ]


def test_files_put_one_behind_the_other_keep_their_byte_order_marks(tmp_path):
    mark = b"\xef\xbb\xbf"
    (tmp_path / "a.jsonl").write_bytes(mark + line(1) + mark + line(2) + mark + b"\n" + line(4))
    assert [page.raw for page in read(tmp_path)] == ["Text 1", "Text 2", "Text 4"]


def test_fields_within_fields(tmp_path):
    records = [
        {"_id": "a", "_source": {"body": {"plain": "Eins"}, "link": "https://blatt.example/1"}},
        {"_source": {"body": "kein Objekt"}},
        {"_source.body.plain": "Drei", "_source": {"body": {"plain": "nicht dies"}}},
    ]
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(map(orjson.dumps, records)))
    columns = {"text": "_source.body.plain", "url": "_source.link"}
    one, two, three = read(tmp_path, columns=columns, keep=["_source.link", "_id"])
    assert isinstance(one, Page)
    assert isinstance(three, Page)
    assert (one.raw, one.url) == ("Eins", "https://blatt.example/1")
    assert one.extra == '{"_id":"a","_source.link":"https://blatt.example/1"}'
    assert (two.reason, two.detail) == ("bad_record", "neither _source.body.plain nor html; it has _source")
    assert three.raw == "Drei"


def test_bad_lines_are_told_and_the_rest_goes_on(tmp_path):
    bad = [b"{", b"[1]", b'{"url": "https://a.de/"}', b'{"text": 5}', b'{"text": ""}', b'"\xff"']
    (tmp_path / "a.ndjson").write_bytes(line(1) + b"\n".join(bad) + b"\n" + line(8))
    found = read(tmp_path)
    assert isinstance(found[0], Page)
    assert isinstance(found[-1], Page)
    assert [(drop.source, drop.reason, drop.outcome) for drop in found[1:-1]] == [
        (f"a.ndjson#{number}", "empty" if number == 6 else "bad_record", "failed") for number in range(2, 8)
    ]
    assert found[3].detail == "neither html nor text; it has url"
    assert found[3].url == "https://a.de/"


def test_columns_and_kept_columns(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"body": "b", "link": "https://a.de/1", "dept": {"b": 1, "a": "ä"}}\n')
    (page,) = read(tmp_path, columns={"text": "body", "url": "link"}, keep=["paid", "dept"])
    assert page == Page("a.jsonl#1", "text", "b", url="https://a.de/1", extra='{"dept":{"a":"ä","b":1},"paid":null}')


def test_pieces_are_whole_lines_and_appended_lines_move_none(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "PIECE", 1000)
    path = tmp_path / "a.jsonl"
    lines = [line(number, x="ä" * (number * 37 % 300)) for number in range(1, 60)]
    path.write_bytes(b"".join(lines))
    first = units(tmp_path)
    assert len(first) > 10
    assert first[0].start == 0
    assert all(left.stop == right.start for left, right in pairwise(first))
    assert first[-1].stop == path.stat().st_size
    assert [page.source for page in read(tmp_path)] == [f"a.jsonl#{number}" for number in range(1, 60)]
    with path.open("ab") as file:
        file.write(b"".join(lines))
    second = units(tmp_path)
    assert second[: len(first) - 1] == first[:-1]
    assert len(read(tmp_path)) == 118


@given(st.lists(st.integers(0, 60), max_size=30), st.integers(1, 80), st.booleans())
def test_pieces_cover_every_line_once(tmp_path_factory, lengths, piece, ended):
    path = tmp_path_factory.getbasetemp() / "pieces.jsonl"
    lines = [b'{"text":"' + b"x" * length + b'"}' if length else b"" for length in lengths]
    path.write_bytes(b"\n".join(lines) + (b"\n" if ended else b""))
    old, module.PIECE = module.PIECE, piece
    try:
        sources = [page.source for page in read(path) if isinstance(page, Page)]
    finally:
        module.PIECE = old
    assert sources == [f"pieces.jsonl#{number}" for number, length in enumerate(lengths, 1) if length]


def test_lines_longer_than_a_piece(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "PIECE", 100)
    (tmp_path / "a.jsonl").write_bytes(line(1) + line(2, x="x" * 1000) + line(3))
    assert [unit.first for unit in units(tmp_path)] == [1, 3]
    assert [page.source for page in read(tmp_path)] == ["a.jsonl#1", "a.jsonl#2", "a.jsonl#3"]


def test_a_line_over_the_limit_is_left_out(tmp_path):
    for ending, pack in PACK.items():
        data = line(1) + line(2, x="x" * 5000) + line(3) + line(4, text="y" * 600) + line(5, x="x" * 9000).rstrip()
        (tmp_path / f"a.jsonl{ending}").write_bytes(pack(data))
        found = read(tmp_path / f"a.jsonl{ending}", max_bytes=500)
        assert [getattr(item, "reason", "page") for item in found] == [
            "page",
            "too_large",
            "page",
            "too_large",
            "too_large",
        ]
        assert [item.source.rpartition("#")[2] for item in found] == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_a_cut_file_gives_the_lines_before_the_cut(tmp_path, ending):
    data = b"".join(line(number, x=f"{number * 7919}") for number in range(1, 5000))
    path = tmp_path / f"a.jsonl{ending}"
    path.write_bytes(PACK[ending](data)[:-20])
    *pages, last = read(path)
    assert len(pages) > (4900 if ending == ".gz" else 1000)
    assert all(isinstance(page, Page) for page in pages)
    assert (last.source, last.reason, last.outcome) == (f"a.jsonl{ending}#{len(pages) + 1}", "truncated", "failed")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'[{"text": "x"}, {"text": "y"}]', "a JSON array, not JSON Lines"),
        (b'\xef\xbb\xbf\n [\n  {"text": "x"},\n  {"text": "y"}\n]\n', "a JSON array, not JSON Lines"),
        (b'{\n  "text": "x"\n}\n', "JSON over several lines, not JSON Lines"),
        (b"PK\x03\x04\x14\0", "another ZIP archive"),
        ('{"text": "x"}\n'.encode("utf-16"), "UTF-16, and JSON Lines are UTF-8: save it as UTF-8"),
        ('{"text": "x"}\n'.encode("utf-16-le"), "UTF-16"),
        ('{"text": "x"}\n'.encode("utf-16-be"), "UTF-16"),
    ],
)
@pytest.mark.parametrize("ending", PACK)
def test_a_file_that_is_no_json_lines_is_told_once(tmp_path, data, said, ending):
    (tmp_path / f"b.jsonl{ending}").write_bytes(PACK[ending](data))
    with pytest.raises(ReadError, match=said):
        open_source("jsonl", str(tmp_path))
    (tmp_path / "a.jsonl").write_bytes(line(1))
    page, drop = read(tmp_path)
    assert isinstance(page, Page)
    assert (drop.source, drop.reason, drop.outcome) == (f"b.jsonl{ending}", "bad_record", "failed")
    assert said in drop.detail


def test_windows_1252(tmp_path):
    (tmp_path / "a.jsonl").write_bytes('{"text": "„Käse“ – gut"}\n'.encode("cp1252"))
    assert [page.raw for page in read(tmp_path)] == ["„Käse“ – gut"]


def test_files_without_records(tmp_path):
    (tmp_path / "a.jsonl").touch()
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(b""))
    (tmp_path / "c.jsonl.gz").write_bytes(b"kein gzip")
    (tmp_path / "d.jsonl").symlink_to("nowhere")
    assert [(drop.source, drop.reason) for drop in read(tmp_path)] == [
        ("a.jsonl", "empty"),
        ("b.jsonl.gz", "empty"),
        ("c.jsonl.gz#1", "unreadable"),
        ("d.jsonl", "unreadable"),
    ]


def test_a_file_that_changes_while_it_is_read(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(line(1) + line(2))
    reader = open_source("jsonl", str(path))
    (unit,) = reader.units()
    path.write_bytes(line(1))
    page, drop = reader.pages(unit)
    assert isinstance(page, Page)
    assert drop.detail == "the file became shorter while it was read"
    path.unlink()
    assert [drop.reason for drop in reader.pages(unit)] == ["unreadable"]


def test_digest_covers_content_line_numbers_and_options(tmp_path):
    for folder, data in (("a", line(1)), ("b", line(1)), ("c", line(2)), ("d", line(1) + b" ")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.jsonl").write_bytes(data)
    digests = {folder: units(tmp_path / folder)[0].digest for folder in "abcd"}
    assert digests["a"] == digests["b"]
    assert len(set(digests.values())) == 3
    (unit,) = open_source("jsonl", str(tmp_path / "a"), columns={"title": "x"}).units()
    assert unit.digest != digests["a"]


@given(st.binary(max_size=300) | st.lists(st.dictionaries(st.text(max_size=4), st.text(max_size=9))).map(
    lambda records: "\n".join(map(json.dumps, records)).encode()), st.sampled_from(list(PACK)))  # fmt: skip
def test_any_bytes_give_one_page_or_drop_per_line(tmp_path_factory, data, ending):
    path = tmp_path_factory.getbasetemp() / f"any.jsonl{ending}"
    path.write_bytes(PACK[ending](data))
    if module.JsonLines(Columns({})).fault(str(path)):
        return  # said of the whole file
    found = read(path)
    numbers = [number for number, one in enumerate(data.split(b"\n"), 1) if one.removeprefix(b"\xef\xbb\xbf").strip()]
    if data:
        assert [item.source for item in found] == [f"{path.name}#{number}" for number in numbers]
    else:
        assert [item.reason for item in found] == ["empty"]
