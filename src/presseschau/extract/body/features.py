"""What tells an article's block from boilerplate: one row of numbers per block.

Rows depend on the page alone. Pages are short (some thirty blocks) and columns many, so the table is filled by columns,
and words and characters of all blocks are looked at in one go.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from presseschau.extract.body.blocks import BOX_BIT, Block, outer_box
from presseschau.extract.body.hints import HINT_NAMES
from presseschau.extract.body.lexicon import NAME_COLUMNS, WORD_COLUMNS, Floats, Lexicon
from presseschau.extract.body.shares import SHARE_COLUMNS, share_rows
from presseschau.extract.body.tokens import Tokens

_TAGS = ("p", "h1", "h2", "h3", "li", "figcaption", "div", "dd")
_BOXES = (
    "article", "main", "section", "aside", "header", "figure", "form", "ul", "blockquote", "p", "hidden", "articlebody",
)  # fmt: skip
_PLAIN = ("words", "avg_word", "linked", "depth", "gap", "ends_sentence")
_OWN: tuple[str, ...] = (
    *_PLAIN,
    *WORD_COLUMNS,
    *NAME_COLUMNS,
    *SHARE_COLUMNS,
    *(f"tag_{t}" for t in _TAGS),
    *(f"in_{t}" for t in _BOXES),
    *(f"near_{h}" for h in HINT_NAMES),
    *(f"around_{h}" for h in HINT_NAMES),
)
_AT = {name: i for i, name in enumerate(_OWN)}
_CONTEXT = (
    "words", "linked", "gap", "function", "ends_sentence", "sig_share", "own_share", "tag_p", "tag_h2",
    "tag_h3",
)  # fmt: skip
_CONTEXT_AT = [_AT[name] for name in _CONTEXT]
COLUMNS: tuple[str, ...] = (*_OWN, *(f"{name}@{step}" for step in ("-1", "+1") for name in _CONTEXT))

_SENTENCE_END = frozenset(".!?…")
_CLOSERS = "\"'“”»«‹›’‘)] "
_TAG_AT = {tag: i for i, tag in enumerate(_TAGS)}
_TAG_NUMBERS = np.arange(len(_TAGS))[:, None]
_BOX_MASKS = np.asarray([[BOX_BIT[name]] for name in _BOXES])
_HINT_MASKS = 1 << np.arange(len(HINT_NAMES))[:, None]


def measure(blocks: Sequence[Block], tokens: Tokens, lexicon: Lexicon) -> Floats:
    """One row of `COLUMNS` per block: itself, its boxes, its neighbours.

    Args:
        blocks: All blocks of the page, in reading order.
        tokens: Their words.
        lexicon: Weights of words and names.
    """
    table = np.empty((len(COLUMNS), len(blocks)), dtype=np.float32)
    if not blocks:
        return table.T
    table[: len(_PLAIN)] = _plain_rows(blocks, tokens)
    at = len(_PLAIN)
    words, linked = table[_AT["words"]], table[_AT["linked"]]
    boxes = [b.box for b in blocks]
    outers = [outer_box(b) for b in blocks]
    parents = [box.parent or box for box in outers]
    around = [*outers, *parents, *[box.parent or box for box in parents]]
    for part in (
        lexicon.word_rows(tokens),
        lexicon.name_rows(boxes, outers),
        share_rows(blocks, around, words, linked),
        np.asarray([_TAG_AT.get(b.tag, -1) for b in blocks]) == _TAG_NUMBERS,
        (np.asarray([box.boxes for box in boxes]) & _BOX_MASKS) > 0,
        (np.asarray([box.near for box in boxes]) & _HINT_MASKS) > 0,
        (np.asarray([box.around for box in boxes]) & _HINT_MASKS) > 0,
    ):
        table[at : at + len(part)] = part
        at += len(part)
    context = table[_CONTEXT_AT]
    before, after = table[at : at + len(context)], table[at + len(context) :]
    before[:, 0] = after[:, -1] = -1  # there is none
    before[:, 1:], after[:, :-1] = context[:, :-1], context[:, 1:]
    return table.T


def _plain_rows(blocks: Sequence[Block], tokens: Tokens) -> npt.NDArray[np.float64]:
    """The columns of `_PLAIN`."""
    rows = np.asarray(
        [
            tokens.spaced,
            tokens.sizes,
            [b.linked for b in blocks],
            [b.box.depth for b in blocks],
            [b.gap for b in blocks],
            [_ends_sentence(b.text) for b in blocks],
        ],
        dtype=np.float64,
    )
    rows[1] /= rows[0]
    rows[2] = np.minimum(1, rows[2] / tokens.sizes)
    return rows


def _ends_sentence(text: str) -> bool:
    tail = text[-1]
    return (text.rstrip(_CLOSERS)[-1:] if tail in _CLOSERS else tail) in _SENTENCE_END
