"""How a German text speaks: densities of word families outside quotations, weighed by a small linear model.

Style tells news from background, opinion and advice for texts that do not name their genre. The word families
(`style.yaml`) are written by hand; the weights (`style_model.yaml`) are fitted by `style_fit`.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from operator import mul
from pathlib import Path

from presseschau.label.folding import spaces_for, translate_ascii
from presseschau.label.reading import BODY, Reading
from presseschau.label.vote import Vote
from presseschau.label.yaml_file import read_yaml

DEFAULT_STYLE = Path(__file__).parent / "style.yaml"
DEFAULT_MODEL = Path(__file__).parent / "style_model.yaml"
CLIP = 3.0  # standard deviations beyond which a feature says no more
_LOUD = 0.3  # what a feature must add to a class's score to be named in the explanation
_MARKS = spaces_for(".,;:!?()[]{}-\"'/&%$+*|<>#=")
_WIDE_MARKS = "„“”»«€"
# A literal first letter lets the search jump: both are several times faster than with the condition in front.
_ADDRESS = re.compile(r" (?<=[a-z0-9,;] )(?:Sie|Ihnen|Ihre?[nmrs]?)\b")
_OPENS = ("Und ", "Aber ", "Denn ", "Doch ", "Also ", "Oder ", "Nur ", "Dabei ", "Dann ")
_OPENER = re.compile(rf" (?<=[.!?:] )(?:{'|'.join(_OPENS)})")
_WORD = 4  # letters from which a title's word is hardly an article or a preposition
_COMPOUND = re.compile("-[A-Z]")
_NO_HEADING = tuple('.!:;,“”"»«)]')  # what a line ends with that stands over nothing
_PARAGRAPH_END = tuple('.!?:“”"»«)')
_WHY = re.compile(r"w(?<=\bw)(?:arum|ie|ieso|eshalb|oran|ohin|oher)\b")


@dataclass(frozen=True, slots=True)
class StyleModel:
    """A linear model over the features of style, as `style_model.yaml` holds it.

    Attributes:
        scale: Mean and standard deviation of each feature on the reference.
        bias: Constant by class.
        weights: Class → feature → weight per standard deviation.
    """

    scale: Mapping[str, tuple[float, float]]
    bias: Mapping[str, float]
    weights: Mapping[str, Mapping[str, float]]

    def units(self, features: Mapping[str, float]) -> dict[str, float]:
        """Each feature's distance from its mean, in standard deviations, bounded."""
        units = {name: (features[name] - mean) / by for name, (mean, by) in self.scale.items()}
        return {name: unit if -CLIP < unit < CLIP else math.copysign(CLIP, unit) for name, unit in units.items()}


@dataclass(frozen=True, slots=True)
class Style:
    """What style is measured with.

    Attributes:
        sections: Sections of sites and folders of URLs that name a genre, folded → class.
        families: Word families: name → words, folded.
        member: Word → the families that hold it.
        phrases: Phrase families: name → phrases, folded.
        model: What the measures say about the genre.
    """

    sections: Mapping[str, str]
    families: Mapping[str, frozenset[str]]
    member: Mapping[str, tuple[str, ...]]
    phrases: Mapping[str, tuple[str, ...]]
    model: StyleModel


@cache
def load_style(path: Path = DEFAULT_STYLE, model: Path = DEFAULT_MODEL) -> Style:
    """The word families of one YAML file with the weights of another.

    Raises:
        ValueError: A file can't be read or lacks a part.
    """
    lists, fitted = read_yaml(path), read_yaml(model)
    try:
        families = {k: frozenset(v.split()) for k, v in lists["families"].items()}
        words = sorted(frozenset().union(*families.values()))
        return Style(
            sections={name: label for label, names in lists["sections"].items() for name in names.split()},
            families=families,
            member={w: tuple(k for k, family in families.items() if w in family) for w in words},
            phrases={k: tuple(p.strip() for p in v.split(",")) for k, v in lists["phrases"].items()},
            model=StyleModel(
                scale={k: (float(v[0]), float(v[1])) for k, v in fitted["scale"].items()},
                bias={c: float(b) for c, b in fitted["bias"].items()},
                weights={c: {k: float(w) for k, w in ws.items()} for c, ws in fitted["weights"].items()},
            ),
        )
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        raise ValueError(f"style {path.name}, {model.name}: missing or wrong field {error}") from None


def _subheads(text: str) -> int:
    """Number of lines that stand over a paragraph: short, without an end mark, after one that is complete.

    Lines of hard-wrapped text are none, since what stands before them goes on.
    """
    lines = [line for raw in text[:BODY].split("\n") if (line := raw.strip())]
    return sum(
        not line.endswith(_NO_HEADING)
        and before.endswith(_PARAGRAPH_END)
        and not line[0].islower()
        and not after[0].islower()
        and 6 < len(" ".join(line.split())) < 80
        for before, line, after in zip(lines, lines[1:], lines[2:], strict=False)
    )


def style_features(reading: Reading, style: Style) -> dict[str, float]:
    """Style of a text by name: square roots of densities per thousand words, shares and flags.

    Word families are counted outside quotations, so that a quoted "ich" is not the writer's.
    """
    cased, own = reading.text.cased, reading.own
    lower = own.lower()
    for mark in _WIDE_MARKS:  # most texts are ASCII then, where searches are several times faster
        lower = lower.replace(mark, " ")
    words = translate_ascii(lower, _MARKS).split()
    member = style.member
    families = Counter([family for word in words if word in member for family in member[word]])
    size = max(50, len(words))
    per_mille = 1000 / size
    lead, lead_words = reading.lead, reading.text.spaced[: reading.lead_end + 1].split()
    title_words = {word for word in reading.title.spaced.split() if len(word) >= _WORD}
    ends = own.count(". ") + own.count("! ") + own.count("? ")
    features = {
        "length": math.log(max(2500, reading.length)),  # how short news is differs too much between outlets
        "questions": math.sqrt(own.count("?") * per_mille),
        "address": math.sqrt(len(_ADDRESS.findall(own)) * per_mille),
        "quoted": math.sqrt((len(cased) - len(own)) / max(1, len(cased))),
        "digits": math.sqrt(sum(map(own.count, "0123456789")) * per_mille),
        "sentence": math.log(size / max(1, ends)),
        "openers": math.sqrt((len(_OPENER.findall(own)) + own.startswith(_OPENS)) * per_mille),
        "title_verb": float(not style.families["title_verbs"].isdisjoint(reading.title.spaced.split())),
        "lead_abstract": math.sqrt(len(style.families["abstract"].intersection(lead_words))),
        "lead_why": math.sqrt(len(_WHY.findall(lead))),
        "title_question": float(reading.title.lower.endswith("?")),
        "title_kept": len(title_words.intersection(lead_words)) / max(1, len(title_words)),  # a pun stays alone
        "hyphens": math.sqrt(len(_COMPOUND.findall(own)) * per_mille),
        "subheads": math.sqrt(_subheads(reading.document.text) * per_mille),
    }
    for name in style.families:
        features[name] = math.sqrt(families[name] * per_mille)
    for name, phrases in style.phrases.items():
        features[name] = math.sqrt(sum(map(lower.count, phrases)) * per_mille)
    features["lead_report"] = float(
        not style.families["reports"].isdisjoint(lead_words) or any(p in lead for p in style.phrases["sources"])
    )
    return features


def style_votes(features: Mapping[str, float], model: StyleModel) -> list[Vote]:
    """One vote per class: the linear model's score, with the features that speak loudest."""
    votes, units = [], model.units(features)
    for label, weights in model.weights.items():
        parts = [*map(mul, weights.values(), map(units.__getitem__, weights))]
        loud = tuple([name for name, part in zip(weights, parts, strict=True) if abs(part) >= _LOUD])
        votes.append(Vote("style", "genre", label, model.bias[label] + sum(parts), loud))
    return votes
