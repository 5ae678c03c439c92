"""Texts that are HTML are read as HTML, and entities in them as letters; all other texts stay as they are."""

from __future__ import annotations

import html
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presseschau import extract_text
from presseschau.document import Document, Page
from presseschau.extract import Extractor
from presseschau.extract.plain import kind_of

PARTS = (
    "Die Käserei in Oberdorf zieht im Mai um, wie der Betreiber am Montag mitteilte.",
    "Für die Kunden ändert sich nichts, die Öffnungszeiten bleiben, und der Käse reift weiter im alten Keller.",
    "Der Gemeinderat hatte dem Umzug schon im Herbst zugestimmt, mit einer Stimme Mehrheit.",
)
TEXT = "\n\n".join(PARTS)
A, B, C = PARTS

MARKUP = {
    "document": f"<!DOCTYPE html><html><head><title>Umzug</title></head><body><p>{A}</p><p>{B}</p><p>{C}</p></body></html>",
    "after comments": f"\ufeff \n<!-- Vorlage 7 -->\n<?xml version='1.0'?>\n<html lang='de'>\n<body><p>{A}<p>{B}<p>{C}",
    "paragraphs": f"<p>{A}</p>\n<p>{B}</p>\n<p>{C}</p>",
    "unclosed paragraphs": f"<p>{A}<p>{B}<p>{C}",
    "boxes": f'<div class="text">\n  <p class="lead">\n{A}\n</p>\n  <div>{B}</div><div>{C}</div>\n</div>',
    "a lead without a tag": f"{A}<p>{B}</p><p>{C}</p>",
    "breaks": f"{A}<br><br>{B}<br/><br/>{C}",
    "line ends with breaks": f"{A}<br />\n<br />\n{B}<br />\n<br />\n{C}",
    "breaks in a paragraph": f"<p>{A}<br><br>{B}<br><br>{C}</p>",
    "escaped twice": html.escape(f"<p>{A}</p><p>{B}</p><p>{C}</p>")
    .replace("ä", "&auml;").replace("ü", "&uuml;").replace("ö", "&ouml;").replace("Ö", "&Ouml;"),
}  # fmt: skip
PLAIN = {
    "no tag": TEXT,
    "less than": f"{A} Bei Werten von a<b und 3 < 4 gilt das nicht. {B}",
    "a stray break": f"{A}\n\n{B}<br>\n\n{C}",
    "a stray break after most of it": f"{A} {B} {A}<br>\n\n{C}",
    "stray breaks between lines": f"{A}\n{B}<br>\n{C}\n{A}<br>\n{B}\n{C}",
    "two stray breaks": f"{A}<br>\n\n{B}<br>\n\n{C}",
    "inline tags": f"<b>{A}</b> {B} <a href='https://a.example'>Mehr</a> <em>{C}</em>",
    "tags in sentences": f"Ein Absatz steht zwischen <p> und </p>, ein Kasten zwischen <div> und </div>, so {A}\n\n"
    f"Für einen Umbruch gibt es <br>, und davor oder danach braucht es keinen Text, auch kein <p>. {B}",
    "a pair of tags far apart": f"Ein Absatz beginnt mit <p> in HTML. {A}\n\n{B} Er endet dort mit </p> und nicht eher.",
    "a listing": f"{A}\n\n<div class='kasten'>\n  <p>Hallo</p>\n  <br>\n</div>\n\n{B}\n\n<p>Ende</p>\n\n{C}",
    "an element at the start": f"<html> ist das Wurzelelement jeder Seite. {A}\n\n{B}",
    "an entity that is quoted": f"Für das ü schreibt man &uuml; oder &#252;. {A}",
    "escaped signs": "AT&amp;T und &quot;Co&quot; haben keinen Umlaut.",
}


@pytest.mark.parametrize("name", MARKUP)
def test_html_in_a_text_is_read_as_html(name: str) -> None:
    for raw in (MARKUP[name], MARKUP[name].encode()):
        answer = Extractor()(Page("a", "text", raw))
        assert isinstance(answer, Document)
        assert answer.text == TEXT
    assert extract_text(MARKUP[name]).text == TEXT


@pytest.mark.parametrize("name", PLAIN)
def test_other_texts_stay(name: str) -> None:
    assert kind_of(PLAIN[name]) == ("text", PLAIN[name])


def test_quotes_and_dashes_as_numbers() -> None:
    assert kind_of(f"Die &#8222;Käserei&#8220; zieht um &#8211; bald. {A}")[1].startswith(
        "Die „Käserei“ zieht um – bald."
    )


def test_a_last_line_belongs_to_the_lines_that_end_in_breaks() -> None:
    assert kind_of(f"Umzug.<br>Käserei.<br>{A}")[0] == "html"
    assert kind_of(f"Umzug.<br>Käserei.<br>{A}\n{B}")[0] == "text"


def test_letters_as_entities() -> None:
    escaped = "".join(f"&#{ord(c)};" if ord(c) > 127 else c for c in TEXT)
    named = TEXT.replace("ä", "&auml;").replace("ü", "&uuml;").replace("Ö", "&Ouml;")
    for raw in (escaped, named, TEXT.encode("ascii", "xmlcharrefreplace").decode()):
        assert kind_of(raw) == ("text", TEXT)
        assert extract_text(raw).text == TEXT


@given(
    st.lists(
        st.sampled_from(["<p>", "</p>", "<br>", "<div", ">", "\n", " ", "&uuml;", "ü", A, "<!--", "\ud800", "<html"])
    )
)
def test_no_text_raises(parts: list[str]) -> None:
    kind, text = kind_of("".join(parts))
    assert kind in ("html", "text")
    assert text or not parts


@pytest.mark.parametrize("part", ["<p", "<p>", "<br>", "<!--", "<html ", "<br> \n\n", "&auml;", "<?xml "])
def test_hostile_texts_cost_next_to_nothing(part: str) -> None:
    start = time.process_time()
    kind_of(part * (1_000_000 // len(part)))
    assert time.process_time() - start < 2
