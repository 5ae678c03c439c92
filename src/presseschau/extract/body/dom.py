"""One walk over a parsed page: text blocks in reading order, each with the box it stands in.

A block is a run of text between two block-level boundaries (`p`, `div`, `li`, two `br` …). The walk is iterative, so
that depth is bounded by a limit and never by the interpreter's stack. Attributes are read afterwards, and only of boxes
that hold a block: two thirds of a page are menus, and attribute access is what costs.
"""

from __future__ import annotations

from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from presseschau.extract.body.hints import hints, is_guest
from presseschau.extract.markup import TooComplex

# Elements whose text no reader sees, that are controls, or that lead elsewhere.
_SKIP = frozenset(
    (
        "script", "style", "noscript", "template", "svg", "iframe", "object", "select", "option", "datalist",
        "textarea", "button", "input", "canvas", "video", "audio", "map", "head", "meta", "link", "title", "embed",
        "applet", "frame", "frameset", "noframes", "dialog", "progress", "meter", "math",
    )
)  # fmt: skip
_INLINE = frozenset(
    (
        "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i",
        "ins", "kbd", "label", "mark", "nobr", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike",
        "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "blink", "output",
    )
)  # fmt: skip
_TEXT_BOX = frozenset(
    (
        "p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "dt", "dd", "figcaption", "blockquote", "td", "th", "pre",
        "summary",
    )
)  # fmt: skip
_STICKY = frozenset(
    (
        "li", "td", "th", "blockquote", "figcaption", "dd",
    )
)  # fmt: skip
_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_STRONG = frozenset(("b", "strong", "em", "i"))
_MARKING = frozenset(("span", "small", "time", "cite", "label"))
# What the walk does with an element, one look-up each; every other element is a box, or inline text of its own kind.
_NOTHING, _BREAK, _RULE, _NAV, _FOOTER, _LINK, _BOLD, _MARK, _PLAIN = range(1, 10)
_TURN = (
    dict.fromkeys(_INLINE, _PLAIN)
    | dict.fromkeys(_STRONG, _BOLD)
    | dict.fromkeys(_MARKING, _MARK)
    | dict.fromkeys((*_SKIP, "", "-comment", "img", "source"), _NOTHING)
    | {"br": _BREAK, "hr": _RULE, "nav": _NAV, "footer": _FOOTER, "a": _LINK}
)

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
_HEADLINE_CHARS = 40  # a link as long as that is another article's headline, also where no heading says so
_LABEL_CHARS = 25  # shorter text outside of any text element is a label, a date, a counter
_MENU_GAP = 5  # what a whole `nav`, or the page's footer, counts for
_OUTER_FOOTER = 4  # the page's footer lies at most so deep; an article's own may hold its last lines
_NAMES_CHARS = 300


@dataclass(eq=False, slots=True)
class Box:
    """A block-level element on the way from the body to a block.

    Attributes:
        tag: Element name.
        parent: The box around it, None for the body.
        depth: Boxes above it.
        index: Order of its start tag among the boxes.
        node: The element, until its attributes are read.
        names: Class, id and test id as written.
        own: Hint bits of its own names.
        near: Hint bits of itself and the two boxes above it.
        around: Hint bits of itself and everything above it.
        boxes: `BOX_BIT` bits of itself and everything above it.
        guest: True in a widget of another house.
    """

    tag: str
    parent: Box | None
    depth: int
    index: int
    node: LexborNode | None
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
        strong: Characters in bold or italics.
        links: Number of links.
        inline: Hint bits of an inline element (`span`, `small`, `time` …) that holds most of its text.
        breaks: True where it was cut from its neighbour by line breaks only.
        gap: Links left out between the block before and this one: two thirds of all runs of text are nothing but link,
            and next to none of them stands in an article.
        gap_heads: How many of them were headlines of other articles.
    """

    text: str
    box: Box
    tag: str
    linked: int
    strong: int
    links: int
    inline: int
    breaks: bool
    gap: int
    gap_heads: int


def read_blocks(tree: LexborHTMLParser, max_nodes: int = 200_000, max_depth: int = 400) -> list[Block]:
    """The text blocks of a page in reading order, menus and widgets of other houses left out.

    Args:
        tree: The parsed page; it is not changed.
        max_nodes: Elements and texts that are looked at.
        max_depth: Nested elements.

    Raises:
        TooComplex: A limit is reached.
    """
    body = tree.body
    if body is None:
        return []
    walk = _Walk()
    walk.run(body, max_nodes, max_depth)
    for block in walk.blocks:
        _read_attributes(block.box)
    if walk.blocks:
        walk.blocks[-1].gap_heads += walk.gap_heads  # headlines below the last text count as well
    return [block for block in walk.blocks if not block.box.guest]


def _read_attributes(box: Box) -> None:
    """Names, hints and inherited bits of a box and of all above it, each read once."""
    chain = []
    at: Box | None = box
    while at is not None and at.node is not None:
        chain.append(at)
        at = at.parent
    for inner in reversed(chain):
        parent, node = inner.parent, inner.node
        inner.node = None
        if parent is None or node is None:
            continue
        own = 0
        boxes, guest, tag = parent.boxes | BOX_BIT.get(inner.tag, 0), parent.guest, inner.tag
        attrs = node.attributes
        if attrs:
            boxes |= _state(attrs)
            names = _names(attrs)
            if names:
                inner.names = names
                own = inner.own = hints(names)
                guest = guest or is_guest(tag, names)
        above = parent.parent
        inner.boxes, inner.guest = boxes, guest
        inner.near = own | parent.own | (above.own if above else 0)
        inner.around = own | parent.around


def _names(attrs: dict[str, str | None]) -> str:
    get = attrs.get
    found = [v for v in (get("class"), get("id"), get("data-testid") or get("data-component") or get("data-qa")) if v]
    return " ".join(found)[:_NAMES_CHARS] if found else ""


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


class _Run:
    """The block that is being collected."""

    __slots__ = ("linked", "links", "marked", "parts", "size", "strong")

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.size = self.linked = self.strong = self.links = 0
        self.marked: dict[int, tuple[LexborNode, int]] = {}


class _Walk:
    """State of one walk."""

    __slots__ = ("blocks", "current", "gap", "gap_heads")

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.current = _Run()
        self.gap = self.gap_heads = 0

    def flush(self, box: Box, text_tag: str, breaks: bool = False) -> None:
        """Ends a block."""
        run = self.current
        if not run.size:
            run.parts.clear()
            return
        self.current = _Run()
        text = " ".join("".join(run.parts).split())
        size = len(text)
        if run.linked >= 0.9 * size:
            self.gap += 1
            self.gap_heads += size >= _HEADLINE_CHARS or text_tag in _HEADINGS
            return
        if size < _LABEL_CHARS and text_tag not in _TEXT_BOX:
            return
        inline = 0
        for node, marked in run.marked.values():
            if marked * 2 > run.size:
                inline |= hints(_names(node.attributes))
        self.blocks.append(
            Block(text, box, text_tag, run.linked, run.strong, run.links, inline, breaks, self.gap, self.gap_heads)
        )
        self.gap = self.gap_heads = 0

    def run(self, body: LexborNode, max_nodes: int, max_depth: int) -> None:
        """Depth first; a stack entry is an element whose children are being read.

        Two thousand nodes a page make this the hottest loop of all: every attribute of a node is a call into the
        parser, so text is told from elements by the cheapest one, and white space is never turned into a string.
        """
        stack: list[tuple[LexborNode | None, Box, str, bool, bool, LexborNode | None, bool]] = []
        box = Box("body", None, 0, 0, None)
        node, text_tag, linked, strong, mark, is_box = body.first_child, "body", False, False, None, True
        nodes = boxes = 0
        broken = False  # one line break so far
        turn_of = _TURN.get
        run = self.current
        while True:
            if node is None:
                if is_box:
                    if run.parts:
                        self.flush(box, text_tag)
                        run = self.current
                    broken = False
                if not stack:
                    return
                node, box, text_tag, linked, strong, mark, is_box = stack.pop()
                continue
            nodes += 1
            if nodes > max_nodes:
                raise TooComplex("too_many_nodes", f"more than {max_nodes} nodes")
            if node.is_text_node:
                if not node.is_empty_text_node and (value := node.text_content) and (size := len(value.strip())):
                    broken = False
                    run.parts.append(value)
                    run.size += size
                    if linked:
                        run.linked += size
                    if strong:
                        run.strong += size
                    if mark is not None:
                        known = run.marked.get(id(mark))
                        run.marked[id(mark)] = (mark, size + (known[1] if known else 0))
                elif run.parts:
                    run.parts.append(" ")
                node = node.next
                continue
            tag = node.tag or ""
            turn = turn_of(tag, 0)
            if turn == _NOTHING:
                node = node.next
                continue
            if turn in (_BREAK, _RULE):
                if broken or turn == _RULE:
                    self.flush(box, text_tag, breaks=True)
                    run = self.current
                run.parts.append(" ")
                broken = not broken and turn == _BREAK
                node = node.next
                continue
            child = None if not turn and tag[0] in "-!_" else node.first_child
            if child is None:
                node = node.next
                continue
            if turn == _NAV or (turn == _FOOTER and box.depth < _OUTER_FOOTER):
                self.gap += _MENU_GAP
                node = node.next
                continue
            if len(stack) >= max_depth:
                raise TooComplex("too_deep", f"nested deeper than {max_depth}")
            stack.append((node.next, box, text_tag, linked, strong, mark, is_box))
            if turn > _FOOTER or ("-" in tag and text_tag in _TEXT_BOX):
                is_box = False
                if turn == _LINK:
                    linked = True
                    run.links += 1
                elif turn == _BOLD:
                    strong = True
                elif turn == _MARK:
                    mark = node
                node = child
                continue
            if run.parts:
                self.flush(box, text_tag)
                run = self.current
            broken = False
            boxes += 1
            box = Box(tag, box, box.depth + 1, boxes, node)
            if tag in _TEXT_BOX or text_tag not in _STICKY:
                text_tag = tag
            is_box = True
            node = child
