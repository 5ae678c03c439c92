"""Topics in general newspapers: a lone term in a long text, families of plain words, sections."""

from __future__ import annotations

from dataclasses import replace

import pytest

from presseschau.document import Document
from presseschau.label import Labeler
from presseschau.label.vote import Vote

LABELER = Labeler(stance=False)
# Says nothing about any topic, and is long enough for a lone term to look odd.
PLAIN = "Am Nachmittag kamen viele Leute, sie blieben eine Weile und redeten miteinander über dies und das. " * 8


def topic(title: str, text: str = "", **more: object) -> str:
    return LABELER.label(replace(Document(text=text, title=title), **more)).topic  # type: ignore[arg-type]


def lone(document: Document, label: str = "") -> list[Vote]:
    return [v for v in LABELER.explain(document) if v.function.startswith(f"lone_term/{label}")]


def test_a_topic_s_only_term_in_a_long_text_is_a_name_or_an_aside() -> None:
    said = "Das Mammut steht im Schaufenster, alle mögen das Mammut. "
    assert topic("Ein Mammut zum Abschied", said + PLAIN) == "other"
    assert topic("Ein Mammut zum Abschied", said) == "science"  # a short text has no room for more words
    assert topic("Ein Mammut zum Abschied", said + "Forscher fanden Fossilien. " + PLAIN) == "science"


def test_a_lone_term_s_vote_names_the_term_and_takes_back_a_share() -> None:
    document = Document(text="Das Mammut war da. " + PLAIN, title="Ein Mammut zum Abschied")
    (vote,) = lone(document)
    given = sum(v.weight for v in LABELER.explain(document) if v.function.endswith("_terms/science"))
    assert (vote.label, vote.terms) == ("science", ("Mammut",))
    assert vote.weight == pytest.approx(-0.6 * given)


def test_keywords_of_the_page_keep_a_term_from_being_lone() -> None:
    document = Document(text="Das Mammut war da. " + PLAIN, title="Ein Mammut zum Abschied")
    assert lone(document)
    assert not lone(replace(document, keywords=("Archäologie",)))


def test_a_lone_term_counts_in_full_where_a_boundary_rule_says_the_same() -> None:
    state = "Der Bundestag beschließt das Gesetz, die Fraktionen streiten über die Software der Plattformen. "
    text = state + "Es geht um Uploadfilter. " + PLAIN
    assert not lone(Document(text=text, title="Bundestag beschließt Gesetz"), "policy")
    assert lone(Document(text="Es ging um Uploadfilter. " + PLAIN, title="Ein langer Abend"), "policy")


def test_the_fallback_has_no_lone_terms() -> None:
    assert not lone(Document(text="Ein Pfarrer kam. " + PLAIN, title="Der Pfarrer"))


@pytest.mark.parametrize(
    ("expected", "title", "text"),
    [
        ("business", "Azubis dringend gesucht", "Viele Ausbildungsplätze bleiben frei, meldet die Handwerkskammer."),
        ("business", "Was gute Führung ausmacht", "Vorgesetzte und Personalabteilung müssen zuhören können."),
        ("business", "Die Belegschaft wehrt sich", "Sie verlangt bessere Arbeitsbedingungen und neue Arbeitsverträge."),
        ("business", "Geschäftsleute hoffen auf Weihnachten", "Ladeninhaber und Kaufhäuser locken Kundschaft."),
        ("business", "Die Weltwirtschaft erholt sich", "Währungsfonds und Wirtschaftsforscher sehen den Aufschwung."),
        ("energy", "Weniger Kohle als früher", "Gas bleibt teuer, die Energien der Zukunft legen zu."),
        ("energy", "Greta Thunberg kommt nach Wien", "Extinction Rebellion ruft zum Protestzug auf."),
        ("science", "Neues Mittel in klinischer Erprobung", "Das berichten Pharmakologen im Fachblatt."),
        ("science", "Wirbeltiere im Erdzeitalter der Riesen", "Die Lebewesen wuchsen schneller als gedacht."),
        ("entertainment", "Telenovela geht weiter", "Die Erfolgsserie startet mit neuer Titelrolle."),
        ("entertainment", "Der Frontmann geht", "Schlagzeuger und Bassist machen als Songwriter weiter."),
        ("internet", "Fakenews machen die Runde", "Die Posts sind irreführend, die Kommentarspalten voll."),
    ],
)
def test_plain_words_of_a_field_name_it(expected: str, title: str, text: str) -> None:
    assert topic(title, text) == expected


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Kundgebung im Regen", "Die Leute kamen in Betrieb genommen hin oder her, wie der Wirt sagte."),
        ("Der Inhaber des Passes", "Er reiste ohne Gepäck und kam zu spät."),
        ("Eine Probe aufs Exempel", "Der Chor sang, die Proben waren lang."),
        ("Lock-Down im Dorf", "Der Lock-Down dauert, alles bleibt still."),
        ("Jetzt heißt es Gas geben", "Der Kapitän will Gas geben, die anderen geben auf."),
        ("Pensionisten beraten über Pensionen", "Der Verein lädt alle Rentner ein."),
    ],
)
def test_words_near_a_field_do_not_name_it(title: str, text: str) -> None:
    assert topic(title, text) == "other"


def test_a_ministry_of_the_economy_is_a_ministry() -> None:
    text = "Der Bundeswirtschaftsminister plant Regeln für Plattformen und Algorithmen."
    assert topic("Wirtschaftsminister will Suchmaschinen regulieren", text) == "policy"


def test_a_court_on_operators_and_the_web_is_policy_without_a_digital_word() -> None:
    carriers = "Die Aufsichtsbehörde prüft, ob die Mobilfunker bei den Handytarifen das Gesetz umgehen."
    assert topic("Wettbewerbshüter nehmen Mobilfunker ins Visier", carriers) == "policy"
    hall = "Das Landgericht bekommt einen Saal, im Gericht hängen nun Monitore. Das Urteil fällt im Herbst."
    assert topic("Neuer Saal im Landgericht", hall) != "policy"


@pytest.mark.parametrize(
    ("folder", "expected", "text"),
    [
        ("mittelstand", "business", "Die Firma dankt allen."),
        ("wissen", "science", "Ein Experiment macht Freude."),
        ("zeitgeschehen", "other", "Sie schreiben im Internet."),
    ],
)
def test_a_section_decides_where_words_say_little(folder: str, expected: str, text: str) -> None:
    votes = LABELER.explain(Document(text=text, title="Neues", url=f"https://example.de/{folder}/neu.html"))
    assert any(v.function == f"section/{expected}" and v.terms == (folder,) for v in votes)
    assert topic("Neues aus der Stadt", text, url=f"https://example.de/{folder}/neu.html") == expected
