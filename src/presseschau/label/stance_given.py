"""Stance toward targets that the user names: one answer per article and target that it mentions."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from presseschau.document import Document
from presseschau.label.sentences import fold, tokenize
from presseschau.label.stance import Stance, StanceLabeler, evidence_of
from presseschau.label.stance_target import ENDINGS, KINDS, Target
from presseschau.label.voice import Reading, read
from presseschau.spreadsheet import read_table

# A sentence that opens so still speaks of what the one before it named.
_REFERS = frozenset(
    ("er", "sie", "es", "das", "dies", "diese", "dieser", "dieses", "damit", "dafuer", "dazu", "daran", "dadurch")
)
_REPORT = "news"  # a genre that judges nothing by itself
_ABBREVIATION = 3  # letters of a name in capitals that is a word, or the start of one, in small ones: GEG, MAN, UN


@dataclass(frozen=True, slots=True)
class GivenTarget:
    """A target by name.

    Attributes:
        name: As the row shows it.
        aliases: Other names of it.
        kind: product, company, technology, policy, person or other.
    """

    name: str
    aliases: tuple[str, ...] = ()
    kind: str = "other"

    def __post_init__(self) -> None:
        for name in (self.name, *self.aliases):
            if not any(char.isalnum() for char in name):
                raise ValueError(f"{name!r} is no name")
        if self.kind not in KINDS:
            raise ValueError(f"{self.name}: kind {self.kind!r} is none of {', '.join(KINDS)}")


@dataclass(frozen=True, slots=True)
class TargetStance:
    """An article's stance toward one given target.

    Attributes:
        target: The target.
        mentions: How many sentences name it; the headline counts as one.
        stance: Its name, type, stance, confidence, evidence and votes.
    """

    target: GivenTarget
    mentions: int
    stance: Stance


def load_given(path: Path) -> tuple[GivenTarget, ...]:
    """Targets from a YAML or JSON list of `{name, aliases, kind}`, where a plain string is a name; or from a CSV file.

    A CSV file has the columns `name` and, if wanted, `aliases` (set apart by `|`) and `kind`.

    Raises:
        ValueError: The file cannot be read, is no such list, or names a target twice.
    """
    try:
        data = _rows_of(path) if path.suffix.lower() == ".csv" else yaml.safe_load(path.read_text(encoding="utf-8-sig"))
        if not isinstance(data, list) or not data:
            raise ValueError("needs a list of targets")
        targets = tuple(map(_given, data))
    except (OSError, ValueError, csv.Error, yaml.YAMLError) as error:
        said = (error.strerror if isinstance(error, OSError) else None) or str(error).splitlines()[0]
        raise ValueError(f"label.stance.targets: {path}: {said}") from error
    names = [t.name for t in targets]
    if twice := next((n for n in names if names.count(n) > 1), None):
        raise ValueError(f"label.stance.targets: {path}: {twice!r} is there twice")
    return targets


def stance_toward(
    labeler: StanceLabeler, document: Document, genre: str, targets: Sequence[GivenTarget]
) -> tuple[TargetStance, ...]:
    """Stance toward each target that the article mentions, in the targets' order.

    Only sentences that name the target, and those right after that refer back to it, are read; the headline counts
    where it names the target. The confidence is the model's for main targets: it is not calibrated for given ones.

    Args:
        labeler: Lexicon and model.
        document: The article.
        genre: Its genre key.
        targets: Targets to look for.
    """
    text = document.text[: labeler.max_chars]
    folded = fold(f"{document.title or ''}\n{text}")
    # Most articles name none of them: what a plain search does not find is not read.
    likely = [target for target in targets if any(name.forms[-1] in folded for name in _names(target))]
    if not likely:
        return ()
    reading, title = read(text), read(document.title or "")
    found: list[TargetStance] = []
    for target in likely:
        names = _names(target)
        named = [i for i, s in enumerate(reading.sentences) if _mentions(reading, s.first, s.last, names)]
        in_title = _mentions(title, 0, len(title.forms), names)
        if not named and not in_title:
            continue
        only = frozenset(named) | {i + 1 for i in named if _refers(reading, i + 1)}
        subject = Target(target.name, target.kind, frozenset(f for name in names for f in name.forms if len(f) > 2))
        shown = document if in_title else replace(document, title=None)
        votes, features = labeler.measure(shown, reading, subject, genre, only)
        # A review has a verdict on what it reviews; what it only mentions, it reports.
        stance, confidence = labeler.model.decide(features, genre if features.judges else _REPORT)
        answer = Stance(target.name, target.kind, stance, confidence, evidence_of(votes, stance), votes)
        found.append(TargetStance(target, len(named) + in_title, answer))
    return tuple(found)


def _rows_of(path: Path) -> list[dict[str, Any]]:
    text, separator = read_table(path)
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    for row in rows:
        if None in row:
            raise ValueError(f"{row.get('name')!r} has more fields than the head")
        row["aliases"] = [alias for piece in (row.get("aliases") or "").split("|") if (alias := piece.strip())]
        row["kind"] = row.get("kind") or "other"
    return rows


def _given(item: Any) -> GivenTarget:
    if isinstance(item, str):
        return GivenTarget(item)
    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        raise ValueError(f"{item!r:.80} has no name")
    if unknown := sorted(set(item) - {"name", "aliases", "kind"}):
        raise ValueError(f"{item['name']}: unknown key {unknown[0]!r}")
    aliases = item.get("aliases", [])
    if not isinstance(aliases, list):
        raise ValueError(f"{item['name']}: aliases must be a list")
    return GivenTarget(item["name"].strip(), tuple(str(a) for a in aliases), str(item.get("kind", "other")))


class _Name(NamedTuple):
    """A name: its words, folded, and its last word as the user wrote it."""

    forms: Sequence[str]
    last: str


@cache
def _names(target: GivenTarget) -> tuple[_Name, ...]:
    words = [tokenize(name)[:2] for name in (target.name, *target.aliases)]
    return tuple(_Name(forms, tokens[-1]) for tokens, forms in words)


def _mentions(reading: Reading, first: int, last: int, names: Sequence[_Name]) -> bool:
    """Whether one of the names stands between two tokens, its last word also inflected or before a hyphen."""
    for name in names:
        *head, tail = name.forms
        for i in range(first, last - len(head)):
            at = i + len(head)
            final = reading.forms[at]
            if (
                final.startswith(tail)
                and (final[len(tail) :] in ENDINGS or final[len(tail)] == "-")
                and _is_written_so(name.last, reading.tokens[at])
                and all(reading.forms[i + k] == word for k, word in enumerate(head))
            ):
                return True
    return False


def _is_written_so(word: str, token: str) -> bool:
    """Whether a token has the capitals of a name: "grünen" is not the party, nor "gegen" the law that is called GEG.

    A name in small letters is found in any.
    """
    if word.isupper() and len(word) <= _ABBREVIATION:
        ending = token.removeprefix(word)
        return ending != token and (not ending or ending[0] == "-" or ending.islower())
    return not word[0].isupper() or token[0].isupper()


def _refers(reading: Reading, index: int) -> bool:
    return index < len(reading.sentences) and reading.forms[reading.sentences[index].first] in _REFERS
