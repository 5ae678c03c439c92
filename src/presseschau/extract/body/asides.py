"""What stands within an article's bounds and is none of it: hidden text, comments, captions of galleries."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate

from presseschau.extract.body.blocks import BOX_BIT, Block, Box, outer_box
from presseschau.extract.body.hints import BIT
from presseschau.extract.body.sure import PARAGRAPH, sure_paragraphs

_HIDDEN = BOX_BIT["hidden"]
_HIDDEN_SHARE = 0.25  # of the text; where more is hidden, it is the rest of the article behind a button or an offer
_FOLDED = 0.8  # mean probability from which on the paragraphs in a hidden box are an article's
_COMMENT_BOXES = 2  # one box may be named so for other reasons
_OPINION = re.compile(r"(?<!leser)kommentar(?!e)|debatt|forum|commentary", re.IGNORECASE)  # as many articles as threads
# The heading of a thread, with a count or by a word that heads nothing else: "Antworten" may be the article's own, and
# so may be "5 Antworten auf die Lage"; a thread quotes what it answers.
_THREAD = re.compile(
    r"""(?: (?:\d+|Ein) \s (?:Leser-?)?
            (?: (?:Kommentare?|Comments?) (?:\s (?:zu[mr]?|auf|on|to) \b .{1,200})?
              | (?:Antworten|Gedanken?|Meinungen|Responses?|Thoughts?)
                (?:\s (?:zu[mr]?|auf|on|to) \s ["„“”«»‚‘'] .{1,200})? ) (?<!\bEin \s Kommentar)
          | (?:Leser-?)? (?:Kommentare|Antworten|Diskussion|Meinungen|Leserbriefe|Comments) \s? \(\d+\)
          | (?:Leser|Nutzer|User)?-?kommentare | Leserbriefe | Leserstimmen | Comments ) \W{0,20} $""",
    re.VERBOSE | re.IGNORECASE,
)
_GALLERY = re.compile(r"galler(?:y|ies)|galerie|slide-?show|(?:bild(?:er)?|foto)-?strecke", re.IGNORECASE)
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
    said = [*accumulate([count if stays else 0 for count, stays in zip(words, keep, strict=True)])]
    last = next(sure_paragraphs(reversed(range(len(keep))), p, words, keep))
    homes: set[tuple[str, str, str] | Box] = set()
    known = start  # where `homes` ends
    goes_on = -1  # a place below which the article is known to go on
    for i in range(bisect_right(said, said[-1] / 2), len(blocks)):
        if words[i] >= PARAGRAPH or said[i] >= said[-1] or not _THREAD.match(blocks[i].text):
            continue
        end = _thread_box(blocks[i]).last
        if i < known or last >= end or i <= goes_on < end:
            continue
        homes.update([_home(blocks[at]) for at in range(known, i) if keep[at]])
        known = i
        below = [at for at in range(i, end) if keep[at]]
        goes_on = next((at for at in below if _home(blocks[at]) in homes), -1)
        if goes_on < 0:  # else the article goes on below a counter
            _drop(below, p, keep)
            known = end


def _home(block: Block) -> tuple[str, str, str] | Box:
    """What paragraphs of one text share: the names of their boxes, or without such the box itself."""
    names = block.box.names, block.box.parent.names if block.box.parent is not None else ""
    return (block.tag, *names) if any(names) else outer_box(block)


def _thread_box(head: Block) -> Box:
    """The box that holds the heading of a thread, and more than that."""
    box = outer_box(head)
    return box.parent if box.last - box.first == 1 and box.parent is not None else box


def _in_comments(box: Box | None) -> bool:
    named = 0
    while box is not None and box.around & BIT["comment"]:
        named += bool(box.own & BIT["comment"]) and not _OPINION.search(box.names)
        box = box.parent
    return named >= _COMMENT_BOXES


def drop_galleries(blocks: Sequence[Block], p: list[float], words: Sequence[int], keep: list[bool]) -> None:
    """The captions of galleries go; where they tell the story, they are many words, or long ones, and stay."""
    captions = [
        i for i, k in enumerate(keep) if k and blocks[i].box.around & BIT["caption"] and _in_gallery(blocks[i].box)
    ]
    said = [words[i] for i in captions]
    if said and max(said) <= _CAPTION and sum(said) < _GALLERY_SHARE * _kept(words, keep):
        _drop(captions, p, keep)


@lru_cache(maxsize=1 << 12)
def _is_gallery(names: str) -> bool:
    return _GALLERY.search(names) is not None


def _in_gallery(box: Box | None) -> bool:
    while box is not None:
        if _is_gallery(box.names):
            return True
        box = box.parent
    return False


def _kept(words: Sequence[int], keep: Sequence[bool]) -> int:
    return sum([count for count, stays in zip(words, keep, strict=True) if stays])


def _drop(parts: Sequence[int], p: list[float], keep: list[bool]) -> None:
    for i in parts:
        keep[i], p[i] = False, 0.0  # settled, so no matter of confidence
