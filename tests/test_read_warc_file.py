import gzip
import zlib
from datetime import UTC, datetime

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from presseschau.document import Drop, Page
from presseschau.read import ReadError, Skipped, open_source
from presseschau.read.payload import decoded, message

PAGE = "<html><p>Käse und Brot</p></html>".encode()


def record(number, block=None, kind="response", content="application/http; msgtype=response", fields=""):
    block = http() if block is None else block
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: https://example.de/{number}\r\n"
        f"WARC-Date: 2024-05-01T10:00:{number:02}Z\r\nWARC-Record-ID: <urn:uuid:{number}>\r\n"
    )
    head += (f"Content-Type: {content}\r\n" if content else "") + fields
    return f"{head}Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n"


def http(body=PAGE, status="200 OK", content="text/html; charset=utf-8", fields=""):
    kind = f"Content-Type: {content}\r\n" if content else ""
    return f"HTTP/1.1 {status}\r\n{kind}{fields}\r\n".encode() + body


def read(path, data=None, **options):
    if data is not None:
        path.write_bytes(data)
    reader = open_source("warc", str(path), **options)
    return [item for unit in reader.units() for item in ([unit] if isinstance(unit, Drop) else reader.pages(unit))]


def outcome(found):
    return [(item.source.rpartition("#")[2], getattr(item, "reason", "page")) for item in found]


def chunked(body, size=10):
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x;ext=1\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def raw_deflate(body):
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


def test_a_page_with_its_headers(tmp_path):
    (page,) = read(
        tmp_path / "a.warc", record(7, http(fields="TDM-Reservation: 1\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n"))
    )
    assert page == Page(
        source="a.warc#1",
        kind="html",
        raw=PAGE,
        url="https://example.de/7",
        crawled=datetime(2024, 5, 1, 10, 0, 7, tzinfo=UTC),
        headers=(
            ("content-type", "text/html; charset=utf-8"),
            ("tdm-reservation", "1"),
            ("set-cookie", "a"),
            ("set-cookie", "b"),
        ),
    )


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("blank", [b"\n", b"\r\n"])
def test_headers_whose_lines_end_in_bare_line_feeds(tmp_path, end, blank):
    head = end.join([b"HTTP/1.1 200 OK", b"Content-Type: text/html", b"TDM-Reservation:", b"  1", b"no field", b""])
    body = b"<p>eins\r\n\r\nzwei\n\ndrei"
    (page,) = read(tmp_path / "a.warc", record(1, head + blank + body))
    assert page.raw == body
    assert page.headers == (("content-type", "text/html"), ("tdm-reservation", "1"))


def test_headers_without_end_are_read_in_part(tmp_path):
    endless = record(1, b"HTTP/1.1 200 OK\n" + b"a:b\n" * 1_000_000)
    (drop,) = read(tmp_path / "a.warc", endless)
    assert (drop.reason, drop.outcome) == ("empty", "failed")
    status, headers, body = message(b"HTTP/1.1 200 OK\n" + b"a:b\n" * 1_000_000)
    assert (status, body) == (200, b"")
    assert len(headers) < 100_000


def test_the_type_of_a_record_in_any_case(tmp_path):
    (page,) = read(tmp_path / "a.warc", record(1, http(), content="Application/HTTP ; msgtype=response"))
    assert page.raw == PAGE


def test_http_without_headers(tmp_path):
    data = (
        record(1, b"HTTP/2 200\r\n\r\n" + PAGE)
        + record(2, b"HTTP/1.1  200 OK\n\n" + PAGE)
        + record(3, b"HTTP/1.1 2000\n\nx")
    )
    one, two, three = read(tmp_path / "a.warc", data)
    assert (one.raw, one.headers, two.raw, two.headers) == (PAGE, (), PAGE, ())
    assert (three.reason, three.detail) == ("bad_record", "no HTTP status line")


@pytest.mark.parametrize(
    ("name", "data", "detail"),
    [
        (
            "a.arc.gz",
            gzip.compress(b"filedesc://a.arc 0.0.0.0 20240501000000 text/plain 76\n1 0 Archive\n\n"),
            "an ARC file",
        ),
        ("a.wacz", b"PK\x03\x04\x14\x00", "a ZIP archive"),
    ],
)
def test_archives_of_other_kinds_are_told_with_what_to_do(tmp_path, name, data, detail):
    (drop,) = read(tmp_path / name, data)
    assert (drop.source, drop.reason, drop.outcome) == (name, "unreadable", "failed")
    assert drop.detail.startswith(detail)
    with pytest.raises(ReadError, match=r"warcio recompress|archive/"):
        open_source("warc", str(tmp_path))


def test_a_packed_warc_that_its_crawler_has_not_closed(tmp_path):
    (drop,) = read(tmp_path / "a.warc.gz.open", gzip.compress(record(1)))
    assert (drop.reason, drop.detail) == ("unreadable", "packed by gzip: its name must end in .gz")


def test_wet_files_are_told_with_what_to_do(tmp_path):
    (drop,) = read(tmp_path / "a.warc.wet.gz", gzip.compress(record(1, b"Text", "conversion", "text/plain")))
    assert (drop.reason, drop.outcome) == ("empty", "failed")
    assert "WET" in drop.detail
    with pytest.raises(ReadError, match="the WARCs that they were made of"):
        open_source("warc", str(tmp_path))


@pytest.mark.parametrize(
    ("ending", "pack"),
    [
        ("", b"".join),
        (".gz", lambda records: b"".join(map(gzip.compress, records))),
        (".gz", lambda records: gzip.compress(b"".join(records), mtime=0)),
        (".zst", lambda records: b"".join(map(zstandard.compress, records))),
        (".zst", lambda records: zstandard.compress(b"".join(records))),
    ],
)
def test_compressed_by_record_or_as_a_whole(tmp_path, ending, pack):
    found = read(tmp_path / f"a.warc{ending}", pack([record(number) for number in range(1, 6)]))
    assert [page.url for page in found] == [f"https://example.de/{number}" for number in range(1, 6)]


@pytest.mark.parametrize(
    ("body", "told", "fields", "reason"),
    [
        (b"<html><p>Halb", "Content-Length: 90\r\n", "", "truncated"),
        (b"<html><p>Halb", "", "WARC-Truncated: length\r\n", "truncated"),
        (gzip.compress(b"<html><p>Ganz"), "Content-Encoding: gzip\r\nContent-Length: 33\r\n", "", "page"),
        # Some crawlers store what a browser made of the page under the headers as sent.
        (PAGE + b"<!-- cached -->\n", "Content-Length: 900\r\n", "WARC-Truncated: length\r\n", "page"),
        (b"<html><p>Ganz", "Content-Length: 13\r\nContent-Length: 90\r\n", "", "page"),
        (b"<html><p>Ganz", "Content-Length: viel\r\n", "", "page"),
    ],
)
def test_a_page_that_was_cut_on_its_way_is_none(tmp_path, body, told, fields, reason):
    (found,) = read(tmp_path / "a.warc", record(1, http(body, fields=told), fields=fields))
    assert outcome([found]) == [("1", reason)]


def test_a_feed_that_its_server_calls_html(tmp_path):
    (found,) = read(tmp_path / "a.warc", record(1, http(b"<?xml version='1.0'?><rss><item>")))
    assert (found.reason, found.detail, found.url) == ("not_html", "XML of <rss>", "https://example.de/1")


def test_only_responses_and_resources_count(tmp_path):
    data = (
        record(1, b"software: x\r\n", "warcinfo", "application/warc-fields")
        + record(2, b"GET / HTTP/1.1\r\n\r\n", "request", "application/http; msgtype=request")
        + record(3)
        + record(4, b"", "revisit")
        + record(5, PAGE, "resource", "text/html")
        + record(6, PAGE, "resource", "")
        + record(7, b"x: y", "metadata", "application/warc-fields")
    )
    *found, last = read(tmp_path / "a.warc", data)
    assert last == Skipped("(revisit)", 1)
    assert [(page.source, page.url[-1], page.raw) for page in found] == [
        ("a.warc#1", "3", PAGE), ("a.warc#2", "5", PAGE), ("a.warc#3", "6", PAGE),
    ]  # fmt: skip
    assert found[1].headers == ()


def test_what_is_no_page_is_dropped(tmp_path):
    data = b"".join(
        [
            record(1, http(status="404 Not Found")),
            record(2, http(status="301 Moved")),
            record(3, http(content="image/PNG")),
            record(4, http(content="application/json")),
            record(5, b"x", "resource", "text/css"),
            record(6, http(content="application/xhtml+xml")),
            record(7, http(content="TEXT/HTML ;charset=x")),
            record(8, http(content="")),
        ]
    )
    found = read(tmp_path / "a.warc", data)
    assert [getattr(item, "detail", "page") for item in found] == [
        "404", "301", "image/png", "application/json", "text/css", "page", "page", "page",
    ]  # fmt: skip
    assert [item.reason for item in found[:5]] == ["http_status"] * 2 + ["not_html"] * 3
    assert {item.outcome for item in found[:5]} == {"dropped"}
    assert found[0].url == "https://example.de/1"


def test_what_fails(tmp_path):
    data = (
        record(1, http(body=b" "))
        + record(2, http(body=b"x" * 501))
        + record(3, b"kein HTTP")
        + record(4).replace(b"2024-05-01T10", b"gestern um 10")
        + record(5, http(gzip.compress(bytes(100_000), mtime=0), fields="Content-Encoding: gzip\r\n"))
        + record(6, http(gzip.compress(PAGE, mtime=0)[:-9], fields="Content-Encoding: gzip\r\n"))
        + record(7)
    )
    found = read(tmp_path / "a.warc", data, max_bytes=500)
    assert outcome(found) == [
        ("1", "empty"), ("2", "too_large"), ("3", "bad_record"), ("4", "bad_record"), ("5", "too_large"),
        ("6", "unreadable"), ("7", "page"),
    ]  # fmt: skip
    assert {item.outcome for item in found[:6]} == {"failed"}
    assert found[3].detail.startswith("WARC-Date is no date")


def test_target_in_angle_brackets_and_no_target(tmp_path):
    data = record(1).replace(b"https://example.de/1", b"<https://example.de/1>") + record(2).replace(
        b"WARC-Target-URI: https://example.de/2\r\n", b""
    )
    assert [page.url for page in read(tmp_path / "a.warc", data)] == ["https://example.de/1", None]


def test_a_plain_file_cut_anywhere(tmp_path):
    whole = [record(number) for number in range(1, 4)]
    data = b"".join(whole)
    ends = [len(whole[0]), len(whole[0] + whole[1]), len(data)]
    for keep in range(1, len(data), 7):
        found = read(tmp_path / "a.warc", data[:keep])
        complete = sum(keep >= end - 4 for end in ends)  # what follows a block is no part of it
        pages = [item for item in found if isinstance(item, Page)]
        assert len(pages) == complete, keep
        if keep not in ends:
            assert outcome(found)[-1] == (str(complete + 1), "truncated"), keep
            assert len(found) == complete + 1


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_a_packed_file_cut_anywhere(tmp_path, ending):
    pack = gzip.compress if ending == ".gz" else zstandard.compress
    members = [pack(record(number)) for number in range(1, 4)]
    data = b"".join(members)
    for keep in range(1, len(data), 11):
        found = read(tmp_path / f"a.warc{ending}", data[:keep])
        complete = sum(keep >= len(b"".join(members[: number + 1])) for number in range(3))
        pages = [item for item in found if isinstance(item, Page)]
        assert complete <= len(pages) <= complete + 1
        assert [page.url[-1] for page in pages] == [str(number) for number in range(1, len(pages) + 1)]
        if keep not in (len(members[0]), len(members[0] + members[1])):
            assert outcome(found)[-1] == (str(len(pages) + 1), "truncated")


def test_garbage_between_records(tmp_path):
    found = read(tmp_path / "a.warc", record(1) + b"hier stimmt etwas nicht\r\n" + record(2))
    assert outcome(found) == [("1", "page"), ("2", "unreadable")]
    assert found[1].detail.endswith("what follows was not read")


def test_files_without_pages(tmp_path):
    (tmp_path / "a.warc").touch()
    (tmp_path / "b.warc.gz").write_bytes(gzip.compress(b"", mtime=0))
    (tmp_path / "c.warc").write_bytes(record(1, b"x", "warcinfo", "application/warc-fields"))
    (tmp_path / "d.warc").write_bytes(b"kein WARC")
    (tmp_path / "e.warc.gz").write_bytes(b"kein gzip")
    found = read(tmp_path)
    assert [(drop.source, drop.reason) for drop in found] == [
        ("a.warc", "empty"), ("b.warc.gz", "empty"), ("c.warc", "empty"), ("d.warc#1", "unreadable"),
        ("e.warc.gz#1", "unreadable"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (chunked(PAGE), "Transfer-Encoding: chunked"),
        (gzip.compress(PAGE, mtime=0), "Content-Encoding: gzip"),
        (gzip.compress(PAGE, mtime=0), "Content-Encoding: X-GZIP"),
        (gzip.compress(PAGE[:9], mtime=0) + gzip.compress(PAGE[9:], mtime=0) + b"Rest", "Content-Encoding: gzip"),
        (chunked(gzip.compress(PAGE, mtime=0)), "Transfer-Encoding: chunked\r\nContent-Encoding: gzip"),
        (zlib.compress(PAGE), "Content-Encoding: deflate"),
        (raw_deflate(PAGE), "Content-Encoding: deflate"),
        (zstandard.compress(PAGE), "Content-Encoding: zstd"),
        (zstandard.compress(PAGE[:9]) + zstandard.compress(PAGE[9:]), "Content-Encoding: zstd"),
        (gzip.compress(zlib.compress(PAGE), mtime=0), "Content-Encoding: deflate, gzip"),
        (gzip.compress(PAGE, mtime=0), "X: y"),
        (gzip.compress(gzip.compress(PAGE, mtime=0), mtime=0), "Content-Encoding: gzip"),
        (PAGE, "Content-Encoding: identity"),
        (PAGE, "Content-Encoding: gzip"),
        (PAGE, "Content-Encoding: unbekannt"),
        (PAGE, "Transfer-Encoding: chunked"),
    ],
)
def test_encodings_and_payloads_that_are_decoded_already(tmp_path, body, fields):
    (page,) = read(tmp_path / "a.warc", record(1, http(body, fields=fields + "\r\n")))
    assert page.raw == PAGE


def test_a_packed_body_of_nothing(tmp_path):
    (drop,) = read(tmp_path / "a.warc", record(1, http(gzip.compress(b""), fields="Content-Encoding: gzip\r\n")))
    assert drop.reason == "empty"


def test_a_content_type_that_is_sent_twice(tmp_path):
    (page,) = read(tmp_path / "a.warc", record(1, http(content="text/html, text/html; charset=utf-8")))
    assert page.raw == PAGE


def test_brotli():
    from fastwarc.stream_io import BrotliReader  # noqa: F401 (the decoder is there)

    # "Hallo" as one uncompressed block of Brotli (RFC 7932, 9.2).
    assert decoded(b"\x0b\x02\x80Hallo\x03", (("content-encoding", "br"),), 100) == b"Hallo"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (chunked(PAGE)[:-20], {"transfer-encoding": "chunked"}),
        (b"kein gzip", {"content-encoding": "gzip"}),
        (b"kein zstd", {"content-encoding": "zstd"}),
        (b"\x01", {"content-encoding": "unbekannt"}),
        (zlib.compress(PAGE)[:-3], {"content-encoding": "deflate"}),
        (gzip.compress(PAGE) + gzip.compress(PAGE)[:-9], {"content-encoding": "gzip"}),
        (gzip.compress(b"") * 1000, {"content-encoding": "gzip"}),
        (zstandard.compress(PAGE) + zstandard.compress(PAGE)[:-9], {"content-encoding": "zstd"}),
    ],
)
def test_payloads_that_can_not_be_decoded(body, fields):
    found = decoded(body, tuple(fields.items()), 1000)
    assert isinstance(found, tuple)
    assert found[0] == "unreadable"


def test_columns_are_for_other_kinds(tmp_path):
    (tmp_path / "a.warc").write_bytes(record(1))
    with pytest.raises(ReadError, match="source=warc has no columns"):
        open_source("warc", str(tmp_path), keep=["x"])


def test_digest(tmp_path):
    (tmp_path / "a.warc").write_bytes(record(1))
    (one,) = open_source("warc", str(tmp_path)).units()
    (two,) = open_source("warc", str(tmp_path), max_bytes=5).units()
    assert one.digest != two.digest


PARTS = [
    record(1),
    record(2)[:90],
    record(3, http(chunked(PAGE), fields="Transfer-Encoding: chunked\r\n")),
    b"\r\n",
    b"WARC/1.0\r\n",
    b"Content-Length: -1\r\n",
    b"Content-Length: 99999999\r\n\r\n",
]


@given(st.lists(st.sampled_from(PARTS) | st.binary(max_size=30), max_size=6), st.sampled_from(["", ".gz", ".zst"]))
def test_any_bytes_never_raise(tmp_path_factory, parts, ending):
    path = tmp_path_factory.getbasetemp() / f"any.warc{ending}"
    pack = {"": bytes, ".gz": gzip.compress, ".zst": zstandard.compress}[ending]
    found = read(path, pack(b"".join(parts)))
    sources = [item.source for item in found]
    assert found
    assert len(set(sources)) == len(sources)
