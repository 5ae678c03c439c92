"""Tables of figures: one within an article is a part of it as a whole, and a row of it is a line of the text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from presseschau.extract.body.blocks import HEADINGS, Block, Box, outer_box, outermost, upwards
from presseschau.extract.body.sure import SURE

_LEAST_CELLS = 4
_CELL_WORDS = 40  # in a longer one stands text: the table is a layout
_CELL_CHARS = 80  # of a cell that shares its line with others
_LINKS = 0.1  # links left out, per cell; a menu has more, and a table of linked names would be one of figures alone
_FIGURES = 0.3  # share of cells with a figure, from which on a table may end an article
_SUBHEADS = HEADINGS - {"h1"}
_CONTACT = re.compile(r"(?:Tel(?:efon)?|Fax|Telefax|E-?Mail|IBAN|Öffnungszeiten|Anschrift)\b\W*$", re.IGNORECASE)


def keep_tables(blocks: Sequence[Block], p: list[float], keep: list[bool]) -> None:
    """A table right below text of the article is kept as a whole: the model alone keeps a cell here and there."""
    at = 1
    while at < len(blocks):
        above = keep[at - 1] and (p[at - 1] > SURE or blocks[at - 1].tag in _SUBHEADS) and not blocks[at].gap
        table = outermost(blocks[at].box, "table") if above else None
        if table is None or table.first != at:
            at += 1
            continue
        cells, at = blocks[at : table.last], table.last
        open_to = any(p[table.first : at])  # no site rule shuts it out
        ends = _is_of_figures(cells) and _is_beside(blocks[table.first - 1], table)
        if open_to and _is_of_data(cells) and (ends or any(keep[at : at + 2])):
            for i in range(table.first, at):
                keep[i], p[i] = True, 1.0  # settled, so no matter of confidence


def _is_of_data(cells: Sequence[Block]) -> bool:
    return (
        len(cells) >= _LEAST_CELLS
        and max([cell.text.count(" ") for cell in cells]) < _CELL_WORDS
        and sum([cell.gap for cell in cells]) <= _LINKS * len(cells)
        and not any(_CONTACT.match(cell.text) for cell in cells)
    )


def _is_of_figures(cells: Sequence[Block]) -> bool:
    return sum([any(map(str.isdigit, cell.text)) for cell in cells]) >= _FIGURES * len(cells)


def _is_beside(above: Block, table: Box) -> bool:
    """Whether a table stands in the box of the text above it: no calendar in the next column."""
    home = outermost(above.box, "table") or outer_box(above)
    if home.tag == "table" or (home is above.box and home.last - home.first == 1):
        home = home.parent or home  # of tables, or of paragraphs in a box each
    return table.last <= home.last


def lines(blocks: Iterable[Block]) -> list[list[Block]]:
    """The blocks by lines of text: short cells of one row share a line, every other block has its own."""
    made: list[list[Block]] = []
    row: Box | None = None
    cell: Box | None = None
    for block in blocks:
        above, box = row, _cell(block)
        row = box.parent if box is not None else None
        if row is not None and row is above and box is not cell:
            made[-1].append(block)
        else:
            made.append([block])
        cell = box
    return made


def _cell(block: Block) -> Box | None:
    """The cell of a table that a short block stands in."""
    around = upwards(block.box if len(block.text) <= _CELL_CHARS else None)
    return next((box for box in around if box.tag in ("td", "th")), None)
