"""Authors in the line of the date by the headline, and the names by a headline that are nobody's byline."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from presseschau.extract.metadata.beside import names_beside_headline
from presseschau.extract.metadata.read import read_metadata

TITLE = "Neue Brücke eröffnet"
STORY = (
    "<p>Seit gestern fahren wieder Züge über den Fluss, der die beiden Hälften der kleinen Stadt seit jeher teilt.</p>"
)


def names(below: str, above: str = "", headline: str = f"<h1>{TITLE}</h1>") -> tuple[str, ...]:
    return names_beside_headline(f"<body>{above}{headline}{below}{STORY}</body>".encode(), TITLE)


@pytest.mark.parametrize(
    "html",
    [
        "<p>Anna Beispiel | 3. Mai 2024</p>",
        "<p>03.05.2024 / Anna Beispiel</p>",
        "<div>Anna Beispiel • 03.05.2024, 09:30 Uhr • 5 Min. Lesezeit</div>",
        "<div><span>3. Mai 2024</span>&nbsp;·&nbsp;2 Minuten&nbsp;·&nbsp;Anna Beispiel</div>",
        "<div><span>Anna Beispiel</span><time>2024-05-03</time></div>",
        "<ul><li>Anna Beispiel</li><li>3. Mai 2024</li></ul>",
        # said to be the author's: any given name will do
        "<p>03.05.2024 von Xaveria Beispiel</p>",
        "<p><time>3. Mai 2024 07:30</time> von Xaveria Beispiel</p>",
        "<p>03.05.2024</p><p>von</p><p>Xaveria Beispiel</p>",
        "<dl><dt>Autorin</dt><dd>Xaveria Beispiel</dd><dt>Datum</dt><dd>03.05.2024</dd></dl>",
        '<div class="submitted">Xaveria Beispiel, Fr, 03.05.2024 - 09:15</div>',
        '<div class="credits reader-credits">Xaveria Beispiel</div>',
        '<ul><li><span data-hook="user-name">Xaveria Beispiel</span></li><li>3. Mai 2024</li></ul>',
        "<x-meta><x-author>Xaveria Beispiel</x-author><x-date>03.05.2024</x-date></x-meta>",
    ],
)
def test_name_beside_the_date(html: str) -> None:
    assert [name.replace("Xaveria", "Anna") for name in names(html)] == ["Anna Beispiel"]


def test_above_the_headline_and_by_a_headline_that_is_no_heading() -> None:
    line = "<div>Anna Beispiel | 03.05.2024</div>"
    assert names("", above=line) == ("Anna Beispiel",)
    assert names(line, headline=f'<div class="x">{TITLE}</div>') == ("Anna Beispiel",)


def test_several_names() -> None:
    assert names("<p>03.05.2024 / Von Anna Beispiel und Max Muster</p>") == ("Anna Beispiel", "Max Muster")


@pytest.mark.parametrize(
    "html",
    [
        "<p>Künstliche Intelligenz | 3. Mai 2024</p>",
        "<p>Bad Beispiel, 03.05.2024</p>",
        "<p>03.05.2024</p><div><img src='x.jpg'><p>Anna Beispiel</p></div>",
        "<p>03.05.2024</p><div><img src='x.jpg'><p class='credits'>Anna Beispiel</p></div>",
        "<p>03.05.2024</p><figure><img src='x.jpg'><figcaption>Anna Beispiel</figcaption></figure>",
        "<p>03.05.2024</p><p>Foto: Anna Beispiel</p>",
        "<p>03.05.2024</p><p class='photo-credits'>Anna Beispiel</p>",
        "<p>03.05.2024</p><blockquote><p>Anna Beispiel</p></blockquote>",
        "<p>03.05.2024</p><p>Von Anna Beispiel bis zum Vorstand wollten es alle wissen.</p>",
        "<p>Das Haus wurde am 03.05.2024 von Anna Beispiel eröffnet, der Vorsitzenden des Vereins.</p>",
        "<p>Ein Satz.</p><h3>Mehr dazu</h3><p>Anna Beispiel | 03.05.2024</p>",
        "<p>Ein Satz.</p><div class='comments'><p>Anna Beispiel | 03.05.2024</p></div>",
        "<div class='liveblog-entry__author'>Anna Beispiel</div><h3>Es geht weiter</h3>",
        f"{STORY * 5}<p>Anna Beispiel | 03.05.2024</p>",
    ],
)
def test_other_names_stay_out(html: str) -> None:
    assert names(html) == ()


def test_somebody_in_the_headline_is_whom_it_is_about() -> None:
    html = "<h1>Anna Beispiel tritt ab</h1><p>Anna Beispiel | 03.05.2024</p>"
    assert names_beside_headline(html.encode(), "Anna Beispiel tritt ab") == ()


def test_default_user_of_a_cms_is_nobody() -> None:
    html = f'<h1>{TITLE}</h1><div class="author">Geschrieben von <span>Super User</span></div>{STORY}'
    assert read_metadata(LexborHTMLParser(html), html.encode()).authors == ()


def test_author_of_an_entry_is_not_that_of_the_live_blog() -> None:
    entry = '<div class="liveblog-entry"><p>10:12</p><div class="liveblog-entry__author">Anna Beispiel</div></div>'
    html = f"<h1>{TITLE}</h1>{entry}{STORY}"
    assert read_metadata(LexborHTMLParser(html), html.encode()).authors == ()


def test_name_of_the_entry_before_that_of_the_site() -> None:
    card = '<div class="h-card"><a class="p-name">beispielblog</a></div>'
    author = '<p class="p-author h-card"><a class="p-name">Anna Beispiel</a></p>'
    entry = f'<article class="h-entry">{author}<h2 class="p-name">{TITLE}</h2>{STORY}</article>'
    for entries, title in ((entry, TITLE), (entry * 2, "beispielblog")):  # a list of entries is the site's front page
        html = f"<title>beispielblog</title>{card}{entries}"
        assert read_metadata(LexborHTMLParser(html), html.encode(), "https://beispielblog.de/a").title == title
