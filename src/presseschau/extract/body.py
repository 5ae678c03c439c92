"""The article among a page's blocks."""

from __future__ import annotations

from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

from presseschau.clean import normalise
from presseschau.extract.dom import BIT, BOX_BIT, Block, Box, read_blocks

_BAD_BOX = BOX_BIT["nav"] | BOX_BIT["aside"] | BOX_BIT["footer"] | BOX_BIT["figure"] | BOX_BIT["hidden"]
_BAD_NEAR = BIT["related"] | BIT["newsletter"] | BIT["comment"] | BIT["social"] | BIT["promo"] | BIT["consent"] | BIT["caption"] | BIT["credit"]


@dataclass(frozen=True, slots=True)
class Body:
    """What was found: the article's paragraphs, and how."""

    parts: tuple[str, ...]
    path: str
    confidence: float
    listing: bool = False

    @property
    def text(self) -> str:
        """Blank line between parts."""
        return "\n\n".join(self.parts)


def read_body(tree: LexborHTMLParser, title: str | None = None) -> Body:
    blocks = [b for b in read_blocks(tree) if not b.box.boxes & _BAD_BOX and not b.box.near & _BAD_NEAR]
    good = [b for b in blocks if len(b.text) > 60 and b.linked < len(b.text) * 0.4]
    if not good:
        return Body((), "none", 0.0)
    weight: dict[Box, float] = {}
    for b in good:
        box: Box | None = b.box
        if b.tag in ("p", "li") and box is not None and box.tag in ("p", "li"):
            box = box.parent
        share = 1.0
        while box is not None and share > 0.2:
            weight[box] = weight.get(box, 0.0) + share * len(b.text)
            box, share = box.parent, share * 0.75
    top = max(weight, key=lambda x: (weight[x], -x.index))
    inside = []
    for b in blocks:
        box = b.box
        while box is not None and box is not top:
            box = box.parent
        if box is top and b.linked < len(b.text) * 0.6:
            inside.append(normalise(b.text))
    parts = tuple(t for t in inside if t and t != title)
    return Body(parts, "blocks", 0.5)
