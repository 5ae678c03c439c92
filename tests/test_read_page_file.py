import gzip
import os
import plistlib
import unicodedata
from datetime import UTC, datetime

import pytest
import zstandard
from hypothesis import example, given
from hypothesis import strategies as st

from presseschau.document import Drop, Page
from presseschau.read import ReadError, Unit, open_source

HTML = "<html><p>Käse</html>".encode()


def read(path, kind="html", **options):
    reader = open_source(kind, str(path), **options)
    return [item for unit in reader.units() for item in ([unit] if isinstance(unit, Drop) else reader.pages(unit))]


def digest(path, **options):
    (unit,) = open_source("html", str(path), **options).units()
    assert isinstance(unit, Unit)
    return unit.digest


def test_pages_as_they_are(tmp_path):
    (tmp_path / "b.html").write_bytes(HTML)
    (tmp_path / "a.htm.gz").write_bytes(gzip.compress(HTML))
    (tmp_path / "c.XHTML.zst").write_bytes(zstandard.compress(HTML))
    assert read(tmp_path) == [Page(name, "html", HTML) for name in ("a.htm.gz", "b.html", "c.XHTML.zst")]


def test_text(tmp_path):
    (tmp_path / "a.txt").write_bytes("Käse".encode("latin-1"))
    (tmp_path / "b.TXT.gz").write_bytes(gzip.compress(b"Brot"))
    (tmp_path / "a.json").write_text('{"title": "Titel"}')
    assert read(tmp_path, "text") == [
        Page("a.txt", "text", "Käse".encode("latin-1"), title="Titel"),
        Page("b.TXT.gz", "text", b"Brot"),
    ]


def test_sidecar(tmp_path):
    (tmp_path / "a.html").write_bytes(HTML)
    (tmp_path / "a.html.gz").write_bytes(gzip.compress(HTML))
    (tmp_path / "a.json").write_bytes(
        b'\xef\xbb\xbf{"url": "https://example.de/a", "title": "T", "published": "2024-05-01", '
        b'"crawled": "2024-05-02T00:00:00Z", "headers": [["TDM-Reservation", "1"]], "dept": "Netz", "html": "nein"}'
    )
    expected = {
        "kind": "html",
        "raw": HTML,
        "url": "https://example.de/a",
        "title": "T",
        "published": datetime(2024, 5, 1, tzinfo=UTC),
        "crawled": datetime(2024, 5, 2, tzinfo=UTC),
        "headers": (("tdm-reservation", "1"),),
        "extra": '{"dept":"Netz"}',
    }
    assert read(tmp_path, keep=["dept"]) == [Page(name, **expected) for name in ("a.html", "a.html.gz")]
    assert read(tmp_path, columns={"title": "dept"})[0].title == "Netz"


@pytest.mark.parametrize(("page", "sidecar"), [("NFC", "NFD"), ("NFD", "NFC"), ("NFD", "NFD")])
def test_a_sidecar_in_either_normal_form(tmp_path, page, sidecar):
    (tmp_path / unicodedata.normalize(page, "für.html")).write_bytes(HTML)
    bare = digest(tmp_path)
    (tmp_path / unicodedata.normalize(sidecar, "für.json")).write_text('{"title": "Titel"}')
    assert [found.title for found in read(tmp_path)] == ["Titel"]
    assert digest(tmp_path) != bare


def test_a_page_that_was_saved_as_the_server_had_packed_it(tmp_path):
    (tmp_path / "a.html").write_bytes(gzip.compress(HTML))
    (tmp_path / "b.html.gz").write_bytes(gzip.compress(gzip.compress(HTML)))
    (tmp_path / "c.html").write_bytes(gzip.compress(HTML)[:-9])
    (tmp_path / "d.html").write_bytes(gzip.compress(b"<p>" + b"x" * 500))
    first, second, cut, large = read(tmp_path, max_bytes=200)
    assert first.raw == second.raw == HTML
    assert (cut.reason, cut.detail) == ("unreadable", "payload: the gzip body ends in the middle")
    assert large.reason == "too_large"


HEAD = (
    b"HTTP/1.1 200 OK\r\nDate: Wed, 01 May 2024 10:00:00 GMT\r\nContent-Type: text/html;\r\n charset=windows-1252\r\n"
    b"TDM-Reservation: 1\r\n"
)


def test_headers_above_a_page_are_its_headers(tmp_path):
    page = "<html><p>Käse</html>".encode("cp1252")
    (tmp_path / "a.html").write_bytes(HEAD + b"\r\n" + page)  # wget --save-headers
    moved = b"HTTP/1.1 301 Moved\r\nContent-Type: text/plain\r\nDate: nie\r\n\r\n"
    (tmp_path / "b.html").write_bytes(moved + HEAD + b"\r\n" + page)  # curl --include --location
    (tmp_path / "c.html.gz").write_bytes(gzip.compress(HEAD.replace(b"\r", b"") + b"\n" + page))
    packed = HEAD + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    (tmp_path / "d.html").write_bytes(packed + gzip.compress(page))
    found = read(tmp_path)
    assert [item.raw for item in found] == [page] * 4
    assert {item.crawled for item in found} == {datetime(2024, 5, 1, 10, tzinfo=UTC)}
    assert found[0].headers == (
        ("date", "Wed, 01 May 2024 10:00:00 GMT"),
        ("content-type", "text/html; charset=windows-1252"),
        ("tdm-reservation", "1"),
    )
    (tmp_path / "a.json").write_text('{"crawled": "2025-01-01", "headers": {}}')
    assert (read(tmp_path)[0].crawled, read(tmp_path)[0].headers) == (datetime(2025, 1, 1, tzinfo=UTC), ())


def test_an_answer_that_is_no_page_is_dropped(tmp_path):
    (tmp_path / "a.html").write_bytes(b"HTTP/1.1 404 Not Found\r\nServer: x\r\n\r\n<p>Nicht gefunden")
    (tmp_path / "b.html").write_bytes(b"HTTP/2 200 \r\ncontent-type: text/css\r\n\r\np {color: red}")
    (tmp_path / "c.html").write_bytes(HEAD + b"\r\n")
    (tmp_path / "d.html").write_bytes(HEAD + b"content-encoding: gzip\r\n\r\n" + gzip.compress(HTML)[:-9])
    (tmp_path / "e.html").write_bytes(b"HTTP/1.1 200 OK\n\n" * 1000)  # redirections without end
    assert [(item.reason, item.detail, item.outcome) for item in read(tmp_path)[:4]] == [
        ("http_status", "404", "dropped"),
        ("not_html", "text/css", "dropped"),
        ("empty", "the page has no content", "failed"),
        ("unreadable", "payload: the gzip body ends in the middle", "failed"),
    ]
    assert len(read(tmp_path)[4].raw) == 950 * len(b"HTTP/1.1 200 OK\n\n")


def test_a_text_about_answers_is_a_text(tmp_path):
    text = b"HTTP/1.1 404 Not Found\n\nDas sagt der Server."
    (tmp_path / "a.txt").write_bytes(b"HTTP/1.1 404 Not Found\nDas sagt der Server.\n\nMehr.")
    (tmp_path / "b.txt").write_bytes(b"\n" + text)
    (tmp_path / "c.txt").write_bytes(b"HTTP/1.1 200 OK\nDate: nie\nContent-Type: text/plain\n\nDas sagt der Server.")
    (tmp_path / "d.txt").write_bytes(b"HTTP/1.1 200 OK\nContent-Type: text/html\n\n<p>Das sagt der Server.")
    first, second, third, fourth = read(tmp_path, "text")
    assert first.raw.startswith(b"HTTP/1.1 404")
    assert second.raw == b"\n" + text
    assert (third.kind, third.raw, third.crawled) == ("text", b"Das sagt der Server.", None)
    assert (fourth.kind, fourth.raw) == ("html", b"<p>Das sagt der Server.")


def test_a_page_whose_umlauts_a_scraper_has_encoded_twice(tmp_path):
    html = "<html><meta charset=utf-8><p>Größe für „Käufer“ – Straße</html>"
    (tmp_path / "a.html").write_text(html.encode().decode("latin-1"), "utf-8")
    (tmp_path / "b.html").write_text(html + "<script>x = 'Ã¼'</script>", "utf-8")
    mended, page = read(tmp_path)
    assert mended.raw == html
    assert page.raw == (html + "<script>x = 'Ã¼'</script>").encode()


def mhtml(*parts, head="", end="--B--\r\n"):
    first = 'From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\tboundary="B"\r\n'
    return (head + first + "\r\n" + "".join(f"--B\r\n{part}\r\n" for part in parts) + end).encode()


QUOTED = (
    "Content-Type: text/html; charset=windows-1252\r\nContent-Transfer-Encoding: quoted-printable\r\n"
    "Content-Location: https://blatt.example/\r\n a\r\n\r\n<p>K=E4se =\r\nund Brot"
)
IMAGE = "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo="


def test_mhtml_holds_its_page_address_and_date(tmp_path):
    (tmp_path / "a.mhtml").write_bytes(mhtml(QUOTED, IMAGE, head="Date: Wed, 01 May 2024 10:00:00 GMT\r\n"))
    (tmp_path / "b.html").write_bytes(
        mhtml(IMAGE, QUOTED, head="Snapshot-Content-Location: https://blatt.example/b\r\n")
    )
    (tmp_path / "c.mht").write_bytes(mhtml(QUOTED))
    (tmp_path / "c.json").write_text('{"link": "https://blatt.example/c"}')
    first, second, third = read(tmp_path, columns={"url": "link"}, endings=[".mhtml", ".mht"])
    assert first == Page(
        source="a.mhtml",
        kind="html",
        raw="<p>Käse und Brot".encode("cp1252"),
        url="https://blatt.example/a",
        crawled=datetime(2024, 5, 1, 10, tzinfo=UTC),
        headers=(("content-type", "text/html; charset=windows-1252"),),
    )
    assert (second.raw, second.url, second.crawled) == (first.raw, "https://blatt.example/b", None)
    assert third.url == "https://blatt.example/c"


@pytest.mark.parametrize(
    ("raw", "reason", "detail"),
    [
        (mhtml(IMAGE), "unreadable", "an MHTML file without a page"),
        (mhtml(QUOTED, end=""), "unreadable", "the MHTML file ends in the middle of the page"),
        (mhtml(QUOTED, head="Date: gestern\r\n"), "unreadable", "no date: 'gestern'"),
        (mhtml("Content-Type: text/html\r\n\r\n"), "empty", "the page has no content"),
        (
            b"".join(b'Content-Type: multipart/related; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(2000)),
            "unreadable",
            "an MHTML file of parts within parts without end",
        ),
    ],
    ids=["no page", "cut", "date", "empty", "deep"],
)
def test_mhtml_without_a_whole_page_fails(tmp_path, raw, reason, detail):
    (tmp_path / "a.html").write_bytes(raw)
    (drop,) = read(tmp_path)
    assert (drop.reason, drop.detail) == (reason, detail)


MAIN = {
    "WebResourceData": "<p>Käse".encode("cp1252"),
    "WebResourceMIMEType": "text/html",
    "WebResourceTextEncodingName": "windows-1252",
    "WebResourceURL": "https://blatt.example/a",
}


@pytest.mark.parametrize(
    ("archive", "detail"),
    [
        ({"WebMainResource": MAIN, "WebSubresources": [MAIN | {"WebResourceData": b"<p>Werbung"}]}, None),
        ({"WebMainResource": MAIN | {"WebResourceMIMEType": "image/png"}}, "without a page"),
        ({"WebSubresources": []}, "broken, or has no page"),
        ([], "broken, or has no page"),
    ],
)
def test_a_web_archive_of_safari(tmp_path, archive, detail):
    (tmp_path / "a.webarchive").write_bytes(plistlib.dumps(archive, fmt=plistlib.FMT_BINARY))
    (found,) = read(tmp_path, endings=[".webarchive"])
    if detail is None:
        headers = (("content-type", "text/html; charset=windows-1252"),)
        assert found == Page(
            "a.webarchive", "html", MAIN["WebResourceData"], url=MAIN["WebResourceURL"], headers=headers
        )
    else:
        assert found.reason == "unreadable"
        assert detail in found.detail


def test_a_broken_web_archive(tmp_path):
    (tmp_path / "a.html").write_bytes(plistlib.dumps({"WebMainResource": MAIN}, fmt=plistlib.FMT_BINARY)[:-20])
    (found,) = read(tmp_path)
    assert (found.reason, found.detail) == ("unreadable", "a web archive of Safari that is broken, or has no page")


def test_a_document_of_a_word_processor_is_no_text(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"{\\rtf1\\ansi Stra\\'dfe}")
    (tmp_path / "b.rtf").write_bytes(b"{\\rtf1\\ansi Stra\\'dfe}")
    (tmp_path / "c.txt").write_bytes(b"{\\RTF ist ein Format}")
    first, second, page = read(tmp_path, "text", endings=[".rtf"])
    assert (first.reason, first.detail) == ("unreadable", "RTF, a document of a word processor: save it as plain text")
    assert second.detail == first.detail
    assert page.raw == b"{\\RTF ist ein Format}"


def test_a_page_about_mhtml_is_a_page(tmp_path):
    (tmp_path / "b.html").write_bytes(b"<p>Content-Type: multipart/related</p>")
    (page,) = read(tmp_path)
    assert page.raw == b"<p>Content-Type: multipart/related</p>"


@pytest.mark.parametrize(
    ("note", "crawled"),
    [
        (
            "<!--\n Page saved with SingleFile \n url: https://blatt.example/a \n"
            " saved date: Wed May 01 2024 12:00:00 GMT+0200 (Mitteleuropäische Sommerzeit)\n-->",
            datetime(2024, 5, 1, 10, tzinfo=UTC),
        ),
        (
            "<!-- Saved from https://blatt.example/a at 2024-05-01T10:00:00Z using monolith v2.8.1 -->",
            datetime(2024, 5, 1, 10, tzinfo=UTC),
        ),
        ("<!-- saved from url=(0023)https://blatt.example/a -->", None),
    ],
)
def test_what_a_program_has_noted_on_the_page_it_saved(tmp_path, note, crawled):
    own = '<link rel="canonical" href="https://blatt.example/b">'
    (tmp_path / "a.html").write_text(f"<!DOCTYPE html>\n{note}\n<p>Ja", "utf-8")
    (tmp_path / "b.html").write_text(f"<!DOCTYPE html><html>{note}{own}<p>Ja", "utf-8")
    (tmp_path / "c.html").write_text(f"<p>{'Ja. ' * 2000}{note}", "utf-8")
    (tmp_path / "d.html").write_text(note.replace("https://", "file:///"), "utf-8")
    found = [(page.url, page.crawled) for page in read(tmp_path)]
    assert found == [("https://blatt.example/a", crawled), (None, crawled), (None, None), (None, None)]


@pytest.mark.parametrize(
    ("raw", "detail"),
    [
        (b"<?xml version='1.0'?>\n<?xml-stylesheet href='a'?><!-- x -->\n<rss version='2.0'><item>", "XML of <rss>"),
        (b"\xef\xbb\xbf<feed xmlns='http://www.w3.org/2005/Atom'>", "XML of <feed>"),
        (b'\n{"content": {"rendered": "<p>Ja</p>"}}', "JSON"),
        (b"\xef\xbb\xbf[1]", "JSON"),
        (b"[Update] Ja", None),
        (b"<?xml version='1.0'?><html><feed>", None),
        (b"<!-- -->" * 400 + b"<?" * 200, None),
    ],
)
def test_feeds_and_json_under_the_names_of_pages(tmp_path, raw, detail):
    (tmp_path / "index.html").write_bytes(raw)
    (found,) = read(tmp_path)
    if detail is None:
        assert isinstance(found, Page)
    else:
        assert (found.outcome, found.reason, found.detail) == ("dropped", "not_html", detail)


def test_a_mirror_of_httrack_has_its_date_and_half_an_address(tmp_path):
    note = "<!-- Mirrored from blatt.example/a by HTTrack Website Copier/3.x [XR&CO'2014], Wed, 01 May 2024 10:00:00 GMT -->"
    (tmp_path / "a.html").write_text(f"<html>\n{note}\n<p>Ja")
    (page,) = read(tmp_path)
    assert (page.url, page.crawled) == (None, datetime(2024, 5, 1, 10, tzinfo=UTC))


def test_more_endings(tmp_path):
    for name in ("a.html", "b.php", "c.php?id=1", "d", "e.css"):
        (tmp_path / name).write_bytes(HTML)
    (tmp_path / "c.php?id=1.json").write_text('{"title": "Aus der Datenbank"}', encoding="utf-8")
    assert [page.source for page in read(tmp_path)] == ["a.html"]
    pages = read(tmp_path, endings=[".PHP"])
    assert [(page.source, page.title) for page in pages] == [
        ("a.html", None), ("b.php", None), ("c.php?id=1", "Aus der Datenbank"),
    ]  # fmt: skip
    assert [page.source for page in read(tmp_path, endings=["*"])] == ["a.html", "b.php", "c.php?id=1", "d", "e.css"]


@pytest.mark.parametrize("wrong", ["php", ".", ".json", "a/b", ""])
def test_wrong_endings_are_named(tmp_path, wrong):
    with pytest.raises(ReadError, match=r"must be an ending such as \.php"):
        open_source("html", str(tmp_path), endings=[wrong])


def test_kept_columns_without_a_sidecar_are_null(tmp_path):
    (tmp_path / "a.html").write_bytes(HTML)
    assert read(tmp_path, keep=["dept"])[0].extra == '{"dept":null}'


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b"{", "not JSON"),
        (b"", "not JSON"),
        (b"[]", "a list, not an object"),
        (b'{"published": "neulich"}', "published is no date: 'neulich'"),
        (b'{"headers": 5}', "headers is a number"),
        (b'{"title": "' + b"x" * 300 + b'"}', "too_large: more than 300 bytes"),
    ],
)
def test_a_broken_sidecar_fails_its_page(tmp_path, content, detail):
    (tmp_path / "a.html").write_bytes(HTML)
    (tmp_path / "a.json").write_bytes(content)
    (tmp_path / "b.html").write_bytes(HTML)
    bad, good = read(tmp_path, max_bytes=300)
    assert (bad.source, bad.reason, bad.outcome) == ("a.html", "bad_sidecar", "failed")
    assert bad.detail.startswith(detail)
    assert isinstance(good, Page)


def test_a_sidecar_that_is_no_file_fails_its_page(tmp_path):
    (tmp_path / "a.html").write_bytes(HTML)
    (tmp_path / "a.json").mkdir()
    (tmp_path / "b.html").write_bytes(HTML)
    os.mkfifo(tmp_path / "b.json")
    assert [drop.detail for drop in read(tmp_path)] == ["not a regular file"] * 2


def test_drop_reasons(tmp_path):
    (tmp_path / "cut.html.gz").write_bytes(gzip.compress(HTML)[:-9])
    (tmp_path / "empty.html").write_bytes(b"")
    (tmp_path / "gone.html").symlink_to("nowhere")
    (tmp_path / "huge.html.gz").write_bytes(gzip.compress(bytes(1001)))
    (tmp_path / "nothing.html.gz").write_bytes(gzip.compress(b""))
    (tmp_path / "spaces.html").write_bytes(b" \r\n\t")
    drops = read(tmp_path, max_bytes=1000)
    assert all(drop.outcome == "failed" and drop.stage == "read" for drop in drops)
    assert [(drop.source, drop.reason) for drop in drops] == [
        ("cut.html.gz", "unreadable"),
        ("empty.html", "empty"),
        ("gone.html", "unreadable"),
        ("huge.html.gz", "too_large"),
        ("nothing.html.gz", "empty"),
        ("spaces.html", "empty"),
    ]
    assert str(tmp_path) not in repr(drops)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_closed_file_goes_to_the_ledger(tmp_path):
    (tmp_path / "a.html").write_bytes(HTML)
    (tmp_path / "a.html").chmod(0)
    assert [drop.detail for drop in read(tmp_path)] == ["Permission denied"]


def test_a_file_that_vanishes_goes_to_the_ledger(tmp_path):
    for name in ("a.html", "b.html"):
        (tmp_path / name).write_bytes(HTML)
    reader = open_source("html", str(tmp_path))
    units = reader.units()
    first = next(units)
    for name in ("a.html", "b.html"):
        (tmp_path / name).unlink()
    assert [drop.reason for drop in reader.pages(first)] == ["unreadable"]
    assert [unit.reason for unit in units] == ["unreadable"]


def test_digest(tmp_path):
    one, two = tmp_path / "eins", tmp_path / "zwei"
    for folder in (one, two):
        folder.mkdir()
        (folder / "a.html").write_bytes(HTML)
    os.utime(two / "a.html", (0, 0))
    bare = digest(one)
    assert bare == digest(two)
    assert len({bare, digest(one, keep=["x"]), digest(one, columns={"title": "x"}), digest(one, max_bytes=99)}) == 4
    (one / "a.json").write_text("{}")
    assert digest(one) != bare
    with_sidecar = digest(one)
    (one / "a.json").write_text('{"title": "x"}')
    assert digest(one) not in (bare, with_sidecar)
    (two / "a.html").write_bytes(HTML + b" ")
    assert digest(two) != bare


def test_digest_of_large_pages(tmp_path):
    (tmp_path / "a.html").write_bytes(HTML * 100_000)
    before = digest(tmp_path)
    (tmp_path / "a.html").write_bytes(HTML * 99_999 + HTML.swapcase())
    assert digest(tmp_path) != before


@given(sidecar=st.binary(max_size=200), page=st.binary(max_size=50))
@example(sidecar=b"", page=b"\x1f\x8b\x08")
@example(sidecar=b"{}", page=b"{}")
def test_any_sidecar_gives_one_page_or_drop(tmp_path_factory, sidecar, page):
    folder = tmp_path_factory.getbasetemp() / "any-sidecar"
    folder.mkdir(exist_ok=True)
    (folder / "a.html").write_bytes(page)
    (folder / "a.json").write_bytes(sidecar)
    (found,) = read(folder)
    # Packed and cut is unreadable, `{}` is no HTML.
    assert isinstance(found, Page) or found.reason in ("bad_sidecar", "empty", "unreadable", "not_html")
