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
        ("advertisement", "<p>ANZEIGE</p>"),
        ("advertisement", "<p>Weiter nach der Anzeige</p>"),
        ("advertisement", "<p>Der Artikel wird nach dieser Werbung fortgesetzt.</p>"),
        ("breadcrumb", "<p>Startseite > Tests > Spieletest</p>"),
        ("breadcrumb", "<p>Kanalbote › Digital › Netze</p>"),
        ("byline", "<p>Von Birgit Lammers, 1. Oktober 2024</p>"),
        ("byline", "<p>Von Marta Muster und Max von Beispiel, Hamburg</p>"),
        ("byline", "<p>Sabine Moser, 12.06.2025</p>"),
        ("byline", "<h5 class=post-authorline>Von Marta Muster, Prag</h5>"),
        ("byline", "<p class=textauthor>von Max Beispiel</p>"),
        ("mark", "<p>(APA/dpa, 18.2.2025)</p>"),
        ("mark", "<p>(wp/mkl)</p>"),
        ("mark", "<p>Mit Agenturmaterial.</p>"),
        ("mark", "<p>(Mit Informationen der Korrespondenten sowie der Agenturen AFP und dpa)</p>"),
        ("date", "<p>Stand: 26.04.2023, 20:15 Uhr</p>"),
        ("date", "<p>Zuletzt aktualisiert am 19. Feb. 2020</p>"),
        ("date", "<p>Donnerstag, 22. Mai 2025, 19:40 Uhr, geschrieben von Freddy | 2 Kommentare</p>"),
        ("date", "<p>23.10.2018</p>"),
        ("date", "<p>15.11.2024 – 10:17</p>"),
        ("reading", "<p>Lesezeit: ca. 3 Minuten</p>"),
        ("reading", "<p>4 Min. Lesezeit</p>"),
        ("comments", "<p>#2 kellerkind am 22.05.2025</p>"),
        ("comments", "<p>Zum Kommentieren bitte einloggen.</p>"),
        ("comments", "<p>Kommentare (3)</p>"),
        ("comments", "<h3>Leserkommentare</h3>"),
        (
            "legal",
            "<p>Impressum | Datenschutz | AGB | (c) 2001-2026 Kanalbote. Alle Namen gehören den Eigentümern.</p>",
        ),
        ("legal", "<p>Hilfe · Kontakt · Impressum</p>"),
        ("cookies", "<p>Wir verwenden Cookies, damit die Seite funktioniert.</p>"),
        (
            "affiliate",
            "<p>Mit einem Stern (*) markierte Links sind Werbelinks. Beim Kauf erhalten wir eine Vergütung.</p>",
        ),
        ("affiliate", "<p>Hinweis: Links zu Händlern können Provisionslinks sein.</p>"),
        ("credit", "<p>Quelle: Landesregierung</p>"),
        ("credit", "<p>Foto: Stadtwerke/Muster</p>"),
        ("credit", "<p>(Quelle: kanalbote.example, mm/dpa)</p>"),
        ("credit", "<p>© Kanalbote Verlag 2024</p>"),
        ("credit", "<p>Blick in den Reinraum © Stadtwerke</p>"),
        ("credit", "<p>Original-Content von: Stadtwerke am Kanal GmbH, übermittelt durch ein Portal</p>"),
        (
            "support",
            "<p>Wir kommen ohne Werbung aus. Mit einer Mitgliedschaft ab 5 Euro helfen Sie, dass das so bleibt.</p>",
        ),
        ("support", "<p>Mit deiner Unterstützung können wir auch morgen noch da sein, wo andere nicht hingehen.</p>"),
        ("support", "<p>Werde Teil der Genossenschaft und trag uns mit einem Betrag deiner Wahl.</p>"),
        ("print", "<p>Ausgedruckt von kanalbote.example. Alle Rechte vorbehalten.</p>"),
        ("print", "<p>Kanalbote · https://kanalbote.example/digital/netze</p>"),
        ("pointer", "<p>Lesen Sie auch: <a href=x>Warum Serverfarmen im Norden so beliebt sind</a></p>"),
        ("print", "<p>URL dieses Artikels: https://kanalbote.example/digital/netze</p>"),
        ("pointer", "<p>Mehr zum Thema</p>"),
        ("pointer", "<p>Mehr Nachrichten vom Kanal finden Sie <a href=x>hier</a>.</p>"),
        ("notice", "<p>Für Nachrichten aus dem Tal können Sie sich hier für den Newsletter anmelden:</p>"),
        ("notice", "<p>Besuchen Sie unsere Seite wie gewohnt mit Werbung und Tracking.</p>"),
        ("notice", "<p>Oder nutzen Sie unser Angebot ohne Werbung mit dem Pur-Abo für 4 Euro.</p>"),
        ("notice", "<p>Wir und unsere bis zu 184 Partner verarbeiten Daten, um Anzeigen zu messen.</p>"),
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
        "<p>Kommentare (drei an der Zahl) blieben unbeantwortet.</p>",
        "<p>Im Impressum und in der Datenschutzerklärung fehlten die Namen der Betreiber.</p>",
        "<p>12. Juni 2025 war der Tag, an dem alles anders wurde.</p>",
        "<p>Mehr zum Thema sagte die Ministerin am Abend nicht, und auch der Sprecher schwieg lange.</p>",
        "<p>Wir verwenden im Test drei Geräte, die alle unter 500 Euro kosten.</p>",
        "<p class=author-box>Sie lebt seit drei Jahren mit zwei Hunden auf einer Hallig.</p>",
        "<p class=author-quote>„Das war es wert.“</p>",
        "<p>Mit Informationen aus erster Hand war im Rathaus an diesem Abend nicht mehr zu rechnen.</p>",
        "<p>Stand 2023 waren es noch drei Läden, heute ist es einer.</p>",
        "<p>Mit deiner Unterstützung kommt sie ans Ziel, sagte der Trainer.</p>",
        "<p>Er gab den Kindern einen Beitrag seiner Wahl zu lesen.</p>",
        "<p>Wer sich ärgert, liest den Newsletter der Stadt, und wer sich anmeldet, bekommt ihn montags.</p>",
        "<p>17. Affiliate-Marketing</p>",
        "<p>Anzeige gegen den Betreiber, Werbung für den Gegner</p>",
        "<p>(lacht)</p>",
        "<p>Weiter nach der Anzeige ermittelt hat die Polizei nicht.</p>",
        "<p>Wir und unsere Partner in Polen bauen die Brücke gemeinsam, sagte der Minister.</p>",
        "<p>Mehr Nachrichten finden Sie in der Bibliothek, die am Montag öffnet.</p>",
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
