"""What a program has written above a text: its own headline, address, date and author, and no part of the article."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from presseschau import extract_text
from presseschau.extract.dump.header import Header, split_header

TITLE = "Stadtwerke nehmen neue Wärmepumpe in Betrieb"
URL = "https://www.beispielblatt.de/waermepumpe.html"
ARTICLE = (
    "Die Stadtwerke nehmen im Herbst eine neue Wärmepumpe am Hafen in Betrieb, die größte des Landes.\n\n"
    "Sie soll nach Angaben der Betreiber rund viertausend Haushalte versorgen, sagte Eva Muster am Dienstag.\n\n"
    "Der Rat hatte dem Vorhaben im vergangenen Jahr zugestimmt, obwohl die Kosten deutlich gestiegen waren."
)
READER = f"Title: {TITLE}\n\nURL Source: {URL}\n\nPublished Time: 2024-03-12T14:05:00Z\n\nMarkdown Content:\n"
YAML = (
    f'---\ntitle: "{TITLE}"\nauthor: Anna Beispiel\nurl: {URL}\ndate: 2024-03-12 14:05 UTC\ntags:\n- Energie\n---\n\n'
)
FIELDS = f"Titel: {TITLE}\nLink: {URL}\nDatum: 12.03.2024, 15:05 Uhr\n\n"


@pytest.mark.parametrize("header", [READER, YAML, FIELDS, f"\ufeff{READER}"])
def test_a_header_is_read_and_left_out(header: str) -> None:
    found = extract_text(header + ARTICLE)
    assert found.text == ARTICLE
    assert (found.title, found.url) == (TITLE, URL)
    assert found.published == datetime(2024, 3, 12, 14, 5, tzinfo=UTC)
    assert extract_text(f"{header}# {TITLE}\n\n{ARTICLE}").text == ARTICLE


def test_the_author_and_what_the_record_says() -> None:
    assert extract_text(YAML + ARTICLE).authors == ("Anna Beispiel",)
    assert extract_text(READER + ARTICLE, "https://example.org/a").url == "https://example.org/a"


@pytest.mark.parametrize("site", [" | Beispielblatt", " - Beispielblatt.de", " – Das Beispielblatt"])
def test_the_title_is_without_the_name_of_the_site(site: str) -> None:
    header = READER.replace(TITLE, TITLE + site)
    assert extract_text(header + ARTICLE).title == TITLE
    assert extract_text(f"{header}## {TITLE}\n\n{ARTICLE}").text == ARTICLE
    assert extract_text(READER.replace(TITLE, f"{TITLE} | Ein Jahr danach") + ARTICLE).title == (
        f"{TITLE} | Ein Jahr danach"
    )


@pytest.mark.parametrize(
    "text",
    [
        f"Titel: Wie ein Wort zur Marke wird.\n\n{ARTICLE}",
        f"Quelle: {URL}\n\n{ARTICLE}",
        f"---\nKein Titel, nur eine Linie: so.\n---\n{ARTICLE}",
        f"---\ntitle: Ein Anfang ohne Ende\n{ARTICLE}",
        f"Title: {TITLE}\nLink: hier unten\n\n{ARTICLE}",
        "",
    ],
)
def test_no_header(text: str) -> None:
    assert split_header(text) == (Header(), text)
