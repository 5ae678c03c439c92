"""Tokens, sentence borders and quotations of German text, by surface signs alone."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

# Split on tokens with one capturing group: the odd parts are tokens, and the lengths of all parts give the offsets.
# No token starts with a space: said first, since every other try would be at one.
_TOKEN = re.compile(r"((?! )(?:\w++(?:[-’'/.&]\w++)*+|\n\s*+|[.!?…]++|[„“”»«‚‘›‹\",;:()–—]))")
_FOLD = (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), ("é", "e"), ("è", "e"), ("à", "a"), ("’", "'"))
_CLOSERS = {"„": '“”"', "‚": "‘’'", "»": "«", "«": "»", "›": "‹", "‹": "›", '"': '"”“', "“": '”"'}
_MARKS = frozenset('„“”»«‚‘›‹"')
_LONGEST_TERM = 4  # quoted words: up to here a title or a scare quote, above it speech


@dataclass(frozen=True, slots=True)
class Kind:
    """Folded words of one kind: exactly these, and longer ones by how they end.

    Attributes:
        words: The words.
        endings: Endings of compounds by their last four letters, which rule most words out.
    """

    words: frozenset[str]
    endings: Mapping[str, tuple[str, ...]]

    @staticmethod
    def of(words: Iterable[str], endings: Iterable[str]) -> Kind:
        """The kind with these words, and endings of four letters or more."""
        by_last: dict[str, tuple[str, ...]] = {}
        for ending in endings:
            by_last[ending[-4:]] = (*by_last.get(ending[-4:], ()), ending)
        return Kind(frozenset(words), by_last)

    def match(self, form: str) -> bool:
        """Whether a folded word is one of them or a compound of one.

        >>> speakers = Kind.of(["rat"], ["minister"])
        >>> [speakers.match(word) for word in ("rat", "vorrat", "digitalminister")]
        [True, False, True]
        """
        return form in self.words or form.endswith(self.endings.get(form[-4:], ()))


def fold(word: str) -> str:
    """Lower case with ä ö ü ß written out, so Swiss and ASCII spelling match.

    >>> fold("Großartig"), fold("übel")
    ('grossartig', 'uebel')
    """
    folded = word.lower()
    if not folded.isascii():
        for letter, plain in _FOLD:  # several times faster than str.translate on whole articles
            folded = folded.replace(letter, plain)
    return folded


def tokenize(text: str) -> tuple[list[str], list[str], list[int]]:
    """Words, marks and line breaks; their folded forms; their code-point offsets.

    >>> tokenize("Läuft. Gut!")
    (['Läuft', '.', 'Gut', '!'], ['laeuft', '.', 'gut', '!'], [0, 5, 7, 10])
    """
    parts = _TOKEN.split(text)
    tokens = parts[1::2]
    forms = fold("\0".join(tokens)).split("\0") if tokens else []
    return tokens, forms, list(accumulate(map(len, parts)))[0:-1:2]


def quotations(tokens: Sequence[str], marks: Sequence[int]) -> bytes:
    """Per token: outside, in a quotation, or in a quoted term."""
    inside = bytearray(len(tokens))
    opened, closers = -1, ""
    for i in marks:
        token = tokens[i]
        if "\n" in token:
            # A quotation left open ends with its paragraph: one lost mark must not turn the rest into speech.
            if opened >= 0 and token.count("\n") > 1:
                inside[opened + 1 : i] = b"\1" * (i - opened - 1)
                opened = -1
        elif token not in _MARKS:
            continue
        elif opened < 0:
            opened, closers = (i, _CLOSERS[token]) if token in _CLOSERS else (-1, "")
        elif token in closers:
            body = tokens[opened + 1 : i]
            starts = not opened or tokens[opened - 1][0] in ".!?…:\n"
            said = starts and i + 1 < len(tokens) and tokens[i + 1] == ","  # „Das ist gut“, sagt …
            term = len(body) <= _LONGEST_TERM and not said and not any(t[0] in ".!?," for t in body)
            inside[opened + 1 : i] = (b"\2" if term else b"\1") * len(body)
            opened = -1
    return bytes(inside)


def borders(
    tokens: Sequence[str], forms: Sequence[str], marks: Sequence[int], abbreviations: Collection[str]
) -> list[tuple[int, int, int]]:
    """Token ranges of the sentences, each with its paragraph number."""
    stops = [i for i in marks if tokens[i][0] in ".!?…" or "\n" in tokens[i]]
    breaks = [i for i in stops if tokens[i].count("\n") == 1 and i + 1 < len(tokens)]
    # Hard-wrapped text breaks its lines in mid-sentence; then only marks and empty lines end a sentence.
    wrapped = sum(tokens[i + 1][0].islower() for i in breaks) * 5 > len(breaks)
    found: list[tuple[int, int, int]] = []
    first = paragraph = 0
    for i in stops:
        token = tokens[i]
        if "\n" in token:
            if token.count("\n") > 1 or not wrapped or (i and tokens[i - 1][0] in '.!?…:“”"«'):
                if i > first:
                    found.append((first, i, paragraph))
                first = i + 1
                paragraph += bool(found)
        elif _ends(tokens, forms, i, abbreviations):
            end = i + 1
            if end < len(tokens) and tokens[end] in ("“", "”", '"', "«", "‘", "‹"):
                following = tokens[end + 1][0] if end + 1 < len(tokens) else "\n"
                if following in ",;" or following.islower():
                    continue
                end += 1
            found.append((first, end, paragraph))
            first = end
    if first < len(tokens) and not (first == len(tokens) - 1 and "\n" in tokens[first]):
        found.append((first, len(tokens), paragraph))
    return found


def _ends(tokens: Sequence[str], forms: Sequence[str], i: int, abbreviations: Collection[str]) -> bool:
    """Whether the mark at `i` ends a sentence: not after an abbreviation, an initial or an ordinal number."""
    if i + 1 < len(tokens):
        following = tokens[i + 1][0]
        if following.islower() or following in ",;":
            return False
    if tokens[i] == "." and i:
        before = forms[i - 1]
        if before in abbreviations or (len(before) == 1 and before.isalpha()):
            return False
        return not (before.isdigit() and len(before) <= 2 and i + 1 < len(tokens) and "\n" not in tokens[i + 1])
    return True
