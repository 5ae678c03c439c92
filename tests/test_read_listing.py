import os
import shutil
import unicodedata
from pathlib import Path

import pytest

from presseschau.read import ReadError
from presseschau.read.listing import Listing, list_files, stem_of, unread_pages, with_compressed

HTML = with_compressed(".html", ".htm", ".xhtml")


def put(root, *names):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"<p>x")


def sources(listing: Listing):
    return [source for source, _ in listing.files]


def test_folder_is_searched_and_sorted_by_relative_path(tmp_path):
    put(
        tmp_path,
        "b.html",
        "a/z.htm",
        "a/b/c.xhtml",
        "a.html.gz",
        "A.HTML",
        "c.Html.ZST",
        "style.css",
        "x.html.bak",
        "LIES",
    )
    listing = list_files(str(tmp_path), HTML)
    assert sources(listing) == ["A.HTML", "a.html.gz", "a/b/c.xhtml", "a/z.htm", "b.html", "c.Html.ZST"]
    assert listing.skipped == {"(none)": 1, ".bak": 1, ".css": 1}
    assert listing.drops == ()
    assert all(Path(path).is_absolute() for _, path in listing.files)


def test_sources_do_not_depend_on_the_folder(tmp_path, monkeypatch):
    put(tmp_path / "eins", "a/b.html", "c.html")
    shutil.copytree(tmp_path / "eins", tmp_path / "zwei")
    expected = ["a/b.html", "c.html"]
    monkeypatch.chdir(tmp_path)
    for path in ("eins", "zwei", "./eins/", str(tmp_path / "zwei"), "eins/*", "zwei/**", "zwei/**/*.html"):
        assert sources(list_files(path, HTML)) == expected, path


def test_globs(tmp_path):
    put(tmp_path, "2024-01/a.html", "2024-02/sub/b.html", "2025-01/c.html", "2024-01/d.json", "2024-01/e.txt")
    listing = list_files(f"{tmp_path}/2024-*", HTML)
    assert sources(listing) == ["2024-01/a.html", "2024-02/sub/b.html"]
    assert listing.skipped == {".json": 1, ".txt": 1}
    assert sources(list_files(f"{tmp_path}/202[45]-01/*.html", HTML)) == ["2024-01/a.html", "2025-01/c.html"]


def test_a_folder_with_glob_signs_in_its_name_is_a_folder(tmp_path):
    put(tmp_path / "Seiten [2024]*", "a.html")
    assert sources(list_files(str(tmp_path / "Seiten [2024]*"), HTML)) == ["a.html"]


def test_a_named_file_is_read_whatever_its_ending(tmp_path):
    put(tmp_path, "seite.php", ".versteckt.html")
    assert sources(list_files(str(tmp_path / "seite.php"), HTML)) == ["seite.php"]
    assert sources(list_files(str(tmp_path / ".versteckt.html"), HTML)) == [".versteckt.html"]


def test_hidden_files_are_counted_not_read(tmp_path):
    put(tmp_path, "a.html", ".b.html", ".git/c.html")
    listing = list_files(str(tmp_path), HTML)
    assert sources(listing) == ["a.html"]
    assert listing.skipped == {"(hidden)": 2}


def test_links_are_followed_but_not_in_circles(tmp_path):
    put(tmp_path / "in", "a.html", "sub/b.html")
    put(tmp_path / "out", "c.html")
    (tmp_path / "in/sub/up").symlink_to(tmp_path / "in")
    (tmp_path / "in/other").symlink_to(tmp_path / "out")
    (tmp_path / "in/same.html").symlink_to(tmp_path / "in/a.html")
    listing = list_files(str(tmp_path / "in"), HTML)
    assert sources(listing) == ["a.html", "other/c.html", "same.html", "sub/b.html"]
    assert listing.skipped == {"(link loop)": 1}
    for pattern in ("**", "**/*.html"):
        assert sources(list_files(f"{tmp_path}/in/{pattern}", HTML)) == sources(listing)


def test_what_is_named_like_a_page_and_is_none_goes_to_the_ledger(tmp_path):
    put(tmp_path, "folder.html/inside.html", "a.html")
    (tmp_path / "gone.html").symlink_to(tmp_path / "nowhere")
    (tmp_path / "self.html").symlink_to(tmp_path / "self.html")
    (tmp_path / "gone.css").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.html")
    listing = list_files(str(tmp_path), HTML)
    assert sources(listing) == ["a.html", "folder.html/inside.html"]
    assert [(drop.source, drop.reason, drop.outcome) for drop in listing.drops] == [
        (name, "unreadable", "failed") for name in ("folder.html", "gone.html", "pipe.html", "self.html")
    ]
    assert listing.drops[0].detail == "a folder, not a file"
    assert listing.drops[2].detail == "not a regular file"
    assert listing.skipped == {".css": 1}
    assert str(tmp_path) not in repr(listing.drops)


@pytest.mark.skipif(os.geteuid() == 0, reason="root opens every folder")
def test_a_closed_folder_goes_to_the_ledger(tmp_path):
    put(tmp_path, "zu/a.html", "b.html")
    (tmp_path / "zu").chmod(0)
    try:
        listing = list_files(str(tmp_path), HTML)
    finally:
        (tmp_path / "zu").chmod(0o700)
    assert [(drop.source, drop.reason) for drop in listing.drops] == [("zu", "unreadable")]


def test_deep_folders(tmp_path):
    put(tmp_path, f"{'d/' * 400}a.html")
    assert sources(list_files(str(tmp_path), HTML)) == ["d/" * 400 + "a.html"]


def test_names_that_are_no_utf8(tmp_path):
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xe4.html")).write_bytes(b"<p>x")
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    ((source, path),) = list_files(str(tmp_path), HTML).files
    assert source == "\\xe4.html"
    assert Path(path).exists()


def test_sidecars_are_not_other_files(tmp_path):
    put(tmp_path, "a.html.gz", "a.json", "b.htm", "b.json", "allein.json", "sub/a.html", "sub/b.json")
    assert list_files(str(tmp_path), HTML, sidecars=True).skipped == {".json": 2}
    assert list_files(str(tmp_path), HTML).skipped == {".json": 4}


def test_packed_files_of_other_kinds_are_counted_by_both_endings(tmp_path):
    put(tmp_path, "a.html", "b.csv.gz", "c.gz")
    assert list_files(str(tmp_path), HTML).skipped == {".csv.gz": 1, ".gz": 1}


def test_a_page_that_a_crawler_saved_with_its_query(tmp_path):
    put(tmp_path, "a.html?id=1", "a.html?id=2&b=x.css", "b.php?id=1", "b.php?id=2", "c.css?v=3")
    listing = list_files(str(tmp_path), HTML)
    assert sources(listing) == ["a.html?id=1", "a.html?id=2&b=x.css"]
    assert listing.skipped == {".css?": 1, ".php?": 2}


def test_pages_that_wget_has_numbered(tmp_path):
    put(
        tmp_path,
        "index.html",
        "index.html.1",
        "index.html.12",
        "a.html?id=1.2",
        "b.json.1",
        "c.1",
        "d.html.0",
        "e.html.bak",
    )
    listing = list_files(str(tmp_path), HTML, sidecars=True)
    assert sources(listing) == ["a.html?id=1.2", "index.html", "index.html.1", "index.html.12"]
    assert listing.skipped == {".0": 1, ".1": 2, ".bak": 1}
    put(tmp_path / "t", "a.csv", "a.csv.1")
    assert sources(list_files(str(tmp_path / "t"), (".csv",))) == ["a.csv"]


def test_every_name_is_a_page_where_the_user_says_so(tmp_path):
    put(tmp_path, "a.html", "a.json", "b.json", "c.php", "ordner.html/d", "nichts/.e")
    listing = list_files(str(tmp_path), ("", *HTML), sidecars=True)
    assert sources(listing) == ["a.html", "c.php", "ordner.html/d"]
    assert listing.drops == ()
    assert listing.skipped == {"(hidden)": 1, ".json": 1}


def test_files_that_may_be_pages_are_told():
    assert unread_pages({".css": 9, "(hidden)": 2}, "html") is None
    pages = {".php": 2, ".php?": 3, "(none)": 1}
    assert "not read: 2 .php, 3 .php?, 1 (none); source.endings=" in str(unread_pages(pages, "html"))
    assert unread_pages(pages, "warc") is unread_pages(pages, "csv") is None


def test_archives_that_are_not_read_are_told_with_what_to_do():
    assert str(unread_pages({".wacz": 2, ".css": 1}, "warc")).endswith(
        "not read: 2 .wacz, unzip them: their WARCs are in the folder archive/"
    )
    assert str(unread_pages({".br": 2, ".wacz": 1}, "text")).endswith("not read: 2 .br, unpack them")
    both = str(unread_pages({".php": 1, ".mhtml": 3}, "html"))
    assert both.endswith(
        "says which to read; 3 .mhtml, source=html source.endings=[.mhtml,.mht,.webarchive] reads them"
    )


def test_a_sidecar_in_the_other_normal_form_is_no_other_file(tmp_path):
    put(tmp_path, *(unicodedata.normalize(form, name) for form, name in [("NFC", "für.html"), ("NFD", "für.json")]))
    assert list_files(str(tmp_path), HTML, sidecars=True).skipped == {}


def test_missing_paths_are_one_clear_line(tmp_path):
    with pytest.raises(ReadError, match=r"^source\.path=.+/fehlt: there is no such file or folder$"):
        list_files(str(tmp_path / "fehlt"), HTML)
    with pytest.raises(ReadError, match=r"the glob matches nothing$"):
        list_files(str(tmp_path / "*.html"), HTML)


def test_prefix_and_stem(tmp_path):
    put(tmp_path, "a.html")
    assert sources(list_files(str(tmp_path), HTML, prefix="html/")) == ["html/a.html"]
    assert stem_of("a.html.gz", HTML) == "a"
    assert stem_of("a.html.gz.txt", HTML) is None
