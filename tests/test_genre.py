"""Genres that do not name themselves: words that tell together, whose site it is, and what the lines are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from presseschau.document import Document
from presseschau.label import Labeler

LABELER = Labeler(stance=False)
NEUTRAL = "Die Brücke über den Bach wird im Herbst erneuert, der Verkehr rollt so lange über die alte Straße. "


def votes(text: str, title: str = "Ein Titel", url: str | None = None) -> dict[str, tuple[str, float]]:
    found = LABELER.explain(Document(text=text, title=title, url=url))
    return {v.function: (v.label, v.weight) for v in found if v.task == "genre"}


@pytest.mark.parametrize(
    ("cue", "label", "text", "near_miss"),
    [
        (
            "judged",
            "review",
            "Der Regisseur erzählt mit subtilen Bildern. Die Hauptrolle ist brillant besetzt, das Drehbuch kommt ohne Klischees aus, "
            "der Plot hat Tempo, und die Figuren bleiben rätselhaft.",
            "Die Schauspielerin zieht nach Leipzig, wie ihr Sprecher am Montag sagte. Ihr neues Buch erscheint im Herbst.",
        ),
        (
            "sender",
            "press_release",
            "Wir gratulieren allen Gewinnern und bedanken uns bei unseren Mitgliedern. Unser Dank gilt der Schirmherrin. "
            "Sie sind herzlich eingeladen, weitere Informationen in der Geschäftsstelle.",
            "Der Verein hat am Samstag seinen Vorstand gewählt. Der Vorsitzende sagte, die Mitglieder seien zufrieden.",
        ),
        (
            "offer",
            "other",
            "Haus am See, 60 qm, Wohnfläche ohne Keller. Baujahr: 1931. Mindestaufenthalt drei Nächte. Telefon: im Büro erfragen.",
            "Das Frauenhaus schrieb am Montag, sein Belegungsplan sei voll. Eine Ferienwohnung hat ihren Preis: zu viel.",
        ),
        (
            "episode",
            "other",
            "In der neuen Podcast-Folge sprechen wir über Moore. Hören Sie rein, bei Spotify, Apple Podcasts und überall, wo es Podcasts gibt.",
            "Der Sänger kündigte in einem Podcast eine Pause an, wie mehrere Zeitungen berichteten.",
        ),
        (
            "advice",
            "howto",
            "Zutaten: Mehl, Butter, eine Prise Salz. Zubereitung: Den Ofen vorheizen, alles verrühren, mit einem Teelöffel Zucker abschmecken.",
            "Das Rezept für sein Olivenöl trug der Bäcker von El Paso nach El Salvador, im Winter schließt er den Laden.",
        ),
        (
            "items",
            "digest",
            "Guten Morgen! Zahl des Tages: 14. Zitat des Tages: keines. Ich wünsche Ihnen einen schönen Tag, herzliche Grüße.",
            "Die Zahl der Gäste stieg, der Wirt sprach von einem schönen Tag für die Stadt.",
        ),
    ],
)
def test_words_that_tell_together(cue: str, label: str, text: str, near_miss: str) -> None:
    assert votes(text + " " + NEUTRAL)[f"cues/{cue}"][0] == label
    assert f"cues/{cue}" not in votes(near_miss + " " + NEUTRAL)


def test_a_review_is_at_home_in_the_arts_and_news_of_prizes_is_none() -> None:
    text = "Die Regie und das Drehbuch überzeugen, die Hauptrolle ist brillant, die Inszenierung ein Meisterwerk."
    weight = votes(text, url="https://www.beispiel.de/stadt/a.html")["cues/judged"][1]
    assert votes(text, url="https://www.beispiel.de/kultur/a.html")["cues/judged"][1] > weight > 0
    for award in ("Drama gewinnt Filmpreis", "Drama für den Oscar nominiert"):
        assert "cues/judged" not in votes(text, title=award)


@pytest.mark.parametrize(
    ("function", "label", "url"),
    [
        ("institution", "press_release", "https://www.imkerverband-beispiel.de/aktuell/a"),
        ("institution", "press_release", "https://www.spd-beispielstadt.de/a"),
        ("institution", "press_release", "https://www.umweltministerium.beispiel.de/a"),
        ("institution", "press_release", "https://www.bmas.de/a"),
        ("institution", "press_release", "https://www.bundesnetzagentur.de/a"),
        ("institution", "press_release", "https://www.bafin.de/a"),
        ("collection", "other", "https://www.garten-forum.de/a"),
        ("collection", "other", "https://bohrer-shop.de/a"),
        ("institution", "press_release", "https://www.presseportal.de/a"),
    ],
)
def test_whose_site_it_is(function: str, label: str, url: str) -> None:
    assert votes(NEUTRAL, url=url)[f"structure/{function}"][0] == label


@pytest.mark.parametrize(
    "url",
    [
        "https://www.verbandszeug.de/a",
        "https://www.derbund.ch/a",
        "https://www.stadtblatt.de/amt/a",
        "https://www.hauptgericht.de/a",
        "https://www.forumblatt.de/shop",
        "https://www.feuerwehr-magazin.de/a",
        "https://www.kirche-heute.ch/a",
        "https://www.polizei-news.ch/a",
        "https://workshop.de/a",
        "https://www.musteragentur.de/a",
        "https://verkehrsforum.de/a",
    ],
)
def test_a_newspaper_is_no_institution(url: str) -> None:
    assert not {"structure/institution", "structure/collection"} & set(votes(NEUTRAL, url=url))


def test_an_authority_that_writes_like_news_sends() -> None:
    said = "Der Präsident sagte am Montag, der Betrieb sei gesichert. Das Amt habe 40 Fälle geprüft, teilte es mit. "
    page = Document(text=said + NEUTRAL, title="Amt prüft 40 Fälle", url="https://www.bafin.de/a")
    assert LABELER.label(page).genre == "press_release"
    assert LABELER.label(replace(page, url="https://www.beispiel.de/a")).genre == "news"


def test_who_names_itself_sends_and_a_newspaper_does_not() -> None:
    text = "Nordwind baut ein Werk. Nordwind stellt dafür 40 Leute ein. "
    assert votes(text, url="https://www.nordwind.de/a")["structure/own_name"][0] == "press_release"
    assert "structure/own_name" not in votes(text, url="https://www.suedwind.de/a")
    assert "structure/own_name" not in votes(text, url="http://nordwind/a")  # a host without a dot has no name to say
    assert "structure/own_name" not in votes(text.replace("Nordwind", "Nordkurier"), url="https://www.nordkurier.de/a")


def test_who_speaks_most_often_makes_an_interview() -> None:
    said = "Die Halle ist voll. Muster: Ja, gern. Muster: Nein, danke. Muster: Das Holz war knapp. Beispiel: Ach so."
    found = {v.function: v.terms for v in LABELER.explain(Document(text=said, title="Ein Titel"))}
    assert found["structure/speaker_labels"] == ("Muster",)
    assert "structure/speaker_labels" not in votes(said.replace("Muster: Nein", "Nein"))


@pytest.mark.parametrize("sign", ["+", "+++"])
def test_a_lead_of_several_pieces_of_news_is_a_digest(sign: str) -> None:
    assert votes(f"Router weg {sign} Handy da {sign} Auto leer.")["structure/lead_of_several"][0] == "digest"
    assert "structure/lead_of_several" not in votes(f"Router weg {sign} Handy da.")


def test_paragraphs_that_ask_are_an_interview_where_somebody_answers() -> None:
    questions = ["Wie fing es an?", "Wer half dabei?", "Was kostet das?", "Warum der Umzug?", "Und nun?"]
    answered = "\n".join(f"{q}\nIch habe es mit meiner Schwester versucht, wir waren uns einig." for q in questions)
    assert votes(answered)["structure/paragraphs_ask"][0] == "interview"
    named = "\n".join(f"{q}\nMuster: Das Holz war knapp, die Zeit auch." for q in questions)
    assert votes(named)["structure/paragraphs_ask"][0] == "interview"
    explained = "\n".join(f"{q}\nDie Behörde nennt dafür drei Gründe und einen Betrag." for q in questions)
    assert votes(explained)["structure/paragraphs_ask"][0] == "howto"
    assert "structure/paragraphs_ask" not in votes(answered.replace("?\n", "? "))


@pytest.mark.parametrize(
    "credit",
    ["Das Gespräch führte Ada Muster.", "Das Interview führten Ömer Muster und Ada Beispiel", "Interview: Ada Muster"],
)
def test_an_interview_ends_with_who_led_it(credit: str) -> None:
    assert votes(NEUTRAL * 3 + credit)["structure/interviewer_named"][0] == "interview"
    assert "structure/interviewer_named" not in votes(credit + " " + NEUTRAL * 3)  # told at the start, as news do
    assert "structure/interviewer_named" not in votes(NEUTRAL * 3 + "Mehr im Interview: Warum die Brücke wackelt")


def test_fields_are_no_sentences_and_wrapped_lines_no_fields() -> None:
    sheet = "\n".join(
        ["Leuchtturm Musterhaken", "Baujahr 1903", "Höhe 31 m", "Farbe Rot und Weiß", "Eigentümer Land"] * 3
    )
    assert votes(sheet)["structure/fields"][0] == "other"
    assert "structure/fields" not in votes("\n".join([NEUTRAL] * 20))
    words = (NEUTRAL * 6).split()
    wrapped = "\n".join(" ".join(words[i : i + 6]) for i in range(0, len(words), 6))
    assert "structure/fields" not in votes(wrapped)


@pytest.mark.parametrize("imprint", ["Möwe Verlag, Kiel 2021. 256 S., 23 €", "Möwe Verlag, 368 Seiten, 28 Euro."])
def test_pages_and_price_are_a_books(imprint: str) -> None:
    assert votes(NEUTRAL + imprint)["structure/pages_and_price"][0] == "review"
    assert "structure/pages_and_price" not in votes(
        NEUTRAL + "Der Bericht hat 368 Seiten. " + NEUTRAL + "Er kostet 28 Euro."
    )
    assert "structure/pages_and_price" not in votes(NEUTRAL + "Auf 300 Seiten stehen Pläne, die 28 Euro kosten.")


def test_headlines_side_by_side_are_a_digest_and_names_are_none() -> None:
    several = votes(NEUTRAL, title="Neue Brücke am Bach / Wirt schließt nach 40 Jahren")
    assert several["structure/title_of_several"][0] == "digest"
    assert "structure/title_of_several" not in votes(NEUTRAL, title="Bach / Muster: Brücke wird im Herbst erneuert")


def test_a_person_is_asked_by_name_or_by_du() -> None:
    text = "Frau Muster, Sie kommen vom Land. " + NEUTRAL
    assert votes(text)["structure/speaker_addressed"][0] == "interview"
    asked = "Hast Du gewartet? Ja. Was hast Du dann gemacht? Nichts. Und wer hat Dir geholfen? Niemand. "
    assert votes(asked + NEUTRAL)["structure/questions_to_a_person"][0] == "interview"


@pytest.mark.parametrize("title", ["Mehr Gäste nach Norden gekommen", "Die Älteren warten am längsten"])
def test_a_participle_is_no_infinitive(title: str) -> None:
    assert "structure/title_infinitive" in votes(NEUTRAL, title="Heizung richtig entlüften")
    assert "structure/title_infinitive" not in votes(NEUTRAL, title=title)


def test_a_section_of_the_arts_names_no_genre() -> None:
    found = votes(NEUTRAL, url="https://www.beispiel.de/kultur/rezept/a.html")
    assert found["structure/section"][0] == "howto"
    assert votes(NEUTRAL, url="https://www.beispiel.de/pressebereich/a.html")["structure/section"][0] == "press_release"


@pytest.mark.parametrize("title", ["Medienmitteilung: Neue Impftermine", "Pressemitteilungen des Vereins"])
def test_a_title_that_says_release_is_one(title: str) -> None:
    assert votes(NEUTRAL, title=title)["structure/title_is_a_release"][0] == "press_release"
    assert "structure/title_is_a_release" not in votes(NEUTRAL, title=f"Streit um {title}")
