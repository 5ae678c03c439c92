"""What tells an article's block from boilerplate: one row of numbers per block.

Rows depend on the page alone. Pages are short (some thirty blocks) and columns many, so the table is filled by columns,
and words and characters of all blocks are looked at in one go.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from presseschau.extract.body.blocks import BOX_BIT, Block
from presseschau.extract.body.hints import HINT_NAMES
from presseschau.extract.body.known import Known
from presseschau.extract.body.lexicon import NAME_COLUMNS, WORD_COLUMNS, Floats, Lexicon
from presseschau.extract.body.shares import SHARE_COLUMNS, share_rows
from presseschau.extract.body.tokens import Tokens

_TAGS = ("p", "h1", "h2", "h3", "li", "figcaption", "div", "dd")
_BOXES = (
    "article", "main", "section", "aside", "header", "figure", "form", "ul", "blockquote", "p", "hidden", "articlebody",
)  # fmt: skip
_PLAIN = ("words", "avg_word", "linked", "links", "strong", "breaks", "depth", "gap", "copies", "ends_sentence")
_STARTS = ("lower", "capital", "digits")
_OVERLAPS = ("title_overlap", "lead_overlap")
_OWN: tuple[str, ...] = (
    *_PLAIN,
    *_STARTS,
    *_OVERLAPS,
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
    "words", "linked", "gap", "function", "ends_sentence", "title_overlap", "sig_share", "own_share", "tag_p", "tag_h2",
    "tag_h3",
)  # fmt: skip
_CONTEXT_AT = [_AT[name] for name in _CONTEXT]
COLUMNS: tuple[str, ...] = (*_OWN, *(f"{name}@{step}" for step in ("-1", "+1") for name in _CONTEXT))

_SENTENCE_END = frozenset(".!?…")
_CLOSERS = "\"'“”»«‹›’‘)] "
_TITLE_REACH = 4  # times as many words as the title has: a longer block is no headline
_LEAD_WORDS = 0.4  # share of a block's words that must be the lead's, before their order is looked at
_TAG_AT = {tag: i for i, tag in enumerate(_TAGS)}
_TAG_NUMBERS = np.arange(len(_TAGS))[:, None]
_BOX_MASKS = np.asarray([[BOX_BIT[name]] for name in _BOXES])
_HINT_MASKS = 1 << np.arange(len(HINT_NAMES))[:, None]


def measure(blocks: Sequence[Block], tokens: Tokens, known: Known, lexicon: Lexicon) -> Floats:
    """One row of `COLUMNS` per block: itself, its boxes, its neighbours.

    Args:
        blocks: All blocks of the page, in reading order.
        tokens: Their words.
        known: What the metadata says.
        lexicon: Weights of words and names.
    """
    table = np.empty((len(COLUMNS), len(blocks)), dtype=np.float32)
    if not blocks:
        return table.T
    table[: len(_PLAIN)] = _plain_rows(blocks, tokens)
    at = len(_PLAIN)
    words, linked = table[_AT["words"]], table[_AT["linked"]]
    table[at : at + len(_STARTS)] = tokens.kinds() / words
    at += len(_STARTS)
    table[at : at + len(_OVERLAPS)] = _overlaps(tokens, known).T
    titles = table[at]
    at += len(_OVERLAPS)
    boxes = [b.box for b in blocks]
    for part in (
        lexicon.word_rows(tokens),
        lexicon.name_rows(blocks),
        share_rows(blocks, words, linked, titles),
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
    texts = [b.text for b in blocks]
    total = Counter(texts)
    rows = np.asarray(
        [
            tokens.spaced,
            tokens.sizes,
            [b.linked for b in blocks],
            [b.links for b in blocks],
            [b.strong for b in blocks],
            [b.breaks for b in blocks],
            [b.box.depth for b in blocks],
            [b.gap for b in blocks],
            [total[t] for t in texts],
            [_ends_sentence(t) for t in texts],
        ],
        dtype=np.float64,
    )
    rows[1] /= rows[0]
    rows[2] = np.minimum(1, rows[2] / tokens.sizes)
    rows[4] = np.minimum(1, rows[4] / tokens.sizes)
    return rows


def _ends_sentence(text: str) -> bool:
    tail = text[-1]
    return (text.rstrip(_CLOSERS)[-1:] if tail in _CLOSERS else tail) in _SENTENCE_END


def _overlaps(tokens: Tokens, known: Known) -> Floats:
    """Words that a block and the title share, as Dice's coefficient, and the share of the block that the lead says."""
    title, lead = frozenset(known.title_words()), known.lead_shingles()
    lead_words = frozenset(lead.words)
    most, farthest = _TITLE_REACH * len(title), len(lead.words) / _LEAD_WORDS
    out = np.zeros((len(tokens.ends), 2), dtype=np.float32)
    for i, (start, end) in enumerate(zip(tokens.starts, tokens.ends, strict=True)):
        if end - start > most and end - start > farthest:
            continue
        said = set(tokens.words[start:end])
        if end - start <= most and (shared := len(title & said)):
            out[i, 0] = 2 * shared / (len(title) + len(said))
        if lead_words and len(lead_words & said) >= _LEAD_WORDS * len(said):
            out[i, 1] = lead.overlap(tokens.words[start:end])
    return out
