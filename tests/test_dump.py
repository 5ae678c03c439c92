"""Text dumps: the article out of a page's text in every style of dump, clean text left alone."""

from __future__ import annotations

import json
import textwrap
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presseschau.extract.body.fit import Boosting
from presseschau.extract.dump import train as text_train
from presseschau.extract.dump.features import NAMES, is_prose, page_features, prose_of
from presseschau.extract.dump.lines import Line, lines_of
from presseschau.extract.dump.select import extract_text, line_chances
from presseschau.extract.forest import Forest
from presseschau.extract.notices import is_notice

SHARED = Path(__file__).resolve().parents[2] / "shared"
shared = pytest.mark.skipif(not SHARED.exists(), reason="the measured dumps are not beside the repository")

TITLE = "Nordlicht Energie baut Speicher neben dem alten Kraftwerk"
LEAD = "Der Versorger Nordlicht Energie will in Musterstadt bis zum Sommer einen großen Batteriespeicher errichten."
BODY = [
    "Die Anlage soll Strom aus Windrädern aufnehmen, wenn das Netz ihn nicht braucht, und ihn am Abend wieder abgeben. "
    "Nach Angaben des Unternehmens reicht der Vorrat für rund achtzigtausend Haushalte.",
    "„Wir brauchen solche Speicher dringend“, sagte die Sprecherin der Stadtwerke am Dienstag in Musterstadt. "
    "Ohne sie müssten die Windräder immer wieder abgeschaltet werden, obwohl der Strom gebraucht werde.",
    "Anwohner fürchten Lärm",
    "Im Ort sind nicht alle begeistert. Eine Bürgerinitiative warnt vor dem Lärm der Kühlung und verlangt "
    "ein Gutachten, bevor die Bagger kommen. Der Versorger hat zugesagt, die Werte vorab zu veröffentlichen.",
    "Die Kosten gibt Nordlicht Energie mit neunzig Millionen Euro an. Ein Drittel davon trägt der Bund, der den Bau "
    "von Speichern seit dem vergangenen Jahr fördert. Den Rest will das Unternehmen aus eigenen Mitteln bezahlen.",
    "Läuft alles nach Plan, geht der Speicher im Herbst ans Netz. Danach prüft der Versorger, ob an zwei weiteren "
    "Orten im Norden ähnliche Anlagen entstehen können.",
]
ARTICLE = "\n\n".join([LEAD, *BODY])
MENU = ["Startseite", "Politik", "Wirtschaft", "Technik", "Sport", "Kultur", "Wetter", "Anmelden", "Abo", "Suche"]
HEAD = ["Technik", TITLE, "Von Anna Beispiel", "12.03.2024, 14:30 Uhr", "Lesezeit: 3 Minuten"]
TAIL = ["Mehr zum Thema", "Windpark vor der Küste verzögert sich", "Newsletter abonnieren", "Kommentare", "Impressum",
        "Datenschutz", "AGB", "© 2024 Musterblatt Verlag"]  # fmt: skip
URL = "https://www.musterblatt.de/technik/nordlicht-energie-baut-speicher-neben-dem-alten-kraftwerk-4711.html"


def one_line_a_block() -> str:
    return "\n".join([*MENU, *HEAD, LEAD, *BODY, *TAIL])


def blank_lines() -> str:
    return "\n\n".join([*MENU, *HEAD, LEAD, *BODY, *TAIL])


def list_marks() -> str:
    return "\n".join(
        [*(f" * {m}\n   + {m} lokal" for m in MENU), "", "\n\n".join([*HEAD, LEAD, *BODY]), *(f" * {t}" for t in TAIL)]
    )


def wrapped() -> str:
    paragraphs = ["\n".join(textwrap.wrap(part, 78)) for part in [LEAD, *BODY]]
    return "\n".join(f"  * {m}" for m in MENU) + "\n\n" + "\n\n".join([f"# {HEAD[1]}", *HEAD[2:], *paragraphs, *TAIL])


def wrapped_without_blank_lines() -> str:
    return "\n".join([*MENU, *HEAD, *(line for part in [LEAD, *BODY] for line in textwrap.wrap(part, 78)), *TAIL])


DUMPS = [one_line_a_block, blank_lines, list_marks, wrapped, wrapped_without_blank_lines]


@pytest.mark.parametrize("dump", DUMPS)
def test_article_out_of_every_style_of_dump(dump: object) -> None:
    document = extract_text(dump(), URL)  # type: ignore[operator]
    assert document.path == "dump"
    assert document.text == ARTICLE
    assert document.title == TITLE
    assert document.publisher == "musterblatt.de"


def test_dump_states_date_and_author() -> None:
    document = extract_text(blank_lines(), URL)
    assert document.published == datetime(2024, 3, 12, 13, 30, tzinfo=UTC)
    assert document.authors == ("Anna Beispiel",)


def test_title_is_found_without_an_address() -> None:
    assert extract_text(blank_lines()).title == TITLE


def test_known_title_is_taken_and_its_line_left_out() -> None:
    document = extract_text(
        blank_lines().replace(TITLE, "Speicher für Musterstadt"), URL, title="Speicher für Musterstadt"
    )
    assert document.title == "Speicher für Musterstadt"
    assert "Speicher für Musterstadt" not in document.text


def test_agency_mark_at_the_end_is_read_and_dropped() -> None:
    document = extract_text(blank_lines().replace(BODY[-1], BODY[-1] + " (dpa/afp)"), URL)
    assert document.agency == "dpa"
    assert document.text.endswith("entstehen können.")


def test_a_digest_without_a_page_around_it_stays_whole() -> None:
    places = ("Hafen", "Schule", "Hallenbad", "Wochenmarkt", "Bücherei", "Gartenverein", "Fähre", "Stadtarchiv")
    entries = [
        f"{place}\n\nFür {place} und Umgebung gibt es neue Termine, alle Plätze und Zeiten stehen im Heft der Stadt, "
        f"Anmeldung bis Freitag beim Verein, Beitrag {number} Euro"
        for number, place in enumerate(places)
    ]
    digest = "\n\n".join(
        ["Guten Morgen, heute wird es wieder warm in der Stadt, und es gibt viel zu erzählen.", *entries]
    )
    document = extract_text(digest)
    assert document.path == "clean"
    assert document.text == digest


def test_country_of_the_address() -> None:
    assert extract_text(ARTICLE, "https://blatt.example.at/a").country == "at"
    assert extract_text(ARTICLE, "https://blatt.example/a").country is None
    assert extract_text(ARTICLE).country is None


def test_repeated_lead_stands_once() -> None:
    document = extract_text("\n\n".join([*MENU, *HEAD, LEAD, LEAD, *BODY, *TAIL]), URL)
    assert document.text.count(LEAD) == 1


def test_clean_text_keeps_its_repeats() -> None:
    raw = "\n\n".join([LEAD, LEAD, *BODY])
    assert extract_text(raw).text == raw


@pytest.mark.parametrize(
    "notice",
    [
        "Ich bin damit einverstanden, dass mir Inhalte von Drittanbietern angezeigt werden.",
        "An dieser Stelle finden Sie einen externen Inhalt, der den Artikel der Redaktion ergänzt.",
        "Bitte aktivieren Sie JavaScript in Ihrem Browser, damit alle Teile dieser Seite angezeigt werden.",
        "Wenn Sie über diese Affiliate-Links etwas kaufen, erhalten wir vom Händler eine kleine Provision dafür.",
    ],
)
def test_notices_in_whole_sentences_leave(notice: str) -> None:
    text = extract_text("\n\n".join([*MENU, *HEAD, LEAD, BODY[0], notice, *BODY[1:], *TAIL]), URL).text
    assert text == ARTICLE


@pytest.mark.parametrize(
    "news",
    [
        "Viele Portale verdienen ihr Geld inzwischen durch Affiliate-Links, sagt der Verband.",
        "Die Seite lädt nur, wenn der Werbeblocker deaktiviert ist, wie Nutzer berichten.",
        "Mit einem Klick auf den Knopf stimmt der Nutzer der neuen Verarbeitung zu.",
        "Das Gericht urteilte, dass die Einwilligung in Cookies freiwillig sein muss.",
    ],
)
def test_news_about_such_things_is_no_notice(news: str) -> None:
    assert not is_notice(news)


def test_caption_and_boxes_inside_the_article_leave() -> None:
    parts = [*MENU, *HEAD, LEAD, BODY[0], "Foto: Anna Beispiel / Musterbild", "Lesen Sie auch", *BODY[1:], *TAIL]
    text = extract_text("\n\n".join(parts), URL).text
    assert "Musterbild" not in text
    assert "Lesen Sie auch" not in text


@pytest.mark.parametrize("joint", ["\n\n", "\n"])
def test_clean_article_stays_as_it_is(joint: str) -> None:
    document = extract_text(joint.join([LEAD, *BODY]), URL)
    assert document.path == "clean"
    assert document.text == ARTICLE
    assert document.title is None


@pytest.mark.parametrize(
    "rights",
    [
        "Seite 12\n© Musterblatt GmbH, Musterstadt. Mit freundlicher Genehmigung des Archivs",
        "Copyright 2024 Musterblatt SE. Alle Rechte vorbehalten",
        "Alle Rechte vorbehalten © Musterblatt GmbH, Musterstadt\nS. B4",
        "(c) Verlag Musterblatt",
    ],
)
def test_what_a_press_database_puts_below_an_article_leaves_it(rights: str) -> None:
    """It names the outlet, which a classifier must not read."""
    assert extract_text(f"{TITLE}\n\n{ARTICLE}\n\n{rights}", title=TITLE).text == ARTICLE


@pytest.mark.parametrize("last", ["(c) Alle anderen Daten werden gelöscht.", "Seite 3 des Vertrags nennt den Preis."])
def test_sentences_about_pages_and_rights_stay(last: str) -> None:
    assert extract_text(f"{ARTICLE}\n\n{last}").text == f"{ARTICLE}\n\n{last}"


def test_first_line_of_a_clean_article_can_be_its_title() -> None:
    document = extract_text(f"{TITLE}\n\n{ARTICLE}")
    assert (document.path, document.title, document.text) == ("clean", TITLE, ARTICLE)


def test_a_stated_title_keeps_the_first_line_of_a_clean_article() -> None:
    document = extract_text(f"{BODY[2]}\n\n{ARTICLE}", title=TITLE)
    assert (document.title, document.text) == (TITLE, f"{BODY[2]}\n\n{ARTICLE}")


def test_clean_and_wrapped_article_is_unwrapped() -> None:
    document = extract_text("\n\n".join("\n".join(textwrap.wrap(part, 76)) for part in [LEAD, *BODY]))
    assert (document.path, document.text) == ("clean", ARTICLE)


def test_a_menu_above_an_article_is_a_page_around_it_however_short() -> None:
    doc = extract_text("\n".join([*MENU[:8], TITLE, LEAD, *BODY]))
    assert (doc.path, doc.title, doc.text) == ("dump", TITLE, ARTICLE)
    recipe = "\n".join([LEAD, *BODY, "Zutaten", *["2 Kilo Mehl", "1 Prise Salz", "3 Eier", "Butter"] * 3])
    assert extract_text(recipe).path == "clean", "a list at the end is the article's"


def test_the_head_of_a_page_above_an_article_is_no_clean_text() -> None:
    head = ["Musterblatt am Kanal", "Energie", TITLE, "Von Anna Beispiel", "12.03.2024"]
    doc = extract_text("\n\n".join([*head, LEAD, *BODY]))
    assert (doc.path, doc.title, doc.text) == ("dump", TITLE, ARTICLE)
    assert extract_text("\n\n".join([TITLE, "Von Anna Beispiel", LEAD, *BODY])).path == "clean"


COMMENT = "Bei uns im Tal redet man seit zehn Jahren davon, und gebaut wird am Ende doch wieder nur am Kraftwerk."


@pytest.mark.parametrize(
    "head",
    [
        ["2 Kommentare", "Rita sagt:"],
        ["2 Kommentare", "Rita", "am 13. März 2024 um 9:10 Uhr"],
        [f"2 Antworten zu „{TITLE}“"],
        ["Rita schrieb am 13. März 2024 um 9:10 Uhr:", COMMENT, "Klaus schrieb am 14. März 2024 um 8:00 Uhr:"],
    ],
)
def test_what_readers_say_below_the_article_goes(head: list[str]) -> None:
    assert extract_text("\n\n".join([LEAD, *BODY, *head, COMMENT, COMMENT + " Leider."])).text == ARTICLE
    above = extract_text("\n\n".join([TITLE, *head[:1], LEAD, *BODY])).text
    assert above.endswith(ARTICLE), "a counter above the article"


def test_a_heading_that_no_comment_follows_is_the_articles() -> None:
    raw = "\n\n".join([LEAD, *BODY, "Kommentare", BODY[0].replace("Strom", "Wärme")])
    assert extract_text(raw).text == raw


def test_running_text_below_a_menu_is_taken_where_the_model_takes_none() -> None:
    entries = [
        ("18:42 Uhr", "Die Feuerwehr zählt inzwischen 140 Einsätze. Meist geht es um umgestürzte Bäume und Ziegel."),
        ("17:10 Uhr", "Zwischen Beispielstadt und Musterdorf fahren bis auf Weiteres keine Züge. Reisende warten."),
        ("15:55 Uhr", "Die Stadt schickt alle Schulkinder nach der fünften Stunde nach Hause. Horte bleiben geöffnet."),
    ]
    blog = "\n".join([*MENU, *MENU, *(line for entry in entries for line in (*entry, "Teilen", "Merken"))])
    assert extract_text(blog).text == "\n\n".join(said for _, said in entries)
    table = "\n".join([*MENU, entries[0][1], *[f"Spiel {n} endete mit einem Sieg der Gäste" for n in range(40)]])
    assert entries[0][1] != extract_text(table).text, "most of it is a table"


@pytest.mark.parametrize("raw", ["Kurze Meldung ohne Punkt", "Ja.", "Erste Zeile\nzweite Zeile eines Gedichts"])
def test_short_clean_text_is_kept(raw: str) -> None:
    document = extract_text(raw)
    assert document.path == "clean"
    assert document.text.split() == raw.split()


@pytest.mark.parametrize("raw", ["", " \n\u00a0\n", "\ufeff"])
def test_nothing_in_nothing_out(raw: str) -> None:
    assert extract_text(raw).text == ""


def test_a_page_that_is_all_menu_has_no_article() -> None:
    document = extract_text("\n".join(MENU * 3))
    assert (document.path, document.text) == ("dump", "")


@given(
    st.lists(
        st.sampled_from([*MENU, *HEAD, LEAD, *BODY, *TAIL, "", "* Punkt", "D", "er Rest", "\ud800", "***", "1. FC"])
    )
)
def test_any_order_of_lines_gives_a_document(parts: list[str]) -> None:
    document = extract_text("\n".join(parts))
    assert document.path in ("clean", "dump")
    document.text.encode("utf-8")


@given(st.text(max_size=400))
def test_any_text_gives_a_document(raw: str) -> None:
    extract_text(raw).text.encode("utf-8")


# ---- lines


def test_lines_lose_their_marks() -> None:
    raw = " * Eins\n   + Zwei\n\n## Drei\n\\- Vier [fünf](https://example.de/a_(b)) **sechs**\n-----\n1. FC Beispiel"
    assert lines_of(raw) == [
        Line("Eins", bullet=True, gap=True),
        Line("Zwei", bullet=True),
        Line("Drei", heading=True, gap=True),
        Line("- Vier fünf sechs"),
        Line("1. FC Beispiel", bullet=True, gap=True),
    ]


def test_a_paragraph_broken_at_its_links_is_one_line() -> None:
    assert [
        line.text
        for line in lines_of(
            "Das hat die\nMusterbank\nmitgeteilt, wie auch der\nVerband\n, der klagt.\nZweiter Absatz."
        )
    ] == [
        "Das hat die Musterbank mitgeteilt, wie auch der Verband, der klagt.",
        "Zweiter Absatz.",
    ]


def test_a_drop_cap_joins_its_word() -> None:
    assert lines_of("N\nordlicht Energie baut.")[0].text == "Nordlicht Energie baut."


def test_words_that_a_column_has_broken_are_whole_again() -> None:
    column = (
        "Die Stadt hat am Dienstag den Bau eines Wär-\nmespeichers angekündigt, der Wasser fas-\nsen soll. Die Bau-\n"
        "und Betriebskosten trägt sie nach einer EU-\nweiten Regel, wie in Nordrhein-\nwestfalens Nachbarland. Spei\u00ad\n"
        "cher wie der am Nord-\nSüd-Kanal sind selten."
    )
    assert [line.text for line in lines_of(column)] == [
        "Die Stadt hat am Dienstag den Bau eines Wärmespeichers angekündigt, der Wasser fassen soll. Die Bau- und "
        "Betriebskosten trägt sie nach einer EU-weiten Regel, wie in Nordrheinwestfalens Nachbarland. Speicher wie "
        "der am Nord-Süd-Kanal sind selten."
    ]
    once = f"{BODY[0]}\nDas hält auch eine Blockchain-\nbasierte Kasse nicht auf, heißt es.\n{BODY[1]}"
    assert lines_of(once)[1].text == "Das hält auch eine Blockchain-basierte Kasse nicht auf, heißt es."


def test_short_lines_are_not_taken_for_wrapped_ones() -> None:
    raw = (
        "\n".join(f"Meldung {i} aus dem Ort mit einem recht langen Titel, der viel sagt" for i in range(9))
        + "\n"
        + ARTICLE
    )
    assert len(lines_of(raw)) == 9 + 1 + len(BODY)


def test_prose_is_a_sentence_with_function_words() -> None:
    assert is_prose(LEAD)
    assert not is_prose("Politik Wirtschaft Technik Sport Kultur Wetter Reise Auto Gesundheit.")
    assert not is_prose(TITLE)


# ---- model


def test_lines_far_from_text_are_not_asked() -> None:
    lines = [Line(word) for word in MENU * 5] + [Line(LEAD)]
    near, rows = page_features(lines, prose_of(lines))
    assert near[-1] == len(lines) - 1
    assert len(near) < 15
    assert rows.shape == (len(near), len(NAMES))
    assert line_chances(lines, prose_of(lines))[0] == 0


def test_training_learns_lines_from_dumps_and_articles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_train, "_BOOSTING", Boosting(trees=12))
    records = [{"dump": dump(), "text": ARTICLE, "title": TITLE, "url": URL} for dump in DUMPS]
    source, target = tmp_path / "dumps.jsonl", tmp_path / "model.json"
    source.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    text_train.main([str(source), "--output", str(target)])
    first = target.read_bytes()
    text_train.main([str(source), "--output", str(target)])
    assert target.read_bytes() == first
    data = json.loads(first)
    assert data["trained_on"]["dumps"] == 5
    assert list(data["trained_on"]["files"]) == ["dumps.jsonl"]
    lines = lines_of(blank_lines())
    near, rows = page_features(lines, prose_of(lines))
    likely = Forest.from_json(data, NAMES).probability(rows.astype("float32")) > 0.5
    wanted = text_train.line_labels(lines, ARTICLE, TITLE)[near] > 0
    assert (likely == wanted).mean() > 0.95


# ---- measured


def _shingle_f1(text: str, gold: str) -> float:
    def grams(value: str) -> list[tuple[str, ...]]:
        words = value.lower().split()
        return [tuple(words[i : i + 4]) for i in range(max(1, len(words) - 3))]

    ours, theirs = grams(text), grams(gold)
    hit = len(set(ours) & set(theirs))
    return 2 * hit / max(1, len(set(ours)) + len(set(theirs)))


@pytest.mark.shared
@shared
def test_measured_dumps_and_clean_articles() -> None:
    rows = [json.loads(line) for line in (SHARED / "text/page_dumps.jsonl").read_text("utf-8").splitlines()]
    assert sum(_shingle_f1(extract_text(row["dump"], row["url"]).text, row["text"]) for row in rows) / len(rows) >= 0.93
    clean = [extract_text(row["text"], row["url"]) for row in rows]
    assert (
        sum(_shingle_f1(document.text, row["text"]) for document, row in zip(clean, rows, strict=True)) / len(rows)
        >= 0.99
    )
    assert all(document.path == "clean" for document in clean)


@pytest.mark.shared
@shared
def test_measured_page_the_project_started_from() -> None:
    document = extract_text((SHARED / "text/mobiflip_bmw_jaguar.txt").read_text("utf-8"))
    assert document.text.startswith("Der Wandel der Automobilbranche")
    assert document.text.endswith("eine spannende Phase werden.")
    assert document.title == (SHARED / "text/mobiflip_bmw_jaguar.txt").read_text("utf-8").split("\n")[0]
    assert "BMW: Gen 5 wird gemeinsam weiterentwickelt" in document.text.split("\n\n")


RAGGED = """In Lindenau
können sich Besitzer eines alten Zählers künftig
kostenlos beraten lassen. Die Kosten trage der
Netzbetreiber, sagte die
Sprecherin Marlene Fichtner. Die Stadt will zusätzlich
Geld für Messgeräte
zur Verfügung stellen. Ziel sei ein schneller
Austausch in allen Straßen.
Bislang wurden in der Stadt rund zweitausend
Zähler getauscht, doppelt so viele wie
im Vorjahr."""


def test_lines_broken_within_sentences_at_no_fixed_width_are_joined() -> None:
    document = extract_text(RAGGED)
    assert " ".join(document.text.split()) == " ".join(RAGGED.split())
    assert "Die Kosten trage der Netzbetreiber, sagte die Sprecherin Marlene Fichtner." in document.text


def test_subheads_are_not_joined_where_lines_are_whole_paragraphs() -> None:
    text = (
        "Der Netzbetreiber tauscht in diesem Jahr alle alten Zähler der Stadt aus und bezahlt die Arbeit selbst.\n"
        "Termine im Herbst\n"
        "Wer einen Termin möchte, meldet sich bis zum Sommer bei der Stadt, denn danach sind alle Plätze vergeben.\n"
        "Kein Zwang\n"
        "Niemand muss den neuen Zähler nehmen, aber die Gebühr für das alte Gerät steigt ab dem nächsten Jahr an."
    )
    assert extract_text(text).text == text.replace("\n", "\n\n")


def test_a_digest_of_short_items_is_kept_whole() -> None:
    items = [
        "Was heute wichtig war",
        "Stadtwerke erhöhen die Preise. Zum Jahreswechsel steigt der Tarif für alle Kunden um vier Prozent. Der Rat stimmte zu.",
        "Bahn testet Akkuzug. Auf der Strecke nach Nordheim fährt seit Montag ein Zug ohne Oberleitung, zunächst einmal am Tag.",
        "Warnung vor falschen Rechnungen. Betrüger verschicken im Namen eines Paketdienstes Forderungen, die täuschend echt aussehen.",
        "Neue Sternwarte öffnet. Besucher können ab Freitag durch das größte Fernrohr des Landes sehen, wenn der Himmel klar ist.",
    ]
    kept = extract_text("\n".join(items)).text
    assert all(item in kept for item in items[1:])
