"""Dumps as html2text, lynx and BeautifulSoup's `get_text()` write them."""

from presseschau import extract_text
from presseschau.extract.dump.lines import lines_of
from presseschau.extract.dump.writers import with_line_ends, without_links

MENU = ["Start", "Politik", "Wirtschaft", "Sport", "Kultur", "Wetter", "Abo", "Anmelden", "Suche", "Newsletter"]
BODY = [
    "Die Stadtwerke nehmen im Herbst eine neue Wärmepumpe am Hafen in Betrieb.",
    "Sie soll nach Angaben der Betreiber rund viertausend Haushalte versorgen und ein altes Kraftwerk am Fluss ersetzen, das im Jahr darauf vom Netz geht.",
    "Der Rat hatte dem Vorhaben im vergangenen Jahr zugestimmt, obwohl die Kosten deutlich gestiegen waren.",
    "Kritiker halten die Anlage für zu klein, denn das Netz müsse ohnehin in jedem Stadtteil erneuert werden.",
    "Im Winter wird an den Leitungen nicht gebaut, danach folgen die beiden Viertel im Osten und der Bahnhof.",
    "Wer angeschlossen werden will, kann sich bis zum Ende des Monats bei ihnen melden.",
]
END = ["Impressum", "Datenschutz", "Kontakt", "Karriere", "Mediadaten"]


def test_links_wrapped_within_words_and_address_leave_their_words() -> None:
    raw = (
        '### [Wärme vom\nFluss](https://example.org/stadt/waerme-\nvom-fluss.html "Zum\nArtikel")\n'
        "[ ![Foto: Hafen](hafen.jpg) Mehr ](/mehr) [sic](so gesagt) [1]\n[Titel\n\nAnriss](/b)"
    )
    assert [line.text for line in lines_of(raw)] == ["Wärme vom Fluss", "Mehr [sic](so gesagt) [1]", "Titel", "Anriss"]


def test_numbers_of_links_go_and_footnotes_stay() -> None:
    numbered = "\n".join(f"   * [{i}]Thema {i}" for i in range(1, 31))
    assert without_links(numbered).splitlines()[-1] == "   * Thema 30"
    notes = "".join(f"Satz [{1 + i // 2}]. " for i in range(40))
    assert without_links(notes) == notes


def test_a_list_of_long_addresses_does_not_hide_that_lines_are_wrapped() -> None:
    wrapped = (
        "   Die Stadtwerke nehmen im Herbst eine neue Wärmepumpe am Hafen in Betrieb,\n"
        "   Wasser des Flusses ist dabei die Quelle. Sie soll nach Angaben der\n"
        "   Betreiber rund viertausend Haushalte versorgen und ein altes Kraftwerk am\n"
        "   Fluss ersetzen, das im Jahr darauf vom Netz geht, wie es am Dienstag in\n"
        "   Musterstadt hieß. Weitere Anlagen sind geplant."
    )
    addresses = "\n".join(
        f"  {i}. https://www.example.org/stadt/{'sehr-lange-adresse-' * 8}{i}.html" for i in range(40)
    )
    assert lines_of(f"{wrapped}\n\nReferences\n\n{addresses}")[0].text == " ".join(wrapped.split())


def test_blocks_that_are_glued_together_are_lines_again() -> None:
    page = "".join([*MENU, "Wärme vom Fluss", *BODY, *END])
    found = extract_text(page)
    assert found.path == "dump"
    assert found.text == "\n\n".join(BODY)


def test_names_with_a_capital_inside_are_not_torn_apart() -> None:
    page = "".join(
        [*MENU, *BODY, "Ein Film auf YouTube zeigt die Anlage, auch FlussTV war dabei.", "Mehr bei YouTube."]
    )
    assert "auf YouTube zeigt" in with_line_ends(page)
    assert "der BürgerInnen" in with_line_ends(page + "Viele der BürgerInnen sind dafür.")


def test_an_article_that_lacks_ends_of_lines_stays_as_it_is() -> None:
    text = "".join(BODY) + "Das zeigt ein Film auf YouTube."
    assert with_line_ends(text) == text
    assert extract_text(text).text == text
