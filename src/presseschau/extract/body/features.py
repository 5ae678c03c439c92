"""What tells an article's block from boilerplate: one row of numbers per block.

Rows depend on the page alone. Pages are short (some thirty blocks) and columns many, so the table is filled by columns,
and words and characters of all blocks are looked at in one go.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from presseschau.extract.body.blocks import BOX_BIT, Block, outer_box
from presseschau.extract.body.hints import HINT_NAMES
from presseschau.extract.body.lexicon import NAME_COLUMNS, WORD_COLUMNS, Lexicon
from presseschau.extract.body.shares import SHARE_COLUMNS, share_rows
from presseschau.extract.body.tokens import Tokens
from presseschau.extract.forest import Floats

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
# A block's tag and boxes, and the hints near and around it, are each looked up as the bits of one number.
_TAG_BIT = {tag: 1 << i for i, tag in enumerate(_TAGS)}
_TAG_BITS, _HINT_BITS = len(_TAGS), len(HINT_NAMES)
_BIT_MASKS = np.asarray([*_TAG_BIT.values(), *(BOX_BIT[name] << _TAG_BITS for name in _BOXES)])[:, None]
_HINT_MASKS = 1 << np.arange(2 * _HINT_BITS)[:, None]


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
    boxes = [b.box for b in blocks]
    outers = [outer_box(b) for b in blocks]
    said = [*_plain_rows(blocks, tokens), *lexicon.word_rows(tokens), *lexicon.name_rows(boxes, outers)]
    table[: len(said)] = said
    at = len(said)
    for part in (
        share_rows(blocks, outers, table[_AT["words"]], table[_AT["linked"]]),
        (np.asarray([_TAG_BIT.get(b.tag, 0) | b.box.boxes << _TAG_BITS for b in blocks]) & _BIT_MASKS) > 0,
        (np.asarray([box.near | box.around << _HINT_BITS for box in boxes]) & _HINT_MASKS) > 0,
    ):
        table[at : at + len(part)] = part
        at += len(part)
    context = table[_CONTEXT_AT]
    before, after = table[at : at + len(context)], table[at + len(context) :]
    before[:, 0] = after[:, -1] = -1  # there is none
    before[:, 1:], after[:, :-1] = context[:, :-1], context[:, 1:]
    return table.T


def _plain_rows(blocks: Sequence[Block], tokens: Tokens) -> list[list[float]]:
    """The columns of `_PLAIN`."""
    return [
        [*tokens.spaced],
        [size / count for size, count in zip(tokens.sizes, tokens.spaced, strict=True)],
        [min(1.0, b.linked / size) for b, size in zip(blocks, tokens.sizes, strict=True)],
        [b.box.depth for b in blocks],
        [b.gap for b in blocks],
        [_ends_sentence(b.text) for b in blocks],
    ]


def _ends_sentence(text: str) -> bool:
    tail = text[-1]
    return (text.rstrip(_CLOSERS)[-1:] if tail in _CLOSERS else tail) in _SENTENCE_END
