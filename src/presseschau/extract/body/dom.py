"""One walk over a parsed page: text blocks in reading order, each with the box it stands in.

A block is a run of text between two block-level boundaries (`p`, `div`, `li`, two `br` …). The walk is iterative, so
that depth is bounded by a limit and never by the interpreter's stack. Boxes are made, and attributes read, only where
there is a block to hold: two thirds of a page are menus, and attribute access is what costs.
"""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode

from presseschau.extract.body.blocks import BOX_BIT, HEADINGS, Block, Box, box_of, names_of
from presseschau.extract.body.hints import hints
from presseschau.extract.markup import TooComplex

# Elements whose text no reader sees, that are controls, or that lead elsewhere.
_SKIP = frozenset((
    "script", "style", "noscript", "template", "svg", "iframe", "object", "select", "option", "datalist",
    "textarea", "input", "canvas", "video", "audio", "map", "head", "meta", "link", "title", "embed",
    "applet", "frame", "frameset", "noframes", "dialog", "progress", "meter", "math",
))  # fmt: skip
_INLINE = frozenset((
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i",
    "ins", "kbd", "label", "mark", "nobr", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike",
    "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "blink", "output",
))  # fmt: skip
_TEXT_BOX = HEADINGS | {"p", "li", "dt", "dd", "figcaption", "blockquote", "td", "th", "pre", "summary"}
_STICKY = frozenset(("li", "td", "th", "blockquote", "figcaption", "dd"))
_MARKING = frozenset(("span", "small", "time", "cite", "label"))
_BOLD = frozenset(("b", "strong"))
# What the walk does with a node; every other element is a box, or inline text of its own kind.
_NOTHING, _BUTTON, _BREAK, _RULE, _NAV, _FOOTER, _BOX, _LINK, _MARK, _PLAIN = range(10)
_TURN = (
    dict.fromkeys(_INLINE, _PLAIN)
    | dict.fromkeys(_MARKING, _MARK)
    | dict.fromkeys((*_SKIP, "", "-comment", "img", "source"), _NOTHING)
    | {"br": _BREAK, "hr": _RULE, "nav": _NAV, "footer": _FOOTER, "a": _LINK, "button": _BUTTON}
)

_HEADLINE_CHARS = 40  # a link as long as that is another article's headline, also where no heading says so
_MENU_ENTRY = 0.9  # share of a run of text that is link, from which on it is no block
_LABEL_CHARS = 25  # shorter text outside of any text element is a label, a date, a counter
_LABEL_NODES = 50  # elements and texts in one
_MENU_GAP = 5  # what a whole `nav`, or the page's footer, counts for
_OUTER_FOOTER = 4  # the page's footer lies at most so deep; an article's own may hold its last lines


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
    if walk.blocks:
        walk.blocks[-1].gap_heads += walk.gap_heads  # headlines below the last text count as well
    return walk.blocks


def _collapsed(text: str) -> str:
    text = text.strip()
    if "  " in text or not text.isprintable():  # as all white space but a blank is not
        text = " ".join(text.split())
    return text


def _characters(node: LexborNode, most: int) -> int:
    """Of its text, as the walk counts them; more than `most` where there are more, or too many nodes for so few."""
    size = 0
    for count, text in enumerate(node.traverse(include_text=True)):
        size += len((text.text_content or "").strip())
        if size > most or count > _LABEL_NODES:
            return most + 1
    return size


def _label(said: LexborNode | None, size: int, box: Box) -> Block | None:
    """The text of so many characters that ends with `said`, where all of it is in bold."""
    node = said
    while (node := node.parent if node else None) is not None and node.tag in _INLINE:
        if node.tag in _BOLD and (found := _characters(node, size)) >= size:
            return Block(_collapsed(node.text()), box, "strong", 0, 0, 0, 0) if found == size else None
    return None


def _kind(node: LexborNode) -> tuple[int, str]:
    """What to do with a node, and its name."""
    tag = node.tag or ""
    turn = _TURN.get(tag, _BOX)
    return (_NOTHING if turn == _BOX and tag[0] in "-!_" else turn), tag


def _numbered() -> tuple[dict[int, tuple[int, str]], int]:
    """`_kind` by the number that the parser has for an element, and its number for text."""
    parser = LexborHTMLParser("<body>x<!-- -->")
    text, comment = parser.css("body")[0].iter(include_text=True)
    tags = sorted(tag for tag in {*_TURN, *_TEXT_BOX, *BOX_BIT, "div"} if tag.isalnum())
    return {node.tag_id: _kind(node) for node in (comment, *map(parser.create_node, tags))}, text.tag_id


_KINDS, _TEXT = _numbered()


class _Walk:
    """State of one walk: the blocks, the boxes around, and the block that is being collected."""

    __slots__ = ("blocks", "gap", "gap_heads", "linked", "marked", "parts", "short", "size", "within")

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        # The elements that are open, as boxes where one holds a block: most hold none, and are never more than nodes.
        self.within: list[LexborNode | Box] = [Box("body")]
        self.gap = self.gap_heads = 0
        self.short: tuple[LexborNode | None, int] | None = None  # what is too short for a block, right above the next
        self.parts: list[str] = []
        self.marked: dict[int, tuple[LexborNode, int]] = {}
        self.size = self.linked = 0

    def flush(self, text_tag: str, said: LexborNode | None) -> None:
        """Ends a block; `said` is its last text."""
        size = self.size
        if size:
            if self.linked >= _MENU_ENTRY * size:
                self.gap += 1
                self.gap_heads += size >= _HEADLINE_CHARS or text_tag in HEADINGS
                self.short = None
            elif size >= _LABEL_CHARS or text_tag in _TEXT_BOX:
                self.keep(text_tag)
                self.gap = self.gap_heads = 0
                self.short = None
            else:
                self.short = said, size
            self.size = self.linked = 0
            self.marked.clear()
        self.parts.clear()

    def keep(self, text_tag: str) -> None:
        """Makes the block, unless a guest says it, and the boxes around it that are not there yet."""
        box = self.box()
        if box.guest:
            return
        inline = 0
        for node, marked in self.marked.values():
            if marked * 2 > self.size:
                inline |= hints(names_of(node.attributes))
        text = _collapsed("".join(self.parts))
        label = _label(*self.short, box) if self.short else None
        self.blocks.append(Block(text, box, text_tag, self.linked, inline, self.gap, self.gap_heads, label))

    def box(self) -> Box:
        """The innermost box."""
        missing = []
        box = self.within[-1]
        while not isinstance(box, Box):
            missing.append(box)
            box = self.within[~len(missing)]
        for at in range(-len(missing), 0):
            box = self.within[at] = box_of(missing[~at], box, len(self.blocks))
        return box

    def run(self, body: LexborNode, max_nodes: int, max_depth: int) -> None:
        """Depth first; a stack entry is an element whose children are being read.

        Two thousand nodes a page make this the hottest loop of all: every attribute of a node is a call into the
        parser, so what a node is comes from its number alone, and white space is never turned into a string.
        """
        stack: list[tuple[LexborNode | None, str, bool, LexborNode | None, bool]] = []
        node, text_tag, linked, mark, is_box = body.first_child, "body", False, None, True
        said: LexborNode | None = None
        broken = False  # one line break so far
        parts, within, known = self.parts, self.within, _KINDS.get
        for _ in range(max_nodes + 1):
            while node is None:
                if is_box:
                    if parts:
                        self.flush(text_tag, said)
                    broken = False
                    ended = within.pop()
                    if type(ended) is Box:
                        ended.last = len(self.blocks)
                if not stack:
                    return
                node, text_tag, linked, mark, is_box = stack.pop()
            number = node.tag_id
            if number == _TEXT:
                if not node.is_empty_text_node and (value := node.text_content) and (size := len(value.strip())):
                    broken = False
                    said = node
                    parts.append(value)
                    self.size += size
                    if linked:
                        self.linked += size
                    if mark is not None:
                        seen = self.marked.get(id(mark))
                        self.marked[id(mark)] = (mark, size + (seen[1] if seen else 0))
                elif parts:
                    parts.append(" ")
                node = node.next
                continue
            turn, tag = known(number) or _kind(node)
            if turn <= _RULE:
                if turn != _BUTTON or text_tag not in HEADINGS:
                    if turn > _BUTTON:
                        if broken or turn == _RULE:
                            self.flush(text_tag, said)
                        parts.append(" ")
                        broken = not broken and turn == _BREAK
                    node = node.next
                    continue
                turn = _PLAIN  # in a heading it unfolds what the heading says
            child = node.first_child
            if child is None:
                node = node.next
                continue
            if turn <= _FOOTER and (turn == _NAV or len(within) <= _OUTER_FOOTER):
                self.gap += _MENU_GAP
                node = node.next
                continue
            if len(stack) >= max_depth:
                raise TooComplex("too_deep", f"nested deeper than {max_depth}")
            stack.append((node.next, text_tag, linked, mark, is_box))
            if turn > _BOX or ("-" in tag and text_tag in _TEXT_BOX):
                is_box = False
                if turn == _LINK:
                    linked = True
                elif turn == _MARK:
                    mark = node
            else:
                if parts:
                    self.flush(text_tag, said)
                broken = False
                within.append(node)
                if tag in _TEXT_BOX or text_tag not in _STICKY:
                    text_tag = tag
                is_box = True
            node = child
        raise TooComplex("too_many_nodes", f"more than {max_nodes} nodes")
