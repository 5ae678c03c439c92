"""Genre labelling functions: what a text calls itself, how it is built, and how it speaks.

Markers ("im Test", "Ein Kommentar") come from the genre lexicon. Structure is questions and answers, a question in the
title, list pages. Style (`style.py`) tells news from background, opinion and advice for texts that name no genre.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache

from presseschau.label.reading import ZONES, Evidence, Reading, Zone
from presseschau.label.scheme import Task
from presseschau.label.style import load_style, own_voice, style_features, style_votes
from presseschau.label.vote import Vote

STRUCTURE = tuple(
    f"structure/{name}"
    for name in (
        "questions_to_a_person",
        "speaker_labels",
        "speaker_addressed",
        "title_is_a_quote",
        "title_shows_how",
        "title_asks",
        "title_of_several",
        "lead_of_several",
        "title_price",
        "title_addresses",
        "title_infinitive",
        "agency_copy",
        "posts_with_times",
        "entries_with_times",
        "institution",
        "section",
    )
)
ZONE_WEIGHTS: Mapping[Zone, float] = {"title": 1.0, "lead": 0.9, "body": 0.12, "keywords": 0.5}
_TITLE_ADDRESS = re.compile(r"(?<=[a-z0-9,;:!?–-] )(?:Sie|Ihnen|Ihre?[nmrs]?)\b")
_INFINITIVE = re.compile(
    r"^[A-Z].*\b(?:[a-z]{3,}(?:en|ern|eln))(?: - so (?:geht|klappt|gelingt|funktioniert).*)?[!.]?$"
)
_FINITE = re.compile(
    r"\b(?:will|wollen|soll|sollen|sollten|kann|koennen|muss|muessen|darf|duerfen|wird|werden|wurden|haben|hat|ist|sind|lassen|laesst|koennte|koennten|duerfte|duerften|nicht|zu|wie|warum)\b"
)
_TITLE_QUOTE = re.compile(r"[„“\"»‚'].*[“”\"«‘'][.?!]?")
_SENTENCE = re.compile(r"(?<=[.!?:]) ")
_ASKED = re.compile(r"\b(?:Sie|Ihnen|Ihre?[nmrs]?|du|dir|dich|dein\w*)\b")
_EXPLAINS = re.compile(r"(?:^|[:–?!.-] )(?:warum|wieso|weshalb|wie)\b")
_SPEAKER = re.compile(r"\b(?:Herr|Frau) (?:Dr\. |Prof\. |Professor )?[A-Z][\w-]+(?:, [a-z]\w+|\?)")
_SPEAKER_LABEL = re.compile(r"[.?!“\"»] ([A-Z][\w.-]+(?: [A-Z][\w-]+){0,2}): (?=[A-Z„\"»])")
_LABEL_END = re.compile(r": (?=[A-Z„\"»])")  # looked for first, since it is found many times faster
_HOWTO_TITLE = re.compile(
    r"(?:^|[:–?!.-] )(?:so|wie|was|wo|worauf|welche\w*) (?:\w+ )?(?:sie|ihr|du|man)\b|(?:^|[:–?!.-] )wie \w+ ich\b"
)
_AGENCY = re.compile(r"\((?:dpa|apa|afp|reuters|sda|sid|ap|dpa-afx)[)/-]|\b(?:dpa|apa|afp|rtr|sda)\s*[)/]")
_PRICE = re.compile(
    r"\b(?:fuer|ab|nur|unter|statt|faellt auf|sinkt auf)(?: nur)? [\d.,]+ ?(?:euro|€|franken|statt)[^.]{0,30}"
)
_CLOCK = re.compile(r":\d\d")
_ENTRY = re.compile(r"\b\d{1,2}[.:]\d\d Uhr(?::| [-|])")  # how the entries of a ticker start
_POSTED = re.compile(r"\d{1,2}\.\s?\d{1,2}\.\s?(?:20)?\d\d,?(?: -| um)? ?\d{1,2}:\d\d")
# Hosts of universities, research institutes, authorities and release services: they write about themselves.
_INSTITUTION = re.compile(
    r"(?:^|\.)(?:uni|tu|fh|hs|ph|hochschule|universitaet|tuwien|ethz|epfl|mpg|mpi-[a-z]+|fraunhofer|helmholtz|leibniz|dlr|kit|empa"
    r"|eawag|psi|wsl|snf|dfg|oeaw|idw-online|presseportal|pressebox|openpr|lifepr|ots|pressetext|firmenpresse)(?:-[a-z-]+)?\.[a-z]+$"
    r"|\.(?:ac\.at|gv\.at|edu|bund\.de|admin\.ch|europa\.eu)$"
)
_QUESTION = re.compile(r"^(?:warum|wieso|weshalb|wie|was|wer|wo|kann|koennen|ist|sind|wird|droht|hat|muss)\b")


def _structure(reading: Reading, own: str, sections: Mapping[str, str]) -> list[Vote]:
    """What the build of title and lines says."""
    votes: list[Vote] = []
    title, lead, text = reading.title, reading.lead, reading.text.cased

    def vote(name: str, label: str, weight: float, *terms: str) -> None:
        votes.append(Vote(f"structure/{name}", "genre", label, weight, terms))

    asks = own.count("?") >= 3
    questions = [sentence for sentence in _SENTENCE.split(own) if sentence.endswith("?")] if asks else []
    asked = sum(1 for question in questions if _ASKED.search(question))
    labelled = len(_LABEL_END.findall(text)) >= 3
    labels = Counter(_SPEAKER_LABEL.findall(f". {text}") if labelled else ())  # a text may start with one
    if labels and (most := max(labels.values())) >= 3:
        vote("speaker_labels", "interview", 4.5, *sorted(name for name, count in labels.items() if count == most))
    if asked >= 3:
        vote("questions_to_a_person", "interview", 3.0 + 0.4 * min(asked - 3, 5), str(asked))
    if any(("Herr " in where or "Frau " in where) and _SPEAKER.search(where) for where in (own, title.cased)):
        vote("speaker_addressed", "interview", 1.5)
    if _TITLE_QUOTE.fullmatch(title.cased):
        vote("title_is_a_quote", "interview", 3.5 if len(questions) >= 5 else 1.5)
    if _HOWTO_TITLE.search(title.lower):
        vote("title_shows_how", "howto", 2.0, title.lower[:40])
    elif _EXPLAINS.search(title.lower) or (title.lower.endswith("?") and _QUESTION.match(title.lower)):
        vote("title_asks", "feature", 1.2, title.lower[:40])
    if title.cased.count(" / ") + title.cased.count(" +++ ") >= 1:
        vote("title_of_several", "digest", 2.5)
    if lead.count(" + ") >= 2 or lead.count(" +++ ") >= 2:
        vote("lead_of_several", "digest", 3.0)
    if price := _PRICE.search(title.lower):
        vote("title_price", "deal", 4.0 if "statt" in price.group() else 2.0, price.group())
    if _TITLE_ADDRESS.search(title.cased):
        vote("title_addresses", "howto", 1.5)
    if _INFINITIVE.search(title.cased) and not _FINITE.search(title.lower):
        vote("title_infinitive", "howto", 0.8)
    if reading.document.agency or ((")" in lead or "(" in lead or "/" in lead) and _AGENCY.search(lead)):
        vote("agency_copy", "news", 1.0)
    if len(_CLOCK.findall(text)) >= 3 and len(_POSTED.findall(text)) >= 3:
        vote("posts_with_times", "other", 5.0)
    if text.count(" Uhr") >= 3 and len(_ENTRY.findall(text)) >= 3:
        vote("entries_with_times", "digest", 6.0)
    if _INSTITUTION.search(reading.host):
        vote("institution", "press_release", 2.5, reading.host)
    for section in reading.sections:
        if section in sections:
            vote("section", sections[section], 5.0, section)
            break
    return votes


def genre_function_names(task: Task) -> tuple[str, ...]:
    """Names of the genre functions of a scheme, as the manifest lists them."""
    markers = tuple(f"{zone}_markers/{key}" for zone in ZONES for key in task.keys)
    return (*markers, *STRUCTURE, "style") if _knows(task.keys) else markers


@cache
def _knows(keys: tuple[str, ...]) -> bool:
    """Structure and style know the classes of the default scheme only."""
    return set(load_style().weights) <= set(keys)


def genre_votes(reading: Reading, evidence: Mapping[Zone, Mapping[str, Evidence]], task: Task) -> list[Vote]:
    """The votes of all genre functions on one article; a scheme with other genres has its markers only."""
    votes = [
        Vote(f"{zone}_markers/{label}", "genre", label, ZONE_WEIGHTS[zone] * e.weight, e.terms)
        for zone, found in evidence.items()
        for label, e in found.items()
        if not label.startswith("_")
    ]
    if not _knows(task.keys):
        return votes
    style, own = load_style(), own_voice(reading)
    return [*votes, *_structure(reading, own, style.sections), *style_votes(style_features(reading, own, style), style)]
