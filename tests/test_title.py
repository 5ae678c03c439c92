"""The publisher's headline among h1, JSON-LD, Open Graph and title tag."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from presseschau.extract.metadata.headings import Heading, read_headings
from presseschau.extract.metadata.title import Stated, choose_title, site_keys, without_section, without_site

SITES = site_keys(("Beispielblatt", "beispielblatt.de", "beispielblatt"))


def headings(html: str) -> list[Heading]:
    tree = LexborHTMLParser(f"<body>{html}</body>")
    return read_headings(tree.css("h1"), tree.css("h2"))


def title(
    html: str,
    headline: str | None = None,
    social: str | None = None,
    page: str | None = None,
    alternative: str | None = None,
) -> str | None:
    return choose_title(headings(html), Stated(headline, social, page, alternative), SITES)


@pytest.mark.parametrize(
    ("stated", "bare"),
    [
        ("Neue Brücke eröffnet | Beispielblatt", "Neue Brücke eröffnet"),
        ("Neue Brücke eröffnet - Beispielblatt online", "Neue Brücke eröffnet"),
        ("Neue Brücke eröffnet – beispielblatt.de", "Neue Brücke eröffnet"),
        ("Beispielblatt: Neue Brücke", "Beispielblatt: Neue Brücke"),
        ("Beispielblatt | Neue Brücke", "Neue Brücke"),
        ("Neue Brücke | Beispielblatt | Seit 1923 | Ihre Zeitung", "Neue Brücke"),
        ("Neue Brücke - und viele Fragen", "Neue Brücke - und viele Fragen"),
        ("Nord-Süd-Brücke eröffnet", "Nord-Süd-Brücke eröffnet"),
        ("Beispielblatt", "Beispielblatt"),
        # words that only start like the site's name
        ("Beispielblatter – eine Geschichte", "Beispielblatter – eine Geschichte"),
        ("Beispielblatt in Aufruhr – was nun?", "Beispielblatt in Aufruhr – was nun?"),
        ("", ""),
    ],
)
def test_without_site(stated: str, bare: str) -> None:
    assert without_site(stated, SITES) == bare


@pytest.mark.parametrize(
    ("title", "section", "bare"),
    [
        ("Neue Chips | Wirtschaft", None, "Neue Chips"),
        ("Neue Chips | Firmen & Märkte", "Firmen & Märkte", "Neue Chips"),
        ("Neue Chips | Was sie können", "Wirtschaft", "Neue Chips | Was sie können"),
        ("Politik | Wirtschaft", "Kultur", "Politik"),
        ("Die Wirtschaft", "Die Wirtschaft", "Die Wirtschaft"),
        (" | Wirtschaft", None, " | Wirtschaft"),
        ("Neue Chips | chips", None, "Neue Chips | chips"),  # the last part of an address is the article's own
        ("Neue Chips | 2024", None, "Neue Chips | 2024"),
    ],
)
@pytest.mark.parametrize("end", ["", "/", ".html"])
def test_a_section_behind_a_bar_is_no_headline(title: str, section: str | None, bare: str, end: str) -> None:
    assert without_section(title, section, f"https://www.blatt.example/wirtschaft/2024/chips{end}") == bare


def test_site_names_compare_with_folded_umlauts() -> None:
    assert (
        without_site("Zinsen steigen | Börsen-Blatt", site_keys(("boersen-blatt.de", "boersen-blatt")))
        == "Zinsen steigen"
    )


def test_all_agree() -> None:
    assert title("<h1>Neue Brücke</h1>", "Neue Brücke", "Neue Brücke", "Neue Brücke | Beispielblatt") == "Neue Brücke"


def test_single_sources() -> None:
    assert title("<h1>Neue Brücke</h1>") == "Neue Brücke"
    assert title("", headline="Neue Brücke") == "Neue Brücke"
    assert title("", social="Neue Brücke | Beispielblatt") == "Neue Brücke"
    assert title("", page="Neue Brücke | Beispielblatt") == "Neue Brücke"
    assert title("") is None


def test_the_blog_before_the_only_title() -> None:
    blog = site_keys(("hafenblog",))
    assert choose_title([], Stated(page="Hafenblog: Neuer Speicher am Kai"), blog) == "Neuer Speicher am Kai"
    assert choose_title([], Stated(page="Hafen: Neuer Speicher am Kai"), blog) == "Hafen: Neuer Speicher am Kai"
    social = Stated(social="Hafenblog: Neuer Speicher")
    assert choose_title([], social, blog) == "Hafenblog: Neuer Speicher"  # an editor may write so


def test_two_statements_outweigh_the_shown_one() -> None:
    assert (
        title("<h1>Brücke: Lange gewartet</h1>", "Neue Brücke", "Neue Brücke", "Brücke: Lange gewartet")
        == "Neue Brücke"
    )


def test_shown_headline_outweighs_a_social_one() -> None:
    assert (
        title("<h1>Neue Brücke</h1>", "Neue Brücke", "Sie werden nicht glauben, was hier steht", "Neue Brücke")
        == "Neue Brücke"
    )


def test_headline_that_only_json_ld_has_is_the_newsrooms() -> None:
    shown = "<h1>Brücke Musterstadt: Eröffnung, Termin, Kosten</h1>"
    seo = "Brücke Musterstadt: Eröffnung, Termin, Kosten"
    assert title(shown, "Endlich über den Fluss", seo, seo) == "Endlich über den Fluss"
    # not where another field, or part of the shown one, tells that it was cut or replaced
    assert title(shown, "Endlich über den Fluss", seo, seo, alternative=seo) == seo
    assert title(shown, "Eröffnung, Termin, Kosten", seo, seo) == seo


def test_json_ld_headline_that_repeats_the_title_tag_is_for_search_engines() -> None:
    seo = "Brücke Musterstadt: Eröffnung"
    assert (
        title("<h1>Endlich über den Fluss</h1>", seo, "Endlich über den Fluss", f"{seo} | Beispielblatt")
        == "Endlich über den Fluss"
    )


def test_the_h1_that_the_page_speaks_of() -> None:
    shown = "<h1>Navigation und Service</h1><h1>Beispielblatt</h1><h1>Neue Brücke eröffnet</h1><h1>Meistgelesen</h1>"
    assert title(shown, page="Beispielblatt - Lokales - Neue Brücke eröffnet") == "Neue Brücke eröffnet"


def test_social_headline_picks_among_h1() -> None:
    assert (
        title("<h1>Nachrichten</h1><h1>Neue Brücke</h1>", social="Neue Brücke", page="Nachrichten - Beispielblatt")
        == "Neue Brücke"
    )


def test_unrelated_h1_loses_to_two_statements() -> None:
    assert (
        title("<h1>Weitere Themen</h1>", social="Neue Brücke eröffnet", page="Neue Brücke eröffnet")
        == "Neue Brücke eröffnet"
    )


def test_h1_that_links_home_is_the_sites_name() -> None:
    for link in (
        '<a rel="home" href="https://x.de/blog">',
        '<a href="/">',
        '<a href="https://x.de/?locale=de">',
        '<b><a href="/">',
    ):
        assert headings(f"<h1>{link}Verein e.V. <span>Motto</span></a></h1>") == []
    assert headings('<h1><a href="/artikel/1">Neue Brücke</a></h1>') == [Heading("Neue Brücke")]


@pytest.mark.parametrize(
    "h1",
    [
        '<h1><span class="article__kicker">Verkehr</span> <span>Neue Brücke</span></h1>',
        '<h1><span class="topline">Verkehr</span><span class="sr-only"> - </span>Neue Brücke</h1>',
        "<h1><small>Verkehr</small><br>Neue Brücke</h1>",
        '<h1><span class="dachzeile">Verkehr:</span> Neue Brücke</h1>',
        '<h1>Neue Brücke <span class="stage__subline">Verkehr</span></h1>',
        '<h1><style>.x{color:red}</style><span class="label">Verkehr</span>Neue Brücke</h1>',
    ],
)
def test_kicker_stands_apart(h1: str) -> None:
    assert headings(h1) == [Heading("Neue Brücke", "Verkehr")]
    assert title(h1) == "Neue Brücke"
    assert title(h1, social="Verkehr | Neue Brücke") == "Neue Brücke"


def test_hidden_words_are_no_part_of_the_headline() -> None:
    assert headings('<h1><span class="visually-hidden">Artikel:</span> Neue Brücke</h1>') == [Heading("Neue Brücke")]


def test_kicker_that_is_written_into_the_headline_stays() -> None:
    h1 = '<h1><span class="kicker">Verkehr</span>Neue Brücke</h1>'
    assert title(h1, "Verkehr: Neue Brücke", "Verkehr: Neue Brücke") == "Verkehr: Neue Brücke"
    assert title(h1, "Verkehr - Neue Brücke", "Verkehr: Neue Brücke") == "Verkehr: Neue Brücke"
    assert title(h1, "Verkehr - Neue Brücke", "Verkehr - Neue Brücke") == "Neue Brücke"
    assert title(h1, None, "Verkehr: Neue Brücke", "Verkehr: Neue Brücke") == "Verkehr: Neue Brücke"


def test_unmarked_kicker_only_where_the_rest_stands_alone() -> None:
    h1 = "<h1><span>Verkehr</span>Neue Brücke</h1>"
    assert title(h1, "Neue Brücke", "Neue Brücke") == "Neue Brücke"
    assert title(h1) == "Verkehr Neue Brücke"
    assert title(h1, "Neue Brücke", "Verkehr / Neue Brücke", "Verkehr Neue Brücke") == "Verkehr / Neue Brücke"
    assert title("<h1>Neue <em>Nordbrücke</em> eröffnet</h1>", "Neue Nordbrücke eröffnet") == "Neue Nordbrücke eröffnet"


def test_a_page_that_says_nothing_else_is_named_as_its_site() -> None:
    assert title("<h1>Beispielblatt</h1>") == "Beispielblatt"
    assert title("<h1>Beispielblatt</h1>", page="Neue Brücke") == "Neue Brücke"


def test_section_and_date_behind_the_headline_are_cut() -> None:
    h1 = "<h1>Neue Brücke</h1>"
    assert title(h1, "Neue Brücke | Verkehr", page="Neue Brücke | Verkehr") == "Neue Brücke"
    assert title(h1, social="Neue Brücke : 12.03.2024, 10.19 Uhr") == "Neue Brücke"


@pytest.mark.parametrize(
    "crumb",
    [
        '<nav><a href="/">Start</a><h1>Brücke: Termin</h1></nav>',
        "<ol><li>Start</li><li><h1>Brücke: Termin</h1></li></ol>",
        '<div class="breadcrumb__x"><h1>Brücke: Termin</h1></div>',
        '<ul itemtype="https://schema.org/BreadcrumbList"><li><h1>Brücke: Termin</h1></li></ul>',
        '<div><a href="/">Start</a><a href="/v">Verkehr</a><h1>Brücke: Termin</h1></div>',
    ],
)
def test_h1_in_a_breadcrumb_gives_way_to_the_shown_h2(crumb: str) -> None:
    h2 = '<h2><span class="kicker">Verkehr</span> <span>Endlich über den Fluss</span></h2>'
    seo = "Brücke: Termin"
    assert title(crumb + h2, seo, "Endlich über den Fluss", seo) == "Endlich über den Fluss"
    assert title("<h1>Motto</h1>" + crumb + h2, seo, None, "Endlich über den Fluss") == "Endlich über den Fluss"
    assert (
        title(
            crumb + "<h2><span>Verkehr</span><div>Endlich über den Fluss</div></h2>", seo, "Endlich über den Fluss", seo
        )
        == "Endlich über den Fluss"
    )
    assert title(crumb + h2, seo, "Verkehr: Endlich über den Fluss", seo) == "Endlich über den Fluss"
    # an h2 that nothing confirms may be a teaser's
    assert (
        title(crumb + '<h2><span class="kicker">Sport</span> <span>Ganz anderes Thema</span></h2>', seo, None, seo)
        == seo
    )
    assert title(crumb, seo, None, seo) == seo


def test_h1_after_breadcrumbs_is_no_breadcrumb() -> None:
    assert headings('<header><nav><a href="/">Start</a></nav><h1>Neue Brücke</h1></header>') == [Heading("Neue Brücke")]


def test_deep_nesting_in_a_heading() -> None:
    assert headings("<h1>" + "<span>" * 3000 + "x" + "</span>" * 3000 + "</h1>") == []
