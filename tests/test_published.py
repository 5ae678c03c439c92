"""When a page was published: order of sources, visible dates, last resorts."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from presseschau.extract.metadata.head import Metas
from presseschau.extract.metadata.published import modified_of, published_of


def published(
    body: str = "",
    metas: Mapping[str, tuple[str, ...]] | None = None,
    main: dict[str, Any] | None = None,
    url: str | None = None,
    crawled: datetime | None = None,
) -> str | None:
    html = f"<html><body>{body}</body></html>"
    found = published_of(LexborHTMLParser(html), html.encode(), Metas(metas or {}), main or {}, url, crawled)
    return found.isoformat()[:16] if found else None


def test_order_of_sources() -> None:
    main: dict[str, Any] = {"datePublished": "2024-03-01T10:00:00Z", "dateCreated": "2024-02-01T10:00:00Z"}
    metas = {"date": ("2024-03-03T10:00:00Z",), "article:published_time": ("2024-03-02T10:00:00Z",)}
    body = '<h1>Titel</h1><time datetime="2024-03-04T10:00:00Z">4. März 2024</time>'
    assert published(body, metas, main) == "2024-03-01T10:00"
    del main["datePublished"]
    assert published(body, metas, main) == "2024-03-02T10:00"
    del metas["article:published_time"]
    assert published(body, metas, main) == "2024-03-03T10:00"
    assert published(body, {}, main) == "2024-02-01T10:00"
    assert published(body) == "2024-03-04T10:00"


def test_unreadable_values_fall_through() -> None:
    assert published(metas={"article:published_time": ("gestern",), "date": ("2024-03-03",)}) == "2024-03-03T00:00"
    assert published(main={"datePublished": ["", "2024-03-03"]}) == "2024-03-03T00:00"


@pytest.mark.parametrize(
    ("body", "date"),
    [
        ("<h1>Titel</h1><p>Dienstag, 12. März 2024, 14:05 Uhr</p><p>Text.</p>", "2024-03-12T13:05"),
        ("<p>12.03.2024</p><h1>Titel</h1><p>Text.</p>", "2024-03-12T00:00"),
        ("<p>9.9.2019</p><h1>Titel</h1><p>12.03.2024</p>", "2024-03-12T00:00"),
        ("<h1>Titel</h1><script>var d='01.01.2001'</script><p>12. M&auml;rz 2024</p>", "2024-03-12T00:00"),
        # a date in the story is not the byline's
        (
            "<h1>Titel</h1><p>" + "Wort " * 200 + "am 3. Mai 1999</p><time datetime='2024-03-12'></time>",
            "2024-03-12T00:00",
        ),
        # the time element of the byline's day gives the minute; one of another day is a teaser's
        (
            "<time datetime='2009-04-11'></time><h1>T</h1>12. März 2024<time datetime='2024-03-12T14:05Z'></time>",
            "2024-03-12T14:05",
        ),
        ("<h1>T</h1><p>12. März 2024</p><aside><time datetime='2009-04-11T18:06'></time></aside>", "2024-03-12T00:00"),
        ("<time datetime='2009-04-11'></time><meta itemprop='datePublished' content='2024-03-12'>", "2024-03-12T00:00"),
        ("<time>12. März 2024</time>", "2024-03-12T00:00"),
    ],
)
def test_visible_dates(body: str, date: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "htmldate", None)  # an import of it fails: it is not needed here
    assert published(body) == date


def test_relative_dates_need_the_crawl_time() -> None:
    crawled = datetime(2024, 3, 12, 15, tzinfo=UTC)
    assert published("<h1>Titel</h1><p>vor 3 Stunden</p>", crawled=crawled) == "2024-03-12T12:00"


def test_url_before_the_guess(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "htmldate", None)
    body = "<p>© 2019</p><p>Text ohne Datum.</p>"
    assert published(body, url="https://a.de/2024/03/12/titel.html") == "2024-03-12T00:00"
    assert published(body, url="https://a.de/2024-03-12-titel.html") == "2024-03-12T00:00"


def test_guess_is_the_last_resort() -> None:
    assert published("<div><p>Text.</p></div><footer><p>Veröffentlicht: 2024-03-12</p></footer>") == "2024-03-12T00:00"
    assert published("") is None


def test_guess_believes_no_date_after_the_crawl() -> None:
    body = "<div><p>Text.</p></div><footer><p>Veröffentlicht: 2024-03-12</p></footer>"
    assert published(body, crawled=datetime(2023, 1, 1, tzinfo=UTC)) is None


def test_modified() -> None:
    metas = {"og:updated_time": ("2024-03-03T10:00:00Z",)}
    assert modified_of(Metas(metas), {"dateModified": "2024-03-04T10:00:00Z"}, None) == datetime(
        2024, 3, 4, 10, tzinfo=UTC
    )
    assert modified_of(Metas(metas), {}, None) == datetime(2024, 3, 3, 10, tzinfo=UTC)
    assert modified_of(Metas({}), {}, None) is None
