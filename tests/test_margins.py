"""Dumps that a program has marked, numbered, doubled, escaped or run together; each is the page that it was."""

from __future__ import annotations

import textwrap
import time

import pytest

from presseschau import extract_text
from presseschau.extract.dump.lines import lines_of
from presseschau.extract.dump.writers import without_margin

MENU = ["Start", "Politik", "Wirtschaft", "Sport", "Kultur", "Wetter", "Abo", "Anmelden", "Suche", "Newsletter"]
TITLE = "Stadtwerke nehmen neue Wärmepumpe am Hafen in Betrieb"
BODY = [
    "Die Stadtwerke nehmen im Herbst eine neue Wärmepumpe am Hafen in Betrieb, die größte des Landes.",
    "Sie soll nach Angaben der Betreiber rund viertausend Haushalte versorgen und ein altes Kraftwerk am Fluss "
    "ersetzen, das im Jahr darauf vom Netz geht.",
    "Der Rat hatte dem Vorhaben im vergangenen Jahr zugestimmt, obwohl die Kosten deutlich gestiegen waren und "
    "der Bund weniger davon übernimmt als erhofft.",
    "Kritiker halten die Anlage für zu klein, denn das Netz müsse ohnehin in jedem Stadtteil erneuert werden.",
    "Im Winter wird an den Leitungen nicht gebaut, danach folgen die beiden Viertel im Osten und der Bahnhof.",
    "Wer angeschlossen werden will, kann sich bis zum Ende des Monats bei ihnen melden.",
]
TAIL = ["Artikel teilen", "Kommentare", "Mehr zum Thema", "Newsletter abonnieren", "Impressum", "Datenschutz"]
ARTICLE = "\n\n".join(BODY)
PAGE = "\n\n".join(["\n".join(f"* {label}" for label in MENU), TITLE, ARTICLE, "\n".join(f"* {x}" for x in TAIL)])


def wrapped(text: str) -> str:
    return "\n".join(textwrap.fill(line, 72) for line in text.split("\n"))


def marked(mark: str, text: str) -> str:
    return "\n".join(f"{mark}{line}" for line in text.split("\n"))


def numbered(form: str, text: str) -> str:
    return "\n".join(form.format(i) + line for i, line in enumerate(text.split("\n"), 1))


@pytest.mark.parametrize(
    "dump",
    [
        marked("> ", PAGE),
        marked("> > ", wrapped(PAGE)),
        marked(">", PAGE),
        marked("- ", PAGE),
        numbered("{:6}\t", PAGE),
        numbered("{}: ", wrapped(PAGE)),
        numbered("{:04} ", PAGE),
        wrapped(PAGE).replace("\n", "\n\n"),
        wrapped(PAGE).replace("\n", "\r\r\n"),
        PAGE.replace("\n", "\\n"),
        PAGE.replace("\n", "\\r\\n"),
        marked("", PAGE).replace("\n", "\\\n"),
    ],
)
def test_the_article_is_found(dump: str) -> None:
    found = extract_text(dump)
    assert found.text == ARTICLE
    assert found.title == TITLE


@pytest.mark.parametrize(
    "text",
    [
        "Hallo,\n> war das so?\nNein, es war anders.\n> Wie denn?\nGanz anders.\n> Aha.",
        "1. Wasser\n2. Mehl\n3. Salz\n\nAlles wird gut gerührt.",
        "Ein Pfad wie C:\\neu und ein \\n im Satz\nbleiben stehen.",
        "\n".join(f"{year} war ein gutes Jahr für den Wein." for year in range(1990, 2020, 3)),
        "Zeile eins.\n\nZeile zwei.\n\nZeile drei.",
    ],
)
def test_what_only_some_lines_have_stays(text: str) -> None:
    assert without_margin(text) == text


def test_paragraphs_with_blank_lines_between_stay_apart() -> None:
    assert [line.text for line in lines_of(ARTICLE)] == BODY
    listed = "\n\n".join([*BODY[:2], "was es gibt", "und was nicht", "eine neue Pumpe", *BODY[2:]])
    assert len(lines_of(listed)) == len(BODY) + 3


def test_a_page_on_one_line() -> None:
    places = ["Bernau", "Erkner", "Zossen", "Teltow", "Nauen", "Werder", "Beelitz", "Lübben"]
    more = [f"In {place} wird die Leitung im nächsten Jahr verlegt, wie die Stadt am Montag sagte." for place in places]
    article = " ".join([*BODY, *more[:4], "Warum?", *more[4:]])
    page = " ".join([*MENU, *places, *MENU, TITLE, "Montag, 14:05 Uhr", article, *(f"* {label}" for label in TAIL * 2)])
    found = extract_text(page, "https://www.beispiel.de/stadtwerke-nehmen-neue-waermepumpe-am-hafen-in-betrieb")
    assert found.path == "dump"
    assert found.title is None
    assert found.text == article


def test_an_article_on_one_line_stays_as_it_is() -> None:
    article = " ".join(BODY * 3)
    assert extract_text(article).text == article
    assert extract_text(f"{TITLE}\n{article}").text == article
    letter = " ".join([*BODY * 3, "Hier können Sie unseren Newsletter bestellen. Lesen Sie auch: alles zum Netz."] * 3)
    assert extract_text(letter).text == letter


@pytest.mark.parametrize("piece", ["> ", "\\n", "1. ", "\\", "- \n", "a\n\n", "A. ", "!", "” ", "title: "])
def test_hostile_texts_take_no_time(piece: str) -> None:
    start = time.process_time()
    without_margin(piece * (300_000 // len(piece)))
    lines_of(piece * (300_000 // len(piece)))
    lines_of("\n".join([piece * (50_000 // len(piece))] * 6))
    assert time.process_time() - start < 5
