"""Genre labelling functions: what a text calls itself, how it is built, and how it speaks.

Markers ("im Test", "Ein Kommentar") come from the genre lexicon, as do cues: words that say little alone and much
together. Structure is questions and answers, a question in the title, list pages, whose site it is. Style (`style.py`)
tells news from background, opinion and advice for texts that name no genre.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from presseschau.label.reading import ZONES, Reading, Zone, Zones
from presseschau.label.scheme import Task
from presseschau.label.sender import sender_votes
from presseschau.label.style import load_style, style_features, style_votes
from presseschau.label.vote import Vote, structure_vote

STRUCTURE = tuple(f"structure/{name}" for name in (
    "questions_to_a_person", "speaker_labels", "speaker_addressed", "title_is_a_quote", "title_shows_how", "title_asks",
    "title_of_several", "lead_of_several", "title_is_a_release", "title_price", "title_addresses", "title_infinitive",
    "agency_copy", "posts_with_times", "entries_with_times", "institution", "own_matter", "own_name", "collection",
    "section", "paragraphs_ask", "fields", "pages_and_price", "interviewer_named",
))  # fmt: skip


class Cue(NamedTuple):
    """Words that say little alone and much together.

    Attributes:
        label: The genre that they speak for.
        factor: Weight of the vote per weight of the words found.
        floor: Weight of the words up to which they say nothing.
    """

    label: str
    factor: float
    floor: float


# Factors and floors: set where the strength of a cue separated its genre from all others on articles of the reference.
CUES: Mapping[str, Cue] = {
    "_judged": Cue("review", 1.4, 0.8),
    "_sender": Cue("press_release", 2.0, 0.8),
    "_offer": Cue("other", 2.0, 0.8),
    "_episode": Cue("other", 1.5, 1.2),
    "_advice": Cue("howto", 2.0, 0.8),
    "_items": Cue("digest", 3.5, 0.6),
}
_CUE_ZONES: Mapping[Zone, float] = {"title": 1.0, "lead": 1.0, "body": 1.5}
_CUE_CAP = 6.0
_IN_CULTURE = 1.6  # what a section of the arts adds
# News of prizes is full of works, too.
_AWARD = re.compile(r"preis\b|\boscar|nominier|\bgewinnt\b|auszeichnung|ausgezeichnet|geehrt")
ZONE_WEIGHTS: Mapping[Zone, float] = {"title": 1.0, "lead": 0.9, "body": 0.12, "keywords": 0.5}
_TITLE_ADDRESS = re.compile(r"(?<=[a-z0-9,;:!?–-] )(?:Sie|Ihnen|Ihre?[nmrs]?)\b")
_INFINITIVE = re.compile(
    r"^[A-Z].*\b(?:[a-z]{3,}(?:en|ern|eln))(?: - so (?:geht|klappt|gelingt|funktioniert).*)?[!.]?$"
)
_FINITE = re.compile(
    r"\b(?:will|wollen|soll|sollen|sollten|kann|koennen|muss|muessen|darf|duerfen|wird|werden|wurden|haben|hat|ist|sind|lassen|laesst|koennte|koennten|duerfte|duerften|nicht|zu|wie|warum)\b"
    r"|\bam \w+sten\b|ge[a-z]{3,}en[!.]?$"  # "am meisten" and participles end like infinitives
)
_TITLE_QUOTE = re.compile(r"[„“\"»‚'].*[“”\"«‘'][.?!]?")
_SENTENCE = re.compile(r"(?<=[.!?:]) ")
_ASKED = re.compile(r"\b(?:Sie|Ihnen|Ihre?[nmrs]?|[Dd](?:u|ir|ich|ein\w*))\b")
_SLASH = re.compile(r" (?:/|\+\+\+) ")  # between headlines; between two names it is none
_EXPLAINS = re.compile(r"(?:^|[:–?!.-] )(?:warum|wieso|weshalb|wie)\b")
_SPEAKER = re.compile(r"\b(?:Herr|Frau) (?:Dr\. |Prof\. |Professor )?[A-Z][\w-]+(?:, (?:[a-z]\w+|Sie|Ihre?)\b|\?)")
_SPEAKER_LABEL = re.compile(r"[.?!“\"»] ([A-Z][\w.-]+(?: [A-Z][\w-]+){0,2}): (?=[A-Z„\"»])")
_LABEL_END = re.compile(r": (?=[A-Z„\"»])")  # looked for first, since it is found many times faster
_HOWTO_TITLE = re.compile(
    r"(?:^|[:–?!.-] )(?:so|wie|was|wo|worauf|welche\w*) (?:\w+ )?(?:sie|ihr|du|man)\b|(?:^|[:–?!.-] )wie \w+ ich\b"
)
_AGENCY = re.compile(r"\((?:dpa|apa|afp|reuters|sda|sid|ap|dpa-afx)[)/-]|\b(?:dpa|apa|afp|rtr|sda)\s*[)/]")
_RELEASE = re.compile(r"^(?:presse|medien)(?:mitteilung|information|meldung|aussendung)(?:en)?\b")
_PRICE = re.compile(
    r"\b(?:fuer|ab|nur|unter|statt|faellt auf|sinkt auf)(?: nur)? [\d.,]+ ?(?:euro|€|franken|statt)[^.]{0,30}"
)
_CLOCK = re.compile(r":\d\d")
_ENTRY = re.compile(r"\b\d{1,2}[.:]\d\d Uhr(?::| [-|])")  # how the entries of a ticker start
_POSTED = re.compile(r"\d{1,2}\.\s?\d{1,2}\.\s?(?:20)?\d\d,?(?: -| um)? ?\d{1,2}:\d\d")
# The imprint of a book. Its S first, since the search jumps to it.
_PAGES = re.compile(r"S(?<=\d\sS)(?:\.|eiten[,.;:/)])[^\n]{0,60}?\d(?:,\d\d|,[–-])?\s?(?:€|Euro|Franken)")
# How interviews end: with who led them.
_INTERVIEWER = re.compile(
    r"\b(?:Das (?:Gespräch|Interview) führten?|(?:Die )?Fragen stellten?) [A-ZÄÖÜ]"
    r"|\b(?:Interview|Gespräch): [A-ZÄÖÜ][\w-]+(?: [A-ZÄÖÜ][\w-]+)+\s*$"
)
_CREDIT = 160  # characters at the end of a text where that stands
_ASKS = ("?", '?"', "?“", "?”", "?«", "?»")
_SENTENCE_ENDS = tuple('.!?:;"“”»«)…,')
_FIRST = re.compile(r"\b(?:ich|mir|mich|wir|uns|unser\w*|mein\w*)\b", re.IGNORECASE)
_LINES, _NAME = 150, 30  # lines that are looked at, and characters of one within which the name of its speaker ends
_FEW, _FIELD = 8, 60  # lines of a form, and characters of one; wrapped text has more lines that start small
_SPOKEN = 12  # first persons in a thousand words, from which questions are answered by somebody
_QUESTION = re.compile(r"^(?:warum|wieso|weshalb|wie|was|wer|wo|kann|koennen|ist|sind|wird|droht|hat|muss)\b")


def _dialogue(reading: Reading) -> Iterator[Vote]:
    """Questions to a person, names before what they say, who asked, a quotation as the title."""
    title, text, own = reading.title, reading.text.cased, reading.own
    asks = own.count("?") >= 3
    questions = [sentence for sentence in _SENTENCE.split(own) if sentence.endswith("?")] if asks else []
    asked = sum(1 for question in questions if _ASKED.search(question))
    labelled = len(_LABEL_END.findall(text)) >= 3
    labels = Counter(_SPEAKER_LABEL.findall(f". {text}") if labelled else ())  # a text may start with one
    if labels and (most := max(labels.values())) >= 3:
        yield structure_vote(
            "speaker_labels", "interview", 5.0, *sorted(name for name, count in labels.items() if count == most)
        )
    if asked >= 3:
        yield structure_vote("questions_to_a_person", "interview", 3.0 + 0.4 * min(asked - 3, 5), str(asked))
    if any(("Herr " in where or "Frau " in where) and _SPEAKER.search(where) for where in (own, title.cased)):
        yield structure_vote("speaker_addressed", "interview", 2.5)
    whole = reading.document.text
    if credit := _INTERVIEWER.search(whole, max(0, len(whole) - _CREDIT)):
        yield structure_vote("interviewer_named", "interview", 5.0, credit.group())
    if _TITLE_QUOTE.fullmatch(title.cased):
        yield structure_vote("title_is_a_quote", "interview", 3.5 if len(questions) >= 5 else 1.5)


def _headline(reading: Reading) -> Iterator[Vote]:
    """What title and lead promise: advice, an explanation, several things, a release, a price."""
    title, lead = reading.title, reading.lead
    if _HOWTO_TITLE.search(title.lower):
        yield structure_vote("title_shows_how", "howto", 3.0, title.lower[:40])
    elif _EXPLAINS.search(title.lower) or (title.lower.endswith("?") and _QUESTION.match(title.lower)):
        yield structure_vote("title_asks", "feature", 1.2, title.lower[:40])
    if sum(" " in part for part in _SLASH.split(title.cased)) > 1:
        yield structure_vote("title_of_several", "digest", 4.0)
    if lead.count(" + ") >= 2 or lead.count(" +++ ") >= 2:
        yield structure_vote("lead_of_several", "digest", 3.0)
    if release := _RELEASE.search(title.lower):
        yield structure_vote("title_is_a_release", "press_release", 4.0, release.group())
    if price := _PRICE.search(title.lower):
        yield structure_vote("title_price", "deal", 4.0 if "statt" in price.group() else 2.0, price.group())
    if _TITLE_ADDRESS.search(title.cased):
        yield structure_vote("title_addresses", "howto", 1.5)
    if _INFINITIVE.search(title.cased) and not _FINITE.search(title.lower):
        yield structure_vote("title_infinitive", "howto", 0.8)


def _stamps(reading: Reading, sections: Mapping[str, str]) -> Iterator[Vote]:
    """What an agency, a forum, a ticker and a site's sections leave on a text."""
    lead, text = reading.lead, reading.text.cased
    if reading.document.agency or ((")" in lead or "(" in lead or "/" in lead) and _AGENCY.search(lead)):
        yield structure_vote("agency_copy", "news", 1.0)
    if len(_CLOCK.findall(text)) >= 3 and len(_POSTED.findall(text)) >= 3:
        yield structure_vote("posts_with_times", "other", 5.0)
    if text.count(" Uhr") >= 3 and len(_ENTRY.findall(text)) >= 3:
        yield structure_vote("entries_with_times", "digest", 6.0)
    for section in reading.sections:
        if not sections.get(section, "_").startswith("_"):
            yield structure_vote("section", sections[section], 5.0, section)
            break


def _layout(reading: Reading) -> Iterator[Vote]:
    """What the lines are: questions, or fields of a form; and the pages and the price of a book."""
    text = reading.document.text
    lines = [line for raw in text.split("\n", _LINES)[:_LINES] if (line := raw.strip())]
    if text.count("?") >= 5 and (asking := sum(line.endswith(_ASKS) and len(line) < 400 for line in lines)) >= 5:
        named = sum(q.endswith(_ASKS) and ": " in a[:_NAME] for q, a in pairwise(lines))
        if 2 * named >= asking or len(_FIRST.findall(reading.own)) * 1000 >= _SPOKEN * max(50, reading.words):
            yield structure_vote("paragraphs_ask", "interview", min(6.0, 2.0 + 0.4 * asking), str(asking))
        else:
            yield structure_vote("paragraphs_ask", "howto", 1.5, str(asking))
    fields = [line for line in lines if len(line) < _FIELD and not line.endswith(_SENTENCE_ENDS)]
    if len(fields) >= max(_FEW, 0.45 * len(lines)) and 5 * sum(line[0].islower() for line in lines) < len(lines):
        yield structure_vote("fields", "other", min(5.5, 7.5 * len(fields) / len(lines)), str(len(fields)))
    if pages := _PAGES.search(text):
        yield structure_vote("pages_and_price", "review", 5.0, pages.group())


def _cues(reading: Reading, zones: Zones, sections: Mapping[str, str]) -> Iterator[Vote]:
    """What words say together that name no genre alone."""
    for name, cue in CUES.items():
        found = [(factor, e) for zone, factor in _CUE_ZONES.items() if (e := zones[zone].get(name))]
        strength = sum(factor * e.weight for factor, e in found)
        if strength <= cue.floor:
            continue
        weight = min(_CUE_CAP, cue.factor * (strength - cue.floor))
        if name == "_judged":
            if _AWARD.search(reading.title.lower):
                continue
            if any(sections.get(section) == "_arts" for section in reading.sections):
                weight += _IN_CULTURE
        yield Vote(f"cues/{name[1:]}", "genre", cue.label, weight, tuple([t for _, e in found for t in e.terms]))


def genre_function_names(task: Task) -> tuple[str, ...]:
    """Names of the genre functions of a scheme, as the manifest lists them."""
    markers = tuple(f"{zone}_markers/{key}" for zone in ZONES for key in task.keys)
    return (*markers, *(f"cues/{name[1:]}" for name in CUES), *STRUCTURE, "style") if _knows(task.keys) else markers


@cache
def _knows(keys: tuple[str, ...]) -> bool:
    """Structure and style know the classes of the default scheme only."""
    return set(load_style().model.weights) <= set(keys)


def plain_votes(reading: Reading, zones: Zones, task: Task) -> list[Vote]:
    """The votes of markers and, in a scheme with the genres that they know, of cues and structure."""
    votes = [
        Vote(f"{zone}_markers/{label}", "genre", label, ZONE_WEIGHTS[zone] * e.weight, e.terms)
        for zone, found in zones.items()
        for label, e in found.items()
        if not label.startswith("_")
    ]
    if not _knows(task.keys):
        return votes
    sections = load_style().sections
    votes += [*_cues(reading, zones, sections), *sender_votes(reading)]
    return [*votes, *_layout(reading), *_dialogue(reading), *_headline(reading), *_stamps(reading, sections)]


def genre_votes(reading: Reading, zones: Zones, task: Task) -> list[Vote]:
    """The votes of all genre functions on one article; a scheme with other genres has its markers only."""
    votes = plain_votes(reading, zones, task)
    if not _knows(task.keys):
        return votes
    style = load_style()
    return [*votes, *style_votes(style_features(reading, style), style.model)]
