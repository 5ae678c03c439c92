"""The date that a page shows: by the headline, in a `time` element, in the address, alone on the page."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from selectolax.lexbor import LexborHTMLParser

from presseschau.extract.metadata.shown import shown_date

STORY = "<p>" + "Die Brücke über den Fluss wird neu gebaut. " * 30 + "</p>"


def shown(body: str, title: str = "Titel", url: str | None = None, crawled: datetime | None = None) -> str | None:
    html = f"<html><body>{body}</body></html>"
    found = shown_date(LexborHTMLParser(html), html.encode(), title, url, crawled)
    return found.isoformat()[:16].removesuffix("T00:00") if found else None


@pytest.mark.parametrize(
    ("body", "date"),
    [
        ("<h1>Titel</h1><p>Dienstag, 12. März 2024, 14:05 Uhr</p><p>Text.</p>", "2024-03-12T13:05"),
        ("<p>12.03.2024</p><h1>Titel</h1><p>Text.</p>", "2024-03-12"),
        ("<p>9.9.2019</p><h1>Titel</h1><p>12.03.2024</p>", "2024-03-12"),
        ("<h1>Titel</h1><p>4. 2. 2024.</p><p>Das Rennen (4. und 5. März 2024) ist ausverkauft.</p>", "2024-02-04"),
        ("<h1>Titel</h1><p>12. J&auml;nner 2024</p>", "2024-01-12"),
        ("<h1>Titel</h1><p>Bern, 12.03.2024, 058/24</p>", "2024-03-12"),
        ("<h1>Titel</h1><p>24. März 2024, 19:49 | Eva</p><p>26. März 2024, 16:19</p>", "2024-03-24T18:49"),
        ("<h1>Titel</h1><p>12.03.2024 „Der Markt ist gut in das Jahr gestartet“, sagte sie im Amt am Abend.</p>", "2024-03-12"),
        ("<h1>Titel</h1><span>26</span><span>Okt 2023</span>", "2023-10-26"),
        ("<h1>Titel</h1><p>Zuerst veröffentlicht am 12/03/2024 - 16:17</p>", "2024-03-12T15:17"),
        ("<h1>Titel</h1><p>Eva Muster, 12-03-2024</p>", "2024-03-12"),
        ("<h1>Titel</h1><script>var d='01.01.2001'</script><!-- 2.2.2002 --><p>12. M&auml;rz 2024</p>", "2024-03-12"),
        ("<h1>Titel</h1><p>12.<!-- -->03.2024</p>", "2024-03-12"),
        ("<h1>Titel</h1><p>Eva Muster</p><p>2024/03/12</p><p>26.4.2019</p>", "2024-03-12"),
        ("<h1>Titel</h1><p>Bern, 26.4.2019</p><p>12 . III . 2024</p>", "2024-03-12"),
        # in elements of its own each
        ("<h1>Titel</h1><p><b>12.</b><b>März</b><b>2024</b></p><p>26. April 2019</p>", "2024-03-12"),
        ("<h1>Titel</h1><div>12.</div><div>03.</div><div>2024</div><p>26. April 2019</p>", "2024-03-12"),
        ("<div>Mär</div><div>12</div><div>2024</div><h1>Titel</h1><p>Bern</p>", "2024-03-12"),
        ("<h1>Titel</h1><time><i>12.</i><i>März</i><i>2024</i></time>", "2024-03-12"),
        # what is said to be it, before what was changed
        ("<h1>Titel</h1><p>Veröffentlicht am 12. März 2024, 9:00 Uhr, zuletzt von Eva Muster geändert am 14. März 2024, 10:00 Uhr</p>", "2024-03-12T08:00"),
        ("<h1>Titel</h1><p>Aktualisiert: 14. März 2024</p><p>Eva Muster, 12. März 2024</p>", "2024-03-12"),
        ("<h1>Titel</h1><p>Aktualisiert: 14. März 2024</p><p>Von Eva Muster</p>", "2024-03-14"),
        ("<h1>Titel</h1><p>Aktualisiert am 14.03.2024 | Veröffentlicht am 12.03.2024, 9:00 Uhr</p>", "2024-03-12T08:00"),
        ("<h1>Titel</h1><p>Stand: 14. März 2024</p><p>Erstellt: Dienstag, 12. März 2024</p>", "2024-03-12"),
        ("<h1>Titel</h1><p>12.03.2024</p><p>Buchkritik: „Der Wald“, erschienen am 5.3.2020</p>", "2024-03-12"),
        ("<h1>Titel</h1><p>Von Eva Muster, 12.03.2024</p><p>„Der Wald“, erschienen am 5.3.2020</p>", "2024-03-12"),
        ("<h1>Titel</h1><p>Stand 14.03.2024, 9:00 Uhr – online seit 12.03.2024</p>", "2024-03-12"),
        # the first of two above the headline; the second says when it was changed
        ("<p>von Eva</p><p>12. März 2024</p><p>14. März 2024</p><h1>Titel</h1>", "2024-03-12"),
    ],
)  # fmt: skip
def test_by_the_headline(body: str, date: str) -> None:
    assert shown(body) == date


@pytest.mark.parametrize(
    "sentence",
    [
        "Der Verein feierte am 19.4.2024 im Rathaus der Stadt sein hundertjähriges Bestehen.",
        "Die Soldaten im Einsatz, wo sie nach Ansicht der Partei nichts verloren haben (Kundus, 6.12.2010)",
        "© Eva Muster, 31.05.2013",
    ],
)
def test_a_date_in_a_sentence_is_that_of_an_event(sentence: str) -> None:
    assert shown(f"<h1>Titel</h1><p>{sentence}</p>") is None
    assert shown(f"<h1>Titel</h1><p>{sentence}</p><p>26.04.2024</p>") == "2024-04-26"


def test_by_the_heading_that_is_the_title() -> None:
    hidden = "<h1>Navigation und Service</h1><p>1.1.2001</p>" + STORY
    assert shown(f"{hidden}<h1><span>Neue</span> Brücke</h1><p>12.03.2024</p>", "Neue Brücke") == "2024-03-12"
    assert shown(f"{hidden}<h2>Neue Brücke</h2><p>12.03.2024</p>", "Neue Brücke") == "2024-03-12"
    assert shown(f"{hidden}<h2>Verkehr: Neue Brücke</h2><p>12.03.2024</p>", "Neue Brücke") == "2024-03-12"


@pytest.mark.parametrize(
    ("body", "date"),
    [
        # the time element of the byline's day gives the minute; one of another day is a teaser's
        (
            "<time datetime='2009-04-11'></time><h1>T</h1>12. März 2024<time datetime='2024-03-12T14:05Z'></time>",
            "2024-03-12T14:05",
        ),
        ("<h1>T</h1><p>12. März 2024</p><aside><time datetime='2009-04-11T18:06'></time></aside>", "2024-03-12"),
        ("<time datetime='2009-04-11'></time><meta itemprop='datePublished' content='2024-03-12'>", "2024-03-12"),
        ("<time>12. März 2024</time>", "2024-03-12"),
        # when it was changed counts where nothing else does
        ("<time class=updated datetime='2024-04-14'></time><time datetime='2024-03-12'></time>", "2024-03-12"),
        ("<time itemprop=dateModified>14. April 2024</time><time>12. März 2024</time>", "2024-03-12"),
        ("<h1>T</h1><time class='entry-date updated'>14.4.2024</time><p>Eva Muster, 12.3.2024</p>", "2024-03-12"),
        ("<time class='published updated' datetime='2024-03-12'></time><time>14.4.2024</time>", "2024-03-12"),
        ("<h1>T</h1><time class=updated>12. März 2024</time>", "2024-03-12"),
        # far below the headline, dates are the story's
        (f"<h1>T</h1>{STORY}<p>3. Mai 1999</p><time datetime='2024-03-12'></time>", "2024-03-12"),
    ],
)
def test_time_elements(body: str, date: str) -> None:
    assert shown(body) == date


def test_hatom_has_the_date_in_its_title() -> None:
    date = '<p>um <abbr class="published" title="2013-03-09T11:02:00+01:00">11:02</abbr></p>'
    assert shown(f"<h3>Titel</h3>{STORY}{date}") == "2013-03-09T10:02"


def test_the_address_before_the_headline() -> None:
    body = "<h1>Titel</h1><p>Am 18. Oktober 2023 eröffnet</p><time datetime='2024-03-12T14:05Z'>"
    assert shown(body, url="https://a.de/2024/03/12/titel.html") == "2024-03-12T14:05"
    assert shown("<p>© 2019</p>", url="https://a.de/2024-03-12-titel.html") == "2024-03-12"
    assert shown("<p>© 2019</p>", url="https://a.de/titel_20240312.html") == "2024-03-12"
    assert shown("<p>© 2019</p>", url="https://a.de/news/2024.03.12") == "2024-03-12"
    assert shown("<p>© 2019</p>", url="https://a.de/titel-202403124.html") is None


@pytest.mark.parametrize(
    "line",
    [
        "<p>10. September 2017</p>",
        "<span>Datum</span> <span class=value>10.09.2017</span>",
        "<p>Erstellt am: 10.09.2017</p>",
        "<b>Veröffentlicht am:</b> 10. September 2017",
        "<em>10.09.2017 11:35</em>",
        "<p>So., 10.9.17</p>",
        "<p>2017-09-10 |</p>",
    ],
)
def test_alone_on_the_page(line: str) -> None:
    assert str(shown(f"<h1>Titel</h1>{STORY}{line}"))[:10] == "2017-09-10"
    assert str(shown(f"<div>Titel</div>{STORY}{line}"))[:10] == "2017-09-10"


@pytest.mark.parametrize(
    "below",
    [
        "<p>© 2020</p>",
        "<p>© 2020 Verlag, Version 3.4.1</p><link href='/bootstrap-4.1.2020.css'>",
        "<p>Wohnung, 1. Etage 2000</p>",
        "<li>3.9.2017</li><li>4.9.2017</li>",  # which of them?
        "<p>Letzte Änderung: <b>10.09.2017</b></p>",
        "<p>Registriert: <span>10.09.2017</span></p>",
        "<p>Kinostart: 10. September 2017</p>",
        "<p>Die Ausstellung, die in vielen Städten Europas zu sehen war, beginnt am <b>10. September 2017</b>.</p>",
    ],
)
def test_no_date_is_better_than_a_wrong_one(below: str) -> None:
    assert shown(f"<h1>Titel</h1>{STORY}{below}") is None


def test_dates_of_comments_are_not_the_articles() -> None:
    comments = "<h3>2 Kommentare</h3><li>Rita <i>12.9.2017</i></li><p>Ja.</p><li>Udo <i>14.9.2017, 9:10 Uhr</i></li>"
    assert shown(f"<h1>Titel</h1>{STORY}<p>10.09.2017</p>{comments}") == "2017-09-10"
    assert shown(f"<h1>Titel</h1>{STORY}{comments}") is None
    assert shown(f"<h1>Titel</h1>{STORY * 20}<a>2 Kommentare</a>{STORY}<p>10.09.2017</p>") == "2017-09-10"


def test_a_date_in_parts_far_from_the_headline_is_that_of_an_event_where_another_stands() -> None:
    event = "<p>Treffen</p><b>3.</b><b>April</b><b>2018</b>"
    assert shown(f"<h1>Titel</h1>{STORY}<p>10.09.2017</p>{event}") == "2017-09-10"
    assert shown(f"<h1>Titel</h1>{STORY}<p><b>10.</b><b>September</b><b>2017</b></p>") == "2017-09-10"


def test_what_is_said_to_be_the_date_before_others() -> None:
    dates = "<p>Erstellt am 10.09.2017</p><li>3.9.2018</li><li>4.9.2018</li>"
    assert shown(f"<h1>Titel</h1>{STORY}{dates}") == "2017-09-10"
    assert shown(f"<p>Freitag, 4. Mai 2018</p>{STORY * 3}<h1>Titel</h1>{STORY}<p>10.09.2017</p>") == "2017-09-10"


def test_nothing_after_the_crawl_and_nothing_relative_without_it() -> None:
    crawled = datetime(2024, 3, 12, 15, tzinfo=UTC)
    assert shown("<h1>Titel</h1><p>vor 3 Stunden</p>", crawled=crawled) == "2024-03-12T12:00"
    assert shown("<h1>Titel</h1><p>vor 3 Stunden</p>") is None
    assert shown("<h1>Titel</h1><p>14.03.2024</p>", crawled=crawled) is None
    assert shown("") is None


@pytest.mark.parametrize("piece", ["<script>", "<!--", "<h1>", "<h1>a</h1>", "<p>12.03.2024", "<p>Datum: ", "<style"])
def test_hostile_pages_take_no_time(piece: str) -> None:
    start = time.process_time()
    shown(piece * (300_000 // len(piece)))
    assert time.process_time() - start < 3
