"""What stands within an article's bounds and is none of it: hidden text, comments, teasers, own quotes, captions."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise

from presseschau.extract.body.blocks import BOX_BIT, HEADINGS, Block, Box, outer_box, upwards
from presseschau.extract.body.hints import BIT
from presseschau.extract.body.known import Shingles
from presseschau.extract.body.sure import PARAGRAPH, sure_paragraphs
from presseschau.extract.body.tokens import words_of
from presseschau.extract.class_names import found_in
from presseschau.extract.phrases import bits_of, phrases
from presseschau.extract.threads import THREAD, WITHIN, dated_comments, is_answered

_HIDDEN = BOX_BIT["hidden"]
_HIDDEN_SHARE = 0.25  # of the text; where more is hidden, it is the rest of the article behind a button or an offer
_FOLDED = 0.8  # mean probability from which on the paragraphs in a hidden box are an article's
_COMMENT_BOXES = 2  # one box may be named so for other reasons
_OPINION = re.compile(r"(?<!leser)kommentar(?!e)|debatt|forum|commentary", re.IGNORECASE)  # as many articles as threads
_OTHERS = bits_of("related")
_HANGING = 0.4  # share of the paragraphs below a heading that stand right under headlines that lead elsewhere
_MORE = re.compile(r"[.…!?\]»“]\W*(?:mehr|weiter|mehr lesen|weiterlesen|read more)\W*$", re.IGNORECASE)
_MORE_LINK = 20  # characters of a link to the rest of a text
_TEASER, _TEASERS = 60, 0.25  # words of one, at most; share of all of them
_QUOTED = 0.7  # share of a quote that stands in the text
_QUOTE_WORDS = 40
_is_gallery = found_in(r"galler(?:y|ies)|galerie|slide-?show|(?:bild(?:er)?|foto)-?strecke")
_GALLERY_SHARE = 1 / 3  # of the text; a page that is a gallery is told in its captions
_CAPTION = 40  # words, at most


def drop_hidden(blocks: Sequence[Block], p: list[float], words: Sequence[int], keep: list[bool]) -> None:
    """What no reader sees goes: notes of dialogs, copies, bait; not the folded rest of an article."""
    hidden = [i for i, stays in enumerate(keep) if stays and blocks[i].box.boxes & _HIDDEN]
    if not hidden or sum([words[i] for i in hidden]) >= _HIDDEN_SHARE * _kept(words, keep):
        return
    inside: dict[Box, list[int]] = {}
    for i in hidden:
        box = _outermost_hidden(blocks[i].box)
        if box is blocks[i].box and box.parent is not None:  # a paragraph on its own, or each that a button unfolds
            box = box.parent
        inside.setdefault(box, []).append(i)
    for box, parts in inside.items():
        alone = len(parts) == 1 and not box.boxes & _HIDDEN
        if alone or sum([p[i] for i in parts]) < _FOLDED * len(parts):
            _drop(parts, p, keep)


def _outermost_hidden(box: Box) -> Box:
    while box.parent is not None and box.parent.boxes & _HIDDEN:
        box = box.parent
    return box


def drop_comments(blocks: Sequence[Block], p: list[float], words: Sequence[int], keep: list[bool]) -> None:
    """What readers say below an article goes, and what is said to them; a thread that starts a page is its text."""
    start = next(sure_paragraphs(range(len(keep)), p, words, keep), None)
    if start is None or _in_comments(blocks[start].box):
        return
    _drop([i for i in range(start + 1, len(blocks)) if keep[i] and _in_comments(blocks[i].box)], p, keep)
    _drop_dated_comments(blocks, start, p, keep)
    _drop_threads(blocks, start, p, words, keep)


def _drop_threads(blocks: Sequence[Block], start: int, p: list[float], words: Sequence[int], keep: list[bool]) -> None:
    """What stands below a thread's heading in the second half of the text, unless the article goes on there."""
    said = [*accumulate([count if stays else 0 for count, stays in zip(words, keep, strict=True)])]
    last = next(sure_paragraphs(reversed(range(len(keep))), p, words, keep))
    homes: set[tuple[str, str, str] | Box] = set()
    known = start  # where `homes` ends
    goes_on = -1  # a place below which the article is known to go on
    for i in range(bisect_right(said, said[-1] / 2), len(blocks)):
        if words[i] >= PARAGRAPH or said[i] >= said[-1] or not THREAD.match(blocks[i].text):
            continue
        end = _thread_box(blocks[i]).last
        if i < known or last >= end or i <= goes_on < end:
            continue
        homes.update([_home(blocks[at]) for at in range(known, i) if keep[at]])
        known = i
        below = [at for at in range(i, end) if keep[at]]
        answered = is_answered([block.text for block in blocks[i + 1 : i + 1 + WITHIN]])
        goes_on = -1 if answered else next((at for at in below if _home(blocks[at]) in homes), -1)
        if goes_on < 0:  # else the article goes on below a counter
            _drop(below, p, keep)
            known = end


def _drop_dated_comments(blocks: Sequence[Block], start: int, p: list[float], keep: list[bool]) -> None:
    """What stands below lines that say who wrote when, in the box that holds all of them; not in a forum's thread."""
    said = dated_comments([block.text for block in blocks])
    if not said or said[0] <= start:
        return
    box = outer_box(blocks[said[0]])
    while box.last <= said[-1] and box.parent is not None:
        box = box.parent
    _drop([i for i in range(said[0], box.last) if keep[i]], p, keep)


def drop_teasers(blocks: Sequence[Block], p: list[float], words: Sequence[int], keep: list[bool]) -> None:
    """The beginnings of other articles below the text go: a heading says so, or each ends in a link to the rest."""
    start = next(sure_paragraphs(range(len(keep)), p, words, keep), None)
    if start is None:
        return
    ending = [i for i in range(start, len(blocks)) if keep[i] and _is_cut(blocks[i])]
    if len(ending) > 1 and ending[0] > start:
        _drop([i - 1 for i in ending if keep[i - 1] and blocks[i - 1].tag in HEADINGS] + ending, p, keep)
    last = max(i for i, stays in enumerate(keep) if stays)
    for i in range(start + 1, last):
        box = _thread_box(blocks[i])
        if words[i] >= PARAGRAPH or box.first <= start or not phrases(blocks[i].text) & _OTHERS:
            continue
        below = [at for at in range(i + 1, box.last) if keep[at] and blocks[at].tag not in HEADINGS]
        hanging = _hanging(blocks, i, below)
        if len(hanging) > 1 and hanging[0] == below[0] and len(hanging) >= _HANGING * len(below):
            _drop([at for at in range(i, box.last) if keep[at]], p, keep)
    _drop_teasers_between(blocks, start, p, words, keep)


def _drop_teasers_between(
    blocks: Sequence[Block], start: int, p: list[float], words: Sequence[int], keep: list[bool]
) -> None:
    """Short texts among the article's, each below a headline that leads elsewhere, in a box named unlike the others'.

    Questions that unfold their answers look the same, but are much of the page.
    """
    hanging = [i for i, stays in enumerate(keep) if stays and i > start and blocks[i].gap_heads]
    text = [i for i, stays in enumerate(keep) if stays and not blocks[i].gap_heads] if hanging else []
    if not text:
        return
    homes = {_home(blocks[i]) for i in text}
    teasers = [i for i in hanging if i < text[-1] and words[i] < _TEASER and blocks[i].tag not in HEADINGS]
    teasers = [i for i in teasers if not isinstance(home := _home(blocks[i]), Box) and home not in homes]
    if sum([words[i] for i in teasers]) < _TEASERS * _kept(words, keep):
        _drop(teasers, p, keep)


def _is_cut(block: Block) -> bool:
    """Whether a text ends in a link to the rest of it."""
    return 0 < block.linked <= _MORE_LINK and _MORE.search(block.text) is not None


def _hanging(blocks: Sequence[Block], above: int, below: Sequence[int]) -> list[int]:
    """Those of the blocks that stand right under a headline that leads elsewhere."""
    between = pairwise([above, *below])
    return [at for last, at in between if any(block.gap_heads for block in blocks[last + 1 : at + 1])]


def drop_quotes(blocks: Sequence[Block], p: list[float], words: Sequence[int], keep: list[bool]) -> None:
    """What the page shows a second time in large letters goes."""
    for i, block in enumerate(blocks):
        if not keep[i] or words[i] > _QUOTE_WORDS or not _is_quote(block):
            continue
        said = words_of(block.text)
        if any(
            keep[at] and words[at] > words[i] and Shingles(blocks[at].text).overlap(said) >= _QUOTED
            for at in range(len(blocks))
        ):
            _drop([i], p, keep)


def _is_quote(block: Block) -> bool:
    return bool((block.box.near | block.inline) & BIT["quote"] or block.box.boxes & BOX_BIT["blockquote"])


def drop_last_heading(blocks: Sequence[Block], keep: list[bool]) -> None:
    """A heading below which nothing is left goes with what it stood above; some in a row are a list of the text."""
    kept = [i for i, stays in enumerate(keep) if stays]
    if len(kept) > 1 and _is_label(blocks[kept[-1]]) and not _is_label(blocks[kept[-2]]):
        keep[kept[-1]] = False


def _is_label(block: Block) -> bool:
    return block.tag in HEADINGS and block.text[-1] != "."


def _home(block: Block) -> tuple[str, str, str] | Box:
    """What paragraphs of one text share: the names of their boxes, or without such the box itself."""
    names = block.box.names, block.box.parent.names if block.box.parent is not None else ""
    return (block.tag, *names) if any(names) else outer_box(block)


def _thread_box(head: Block) -> Box:
    """The box that holds the heading of a thread, and more than that."""
    box = outer_box(head)
    return box.parent if box.last - box.first == 1 and box.parent is not None else box


def _in_comments(box: Box) -> bool:
    if not box.around & BIT["comment"]:
        return False
    named = [above.names for above in upwards(box) if above.own & BIT["comment"]]
    return sum(not _OPINION.search(names) for names in named) >= _COMMENT_BOXES


def drop_galleries(blocks: Sequence[Block], p: list[float], words: Sequence[int], keep: list[bool]) -> None:
    """The captions of galleries go; where they tell the story, they are many words, or long ones, and stay."""
    captions = [
        i for i, k in enumerate(keep) if k and blocks[i].box.around & BIT["caption"] and _in_gallery(blocks[i].box)
    ]
    said = [words[i] for i in captions]
    if said and max(said) <= _CAPTION and sum(said) < _GALLERY_SHARE * _kept(words, keep):
        _drop(captions, p, keep)


def _in_gallery(box: Box) -> bool:
    return any(_is_gallery(around.names) for around in upwards(box))


def _kept(words: Sequence[int], keep: Sequence[bool]) -> int:
    return sum([count for count, stays in zip(words, keep, strict=True) if stays])


def _drop(parts: Sequence[int], p: list[float], keep: list[bool]) -> None:
    for i in parts:
        keep[i], p[i] = False, 0.0  # settled, so no matter of confidence
