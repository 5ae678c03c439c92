"""Tables in an article: kept as a whole or not at all, and a row is a line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from presseschau.extract.body.blocks import Block
from presseschau.extract.body.dom import read_blocks
from presseschau.extract.body.known import Known
from presseschau.extract.body.model import Model
from presseschau.extract.body.select import select
from presseschau.extract.body.tables import lines
from presseschau.extract.body.tokens import Tokens
from presseschau.extract.forest import Floats

SENTENCE = "Die Preise für Strom sind im September so weit gefallen wie seit drei Jahren nicht mehr."
ROWS = (("Anbieter", "Preis"), ("Talstrom", "31,2 Cent"), ("Nordlicht", "29,8 Cent"))


class Paragraphs(Model):
    """A model that is sure of paragraphs with the name `yes`, and of little else."""

    def __init__(self) -> None:
        pass

    def probability(self, blocks: Sequence[Block], tokens: Tokens) -> Floats:
        return np.asarray([0.97 if b.box.names == "yes" else 0.1 for b in blocks], dtype=np.float32)


def blocks_of(html: str) -> list[Block]:
    return read_blocks(LexborHTMLParser(html))


def table(rows: Sequence[Sequence[str]] = ROWS, cell: str = "td") -> str:
    inside = ("".join(f"<{cell}>{text}</{cell}>" for text in row) for row in rows)
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in inside) + "</table>"


def text(html: str) -> list[str]:
    """The lines of the article."""
    chosen = select(blocks_of(html), Known(), Paragraphs()).blocks
    return [" ".join(block.text for block in line) for line in lines(chosen) if SENTENCE not in line[0].text]


ABOVE, BELOW = (f"<p class=yes>{word} {SENTENCE}</p>" for word in ("Oben.", "Unten."))


def test_a_table_between_paragraphs_is_kept_row_by_row() -> None:
    assert text(f"<div>{ABOVE}{table()}{BELOW}</div>") == [
        "Anbieter Preis",
        "Talstrom 31,2 Cent",
        "Nordlicht 29,8 Cent",
    ]
    assert text(f"<div>{ABOVE}<figure>{table()}<figcaption>Stand: heute</figcaption></figure>{BELOW}</div>")


def test_a_table_at_the_end_has_figures() -> None:
    assert len(text(f"<div>{ABOVE}{table()}</div>")) == 3
    assert len(text(f"<div>{ABOVE}{table()}{table([('a', '1'), ('b', '2')])}</div>")) == 5
    assert len(text(f"<div><div class=yes>Oben. {SENTENCE}</div>{table()}</div>")) == 3
    assert not text(f"<div><div>{ABOVE}</div><div>{table([('Mo', 'Di'), ('3', '4'), ('10', '11')])}</div></div>")
    assert not text(f"<div>{ABOVE}{table([('Name', 'Ort'), ('Post', 'Bank'), ('Ja', 'Nein')])}</div>")


@pytest.mark.parametrize(
    "html",
    [
        f"<div>{table()}{ABOVE}{BELOW}</div>",  # above the article
        f"<div>{ABOVE}<p>Zwischenruf</p>{table()}{BELOW}</div>",
        f"<div>{ABOVE}{table(ROWS[:1])}{BELOW}</div>",  # a line of buttons
        f"<div>{ABOVE}{table([('wort ' * 60, 'b'), ('c', 'd')])}{BELOW}</div>",  # a layout
        f"<div>{ABOVE}{table([('Telefon', '0551 1234'), ('Öffnungszeiten', '8 bis 16 Uhr')])}</div>",
        f"<div>{ABOVE}{table([('1', '<a href=x>TV Kanal</a>', '8', '4'), ('2', '<a href=y>SV Tal</a>', '6', '4')])}{BELOW}</div>",
        f"<div>{ABOVE}{table([('<a href=x>Weiter</a>', 'Eins 1'), ('<a href=y>Zur Liste</a>', 'Zwei 2')] * 2)}{BELOW}</div>",
    ],
)
def test_what_is_no_table_of_the_article(html: str) -> None:
    assert not text(html)


def test_a_site_rule_shuts_a_table_out() -> None:
    blocks = blocks_of(f"<div>{ABOVE}{table()}{BELOW}</div>")
    chosen = select(blocks, Known(), Paragraphs(), [b for b in blocks if b.tag == "p"])
    assert [b.tag for b in chosen.blocks] == ["p", "p"]


def test_long_cells_and_cells_of_several_paragraphs_have_their_own_lines() -> None:
    long = "Ein Satz über die Vorteile, der sich über die ganze Breite der Zelle und noch weiter erstreckt."
    made = lines(
        blocks_of(f"<table><tr><td>Vorteile</td><td>{long}</td></tr><tr><td><p>a</p><p>b</p></td></tr></table>")
    )
    assert [len(line) for line in made] == [1, 1, 1, 1]


@given(st.lists(st.lists(st.sampled_from(["1", "zwei", "3,0", "", "Wort"]), max_size=4), max_size=5))
def test_no_block_is_lost_in_lines(rows: list[list[str]]) -> None:
    blocks = blocks_of(ABOVE + table(rows) + BELOW)
    assert [block for line in lines(blocks) for block in line] == blocks
