"""Visible bylines: by markup, by wording, and whose names don't count."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from presseschau.extract.metadata.byline import read_byline


def names(html: str) -> tuple[str, ...]:
    html = f"<html><body><h1>Neue Brücke eröffnet</h1>{html}</body></html>"
    return read_byline(LexborHTMLParser(html), html.encode())


@pytest.mark.parametrize(
    "html",
    [
        '<a rel="author" href="/x">Anna Beispiel</a>',
        '<span itemprop="author"><span itemprop="name">Anna Beispiel</span></span>',
        '<meta itemprop="author" content="Anna Beispiel">',
        '<div class="article__author">Von Anna Beispiel</div>',
        '<p class="byline">von <strong>Anna Beispiel</strong>, 12. März 2024</p>',
        '<p class="autorenzeile">Von Anna Beispiel</p>',
        "<byline>Von Anna Beispiel</byline>",
        '<div class="post-author-name">Anna Beispiel</div>',
        # by wording only
        "<p>Von Anna Beispiel</p>",
        "<h5>Von <em>Anna Beispiel</em></h5>",
        "<li>Von: <span><a href='/x'>Anna Beispiel</a></span></li>",
        "<div>Autorin: Anna Beispiel<br>12.3.2024</div>",
        "<p>Geschrieben von Anna Beispiel</p>",
        "<p>Ein Kommentar von Anna Beispiel</p>",
        "<span>Von Anna Beispiel</span><p>Seit gestern fahren wieder Züge.",
    ],
)
def test_byline_is_read(html: str) -> None:
    assert names(html) == ("Anna Beispiel",)


def test_the_foot_of_a_post_is_not_that_of_the_page() -> None:
    author = '<span class="fn" itemprop="author"><span itemprop="name">Anna Beispiel</span></span>'
    assert names(f'<div class="post-footer"><p>Eingestellt von {author}</p></div>') == ("Anna Beispiel",)
    assert names(f'<div class="site-footer">{author}</div>') == ()


def test_several_authors() -> None:
    two = '<b class="author"><a href="/a">Anna Beispiel</a></b> und <b class="author"><a href="/m">Max Muster</a></b>'
    assert names(two) == ("Anna Beispiel", "Max Muster")
    assert names("<p>Von Anna Beispiel und Max Muster</p>") == ("Anna Beispiel", "Max Muster")


def test_a_worded_byline_is_looked_for_near_the_headline() -> None:
    head, page = "<p>Von Bernd Muster</p>" + "<p>Menü</p>" * 9000, "<h1>Neue Brücke</h1><p>Von Anna Beispiel</p>"
    assert read_byline(LexborHTMLParser(head + page), (head + page).encode()) == ("Anna Beispiel",)


def test_place_and_agency_in_a_worded_byline() -> None:
    assert names("<p>Von Anna Beispiel, Rom, und Max Muster, dpa</p>") == ("Anna Beispiel", "Max Muster", "dpa")


def test_an_agency_alone_in_a_worded_byline() -> None:
    assert names("<p>Von dpa</p>") == ("dpa",)
    assert names("<div>Von <b>AFP</b></div><time>12. März 2024</time>") == ("AFP",)
    assert names("<p>Von dpa befragte Fachleute sehen das anders.</p>") == ()


def test_our_correspondent() -> None:
    assert names("<p>Von unserer USA-Korrespondentin Anna Beispiel, Washington</p>") == ("Anna Beispiel",)
    assert names("<p>Von unserer Redaktion</p>") == ()


def test_the_same_markup_elsewhere_on_the_page_is_a_teasers() -> None:
    teaser = '<section><div><p class="byline">Max Muster</p></div></section>'
    assert names(f'<div><div><p class="byline">Anna Beispiel</p></div></div>{teaser}') == ("Anna Beispiel",)


def test_nickname_only_where_the_markup_says_that_it_is_a_name() -> None:
    assert names('<span class="author vcard"><a class="url fn" href="/d">Krimiblogger</a></span>') == ("Krimiblogger",)
    assert names('<span class="author">Krimiblogger</span>') == ()


@pytest.mark.parametrize(
    "html",
    [
        '<div class="comment"><span class="author">Anna Beispiel</span></div>',
        '<aside><span class="author">Anna Beispiel</span></aside>',
        '<div class="related-posts"><p class="byline">Anna Beispiel</p></div>',
        '<figure><span class="author">Anna Beispiel</span></figure>',
        '<div class="authority">Anna Beispiel</div>',
        '<div class="author">Zur Übersicht aller Texte</div>',
        '<p class="byline">12. März 2024</p>',
        "<p>Von Berlin nach Rom dauert die Fahrt einen ganzen Tag und eine halbe Nacht, sagt die Bahn.</p>",
        "<p>Das Buch von Anna Beispiel erscheint.</p>",
        "<p>Von Anna Beispiel, deren neues Buch gerade erscheint, stammt die Idee.</p>",
    ],
)
def test_other_names_do_not_count(html: str) -> None:
    assert names(html) == ()


def test_wording_is_looked_for_around_the_headline_only() -> None:
    assert names("<p>Text.</p>" * 5000 + "<p>Von Anna Beispiel</p>") == ()
