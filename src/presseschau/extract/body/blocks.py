"""What a page is read into: blocks of text, and the boxes that they stand in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from presseschau.extract.body.hints import is_post, said_by

HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_BOX_TAGS = (
    "article", "main", "section", "aside", "nav", "footer", "header", "figure", "form", "ul", "ol", "table",
    "blockquote", "dl", "details", "p",
)  # fmt: skip
BOX_BIT = {name: 1 << i for i, name in enumerate([*_BOX_TAGS, "hidden", "articlebody"])}
_ROLES = {
    "navigation": BOX_BIT["nav"],
    "banner": BOX_BIT["header"],
    "contentinfo": BOX_BIT["footer"],
    "complementary": BOX_BIT["aside"],
    "main": BOX_BIT["main"],
    "article": BOX_BIT["article"],
    "dialog": BOX_BIT["hidden"],
    "alertdialog": BOX_BIT["hidden"],
    "search": BOX_BIT["nav"],
}
_BODY_PROPERTIES = frozenset(("articlebody", "text", "reviewbody"))
_NAMES_CHARS = 300


@dataclass(eq=False, slots=True)
class Box:
    """A block-level element on the way from the body to a block.

    Attributes:
        tag: Element name.
        parent: The box around it, None for the body.
        depth: Boxes above it.
        first: Place of the first block in it.
        last: Place behind the last one.
        names: Class, id and test id as written.
        own: Hint bits of its own names.
        near: Hint bits of itself and the two boxes above it.
        around: Hint bits of itself and everything above it.
        boxes: `BOX_BIT` bits of itself and everything above it.
        guest: True in a widget of another house.
    """

    tag: str
    parent: Box | None = None
    depth: int = 0
    first: int = 0
    last: int = 0
    names: str = ""
    own: int = 0
    near: int = 0
    around: int = 0
    boxes: int = 0
    guest: bool = False


@dataclass(eq=False, slots=True)
class Block:
    """A run of text as a reader sees it.

    Attributes:
        text: White space collapsed, never empty.
        box: The innermost box.
        tag: Name of the nearest text-bearing element (`p`, `h2`, `li` …), else that of the box.
        linked: Characters inside links.
        inline: Hint bits of an inline element (`span`, `small`, `time` …) that holds most of its text.
        gap: Links left out between the block before and this one: two thirds of all runs of text are nothing but link,
            and next to none of them stands in an article.
        gap_heads: How many of them were headlines of other articles.
        label: A few words in bold right above, which are too short to be a block: a subhead, or who speaks.
    """

    text: str
    box: Box
    tag: str
    linked: int
    inline: int
    gap: int
    gap_heads: int
    label: Block | None = None


def box_of(node: LexborNode, parent: Box, first: int) -> Box:
    """The box of an element that opens before the block at `first`: what its attributes say, what it inherits."""
    tag = node.tag or ""
    boxes, own, names, guest = parent.boxes | BOX_BIT.get(tag, 0), 0, "", parent.guest
    attrs = node.attributes
    if attrs:
        if not _STATES.isdisjoint(attrs):
            boxes |= _state(attrs)
        if names := names_of(attrs):
            own, widget = said_by(names)
            guest = guest or widget or (tag == "blockquote" and is_post(names))
    above = parent.parent
    near = own | parent.own | (above.own if above else 0)
    return Box(tag, parent, parent.depth + 1, first, first, names, own, near, own | parent.around, boxes, guest)


def names_of(attrs: dict[str, str | None]) -> str:
    """Class, id and test id of an element."""
    get = attrs.get
    names = get("class") or ""
    if called := get("id"):
        names = f"{names} {called}" if names else called
    if tested := get("data-testid") or get("data-component") or get("data-qa"):
        names = f"{names} {tested}" if names else tested
    return names[:_NAMES_CHARS]


_STATES = frozenset(("style", "hidden", "itemprop", "role"))


def _state(attrs: dict[str, str | None]) -> int:
    bits = 0
    get = attrs.get
    style = get("style")
    if "hidden" in attrs or (style and "none" in style and "display:none" in style.replace(" ", "").lower()):
        bits = BOX_BIT["hidden"]
    if (item := get("itemprop")) and item.lower() in _BODY_PROPERTIES:
        bits |= BOX_BIT["articlebody"]
    role = get("role")
    return bits | _ROLES.get(role.lower(), 0) if role else bits


_LEAF_TAGS = HEADINGS | {"p", "li", "blockquote", "figcaption", "td", "dd"}


def outer_box(block: Block) -> Box:
    """The box that holds the block beside its siblings."""
    box = block.box
    return box.parent if box.tag in _LEAF_TAGS and box.parent is not None else box


def upwards(box: Box | None) -> Iterator[Box]:
    """A box and those around it, the innermost first."""
    while box is not None:
        yield box
        box = box.parent


def outermost(box: Box | None, tag: str) -> Box | None:
    """The outermost box of an element at or around a box, None where there is none."""
    found = None
    while box is not None:
        if box.tag == tag:
            found = box
        box = box.parent
    return found


def look(block: Block) -> tuple[str, str]:
    """What blocks of one kind share: element, and names of the box."""
    return block.tag, block.box.names
