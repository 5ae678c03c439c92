"""Rights: reservations by header, meta tag and tdmrep.json; takedown lists."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from presseschau.rights import Reservation, RobotsTxt, Takedown, TdmRep, reservation
from presseschau.stable import article_id, sha256

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
        ((), (("googlebot", "noai"),), True, "meta googlebot: noai"),
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
    "content", ["{", '{"location": "/"}', '[{"location": "/"}]', "[1]", '[{"location": "/", "tdm-reservation": "x"}]']
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
    assert robots.reservation("https://a.de/x", robots=("EigenerBot",)) == Reservation(False, None)


@pytest.mark.parametrize(
    ("text", "url", "reserved"),
    [
        ("", "https://a.de/", None),
        ("User-agent: *\nDisallow: /", "https://a.de/x", False),
        ("User-agent: CCBot\nDisallow:", "https://a.de/x", False),
        ("User-agent: CCBot\nDisallow: /*.html$", "https://a.de/x.html", True),
        ("User-agent: CCBot\nDisallow: /*.html$", "https://a.de/x.html?p=1", False),
        ("User-agent: CCBot\nDisallow: /x\nAllow: /x", "https://a.de/x", False),
        ("User-agent: CCBot\nAllow: /\nDisallow: /artikel", "https://a.de/artikel/1", True),
        ("User-agent: CCBot\nDisallow: /a\n\nUser-agent: GPTBot\nDisallow: /b", "https://a.de/b", True),
    ],
)
def test_robots_txt_rules(tmp_path: Path, text: str, url: str, reserved: bool | None) -> None:
    assert robots_txt(tmp_path, text).reservation(url).reserved is reserved


def takedown(tmp_path: Path, *lines: str) -> Takedown:
    path = tmp_path / "takedown.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    return Takedown.load(path)


def test_takedown_matches_each_kind(tmp_path: Path) -> None:
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
    assert listed.matches(url, "beispiel.de", None, None) == "url"
    assert listed.matches(other, "beispiel.de", article_id(other, ""), None) == "id"
    assert listed.matches(None, "muster.at", None, None) == "publisher"
    assert listed.matches(other, "beispiel.de", None, sha256("Ein Text.")) == "text"
    assert listed.matches(other, "beispiel.de", "0" * 16, sha256("Anderer Text.")) is None
    assert listed.matches(None, None, None, None) is None


def test_takedown_by_hash_of_the_url(tmp_path: Path) -> None:
    url = "https://www.beispiel.de/a"
    assert takedown(tmp_path, sha256(url)).matches(url, None, None, None) == "url"


def test_empty_takedown_matches_nothing() -> None:
    assert Takedown().matches("https://a.de/", "a.de", "0" * 16, "0" * 64) is None


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("kein eintrag", "takedown.txt:2: neither"),
        ("ftp://a.de/x", "takedown.txt:2: not an absolute"),
        ("abc123", "takedown.txt:2: neither"),
        ("www.beispiel.de", "takedown.txt:2: 'www.beispiel.de' is a host"),
        ("localhost", "takedown.txt:2: neither"),
    ],
)
def test_takedown_bad_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        takedown(tmp_path, "# erste Zeile", line)
