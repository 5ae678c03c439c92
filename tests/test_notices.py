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
        ("tools", "<p>Fehler gefunden! Schreiben Sie uns</p>"),
        ("tools", "<p>Fehler im Artikel entdeckt? Jetzt melden</p>"),
        ("tools", "<p>Artikel teilen auf Facebook</p>"),
        ("comments", "<p>3 Kommentare lesen</p>"),
        ("programme", "<p>Über dieses Thema berichtete der Kanalfunk am 3. Mai 2025 um 6:20 Uhr.</p>"),
        ("programme", "<p>Dieses Thema im Programm:</p>"),
        ("origin", "<p>Dieser Artikel ist zuerst im Kanalboten erschienen.</p>"),
        ("origin", "<p>Dies ist eine maschinelle Übersetzung aus dem Englischen.</p>"),
        ("notice", "<p>Der Newsletter Hafenpost informiert Sie jeden Freitag über das Leben am Kanal.</p>"),
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
        ("pointer", "<p>Zum Thema <a href=x>Neue Brücke über den Kanal am Hafen</a></p>"),
        ("pointer", "<p>Mehr Nachrichten vom Kanal finden Sie <a href=x>hier</a>.</p>"),
        ("notice", "<p>Für Nachrichten aus dem Tal können Sie sich hier für den Newsletter anmelden:</p>"),
        ("notice", "<p>Besuchen Sie unsere Seite wie gewohnt mit Werbung und Tracking.</p>"),
        ("notice", "<p>Oder nutzen Sie unser Angebot ohne Werbung mit dem Pur-Abo für 4 Euro.</p>"),
        ("notice", "<p>Wir und unsere bis zu 184 Partner verarbeiten Daten, um Anzeigen zu messen.</p>"),
        ("notice", "<p>Bitte aktivieren Sie JavaScript in Ihrem Browser.</p>"),
        ("notice", "<p>Wir haben hier einen externen Inhalt eingebunden. Ein Klick zeigt ihn an.</p>"),
        ("notice", "<p>+++ Auf WhatsApp können Sie unseren Kanal kostenlos abonnieren. +++</p>"),
        (
            "notice",
            "<p>© Kanalbote. Alle Rechte vorbehalten. Jede Wiedergabe, auch in Teilen, nur mit unserer Erlaubnis.</p>",
        ),
        ("tools", "<p>Artikel anhören (4 Minuten)</p>"),
        ("tools", "<p>Fehler gefunden? Schreiben Sie uns an redaktion@kanalbote.example.</p>"),
        ("byline", "<p>12.08.2025 von Marta Muster</p>"),
        ("print", "<p>kanalbote.example, 11.11.2024, 06:30 Uhr</p>"),
        ("print", "<p>https://kanalbote.example/digital/netze-112.html</p>"),
        ("credit", "<p>Die neue Presse in der Halle am Kanal (Foto: Muster)</p>"),
        ("credit", "<p>Die Halle am Kanal wird 2027 abgerissen. Archivbild: Stadtwerke</p>"),
        ("credit", "<p>Bild 1: Die Bagger rücken an. Foto: Muster</p>"),
        ("newsletter", "<h3>Unser Newsletter</h3>"),
        ("pointer", "<p>Lesen Sie auch: Volk am Kanal. Ein Gespräch über Wasser und Wärme</p>"),
        ("pointer", "<p>Mehr dazu lesen Sie hier:</p>"),
        ("pointer", "<p>Weitere Informationen zu den Netzen der Stadt finden Sie in unserem Dossier:</p>"),
        ("pointer", "<p>Alles zum Streit um den Kanal lesen Sie hier.</p>"),
        ("advertisement", "<p>Anzeige: Jetzt 20 Euro Bonus sichern</p>"),
        (
            "notice",
            "<p>Wenn Sie mehr aus dem Tal lesen wollen, dann können Sie sich hier für den Newsletter „Tal am Morgen“ anmelden.</p>",
        ),
        ("advertisement", "<p>powered by kanalsport.example - Tabellen und Ergebnisse</p>"),
        ("byline", "<p>Marta Muster / 20.06.2025</p>"),
        ("byline", "<div>Marta Muster • 2. August 2025, 06:00 Uhr</div>"),
        ("byline", "<p>08.04.2025 / Max Beispiel</p>"),
        ("newsletter", "<p>Mit meiner Anmeldung stimme ich der Werbevereinbarung zu.</p>"),
        ("newsletter", "<p>Sie erhalten diese E-Mail, weil Sie sich bei uns eingetragen haben.</p>"),
        ("cookies", "<h3>Wir benötigen Ihre Zustimmung, um den Kartendienst zu laden!</h3>"),
        ("affiliate", "<p>Kaufen Sie über einen Link auf dieser Seite, erhalten wir eventuell eine Vergütung.</p>"),
        ("contact", "<p>Pressekontakt:</p>"),
        ("contact", "<p>Stadtwerke am Kanal<br>Telefon: +49 555 0100<br>presse@kanal.example</p>"),
        ("contact", "<p>Kontakt: Dr. Marta Muster Tel.: 0555 0100 E-Mail: muster(at)kanal.example</p>"),
        ("style", "<p>Aus Gründen der besseren Lesbarkeit steht hier das generische Maskulinum.</p>"),
    ],
)
def test_notices(kind: str, html: str) -> None:
    assert notice_class(block(html)) == kind


@pytest.mark.parametrize(
    "html",
    [
        "<p>Anzeige erstattet hat der Betreiber schon im Mai.</p>",
        "<p>Über dieses Thema wird im Rat seit Jahren gestritten.</p>",
        "<p>Dieser Text ist zuerst schwer zu lesen, doch er lohnt sich.</p>",
        "<p>Dieser Beitrag wurde zuerst abgelehnt, später wurde er erhöht.</p>",
        "<h2>Von Mensch und Maschine</h2>",
        "<h2>Dienstag, 27. August 2024</h2>",
        "<p>Am 12. Juni 2025 begann der Prozess gegen den Betreiber der Plattform.</p>",
        "<p>Kommentare (drei an der Zahl) blieben unbeantwortet.</p>",
        "<p>Im Impressum und in der Datenschutzerklärung fehlten die Namen der Betreiber.</p>",
        "<p>12. Juni 2025 war der Tag, an dem alles anders wurde.</p>",
        "<p>Mehr zum Thema sagte die Ministerin am Abend nicht, und auch der Sprecher schwieg lange.</p>",
        "<p>Zum Thema Brücke sagte die <a href=x>Ministerin</a> am Abend nichts mehr, und auch der Sprecher schwieg.</p>",
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
        "<p>Die Lizenzen stehen zwischen dem alten Recht, für das der Satz „Alle Rechte vorbehalten“ steht, und dem Verzicht auf jedes Recht an einem Werk.</p>",
        "<h2>Newsletter als Geschäft</h2>",
        "<h2>Anzeige: Polizei ermittelt gegen Betreiber</h2>",
        "<p>Mehr Wasser sehen Sie nirgends im Land, sagte der Bürgermeister.</p>",
        "<p>Weitere Tests sind nötig. Lesen Sie die Werte am Gerät ab, nicht in der App.</p>",
        "<p>Seite drucken wollte im Test keines der Geräte ohne Fehler. Das Papier blieb hängen.</p>",
        "<p>Fehlerhaft war nach Angaben des Gutachters der Kanal.</p>",
        "<p>Den Kanal haben in einem Jahr 300 Leute abonniert, und der Verein ist stolz darauf.</p>",
        "<p>Powered by Rückenwind fuhr das Boot in drei Stunden bis zur Insel.</p>",
        "<p>Dass der Kanal leer ist, passt ins Bild: Die Schleuse steht seit Mai.</p>",
        "<p>Dass der Kanal leer ist, passt ins Bild: Stillstand an der Schleuse</p>",
        "<p>Sie sah das alte Foto: Darauf stand der Großvater am Kanal. Er lachte.</p>",
        "<p>Der Sender lädt externe Inhalte aus aller Welt auf seine Seite.</p>",
        "<p>12.08.2025 von hier abgefahren, erreichte der Zug die Grenze nie.</p>",
        "<p>Weiter nach der Anzeige ermittelt hat die Polizei nicht.</p>",
        "<p>Wir und unsere Partner in Polen bauen die Brücke gemeinsam, sagte der Minister.</p>",
        "<p>Mehr Nachrichten finden Sie in der Bibliothek, die am Montag öffnet.</p>",
        "<p>Quelle: Das Wasser kommt aus dem Berg. Es ist im Sommer wie im Winter gleich kalt.</p>",
        "<p>Drei Kommentare reichten, und das Forum war geschlossen.</p>",
        "<p>Cookies speichern, was man im Warenkorb hat. Wir verwenden sie jeden Tag, meist ohne es zu merken.</p>",
        "<p>Fehler gefunden hat der Rechnungshof in fast allen Abrechnungen des Jahres.</p>",
        "<h3>Fehler entdeckt: Bahn ruft 200 Züge zurück</h3>",
        "<h3>Seite speichern im Browser: so geht es</h3>",
        "<p>3 Kommentare der Opposition zum Haushalt</p>",
        "<p>Der Verein hat den YouTube-Kanal nicht abonniert.</p>",
        "<p>12. Mai 2025 – Marta Muster geht</p>",
        "<p>Mit der Anmeldung stimmt der Betreiber den Regeln der Börse zu.</p>",
        "<p>Wir brauchen Ihre Hilfe, rief der Bürgermeister.</p>",
        "<p>Über den Link zum Kauf erhalten die Makler eine Provision von drei Prozent.</p>",
        "<p>Wer Rat sucht, erreicht das Amt unter Telefon 0555 0100 oder unter rat@kanal.example bis Freitag.</p>",
        "<p>Der Pressekontakt des Ministeriums schwieg bis zum Abend.</p>",
        "<p>Für die bessere Lesbarkeit wählten die Setzer eine größere Schrift.</p>",
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


@pytest.mark.parametrize("sign", ["[Bearbeiten]", " [Bearbeiten | Quelltext bearbeiten]", "[edit]"])
def test_a_heading_of_a_wiki_loses_the_link_to_its_source(sign: str) -> None:
    assert without_permalink(block(f"<h2>Geschichte{sign}</h2>")) == "Geschichte"
    assert without_permalink(block("<h2>Der Film [Kritik]</h2>")) == "Der Film [Kritik]"


def test_many_signs_of_a_breadcrumb_take_no_time() -> None:
    assert notice_class(block(f"<p>{'a > ' * 70}.</p>")) is None
