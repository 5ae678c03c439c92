"""Meta tags, links, scripts and headings of a page."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from presseschau.extract.metadata.head import Head, read_head


def head_of(html: str) -> Head:
    return read_head(LexborHTMLParser(html))


def test_metas_by_lower_case_name_in_order() -> None:
    head = head_of(
        '<meta property="OG:Title" content="Neue &amp;amp; Brücke"><meta name="article:tag" content="Bau">'
        '<meta itemprop="article:tag" content="Verkehr"><meta name="leer" content=" "><meta content="ohne Namen">'
    )
    assert list(head.metas.all("article:tag", "og:title")) == ["Bau", "Verkehr", "Neue & Brücke"]
    assert head.metas.first("leer", "article:tag") == "Bau"
    assert head.metas.first("leer") is None


def test_metas_of_the_body_only_where_the_head_lacks_open_graph() -> None:
    stray = '<body><p>Text</p><meta name="author" content="Anna Beispiel"><link rel="canonical" href="/a">'
    assert head_of(f'<head><meta property="og:title" content="Brücke"></head>{stray}').metas.first("author") is None
    head = head_of(f'<head><meta name="author" content="Max Muster"></head>{stray}')
    assert list(head.metas.all("author")) == ["Max Muster", "Anna Beispiel"]
    assert head.canonical == "/a"


def test_robots_keep_their_wording() -> None:
    head = head_of(
        '<meta name="Robots" content=" noai "><meta name="GPTBot" content="noindex">'
        '<meta name="tdm-reservation" content="1"><meta name="bottom-line" content="x"><meta name="msapplication-x" content="y">'
    )
    assert head.robots == (("robots", "noai"), ("gptbot", "noindex"), ("tdm-reservation", "1"))


@pytest.mark.parametrize("stray", ['<noscript><img src="/pixel"></noscript>', "<div></div>", "<p>", "Text"])
def test_robots_of_the_whole_page(stray: str) -> None:
    own = '<meta property="og:title" content="Brücke"><meta name="robots" content="index">'
    head = head_of(
        f'<head>{own}{stray}<meta name="robots" content="noai"></head><meta name="tdm-reservation" content="1">'
    )
    assert head.robots == (("robots", "index"), ("robots", "noai"), ("tdm-reservation", "1"))


def test_license_of_a_link_before_a_visible_one() -> None:
    shown = '<a rel="nofollow license" href="/shown">Lizenz</a><a rel="license" href="/other">Lizenz</a>'
    assert head_of(f'<link rel="license" href="/link"><p>{shown}</p>').license == "/link"
    assert head_of(f"<p>{shown}</p>").license == "/shown"
    assert head_of("<p>Text</p>").license is None


def test_scripts_and_headings_of_the_whole_page_in_order() -> None:
    head = head_of(
        '<script type="application/LD+JSON; charset=utf-8">1</script><script>2</script><body><h1>b</h1>'
        '<div><h1>c</h1></div><script type="application/ld+json">3</script>'
    )
    assert head.scripts == ("1", "3")
    assert [node.text() for node in head.headlines] == ["b", "c"]


def test_title_of_the_head_before_one_of_the_body() -> None:
    drawing = "<body><svg><title>Logo</title></svg>"
    assert head_of(f"<title>Neue Brücke</title>{drawing}").title == "Neue Brücke"
    assert head_of(drawing).title == "Logo"
