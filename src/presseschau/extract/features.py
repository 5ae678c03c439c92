"""What tells an article's block from boilerplate: one row of numbers per block.

Rows depend on the page alone. Every feature is cheap: the words of a block are looked at once, boxes are summed once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from presseschau.extract.dom import BOX_BIT, HINT_NAMES, Block, Box
from presseschau.extract.phrases import PHRASE_NAMES, phrases

Floats = npt.NDArray[np.float32]

# The commonest function words of European languages: running text is full of them, labels and menus are not.
_FUNCTION_WORDS = frozenset(
    """der die das den dem des ein eine einen einem einer und oder aber auch nicht mit von vom zu zum zur im in am an auf aus bei für
    über nach vor ist sind war waren wird werden wurde hat haben hatte er sie es wir ich man sich dass wie als wenn nur noch so sein
    seine ihre durch um bis kann können mehr sei diese dieser
    the of and to a that it for was on are as with his they at be this have from by not but what were when we there can an your which
    their said if will each about how up out them then she many some would other into has he had you is
    le la les un une des et en que qui dans pour sur pas plus par au aux avec ce il elle ne se est sont ont du son cette mais
    el los las una y por con para como su al lo más pero sus ha fue es no
    il di che è per della del dei delle nel una si sono con anche alla
    het een van dat niet op zijn voor met er maar om hem dan bij uit naar ook door
    o os as um uma e em do da dos não na no se mais
    och att det som på av för är den till inte har om ett men
    og det at en på som er til av for med ikke har de
    i w na się z do nie że to jest jak
    ve bir bu da için ile""".split()
)
# Words that speak to the reader as a user or customer: frequent in forms, consent texts and offers, rare in reports.
_SERVICE_WORDS = frozenset(
    """bitte klicken klick klicke anmelden angemeldet einloggen login registrieren registriert konto passwort kennwort nutzerkonto benutzerkonto
    mail email adresse newsletter cookies cookie website webseite browser javascript datenschutz datenschutzerklärung einwilligung zustimmen
    zustimmung akzeptieren einstellungen personenbezogene nutzer abo abonnieren abonnement abonnenten kündbar testen kostenlos kommentar kommentare
    kommentieren netiquette redaktion leserbrief inhalte anzeigen externe externer drittanbieter link links teilen folgen folge bestellen warenkorb
    versand lieferzeit mwst agb impressum urheberrecht vorbehalten ihnen ihre ihren ihrer ihrem deine deiner deinen dein dir dich uns unser unsere unserer unserem
    privacy consent settings please click subscribe account password browser advertising ads personal preferences accept sign log website site your you
    our we us terms policy vos votre cliquez sus su tu""".split()
)
_WORD = re.compile(r"\w+")
_TITLE_WORDS = re.compile(r"[^\W\d_]{2,}|\d+")
_TAGS = ("p", "h1", "h2", "h3", "h4", "li", "td", "blockquote", "figcaption", "div", "section", "span", "header", "dd")
_SENTENCE_END = frozenset(".!?…")
_CLOSERS = "\"'“”»«‹›’‘)] "
_BOXES = ("article", "main", "section", "aside", "nav", "footer", "header", "figure", "form", "ul", "ol", "table", "blockquote", "p", "hidden", "articlebody")

_BASE = (
    "words log_words avg_word function service lower capital digits linked links strong ends_sentence ends_colon question quotes commas "
    "starts_lower breaks depth title_overlap lead_overlap ld_overlap ld_known repeats copies"
).split()
GROUP = (
    "own_share parent_share grand_share own_count top_inside top_up sig_share sig_count sig_mean sig_linked "
    "after_title blocks_after_title words_after_title place words_place page_words page_blocks box_linked parent_linked near_top"
).split()
FEATURES: tuple[str, ...] = (
    *_BASE,
    *(f"tag_{t}" for t in _TAGS),
    *(f"in_{t}" for t in _BOXES),
    *(f"own_{h}" for h in HINT_NAMES),
    *(f"near_{h}" for h in HINT_NAMES),
    *(f"around_{h}" for h in HINT_NAMES),
    *(f"inline_{h}" for h in HINT_NAMES),
    *(f"says_{p}" for p in PHRASE_NAMES),
    *GROUP,
)
_CONTEXT = ("log_words", "linked", "function", "ends_sentence", "tag_p", "tag_h2", "tag_h3", "title_overlap", "ld_overlap", "sig_share", "own_share")


@dataclass(frozen=True, slots=True)
class Known:
    """What the page's metadata says about its article.

    Attributes:
        title: Headline.
        lead: Description.
        article_body: The text in JSON-LD, where it has one.
    """

    title: str | None = None
    lead: str | None = None
    article_body: str | None = None


def words_of(text: str) -> list[str]:
    """Words in lower case."""
    return _WORD.findall(text.lower())


@lru_cache(maxsize=4096)
def _bits(mask: int, size: int) -> tuple[float, ...]:
    return tuple(float(mask >> i & 1) for i in range(size))


_TAG_ROW = {t: tuple(float(t == u) for u in _TAGS) for t in _TAGS}
_NO_TAG = (0.0,) * len(_TAGS)
_BOX_MASKS = tuple(BOX_BIT[name] for name in _BOXES)


@lru_cache(maxsize=4096)
def _box_row(mask: int) -> tuple[float, ...]:
    return tuple(1.0 if mask & bit else 0.0 for bit in _BOX_MASKS)


class _Shingles:
    """Share of a block's words that stand in a reference text in the same order."""

    __slots__ = ("joined", "known")

    def __init__(self, text: str | None) -> None:
        words = words_of(text or "")
        self.known = set(zip(words, words[1:], words[2:], strict=False))
        self.joined = f" {' '.join(words)} " if words else ""

    def overlap(self, words: Sequence[str]) -> float:
        if not words or not self.joined:
            return 0.0
        if len(words) < 3:
            return float(f" {' '.join(words)} " in self.joined)
        hits = sum(t in self.known for t in zip(words, words[1:], words[2:], strict=False))
        return hits / (len(words) - 2)


def _base_row(block: Block, words: list[str], title: frozenset[str], lead: _Shingles, ld: _Shingles, repeats: float, copies: float) -> tuple[float, ...]:
    text = block.text
    tokens = text.split()
    n, size = len(tokens), len(text)
    tail = text.rstrip(_CLOSERS)[-1:]
    wordset = set(words)
    shared = len(title & wordset)
    return (
        float(n),
        float(np.log1p(n)),
        size / n,
        sum(w in _FUNCTION_WORDS for w in words) / max(1, len(words)),
        sum(w in _SERVICE_WORDS for w in words) / max(1, len(words)),
        sum(t[0].islower() for t in tokens) / n,
        sum(t[0].isupper() for t in tokens) / n,
        sum(t[0].isdigit() for t in tokens) / n,
        min(1.0, block.linked / size),
        float(block.links),
        min(1.0, block.strong / size),
        float(tail in _SENTENCE_END),
        float(tail == ":"),
        float(tail == "?"),
        float(text[0] in "„\"“»«›'"),
        float(text.count(",")),
        float(text[0].islower()),
        float(block.breaks),
        float(block.box.depth),
        2 * shared / (len(title) + len(wordset)) if title and words else 0.0,
        lead.overlap(words),
        ld.overlap(words),
        float(bool(ld.joined)),
        repeats,
        copies,
    )


def measure(blocks: Sequence[Block], known: Known) -> Floats:
    """One row of `FEATURES` per block, then the rows' neighbours; see `COLUMNS`."""
    if not blocks:
        return np.zeros((0, len(COLUMNS)), dtype=np.float32)
    title = frozenset(words_of(known.title or ""))
    lead, ld = _Shingles(known.lead), _Shingles(known.article_body)
    seen: dict[str, int] = {}
    total: dict[str, int] = {}
    for block in blocks:
        total[block.text] = total.get(block.text, 0) + 1
    rows = []
    size = len(HINT_NAMES)
    for block in blocks:
        repeats = seen.get(block.text, 0)
        seen[block.text] = repeats + 1
        box = block.box
        rows.append(
            _base_row(block, words_of(block.text), title, lead, ld, float(repeats), float(total[block.text]))
            + _TAG_ROW.get(block.tag, _NO_TAG)
            + _box_row(box.boxes)
            + _bits(box.own, size)
            + _bits(box.near, size)
            + _bits(box.around, size)
            + _bits(block.inline, size)
            + _bits(phrases(block.text), len(PHRASE_NAMES))
        )
    base = np.asarray(rows, dtype=np.float32)
    table = np.hstack([base, group_rows(blocks, base, good_words(base))])
    return np.hstack([table, _neighbours(table)])


def outer_box(block: Block) -> Box:
    """The box that holds the block beside its siblings."""
    box = block.box
    if box.tag in ("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "blockquote", "figcaption", "td", "dd") and box.parent is not None:
        return box.parent
    return box


_AT = {name: i for i, name in enumerate(FEATURES)}


def good_words(rows: Floats) -> Floats:
    """Words of blocks that look like running text, before any model has spoken."""
    words, linked = rows[:, _AT["words"]], rows[:, _AT["linked"]]
    return np.where((linked < 0.5) & (words >= 6), words * (1 - linked), 0.0).astype(np.float32)


def group_rows(blocks: Sequence[Block], base: Floats, good: Floats) -> Floats:
    """How a block's boxes share in the page's `good` words."""
    linked = base[:, _AT["linked"]]
    total = float(good.sum()) or 1.0
    sums: dict[Box, float] = {}
    weight: dict[Box, float] = {}
    all_chars: dict[Box, float] = {}
    link_chars: dict[Box, float] = {}
    count: dict[Box, int] = {}
    outers = [outer_box(b) for b in blocks]
    for block, outer, g in zip(blocks, outers, good.tolist(), strict=True):
        box: Box | None = outer
        share = 1.0
        size, links = float(len(block.text)), float(block.linked)
        count[outer] = count.get(outer, 0) + 1
        while box is not None:
            sums[box] = sums.get(box, 0.0) + g
            weight[box] = weight.get(box, 0.0) + g * share
            all_chars[box] = all_chars.get(box, 0.0) + size
            link_chars[box] = link_chars.get(box, 0.0) + links
            box, share = box.parent, share * 0.8
    top: Box | None = max(weight, key=lambda b: (weight[b], -b.index))
    up_to_top: dict[Box, int] = {}
    steps = 0
    while top is not None:
        up_to_top[top] = steps
        top, steps = top.parent, steps + 1
    signature: dict[tuple[str, str, str], list[float]] = {}
    keys = []
    for block, outer, g, link in zip(blocks, outers, good.tolist(), linked.tolist(), strict=True):
        key = (block.tag, outer.tag, outer.names)
        keys.append(key)
        cell = signature.setdefault(key, [0.0, 0.0, 0.0])
        cell[0] += g
        cell[1] += 1
        cell[2] += link
    titles = base[:, _AT["title_overlap"]]
    tags = [b.tag for b in blocks]
    scores = [t + 0.3 * (tag == "h1") for t, tag in zip(titles.tolist(), tags, strict=True)]
    best = max(range(len(scores)), key=lambda i: (round(scores[i], 3), i)) if max(scores) > 0.6 else -1
    n = len(blocks)
    before = np.concatenate([[0.0], np.cumsum(good)])
    rows = []
    for i, (outer, key) in enumerate(zip(outers, keys, strict=True)):
        parent = outer.parent or outer
        grand = parent.parent or parent
        climb, inside = outer, 0
        while climb not in up_to_top and climb.parent is not None:
            climb, inside = climb.parent, inside + 1
        s = signature[key]
        rows.append(
            (
                sums[outer] / total,
                sums[parent] / total,
                sums[grand] / total,
                float(count[outer]),
                float(inside),
                float(up_to_top.get(climb, 0)),
                s[0] / total,
                s[1],
                s[0] / s[1],
                s[2] / s[1],
                float(best >= 0 and i > best) if best >= 0 else -1.0,
                float(i - best) if best >= 0 else -99.0,
                float(before[i] - before[best]) if best >= 0 else -999.0,
                i / n,
                float(before[i]) / total,
                total,
                float(n),
                link_chars[outer] / max(1.0, all_chars[outer]),
                link_chars[parent] / max(1.0, all_chars[parent]),
                float(inside + up_to_top.get(climb, 0)),
            )
        )
    return np.asarray(rows, dtype=np.float32)


def _shift(table: Floats, by: int) -> Floats:
    out = np.full_like(table, -1.0)
    if by > 0:
        out[by:] = table[:-by] if by < len(table) else out[by:]
    else:
        out[:by] = table[-by:] if -by < len(table) else out[:by]
    return out


_CONTEXT_AT = [FEATURES.index(name) for name in _CONTEXT]
_STEPS = (1, -1, 2, -2)
COLUMNS: tuple[str, ...] = (*FEATURES, *(f"{name}@{-step:+d}" for step in _STEPS for name in _CONTEXT))


def _neighbours(table: Floats) -> Floats:
    part = table[:, _CONTEXT_AT]
    return np.hstack([_shift(part, step) for step in _STEPS])
