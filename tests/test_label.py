"""The labeler: classes on small texts written for each rule, own taxonomies, independence, explanation."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from conftest import ROOT
from presseschau.document import Document
from presseschau.label import UNCALIBRATED, Labeler
from presseschau.label.calibrate import DEFAULT_CALIBRATION, load_calibration
from presseschau.label.reading import BODY, read
from presseschau.label.vote import features_of
from presseschau.stable import rounded

LABELER = Labeler(stance=False)


def topic(title: str, text: str = "", **more: object) -> str:
    return LABELER.label(replace(Document(text=text, title=title), **more)).topic  # type: ignore[arg-type]


def genre(title: str, text: str = "", url: str | None = None) -> str:
    return LABELER.label(Document(text=text, title=title, url=url)).genre


@pytest.mark.parametrize(
    ("expected", "title", "text"),
    [
        (
            "hardware",
            "Neue Prozessoren für Notebooks",
            "Der Hersteller zeigt eine CPU mit acht Kernen und eine Grafikkarte.",
        ),
        (
            "mobile",
            "Falt-Handy im Anmarsch",
            "Das Smartphone hat ein OLED-Display und zwei Kameras, dazu gibt es Kopfhörer.",
        ),
        ("software", "Browser bekommt neue Tabs", "Die Beta-Version von Firefox läuft unter Linux und Windows 11."),
        ("ai", "Sprachmodell löst Rätsel", "Das Modell mit generativer KI schlägt ältere Chatbots deutlich."),
        ("security", "Kritische Lücke in Routern", "Angreifer nutzen die Schwachstelle aus und schleusen Malware ein."),
        ("policy", "Gericht kippt Vorratsdatenspeicherung", "Die Richter sehen die Grundrechte verletzt."),
        ("telecom", "Glasfaser für das ganze Tal", "Der Netzbetreiber baut Breitband und neue Mobilfunkmasten."),
        (
            "internet",
            "Kurznachrichtendienst führt Umfragen ein",
            "Nutzer von Twitter und Instagram streiten über Hashtags.",
        ),
        ("mobility", "Neue Radwege und mehr Busse", "Die Verkehrssenatorin will den Nahverkehr ausbauen."),
        ("energy", "Windpark geht ans Netz", "Die Windräder liefern Ökostrom, ein Stromspeicher folgt."),
        ("science", "Teleskop findet Exoplaneten", "Astronomen berichten im Fachjournal über die Galaxie."),
        ("entertainment", "Konsole bekommt neues Rennspiel", "Das Videospiel erscheint für Playstation und Xbox."),
        ("business", "Chiphersteller steigert Gewinn", "Im Quartal stieg der Umsatz, die Aktie legte an der Börse zu."),
        ("other", "Landtagswahl: Partei verliert", "Der Ministerpräsident dankt den Wählern, die Koalition wackelt."),
    ],
)
def test_each_topic(expected: str, title: str, text: str) -> None:
    assert topic(title, text) == expected


def test_boundary_money_is_the_event_even_for_a_car_maker() -> None:
    text = "Der Autobauer meldet einen Quartalsgewinn. Umsatz und Aktie steigen, die Dividende auch."
    assert topic("Elektroautos: Autohersteller mit Rekordgewinn", text) == "business"
    assert (
        topic("Elektroautos: Autohersteller zeigt Kleinwagen", "Der Autobauer verspricht mehr Reichweite.")
        == "mobility"
    )


def test_boundary_a_state_acts_on_a_digital_matter() -> None:
    assert topic("Bundestag beschließt Gesetz zur Corona-App", "Die Fraktionen einigten sich auf die App.") == "policy"
    assert topic("Corona-App bekommt Update", "Die App läuft nun auch auf älteren Geräten.") == "software"


def test_boundary_a_state_acts_on_transport_and_transport_it_stays() -> None:
    assert topic("Bundestag beschließt neue Radwege", "Das Gesetz regelt Radverkehr und Lastenräder.") == "mobility"


def test_boundary_an_attack_stays_security_whoever_acts() -> None:
    text = "Das Ministerium spricht von Schadsoftware. Hacker erbeuteten Passwörter der Behörde."
    assert topic("Hackerangriff auf Regierung", text) == "security"
    title = "Bundestag beschließt Gesetz zur Corona-App gegen Malware"
    attack = " Trojaner und Malware kommen per Phishing, die Ransomware auch."
    for more, acts in (("", True), (attack, False)):
        votes = LABELER.explain(Document(text=f"Die App kommt.{more}", title=title))
        assert any(v.function == "boundary/state_acts" for v in votes) is acts


@pytest.mark.parametrize("word", ["Velora", "Messergebnis", "Quantensprung"])
def test_a_stem_names_no_longer_word_of_another_sense(word: str) -> None:
    votes = LABELER.explain(Document(text=f"{word} ist da.", title=f"{word} und mehr"))
    assert {v.function for v in votes if v.task == "topic"} == {"prior/other"}


@pytest.mark.parametrize("words", ["neues Werk", "objektive Kriterien", "Anwesenheitspflicht im Seminar"])
def test_what_is_said_in_any_field_names_no_topic(words: str) -> None:
    assert topic(f"Streit: {words}", f"Es geht um {words}.") == "other"


def test_thin_evidence_is_other() -> None:
    assert topic("Ein schöner Tag", "Die Sonne schien. Man hörte ein Handy klingeln.") == "other"


def test_background_does_not_outvote_the_title() -> None:
    background = "Nebenbei ging es um Autos, Bahn, Radwege und Flugzeuge. " * 30
    assert topic("Trojaner stiehlt Passwörter", "Die Malware kommt per Phishing. " + background) == "security"


def test_section_and_keywords_vote_and_can_be_switched_off() -> None:
    bare = Document(text="Es gibt Neues zu berichten.", title="Neues")
    with_section = replace(bare, url="https://example.de/auto/neues-1.html")
    with_keywords = replace(bare, keywords=("Photovoltaik", "Windkraft", "Stromnetz", "Energiewende"))
    assert LABELER.label(bare).topic == "other"
    assert LABELER.label(with_section).topic == "mobility"  # where words are silent
    votes = LABELER.explain(with_section)
    assert any(v.function == "section/mobility" and v.terms == ("auto",) for v in votes)
    assert any(v.function == "keywords_terms/energy" for v in LABELER.explain(with_keywords))
    assert LABELER.label(with_keywords).topic == "energy"
    off = Labeler(sections=False, keywords=False, stance=False)
    assert off.explain(with_section)[:2] == off.explain(bare)[:2]
    assert not any(v.function.startswith(("section/", "keywords_")) for v in off.explain(with_keywords))


def test_of_a_long_text_the_beginning_is_read_to_the_end_of_a_word() -> None:
    long = read(Document(text="Wanderweg " * BODY))
    assert BODY <= len(long.text.lower) < BODY + 100
    assert long.text.lower.endswith("wanderweg")
    assert len(read(Document(text="x" * (2 * BODY))).text.lower) == BODY
    assert long.length == 10 * BODY - 1


def test_the_slug_of_a_headline_is_no_section() -> None:
    url = "https://auto.example.de/wirtschaft/und-so-faehrt-sport-das-neue-auto-durch-die-stadt-123/seite.html"
    assert read(Document(text="", url=url)).sections == ("auto", "wirtschaft")


def test_a_close_second_topic_is_named() -> None:
    labels = LABELER.label(Document(text="Windpark und Radweg.", title="Windkraft trifft Radverkehr"))
    assert {labels.topic, labels.topic_secondary} == {"energy", "mobility"}
    assert LABELER.label(Document(text="Malware, Phishing.", title="Ransomware")).topic_secondary is None


QUESTIONS = (
    "Frau Beispiel, wie sind Sie dazu gekommen? Es war ein Zufall. Was raten Sie Anfängern? Geduld. "
    "Haben Sie je gezweifelt? Oft. Würden Sie es wieder tun? Ja, jederzeit. Was planen Sie als Nächstes? Urlaub."
)


@pytest.mark.parametrize(
    ("expected", "title", "text"),
    [
        (
            "news",
            "Anbieter kündigt neuen Tarif an",
            "Der Anbieter hat am Montag einen Tarif angekündigt. Das teilte das Unternehmen mit. Nach Angaben eines "
            "Sprechers sei der Start im Mai geplant. „Wir sind bereit“, sagte er. Die Behörde bestätigte das.",
        ),
        (
            "opinion",
            "Schluss mit dem Unsinn",
            "Das kann doch nicht sein. Ein Kommentar. " + "Wir müssen endlich handeln, ich sehe das so! " * 9,
        ),
        (
            "review",
            "Kopfhörer im Test: viel Klang für wenig Geld",
            "Im Test überzeugt der Klang. Fazit: Die Verarbeitung ist gut.",
        ),
        ("interview", "„Es war ein Zufall“", QUESTIONS),
        (
            "howto",
            "So richten Sie den Router ein",
            "Tipps: Klicken Sie auf Einstellungen. Wählen Sie dann ein Passwort.",
        ),
        (
            "deal",
            "Schnäppchen: Tablet für nur 99 Euro",
            "Das Angebot gilt heute. Mit Gutschein gibt es mehr Rabatt, statt UVP.",
        ),
        (
            "digest",
            "Nachrichten am Morgen",
            "Das Wichtigste: Router weg + Handy da + Auto leer. Weitere Themen im Newsletter.",
        ),
        (
            "press_release",
            "Pressemitteilung",
            "Wir freuen uns über den Preis. Pressekontakt: Muster GmbH. Über das Unternehmen.",
        ),
        (
            "other",
            "Akku leer?",
            "hallo zusammen, hat jemand eine Idee? Danke im Voraus. Antworten: 3 Letzter Beitrag: gestern",
        ),
    ],
)
def test_each_genre_that_shows_itself(expected: str, title: str, text: str) -> None:
    assert genre(title, text) == expected


def test_a_quoted_first_person_is_not_the_writer() -> None:
    said = "„Ich finde, ich habe mein Bestes getan, ich bin froh“, sagte er. "
    assert (
        genre("Firma verschiebt Start", ("Die Firma teilte am Montag mit, der Start sei verschoben. " + said) * 6)
        == "news"
    )


@pytest.mark.parametrize(
    ("function", "title"),
    [
        ("structure/title_shows_how", "Speicher voll? So schaffen Sie Platz"),
        ("structure/title_shows_how", "Wie finde ich den Router?"),
        ("structure/title_asks", "Was ist ein Wechselrichter?"),
        ("structure/title_asks", "Streit im Garten: Warum Rosen stechen"),
        ("structure/title_infinitive", "Cache leeren - so klappt es im Browser"),
        ("structure/title_price", "Saugroboter fällt auf 299 Euro"),
    ],
)
def test_how_a_headline_is_built(function: str, title: str) -> None:
    assert function in {v.function for v in LABELER.explain(Document(text="Text.", title=title))}


def test_a_section_names_the_genre() -> None:
    votes = LABELER.explain(Document(text="Text.", title="Titel", url="https://example.de/kommentar/x-1.html"))
    assert any(v.function == "structure/section" and v.label == "opinion" for v in votes)


def test_an_institution_writes_about_itself_and_times_of_posts_make_a_thread() -> None:
    text = "Die Arbeitsgruppe hat ein Verfahren entwickelt. Es ist schneller als bisherige."
    at_home = LABELER.explain(Document(text=text, title="Neues Verfahren", url="https://www.uni-beispiel.de/a/b"))
    assert any(v.function == "structure/institution" and v.label == "press_release" for v in at_home)
    elsewhere = LABELER.explain(Document(text=text, title="Neues Verfahren", url="https://www.university.de/a/b"))
    assert not any(v.function == "structure/institution" for v in elsewhere)
    posts = "hans 03.03.2011, 14:17 Geht nicht. eva 03.03.2011, 14:20 Bei mir schon. hans 04.03.2011 09:00 Danke."
    assert genre("Update hängt", posts) == "other"


def test_an_url_that_is_none_does_no_harm() -> None:
    assert LABELER.label(Document(text="Text.", title="Titel", url="http://[broken/a/b")).topic == "other"


def test_a_hostile_title_and_text_cost_little() -> None:
    started = time.process_time()
    LABELER.label(Document(text="a: Ab: “ " * 60_000, title="Aen" * 100_000 + " " + "x" * 100_000))
    assert time.process_time() - started < 1.0


def own_scheme(folder: Path, terms: bool) -> Path:
    classes = [
        {
            "key": "garden",
            "name": "Garten",
            "definition": "Beete, Rosen, Hecken, Gemüse.",
            "terms": "Rose~, Beet~, Hecke~",
        },
        {
            "key": "kitchen",
            "name": "Küche",
            "definition": "Rezepte, Backen, Töpfe, Suppen.",
            "terms": "Suppe~, Kuchen, back*",
        },
        {"key": "animals", "name": "Haustiere", "definition": "Hunde, Katzen, Kaninchen.", "terms": "Hund~, Katze~"},
    ]
    kept = classes if terms else [{k: v for k, v in c.items() if k != "terms"} for c in classes]
    path = folder / f"home-{terms}.yaml"
    path.write_text(json.dumps({"name": "home", "version": "3", "topic": {"classes": kept}}), encoding="utf-8")
    return path


@pytest.mark.parametrize("terms", [True, False])
def test_an_own_taxonomy_that_has_nothing_to_do_with_technology(tmp_path: Path, terms: bool) -> None:
    labeler = Labeler(scheme=own_scheme(tmp_path, terms), stance=False)
    assert labeler.name == "rules/2+home/3"
    assert labeler.label(Document(text="Hecken schneiden im Mai.", title="Rosen im Garten")).topic == "garden"
    assert (
        labeler.label(Document(text="Eine Suppe aus dem Topf.", title="Kuchen in der Küche backen")).topic == "kitchen"
    )
    labels = labeler.label(Document(text="Der Hund und die Katze sind Haustiere.", title="Hunde"))
    assert labels.topic == "animals"
    assert 0 < labels.topic_confidence < 1
    assert {v.label for v in labeler.explain(Document(text="Hunde", title="Rosen")) if v.task == "topic"} <= {
        "garden",
        "kitchen",
        "animals",
    }
    assert not any("boundary" in name or "other" in name for name in labeler.functions if name.startswith("topic:"))


def test_what_joins_the_words_of_a_name_is_no_term(tmp_path: Path) -> None:
    classes = [{"key": "food", "name": "Essen und Trinken"}, {"key": "other", "name": "Rest"}]
    path = tmp_path / "food.yaml"
    path.write_text(json.dumps({"topic": {"classes": classes}}), encoding="utf-8")
    labeler = Labeler(scheme=path, stance=False)
    assert labeler.label(Document(text="Busse und Bahnen fahren.", title="Bus und Bahn")).topic == "other"
    assert labeler.label(Document(text="Das Trinken ist frei.", title="Essen im Zug")).topic == "food"


def test_confidences_are_calibrated_for_the_classes_that_there_is_a_reference_for(tmp_path: Path) -> None:
    document = Document(text="Das teilte der Verein am Montag mit. Hecken schneiden im Mai.", title="Rosen im Garten")
    labeler = Labeler(scheme=own_scheme(tmp_path, terms=True), stance=False)
    labels, (topic, _) = labeler.label(document), labeler.decisions(document)
    assert labels.topic_confidence == rounded(UNCALIBRATED.probability(features_of(topic)))
    assert labels.genre_confidence == LABELER.label(document).genre_confidence
    given = replace(labeler, calibration=DEFAULT_CALIBRATION)
    ours = load_calibration(DEFAULT_CALIBRATION)["topic"].probability(features_of(topic))
    assert given.label(document).topic_confidence == rounded(ours)


def test_own_genres_have_their_markers_and_no_vote_of_rules_for_ours(tmp_path: Path) -> None:
    classes = [{"key": "letter", "name": "Brief", "terms": "Liebe Leser~"}, {"key": "rest", "name": "Rest"}]
    path = tmp_path / "post.yaml"
    tasks = {"topic": {"classes": classes, "fallback": "rest"}, "genre": {"classes": classes, "fallback": "rest"}}
    path.write_text(json.dumps({"name": "post", **tasks}), encoding="utf-8")
    labeler = Labeler(scheme=path, stance=False)
    document = Document(text="Liebe Leser, ich finde das toll. " + QUESTIONS, title="Kommentar: So klappt es?")
    assert labeler.label(document).genre == "letter"
    assert {v.function for v in labeler.explain(document) if v.task == "genre"} == {"lead_markers/letter"}
    genres = [name for name in labeler.functions if name.startswith("genre:")]
    assert genres
    assert all("_markers/" in name for name in genres)


def test_functions_are_listed_without_reading_lexicons(tmp_path: Path) -> None:
    scheme = tmp_path / "scheme.yaml"
    scheme.write_text("topic: {lexicon: absent.yaml, classes: [{key: garden}, {key: other}]}", encoding="utf-8")
    labeler = Labeler(scheme, stance=False)
    assert "topic:title_terms/garden" in labeler.functions
    with pytest.raises(ValueError, match=r"absent\.yaml"):
        labeler.label(Document(text="Rosen"))


def test_every_vote_comes_from_a_listed_function() -> None:
    listed = set(LABELER.functions)
    assert len(listed) == len(LABELER.functions)
    document = Document(
        text="Ein Kommentar. Die EU-Kommission verklagt Facebook. " + QUESTIONS,
        title="So kommen Sie an Ihr Geld / Neues",
        url="https://example.de/digital/test/a.html",
        section="Wirtschaft",
        keywords=("Facebook",),
        agency="dpa",
    )
    votes = LABELER.explain(document)
    assert {f"{v.task}:{v.function}" for v in votes} <= listed
    assert all(v.weight for v in votes if v.function != "style")
    judged = Document(text="Das Gerät ist hervorragend. Die Kamera überzeugt.", title="Nordlicht X2 im Test")
    assert {v.task for v in LABELER.explain(judged)} == {"topic", "genre"}
    assert {v.task for v in Labeler().explain(judged)} == {"topic", "genre", "stance"}


def test_explain_decides_what_label_says() -> None:
    document = Document(text="Die Malware stiehlt Passwörter. Ich finde das gut. Toll!", title="Trojaner im Umlauf")
    labels = Labeler().label(document)
    votes = Labeler().explain(document)
    best = max((v for v in votes if v.task == "topic"), key=lambda v: v.weight)
    assert labels.topic == best.label == "security"
    assert {v.task for v in votes} >= {"topic", "genre"}
    assert (labels.stance is None) == (labels.stance_target is None) == (labels.stance_source is None)


SENTENCE = "Der Trojaner Bahn KI-Chip sagte am Montag, Windpark Umsatz „Ich Aktie“ Gericht App? So Sie Studie."
WORDS = st.sampled_from(SENTENCE.split(" "))


@given(
    st.lists(WORDS, max_size=60),
    st.lists(st.sampled_from([" ", "  ", "\n", "\n\n", "\t ", " \n"]), min_size=60, max_size=60),
)
@example([*["Der"] * 8, "Aktie“", "Der", "am", "Der"], [*[" "] * 8, "\n", "  ", "\n", *[" "] * 49])
def test_how_wide_white_space_is_does_not_matter(words: list[str], gaps: list[str]) -> None:
    breaks = "".join(w + ("\n" if "\n" in g else " ") for w, g in zip(words, gaps, strict=False))  # lines do matter
    plain = Document(text=breaks.strip(), title=" ".join(words[:5]))
    spaced = Document(
        text="\n " + "".join(w + g for w, g in zip(words, gaps, strict=False)) + "\n",
        title="  " + "  ".join(words[:5]) + " ",
    )
    assert LABELER.label(plain) == LABELER.label(spaced)


@given(st.text(max_size=300), st.text(max_size=60))
def test_any_text_gets_a_label_and_the_same_one_whatever_came_before(text: str, title: str) -> None:
    document = Document(text=text, title=title)
    first = LABELER.label(document)
    LABELER.label(Document(text="Hackerangriff auf Windpark. Aktie fällt.", title="Ransomware"))
    assert LABELER.label(document) == first
    assert 0 <= first.topic_confidence <= 1
    assert 0 <= first.genre_confidence <= 1


def test_wrong_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="min_margin"):
        Labeler(min_margin=2)


@pytest.mark.shared
def test_cost_and_quality_on_the_reference() -> None:
    shared = ROOT.parent / "shared" / "labels"
    if not shared.is_dir():
        pytest.skip("needs the measured articles beside the repository")
    gold = {g["url"]: g for g in map(json.loads, (shared / "gold_dev.jsonl").read_text("utf-8").strip().split("\n"))}
    rows = [json.loads(line) for line in (shared / "articles_dev.jsonl").read_text("utf-8").strip().split("\n")]
    documents = [Document(text=r["text"], title=r["title"], url=r["url"]) for r in rows]
    started = time.process_time()
    labels = [LABELER.label(d) for d in documents]
    assert (time.process_time() - started) / len(documents) < 0.006  # 1 ms on a quiet core; wide, for busy machines
    right = sum(labels[i].topic == gold[r["url"]]["topic"] for i, r in enumerate(rows)) / len(rows)
    assert right > 0.82
    right = sum(labels[i].genre == gold[r["url"]]["genre"] for i, r in enumerate(rows)) / len(rows)
    assert right > 0.80


def test_a_round_up_is_on_no_topic_whatever_its_first_item() -> None:
    text = "Glasfaser für alle: Der Netzbetreiber baut Breitband aus. Außerdem: Wetter, Sport und ein neues Buch."
    assert topic("Glasfaser für alle", text) == "telecom"
    assert topic("Nachrichten am Morgen - die Übersicht für Eilige", text) == "other"


def test_a_place_to_post_does_not_make_state_business_digital() -> None:
    text = "Der Ministerpräsident kündigte auf Twitter an, die Regierung werde den Haushalt der Koalition prüfen."
    assert topic("Regierung prüft Haushalt", text) == "other"


def test_entries_with_times_make_a_ticker() -> None:
    entry = "{0}:15 Uhr: Aus den Kellern der Altstadt wird Wasser gepumpt, die Schule im Tal macht wieder auf. "
    assert genre("Hochwasser in der Altstadt", "".join(entry.format(hour) for hour in range(9, 14))) == "digest"


def test_a_page_of_law_is_no_article() -> None:
    text = (
        "Mit dieser Erklärung informieren wir Sie über die Verarbeitung Ihrer Daten. Sie haben ein Recht auf Auskunft. "
    )
    assert genre("Datenschutzerklärung", text * 6) == "other"


def test_labelled_together_each_article_gets_the_labels_that_it_gets_alone() -> None:
    labeler = Labeler()
    documents = [
        Document(text="Das Gerät ist großartig, der Akku leider schwach.", title="Nordwind X5 im Test"),
        Document(text=""),
        Document(text="Das Gesetz gegen Hass im Netz ist ein Debakel.", title="Kommentar: Das Gesetz schadet allen"),
    ]
    assert labeler.label_all(documents) == [labeler.label(document) for document in documents]
    assert labeler.label_all([]) == []


def test_a_reviewers_verdict_is_no_court_ruling() -> None:
    text = "Das Handy hält einen Tag durch, die App dazu ist unfertig.\n\nUnser Urteil: Das Smartphone ist zu teuer."
    votes = LABELER.explain(Document(text=text, title="Wabe Fold im Test"))
    assert not [v for v in votes if v.task == "topic" and v.label == "policy"]
