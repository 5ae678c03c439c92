"""Praise and blame of one sentence; each case fails without its rule."""

from __future__ import annotations

from collections import Counter

import pytest

from presseschau.label.polarity import Values, entries_of, judging_in, values_of
from presseschau.label.stance_lexicon import load
from presseschau.label.voice import read


def values(text: str, used: Counter[str] | None = None) -> Values:
    reading = read(text)
    first = reading.sentences[0]
    judging = {i: entry for i, entry in judging_in(reading, load()).items() if first.first <= i < first.last}
    found = values_of(reading, judging, first, load(), Counter() if used is None else used)
    return found or Values(0.0, 0.0, 0, -1, ())


def balance(text: str) -> float:
    return values(text).praise - values(text).blame


@pytest.mark.parametrize(
    "text",
    [
        "Die Kamera ist hervorragend.",
        "Das Display überzeugt.",
        "Der Akku lässt kaum Wünsche offen.",
        "Das ist kein Reinfall.",
        "Die Bedienung ist nicht nur schnell, sondern auch elegant.",
        "So elegant arbeitet kein anderes elegantes Gerät.",
        "Wir kennen kein besseres Tablet.",
        "Die Idee ist alles andere als dumm.",
        "Von schlechter Verarbeitung kann keine Rede sein.",
        "Es ist nicht so, dass der Klang schlecht wäre.",
        "Was soll daran schlecht sein?",
        "Schlecht ist das nicht.",
        "Damit macht man nichts falsch.",
    ],
)
def test_praise(text: str) -> None:
    assert balance(text) > 0


@pytest.mark.parametrize(
    "text",
    [
        "Die Kamera ist miserabel.",
        "Das Display überzeugt im Alltag nicht.",
        "Der Akku lässt zu wünschen übrig.",
        "Das ist keine gute Lösung.",
        "Die Bedienung ist kaum intuitiv.",
        "Ein Tarifchaos ohnegleichen.",
        "Alles andere als gelungen.",
        "Von guter Verarbeitung kann keine Rede sein.",
        "Ein Meisterwerk sieht anders aus.",
        "Einen Mehrwert sucht man vergebens.",
        "Der angeblich so kluge Lautsprecher schweigt.",
        "Das soll ein Fortschritt sein?",
        "Eine gute Uhr ist sie damit nicht.",
        "Das hätte man besser machen können.",
        "Von diesem Tarif sollte man die Finger lassen.",
        "Die Verarbeitung ist elegant, aber der Preis ist ein schlechter Witz.",
    ],
)
def test_blame(text: str) -> None:
    assert balance(text) < 0


@pytest.mark.parametrize(
    "text",
    [
        "Nach dem Angriff fehlen Daten von 3000 Menschen.",
        "Der Kurs fiel um zehn Prozent.",
        "Die Firma ist davon überzeugt.",
        "Rund um die Uhr arbeiten dort 40 Leute.",
        "Soziale Netzwerke wachsen.",
        "In der ersten Klasse lernen 20 Kinder.",
        "Zwei Punkte fehlen noch.",
    ],
)
def test_bad_news_and_set_phrases_judge_next_to_nothing(text: str) -> None:
    assert abs(balance(text)) <= 0.3


def test_what_is_granted_counts_less() -> None:
    assert balance("Trotz lästiger Menüs bleibt es.") == balance("Lästige Menüs.") / 2


def test_an_idiom_turns_only_what_it_reaches() -> None:
    assert balance("Der Klang ist alles andere als dünn, das Gehäuse ist großartig.") > 1.5
    assert balance("Großartig ist der Klang, ein Fortschritt ist das nicht.") > 0


def test_negated_blame_is_less_than_praise() -> None:
    assert 0 < balance("Das ist nicht schlecht.") < balance("Das ist gelungen.")


def test_the_negation_stays_in_its_clause() -> None:
    assert balance("Das stört nicht, der Klang ist großartig.") > 1.5


@pytest.mark.parametrize(
    ("shielded", "plain"),
    [
        ("Das Gesetz geht gegen Machtmissbrauch vor.", "Das Gesetz führt zu Machtmissbrauch."),
        ("Es schützt vor perfider Abzocke.", "Es ist eine perfide Abzocke."),
        ("So lässt sich die Zensur verhindern.", "So kommt die Zensur."),
        ("Damit ist der Missstand behoben.", "Das ist der Missstand."),
    ],
)
def test_a_fault_that_is_fought_is_not_found(shielded: str, plain: str) -> None:
    assert balance(plain) < balance(shielded) / 2 <= 0


def test_vor_allem_shields_nothing() -> None:
    assert balance("Es ist vor allem peinlich.") == balance("Es ist peinlich.")


def test_what_must_not_be_wrong_is_a_warning() -> None:
    assert balance("Das Gesetz darf nicht missbraucht werden.") < 0


def test_an_adjective_after_etwas_is_no_noun() -> None:
    assert balance("Hier geschieht etwas Großartiges.") > 1


def test_degree_words() -> None:
    assert balance("Das Gerät ist sehr elegant.") > balance("Das Gerät ist elegant.")
    assert balance("Das Gerät ist eher elegant.") < balance("Das Gerät ist elegant.")


def test_a_condition_takes_weight_off() -> None:
    assert 0 < balance("Mit Update würde das Gerät elegant wirken.") < balance("Das Gerät wirkt elegant.")


def test_what_comes_after_the_contrast_counts_more() -> None:
    assert balance("Zwar ist das Gerät elegant, aber umständlich.") < 0 < balance("Es ist umständlich, aber elegant.")


def test_one_praising_word_in_quotation_marks_is_irony() -> None:
    assert balance("Die „großartige“ Idee kostet Milliarden.") < 0


def test_quoted_speech_inside_a_sentence_is_left_out() -> None:
    assert balance("Der Verband ruft „Das ist ein ganz großartiges Gerät für uns“ in den Saal.") == 0


def test_capitals_tell_nouns_from_verbs() -> None:
    assert balance("Die Geräte punkten im Alltag.") > 0
    assert balance("Es gibt Abzug nach Punkten im Alltag.") == 0


def test_a_word_that_returns_counts_less() -> None:
    used: Counter[str] = Counter()
    first, second = (values("Werbung nervt.", used) for _ in range(2))
    assert second.blame == pytest.approx(first.blame / 2)


def test_one_sentence_has_a_limit() -> None:
    assert values("Ein großartiges, geniales, brillantes, perfektes Meisterwerk.").praise == 3.0


def test_swiss_and_ascii_spelling() -> None:
    assert balance("Ein grossartiges Gerät.") == balance("Ein großartiges Gerät.")
    assert balance("Das ist ueberfluessig.") == balance("Das ist überflüssig.")


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("Der Sprecher hat recht.", 1),
        ("Der Sprecher hat recht früh abgesagt.", 0),
        ("Der Verband hat Recht bekommen.", 0),
        ("Der Film geht unter die Haut.", 1),
        ("Der Chip sitzt unter der Haut, die Spritze ging tief unter die Haut.", 0),
        ("Die Regierung greift zu Maßnahmen.", 0),
        ("Das gehört auf jeden Fall in die Akten.", 0),
        ("So muss ein Kunde zwei Stunden warten.", 0),
        ("Sie kamen danach nicht mehr zurück.", 0),
        ("Vom Motor ist hier drinnen nichts zu spüren.", 0),
        ("Wir zeigen, was daran wirklich gut ist.", 1),
        ("Der Klang ist kaum schlechter als beim Vorgänger.", 1),
        ("Das Gerät ist reif für den Verkauf.", 0),
        ("Das Gerät ist reif für den Müll.", -1),
        ("Ziehen Sie die Datei in den Papierkorb.", 0),
        ("Der Entwurf gehört in den Papierkorb.", -1),
        ("Wer braucht eine zweite Karte?", 0),
        ("Wer braucht schon eine zweite Karte?", -1),
        ("Die schöne Hülle sieht anders aus als beim Vorgänger.", 1),
        ("Eine schöne Hülle sieht anders aus.", -1),
    ],
)
def test_an_idiom_is_told_from_its_words_in_plain_use(text: str, sign: int) -> None:
    found = balance(text)
    assert (found > 0) - (found < 0) == sign, values(text).why


def test_what_can_judge_is_known_by_its_form_its_capital_or_its_tail() -> None:
    reading = read("Das Tarifchaos und das Juwel sind leider eine Wucht, juwel nicht, eine Kiste auch nicht.")
    judging, entries = judging_in(reading, load()), entries_of(reading, load())
    assert [reading.tokens[i] for i in judging] == ["Tarifchaos", "Juwel", "leider", "eine"]
    assert all(entries[i] == entry for i, entry in judging.items())


def test_to_deny_praise_weighs_more_than_to_deny_blame() -> None:
    for said, denied, share in (
        ("Eine gute Uhr ist sie damit.", "Eine gute Uhr ist sie damit nicht.", -0.8),
        ("Schlecht ist das.", "Schlecht ist das nicht.", -0.4),
    ):
        assert balance(denied) == pytest.approx(share * balance(said)) != 0
    assert balance("Das soll ein Fortschritt sein?") < 0 < balance("Kann das ein Fortschritt sein?")
