"""Wordings that no article has, and their neighbours that one may well have."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from presseschau.extract.body.blocks import Block
from presseschau.extract.body.dom import read_blocks
from presseschau.extract.body.notices import notice_kind, without_permalink


def block(html: str) -> Block:
    (found,) = read_blocks(LexborHTMLParser(html))
    return found


def notice_class(block: Block) -> str | None:
    return notice_kind(block)


@pytest.mark.parametrize(
    ("kind", "html"),
    [
        ("advertisement", "<p>- Anzeige -</p>"),
        ("breadcrumb", "<p>Startseite > Tests > Spieletest</p>"),
        ("breadcrumb", "<p>Kanalbote › Digital › Netze</p>"),
        ("byline", "<p>Von Birgit Lammers, 1. Oktober 2024</p>"),
        ("byline", "<p>Von Marta Muster und Max von Beispiel, Hamburg</p>"),
        ("byline", "<p>Sabine Moser, 12.06.2025</p>"),
        ("mark", "<p>(APA/dpa, 18.2.2025)</p>"),
        ("date", "<p>Donnerstag, 22. Mai 2025, 19:40 Uhr, geschrieben von Freddy | 2 Kommentare</p>"),
        ("date", "<p>23.10.2018</p>"),
        ("reading", "<p>Lesezeit: ca. 3 Minuten</p>"),
        ("reading", "<p>4 Min. Lesezeit</p>"),
        ("comments", "<p>#2 kellerkind am 22.05.2025</p>"),
        ("comments", "<p>Zum Kommentieren bitte einloggen.</p>"),
        ("cookies", "<p>Wir verwenden Cookies, damit die Seite funktioniert.</p>"),
        (
            "affiliate",
            "<p>Mit einem Stern (*) markierte Links sind Werbelinks. Beim Kauf erhalten wir eine Vergütung.</p>",
        ),
        ("affiliate", "<p>Hinweis: Links zu Händlern können Provisionslinks sein.</p>"),
        ("credit", "<p>Quelle: Landesregierung</p>"),
        ("credit", "<p>Foto: Stadtwerke/Muster</p>"),
        (
            "support",
            "<p>Wir kommen ohne Werbung aus. Mit einer Mitgliedschaft ab 5 Euro helfen Sie, dass das so bleibt.</p>",
        ),
        ("print", "<p>Ausgedruckt von kanalbote.example. Alle Rechte vorbehalten.</p>"),
        ("print", "<p>Kanalbote · https://kanalbote.example/digital/netze</p>"),
        ("pointer", "<p>Lesen Sie auch: <a href=x>Warum Serverfarmen im Norden so beliebt sind</a></p>"),
        ("pointer", "<p>Mehr zum Thema</p>"),
        ("notice", "<p>Bitte aktivieren Sie JavaScript in Ihrem Browser.</p>"),
    ],
)
def test_notices(kind: str, html: str) -> None:
    assert notice_class(block(html)) == kind


@pytest.mark.parametrize(
    "html",
    [
        "<p>Anzeige erstattet hat der Betreiber schon im Mai.</p>",
        "<h2>Von Mensch und Maschine</h2>",
        "<h2>Dienstag, 27. August 2024</h2>",
        "<p>Am 12. Juni 2025 begann der Prozess gegen den Betreiber der Plattform.</p>",
        "<p>12. Juni 2025 war der Tag, an dem alles anders wurde.</p>",
        "<p>Mehr zum Thema sagte die Ministerin am Abend nicht, und auch der Sprecher schwieg lange.</p>",
        "<p>Wir verwenden im Test drei Geräte, die alle unter 500 Euro kosten.</p>",
        "<p>17. Affiliate-Marketing</p>",
        "<p>Quelle: Das Wasser kommt aus dem Berg. Es ist im Sommer wie im Winter gleich kalt.</p>",
        "<p>Drei Kommentare reichten, und das Forum war geschlossen.</p>",
        "<p>Cookies speichern, was man im Warenkorb hat. Wir verwenden sie jeden Tag, meist ohne es zu merken.</p>",
    ],
)
def test_what_an_article_may_say(html: str) -> None:
    assert notice_class(block(html)) is None


def test_a_long_block_is_no_notice() -> None:
    assert (
        notice_class(block("<p>Wir verwenden Cookies. " + "Das ist ein Satz über Datenschutz. " * 12 + "</p>")) is None
    )


def test_a_heading_loses_the_sign_that_links_to_itself() -> None:
    assert without_permalink(block("<h2>Rechenaufwand#</h2>")) == "Rechenaufwand"
    assert without_permalink(block("<p>Geschrieben in C#</p>")) == "Geschrieben in C#"
