"""The headline of pages whose h1 does not show it."""

from __future__ import annotations

import time

import pytest

from presseschau.extract import extract_html

STORY = "<p>" + "Die Brücke über den Fluss wird neu gebaut, sagte die Bürgermeisterin. " * 8 + "</p>"
TITLE = "<title>Neue Brücke kommt - Das Portal der Region</title>"
ADDRESS = "https://www.beispiel.de/lokales/neue-bruecke-kommt-im-herbst.html"


def title_of(body: str, head: str = TITLE, url: str = "https://www.beispiel.de/?id=7") -> str | None:
    return extract_html(f"<html><head>{head}</head><body>{body}{STORY}</body></html>", url).title


@pytest.mark.parametrize(
    "headline",
    [
        "<div>Neue Brücke kommt</div>",
        "<p><font size=5><b>Neue</b> Brücke kommt</font></p>",
        "<span class=big>Neue Brücke kommt</span><br>",
        "<h3><a href='/lokales/7'>Neue Brücke kommt</a></h3>",
        "<h1>Alles aus Stadt und Land</h1><h4>Neue Brücke kommt</h4>",
        "<h1>beispiel.de</h1><div>Neue Brücke kommt</div>",
    ],
)
def test_what_the_title_says(headline: str) -> None:
    assert title_of(f"<div><a href='/'>Das Portal der Region</a></div>{headline}") == "Neue Brücke kommt"


def test_the_longest_that_the_title_says_but_no_link_to_the_front_page() -> None:
    logo = "<div><a href='/'>Das Portal der Region am Fluss</a></div>"
    head = "<title>Das Portal der Region am Fluss - Lokales - Neue Brücke kommt im Herbst</title>"
    assert title_of(f"{logo}<div>Lokales</div><div>Neue Brücke kommt im Herbst</div>", head) == (
        "Neue Brücke kommt im Herbst"
    )


def test_what_the_title_nearly_says() -> None:
    head = "<title>Neue Brücke in Bernau kommt, so die Stadt heute</title>"
    assert title_of("<div>Neue Brücke in Bernau kommt</div>", head) == "Neue Brücke in Bernau kommt"
    teaser = "<div><a href='/8'>Neue Brücke in Bernau</a></div>"
    assert title_of(teaser, head) == "Neue Brücke in Bernau kommt, so die Stadt heute"


@pytest.mark.parametrize("head", ["", "<title>beispiel.de</title>"])
def test_what_the_address_says(head: str) -> None:
    lines = "<li>Die Brücke im Wetter</li><div>Neue Brücke kommt wohl im Herbst</div>"
    assert title_of(lines, head, ADDRESS) == "Neue Brücke kommt wohl im Herbst"


def test_what_a_class_says_where_nothing_else_does() -> None:
    body = "<div>Guten Morgen, liebe Leute</div><div class='post-title'><small>Lokales</small> Die Brücke kommt</div>"
    assert title_of(body, "<title>beispiel.de</title>") == "Die Brücke kommt"
    assert title_of(body) == "Neue Brücke kommt - Das Portal der Region"


@pytest.mark.parametrize(
    "headline", ["Ein Bauwerk für alle in Bernau", "Brücke: Es geht los", "Herbst am Fluss", "Sieben Brücken"]
)
def test_an_h1_about_the_subject_stays(headline: str) -> None:
    crumb = "<ol><li>Start</li><li>Neue Brücke in Bernau</li></ol>"
    head = "<title>Neue Brücke in Bernau</title>"
    assert title_of(f"{crumb}<h1>{headline}</h1>", head, ADDRESS) == headline


@pytest.mark.parametrize("piece", ["<div>", "<div>a", "<a>", "<p>Neue Brücke", "<!--", "<div class='title' id='"])
def test_hostile_pages_take_no_time(piece: str) -> None:
    start = time.process_time()
    title_of(piece * (300_000 // len(piece)))
    assert time.process_time() - start < 5
