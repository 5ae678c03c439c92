"""Candidates for names in German headlines and leads, by their writing alone: no model, no list of names.

German writes every noun with a capital, so a capital says little; but a plain noun mostly follows a determiner and a
name mostly does not, and a word that is also written small is no name. Both are counted over a corpus (`stories`); here
is what one text has to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_DETERMINERS = frozenset(
    """der die das den dem des ein eine einen einem einer eines kein keine keinen keiner im am zum zur vom beim ins ans
    mein meine meinen meiner sein seine seinen seiner seinem ihr ihre ihren ihrer ihrem unser unsere unseren unserer
    dieser diese dieses diesen diesem jeder jede jedes jeden jene alle allen aller viele vielen mehrere einige
    beide""".split()  # noqa: SIM905
)
_WORD = re.compile(r"([^\W_]+)([^\w]*)")
# Endings of plain nouns: Regierung, Freiheit, Gesellschaft, Kriminalität, Nation, Kundinnen, Ereignis.
_NOUN = re.compile(r".{3,}(?:ung|ungen|heit|heiten|keit|keiten|schaft|schaften|ität|täten|tion|tionen|innen|nisse?)")
_JOINS = frozenset((" ", "-", "–"))


@dataclass(frozen=True, slots=True)
class Mentions:
    """What a text has to say about names.

    Attributes:
        names: Capitalised words, folded and without the s of a genitive; a number is written to the word before it
            (`iphone 15`). With each the number of its mention: words that ever stand together (`Eva Muster`) share it.
        nouns: Those of them that follow a determiner, as plain nouns do.
        small: Folded words that are written small.
    """

    names: dict[str, int]
    nouns: set[str]
    small: set[str]


def read_mentions(text: str) -> Mentions:
    """The capitalised words of a text that can be names.

    >>> found = read_mentions("Der neue Chef lobt Eva Musters iPhone 15. Muster kommt aus Köln")
    >>> found.names
    {'chef': 0, 'eva': 1, 'muster': 1, 'iphone': 1, 'iphone 15': 1, 'köln': 2}
    >>> found.nouns, sorted(found.small)
    ({'chef'}, ['aus', 'kommt', 'lobt', 'neue'])
    """
    names: dict[str, int] = {}
    nouns, small = set[str](), set[str]()
    runs, mention, before, together, determined = 0, 0, "", False, False
    for word, gap in _WORD.findall(text):
        low = folded(word)
        inner = not word[1:].islower()  # S24, iPhone, RKI: never a plain noun
        if word.islower():
            small.add(low)
            # `die neue Firma`: what stands between a determiner and its noun ends in -e, -en, -er, -es or -em.
            determined = low in _DETERMINERS or (determined and word.endswith(("e", "en", "er", "es", "em")))
            together = False
        elif low in _DETERMINERS:
            determined, together = True, False
        elif word[0].isdigit():
            if together and before:
                names.setdefault(f"{before} {low}", names[before])
            determined = False
        else:
            if not together:
                mention = runs = runs + 1
            if len(low) > 1 and (inner or not _NOUN.fullmatch(low)):
                mention = _same_mention(names, low, mention)
                before = low
                if determined and not inner:
                    nouns.add(low)
            else:
                before = ""
            together, determined = True, False
        together = together and gap in _JOINS
        determined = determined and gap == " "
    order = {number: place for place, number in enumerate(dict.fromkeys(names.values()))}
    return Mentions({name: order[number] for name, number in names.items()}, nouns, small)


def _same_mention(names: dict[str, int], name: str, mention: int) -> int:
    """Adds a name; where it was mentioned before, its whole run becomes that mention. The number that it has then."""
    earlier = names.setdefault(name, mention)
    if earlier != mention:
        for other, own in names.items():
            if own == mention:
                names[other] = earlier
    return earlier


def folded(word: str) -> str:
    """Without case, and without the s of a genitive, which `Mars` and `Paris` lose, too, and always."""
    word = word.casefold()
    return word[:-1] if len(word) > 4 and word.endswith("s") else word
