import gzip
import os
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


def test_a_page_whose_umlauts_a_scraper_has_encoded_twice(tmp_path):
    html = "<html><meta charset=utf-8><p>Größe für „Käufer“ – Straße</html>"
    (tmp_path / "a.html").write_text(html.encode().decode("latin-1"), "utf-8")
    (tmp_path / "b.html").write_text(html + "<script>x = 'Ã¼'</script>", "utf-8")
    mended, page = read(tmp_path)
    assert mended.raw == html
    assert page.raw == (html + "<script>x = 'Ã¼'</script>").encode()


def test_mhtml_is_told(tmp_path):
    head = "From: <Saved by Blink>\r\nSubject: Titel\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n"
    (tmp_path / "a.html").write_bytes(f'{head}\tboundary="B"\r\n\r\n--B\r\nContent-Type: text/html\r\n'.encode() + HTML)
    (tmp_path / "b.html").write_bytes(b"<p>Content-Type: multipart/related</p>")
    drop, page = read(tmp_path)
    assert (drop.reason, drop.detail) == ("unreadable", "an MHTML file: save the page as HTML only")
    assert isinstance(page, Page)


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
def test_any_sidecar_gives_one_page_or_drop(tmp_path_factory, sidecar, page):
    folder = tmp_path_factory.getbasetemp() / "any-sidecar"
    folder.mkdir(exist_ok=True)
    (folder / "a.html").write_bytes(page)
    (folder / "a.json").write_bytes(sidecar)
    (found,) = read(folder)
    assert isinstance(found, Page) or found.reason in ("bad_sidecar", "empty", "unreadable")  # packed and cut
