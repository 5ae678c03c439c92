"""Whose voice a sentence speaks with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presseschau.label.sentences import tokenize
from presseschau.label.voice import read, speaks_for_other


def sources(text: str) -> list[str]:
    return [s.source for s in read(text).sentences]


@pytest.mark.parametrize(
    "quotation",
    [
        "„Dieses Gerät ist eine ganz furchtbare Fehlkonstruktion.“",
        "“Dieses Gerät ist eine ganz furchtbare Fehlkonstruktion.”",
        "»Dieses Gerät ist eine ganz furchtbare Fehlkonstruktion.«",
        "«Dieses Gerät ist eine ganz furchtbare Fehlkonstruktion.»",
        '"Dieses Gerät ist eine ganz furchtbare Fehlkonstruktion."',
        "‚Dieses Gerät ist eine ganz furchtbare Fehlkonstruktion.‘",
        "›Dieses Gerät ist eine ganz furchtbare Fehlkonstruktion.‹",
    ],
)
def test_quotation_marks_of_all_kinds(quotation: str) -> None:
    reading = read(f"Das Gerät kommt im Mai. {quotation} Mehr war nicht zu hören.")
    assert [s.voice for s in reading.sentences] == [1.0, 0.0, 1.0]


def test_an_open_quotation_ends_with_its_paragraph() -> None:
    assert sources("„Das ist ein schlechtes Zeichen für uns alle.\n\nDas Gerät ist gut gebaut.") == ["quote", ""]


def test_a_short_quoted_term_is_no_speech() -> None:
    reading = read("Die Serie „Kalte Leitung“ läuft gut.")
    assert reading.sentences[0].voice == 1.0
    assert 2 in reading.quoted
    assert 1 not in reading.quoted


def test_a_short_quotation_that_a_speaker_follows_is_speech() -> None:
    reading = read("„Das ist großartig“, sagt sie. Die „große“, teure Lösung kam später.")
    assert (reading.quoted.count(1), reading.quoted.count(2)) == (3, 1)
    assert read("„Das ist großartig“, sagt sie").quoted.count(1) == 3
    assert read("Es regnet. „Das ist großartig“, sagt sie.").quoted.count(1) == 3
    assert read("Es kam „Das ist großartig“, sagt sie.").quoted.count(1) == 0


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Laut Verband ist das Gerät unbrauchbar.", "source"),
        ("Dem Bericht zufolge ist die Technik veraltet.", "source"),
        ("Nach Angaben der Firma ist das Netz schnell.", "source"),
        ("Nach Ansicht von Fachleuten ist das ein Fehler.", "source"),
        ("Das Netz ist zu langsam, so die Sprecherin der Firma.", "source"),
        ("Der Minister kritisierte das schlechte Netz.", "reported"),
        ("Die Firma erklärte, dass der Dienst hervorragend läuft.", "reported"),
        ("Der Entwurf ist absurd, schreibt Kern.", "reported"),
        ("Die Behörde findet, dass der Plan gut ist.", "reported"),
        ("Kern wirft der Behörde Ignoranz vor.", "reported"),
        ("Kern hält den Plan für absurd.", "reported"),
        ("Kritiker sprechen von einem Skandal.", "reported"),
        ("Die Gemeinde räumt schwere Versäumnisse ein, teilte sie mit.", "reported"),
        ("Der Plan sei von Anfang an verfehlt gewesen.", "subjunctive"),
        ("Die Technik könne viele Leben retten.", "subjunctive"),
        ("Für die Gemeinde sei es ein großer Verlust.", "subjunctive"),
        ("Nach dem Umbau laufe der Dienst hervorragend.", "subjunctive"),
        ("Nach dem Umbau profitiere die ganze Gemeinde.", "subjunctive"),
        ("Das Netz ist marode, heißt es in einem Papier.", "reported"),
        ("Es hieß dazu, das Netz ist marode.", "reported"),
        ("Die Firma ist gut aufgestellt, hieß es.", "reported"),
        ("Kern weist auf schwere Mängel hin.", "reported"),
        ("Kern wies den schweren Vorwurf zurück.", "reported"),
        ("Kern findet es skandalös, dass niemand haftet.", "reported"),
        ("Viele sind der Ansicht, dass der Plan verfehlt ist.", "source"),
        ("Das Netz ist marode, so Kern.", "source"),
        ("Das Netz ist marode, so ihre Einschätzung.", "source"),
        ("Das Gesetz, so hieß es weiter, bringe den Menschen nichts Gutes.", "reported"),
        ("Verbraucherschützer: Der neue Tarif ist eine dreiste Abzocke für alle.", "speaker"),
    ],
)
def test_attributed_sentences(text: str, source: str) -> None:
    assert sources(text) == [source]


@pytest.mark.parametrize(
    "text",
    [
        "Das Gerät überzeugt im Alltag.",
        "Meiner Meinung nach ist das ein Fehler.",
        "Nach unserer Einschätzung ist das ein Fehler.",
        "Ich finde, dass der Plan absurd ist.",
        "Ich halte den Plan für absurd.",
        "Der Akku hält zwei Tage.",
        "Es sei denn, man braucht viel Speicher.",
        "Es gab im Test keine Probleme.",
        "Der Test findet im Labor statt.",
        "So schnell lädt kein anderes Gerät.",
        "Ich habe das Gerät zwei Wochen benutzt.",
        "An dieser Stelle ist die Sorge um das Netz berechtigt.",
        "Der Plan hilft niemandem, sei es auf dem Land oder in der Stadt.",
        "Jetzt heißt es warten.",
        "Das heißt, der Akku ist schlecht.",
        "Das Gerät weist Mängel auf, die man als Kunden sofort sieht.",
        "Man findet es leicht, und das ist gut.",
        "So weit, so gut.",
        "Die Fachleute weisen in eine andere Richtung als bisher.",
        "Das ist ein Gewinn, und sei es nur ein kleiner.",
        "Die Technik ist gut, so schnell war sie noch nie.",
        "Wir sind der Meinung, dass der Plan verfehlt ist.",
        "Am Ende braucht es Mut, und man möge ihn behalten.",
        "Ein Netz für alle ist besser, schreibt unsere Autorin.",
    ],
)
def test_own_voice(text: str) -> None:
    assert sources(text) == [""]


@pytest.mark.parametrize(
    ("headline", "other"),
    [
        ("Minister nennt Entwurf absurd", True),
        ("Kammer hält Ausbau für unnötig", True),
        ("Fachleute warnen vor neuer Masche", True),
        ("Ein absurder Entwurf", False),
        ("Warum sich das Warten lohnt", False),
        ("Nennt es endlich beim Namen", False),
        ("Was der absurde Entwurf für Kunden heißt", False),
    ],
)
def test_headlines_that_speak_for_somebody(headline: str, other: bool) -> None:
    assert speaks_for_other(read(headline)) is other


@given(st.text(max_size=300))
def test_tokens_and_sentences_are_pieces_of_any_text(text: str) -> None:
    tokens, forms, starts = tokenize(text)
    assert len(tokens) == len(forms) == len(starts)
    assert all(text[s : s + len(t)] == t for t, s in zip(tokens, starts, strict=True))
    reading = read(text)
    ends = [0, *(s.end for s in reading.sentences)]
    assert all(before <= s.start < s.end <= len(text) for before, s in zip(ends, reading.sentences, strict=False))
    assert len(reading.quoted) == len(reading.tokens)
