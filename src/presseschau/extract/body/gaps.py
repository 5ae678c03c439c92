"""What the model is unsure of, and what stands around it tells: subheads, items of lists, paragraphs that go on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from presseschau.extract.body.blocks import Block, Box, look, outer_box
from presseschau.extract.body.hints import BIT
from presseschau.extract.body.sure import SURE
from presseschau.extract.phrases import bits_of, phrases

_LOWEST = 0.15  # probability of a block in a gap
_SUBHEADS = frozenset(("h1", "h2", "h3", "h4", "h5", "summary"))
_ITEMS = frozenset(("li", "dt", "dd"))
_PARTS = _SUBHEADS | _ITEMS | {"pre"}
_SUBHEAD_CHARS = 80
_LINKED = 0.4  # share that is link, at most
# What only boxes beside an article say, as bits of `phrases`.
BESIDE = bits_of(
    "byline", "credit", "date_start", "reading", "related", "newsletter", "consent", "share", "comment", "ad",
    "paywall", "agency",
)  # fmt: skip
# Boxes that hold no part of an article, unless they hold sure text as well.
_ODD = BIT["caption"] | BIT["credit"]


def fill_gaps(blocks: Sequence[Block], p: Sequence[float], keep: list[bool], likely: Sequence[bool]) -> None:
    """What the model is unsure of is kept where it goes on between kept blocks, or is a subhead above sure text.

    Args:
        blocks: All blocks of the page.
        p: Probability of each.
        keep: Which are kept so far; changed.
        likely: Those that the model would have kept; what of them is gone has gone for a reason.
    """
    sure = [i for i, stays in enumerate(keep) if stays and p[i] > SURE]
    usual = 0
    for i in sure:
        usual |= blocks[i].box.near
    odd = _ODD & ~usual
    may = [
        p[i] >= _LOWEST and not likely[i] and not block.box.near & odd and _is_plain(block)
        for i, block in enumerate(blocks)
    ]
    if not any(may):
        return
    looks = {look(blocks[i]) for i in sure}
    homes = {outer_box(blocks[i]): i for i in reversed(sure)}
    for start, end in _gaps(blocks, keep, may):
        if start and keep[start - 1] and not blocks[start].gap and max(p[start - 1], p[end]) >= SURE:
            if _goes_on(blocks[start:end], looks) or _is_between(blocks[start - 1 : end + 1]):
                keep[start:end] = [True] * (end - start)
        elif p[end] >= SURE and blocks[end - 1].tag in _SUBHEADS:
            # below an advert or an appeal: right above text of its box, which held sure text before
            home = outer_box(blocks[end])
            keep[end - 1] = outer_box(blocks[end - 1]) is home and homes.get(home, start) < start
    if left := [i for i, open_to in enumerate(may) if open_to and not keep[i]]:
        _finish_subheads(blocks, p, keep, left)
        _finish_lists(blocks, keep, left)


def _is_plain(block: Block) -> bool:
    """No pointer: little of it is link, and it says nothing of what only boxes beside an article say."""
    return block.linked <= _LINKED * len(block.text) and not phrases(block.text) & BESIDE


def _gaps(blocks: Sequence[Block], keep: Sequence[bool], may: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Start and end of each run of blocks that may be kept, right above one that is, no links left out between them."""
    end = 0
    for start in range(len(blocks)):
        if keep[start] or not may[start] or start < end:
            continue
        end = start + 1
        while end < len(blocks) and may[end] and not blocks[end].gap:
            end += 1
        if end < len(blocks) and keep[end] and not blocks[end].gap:
            yield start, end


def _goes_on(run: Sequence[Block], looks: Collection[tuple[str, str]]) -> bool:
    """Subheads, items of lists and code, or one paragraph with the page's own looks for such."""
    return all(b.tag in _PARTS for b in run) or (len(run) == 1 and look(run[0]) in looks)


def _is_between(run: Sequence[Block]) -> bool:
    """Whether three blocks stand side by side, the one in the middle as short as a subhead."""
    if len(run) != 3 or len(run[1].text) > _SUBHEAD_CHARS:
        return False
    above, short, below = run
    return above.box.parent is short.box.parent is below.box.parent


def _finish_subheads(blocks: Sequence[Block], p: Sequence[float], keep: list[bool], left: Sequence[int]) -> None:
    """A subhead that looks like a kept one is kept above sure text, also across a picture's caption."""
    looks = {_kind(block) for block, stays in zip(blocks, keep, strict=True) if stays and block.tag in _SUBHEADS}
    for i in left:
        if blocks[i].tag in _SUBHEADS and _kind(blocks[i]) in looks:
            below = next((at for at in range(i + 1, min(i + 3, len(blocks))) if keep[at] and p[at] >= SURE), None)
            if below is not None and not any(b.gap or b.tag in _SUBHEADS for b in blocks[i + 1 : below + 1]):
                keep[i] = True


def _kind(head: Block) -> tuple[str, str]:
    """Its look, without a number at the end."""
    tag, names = look(head)
    return tag, names.rstrip("0123456789")


def _finish_lists(blocks: Sequence[Block], keep: list[bool], left: Sequence[int]) -> None:
    """A list of which most is kept is kept to its end."""
    lists: dict[Box, list[int]] = {}
    for i in left:
        if blocks[i].tag in _ITEMS and not blocks[i].gap:
            lists.setdefault(outer_box(blocks[i]), []).append(i)
    for box, items in lists.items():
        kept = sum(keep[box.first : box.last])
        if kept >= 2 and 2 * kept >= box.last - box.first:
            for i in items:
                keep[i] = True
