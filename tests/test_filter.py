"""The filter: every reason reached by a document, in its order, and what passes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from presseschau.document import Document
from presseschau.filter import Filter, paywall_phrase

SENTENCE = "Der Hersteller zeigt ein neues Gerät mit größerem Speicher und längerer Laufzeit für unterwegs. "
ARTICLE = Document(text=SENTENCE * 20, language="de", language_score=0.99, path="blocks")


def reason(document: Document, **config: Any) -> str | None:
    verdict = Filter(**config)(document)
    return verdict[0] if verdict else None


def test_an_article_passes() -> None:
    assert Filter()(ARTICLE) is None


@pytest.mark.parametrize(
    ("expected", "change"),
    [
        ("no_article", {"text": "", "path": "none"}),
        ("no_article", {"text": " \n", "path": "trafilatura"}),
        ("no_letters", {"text": "12.5 % – 2024/25\n+++ 3:1"}),
        ("no_letters", {"text": "", "path": "clean"}),
        ("listing", {"listing": True}),
        ("paywall_stub", {"text": SENTENCE * 5, "free": False}),
        ("paywall_stub", {"text": SENTENCE * 5 + "Jetzt kostenlos testen und weiterlesen."}),
        ("too_short", {"text": SENTENCE}),
        ("too_short", {"text": "Ja. " * 45}),
        ("not_german", {"language": "gsw", "language_score": 0.9}),
        ("not_german", {"language": None, "language_score": 0.0}),
        ("not_german", {"language_score": 0.2}),
    ],
)
def test_each_reason(expected: str, change: dict[str, Any]) -> None:
    verdict = Filter()(replace(ARTICLE, **change))
    assert verdict is not None
    assert verdict[0] == expected
    assert verdict[1]


def test_clean_text_is_never_no_article_or_listing() -> None:
    assert reason(replace(ARTICLE, path="clean", listing=True)) is None
    assert reason(replace(ARTICLE, path="dump", listing=True)) is None
    assert reason(replace(ARTICLE, path="clean", text="")) == "no_letters"


@pytest.mark.parametrize(
    "title",
    ["Impressum", "Datenschutzerklärung", "Datenschutz-Hinweise", "Impressum & Datenschutz", "AGB / Widerrufsbelehrung",
     "Allgemeine Geschäftsbedingungen und Datenschutzerklärung", "Über uns", "Erklärung zur Barrierefreiheit",
     "Allgemeine Geschäftsbedingungen (AGB)", "Datenschutzerklärung (Stand: März 2025)", "Unsere Datenschutzerklärung"],
)  # fmt: skip
def test_what_a_site_says_about_itself_is_no_article(title: str) -> None:
    assert reason(replace(ARTICLE, title=title)) == "no_article"
    assert reason(replace(ARTICLE, title=title, path="clean")) is None


@pytest.mark.parametrize(
    "title",
    ["Datenschutz: Was sich ändert", "Warum ein Impressum Pflicht ist", "Über uns das Meer", "Kontakt zu Sonde verloren",
     "AGB und ihre Tücken", "Neue Datenschutzerklärung bei Messenger", None],
)  # fmt: skip
def test_articles_about_such_pages_stay(title: str | None) -> None:
    assert reason(replace(ARTICLE, title=title)) is None


@pytest.mark.parametrize(
    "title",
    ["404", "Fehler 404", "404 – Seite nicht gefunden", "Seite nicht gefunden", "Diese Seite wurde leider nicht gefunden!",
     "Error 404: Page not found", "Der Artikel konnte nicht gefunden werden"],
)  # fmt: skip
def test_what_a_server_says_in_place_of_a_page_is_no_article(title: str) -> None:
    verdict = Filter()(replace(ARTICLE, title=title))
    assert verdict == ("no_article", f"an error page: “{title}”")
    assert reason(replace(ARTICLE, title=title, path="clean")) is None


@pytest.mark.parametrize(
    "title",
    ["Fehler 404: Wie Seiten verschwinden", "Vermisste nicht gefunden", "Der Fehler", "Router 404 im Test", "Not found",
     "Artikel 13", "Kontakt (Film)"],
)  # fmt: skip
def test_articles_about_what_is_missing_stay(title: str) -> None:
    assert reason(replace(ARTICLE, title=title)) is None


def test_a_dump_of_menus_alone_has_no_article() -> None:
    assert reason(replace(ARTICLE, path="dump", text="")) == "no_article"


def test_a_page_that_shows_everything_stays_though_it_is_not_free() -> None:
    assert reason(replace(ARTICLE, free=False)) is None


def test_a_free_page_may_end_in_an_offer() -> None:
    offer = SENTENCE * 8 + "Jetzt kostenlos testen."
    assert reason(replace(ARTICLE, text=offer)) == "paywall_stub"
    assert reason(replace(ARTICLE, text=offer, free=True)) is None


def test_a_long_article_may_end_in_an_offer() -> None:
    assert reason(replace(ARTICLE, text=SENTENCE * 30 + "Jetzt kostenlos testen.")) is None


@pytest.mark.parametrize(
    "text",
    [
        "Lesen Sie den ganzen Artikel mit unserem Angebot.",
        "Dieser Artikel ist nur für Abonnenten lesbar.",
        "Sie haben bereits ein Abo?",
        "Jetzt 4 Wochen für nur 1 Euro testen",
        "Mit Abo weiterlesen",
        "Dieser Artikel ist Teil unseres Digitalabos.",
        "Testen Sie Bote Plus einen Monat lang für 1 Euro.",
        "Sie möchten weiterlesen? Hier geht es zu den Angeboten.",
        "Melden Sie sich an, um weiterzulesen.",
        "Registrieren Sie sich kostenlos, um weiterzulesen.",
        "Schließen Sie jetzt ein Abo ab, um den Artikel zu Ende zu lesen.",
        "Um diesen Artikel zu lesen, benötigen Sie ein Abo.",
        "Um den ganzen Text lesen zu können, brauchen Sie ein Digital-Abo.",
        "Sie möchten diesen Artikel lesen?",
        "Mit dem Digitalpaket haben Sie Zugriff auf alle Inhalte, den ersten Monat für 99 Cent.",
    ],
)
def test_offers_are_known(text: str) -> None:
    assert paywall_phrase(text)


@pytest.mark.parametrize(
    "text",
    [
        "Der Artikel 13 der Richtlinie gilt für Plattformen mit vielen Nutzern.",
        "Das Abo kostet künftig zehn Euro, sagte der Konzern.",
        "Die Beta lässt sich kostenlos im Netz finden.",
        "Wir testen das Gerät im Alltag.",
        "Der Beitrag ist Teil einer Reihe über das Lesen: Viele wollen weiterlesen, auch nachts.",
        "Testen Sie das Gerät vor dem Kauf zwei Wochen.",
        "Das Netz lässt sich vier Wochen kostenlos testen und ist dann monatlich kündbar.",
        "Jetzt können Nutzer die Funktion testen.",
        "Die Angreifer hatten Zugriff auf alle Inhalte der Postfächer, teilte die Stadt mit.",
        "Um die Karte zu lesen, benötigen Sie einen Chipleser.",
        "Um die Nachrichten zu lesen, brauchen Sie ein Konto des Anbieters.",
        "Registrieren Sie sich, um das Gerät zu testen.",
        "Sie möchten im Alter mehr lesen, sagten die meisten der Befragten.",
    ],
)
def test_news_about_subscriptions_is_no_offer(text: str) -> None:
    assert paywall_phrase(text) is None


def test_other_languages_can_be_kept() -> None:
    english = replace(ARTICLE, language="en")
    assert reason(english) == "not_german"
    assert reason(english, languages=("de", "en")) is None


@pytest.mark.parametrize(
    "config",
    [
        {"min_words": -1},
        {"min_language_score": 2},
        {"languages": ()},
        {"languages": ("de", "")},
    ],
)
def test_wrong_config_is_named(config: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"filter.{next(iter(config))}"):
        Filter(**config)
