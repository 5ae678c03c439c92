import gzip
import pickle
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from presseschau.document import Drop, Page
from presseschau.read import KINDS, Reader, ReadError, Unit, open_source


def everything(reader: Reader):
    return [item for unit in reader.units() for item in ([unit] if isinstance(unit, Drop) else reader.pages(unit))]


@pytest.fixture
def sample(tmp_path):
    root = tmp_path / "sample"
    for folder in ("html/a", "text", "records", "warc"):
        (root / folder).mkdir(parents=True)
    (root / "html/a/x.html").write_text("<p>x")
    (root / "html/x.json").write_text("{}")
    (root / "html/b.html").write_text("<p>b")
    (root / "html/b.json").write_text('{"title": "B"}')
    (root / "text/t.txt").write_text("t")
    (root / "records/r.jsonl").write_text('{"text": "j"}\n')
    (root / "records/r.csv").write_text("text\nc\n")
    (root / "records/liesmich.md").write_text("x")
    pq.write_table(pa.table({"text": ["p"]}), root / "records/r.parquet")
    body = b"HTTP/1.1 200 OK\r\n\r\n<p>w"
    head = f"WARC/1.0\r\nWARC-Type: response\r\nContent-Type: application/http\r\nContent-Length: {len(body)}\r\n\r\n"
    (root / "warc/w.warc.gz").write_bytes(gzip.compress(head.encode() + body + b"\r\n\r\n"))
    return root


def test_the_sample_is_all_kinds_under_one_root(sample):
    reader = open_source("sample", str(sample))
    assert [(page.source, page.raw, page.title) for page in everything(reader)] == [
        ("html/a/x.html", b"<p>x", None),
        ("html/b.html", b"<p>b", "B"),
        ("records/r.csv#2", "c", None),
        ("records/r.jsonl#1", "j", None),
        ("records/r.parquet#1", "p", None),
        ("text/t.txt", b"t", None),
        ("warc/w.warc.gz#1", b"<p>w", None),
    ]
    assert reader.skipped() == {".json": 1, ".md": 1}


def test_a_page_of_the_sample_with_its_query_or_number(sample):
    (sample / "html/c.html?id=1").write_text("<p>c")
    (sample / "html/c.html.1").write_text("<p>d")
    (sample / "records/s.csv?id=1").write_text("text\ns\n")
    found = {page.source: page.raw for page in everything(open_source("sample", str(sample)))}
    assert (found["html/c.html?id=1"], found["html/c.html.1"]) == (b"<p>c", b"<p>d")
    assert found["records/s.csv?id=1#2"] == "s"


def test_files_with_an_object_each_are_no_json_lines(tmp_path):
    (tmp_path / "a.json").write_text('{"text": "x"}')
    with pytest.raises(ReadError, match=r"but 1 \.json; `jq -c \. \*\.json > pages\.jsonl`"):
        open_source("jsonl", str(tmp_path))


def test_the_sample_needs_not_all_folders(sample):
    for folder in ("records", "warc", "text"):
        shutil.rmtree(sample / folder)
    assert len(everything(open_source("sample", str(sample)))) == 2
    shutil.rmtree(sample / "html")
    with pytest.raises(ReadError, match="no pages in html, text, records, warc there"):
        open_source("sample", str(sample))


def test_units_are_sorted_and_repeatable(sample):
    reader = open_source("sample", str(sample))
    units = list(reader.units())
    assert [unit.source for unit in units] == sorted(unit.source for unit in units)
    assert list(reader.units()) == units
    copy = sample.parent / "kopie"
    shutil.copytree(sample, copy)
    again = [(unit.source, unit.digest) for unit in open_source("sample", str(copy)).units() if isinstance(unit, Unit)]
    assert again == [(unit.source, unit.digest) for unit in units if isinstance(unit, Unit)]


def test_drops_stand_among_the_units(tmp_path):
    for name in ("a.html", "c.html"):
        (tmp_path / name).write_text("<p>x")
    (tmp_path / "b.html").symlink_to("nowhere")
    assert [type(unit).__name__ for unit in open_source("html", str(tmp_path)).units()] == ["Unit", "Drop", "Unit"]


def test_a_reader_travels_light(sample):
    reader = open_source("sample", str(sample), keep=["dept"])
    units = [unit for unit in reader.units() if isinstance(unit, Unit)]
    sent = pickle.loads(pickle.dumps(reader))
    assert [list(sent.pages(unit)) for unit in units] == [list(reader.pages(unit)) for unit in units]
    assert str(sample).encode() not in pickle.dumps(reader)


def test_a_named_file_of_any_ending(tmp_path):
    (tmp_path / "seite.php").write_text("<p>x")
    (page,) = everything(open_source("html", str(tmp_path / "seite.php")))
    assert page == Page("seite.php", "html", b"<p>x")


@pytest.mark.parametrize(
    ("kind", "name", "right"),
    [("html", "a.csv", "csv"), ("text", "a.JSONL.gz", "jsonl"), ("text", "a.tsv", "csv"), ("jsonl", "a.parquet", "parquet"),
     ("html", "a.warc.gz", "warc"), ("csv", "a.ndjson", "jsonl")],
)  # fmt: skip
def test_a_named_table_is_no_page(tmp_path, kind, name, right):
    (tmp_path / name).write_text("url,text\nx,y\n")
    with pytest.raises(ReadError, match=f"source={kind} source.path=.*{name}: that is a file for source={right}"):
        open_source(kind, str(tmp_path / name))


@pytest.mark.parametrize("path", ["https://blatt.example/", "file:///home/ada/pages"])
def test_an_address_is_told_that_nothing_is_fetched(path):
    with pytest.raises(ReadError, match="pages are read from files, nothing is fetched"):
        open_source("html", path)


def test_skipped(tmp_path):
    for name in ("a.html", "a.json", "b.css", "c.CSS", ".d"):
        (tmp_path / name).write_text("x")
    assert open_source("html", str(tmp_path)).skipped() == {"(hidden)": 1, ".css": 2}


@pytest.mark.parametrize(
    ("kind", "path", "options", "message"),
    [
        ("htm", ".", {}, r"source=htm is not known; nearest is html \(of html, text, jsonl"),
        ("json", ".", {}, "nearest is jsonl"),
        ("", ".", {}, "is not known"),
        ("html", "", {}, r"source=html needs source\.path=FILE, FOLDER or GLOB"),
        ("html", "fehlt", {}, r"source\.path=.*fehlt: there is no such file or folder"),
        ("html", "", {"keep": ["x"]}, "needs source.path"),
        ("jsonl", "leer", {}, r"no \*\.jsonl .* there, and nothing else"),
        ("html", "voll", {}, r"no \*\.html .* there, but 2 \.pdf, 1 \.txt"),
        ("html", "gepackt", {}, r"but 1 \.tar\.gz; unpack them"),
        ("text", "seiten", {}, r"but 3 \.html, 2 \.bz2; source=html reads \.html"),
        ("csv", "tabellen", {}, r"but 1 \.ods, 1 \.xlsx; save the workbook as CSV UTF-8"),
        ("html", "gepackt/a.TAR.gz", {}, r"a\.TAR\.gz: unpack it"),
        ("text", "voll", {"columns": {"txt": "x"}}, r"source\.columns has no key 'txt'"),
        ("text", "voll", {"keep": "dept"}, r"source\.keep=dept is one name, not a list: source\.keep=\[dept\]"),
        ("text", "voll", {"max_bytes": 0}, "max_bytes=0"),
    ],
)
def test_wrong_arguments_are_one_clear_line(tmp_path, kind, path, options, message):
    (tmp_path / "leer").mkdir()
    (tmp_path / "voll").mkdir()
    for name in ("a.pdf", "b.pdf", "c.txt"):
        (tmp_path / "voll" / name).write_text("x")
    (tmp_path / "gepackt").mkdir()
    (tmp_path / "gepackt" / "a.TAR.gz").write_text("x")
    for name in ("seiten/a.html", "seiten/b.html", "seiten/c.html", "seiten/a.html.bz2", "seiten/b.html.bz2",
                 "tabellen/a.xlsx", "tabellen/b.ods"):  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    with pytest.raises(ReadError, match=message) as caught:
        open_source(kind, str(tmp_path / path) if path else path, **options)
    assert "\n" not in str(caught.value)


def test_a_file_that_can_not_be_read_is_no_wrong_argument(tmp_path):
    (tmp_path / "a.parquet").write_bytes(b"kaputt")
    (tmp_path / "a.csv").touch()
    for kind in ("parquet", "csv"):
        assert [drop.outcome for drop in everything(open_source(kind, str(tmp_path)))] == ["failed"]


def test_kinds():
    assert KINDS == ("html", "text", "jsonl", "csv", "parquet", "warc", "ccnews", "sample")
