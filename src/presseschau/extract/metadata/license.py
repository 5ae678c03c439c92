"""The licence that a page states for its text in words, by a plain link to Creative Commons.

Most such links are those of pictures, themes and other people's works: one counts only where the words of its block say
that texts, contents or the page itself stand under it, and speak of no picture before that.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

_LINKS = 'a[href*="creativecommons.org/licenses/"], a[href*="creativecommons.org/publicdomain/"]'
_LICENSE = re.compile(
    r"https?://(?:www\.)?creativecommons\.org/(?:licenses/[a-z-]+/\d\.\d|publicdomain/(?:zero|mark)/\d\.\d)"
)
_STATED = re.compile(
    r"\b(?:inhalte?|texte?|artikel|beitr(?:ag|äge)|werk|weblog|blog|podcast|web(?:site|seite)|seite|angebot|text|content"
    r"|article|work|site|page)\b.{0,160}?(?:\bsteh(?:t|en)\b|lizen[sz]iert|veröffentlicht|erschienen|licen[sc]ed)",
    re.IGNORECASE | re.DOTALL,
)
_PICTURE = re.compile(
    r"\b(?:fotos?|bild(?:er|quelle|nachweis)?|grafiken?|abbildung|image|photo|picture|wikimedia|flickr)\b",
    re.IGNORECASE,
)
_BLOCKS = frozenset(("p", "li", "div", "td", "small", "footer", "section", "aside", "dd", "center"))
_MOST_LINKS, _LONGEST = 30, 600  # a gallery of pictures has hundreds; a longer block is a story


def stated_license(tree: LexborHTMLParser) -> str | None:
    """URL of the Creative Commons licence that the page states for its text; None where it states none, or several."""
    found = dict.fromkeys(
        match[0]
        for node in tree.css(_LINKS)[:_MOST_LINKS]
        if (match := _LICENSE.match(node.attributes.get("href") or "")) and _speaks_of_text(node)
    )
    return f"{next(iter(found))}/" if len(found) == 1 else None


def _speaks_of_text(link: LexborNode) -> bool:
    block = link.parent
    while block is not None and block.tag not in _BLOCKS:
        if block.tag in ("figure", "figcaption"):
            return False
        block = block.parent
    words = " ".join((block.text() or "").split()) if block is not None else ""
    stated = _STATED.search(words) if len(words) <= _LONGEST else None
    return stated is not None and not _PICTURE.search(words[: stated.end()])
