"""Pages in ZIP archives: in order, with their sidecars, whatever is wrong with one of them or with all."""

import gzip
import io
import os
import random
import struct
import unicodedata
import zipfile

import pytest

from presseschau.document import Drop, Page
from presseschau.read import ReadError, Skipped, open_source

HTML = "<html><p>Käse</html>".encode()


def packed(path, files, method=zipfile.ZIP_DEFLATED):
    """An archive; its bytes may be changed before they are written."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return path


def patched(path, *changes):
    raw = path.read_bytes()
    for old, new in changes:
        assert raw.count(old) == 2  # before the content and in the list at the end
        raw = raw.replace(old, new)
    path.write_bytes(raw)


def read(path, kind="html", endings=(".zip",), **options):
    reader = open_source(kind, str(path), endings=endings, **options)
    return [item for unit in reader.units() for item in ([unit] if isinstance(unit, Drop) else reader.pages(unit))]


def told(items):
    return [(item.source, item.reason, item.detail) for item in items if isinstance(item, Drop)]


def test_pages_of_an_archive_and_what_else_is_in_it(tmp_path):
    (tmp_path / "a.html").write_bytes(HTML)
    files = [
        ("b/z.HTM", HTML),
        ("b/a.html", HTML),
        ("b/a.json", '{"url": "https://blatt.example/a", "dept": "Netz"}'),
        ("b/c.html.gz", gzip.compress(HTML)),
        ("b/c.json", "{"),
        ("index.html?id=1", HTML),
        ("index.html.1", HTML),
        ("bild.png", b"\x89PNG"),
        ("stil.css", "p {}"),
        ("noch.css", "p {}"),
        ("innen.zip", b"PK\x03\x04"),
        ("allein.json", "{}"),
        ("__MACOSX/b/._a.html", b"\0\5\x16\7"),
        ("b/.versteckt.html", HTML),
    ]
    packed(tmp_path / "p.zip", files)
    found = read(tmp_path, keep=["dept"])
    assert [item.source for item in found if isinstance(item, Page)] == [
        "a.html", "p.zip#b/a.html", "p.zip#b/z.HTM", "p.zip#index.html.1", "p.zip#index.html?id=1",
    ]  # fmt: skip
    assert {item.raw for item in found if isinstance(item, Page)} == {HTML}
    assert (found[1].url, found[1].extra) == ("https://blatt.example/a", '{"dept":"Netz"}')
    assert told(found) == [("p.zip#b/c.html.gz", "bad_sidecar", found[2].detail)]
    assert [item for item in found if isinstance(item, Skipped)] == [
        Skipped("(hidden) in .zip", 2),
        Skipped(".css in .zip", 2),
        Skipped(".json in .zip", 1),
        Skipped(".png in .zip", 1),
        Skipped(".zip in .zip", 1),
    ]
    again = packed(tmp_path / "p.zip", files[::-1])
    assert [item for item in read(tmp_path, keep=["dept"]) if isinstance(item, Page)] == [
        item for item in found if isinstance(item, Page)
    ]
    assert read(again, endings=())[0].source == "p.zip#b/a.html"  # a file that is named is read


def test_texts_and_every_file(tmp_path):
    packed(tmp_path / "p.zip", [("a.txt", "Brot"), ("b.html", HTML), ("c", HTML)])
    assert [(item.source, item.kind) for item in read(tmp_path, "text")[:1]] == [("p.zip#a.txt", "text")]
    assert [item.source for item in read(tmp_path, endings=("*",))] == ["p.zip#a.txt", "p.zip#b.html", "p.zip#c"]


@pytest.mark.parametrize(
    ("plain", "bytes_"),
    [
        ("fXr.html", b"f\x81r.html"),  # Explorer: code page 437
        ("fXYr.html", "für.html".encode()),  # macOS: UTF-8, and no word on it
        ("für.html", "für.html".encode()),  # by the letter
        ("fXYZr.html", unicodedata.normalize("NFD", "für.html").encode()),
    ],
)
def test_umlauts_in_names(tmp_path, plain, bytes_):
    patched(packed(tmp_path / "p.zip", [(plain, HTML)]), (plain.encode(), bytes_))
    (page,) = read(tmp_path)
    assert unicodedata.normalize("NFC", page.source) == "p.zip#für.html"


def test_one_member_that_is_wrong_fails_alone(tmp_path):
    bomb = b"<p>" + bytes(5_000_000)
    packed(tmp_path / "p.zip", [("a.html", HTML), ("b.html", bomb), ("c.html", b""), ("d.html", HTML)])
    (tmp_path / "q").mkdir()
    for name in ("a", "b", "c"):
        packed(tmp_path / "q" / f"{name}.zip", [("x.html", HTML), ("y.html", b"<p>" + b"x" * 997)])
    sound = (tmp_path / "q" / "a.zip").read_bytes()
    marks = [sound.index(b"PK\x03\x04") + 6, sound.index(b"PK\x01\x02") + 8]  # the flags of x.html
    encrypted = bytearray(sound)
    for mark in marks:
        encrypted[mark] |= 1
    (tmp_path / "q" / "a.zip").write_bytes(encrypted)
    patched(tmp_path / "q" / "b.zip", (struct.pack("<L", 1000), struct.pack("<L", 10)))  # more than it says
    (tmp_path / "q" / "c.zip").write_bytes(sound.replace(sound[38:42], b"\xff\xff\xff\xff", 1))  # content of x.html
    found = read(tmp_path, max_bytes=1_000_000)
    assert told(found) == [
        ("p.zip#b.html", "too_large", "more than 1000000 bytes"),
        ("p.zip#c.html", "empty", "the page has no content"),
        ("q/a.zip#x.html", "unreadable", "encrypted: unpack the archive with its password"),
        ("q/b.zip#y.html", "unreadable", "Bad CRC-32 for file 'y.html'"),
        ("q/c.zip#x.html", "unreadable", told(found)[-1][2]),
    ]
    assert [item.source for item in found if isinstance(item, Page)] == [
        "p.zip#a.html", "p.zip#d.html", "q/a.zip#y.html", "q/b.zip#x.html", "q/c.zip#y.html",
    ]  # fmt: skip


def test_archives_that_are_none(tmp_path):
    whole = packed(tmp_path / "a.zip", [("a.html", HTML * 100)]).read_bytes()
    (tmp_path / "a.zip").write_bytes(whole[:-10])
    (tmp_path / "b.zip").write_bytes(HTML)
    (tmp_path / "c.zip").write_bytes(b"")
    packed(tmp_path / "d.zip", [("ordner/", b"")])
    (tmp_path / "e.zip").symlink_to(tmp_path / "weg.zip")
    assert told(read(tmp_path)) == [
        ("a.zip", "unreadable", "no whole ZIP archive: File is not a zip file"),
        ("b.zip", "unreadable", "no whole ZIP archive: File is not a zip file"),
        ("c.zip", "empty", "the file has no bytes"),
        ("d.zip", "empty", "the archive has no files"),
        ("e.zip", "unreadable", os.strerror(2)),
    ]


def test_any_archive_gives_pages_and_drops(tmp_path):
    draw, path = random.Random(0), tmp_path / "p.zip"
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        whole = packed(io.BytesIO(), [("ü/a.html", HTML * 9), ("a.json", "{}")], method).getvalue()
        for _ in range(300):
            raw = bytearray(whole)
            for _ in range(draw.randrange(1, 6)):
                raw[draw.randrange(len(raw))] = draw.choice([0, 1, 255, draw.randrange(256)])
            path.write_bytes(raw)
            assert read(path)
    patched(packed(path, [("X.html", HTML), ("b.html", HTML)]), (b"X.html", b"\0.html"))  # a name that is empty
    assert [item.source for item in read(path, endings=["*"])] == ["p.zip#", "p.zip#b.html"]


def test_many_members_are_several_units_and_of_one_name_the_last_counts(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        packed(tmp_path / "p.zip", [*((f"{n:04}.html", HTML) for n in range(1001)), ("0000.html", b"<p>Neu")])
    reader = open_source("html", str(tmp_path / "p.zip"))
    units = list(reader.units())
    assert [(unit.start, unit.stop) for unit in units] == [(0, 500), (500, 1000), (1000, 1500)]
    assert len({unit.digest for unit in units}) == 3
    pages = [page for unit in units for page in reader.pages(unit)]
    assert [page.source for page in pages] == [f"p.zip#{n:04}.html" for n in range(1001)]
    assert pages[0].raw == b"<p>Neu"


def test_archives_beside_pages_are_told_and_read_where_they_are_asked_for(tmp_path):
    packed(tmp_path / "p.zip", [("a.html", HTML)])
    with pytest.raises(ReadError, match=r"but 1 \.zip; source\.endings=\[\.zip\] reads the pages in them"):
        open_source("html", str(tmp_path))
    with pytest.raises(ReadError, match=r"but 1 \.zip; unpack them"):
        open_source("csv", str(tmp_path))
    with pytest.raises(ReadError, match=r"p\.zip: unpack it"):
        open_source("warc", str(tmp_path / "p.zip"))
