"""The evaluative lexicon: inflection, phrases, compounds, and what it refuses."""

from __future__ import annotations

import copy
from collections import Counter
from importlib.resources import files
from typing import Any

import pytest
import yaml

from presseschau.label.polarity import judging_in, values_of
from presseschau.label.sentences import fold
from presseschau.label.stance_lexicon import compound_of, load, parse, words_of
from presseschau.label.voice import read


@pytest.fixture
def data() -> dict[str, Any]:
    source = files("presseschau.label").joinpath("lexicons/stance.yaml").read_text(encoding="utf-8")
    return copy.deepcopy(yaml.safe_load(source))


@pytest.mark.parametrize(
    ("form", "polarity"),
    [
        ("grossartigen", 2.0),
        ("sinnvollste", 1.0),
        ("misslungener", -2.0),
        ("traege", -1.0),
        ("duestere", None),
        ("verzauberte", 1.5),
        ("messerscharfem", 2.0),
        ("ressourcenschonende", 1.0),
        ("gefaellt", 1.0),
        ("teurer", -0.3),
    ],
)
def test_adjectives_and_verbs_are_inflected(form: str, polarity: float | None) -> None:
    entry = load().entries.get(form)
    assert (entry.term.polarity if entry and entry.term else None) == polarity


def test_nouns_stand_apart_from_other_words() -> None:
    entry = load().entries["punkten"]
    assert entry.term is not None
    assert entry.noun is None
    meilenstein = load().entries["meilensteine"].noun
    assert meilenstein is not None
    assert meilenstein.polarity == 1.0


def test_longer_phrases_come_first() -> None:
    for entry in load().entries.values():
        for found in entry.phrases.values():
            sizes = [len(rest) for rest, _ in found]
            assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize(("word", "polarity"), [("tarifchaos", -2), ("chaos", None), ("haus", None)])
def test_compounds_go_by_their_tail(word: str, polarity: int | None) -> None:
    term = compound_of(word, load().tails)
    assert (term.polarity if term else None) == polarity


def test_two_words_where_one_belongs_are_refused(data: dict[str, Any]) -> None:
    data["groups"][1]["nouns"].append("Geschenk des Himmels")
    with pytest.raises(ValueError, match="not one word"):
        parse(data)


def test_a_value_that_yaml_does_not_read_as_text_is_refused(data: dict[str, Any]) -> None:
    data["negators"]["words"].append(None)
    with pytest.raises(ValueError, match="not one word"):
        parse(data)


def test_a_phrase_of_one_word_is_refused() -> None:
    with pytest.raises(ValueError, match="no phrase"):
        words_of("Unsinn")


def test_every_group_says_why_and_has_a_side(data: dict[str, Any]) -> None:
    for group in data["groups"]:
        assert group["why"]
        assert group["polarity"] in (-1, 0, 1)
        assert 0 <= group["weight"] <= 2


def test_every_entry_stands_once(data: dict[str, Any]) -> None:
    kinds = {"adjectives": "form", "forms": "form", "words": "form"}
    entries = [
        (kinds.get(key, key), words_of(entry) if key == "phrases" else (fold(entry),))
        for group in data["groups"]
        if "headline" not in group
        for key in ("adjectives", "forms", "words", "nouns", "verbs", "tails", "phrases")
        for entry in group.get(key, ())
    ]
    assert [entry for entry, times in Counter(entries).items() if times > 1] == []


def test_no_word_stands_on_both_sides(data: dict[str, Any]) -> None:
    for key in ("adjectives", "nouns", "verbs", "words", "phrases"):
        sides = {
            p: {w for g in data["groups"] if g["polarity"] == p and "headline" not in g for w in g.get(key, ())}
            for p in (-1, 1)
        }
        assert not sides[-1] & sides[1], key


def praise(text: str) -> float:
    """Praise less blame of a text of one sentence."""
    reading = read(text)
    values = values_of(reading, judging_in(reading, load()), reading.sentences[0], load(), None)
    return values.praise - values.blame if values else 0.0


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("Der Roman ist vergnüglich, hochkomisch und bildgewaltig.", 2.0),  # culture
        ("Die Verfilmung ist ein Riesenvergnügen.", 2.0),
        ("Der zweite Teil zieht den Leser in seinen Bann.", 2.0),
        ("Den Film sollte man gesehen haben.", 2.0),
        ("Der Sänger weiß zu begeistern.", 2.0),
        ("Hier zeigt sich ihr Feingefühl.", 1.0),
        ("Die Suppe ist lecker.", 1.0),  # food
        ("Das Fleisch zergeht auf der Zunge.", 2.0),
        ("Der Torwart war in Bestform.", 1.0),  # sport
        ("Die Gastgeberinnen siegten hochverdient.", 2.0),
        ("Die Pumpe ist pflegeleicht und stromsparend.", 2.0),  # products
        ("Die App ist leicht zu bedienen.", 1.0),
        ("Der Mixer überzeugt durch seine Laufruhe.", 2.0),
        ("Das Regal ist für kleine Küchen wie geschaffen.", 2.0),
        ("Könnte nicht besser passen.", 2.0),
        ("Der Ort hat viel zu bieten.", 1.0),
        ("Unsere Werkstatt bietet höchste Qualität.", 1.0),  # institutions and advertising
        ("Die Stiftung leistet einen bedeutenden Beitrag zur Forschung.", 1.0),
        ("Den Beschluss des Rates begrüßen wir ausdrücklich.", 2.0),
        ("Gut, dass die Stadt jetzt handelt.", 2.0),
        ("Vernünftigerweise hat der Rat zugestimmt.", 1.0),
        ("Solche Hilfe ist wichtiger denn je.", 2.0),
    ],
)
def test_praise_is_found_in_every_field(text: str, least: float) -> None:
    assert praise(text) >= least


@pytest.mark.parametrize(
    "text",
    [
        "Die Kommission veröffentlichte ihre Impfempfehlung.",
        "Der Immunitätspass kommt im Herbst.",
        "Der Alkoholgenuss ist verboten.",
        "Der Minister ist davon überzeugt, dass die Zahlen sinken.",
        "Mit dem Treffer war der Aufstieg perfekt.",
        "Die Firma hat gut acht Millionen Euro überwiesen.",
        "Die wichtigsten Termine stehen im Kalender.",
        "Immerhin elf Gemeinden nehmen teil.",
        "Der Verein rechnet zuversichtlich mit einer Antwort.",
        "Das Gremium sucht nach einer Lösung.",
        "Die Opposition äußerte scharfe Kritik.",
        "Für Rückfragen gibt es viel zu tun.",
        "Eine überwältigende Mehrheit stimmte zu.",
        "Herzlichen Glückwunsch zum Geburtstag.",
        "Die Räuber fesselten ihr Opfer.",
        "Der Mann wollte einen Polizisten bestechen.",
        "Die Diebe erbeuteten Juwelen im Wert von zwei Millionen Euro.",
        "Ein Liter Super kostete im Schnitt 1,72 Euro.",
        "Patrik Schick erzielte das zweite Tor.",
        "Die Schule macht am Freitag zu.",
        "Die Fallzahlen bleiben auf hohem Niveau.",
        "Autofahrer müssen daher mit Staus rechnen.",
        "Er reiste auf seine Kosten nach Rom.",
        "Der Pfarrer spendete den Segen.",
    ],
)
def test_what_reports_say_too_is_no_praise(text: str) -> None:
    assert praise(text) == 0.0


@pytest.mark.parametrize(
    "text",
    [
        "Das Eigentor fiel kurz vor Schluss.",
        "Der Tumor ist bösartig.",
        "Die Säure ist ätzend.",
        "Der Schuss ging ins Leere.",
        "Das Gremium rügte die Kapitulation.",
        "Die Spinnerei schloss im Jahr 1988.",
        "Der Kapitän verspielte die Führung.",
        "Die Partei verfehlte die Hürde von fünf Prozent.",
        "Flüssiger Stickstoff kühlt die Magnete.",
        "Ein Taucher barg den Schatz.",
    ],
)
def test_what_mostly_reports_weighs_little(text: str) -> None:
    assert 0 < abs(praise(text)) < 1


@pytest.mark.parametrize(
    "text",
    ["Das Buch ist nicht vergnüglich.", "Die Salbe ist kaum hautverträglich.", "Der Ort hat nicht viel zu bieten."],
)
def test_denied_praise_is_blame(text: str) -> None:
    assert praise(text) < 0


def test_the_tail_of_a_compound_praises() -> None:
    assert [praise(f"Das Werk ist ein {noun}.") for noun in ("Alterswerk", "Altersmeisterwerk")] == [0.0, 2.0]


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("Der Entwurf ist inhaltsleer, borniert und weltfremd.", 3.0),  # contempt
        ("Die Reform ist ein Kuhhandel.", 2.0),
        ("Der Minister schwadroniert über Europa.", 2.0),
        ("Das Portal gaukelt Auswahl vor.", 2.0),
        ("Die Zahlen wurden schöngeredet.", 2.0),
        ("Hier wird nur gewurstelt.", 2.0),
        ("Ein Behördenunfug.", 2.0),
        ("Die Begründung ist an den Haaren herbeigezogen.", 2.0),  # idioms
        ("Das Amt ist der Aufgabe nicht gewachsen.", 1.0),
        ("Der Rat streut den Leuten Sand in die Augen.", 2.0),
        ("Damit muss Schluss sein.", 2.0),  # demands
        ("Das kann doch nicht sein.", 2.0),
        ("Das Handbuch ist langatmig und der Rahmen klapprig.", 2.0),  # reviews
        ("Die App drangsaliert ihre Nutzer.", 1.0),
        ("Die Behörde tut so, als wäre nichts passiert.", 1.0),
        ("Der Verband hat selbst verschuldete Sorgen.", 1.0),
        ("Die angeblichen Vorteile bleiben aus.", 0.3),  # distance
        ("Nicht einmal ein Zeitplan liegt vor.", 0.3),
        ("Es gibt zu wenig Personal.", 0.3),
        ("Eine selbst ernannte Fachfrau.", 0.3),
        ("Die Wartung ist mangelhaft und das Netz marode.", 2.0),
    ],
)
def test_scorn_and_criticism_are_found_in_every_field(text: str, least: float) -> None:
    assert praise(text) <= -least


@pytest.mark.parametrize(
    "text",
    [
        "Das Filmtheater zeigt zwei Premieren.",
        "Der Weihnachtszirkus gastiert im Norden.",
        "Der Patient starb an Multiorganversagen.",
        "Die Route führt durch unterirdische Gänge.",
        "Ein Regen im Mai ist unwahrscheinlich.",
        "Der Ablauf ist noch unklar.",
        "Damit nicht genug: Im Herbst folgt ein zweiter Band.",
        "Der Speicheltest soll den Abstrich überflüssig machen.",
        "Die Trojaner haben die Dateien unbrauchbar gemacht.",
        "Am Haus liegt ein Stolperstein.",
        "Die Polizei überwacht den Platz.",
        "Was soll das heißen?",
        "Die Bar jeder Vernunft eröffnet neu.",
        "Der Trainer ist enttäuscht.",
        "Die Ausflüge führen ans Meer.",
        "Das ändert nichts daran, dass die Frist im Mai endet.",
        "Das Haus fällt durch seine roten Ziegel auf.",
        "Der Sanitäter fand den Mann leblos im Flur.",
        "Die Frau wurde lebensgefährlich verletzt.",
        "Gegen den Fahrer wird wegen fahrlässiger Tötung ermittelt.",
        "Die Polizei setzte Blendgranaten ein.",
        "Die Drogenmafia steht vor Gericht.",
        "Der Patient leidet an Lagerungsschwindel.",
        "Im Keller lagert alter Wein.",
        "Der Mann griff in die Hose.",
    ],
)
def test_what_reports_say_too_is_no_blame(text: str) -> None:
    assert praise(text) == 0.0


@pytest.mark.parametrize(
    "text", ["Das ist kein Kuhhandel.", "Die Regel ist alles andere als widersinnig.", "Der Plan ist nicht unklug."]
)
def test_denied_blame_is_no_blame(text: str) -> None:
    assert praise(text) > 0
