"""CC-NEWS over real HTTP: a loopback server that serves path lists and WARCs, and fails in the usual ways."""

from __future__ import annotations

import gzip
import json
import pickle
import socket
import threading
import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ROOT, build, run_script
from presseschau.document import Drop, Page
from presseschau.read import ReadError, Skipped, Unit, open_source
from presseschau.read.ccnews import CcNews
from presseschau.read.http_stream import Http
from presseschau.read.outlets import Outlet

FAST = Http(agent="test-agent (test@blatt.example)", retries=3, wait=0.01, max_wait=1.0, delay=0.0, timeout=5.0)
OUTLETS = (
    Outlet("blatt.de", "Blatt", "blatt", "de"),
    Outlet("bote.at", "Bote", "bote", "at", ("/netz/",)),
)
MAY = "crawl-data/CC-NEWS/2026/05"
LIST = f"{MAY}/warc.paths.gz"


@dataclass
class Act:
    """What the server does with one request, in place of what it should.

    Attributes:
        status: Answers with this status.
        headers: Answers with these headers, too.
        cut: Ends the connection after so many bytes of the body.
        stall: Seconds of silence before the body.
        drip: Seconds between the first bytes of the body.
        whole: Ignores a range.
        length: Says another Content-Length.
    """

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    stall: float = 0.0
    drip: float = 0.0
    whole: bool = False
    length: int | None = None


class Archive:
    """Files by path, with what goes wrong, and what was asked for."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.acts: dict[str, list[Act]] = {}  # "GET path": one act a request, the last one for all that follow
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.ports: set[int] = set()
        self.tags = True
        self.url = ""

    def put(self, month: str, *warcs: bytes) -> list[str]:
        names = [f"crawl-data/CC-NEWS/{month}/CC-NEWS-20260501{number:06}.warc.gz" for number in range(len(warcs))]
        self.files |= dict(zip(names, warcs, strict=True))
        self.files[f"crawl-data/CC-NEWS/{month}/warc.paths.gz"] = gzip.compress(
            "".join(f"{n}\n" for n in names).encode()
        )
        return names

    def fail(self, request: str, *acts: Act) -> None:
        self.acts[request] = list(acts)

    def requests(self, request: str) -> list[dict[str, str]]:
        return [headers for method, path, headers in self.asked if f"{method} {path}" == request]


def handler(archive: Archive) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: object) -> None:
            pass

        def do_HEAD(self) -> None:
            self.answer(head=True)

        def do_GET(self) -> None:
            self.answer(head=False)

        def answer(self, head: bool) -> None:
            path = self.path.removeprefix("http://archiv.invalid").lstrip("/")
            archive.asked.append((self.command, path, {k.lower(): v for k, v in self.headers.items()}))
            archive.ports.add(self.client_address[1])
            acts = archive.acts.get(f"{self.command} {path}", [])
            act = (acts.pop(0) if len(acts) > 1 else acts[0]) if acts else Act()
            body = archive.files.get(path)
            status = act.status or (200 if body is not None else 404)
            tag = f'"{hash_of(body or b"")}"'
            at = 0
            if status == 200 and body is not None and "Range" in self.headers and not act.whole:
                same = self.headers.get("If-Range", tag) == tag
                at = int(self.headers["Range"].removeprefix("bytes=").rstrip("-")) if same else 0
                status = 200 if not at else 206 if at < len(body) else 416
            content = (body or b"")[at:] if status in (200, 206) else b"<Error/>"
            self.send_response(status)
            if body is not None and archive.tags:
                self.send_header("ETag", tag)
            if status == 206 and "Content-Range" not in act.headers:
                self.send_header("Content-Range", f"bytes {at}-{len(body or b'') - 1}/{len(body or b'')}")
            for name, value in act.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content) if act.length is None else act.length))
            self.end_headers()
            if head:
                return
            self.wfile.flush()
            time.sleep(act.stall)
            try:
                if act.drip:
                    for number in range(50):
                        self.wfile.write(content[number : number + 1])
                        self.wfile.flush()
                        time.sleep(act.drip)
                    content = content[50:]
                self.wfile.write(content if act.cut is None else content[: act.cut])
            except OSError:  # the client has left
                self.close_connection = True
            if act.cut is not None or act.length is not None:
                self.close_connection = True

    return Handler


def hash_of(data: bytes) -> str:
    return f"{len(data):x}-{sum(data) & 0xFFFF:x}"


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *args: object) -> None:
        pass  # clients that leave early are the subject


@pytest.fixture
def archive(monkeypatch: pytest.MonkeyPatch) -> Iterator[Archive]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")  # whatever proxy the machine has
    made = Archive()
    server = Server(("127.0.0.1", 0), handler(made))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_port}"
    yield made
    server.shutdown()
    server.server_close()


def record(url: str, text: str = "Die Stadtwerke prüfen das Netz.", kind: str = "response") -> bytes:
    page = f"<html><p>{text}</p></html>".encode()
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nTDM-Reservation: 1\r\n\r\n" + page
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2026-05-01T10:00:00Z\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + block + b"\r\n\r\n")


def article(path: Path) -> bytes:
    """A page of the sample, which is long enough to be kept, as a record."""
    page = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://www.heise.de/{path.parent.name}/{path.stem}\r\n"
        f"WARC-Date: 2026-05-01T10:00:00Z\r\nContent-Type: application/http\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + block + b"\r\n\r\n")


def warc(*urls: str) -> bytes:
    return b"".join(record(url, f"Die Stadtwerke prüfen das Netz, Folge {n}.") for n, url in enumerate(urls))


URLS = [f"https://www.blatt.de/artikel-{n}" for n in range(6)]


def reader(archive: Archive, **options: object) -> CcNews:
    return CcNews(**{"months": ("2026-05",), "outlets": OUTLETS, "base_url": archive.url, "http": FAST, **options})


def read(source: CcNews) -> tuple[list[Page], list[Drop], dict[str, int]]:
    """Everything that a build would see."""
    pages, drops, skipped = list[Page](), list[Drop](), dict[str, int]()
    for unit in source.units():
        for item in [unit] if isinstance(unit, Drop) else source.pages(unit):
            if isinstance(item, Page):
                pages.append(item)
            elif isinstance(item, Skipped):
                skipped[item.what] = skipped.get(item.what, 0) + item.count
            else:
                drops.append(item)
    return pages, drops, skipped


def urls(pages: list[Page]) -> list[str | None]:
    return [page.url for page in pages]


def reasons(drops: list[Drop]) -> list[tuple[str, str, str]]:
    return [(drop.source, drop.reason, drop.detail) for drop in drops]


def test_pages_of_the_outlets_and_nothing_else(archive: Archive) -> None:
    names = archive.put(
        "2026/05",
        warc("https://www.blatt.de/a", "https://fremd.de/b", "https://bote.at/netz/c?d", "https://bote.at/sport/e"),
        record("https://blatt.de/x", kind="request") + record("https://kein-blatt.de/f") + record("https://blatt.de/g"),
    )
    pages, drops, skipped = read(reader(archive))
    assert [(page.source, page.url) for page in pages] == [
        (f"{names[0]}#1", "https://www.blatt.de/a"),
        (f"{names[0]}#3", "https://bote.at/netz/c?d"),
        (f"{names[1]}#2", "https://blatt.de/g"),  # numbered as in the WARC, requests not counted
    ]
    assert (drops, skipped) == ([], {"(other host)": 2, "(other section)": 1})
    assert ("tdm-reservation", "1") in pages[0].headers
    assert pages[0].crawled is not None


def test_pages_are_those_of_the_warc_on_disk(archive: Archive, tmp_path: Path) -> None:
    data = warc(*URLS)
    (name,) = archive.put("2026/05", data)
    pages, _, _ = read(reader(archive))
    path = tmp_path / "a.warc.gz"
    path.write_bytes(data)
    local = open_source("warc", str(path))
    expected = [page for unit in local.units() if isinstance(unit, Unit) for page in local.pages(unit)]
    assert [replace(page, source=page.source.replace(name, "a.warc.gz")) for page in pages] == expected


def test_the_server_sees_a_name_and_one_connection(archive: Archive) -> None:
    archive.put("2026/05", warc(*URLS), warc(*URLS))
    source = reader(archive)
    units = list(source.units())
    assert len(archive.ports) == 1
    assert len(list(source.pages(units[0]))) == 6
    assert len(archive.ports) == 2  # another worker
    assert {headers["user-agent"] for _, _, headers in archive.asked} == {"test-agent (test@blatt.example)"}
    assert all(headers["accept-encoding"] == "identity" for _, _, headers in archive.asked)


def test_requests_keep_their_distance(archive: Archive) -> None:
    archive.put("2026/05", *[warc(URLS[0])] * 3)
    start = time.monotonic()
    units = list(reader(archive, http=replace(FAST, delay=0.1)).units())
    assert len(units) == 3
    assert time.monotonic() - start > 0.25  # four requests


def test_months_are_sorted_and_limited(archive: Archive) -> None:
    june = archive.put("2026/06", warc(URLS[0]), warc(URLS[1]))
    may = archive.put("2026/05", warc(URLS[2]), warc(URLS[3]))
    source = reader(archive, months=("2026-06", "2026-05"))
    assert [unit.source for unit in source.units()] == [*may, *june]
    assert [unit.source for unit in replace(source, limit=3).units()] == [*may, june[0]]


def test_equal_listings_give_equal_units(archive: Archive) -> None:
    archive.put("2026/05", warc(*URLS))
    source = reader(archive)
    (unit,) = source.units()
    assert [unit] == list(pickle.loads(pickle.dumps(source)).units())
    assert unit == next(reader(archive, http=replace(FAST, agent="another")).units())
    assert unit == next(reader(archive, outlets=OUTLETS[::-1]).units())
    (other,) = reader(archive, outlets=OUTLETS[:1]).units()
    assert isinstance(other, Unit)
    assert isinstance(unit, Unit)
    assert other.digest != unit.digest
    archive.put("2026/05", warc(*URLS[:5]))
    (changed,) = source.units()
    assert isinstance(changed, Unit)
    assert changed.digest != unit.digest


def test_a_list_that_is_not_there_does_not_end_the_build(archive: Archive) -> None:
    archive.put("2026/05", warc(*URLS))
    pages, drops, _ = read(reader(archive, months=("2026-05", "2026-04")))
    assert urls(pages) == URLS
    assert reasons(drops) == [("crawl-data/CC-NEWS/2026/04/warc.paths.gz", "unreachable", "HTTP 404")]
    assert drops[0].outcome == "failed"


@pytest.mark.parametrize(
    ("raw", "units", "expected"),
    [
        (b"", 0, [(LIST, "empty")]),
        (gzip.compress(b"", mtime=0), 0, [(LIST, "empty")]),
        (gzip.compress(b"a/b.warc.gz\na/b.warc.gz\n\n"), 1, []),
        (gzip.compress(b"a/b.warc.gz\n../c.warc.gz\n"), 1, [(LIST, "bad_record")]),
        (gzip.compress(b"https://boese.example/x.warc.gz\n"), 0, [(LIST, "bad_record")]),
        (b"<html>\n<h1>Wartungsarbeiten</h1>\n</html>\n", 0, [(LIST, "bad_record")]),
        (b"\x1f\x8b\x08\x00garbage that is no gzip", 0, [(LIST, "unreadable")]),
    ],
)
def test_lists_that_are_no_good(archive: Archive, raw: bytes, units: int, expected: list[tuple[str, str]]) -> None:
    archive.files |= {LIST: raw, "a/b.warc.gz": warc(*URLS)}
    found = list(reader(archive).units())
    assert sum(isinstance(item, Unit) for item in found) == units
    assert [(item.source, item.reason) for item in found if isinstance(item, Drop)] == expected


def test_a_list_that_was_decompressed_on_the_way_is_read(archive: Archive) -> None:
    archive.files |= {LIST: b"a/b.warc.gz\r\n", "a/b.warc.gz": warc(*URLS)}
    assert len(read(reader(archive))[0]) == 6


def test_a_list_that_is_cut_gives_its_whole_lines(archive: Archive) -> None:
    names = archive.put("2026/05", *[warc(URLS[0])] * 3)
    packer = gzip.compress("".join(f"{name}\n" for name in names).encode(), 0)
    archive.files[LIST] = packer[:-20]  # within the last line: what is left of it could look like a path
    found = list(reader(archive).units())
    assert [item.source for item in found if isinstance(item, Unit)] == names[:2]
    assert [item.reason for item in found if isinstance(item, Drop)] == ["truncated"]


@pytest.mark.parametrize("method", ["HEAD", "GET"])
@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_server_that_asks_for_patience_gets_it(archive: Archive, method: str, status: int) -> None:
    (name,) = archive.put("2026/05", warc(*URLS))
    archive.fail(f"{method} {name}", Act(status=status), Act(status=status, headers={"Retry-After": "0"}), Act())
    pages, drops, _ = read(reader(archive))
    assert (urls(pages), drops) == (URLS, [])
    assert len(archive.requests(f"{method} {name}")) == 3


def test_retry_after_is_kept(archive: Archive) -> None:
    (name,) = archive.put("2026/05", warc(*URLS))
    archive.fail(f"HEAD {name}", Act(status=503, headers={"Retry-After": "1"}), Act())
    start = time.monotonic()
    assert len(list(reader(archive).units())) == 1
    assert time.monotonic() - start > 0.99


@pytest.mark.parametrize("value", ["3600", "Wed, 01 Jan 2150 00:00:00 GMT"])
def test_a_server_that_asks_for_too_much_patience_is_left_alone(archive: Archive, value: str) -> None:
    first, second = archive.put("2026/05", warc(*URLS[:3]), warc(*URLS[3:]))
    archive.fail(f"HEAD {first}", Act(status=503, headers={"Retry-After": value}))
    pages, drops, _ = read(reader(archive))
    assert urls(pages) == URLS[3:]
    assert [(drop.source, drop.reason) for drop in drops] == [(first, "unreachable")]
    assert "HTTP 503; asks to come back in " in drops[0].detail
    assert len(archive.requests(f"HEAD {first}")) == 1
    assert second in {path for _, path, _ in archive.asked}


@pytest.mark.parametrize("value", ["soon", "-5", ""])
def test_a_retry_after_that_means_nothing_is_passed_over(archive: Archive, value: str) -> None:
    (name,) = archive.put("2026/05", warc(*URLS))
    archive.fail(f"HEAD {name}", Act(status=503, headers={"Retry-After": value}), Act())
    assert len(read(reader(archive))[0]) == 6


@pytest.mark.parametrize("method", ["HEAD", "GET"])
@pytest.mark.parametrize(("status", "tries"), [(503, 4), (403, 1), (404, 1), (410, 1)])
def test_a_warc_that_can_not_be_had(archive: Archive, method: str, status: int, tries: int) -> None:
    first, _ = archive.put("2026/05", warc(*URLS[:3]), warc(*URLS[3:]))
    archive.fail(f"{method} {first}", Act(status=status))
    pages, drops, _ = read(reader(archive))
    assert urls(pages) == URLS[3:]
    ((source, reason, detail),) = reasons(drops)
    assert (source.partition("#")[0], reason) == (first, "unreachable")
    assert detail == (f"HTTP {status}; tried 4 times" if tries > 1 else f"HTTP {status}")
    assert len(archive.requests(f"{method} {first}")) == tries  # bounded


def test_a_cut_connection_is_taken_up_where_it_was_cut(archive: Archive) -> None:
    (name,) = archive.put("2026/05", warc(*URLS))
    archive.fail(f"GET {name}", Act(cut=300), Act(cut=500), Act())
    pages, drops, _ = read(reader(archive))
    assert (urls(pages), drops) == (URLS, [])
    first, second, third = archive.requests(f"GET {name}")
    assert "range" not in first
    assert (second["range"], third["range"]) == ("bytes=300-", "bytes=800-")
    assert second["if-range"].startswith('"')


def test_a_server_that_ignores_ranges_is_read_again_from_the_start(archive: Archive) -> None:
    (name,) = archive.put("2026/05", warc(*URLS))
    archive.fail(f"GET {name}", Act(cut=300), Act(whole=True, cut=700), Act(whole=True))
    pages, drops, _ = read(reader(archive))
    assert (urls(pages), drops) == (URLS, [])


@pytest.mark.parametrize("said", ["bytes 900-999/1000", "bytes */1000", "", "apples"])
def test_a_server_that_sends_another_range_is_not_believed(archive: Archive, said: str) -> None:
    (name,) = archive.put("2026/05", warc(*URLS))
    archive.fail(f"GET {name}", Act(cut=300), Act(status=206, headers={"Content-Range": said}))
    pages, drops, _ = read(reader(archive))
    assert urls(pages) == URLS[:1]
    assert reasons(drops) == [(f"{name}#2", "unreachable", "the server sends another range than bytes 300-")]


def test_a_server_that_sends_more_than_the_range_is_cut_to_it(archive: Archive) -> None:
    data = warc(*URLS)
    (name,) = archive.put("2026/05", data)
    archive.fail(f"GET {name}", Act(cut=300), Act(status=206, headers={"Content-Range": f"bytes 0-{len(data) - 1}/*"}))
    assert urls(read(reader(archive))[0]) == URLS


def test_connections_that_are_always_cut_end_after_the_retries(archive: Archive) -> None:
    data = warc(*URLS)
    (name,) = archive.put("2026/05", data)
    archive.fail(f"GET {name}", Act(cut=len(data) // 6))
    pages, drops, _ = read(reader(archive))
    assert 2 <= len(pages) <= 4  # four tries with a sixth each
    ((source, reason, detail),) = reasons(drops)
    assert source == f"{name}#{len(pages) + 1}"
    assert (reason, detail) == ("unreachable", "the connection was cut; tried 4 times")
    assert len(archive.requests(f"GET {name}")) == 4


def test_cuts_that_bring_the_file_forward_do_not_count(archive: Archive) -> None:
    filler = b"".join(record(f"https://fremd.de/{n}", "x") for n in range(30))
    data = filler + gzip.compress(b"", mtime=0) * ((9 << 20) // 20) + warc(*URLS)  # 9 MB of members without content
    (name,) = archive.put("2026/05", data)
    archive.fail(f"GET {name}", Act(cut=(1 << 20) + 1))
    pages, drops, _ = read(reader(archive, http=replace(FAST, retries=1)))
    assert (urls(pages), drops) == (URLS, [])
    assert len(archive.requests(f"GET {name}")) == 1 + len(data) // ((1 << 20) + 1)


def test_a_server_that_promises_too_much(archive: Archive) -> None:
    data = warc(*URLS)
    (name,) = archive.put("2026/05", data)
    archive.fail(f"HEAD {name}", Act(length=len(data) + 1000))
    archive.fail(f"GET {name}", Act(length=len(data) + 1000), Act())
    pages, drops, _ = read(reader(archive))
    assert urls(pages) == URLS  # nothing is lost, but nobody knows what is missing
    assert reasons(drops) == [
        (f"{name}#7", "unreachable", f"the server has no bytes after {len(data)} of {len(data) + 1000}")
    ]


def test_a_server_that_delivers_less_than_it_listed(archive: Archive) -> None:
    data = warc(*URLS)
    (name,) = archive.put("2026/05", data)
    archive.fail(f"GET {name}", Act(length=400, cut=400), Act())
    assert urls(read(reader(archive))[0]) == URLS
    assert "range" not in archive.requests(f"GET {name}")[1]  # the 400 bytes may be anything


def test_a_maintenance_page_is_not_taken_for_the_file(archive: Archive) -> None:
    (name,) = archive.put("2026/05", warc(*URLS))
    archive.files["wartung.html"] = b"<html>Wartungsarbeiten</html>"
    archive.tags = False
    away = Act(status=302, headers={"Location": "/wartung.html"})
    archive.fail(f"GET {name}", away, away, Act())
    pages, drops, _ = read(reader(archive))
    assert (urls(pages), drops) == (URLS, [])
    archive.fail(f"GET {name}", away)
    assert [drop.reason for drop in read(reader(archive))[1]] == ["unreachable"]


def test_a_proxy_is_used_where_one_is_set(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    archive.put("2026/05", warc(*URLS))
    monkeypatch.setenv("http_proxy", archive.url)
    monkeypatch.setenv("no_proxy", "")
    assert urls(read(reader(archive, base_url="http://archiv.invalid"))[0]) == URLS
    monkeypatch.setenv("no_proxy", "archiv.invalid")
    assert [drop.reason for drop in read(reader(archive, base_url="http://archiv.invalid"))[1]] == ["unreachable"]


def test_a_server_that_does_not_say_the_length(archive: Archive) -> None:
    (name,) = archive.put("2026/05", warc(*URLS))
    archive.tags = False
    archive.fail(f"HEAD {name}", Act(length=0))
    archive.fail(f"GET {name}", Act(cut=300), Act())
    assert urls(read(reader(archive))[0]) == URLS


def test_a_warc_that_is_cut_on_the_server_is_read_to_its_end(archive: Archive) -> None:
    (name,) = archive.put("2026/05", warc(*URLS)[:-20])
    pages, drops, _ = read(reader(archive))
    assert urls(pages) == URLS[:5]
    assert [(drop.source, drop.reason) for drop in drops] == [(f"{name}#6", "truncated")]


def test_a_warc_that_is_no_warc(archive: Archive) -> None:
    archive.put("2026/05", b"<html>Wartungsarbeiten</html>")
    pages, drops, _ = read(reader(archive))
    assert (pages, [drop.reason for drop in drops]) == ([], ["unreadable"])


def test_a_file_that_changes_under_the_reader_is_not_mixed(archive: Archive) -> None:
    archive.put("2026/05", warc(*URLS))
    source = reader(archive)
    (unit,) = source.units()
    assert isinstance(unit, Unit)
    archive.put("2026/05", warc(*reversed(URLS)) + b"\0")
    (drop,) = source.pages(unit)
    assert isinstance(drop, Drop)
    assert (drop.reason, drop.detail) == ("unreachable", "the file has changed since it was listed")
    assert len(read(source)[0]) == 6


def test_a_server_that_falls_silent(archive: Archive) -> None:
    (name,) = archive.put("2026/05", warc(*URLS))
    archive.fail(f"GET {name}", Act(stall=30), Act())
    pages, drops, _ = read(reader(archive, http=replace(FAST, timeout=1.0)))
    assert (urls(pages), drops) == (URLS, [])


def test_a_server_that_drips(archive: Archive) -> None:
    (name,) = archive.put("2026/05", warc(*URLS))
    archive.fail(f"GET {name}", Act(drip=0.1), Act())
    pages, drops, _ = read(reader(archive, http=replace(FAST, timeout=1.0)))
    assert (urls(pages), drops) == (URLS, [])
    assert len(archive.requests(f"GET {name}")) == 2


def test_redirects_are_followed(archive: Archive) -> None:
    data = warc(*URLS)
    (name,) = archive.put("2026/05", data)
    archive.files["elsewhere.warc.gz"] = data
    away = Act(status=302, headers={"Location": "/elsewhere.warc.gz"})
    archive.fail(f"HEAD {name}", away)
    archive.fail(f"GET {name}", away)
    archive.fail("GET elsewhere.warc.gz", Act(cut=300), Act())
    pages, drops, _ = read(reader(archive))
    assert (urls(pages), drops) == (URLS, [])
    assert archive.requests("GET elsewhere.warc.gz")[1]["range"] == "bytes=300-"


@pytest.mark.parametrize("place", [f"/{MAY}/CC-NEWS-20260501000000.warc.gz", "ftp://blatt.example/a", "http://[", ""])
def test_redirects_to_nowhere(archive: Archive, place: str) -> None:
    first, _ = archive.put("2026/05", warc(*URLS[:3]), warc(*URLS[3:]))
    archive.fail(f"HEAD {first}", Act(status=302, headers={"Location": place}))
    pages, drops, _ = read(reader(archive))
    assert urls(pages) == URLS[3:]
    assert [(drop.source, drop.reason) for drop in drops] == [(first, "unreachable")]


def test_no_server_at_all() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    made = Archive()
    made.url = f"http://127.0.0.1:{port}"
    pages, drops, _ = read(reader(made))
    assert (pages, reasons(drops)) == ([], [(LIST, "unreachable", "no connection; tried 4 times")])
    made.url = "http://no-such-host.invalid"
    assert [drop.reason for drop in read(reader(made, http=replace(FAST, retries=0)))[1]] == ["unreachable"]


def test_a_reader_that_stops_early_leaves_no_connection(archive: Archive) -> None:
    archive.put("2026/05", warc(*URLS))
    source = reader(archive)
    (unit,) = source.units()
    assert isinstance(unit, Unit)
    pages = source.pages(unit)
    assert isinstance(next(pages), Page)
    pages.close()  # type: ignore[attr-defined]  # a ResourceWarning is an error


def test_memory_does_not_grow_with_the_warc(archive: Archive) -> None:
    big = b"".join(
        record(f"https://fremd.de/{n}", "".join(map(str, range(n, n + 9000)))) for n in range(0, 400_000, 800)
    )
    archive.put("2026/05", big + warc(*URLS))
    assert len(big) > 8 << 20
    source = reader(archive)
    (unit,) = source.units()
    assert isinstance(unit, Unit)
    tracemalloc.start()
    found = sum(1 for _ in source.pages(unit))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == 7
    assert peak < 6 << 20


DATA = warc(*URLS)


@settings(max_examples=settings.default.max_examples // 4)
@given(cuts=st.lists(st.integers(0, len(DATA)), max_size=3))
def test_wherever_it_is_cut_the_pages_are_the_same(cuts: list[int]) -> None:
    made = Archive()
    with Server(("127.0.0.1", 0), handler(made)) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        made.url = f"http://127.0.0.1:{server.server_port}"
        (name,) = made.put("2026/05", DATA)
        made.fail(f"GET {name}", *(Act(cut=cut) for cut in cuts), Act())
        pages, drops, _ = read(reader(made))
        server.shutdown()
    assert (urls(pages), drops) == (URLS, [])


def test_a_cut_behind_the_last_byte_of_a_file_of_unknown_size(archive: Archive) -> None:
    (name,) = archive.put("2026/05", DATA)
    archive.fail(f"HEAD {name}", Act(length=-1))
    archive.fail(f"GET {name}", Act(length=len(DATA) + 10), Act())
    pages, drops, _ = read(reader(archive))
    assert (urls(pages), drops) == (URLS, [])
    assert archive.requests(f"GET {name}")[1]["range"] == f"bytes={len(DATA)}-"


LISTED = "- {host: blatt.de, name: Blatt, house: blatt, country: de}\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"months": []}, r"needs source\.months=\[2026-05\]"),
        ({"months": ["2026-13"]}, r"source\.months has '2026-13', not a month such as 2026-05"),
        ({"months": ["2026-05", "2026-05"]}, "names a month twice"),
        ({"publisher_list": None}, r"needs a list of outlets: source\.publishers=NAME"),
        ({"base_url": "file:///etc"}, r"source\.base_url=file:///etc is not an http\(s\) URL"),
        ({"base_url": "data.commoncrawl.org"}, "is not an http"),
        ({"limit": 0}, r"source\.limit=0 must be at least 1"),
    ],
)
def test_wrong_options_are_one_line(tmp_path: Path, options: dict[str, object], message: str) -> None:
    path = tmp_path / "list.yaml"
    path.write_text(LISTED)
    with pytest.raises(ReadError, match=message):
        open_source("ccnews", "", **{"months": ["2026-05"], "publisher_list": path, **options})  # type: ignore[arg-type]


def test_opening_asks_nobody(tmp_path: Path) -> None:
    path = tmp_path / "list.yaml"
    path.write_text(LISTED)
    source = open_source("ccnews", "", months=["2026-05"], publisher_list=path, base_url="http://no-such-host.invalid")
    assert source.skipped() == {}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"agent": ""}, "agent"), ({"agent": "a\r\nHost: x"}, "agent"), ({"retries": -1}, "retries=-1"),
        ({"delay": -1}, "delay=-1"), ({"max_wait": 1e9}, "max_wait"), ({"timeout": 0}, "timeout=0"),
    ],
)  # fmt: skip
def test_http_options_are_checked(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Http(**options)  # type: ignore[arg-type]


def test_a_build_over_http(archive: Archive, tmp_path: Path) -> None:
    pages = sorted((ROOT / "data" / "sample" / "html").rglob("*.htm*"))
    pages = [path for path in pages if path.suffix in (".html", ".gz") and "defekt" not in path.parts][:12]
    others = record("https://fremd.de/a") + record("https://www.spiegel.de/sport/a")
    warcs = [
        b"".join(map(article, pages[:4])) + others,
        b"".join(map(article, pages[4:8])),
        b"".join(map(article, pages[8:])),
    ]
    _, second, third = archive.put("2026/05", *warcs)
    archive.fail(f"HEAD {second}", Act(status=503))
    archive.fail(f"GET {third}", Act(cut=1000), Act(status=403))
    wanted = ("source=ccnews", "source.months=[2026-05]", "split=random", f"source.base_url={archive.url}")
    pace = ("pipeline.batch_units=1", "source.http.wait=0", "source.http.delay=0", "source.http.retries=1")

    dataset = build(tmp_path, *wanted, *pace)
    ledger = pq.read_table(dataset / "ledger.parquet").to_pylist()
    manifest = json.loads((dataset / "manifest.json").read_text())
    gone = {row["source"]: row["detail"] for row in ledger if row["reason"] == "unreachable"}
    assert gone == {second: "HTTP 503; tried 2 times", f"{third}#1": "HTTP 403"}
    assert len(ledger) == 4 + 2
    assert manifest["skipped"] == {"(other host)": 1, "(other section)": 1}
    shown = manifest["config"]["source"]
    assert shown["months"] == ["2026-05"]
    assert shown["publisher_list"].startswith("sha256:")
    text = json.dumps(manifest)
    assert archive.url not in text
    assert str(ROOT) not in text

    archive.acts.clear()  # the server has recovered: only what was missing is read
    archive.asked.clear()
    build(tmp_path, *wanted, *pace)
    ledger = pq.read_table(dataset / "ledger.parquet").to_pylist()
    assert [row["reason"] for row in ledger if row["reason"] == "unreachable"] == []
    assert len(ledger) == len(pages)
    assert {path for method, path, _ in archive.asked if method == "GET" and path != LIST} == {second, third}
    assert json.loads((dataset / "manifest.json").read_text())["skipped"] == manifest["skipped"]


def test_a_build_of_nothing_is_one_line(archive: Archive, tmp_path: Path) -> None:
    done = run_script(
        "build", "source=ccnews", "source.months=[2026-05]", f"source.base_url={archive.url}",
        f"output.dir={tmp_path / 'dataset'}", f"pipeline.work_dir={tmp_path / 'work'}",
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("error: ")
    assert "no article is left of the input pages (1 unreachable; most often: " in done.stderr


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("source.months=[]", "error: source=ccnews needs source.months=[2026-05]"),
        ("source.publishers=tech_dee", "tech_dee.yaml"),
        ("source.http.timeout=0", "timeout=0.0 must be more than 0 seconds"),
    ],
)
def test_wrong_options_on_the_command_line(tmp_path: Path, option: str, message: str) -> None:
    done = run_script("build", "source=ccnews", "source.months=[2026-05]", option, f"output.dir={tmp_path / 'dataset'}")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert message in done.stderr
