"""Genre labelling functions: what a text calls itself, how it is built, and how it speaks.

Markers ("im Test", "Ein Kommentar") come from the genre lexicon. Structure is questions and answers, a question in the
title, list pages. Style is the density of word families outside quotations (reporting verbs, first person, address of
the reader, argument words), weighed by a small linear model whose weights are data: it tells news from background,
opinion and advice for texts that do not name their genre.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .lexicon import Lexicon, read_yaml
from .reading import ZONES, Reading, Zone
from .scheme import Task
from .vote import Vote

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
        "institution",
        "section",
    )
)
DEFAULT_STYLE = Path(__file__).parent / "style.yaml"
ZONE_WEIGHTS: Mapping[Zone, float] = {"title": 1.0, "lead": 0.9, "body": 0.12, "keywords": 0.5}
_LOUD = 0.3  # what a feature must add to a class's score to be named in the explanation
_QUOTE = re.compile(r"[„“\"»«][^„“”\"»«]{2,600}[“”\"»«]")
_WORD = re.compile(r"[^\W_]+")
_MARKS = str.maketrans(dict.fromkeys(".,;:!?()[]{}-\"'/„“”»«…–&%$€+*|<>#=", " "))
_ADDRESS = re.compile(r"(?<=[a-z0-9,;] )(?:Sie|Ihnen|Ihre?[nmrs]?)\b")
_OPENER = re.compile(r"(?:[.!?:] |^)(?:Und|Aber|Denn|Doch|Also|Oder|Nur|Dabei|Dann) ")
_TITLE_ADDRESS = re.compile(r"(?<=[a-z0-9,;:!?–-] )(?:Sie|Ihnen|Ihre?[nmrs]?)\b")
_INFINITIVE = re.compile(r"^[A-Z].*\b(?:[a-z]{3,}(?:en|ern|eln))(?: - so geht.*)?[!.]?$")
_FINITE = re.compile(
    r"\b(?:will|wollen|soll|sollen|sollten|kann|koennen|muss|muessen|darf|duerfen|wird|werden|wurden|haben|hat|ist|sind|lassen|laesst|koennte|koennten|duerfte|duerften|nicht|zu|wie|warum)\b"
)
_WHY = re.compile(r"\b(?:warum|wie|wieso|weshalb|woran|wohin|woher)\b")
_SENTENCE_END = re.compile(r"[.!?] ")
_TITLE_QUOTE = re.compile(r"[„“\"»‚'].*[“”\"«‘'][.?!]?")
_SENTENCE = re.compile(r"(?<=[.!?:]) ")
_ASKED = re.compile(r"\b(?:Sie|Ihnen|Ihre?[nmrs]?|du|dir|dich|dein\w*)\b")
_EXPLAINS = re.compile(r"(?:^|[:–-] )(?:warum|wieso|weshalb|wie)\b")
_SPEAKER = re.compile(r"\b(?:Herr|Frau) (?:Dr\. |Prof\. |Professor )?[A-Z][\w-]+(?:, [a-z]\w+|\?)")
_SPEAKER_LABEL = re.compile(r"(?:^|[.?!“\"»] )([A-Z][\w.-]+(?: [A-Z][\w-]+){0,2}): (?=[A-Z„\"»])")
_HOWTO_TITLE = re.compile(r"(?:^|[:–-] )(?:so|wie|was|wo|worauf|welche\w*) (?:\w+ )?(?:sie|ihr|du|man)\b")
_AGENCY = re.compile(r"\((?:dpa|apa|afp|reuters|sda|sid|ap|dpa-afx)[)/-]|\b(?:dpa|apa|afp|rtr|sda)\s*[)/]")
_PRICE = re.compile(r"\b(?:fuer|ab|nur|unter|statt)(?: nur)? [\d.,]+ ?(?:euro|€|franken|statt)[^.]{0,30}")
_POSTED = re.compile(r"\d{1,2}\.\s?\d{1,2}\.\s?(?:20)?\d\d,?(?: -| um)? ?\d{1,2}:\d\d")
# Hosts of universities, research institutes, authorities and release services: they write about themselves.
_INSTITUTION = re.compile(
    r"(?:^|\.)(?:uni|tu|fh|hs|ph|hochschule|universitaet|tuwien|ethz|epfl|mpg|mpi-[a-z]+|fraunhofer|helmholtz|leibniz|dlr|kit|empa"
    r"|eawag|psi|wsl|snf|dfg|oeaw|idw-online|presseportal|pressebox|openpr|lifepr|ots|pressetext|firmenpresse)(?:-[a-z-]+)?\.[a-z]+$"
    r"|\.(?:ac\.at|gv\.at|edu|bund\.de|admin\.ch|europa\.eu)$"
)
_QUESTION = re.compile(r"^(?:warum|wieso|weshalb|wie|was|wer|wo|kann|koennen|ist|sind|wird|droht|hat|muss)\b")


@dataclass(frozen=True, slots=True)
class Style:
    """The linear model of style.

    Attributes:
        sections: Sections of sites and folders of URLs that name a genre, folded → class.
        families: Word families: name → words, folded.
        phrases: Phrase families: name → phrases, folded.
        scale: Mean and standard deviation of each feature on the reference.
        weights: Class → feature → weight per standard deviation.
        bias: Class → constant.
    """

    sections: Mapping[str, str]
    families: Mapping[str, frozenset[str]]
    phrases: Mapping[str, tuple[str, ...]]
    scale: Mapping[str, tuple[float, float]]
    weights: Mapping[str, Mapping[str, float]]
    bias: Mapping[str, float]


@cache
def load_style(path: Path = DEFAULT_STYLE) -> Style:
    """The style model of a YAML file.

    Raises:
        ValueError: The file can't be read or lacks a part.
    """
    data = read_yaml(path)
    try:
        return Style(
            sections={name: label for label, names in data["sections"].items() for name in names.split()},
            families={k: frozenset(v.split()) for k, v in data["families"].items()},
            phrases={k: tuple(p.strip() for p in v.split(",")) for k, v in data["phrases"].items()},
            scale={k: (float(v[0]), float(v[1])) for k, v in data.get("scale", {}).items()},
            weights={c: {k: float(w) for k, w in ws.items()} for c, ws in data.get("weights", {}).items()},
            bias={c: float(b) for c, b in data.get("bias", {}).items()},
        )
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        raise ValueError(f"style {path.name}: missing or wrong field {error}") from None


def own_voice(reading: Reading) -> str:
    """The text without what stands in quotation marks, folded, capitals kept."""
    return _QUOTE.sub(" ", reading.text.cased)


def style_features(reading: Reading, own: str, style: Style) -> dict[str, float]:
    """Style of a text by name: square roots of densities per thousand words, shares and flags.

    Word families are counted outside quotations, so that a quoted "ich" is not the writer's.
    """
    cased = reading.text.cased
    lower = own.lower()
    counts = Counter(lower.translate(_MARKS).split())
    words = max(50, sum(counts.values()))
    per_mille = 1000 / words
    lead = reading.lead
    lead_words = frozenset(_WORD.findall(lead))
    features = {
        "length": math.log(max(2500, reading.length)),  # how short news is differs too much between outlets
        "questions": math.sqrt(own.count("?") * per_mille),
        "exclamations": math.sqrt(own.count("!") * per_mille),
        "address": math.sqrt(len(_ADDRESS.findall(own)) * per_mille),
        "quoted": math.sqrt((len(cased) - len(own)) / max(1, len(cased))),
        "digits": math.sqrt(sum(map(own.count, "0123456789")) * per_mille),
        "sentence": math.log(words / max(1, len(_SENTENCE_END.findall(own)))),
        "openers": math.sqrt(len(_OPENER.findall(own)) * per_mille),
        "title_verb": float(not style.families["title_verbs"].isdisjoint(_WORD.findall(reading.title.lower))),
        "lead_question": float("?" in lead),
        "lead_why": math.sqrt(len(_WHY.findall(lead))),
        "title_question": float(reading.title.lower.endswith("?")),
        "title_exclamation": float(reading.title.lower.endswith("!")),
    }
    used = frozenset(counts)
    for name, family in style.families.items():
        features[name] = math.sqrt(sum(counts[w] for w in family & used) * per_mille)
    for name, phrases in style.phrases.items():
        features[name] = math.sqrt(sum(lower.count(p) for p in phrases) * per_mille)
    features["lead_day"] = float(not lead_words.isdisjoint(style.families["days"]))
    features["lead_report"] = float(
        not lead_words.isdisjoint(style.families["reports"]) or any(p in lead for p in style.phrases["sources"])
    )
    return features


def style_votes(features: Mapping[str, float], style: Style) -> list[Vote]:
    """One vote per class: the linear model's score, with the features that speak loudest."""
    units = {}
    for name, (mean, deviation) in style.scale.items():
        units[name] = max(-2.5, min(2.5, (features[name] - mean) / deviation))
    votes = []
    for label, weights in style.weights.items():
        parts = {name: weight * units[name] for name, weight in weights.items()}
        loud = tuple(name for name, part in parts.items() if abs(part) >= _LOUD)
        votes.append(Vote("style", "genre", label, style.bias[label] + sum(parts.values()), loud))
    return votes


def _structure(reading: Reading, own: str, sections: Mapping[str, str]) -> list[Vote]:
    """What the build of title and lines says."""
    votes: list[Vote] = []
    title = reading.title

    def vote(name: str, label: str, weight: float, *terms: str) -> None:
        votes.append(Vote(f"structure/{name}", "genre", label, weight, terms))

    questions = [sentence for sentence in _SENTENCE.split(own) if sentence.endswith("?")]
    asked = sum(1 for question in questions if _ASKED.search(question))
    labels = Counter(_SPEAKER_LABEL.findall(reading.text.cased))
    if labels and (most := max(labels.values())) >= 3:
        vote("speaker_labels", "interview", 4.5, *sorted(name for name, count in labels.items() if count == most))
    if asked >= 3:
        vote("questions_to_a_person", "interview", 3.0 + 0.4 * min(asked - 3, 5), str(asked))
    if _SPEAKER.search(own) or _SPEAKER.search(title.cased):
        vote("speaker_addressed", "interview", 1.5)
    if _TITLE_QUOTE.fullmatch(title.cased):
        vote("title_is_a_quote", "interview", 3.5 if len(questions) >= 5 else 1.5)
    if _HOWTO_TITLE.search(title.lower):
        vote("title_shows_how", "howto", 2.0, title.lower[:40])
    elif _EXPLAINS.search(title.lower) or (title.lower.endswith("?") and _QUESTION.match(title.lower)):
        vote("title_asks", "feature", 1.2, title.lower[:40])
    if title.cased.count(" / ") + title.cased.count(" +++ ") >= 1:
        vote("title_of_several", "digest", 2.5)
    if reading.lead.count(" + ") >= 2 or reading.lead.count(" +++ ") >= 2:
        vote("lead_of_several", "digest", 3.0)
    if price := _PRICE.search(title.lower):
        vote("title_price", "deal", 4.0 if "statt" in price.group() else 2.0, price.group())
    if _TITLE_ADDRESS.search(title.cased):
        vote("title_addresses", "howto", 1.5)
    if _INFINITIVE.search(title.cased) and not _FINITE.search(title.lower):
        vote("title_infinitive", "howto", 0.8)
    if reading.document.agency or _AGENCY.search(reading.lead):
        vote("agency_copy", "news", 1.0)
    if len(_POSTED.findall(reading.text.cased)) >= 3:
        vote("posts_with_times", "other", 5.0)
    if _INSTITUTION.search(reading.host):
        vote("institution", "press_release", 2.5, reading.host)
    for section in reading.sections:
        if section in sections:
            vote("section", sections[section], 4.0, section)
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


def genre_votes(reading: Reading, lexicon: Lexicon, task: Task) -> list[Vote]:
    """The votes of all genre functions on one article; a scheme with other genres has its markers only."""
    evidence = reading.evidence(lexicon)
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
