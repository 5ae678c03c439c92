"""Whether a page stands around the article of a dump: menus, labels, boilerplate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from presseschau.extract.dump.features import Flags, Floats, cached_phrases
from presseschau.extract.dump.lines import Line, ends_sentence
from presseschau.extract.phrases import bits_of

_UNLIKELY = 0.3
FURNITURE = 20  # a whole page has at least forty lines of menus, labels and teasers
# Clean gold articles keep ≥ 0.77 of their words and ≥ 0.46 of their lines, whole pages ≤ 0.87 and ≤ 0.30.
_CLEAN_WORDS, _CLEAN_LINES = 0.75, 0.38
_AROUND_BOILERPLATE, _RUN_BOILERPLATE = 2, 3  # clean articles have fewer; 67 of 69 pages on one line have as many
# In a row at the top: whole pages have 11 or more, 3,983 clean articles none of 6.
MENU, _LABEL_WORDS = 8, 4
_HEAD = 3  # labels: a headline and a byline stand above a clean article, too, a site's name does not
PARAGRAPH = 80  # characters; lines of menus and teasers are shorter
_BOILERPLATE = bits_of("related", "share", "comment", "newsletter", "consent", "legal", "ad", "reading", "paywall")


def is_clean(lines: Sequence[Line], chance: Floats, keep: Flags) -> bool:
    """Whether the input is an article without a page around it: nearly all of it is kept, or stands in paragraphs.

    Digests and readers' letters look odd to the model, but have neither menus nor boilerplate before and after them.
    """
    if any(line.run for line in lines):  # sentences, which are found one by one less surely than paragraphs
        return _count_boilerplate(lines, chance, range(len(lines))) < _RUN_BOILERPLATE
    listed = sum([line.bullet for line in lines]) >= FURNITURE
    if listed and keep.mean() < _CLEAN_LINES:
        return False
    words = np.array([len(line.text.split()) for line in lines])
    enough = _CLEAN_WORDS * words.sum()
    if words[keep].sum() < enough or keep.mean() < _CLEAN_LINES:
        paragraphs = np.array([len(line.text) >= PARAGRAPH for line in lines])
        if listed or words[paragraphs].sum() < enough:
            return False
    inside = np.flatnonzero(keep)
    above = lines[: int(inside[0])]
    if _has_menu(above, chance) or _is_headed(above, chance):
        return False
    around = [*range(int(inside[0])), *range(int(inside[-1]) + 1, len(lines))]
    return _count_boilerplate(lines, chance, around) < _AROUND_BOILERPLATE


def below_menu(lines: Sequence[Line], chance: Floats, prose: Flags) -> Flags:
    """The running text of a page of which the model takes no line, such as a live blog; none where no menu is above.

    None either where most of the page is no running text: a table or a list is what it is about.
    """
    words = np.array([len(line.text.split()) for line in lines])
    if 2 * words[prose].sum() >= words.sum() and _has_menu(lines[: int(np.argmax(prose))], chance):
        return without_boilerplate(lines, prose)
    return np.zeros(len(lines), dtype=bool)


def without_boilerplate(lines: Sequence[Line], asked: Flags) -> Flags:
    """The lines asked for that have no phrase of known boilerplate."""
    plain = asked.copy()
    for i in np.flatnonzero(asked).tolist():
        plain[i] = not is_boilerplate(lines[i])
    return plain


def is_boilerplate(line: Line) -> bool:
    """Whether a line has a phrase of known boilerplate."""
    return bool(cached_phrases(line.text) & _BOILERPLATE)


def _count_boilerplate(lines: Sequence[Line], chance: Floats, at: Iterable[int]) -> int:
    """How many of the lines at some places are known boilerplate, and unlikely to be the article's."""
    return len([i for i in at if chance[i] < _UNLIKELY and is_boilerplate(lines[i])])


def _is_headed(above: Sequence[Line], chance: Floats) -> bool:
    """Whether what stands above the article is a page's head: labels, and no paragraph that the model has left out."""
    if any(len(line.text) >= PARAGRAPH for line in above):
        return False
    unlikely = [line for line, likely in zip(above, chance, strict=False) if likely < _UNLIKELY]
    return sum(not ends_sentence(line.text) for line in unlikely) >= _HEAD


def _has_menu(above: Sequence[Line], chance: Floats) -> bool:
    """Whether the lines at the top of an input have many labels in a row: no article begins so."""
    row = 0
    for line, likely in zip(above, chance, strict=False):
        label = likely < _UNLIKELY and len(line.text.split()) <= _LABEL_WORDS and not ends_sentence(line.text)
        row = row + 1 if label else 0
        if row == MENU:
            return True
    return False
