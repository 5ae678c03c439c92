"""One walk over a parsed page: text blocks in reading order, each with the box it stands in.

A block is a run of text between two block-level boundaries (`p`, `div`, `li`, two `br` …). The walk is iterative, so that
depth is bounded by a limit and never by the interpreter's stack, and reads the attributes of block-level elements only:
attribute access is what costs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

# Elements whose text no reader sees, or that are controls instead of text.
_SKIP = frozenset(
    "script style noscript template svg iframe object select option datalist textarea button input canvas video audio map "
    "head meta link title embed applet frame frameset noframes dialog progress meter math".split()
)
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q rp rt ruby s samp small span "
    "strike strong sub sup time tt u var wbr blink output".split()
)
_TEXT_BOX = frozenset("p h1 h2 h3 h4 h5 h6 li dt dd figcaption blockquote td th pre summary".split())
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_VOID_BREAK = frozenset(("br", "hr"))
_SPACE = re.compile(r"\s+")

# What a part of a class or id says about the box. Order is the bit order; `hints` gives a bit mask.
HINTS: tuple[tuple[str, str], ...] = (
    ("body", r"articlebody|articletext|articlecontent|bodytext|bodycopy|storybody|^body$|^content$|maincontent|^text$|textbody|richtext|^rte$|wysiwyg|copytext|fliesstext|^prose$|^copy$"),
    ("paragraph", r"^para(?:graph)?s?$|absatz|textblock|textmodule"),
    ("article", r"article|artikel|story|beitrag|^entry$|^post$|^news$|^blog$"),
    ("main", r"^main|hauptinhalt"),
    ("lead", r"^lead|intro|vorspann|anreisser|abstract|summary|excerpt|standfirst|^deck$|subtitle|subhead|subline|description|chapo|synopsis|unterzeile|perex|ingress|standfirst"),
    ("headline", r"headline|heading|^title$|^titel$|^hed$|ueberschrift|crosshead|headtext"),
    ("kicker", r"kicker|dachzeile|overline|topline|eyebrow|spitzmarke|pretitle|roofline|supertitle"),
    ("teaser", r"teaser|^cards?$|^tiles?$|^items?$|preview|snippet|thumb"),
    ("related", r"relat|recommend|empfehl|^more|weiterlesen|^also$|similar|meistgelesen|popular|trending|latest|outbrain|taboola|plista|readalso|^thema$|^themen|linklist|suggest|upnext|highlight|topstor|recirc"),
    ("caption", r"caption|bildunterschrift|bildtext|legend|^bild|image|^img$|photo|foto|picture|figure|^media|gallery|galerie|slideshow|carousel|slider|swiper|lightbox"),
    ("credit", r"credit|copyright|quelle|source|rights|agency|photographer|fotograf"),
    ("byline", r"byline|author|autor|redakteur|contributor|writer|signature|vcard|person|^bio$"),
    ("date", r"^date|datum|^time$|timestamp|publish|^zeit$|updated|^stand$|reading|lesezeit|lesedauer|duration"),
    ("meta", r"^meta|^info$|^tags?$|taglist|keyword|^topics?$|categor|rubrik|breadcrumb|brotkrumen|crumb|label|badge|ressort"),
    ("social", r"social|share|sharing|teilen|facebook|twitter|whatsapp|pinterest|instagram|follow|reaction|^likes?$|^vot|rating|bookmark|merken|^print|drucken|toolbar|action"),
    ("comment", r"comment|kommentar|disqus|discussion|forum|leserbrief|respond|reply|replies|debatt|bbwrapper"),
    ("newsletter", r"newsletter|subscri|^abo$|abonn|signup|paywall|piano|premium|^plus$|membership|donat|spende|support"),
    ("account", r"login|^sign|passw|account|konto|profile?$|janrain|regist|anmeld|captcha|^auth$|^forms?$|contactform|error|success|warning|verif|confirm"),
    ("promo", r"promo|banner|^ads?$|advert|anzeige|werbung|sponsor|affiliate|commerce|shop|product|^deals?$|offer|angebot|partner|marketing|callout|^cta$"),
    ("consent", r"consent|cookie|gdpr|dsgvo|privacy|datenschutz|optin|embed|extern|iframe|thirdparty|^gate|overlay|modal|popup|dialog|notice|alert|placeholder|onetrust|^ot$|^cmp|^sp$|^uc$|^cky$|^cc$|cmplz|brlbs|usercentrics|didomi|sourcepoint|quantcast|borlabs|truste|iubenda"),
    ("nav", r"^nav|menu|menue|header|topbar|footer|sitemap|paginat|^pager$|^paging$|^skip|^toc$|inhaltsverzeichnis|search|suche|language|burger|logo"),
    ("side", r"sidebar|aside|marginal|^rail$|widget|secondary|rightcol|complementary|supplement|infobox|factbox|fakten|^box$|context|kasten|portlet|expandable|accordion"),
    ("video", r"video|audio|player|podcast|livestream|playlist|vorlesen|listen|hoeren|readspeaker|^tts$"),
    ("quote", r"quote|zitat"),
    ("hidden", r"hidden|invisible|^sr$|screenreader|hide|^dnone$|noscript|printonly|collapse"),
)  # fmt: skip
HINT_NAMES: tuple[str, ...] = tuple(name for name, _ in HINTS)
_HINT_RES = tuple(re.compile(pattern) for _, pattern in HINTS)
BIT = {name: 1 << i for i, name in enumerate(HINT_NAMES)}

_BOX_TAGS = "article main section aside nav footer header figure form ul ol table blockquote dl details p".split()
_BOX_BIT = {tag: 1 << i for i, tag in enumerate(_BOX_TAGS)}
BOX_BIT = {**_BOX_BIT, "hidden": 1 << len(_BOX_TAGS), "articlebody": 2 << len(_BOX_TAGS)}


# Two thirds of all blocks are menu entries; next to none of them stands in an article.
_MENU_CHARS = 60


class TooComplex(ValueError):  # noqa: N818  (it is a limit, named for what it says)
    """The page has more nodes, or is nested deeper, than a page that people read.

    Attributes:
        reason: `too_deep` or `too_many_nodes`.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


_MANY_TAGS = 40_000
_LONG_SOURCE = 40_000
_DEEPEST_SOURCE = 15_000  # the parser's time grows with the square of the depth: half a second here
_MOST_ATTRIBUTES = 20_000  # and with the square of the attributes of one element
_SELF_CLOSING = frozenset(
    "area base br col embed hr img input link meta param source track wbr p li dt dd tr td th tbody thead tfoot option optgroup".split()
)
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_LONG_TAG = re.compile(r"<[a-zA-Z][^<]{40000,}")


def check_markup(html: str) -> None:
    """Refuses, before it is parsed, markup on which the parser would spend minutes; next to free on real pages.

    Raises:
        TooComplex: Far too deep, or an element with far too many attributes.
    """
    if len(html) > 3 * _MANY_TAGS and html.count("<") > _MANY_TAGS:
        depth = deepest = 0
        for match in _TAG.finditer(html):
            if match[2].lower() not in _SELF_CLOSING:
                depth = depth - 1 if match[1] else depth + 1
                deepest = max(deepest, depth)
        if deepest > _DEEPEST_SOURCE:
            raise TooComplex("too_deep", f"nested {deepest} deep")
    if len(html) > _LONG_SOURCE:
        for match in _LONG_TAG.finditer(html):
            tag = match[0].partition(">")[0]
            if len(tag.split()) > _MOST_ATTRIBUTES or tag.count("=") > _MOST_ATTRIBUTES:
                raise TooComplex("too_many_nodes", "an element with too many attributes")



@dataclass(eq=False, slots=True)
class Box:
    """A block-level element on the way from the body to a block.

    Attributes:
        tag: Element name.
        parent: The box around it, None for the body.
        depth: Boxes above it.
        names: Class and id as written.
        own: Hint bits of its own names.
        near: Hint bits of itself and the two boxes above it.
        around: Hint bits of itself and everything above it.
        boxes: `BOX_BIT` bits of itself and everything above it.
        index: Order of its start tag among the boxes.
    """

    tag: str
    parent: Box | None
    depth: int
    names: str
    own: int
    near: int
    around: int
    boxes: int
    index: int


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
        inline: Hint bits of inline elements (`span`, `small`, `time` …) that hold most of its text.
        breaks: True where it was cut from its neighbour by line breaks only.
        gap: Menu entries (short, nothing but link) left out between the block before and this one.
        gap_heads: How many of them were headings: headlines of other articles.
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


_NAME_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]{2,}")


@lru_cache(maxsize=1 << 16)
def name_parts(names: str) -> tuple[str, ...]:
    """The words in a class and id string, lower case, once each.

    >>> name_parts("ArticleItem__teaserText x12")
    ('article', 'item', 'teaser', 'text', 'x')
    """
    return tuple(dict.fromkeys([t.lower() for t in _NAME_PART.findall(names)]))


@lru_cache(maxsize=1 << 16)
def _part_hints(part: str) -> int:
    bits = 0
    for i, pattern in enumerate(_HINT_RES):
        if pattern.search(part):
            bits |= 1 << i
    return bits


@lru_cache(maxsize=1 << 16)
def hints(names: str) -> int:
    """The hint bits of a class and id string.

    >>> hints("article__body") == BIT["body"] | BIT["article"]
    True
    """
    bits = 0
    for part in name_parts(names):
        bits |= _part_hints(part)
    return bits


def _names(attrs: dict[str, str | None]) -> str:
    cls, ident = attrs.get("class"), attrs.get("id")
    names = f"{cls or ''} {ident}" if ident else cls or ""
    role = attrs.get("data-testid") or attrs.get("data-component") or attrs.get("data-qa")
    if role:
        names = f"{names} {role}"
    return names[:300]


def _is_hidden(attrs: dict[str, str | None]) -> bool:
    if "hidden" in attrs:
        return True
    style = attrs.get("style")
    return bool(style) and "none" in style and "display:none" in style.replace(" ", "").lower()  # type: ignore[operator, union-attr]


def _open_box(node: LexborNode, tag: str, parent: Box, index: int) -> Box:
    bits = parent.boxes | _BOX_BIT.get(tag, 0)
    attrs = node.attributes
    if not attrs:
        return Box(tag, parent, parent.depth + 1, "", 0, _inherit(parent, 0), parent.around, bits, index)
    names = _names(attrs)
    own = hints(names) if names else 0
    if _is_hidden(attrs):
        bits |= BOX_BIT["hidden"]
    if "itemprop" in attrs and (attrs["itemprop"] or "").lower() in ("articlebody", "text", "reviewbody"):
        bits |= BOX_BIT["articlebody"]
    role = attrs.get("role")
    if role:
        bits |= _ROLES.get(role.lower(), 0)
    return Box(tag, parent, parent.depth + 1, names, own, _inherit(parent, own), parent.around | own, bits, index)


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


def _inherit(parent: Box, own: int) -> int:
    above = parent.own | (parent.parent.own if parent.parent else 0)
    return own | above


class _Run:
    """The block that is being collected."""

    __slots__ = ("linked", "links", "marked", "parts", "size", "strong")

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.size = self.linked = self.strong = self.links = 0
        self.marked: dict[int, int] = {}


def read_blocks(tree: LexborHTMLParser, max_nodes: int = 200_000, max_depth: int = 400) -> list[Block]:
    """The text blocks of a page in reading order.

    Args:
        tree: The parsed page; it is not changed.
        max_nodes: Elements and texts that are looked at.
        max_depth: Nested elements.

    Raises:
        TooComplex: A limit is reached.
    """
    return _Walk(max_nodes, max_depth).run(tree.body)


class _Walk:
    """State of one walk."""

    __slots__ = ("blocks", "gap", "gap_heads", "max_depth", "max_nodes", "run_")

    def __init__(self, max_nodes: int, max_depth: int) -> None:
        self.blocks: list[Block] = []
        self.gap = self.gap_heads = 0
        self.max_nodes = max_nodes
        self.max_depth = max_depth
        self.run_ = _Run()

    def flush(self, box: Box, text_tag: str, breaks: bool = False) -> None:
        run = self.run_
        if not run.parts:
            return
        self.run_ = _Run()
        text = _SPACE.sub(" ", "".join(run.parts)).strip()
        if not text:
            return
        if len(text) < _MENU_CHARS and run.linked >= 0.9 * len(text):
            self.gap += 1
            self.gap_heads += text_tag in _HEADINGS
            return
        inline = 0
        for bits, size in run.marked.items():
            if size * 2 > run.size:
                inline |= bits
        self.blocks.append(Block(text, box, text_tag, run.linked, run.strong, run.links, inline, breaks, self.gap, self.gap_heads))
        self.gap = self.gap_heads = 0

    def run(self, body: LexborNode | None) -> list[Block]:
        """Walk depth first; one stack entry is an element whose children are being read."""
        if body is None:
            return []
        root = Box("body", None, 0, "", 0, 0, 0, 0, 0)
        # (next sibling to read, box, tag of the nearest text element, in link, in bold, inline hints, element was a box)
        stack: list[tuple[LexborNode | None, Box, str, bool, bool, int, bool]] = []
        node, box, text_tag, linked, strong, marks, is_box = body.first_child, root, "body", False, False, 0, True
        nodes = boxes = 0
        pending_break = False
        max_nodes, max_depth = self.max_nodes, self.max_depth
        while True:
            if node is None:
                if is_box:
                    self.flush(box, text_tag)
                    pending_break = False
                if not stack:
                    return self.blocks
                node, box, text_tag, linked, strong, marks, is_box = stack.pop()
                continue
            nodes += 1
            if nodes > max_nodes:
                raise TooComplex("too_many_nodes", f"more than {max_nodes} nodes")
            tag = node.tag or ""
            if tag == "-text":
                value = node.text_content or ""
                if value:
                    run = self.run_
                    run.parts.append(value)
                    size = len(value.strip())
                    if size:
                        pending_break = False
                        run.size += size
                        if linked:
                            run.linked += size
                        if strong:
                            run.strong += size
                        if marks:
                            run.marked[marks] = run.marked.get(marks, 0) + size
                node = node.next
                continue
            if tag in _VOID_BREAK:
                if pending_break or tag == "hr":
                    self.flush(box, text_tag, breaks=True)
                    pending_break = False
                else:
                    pending_break = True
                    self.run_.parts.append(" ")
                node = node.next
                continue
            if not tag or tag in _SKIP or tag[0] in "-!_":
                node = node.next
                continue
            child = node.first_child
            if child is None:
                node = node.next
                continue
            if len(stack) >= max_depth:
                raise TooComplex("too_deep", f"nested deeper than {max_depth}")
            if tag in _INLINE or ("-" in tag and text_tag in _TEXT_BOX):
                stack.append((node.next, box, text_tag, linked, strong, marks, is_box))
                is_box = False
                if tag == "a":
                    linked = True
                    self.run_.links += 1
                elif tag in ("b", "strong", "em", "i"):
                    strong = True
                if tag in ("span", "small", "time", "cite", "label"):
                    attrs = node.attributes
                    if attrs:
                        names = _names(attrs)
                        if names:
                            marks |= hints(names)
                node = child
                continue
            self.flush(box, text_tag)
            pending_break = False
            stack.append((node.next, box, text_tag, linked, strong, marks, is_box))
            boxes += 1
            box = _open_box(node, tag, box, boxes)
            if tag in _TEXT_BOX:
                text_tag = tag
            elif text_tag not in ("li", "td", "th", "blockquote", "figcaption", "dd"):
                text_tag = tag
            is_box = True
            node = child
