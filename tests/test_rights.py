"""Rights: reservations by header, meta tag and tdmrep.json; takedown lists."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pyarrow.dataset as ds
import pytest

from conftest import ROOT, build, run_script
from presseschau.rights import Reservation, RobotsTxt, Snapshots, Takedown, TdmRep, reservation
from presseschau.stable import article_id, canonical_url, publisher_of, sha256

HTML_HEADERS = (("content-type", "text/html"),)


@pytest.mark.parametrize(
    ("headers", "robots", "reserved", "evidence"),
    [
        ((), (), None, None),
        ((), (("robots", "index, follow"),), None, None),
        (HTML_HEADERS, (), False, None),
        ((("tdm-reservation", "1"),), (), True, "http tdm-reservation: 1"),
        ((("tdm-reservation", "0"),), (), False, "http tdm-reservation: 0"),
        (
            (("tdm-reservation", "1"), ("tdm-policy", "https://a.example/p.json")),
            (),
            True,
            "http tdm-reservation: 1, tdm-policy: https://a.example/p.json",
        ),
        (HTML_HEADERS, (("tdm-reservation", "1"),), True, "meta tdm-reservation: 1"),
        ((("tdm-reservation", "0"),), (("tdm-reservation", "1"),), True, "meta tdm-reservation: 1"),
        ((), (("tdm-reservation", "vielleicht"),), None, None),
        ((), (("tdm-policy", "https://a.example/p.json"),), None, None),
        ((("x-robots-tag", "noai"),), (), True, "http x-robots-tag: noai"),
        ((("x-robots-tag", "somebot: noai, noindex"),), (), True, "http x-robots-tag: noai"),
        ((), (("robots", "noimageai, NOAI"),), True, "meta robots: noai"),
        ((), (("robots", "noai noimageai"),), True, "meta robots: noai"),
        ((("x-robots-tag", "noindex; noai"),), (), True, "http x-robots-tag: noai"),
        ((), (("googlebot", "noai"),), True, "meta googlebot: noai"),
        ((), (("google-extended", "noai"),), True, "meta google-extended: noai"),
        ((), (("ai-training", "noai"),), True, "meta ai-training: noai"),
        ((), (("description", "noai"),), None, None),
        ((("robots", "noai"),), (), False, None),
    ],
)
def test_reservation(
    headers: tuple[tuple[str, str], ...],
    robots: tuple[tuple[str, str], ...],
    reserved: bool | None,
    evidence: str | None,
) -> None:
    assert reservation(headers, robots) == Reservation(reserved, evidence)


@pytest.mark.parametrize("directive", ["noarchive", "noimageai", "noindex", "max-snippet:-1", "noaid"])
def test_directives_that_say_nothing_about_text(directive: str) -> None:
    assert reservation((), (("robots", directive),)).reserved is None
    assert reservation((("x-robots-tag", directive),), ()).reserved is False


def test_tdmrep_first_fitting_location_decides(tmp_path: Path) -> None:
    path = tmp_path / "tdmrep.json"
    rules = [
        {"location": "/frei/*", "tdm-reservation": 0},
        {"location": "*.pdf$", "tdm-reservation": 1},
        {"location": "/", "tdm-reservation": 1, "tdm-policy": "https://a.example/p"},
    ]
    path.write_text(json.dumps(rules))
    rep = TdmRep.load(path)
    assert rep.reservation("https://a.example/frei/x") == Reservation(False, "tdmrep.json /frei/*: 0")
    assert rep.reservation("https://a.example/x.pdf").evidence == "tdmrep.json *.pdf$: 1"
    assert rep.reservation("https://a.example") == Reservation(
        True, "tdmrep.json /: 1, tdm-policy: https://a.example/p"
    )
    path.write_text("[]")
    assert TdmRep.load(path).reservation("https://a.example/x") == Reservation()


@pytest.mark.parametrize(
    "content",
    [
        '[{"location": ["/a", "/b"], "tdm-reservation": 1}]',
        "{",
        '{"location": "/"}',
        '[{"location": "/"}]',
        "[1]",
        '[{"location": "/", "tdm-reservation": "x"}]',
    ],
)
def test_tdmrep_bad_file_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "tdmrep.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"tdmrep\.json: not a tdmrep\.json file"):
        TdmRep.load(path)


def robots_txt(tmp_path: Path, text: str) -> RobotsTxt:
    path = tmp_path / "robots.txt"
    path.write_text(text, encoding="utf-8")
    return RobotsTxt.load(path)


def test_robots_txt_that_keeps_mining_robots_out(tmp_path: Path) -> None:
    robots = robots_txt(
        tmp_path,
        "# Hinweis\nUser-Agent: *\nDisallow: /suche\n\nUser-agent: ccbot\nUser-agent: GPTBot # beide\n"
        "Disallow: /\nAllow: /frei/\nunsinn\n",
    )
    assert robots.reservation("https://a.de/x") == Reservation(True, "robots.txt CCBot: disallow")
    assert robots.reservation("https://a.de/frei/x") == Reservation(False, None)


@pytest.mark.parametrize(
    ("text", "url", "reserved"),
    [
        ("", "https://a.de/", None),
        ("User-agent: *\nDisallow: /", "https://a.de/x", False),
        ("User-agent: CCBot\nDisallow:", "https://a.de/x", False),
        ("User-agent: GPTBot/1.2\nDisallow: /", "https://a.de/x", True),
        ("User-agent: GPTBotanik\nDisallow: /", "https://a.de/x", False),
        ("User-agent: CCBot\nDisallow: /prüfung", "https://a.de/pr%C3%BCfung/1", True),
        ("User-agent: CCBot\nDisallow: /pr%c3%bcfung", "https://a.de/pr%C3%BCfung/1", True),
        ("User-agent: CCBot\nDisallow: /prüfung", "https://a.de/pr%C3%A4fung", False),
        ("User-agent: CCBot\nDisallow: /*.html$", "https://a.de/x.html", True),
        ("User-agent: CCBot\nDisallow: /*.html$", "https://a.de/x.html?p=1", False),
        ("User-agent: CCBot\nDisallow: /x\nAllow: /x", "https://a.de/x", False),
        ("User-agent: CCBot\nAllow: /\nDisallow: /artikel", "https://a.de/artikel/1", True),
        ("User-agent: CCBot\nDisallow: /a\n\nUser-agent: GPTBot\nDisallow: /b", "https://a.de/b", True),
    ],
)
def test_robots_txt_rules(tmp_path: Path, text: str, url: str, reserved: bool | None) -> None:
    assert robots_txt(tmp_path, text).reservation(url).reserved is reserved


def test_robots_txt_in_another_encoding_is_read(tmp_path: Path) -> None:
    path = tmp_path / "robots.txt"
    path.write_bytes("# für alle\nUser-agent: GPTBot\nDisallow: /".encode("latin-1"))
    assert RobotsTxt.load(path).reservation("https://a.de/x").reserved is True


def test_robots_txt_that_is_an_html_page_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"robots\.txt: an HTML page, not a robots\.txt file"):
        robots_txt(tmp_path, "\n<!DOCTYPE html><title>Nicht gefunden</title>")


def test_many_stars_take_no_time(tmp_path: Path) -> None:
    rules = robots_txt(tmp_path, "User-agent: GPTBot\nDisallow: /" + "*" * 200 + "x$")
    start = time.process_time()
    assert rules.reservation("https://a.example/" + "a" * 2000).reserved is False
    assert time.process_time() - start < 1


def snapshots(folder: Path, files: dict[str, object]) -> Snapshots:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return Snapshots.load(folder)


RESERVED = [{"location": "/", "tdm-reservation": 1}]
FREE = [{"location": "/", "tdm-reservation": 0}]
NO_BOTS = "User-agent: CCBot\nDisallow: /\n"
ALL_BOTS = "User-agent: *\nDisallow: /suche\n"


@pytest.mark.parametrize(
    ("tdmrep", "robots", "reserved", "evidence"),
    [
        (RESERVED, None, True, "tdmrep.json /: 1"),
        (FREE, None, False, "tdmrep.json /: 0"),
        ([], None, None, None),
        (None, NO_BOTS, True, "robots.txt CCBot: disallow"),
        (None, ALL_BOTS, False, None),
        (None, "", None, None),
        (RESERVED, NO_BOTS, True, "tdmrep.json /: 1"),
        (RESERVED, ALL_BOTS, True, "tdmrep.json /: 1"),
        (FREE, NO_BOTS, True, "robots.txt CCBot: disallow"),
        (FREE, ALL_BOTS, False, "tdmrep.json /: 0"),
        ([], ALL_BOTS, False, None),
    ],
)
def test_snapshots_of_a_host(
    tmp_path: Path, tdmrep: object, robots: str | None, reserved: bool | None, evidence: str | None
) -> None:
    files = {"blatt.de/tdmrep.json": tdmrep, "blatt.de/robots.txt": robots}
    saved = snapshots(tmp_path, {name: content for name, content in files.items() if content is not None})
    assert saved.reservation("https://blatt.de/artikel") == Reservation(reserved, evidence)


def test_snapshots_belong_to_their_host(tmp_path: Path) -> None:
    saved = snapshots(
        tmp_path,
        {
            "blatt.de/tdmrep.json": RESERVED,
            "www.bote.at/tdmrep.json": RESERVED,
            "bote.at/tdmrep.json": FREE,
            "www.Anzeiger.ch/robots.txt": NO_BOTS,
            ".git/HEAD": "x",
            "README.md": "saved on 1 May",
        },
    )
    reserved = {
        host: saved.reservation(f"https://{host}/a").reserved
        for host in ("blatt.de", "www.blatt.de", "labor.blatt.de", "www.bote.at", "bote.at", "anzeiger.ch", "fremd.de")
    }
    assert reserved == {
        "blatt.de": True,
        "www.blatt.de": True,  # only the other one was saved
        "labor.blatt.de": None,  # another host, with files of its own
        "www.bote.at": True,
        "bote.at": False,  # both were saved: each speaks for itself
        "anzeiger.ch": True,
        "fremd.de": None,
    }
    assert saved.reservation(None) == saved.reservation("keine URL") == Reservation()
    assert Snapshots().reservation("https://blatt.de/a") == Reservation()


@pytest.mark.parametrize(
    ("headers", "robots", "saved", "expected"),
    [
        ((), (), Reservation(True, "s"), Reservation(True, "s")),
        ((), (), Reservation(False, "s"), Reservation(False, "s")),
        ((), (), Reservation(False, None), Reservation(False, None)),
        (HTML_HEADERS, (), Reservation(True, "s"), Reservation(True, "s")),
        (HTML_HEADERS, (), Reservation(False, "s"), Reservation(False, "s")),
        (HTML_HEADERS, (), Reservation(), Reservation(False, None)),
        ((("tdm-reservation", "0"),), (), Reservation(True, "s"), Reservation(True, "s")),
        ((("tdm-reservation", "1"),), (), Reservation(True, "s"), Reservation(True, "http tdm-reservation: 1")),
        ((), (("robots", "noai"),), Reservation(False, "s"), Reservation(True, "meta robots: noai")),
        ((), (("tdm-reservation", "0"),), Reservation(False, "s"), Reservation(False, "meta tdm-reservation: 0")),
    ],
)
def test_saved_files_are_one_voice_among_others(
    headers: tuple[tuple[str, str], ...],
    robots: tuple[tuple[str, str], ...],
    saved: Reservation,
    expected: Reservation,
) -> None:
    assert reservation(headers, robots, saved) == expected


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"blatt.de/tdmrep.json": "{"}, r"blatt\.de/tdmrep\.json: not a tdmrep\.json file"),
        ({"blatt.de/tdmrep.json": "<html>"}, r"blatt\.de/tdmrep\.json: not a tdmrep\.json file"),
        ({"blatt.de/tdmrep.json": {"location": "/"}}, r"not a tdmrep\.json file \(not a list of rules\)"),
        ({"blatt.de/tdmrep.json": "[" * 100_000}, r"not a tdmrep\.json file"),
        ({"blatt.de/tdmrep.json": [{"tdm-reservation": 1}]}, r"a rule without location"),
        ({"blatt.de/robots.txt": "<!doctype html>"}, r"blatt\.de/robots\.txt: an HTML page"),
        ({"blatt.de/robots.txt/x": ""}, r"blatt\.de/robots\.txt: Is a directory"),
        ({"blatt.de/tdm.json": RESERVED}, r"blatt\.de: has neither tdmrep\.json nor robots\.txt"),
    ],
)
def test_a_bad_snapshot_is_named(tmp_path: Path, files: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        snapshots(tmp_path, files)
    assert "\n" not in str(caught.value)


def test_a_takedown_holds_for_http_and_https(tmp_path: Path) -> None:
    path = tmp_path / "takedown.txt"
    path.write_text("http://blatt.example/a\nhttps://blatt.example/b\n", encoding="utf-8")
    listed = Takedown.load(path)
    assert listed.hits("https://blatt.example/a", None, None, None) == [("url", "http://blatt.example/a")]
    assert listed.hits("http://blatt.example/b", None, None, None) == [("url", "https://blatt.example/b")]
    assert listed.hits("https://blatt.example/c", None, None, None) == []


def test_a_takedown_list_in_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "takedown.txt"
    path.write_bytes("blatt.example # für Müller\n".encode("latin-1"))
    with pytest.raises(ValueError, match=r"takedown\.txt: not in UTF-8"):
        Takedown.load(path)


def test_a_host_with_an_umlaut_is_the_one_of_its_pages(tmp_path: Path) -> None:
    found = snapshots(tmp_path / "saved", {"müller-post.de/tdmrep.json": RESERVED})
    assert found.reservation(canonical_url("https://müller-post.de/a"))
    (tmp_path / "takedown.txt").write_text("müller-post.de\n", encoding="utf-8")
    listed = Takedown.load(tmp_path / "takedown.txt")
    assert listed.hits(None, publisher_of(canonical_url("https://www.müller-post.de/a")), None, None)


def test_snapshots_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no-such: there is no such folder"):
        Snapshots.load(tmp_path / "no-such")


def test_the_digest_of_snapshots_is_that_of_what_they_say(tmp_path: Path) -> None:
    one = snapshots(tmp_path / "one", {"blatt.de/tdmrep.json": RESERVED, "bote.at/robots.txt": NO_BOTS})
    two = snapshots(tmp_path / "two", {"bote.at/robots.txt": "# saved\n" + NO_BOTS, "blatt.de/tdmrep.json": RESERVED})
    other = snapshots(tmp_path / "other", {"blatt.de/tdmrep.json": FREE, "bote.at/robots.txt": NO_BOTS})
    assert one.digest == two.digest
    assert len({one.digest, other.digest, Snapshots().digest}) == 3


def test_snapshots_in_a_build(tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    snapshots(saved, {"bitatlas.example/tdmrep.json": RESERVED})
    wanted = ("source=html", f"source.path={ROOT / 'data' / 'sample' / 'html' / 'bitatlas'}", "split=random")
    dataset = build(tmp_path, *wanted, f"rights.snapshots={saved}")
    said = ds.dataset(dataset / "data").to_table(columns=["tdm_reserved", "tdm_evidence"]).to_pylist()
    assert {tuple(row.values()) for row in said} == {(True, "tdmrep.json /: 1")}
    shown = json.loads((dataset / "manifest.json").read_text())["config"]["rights"]["snapshots"]
    assert shown == f"sha256:{Snapshots.load(saved).digest}"
    snapshots(saved, {"bitatlas.example/tdmrep.json": FREE})
    build(tmp_path, *wanted, f"rights.snapshots={saved}")
    said = ds.dataset(dataset / "data").to_table(columns=["tdm_reserved"]).to_pylist()
    assert {row["tdm_reserved"] for row in said} == {False}  # what earlier builds left is not taken for the answer
    (saved / "bitatlas.example" / "tdmrep.json").write_text("{")
    done = run_script("build", *wanted, f"rights.snapshots={saved}", f"output.dir={tmp_path / 'other'}")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "bitatlas.example/tdmrep.json: not a tdmrep.json file" in done.stderr


def takedown(tmp_path: Path, *lines: str) -> Takedown:
    path = tmp_path / "takedown.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    return Takedown.load(path)


def kind(listed: Takedown, *article: str | None) -> str | None:
    """The first kind of entry that an article hits."""
    return next((kind for kind, _ in listed.hits(*article)), None)


def test_takedown_hits_each_kind(tmp_path: Path) -> None:
    url, other = "https://www.beispiel.de/a?id=7", "https://www.beispiel.de/b"
    listed = takedown(
        tmp_path,
        "\ufeff# Liste",
        "",
        "HTTPS://www.beispiel.de/a?id=7&utm_source=x#oben   # auf Wunsch des Verlags",
        "Muster.AT",
        article_id(other, ""),
        sha256("Ein Text.").upper(),
    )
    assert kind(listed, url, "beispiel.de", None, None) == "url"
    assert kind(listed, other, "beispiel.de", article_id(other, ""), None) == "id"
    assert kind(listed, None, "muster.at", None, None) == "publisher"
    assert kind(listed, other, "beispiel.de", None, sha256("Ein Text.")) == "text"
    assert kind(listed, other, "beispiel.de", "0" * 16, sha256("Anderer Text.")) is None
    assert kind(listed, None, None, None, None) is None


def test_entries_that_no_article_hits_are_told_by_their_lines(tmp_path: Path) -> None:
    url = "https://www.beispiel.de/a"
    listed = takedown(tmp_path, url, "# Liste", "ziet.de", "https://www.zeit.de", "beispiel.de", sha256(url))
    hit = {entry for _, entry in listed.hits(url, "beispiel.de", None, None)}
    assert listed.unmatched(hit) == "takedown: 2 of 5 entries match no article (lines 3, 4)"
    assert listed.unmatched(set(listed.lines)) is None


def test_takedown_by_hash_of_the_url(tmp_path: Path) -> None:
    url = "https://www.beispiel.de/a"
    assert kind(takedown(tmp_path, sha256(url)), url, None, None, None) == "url"


def test_empty_takedown_hits_nothing() -> None:
    assert Takedown().hits("https://a.de/", "a.de", "0" * 16, "0" * 64) == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("kein eintrag", "takedown.txt:2: neither"),
        ("ftp://a.de/x", "takedown.txt:2: not an absolute"),
        ("abc123", "takedown.txt:2: neither"),
        ("www.beispiel.de", "takedown.txt:2: 'www.beispiel.de' is a host"),
        ("localhost", "takedown.txt:2: neither"),
        ("beispiel.de/netz/a", "takedown.txt:2: neither"),  # not all of its publisher
    ],
)
def test_takedown_bad_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        takedown(tmp_path, "# erste Zeile", line)
