"""All metadata of a page: sources in order, head tags, rights, and the measured pages."""

from __future__ import annotations

import gzip
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from presseschau.extract.encoding import decode
from presseschau.extract.metadata.read import Metadata, read_metadata

SHARED = Path(__file__).resolve().parents[2] / "shared"
ARTICLE: dict[str, Any] = {
    "@type": "NewsArticle",
    "headline": "Neue Brücke eröffnet",
    "description": "Der Verkehr rollt.",
    "datePublished": "2024-03-12T08:00:00+01:00",
    "dateModified": "2024-03-12T09:30:00+01:00",
    "author": [{"@type": "Person", "name": "Anna Beispiel"}, {"@type": "Organization", "name": "dpa"}],
    "articleSection": "Lokales",
    "keywords": "Brücke, Verkehr, Brücke",
    "isAccessibleForFree": "False",
    "articleBody": "Die Brücke ist offen.",
    "publisher": {"@type": "Organization", "name": "Beispielblatt"},
}


def page(head: str = "", body: str = "", article: dict[str, Any] | None = None) -> str:
    script = f'<script type="application/ld+json">{json.dumps(article)}</script>' if article else ""
    return f'<html lang="de"><head>{head}{script}</head><body>{body}</body></html>'


def read(html: str, url: str | None = "https://www.beispielblatt.de/a", crawled: datetime | None = None) -> Metadata:
    return read_metadata(LexborHTMLParser(html), html.encode(), url, crawled)


def test_a_site_is_known_by_the_name_of_its_publisher() -> None:
    article = {"@type": "NewsArticle", "publisher": {"@type": "Organization", "name": "Hafenkurier"}}
    html = page("<title>Neue Brücke eröffnet | Hafenkurier</title>", article=article)
    assert read(html, "https://www.hk-zeitung.de/a").title == "Neue Brücke eröffnet"


def test_json_ld_gives_everything() -> None:
    html = page('<meta name="robots" content="index, noai">', "<h1>Neue Brücke eröffnet</h1>", ARTICLE)
    assert read(html, "https://www.beispielblatt.de/a?utm_source=x#top") == Metadata(
        title="Neue Brücke eröffnet",
        teaser="Der Verkehr rollt.",
        published=datetime(2024, 3, 12, 7, tzinfo=UTC),
        modified=datetime(2024, 3, 12, 8, 30, tzinfo=UTC),
        authors=("Anna Beispiel", "dpa"),
        section="Lokales",
        keywords=("Brücke", "Verkehr"),
        url="https://www.beispielblatt.de/a",
        publisher="beispielblatt.de",
        country="de",
        free=False,
        article_body="Die Brücke ist offen.",
        page_types=("NewsArticle",),
        robots=(("robots", "index, noai"),),
        agency="dpa",
    )


def test_meta_tags_where_json_ld_is_silent() -> None:
    head = """<title>Neue Brücke | Beispielblatt</title><meta property="og:title" content="Neue Brücke">
      <meta property="og:description" content="Der Verkehr &amp;amp; die Menschen.">
      <meta property="og:type" content="article"><meta property="article:section" content="Lokales">
      <meta property="article:published_time" content="2024-03-12T08:00:00+01:00">
      <meta property="og:updated_time" content="2024-03-12T10:00:00+01:00">
      <meta name="author" content="Von Anna Beispiel">
      <meta property="article:tag" content="Brücke"><meta property="article:tag" content="Bau">"""
    found = read(page(head))
    assert (found.title, found.teaser) == ("Neue Brücke", "Der Verkehr & die Menschen.")
    assert (found.published, found.modified) == (
        datetime(2024, 3, 12, 7, tzinfo=UTC),
        datetime(2024, 3, 12, 9, tzinfo=UTC),
    )
    assert (found.authors, found.section, found.keywords) == (("Anna Beispiel",), "Lokales", ("Brücke", "Bau"))
    assert found.page_types == ("article",)
    assert found.free is None


def test_empty_page() -> None:
    assert read("", None) == Metadata()


def test_meta_tags_in_the_body_where_a_stray_element_ended_the_head() -> None:
    assert (
        read('<html><head><div></div><meta property="og:title" content="Neue Brücke"></head></html>').title
        == "Neue Brücke"
    )


def test_url_of_the_record_wins_then_canonical_then_social() -> None:
    head = '<link rel="canonical" href="/kanonisch?p=2&amp;utm_source=x"><meta property="og:url" content="https://www.beispielblatt.at/sozial">'
    assert read(page(head), "https://www.beispielblatt.de/a").url == "https://www.beispielblatt.de/a"
    assert read(page(head), None).url == "https://www.beispielblatt.at/kanonisch?p=2"
    assert read(page(head), "kein/absoluter/pfad").publisher == "beispielblatt.at"
    assert read(page('<meta property="og:url" content="https://b.de/s">'), None).url == "https://b.de/s"
    assert read(page('<link rel="canonical" href="/relativ">'), None).url is None
    assert read(page('<link rel="canonical" href="//www.b.de/a">'), None).url == "https://www.b.de/a"


def test_the_front_page_is_the_address_only_where_nothing_else_is_stated() -> None:
    front, own = '<link rel="canonical" href="https://b.de/">', '<meta property="og:url" content="https://b.de/a">'
    assert read(page(front + own), None).url == "https://b.de/a"
    assert read(page(front), None).url == "https://b.de/"
    assert read(page('<link rel="canonical" href="https://b.de/?p=7">' + own), None).url == "https://b.de/?p=7"


def test_a_mirrors_own_copy_is_no_address() -> None:
    copy, own = (
        '<link rel="canonical" href="artikel.php%3Fid=3.html">',
        '<meta property="og:url" content="https://b.de/a">',
    )
    assert read(page(copy + own), None).url == "https://b.de/a"
    assert read(page(copy), None).url is None
    front = '<meta property="og:url" content="https://b.de/">'
    assert read(page('<link rel="canonical" href="artikel-3.html">' + front), None).url == "https://b.de/artikel-3.html"


@pytest.mark.parametrize(("canonical", "social"), [("/a", "http://[b/"), ("//[b/a", ""), ("http://b]/", "https://[")])
def test_addresses_that_are_none(canonical: str, social: str) -> None:
    head = f'<link rel="canonical" href="{canonical}"><meta property="og:url" content="{social}">'
    assert read(page(head), None).url is None


@pytest.mark.parametrize(
    ("url", "head", "country"),
    [
        ("https://a.at/x", '<meta property="og:locale" content="de_DE">', "at"),
        ("https://a.com/x", '<meta property="og:locale" content="de_CH">', "ch"),
        ("https://a.com/x", '<meta http-equiv="content-language" content="de-AT">', None),
        ("https://a.com/x", "", None),
        ("https://a.com/x", '<meta property="og:locale" content="en_US">', None),
    ],
)
def test_country(url: str, head: str, country: str | None) -> None:
    assert read(page(head), url).country == country


def test_country_by_language_of_the_article() -> None:
    assert read(page(article={**ARTICLE, "inLanguage": "de-AT"}), "https://a.com/x").country == "at"
    assert read('<html lang="de-LI"></html>', "https://a.com/x").country == "li"


@pytest.mark.parametrize(
    ("value", "free"),
    [
        (True, True),
        ("true", True),
        ("True", True),
        ("https://schema.org/True", True),
        (False, False),
        ("false", False),
        ("http://schema.org/False", False),
        ("vielleicht", None),
        (None, None),
    ],
)
def test_free(value: Any, free: bool | None) -> None:
    assert read(page(article={**ARTICLE, "isAccessibleForFree": value})).free is free


def test_free_of_parts_and_other_nodes() -> None:
    article = {key: value for key, value in ARTICLE.items() if key != "isAccessibleForFree"}
    part = {"@type": "WebPageElement", "isAccessibleForFree": "False", "cssSelector": ".paywall"}
    assert read(page(article={**article, "hasPart": part})).free is False
    assert read(page(article={**article, "hasPart": [part]})).free is False
    assert read(page(article={"@graph": [article, {"@type": "WebPage", "isAccessibleForFree": False}]})).free is False
    assert read(page(article=article)).free is None


def test_robots_are_the_tags_that_speak_to_machines() -> None:
    head = """<meta name="ROBOTS" content="noindex"><meta name="googlebot" content="noarchive">
      <meta name="tdm-reservation" content="1"><meta name="tdm-policy" content="https://b.de/p.json">
      <meta name="viewport" content="x"><meta name="robots" content="noai">"""
    assert read(page(head)).robots == (
        ("robots", "noindex"),
        ("googlebot", "noarchive"),
        ("tdm-reservation", "1"),
        ("tdm-policy", "https://b.de/p.json"),
        ("robots", "noai"),
    )


@pytest.mark.parametrize(
    ("head", "body", "article"),
    [
        ("", "", {**ARTICLE, "license": "https://cc.example/by"}),
        ("", "", {**ARTICLE, "license": {"@type": "CreativeWork", "url": "https://cc.example/by"}}),
        ('<link rel="license" href="https://cc.example/by">', "", None),
        ('<meta name="dcterms.license" content="https://cc.example/by">', "", None),
        ("", '<a rel="license" href="https://cc.example/by">CC</a>', None),
    ],
)
def test_license(head: str, body: str, article: dict[str, Any] | None) -> None:
    assert read(page(head, body, article)).license == "https://cc.example/by"


def test_people_before_the_publisher_as_author() -> None:
    site = {"@type": "Organization", "name": "Beispielblatt"}
    article = {**ARTICLE, "author": site}
    assert read(page(article=article)).authors == ("Beispielblatt",)
    head = '<meta name="author" content="Beispielblatt, Hamburg"><meta property="og:site_name" content="Beispielblatt">'
    assert read(page(head)).authors == ("Beispielblatt",)
    for other in ("Anna Beispiel", "dpa"):
        assert read(page(head.replace("Hamburg", other))).authors == ("Beispielblatt", other)
    assert read(page('<meta name="author" content="Anna Beispiel">', article=article)).authors == ("Anna Beispiel",)
    assert read(page(body='<p class="byline">Von Anna Beispiel</p>', article=article)).authors == ("Anna Beispiel",)
    assert read(page(body="<p>Von Anna Beispiel</p>", article={**article, "author": "Redaktion"})).authors == (
        "Anna Beispiel",
    )
    assert read(page(body="<p>Von Anna Beispiel</p>", article={**article, "author": "dpa"})).authors == ("dpa",)


def test_written_by_label() -> None:
    head = '<meta name="twitter:label1" content="Verfasst von"><meta name="twitter:data1" content="Anna Beispiel">'
    assert read(page(head)).authors == ("Anna Beispiel",)
    assert read(page(head.replace("Verfasst von", "Lesezeit"))).authors == ()


def test_author_by_reference() -> None:
    graph = {
        "@graph": [{**ARTICLE, "author": {"@id": "#a"}}, {"@type": "Person", "@id": "#a", "name": "Anna Beispiel"}]
    }
    assert read(page(article=graph)).authors == ("Anna Beispiel",)


def test_agency_by_source_organization_and_body() -> None:
    article = {**ARTICLE, "author": "Anna Beispiel"}
    assert read(page(article={**article, "sourceOrganization": {"name": "AFP"}})).agency == "AFP"
    assert read(page(article={**article, "articleBody": "Die Brücke ist offen. (epd)"})).agency == "epd"
    assert read(page(article=article)).agency is None


def test_relative_date_with_crawl_time() -> None:
    html = page(body="<h1>Neue Brücke</h1><span>vor 3 Stunden</span>")
    assert read(html, crawled=datetime(2024, 3, 12, 15, tzinfo=UTC)).published == datetime(2024, 3, 12, 12, tzinfo=UTC)


def test_an_h2_says_which_piece_of_the_pages_title_is_the_headline() -> None:
    def title(body: str, page: str) -> str | None:
        return read(f"<title>{page}</title><body>{body}").title

    page = "Meldungen - Neue Brücke über den Fluss - Motorradfreunde Musterstadt"
    h2 = "<h2>Termine</h2><h2>Neue Brücke über den Fluss</h2>"
    assert title(h2, page) == "Neue Brücke über den Fluss"
    # a subhead is no piece of it, and a headline may well have a dash
    assert title("<h2>Neue Brücke</h2>", "Neue Brücke am Fluss - Ganz nah") == "Neue Brücke am Fluss - Ganz nah"
    assert title("<h1>Stau - so war es</h1><h2>Stau</h2>", "Stau - so war es") == "Stau - so war es"


def test_a_stated_date_that_may_be_american_gives_way_to_the_shown_one() -> None:
    html = '<meta name="date" content="11/01/2023 12:43:42"><body><h1>Titel</h1><p>Erstellt am 01.11.2023</p>'
    assert read(html).published == datetime(2023, 11, 1, tzinfo=UTC)
    assert read(html.replace("11/01", "31/10")).published == datetime(2023, 10, 31, 11, 43, 42, tzinfo=UTC)


def test_tree_is_not_changed() -> None:
    html = page("<title>x</title>", "<h1><span class='kicker'>A</span>B</h1>", ARTICLE)
    tree = LexborHTMLParser(html)
    before = tree.html
    read_metadata(tree, html.encode())
    assert tree.html == before


TAGS = st.sampled_from(["h1", "h2", "p", "span", "meta", "time", "title", "script", "a", "nav", "div"])
MARKS = ['class="author"', 'itemprop="author"', 'rel="author"', 'datetime="2024-01-01"', 'type="application/ld+json"']
ATTRIBUTES = st.sampled_from([*MARKS, 'property="og:title" content="x"', 'name="date" content="2024"', ""])


@given(st.lists(st.tuples(TAGS, ATTRIBUTES, st.text(max_size=20)), max_size=8))
def test_any_page_is_read(parts: list[tuple[str, str, str]]) -> None:
    read("".join(f"<{tag} {attributes}>{text}" for tag, attributes, text in parts) + "<p>12.3.2024</p>", None)


def tokens(text: str | None) -> list[str]:
    return re.findall(r"\w+", (text or "").lower())


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the measured pages are not beside the repository")
@pytest.mark.parametrize(("gold", "floors"), [("news_gold", (0.92, 0.99, 0.92)), ("foreign_gold", (0.87, 0.96, 0.87))])
def test_measured_pages(gold: str, floors: tuple[float, float, float]) -> None:
    hits: list[list[bool]] = [[], [], []]
    for line in (SHARED / "pages" / f"{gold}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        html = decode(gzip.decompress((SHARED / "pages" / row["html"]).read_bytes()))
        found = read(html, row["url"], datetime.fromisoformat(row["crawl_date"]))
        hits[0].append(tokens(found.title) == tokens(row["title"]))
        hits[1].append(str(found.published)[:10] == row["published"][:10])
        if row["authors"]:
            hits[2].append(sorted(map(tokens, found.authors)) == sorted(map(tokens, row["authors"])))
    assert [sum(column) / len(column) >= floor for column, floor in zip(hits, floors, strict=True)] == [True] * 3
