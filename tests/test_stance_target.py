"""The main target and its type."""

from __future__ import annotations

import pytest

from presseschau.document import Document
from presseschau.label.stance_target import Target, find_target
from presseschau.label.voice import read


def target(title: str | None, text: str = "") -> Target | None:
    return find_target(Document(text=text, title=title), read(text))


@pytest.mark.parametrize(
    ("title", "text", "name", "kind"),
    [
        (
            "Nordlicht X2 im Test: Viel Uhr für wenig Geld",
            "Die Nordlicht X2 hält lange. Die X2 lädt schnell.",
            "Nordlicht X2",
            "product",
        ),
        ("Warum Samsung wieder wächst", "Samsung verkauft mehr Geräte.", "Samsung", "company"),
        (
            "Kommentar: Vorratsdatenspeicherung ist der falsche Weg",
            "Die Vorratsdatenspeicherung kommt.",
            "Vorratsdatenspeicherung",
            "policy",
        ),
        ("Gesetz für Lieferdrohnen kommt", "Das Gesetz gilt ab Mai.", "Gesetz für Lieferdrohnen", "policy"),
        ("Die Serie „Kalte Leitung“ startet", "Kalte Leitung läuft ab Mai.", "Kalte Leitung", "other"),
        ("Angela Kern geht in den Ruhestand", "Kern war lange Chefin.", "Angela Kern", "person"),
        ("Wie Wasserstoff die Stahlwerke verändert", "Wasserstoff ist knapp.", "Wasserstoff", "technology"),
        ("Nordstrom baut neues Werk", "Die Nordstrom AG baut ein Werk.", "Nordstrom", "company"),
        (
            "Deutschland streitet über die Chatkontrolle",
            "Deutschland zögert. Die Chatkontrolle kommt.",
            "Chatkontrolle",
            "policy",
        ),
        ("Sichere Passwörter merken", "Eine sichere Wahl. Passwörter schützen. Passwörter.", "Passwörter", "other"),
        ("WhatsApp bekommt Kanäle - Beispielblatt", "WhatsApp wächst.", "WhatsApp", "product"),
        ("Samsung stellt neue Kamera vor", "Samsung zeigt die Kamera. Samsung ist groß.", "Kamera", "product"),
        ("Samsung wächst mit neuer Kamera", "Samsung ist groß. Samsung verdient.", "Samsung", "company"),
        ("Rathaus in Kassel testet Chatbot", "Das Rathaus übt. In Kassel ist Mai.", "Chatbot", "product"),
        ("Die App Funkspruch fordert Geduld", "Funkspruch lädt. Die Geduld.", "App Funkspruch", "product"),
        ("Abschied vom Kabelfernsehen", "Der Abschied vom Kabelfernsehen fällt leicht.", "Kabelfernsehen", "other"),
        ("Wem gehört der Wald", "Wem nützt es? Der Wald gehört Kern.", "Wald", "other"),
        ("Die Talsperre-App läuft", "Die Talsperre-App zeigt Pegel.", "Talsperre-App", "product"),
        ("Muster gewinnt die Wahl", "Gestern hat Angela Muster gewonnen. Muster lacht.", "Muster", "person"),
        ("Nordwind wächst", "Der Konzern Nordwind wächst. Nordwind ist groß.", "Nordwind", "company"),
        ("Auch ohne Mehrheit: Das Gesetz", "Das Gesetz gilt ab Mai.", "Gesetz", "policy"),
        ("Streit um ein Gesetz für", "Das Gesetz gilt ab Mai.", "Gesetz", "policy"),
        ("Angela Kern geht", "Der Ruhestand naht.", "Angela Kern", "person"),
        ("Angela geht", "Der Ruhestand naht.", "Angela", "other"),
        ("Blafasel 3 geht", "Der Ruhestand naht.", "Blafasel 3", "product"),
        ("Warum „Günstige Geräte“ fehlen", "Es gibt kaum günstige Geräte.", "Geräte", "other"),
        ("Nordwind kommt", "Nordwind ist neu. Der neue Nordwind gefällt.", "Nordwind", "other"),
        ("Ausblick auf 2027", "Der Ausblick ist trüb. Der Ausblick.", "Ausblick", "other"),
    ],
)
def test_targets(title: str, text: str, name: str, kind: str) -> None:
    found = target(title, text)
    assert found is not None
    assert (found.name, found.kind) == (name, kind)


def test_without_a_headline_the_first_lines_serve() -> None:
    found = target(None, "Der Messenger Funkspruch ist da. Er ist klein.")
    assert found is not None
    assert found.name == "Messenger Funkspruch"


def test_a_headline_that_says_little_gives_way_to_a_clear_lead() -> None:
    found = target("Coup ohne Folgen", "Der Messenger Funkspruch 3 ist da. Funkspruch ist klein, Funkspruch ist fein.")
    assert found is not None
    assert found.name == "Messenger Funkspruch 3"
    kept = target("Coup ohne Folgen", "Es regnet in der Stadt.")
    assert kept is not None
    assert kept.name == "Coup"


def test_no_noun_no_target() -> None:
    assert target("", "") is None
    assert target("so geht es nicht", "es geht so nicht weiter") is None


def test_the_name_stands_in_the_headline() -> None:
    title = "Neue Lücke in Firefox: Update auf 115.2 empfohlen"
    found = target(title, "Firefox hat eine Lücke.")
    assert found is not None
    assert found.name in title
