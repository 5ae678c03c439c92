"""When a page was published, and changed: order of sources."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

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
    found = published_of(LexborHTMLParser(html), html.encode(), Metas(metas or {}), main or {}, "Titel", url, crawled)
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


def test_archives_state_old_dates_and_a_text_speaks_of_them() -> None:
    assert published(main={"datePublished": "1949-05-23"}) == "1949-05-23T00:00"
    assert published(metas={"date": ("23.05.1949",)}) == "1949-05-23T00:00"
    assert published("<h1>Titel</h1><p>23. Mai 1949</p>") is None
    for never in ("1970-01-01T01:00:00+01:00", "1969-12-31T19:00:00-05:00", "1900-01-01", "0001-01-01T00:00:00Z"):
        assert published(main={"datePublished": never}) is None


def test_unreadable_values_fall_through() -> None:
    assert published(metas={"article:published_time": ("gestern",), "date": ("2024-03-03",)}) == "2024-03-03T00:00"
    assert published(main={"datePublished": ["", "2024-03-03"]}) == "2024-03-03T00:00"


def test_a_number_is_a_moment() -> None:
    assert published(main={"datePublished": 1_710_252_300}) == "2024-03-12T14:05"
    assert published(main={"datePublished": 1_710_252_300_000}) == "2024-03-12T14:05"
    assert published(main={"datePublished": True}) is None


def test_modified() -> None:
    metas = {"og:updated_time": ("2024-03-03T10:00:00Z",)}
    assert modified_of(Metas(metas), {"dateModified": "2024-03-04T10:00:00Z"}, None) == datetime(
        2024, 3, 4, 10, tzinfo=UTC
    )
    assert modified_of(Metas(metas), {}, None) == datetime(2024, 3, 3, 10, tzinfo=UTC)
    assert modified_of(Metas({}), {}, None) is None
