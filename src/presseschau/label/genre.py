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
from .reading import Evidence, Reading, Zone
from .vote import Vote

DEFAULT_STYLE = Path(__file__).parent / "style.yaml"
ZONE_WEIGHTS: Mapping[Zone, float] = {"title": 1.0, "lead": 0.7, "body": 0.12, "keywords": 0.5}
_QUOTE = re.compile(r"[„“\"»«][^„“”\"»«]{2,600}[“”\"»«]")
_WORD = re.compile(r"[^\W_]+")
_ADDRESS = re.compile(r"(?<=[a-z0-9,;] )(?:Sie|Ihnen|Ihre?[nmrs]?)\b")
_OPENER = re.compile(r"(?:[.!?:] |^)(?:Und|Aber|Denn|Doch|Also|Oder|Nur|Dabei|Dann) ")
_TITLE_ADDRESS = re.compile(r"(?<=[a-z0-9,;:!?–-] )(?:Sie|Ihnen|Ihre?[nmrs]?)\b")
_INFINITIVE = re.compile(r"^[A-Z].*\b(?:[a-z]{3,}(?:en|ern|eln))(?: - so geht.*)?[!.]?$")
_FINITE = re.compile(r"\b(?:will|wollen|soll|sollen|sollten|kann|koennen|muss|muessen|darf|duerfen|wird|werden|wurden|haben|hat|ist|sind|lassen)\b")
_SENTENCE_END = re.compile(r"[.!?] ")
_TITLE_QUOTE = re.compile(r"[„“\"»‚']")
_SPEAKER = re.compile(r"^(?:Herr|Frau)\s+\w[\w. -]{1,40}, ")
_HOWTO_TITLE = re.compile(
    r"(?:^|[:–-] )so (?:\w+ )?(?:sie|ihr|du|man)\b|(?:^|[:–-] )(?:wie|was|wo|worauf|welche\w*) (?:\w+ )?(?:sie|ihr|du|man)\b"
)
_AGENCY = re.compile(r"\((?:dpa|apa|afp|reuters|sda|sid|ap|dpa-afx)[)/-]|\b(?:dpa|apa|afp|rtr|sda)\s*[)/]")
_SECTIONS = {
    name: label
    for label, names in {
        "opinion": "meinung meinungen kommentar kommentare kolumne kolumnen debatte debatten gastbeitrag gastkommentar",
        "review": "test tests testbericht testberichte review reviews fahrbericht fahrberichte kritik kritiken rezension",
        "howto": "ratgeber tipps howto how-to anleitung anleitungen tipps-tricks tipps-und-tricks tutorial tutorials faq",
        "interview": "interview interviews",
        "deal": "deal deals angebote schnaeppchen gutscheine",
        "press_release": "presse pressemitteilung pressemitteilungen pressemeldungen medienmitteilungen pm ots",
        "digest": "ticker liveticker liveblog newsletter",
        "other": "forum forums foren shop produkte produkt product products podcast podcasts veranstaltungen jobs thread",
        "feature": "hintergrund analyse analysen reportage reportagen dossier",
    }.items()
    for name in names.split()
}
_QUESTION = re.compile(r"^(?:warum|wieso|weshalb|wie|was|wer|wo|kann|koennen|ist|sind|wird|droht|hat|muss)\b")


@dataclass(frozen=True, slots=True)
class Style:
    """The linear model of style.

    Attributes:
        families: Word families: name → words, folded.
        phrases: Phrase families: name → phrases, folded.
        scale: Mean and standard deviation of each feature on the reference.
        weights: Class → feature → weight per standard deviation.
        bias: Class → constant.
    """

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
            families={k: frozenset(v.split()) for k, v in data["families"].items()},
            phrases={k: tuple(p.strip() for p in v.split(",")) for k, v in data["phrases"].items()},
            scale={k: (float(v[0]), float(v[1])) for k, v in data.get("scale", {}).items()},
            weights={c: {k: float(w) for k, w in ws.items()} for c, ws in data.get("weights", {}).items()},
            bias={c: float(b) for c, b in data.get("bias", {}).items()},
        )
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        raise ValueError(f"style {path.name}: missing or wrong field {error}") from None


def style_features(reading: Reading, style: Style) -> dict[str, float]:
    """Style of a text by name: square roots of densities per thousand words, shares and flags.

    Word families are counted outside quotations, so that a quoted "ich" is not the writer's.
    """
    cased = reading.text.cased
    own = _QUOTE.sub(" ", cased)
    lower = own.lower()
    counts = Counter(_WORD.findall(lower))
    words = max(50, sum(counts.values()))
    per_mille = 1000 / words
    lead = reading.lead
    lead_words = frozenset(_WORD.findall(lead))
    features = {
        "words": math.log(words),
        "questions": math.sqrt(own.count("?") * per_mille),
        "exclamations": math.sqrt(own.count("!") * per_mille),
        "address": math.sqrt(len(_ADDRESS.findall(own)) * per_mille),
        "quoted": math.sqrt((len(cased) - len(own)) / max(1, len(cased))),
        "digits": math.sqrt(sum(map(own.count, "0123456789")) * per_mille),
        "sentence": math.log(words / max(1, len(_SENTENCE_END.findall(own)))),
        "openers": math.sqrt(len(_OPENER.findall(own)) * per_mille),
        "title_verb": float(not style.families["title_verbs"].isdisjoint(_WORD.findall(reading.title.lower))),
        "lead_question": float("?" in lead),
        "title_question": float(reading.title.lower.endswith("?")),
        "title_exclamation": float(reading.title.lower.endswith("!")),
    }
    for name, family in style.families.items():
        features[name] = math.sqrt(sum(counts[w] for w in family) * per_mille)
    for name, phrases in style.phrases.items():
        features[name] = math.sqrt(sum(lower.count(p) for p in phrases) * per_mille)
    features["lead_day"] = float(not lead_words.isdisjoint(style.families["days"]))
    features["lead_report"] = float(
        not lead_words.isdisjoint(style.families["reports"]) or any(p in lead for p in style.phrases["sources"])
    )
    return features


def style_votes(features: Mapping[str, float], style: Style) -> list[Vote]:
    """One vote per class: the linear model's score, with the features that speak loudest."""
    votes = []
    for label, weights in style.weights.items():
        parts = {}
        for name, weight in weights.items():
            mean, deviation = style.scale[name]
            parts[name] = weight * max(-2.5, min(2.5, (features[name] - mean) / deviation))
        loudest = sorted(parts, key=lambda n: (-abs(parts[n]), n))[:4]
        score = style.bias[label] + sum(parts.values())
        votes.append(Vote("style", "genre", label, score, tuple(f"{n} {parts[n]:+.2f}" for n in loudest)))
    return votes


def _structure(reading: Reading) -> list[Vote]:
    """What the build of title and lines says."""
    votes: list[Vote] = []
    title, lines = reading.title, reading.lines

    def vote(name: str, label: str, weight: float, *terms: str) -> None:
        votes.append(Vote(f"structure/{name}", "genre", label, weight, terms))

    asked = sum(1 for line in lines if line.endswith("?") and len(line) > 15)
    if asked >= 4 and asked >= 0.12 * len(lines):
        vote("questions_and_answers", "interview", 3.5, f"{asked} of {len(lines)} lines ask")
    if any(_SPEAKER.match(line) and line.endswith("?") for line in lines):
        vote("speaker_addressed", "interview", 2.5)
    if _HOWTO_TITLE.search(title.lower):
        vote("title_shows_how", "howto", 2.0, title.lower[:40])
    elif title.lower.endswith("?") and _QUESTION.match(title.lower):
        vote("title_asks", "feature", 0.8, title.lower[:40])
    if title.cased.count(" / ") + title.cased.count(" +++ ") >= 1:
        vote("title_of_several", "digest", 2.5)
    if reading.lead.count(" + ") >= 2 or reading.lead.count(" +++ ") >= 2:
        vote("lead_of_several", "digest", 3.0)
    if _TITLE_ADDRESS.search(title.cased):
        vote("title_addresses", "howto", 1.5)
    if _INFINITIVE.search(title.cased) and not _FINITE.search(title.lower):
        vote("title_infinitive", "howto", 0.8)
    if reading.document.agency or _AGENCY.search(reading.lead):
        vote("agency_copy", "news", 1.0)
    for section in reading.sections:
        if section in _SECTIONS:
            vote("section", _SECTIONS[section], 2.5, section)
            break
    return votes


def genre_votes(reading: Reading, lexicon: Lexicon, style: Style) -> list[Vote]:
    """The votes of all genre functions on one article."""
    evidence: Mapping[Zone, Mapping[str, Evidence]] = reading.evidence(lexicon)
    votes = [
        Vote(f"{zone}_markers/{label}", "genre", label, ZONE_WEIGHTS[zone] * e.weight, e.terms)
        for zone, found in evidence.items()
        for label, e in found.items()
        if not label.startswith("_")
    ]
    return [*votes, *_structure(reading), *style_votes(style_features(reading, style), style)]
