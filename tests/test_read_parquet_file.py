import datetime as dt
import gzip
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from presseschau.document import Drop, Page
from presseschau.read import ReadError, Unit, open_source


def read(path, **options):
    reader = open_source("parquet", str(path), **options)
    return [item for unit in reader.units() for item in ([unit] if isinstance(unit, Drop) else reader.pages(unit))]


def write(path, rows=None, group=2, **columns):
    table = pa.Table.from_pylist(rows) if rows is not None else pa.table(columns)
    pq.write_table(table, path, row_group_size=group)


def test_one_page_per_row_one_unit_per_row_group(tmp_path):
    write(
        tmp_path / "a.parquet", url=[f"https://a.de/{n}" for n in range(1, 6)], text=[f"Text {n}" for n in range(1, 6)]
    )
    units = list(open_source("parquet", str(tmp_path)).units())
    assert [(unit.start, unit.stop, unit.first) for unit in units] == [(0, 1, 1), (1, 2, 3), (2, 3, 5)]
    assert len({unit.digest for unit in units}) == 3
    assert read(tmp_path) == [Page(f"a.parquet#{n}", "text", f"Text {n}", url=f"https://a.de/{n}") for n in range(1, 6)]


@pytest.mark.parametrize(("ending", "pack"), [(".gz", gzip.compress), (".zst", zstandard.ZstdCompressor().compress)])
def test_packed_tables_are_read_as_they_are(ending, pack, tmp_path):
    write(tmp_path / "a.parquet", text=["eins", "zwei", "drei"])
    packed = pack((tmp_path / "a.parquet").read_bytes())
    (tmp_path / "a.parquet").unlink()
    (tmp_path / f"a.parquet{ending}").write_bytes(packed)
    (tmp_path / f"b.parquet{ending}").write_bytes(packed[:-9])
    first, *_, last = read(tmp_path)
    assert (first.source, first.raw) == (f"a.parquet{ending}#1", "eins")
    assert (last.source, last.reason) == (f"b.parquet{ending}", "unreadable")


def test_types(tmp_path):
    when = dt.datetime(2024, 5, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    write(
        tmp_path / "a.parquet",
        html=pa.array([b"<p>K\xe4se"], pa.large_binary()),
        url=pa.array(["https://a.de/1"]).dictionary_encode(),
        published=pa.array([when], pa.timestamp("us", "Europe/Berlin")),
        crawled=pa.array([dt.date(2024, 5, 2)]),
        headers=pa.array([[("A", "1")]], pa.map_(pa.string(), pa.string())),
        price=pa.array([Decimal("1.10")]),
        seen=pa.array([1714557600123456789], pa.timestamp("ns")),
        tags=pa.array([["b", "a"]]),
        unasked=pa.array(["x"]),
    )
    assert read(tmp_path, keep=["tags", "price", "seen"]) == [
        Page(
            "a.parquet#1",
            "html",
            b"<p>K\xe4se",
            url="https://a.de/1",
            published=dt.datetime(2024, 5, 1, 10, tzinfo=dt.UTC),
            crawled=dt.datetime(2024, 5, 2, tzinfo=dt.UTC),
            headers=(("a", "1"),),
            extra='{"price":"1.10","seen":"2024-05-01T10:00:00.123456789","tags":["b","a"]}',
        )
    ]


def test_headers_as_list_of_structs(tmp_path):
    write(tmp_path / "a.pq", [{"text": "t", "headers": [{"name": "A", "value": "1"}]}])
    assert read(tmp_path)[0].headers == (("a", "1"),)


def test_bad_rows_are_told_and_the_rest_goes_on(tmp_path):
    write(tmp_path / "a.parquet", text=["a", None, "", "x" * 99, "b"], url=["https://a.de/1", None, None, None, "y"])
    found = read(tmp_path, max_bytes=50)
    assert [getattr(item, "reason", "page") for item in found] == ["page", "empty", "empty", "too_large", "page"]
    assert [item.source for item in found] == [f"a.parquet#{n}" for n in range(1, 6)]


def test_wrong_types_are_told(tmp_path):
    write(tmp_path / "a.parquet", text=[1])
    assert read(tmp_path)[0].detail == "text is a number, not a string"


def test_text_that_is_no_utf8_fails_its_row_only(tmp_path):
    text = pa.Array.from_buffers(pa.string(), 2, pa.array([b"a\xff", b"gut"], pa.binary()).buffers())
    write(tmp_path / "a.parquet", text=text)
    bad, good = read(tmp_path)
    assert bad.reason == "bad_record"
    assert good.raw == "gut"


def test_a_time_zone_that_is_none_fails_its_row_only(tmp_path):
    write(
        tmp_path / "a.parquet",
        text=["a", "b"],
        published=pa.array([1714557600, None], pa.timestamp("s", "Mond/Krater")),
    )
    bad, good = read(tmp_path)
    assert (bad.reason, bad.detail) == ("bad_record", "unknown time zone 'Mond/Krater'")
    assert good.raw == "b"


def test_wrong_column_names_are_told_at_once(tmp_path):
    write(tmp_path / "a.parquet", body=["x"], dept=["y"])
    with pytest.raises(ReadError, match=r"no column html or text \(it has body, dept\)"):
        open_source("parquet", str(tmp_path))
    with pytest.raises(ReadError, match=r"source\.columns\.url=dpt: there is no such column; nearest is dept"):
        open_source("parquet", str(tmp_path), columns={"text": "body", "url": "dpt"})


def test_names_of_ours_in_capitals(tmp_path):
    write(tmp_path / "a.parquet", URL=["https://a.de/1"], Text=["eins"], Dept=["x"])
    (page,) = read(tmp_path, keep=["Dept"])
    assert page == Page("a.parquet#1", "text", "eins", url="https://a.de/1", extra='{"Dept":"x"}')


def test_files_that_are_no_tables(tmp_path):
    (tmp_path / "a.parquet").touch()
    (tmp_path / "b.parquet").write_bytes(b"PAR1 und sonst nichts PAR1")
    write(tmp_path / "c.parquet", text=pa.array([], pa.string()))
    (tmp_path / "d.parquet").symlink_to("nowhere")
    found = read(tmp_path)
    assert [(drop.source, drop.reason) for drop in found] == [
        ("a.parquet", "empty"), ("b.parquet", "unreadable"), ("c.parquet", "empty"), ("d.parquet", "unreadable"),
    ]  # fmt: skip
    assert str(tmp_path) not in repr(found)


def test_a_broken_row_group_leaves_the_others(tmp_path):
    path = tmp_path / "a.parquet"
    table = pa.table({"text": [f"{number * 7919} " * 50 for number in range(300)]})
    pq.write_table(table, path, row_group_size=100, compression="none", use_dictionary=False)
    data = bytearray(path.read_bytes())
    start = pq.ParquetFile(path).metadata.row_group(1).column(0).data_page_offset
    data[start + 50 : start + 3000] = b"\xff" * 2950
    path.write_bytes(data)
    found = read(path)
    drops = [item for item in found if isinstance(item, Drop)]
    assert [drop.reason for drop in drops] == ["unreadable"]
    assert drops[0].source == "a.parquet#101"
    assert drops[0].detail.startswith("rows 101 to 200: ")
    assert len(found) == 201


def test_a_file_that_vanishes(tmp_path):
    write(tmp_path / "a.parquet", text=["a"])
    reader = open_source("parquet", str(tmp_path))
    (unit,) = reader.units()
    assert isinstance(unit, Unit)
    (tmp_path / "a.parquet").unlink()
    (drop,) = reader.pages(unit)
    assert (drop.reason, str(tmp_path) in drop.detail) == ("unreadable", False)
