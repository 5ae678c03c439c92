"""Made-up news pages in any number, for measuring at scale: seeded, each page from its own number alone.

Nothing in them is from a real page. Sizes, boilerplate, JSON-LD and the share of copies are like those of real news
pages: about 30 KB, 15 % near-duplicates, three languages, forty publishers.
"""

from __future__ import annotations

import gzip
import html
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

import orjson
import yaml

Language = Literal["de", "en", "fr"]
Copy = Literal["whole", "edited", "part"]
_EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
_DAYS = 366
_FOLDER = 1_000  # pages in a folder


@cache
def _words() -> dict[Language, dict[str, list[str]]]:
    """Words and sentence patterns by language."""
    found: dict[Language, dict[str, list[str]]] = yaml.safe_load(
        Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")
    )
    return found


@dataclass(frozen=True, slots=True)
class Article:
    """A made-up article: headline and paragraphs."""

    language: Language
    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MadePage:
    """A page and what is true of it.

    Attributes:
        number: Its place in the collection; all else follows from it and the seed.
        publisher: Domain of its site.
        language: Of its article.
        copy_of: Number of the page whose article it repeats, None where it has one of its own.
        copy: `whole`, `edited` (single words differ), or `part` (its first half or more).
        html: The page.
    """

    number: int
    publisher: str
    language: Language
    copy_of: int | None
    copy: Copy | None
    html: str


@dataclass(frozen=True, slots=True)
class Collection:
    """How the pages are made.

    Attributes:
        pages: How many.
        seed: Of everything.
        publishers: Number of sites, each with its own layout.
        copies: Share of pages that repeat the article of an earlier one, 0 to 1.
        foreign: Share of articles in English and French, half and half, 0 to 1.
        words: Median words of an article; lengths are log-normal, most between a third and three times of it.
        page_bytes: About the mean size of a page, which differs from site to site.
    """

    pages: int
    seed: int = 0
    publishers: int = 40
    copies: float = 0.15
    foreign: float = 0.1
    words: int = 350
    page_bytes: int = 30_000

    def __post_init__(self) -> None:
        if self.pages < 1 or self.publishers < 1 or self.words < 1 or self.page_bytes < 1:
            raise ValueError("pages, publishers, words and page_bytes must be at least 1")
        if not 0 <= self.copies < 1 or not 0 <= self.foreign <= 1:
            raise ValueError(f"copies={self.copies} and foreign={self.foreign} must be shares")

    def page(self, number: int) -> MadePage:
        """One page; needs no other one."""
        chance = self._chance("page", number)
        publisher = f"blatt-{chance.randrange(self.publishers):02}.example"
        origin, article, copy = self._told(number, chance)
        return MadePage(
            number,
            publisher,
            article.language,
            origin if origin != number else None,
            copy,
            self._html(number, publisher, article, chance),
        )

    def article(self, number: int) -> Article:
        """The article of a page, without the page around it."""
        chance = self._chance("page", number)
        chance.randrange(self.publishers)
        return self._told(number, chance)[1]

    def _told(self, number: int, chance: random.Random) -> tuple[int, Article, Copy | None]:
        """Number of the page that an article is from, the article, and what kind of copy it is."""
        origin = self._origin(number)
        article = self._article(origin)
        return (origin, *_copied(article, chance)) if origin != number else (origin, article, None)

    def _chance(self, what: str, number: int) -> random.Random:
        # A string seed goes through sha512, so it depends on no process.
        return random.Random(f"{self.seed}:{what}:{number}")  # noqa: S311

    def _origin(self, number: int) -> int:
        """The page whose article this one has: itself, or an earlier one that has its own."""
        while number and (chance := self._chance("origin", number)).random() < self.copies:
            number = chance.randrange(max(0, number - 5_000), number)
        return number

    def _article(self, number: int) -> Article:
        chance = self._chance("article", number)
        language: Language = chance.choice(("en", "fr")) if chance.random() < self.foreign else "de"
        left = int(min(max(self.words * chance.lognormvariate(0, 0.6), 60), 5_000))
        paragraphs = []
        while left > 0:
            sentences = [_sentence(language, chance) for _ in range(chance.randint(2, 5))]
            paragraphs.append(" ".join(sentences))
            left -= sum(s.count(" ") + 1 for s in sentences)
        title = _sentence(language, chance).rstrip(".").replace(",", "")
        return Article(language, title, tuple(paragraphs))

    def _html(self, number: int, publisher: str, article: Article, chance: random.Random) -> str:
        layout = self._chance(publisher, 0)  # what is the same on every page of a site
        prefix = layout.choice(("c", "article", "story", "entry", "post")) + "-"
        moment = _EPOCH + timedelta(minutes=chance.randrange(_DAYS * 1440))
        url = f"https://www.{publisher}/{layout.choice(('news', 'technik', 'digital'))}/{number}.html"
        stated = {
            "@context": "https://schema.org", "@type": "NewsArticle", "headline": article.title, "url": url,
            "datePublished": moment.isoformat(), "author": {"@type": "Person", "name": f"A. {_name(chance)}"},
            "publisher": {"@type": "Organization", "name": publisher},
        }  # fmt: skip
        if layout.random() < 1 / 3:
            stated["articleBody"] = " ".join(article.paragraphs)
        links = "".join(f'<li><a href="/r/{n}">{_word("de", layout)}</a></li>' for n in range(layout.randint(20, 60)))
        body = [f"<p class={prefix}text>{html.escape(text, quote=False)}</p>" for text in article.paragraphs]
        for at in range(4, len(body), 5):
            body.insert(at, f"<h2>{_word(article.language, chance)} {_name(chance)}</h2>")
        if len(body) > 6:
            body.insert(3, f'<aside class="{prefix}ad"><p>Anzeige</p></aside>')
        main = (
            f'<main><article class="{prefix}body"><h1>{html.escape(article.title)}</h1>'
            f'<p class="{prefix}meta">Von A. {_name(chance)} <time datetime="{moment.isoformat()}">{moment:%d.%m.%Y}'
            f"</time></p>{''.join(body)}</article></main>"
        )
        head = (
            f'<!doctype html><html lang="{article.language}"><head><meta charset="utf-8"><title>'
            f'{html.escape(article.title)} | {publisher}</title><link rel="canonical" href="{url}">'
            f'<meta property="og:title" content="{html.escape(article.title)}"><meta property="og:type" '
            f'content="article"><script type="application/ld+json">{orjson.dumps(stated).decode()}</script>'
        )
        rest = int(self.page_bytes * layout.uniform(0.6, 1.6)) - len(head) - len(main) - len(links)
        code = _filler(layout, max(500, rest * 2 // 5))
        related = _related(article.language, chance, max(3, min(rest // 700, 40)))
        return (
            f"{head}<style>{_filler(layout, max(500, rest // 4))}</style><script>{code}</script></head><body>"
            f'<header><nav class="{prefix}nav"><ul>{links}</ul></nav></header>{main}'
            f'<section class="{prefix}related"><h3>Mehr zum Thema</h3>{related}</section>'
            f"<footer><p>Impressum · Datenschutz · {publisher}</p></footer></body></html>"
        )


def write_pages(collection: Collection, folder: Path, numbers: range) -> int:
    """Writes pages as `NNNN/NNNNNNNN.html.gz`; how many bytes they have before compression."""
    size = 0
    for number in numbers:
        raw = collection.page(number).html.encode()
        path = folder / f"{number // _FOLDER:04}" / f"{number:08}.html.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(raw, 1, mtime=0))
        size += len(raw)
    return size


def _copied(article: Article, chance: random.Random) -> tuple[Article, Copy]:
    """The article as another paper prints it."""
    copy: Copy = chance.choice(("whole", "edited", "part"))
    paragraphs = article.paragraphs
    if copy == "edited":
        # One word in a hundred changes five of a hundred shingles, twice that for both texts: Jaccard about .9.
        paragraphs = tuple(
            " ".join(_name(chance) if chance.random() < 0.01 else word for word in text.split()) for text in paragraphs
        )
    elif copy == "part":
        paragraphs = paragraphs[: max(1, round(len(paragraphs) * chance.uniform(0.5, 0.9)))]
    return Article(article.language, article.title, paragraphs), copy


def _sentence(language: Language, chance: random.Random) -> str:
    words = _words()[language]
    parts = chance.choice(words["pattern"]).split("{")
    made = [parts[0]]
    for part in parts[1:]:
        slot, _, rest = part.partition("}")
        made += [_fill(slot, language, chance), rest]
    return "".join(made)


def _fill(slot: str, language: Language, chance: random.Random) -> str:
    if slot == "noun":
        return _word(language, chance)
    if slot == "number":
        return str(chance.randint(2, 20_000))
    if slot == "year":
        return str(chance.randint(2015, 2035))
    if slot == "name":
        return _name(chance)
    return chance.choice(_words()[language][slot])


def _word(language: Language, chance: random.Random) -> str:
    # Compounds of up to three parts: five words in a row are then as seldom the same by chance as in real news.
    words = _words()[language]
    head, tail = chance.choice(words["head"]), chance.choice(words["tail"])
    between = chance.choice(words["head"]) if chance.random() < 0.7 else ""
    return f"{head}{between.lower() if language == 'de' else between and ' ' + between}{tail}"


def _name(chance: random.Random) -> str:
    first, second = chance.choice(_words()["de"]["name"]), chance.choice(_words()["de"]["name"])
    return f"{first}-{second}" if chance.random() < 0.8 else first


def _related(language: Language, chance: random.Random, count: int) -> str:
    return "".join(
        f'<div class="teaser"><a href="/n/{chance.randrange(10**6)}"><h4>{_sentence(language, chance)}</h4></a></div>'
        for _ in range(count)
    )


def _filler(chance: random.Random, size: int) -> str:
    """Code of about this size, the same on every page of a site but for its length."""
    line = "".join(f"var v{n}=[{chance.randrange(10**6)},{chance.randrange(10**6)}];" for n in range(40))
    return (line * (size // len(line) + 1))[:size].rpartition(";")[0]


def numbers_of(part: int, parts: int, pages: int) -> range:
    """Equal shares of the page numbers, whole folders, for processes that write side by side.

    >>> [numbers_of(part, 2, 3_500) for part in range(2)]
    [range(0, 2000), range(2000, 3500)]
    """
    folders = -(-pages // _FOLDER)
    begin, end = (-(-folders * at // parts) * _FOLDER for at in (part, part + 1))
    return range(min(begin, pages), min(end, pages))


@dataclass(frozen=True, slots=True)
class WriteJob:
    """A share of a collection for one process."""

    collection: Collection
    folder: Path
    numbers: range


def write_share(job: WriteJob) -> int:
    """Writes the share; how many bytes it has before compression."""
    return write_pages(job.collection, job.folder, job.numbers)
