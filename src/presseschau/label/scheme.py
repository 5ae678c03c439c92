"""Label schemes: which classes a task has, what they are called and what they mean, and which lexicons speak for them.

A scheme is one YAML file. The package brings `technews`; a user's own taxonomy is another file of the same form, with
lexicons, with terms written at its classes, or with neither: then the words of names and definitions are its terms.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from presseschau.label.lexicon import Lexicon, Term, load_lexicon, parse_term
from presseschau.label.yaml_file import listed, read_yaml
from presseschau.schema import TASKS

DEFAULT_SCHEME = Path(__file__).parent / "schemes" / "technews.yaml"
_KEY = re.compile(r"[a-z][a-z0-9_]*")
_NAME_WORD = re.compile(r"[^\W\d_][\w-]{2,}")
_NOUN = re.compile(r"\b[A-ZÄÖÜ][\w-]{3,}")
# What joins the words of a name ("Essen und Trinken") stands in every text.
_JOINING = frozenset((
    "und", "oder", "sowie", "der", "die", "das", "den", "dem", "des", "für", "von", "vom", "zum", "zur", "mit", "aus",
    "bei", "auf", "and", "the", "for",
))  # fmt: skip
_NAME_WEIGHT, _DEFINITION_WEIGHT = 3.0, 1.0


@dataclass(frozen=True, slots=True)
class LabelClass:
    """One class of a task.

    Attributes:
        key: Lower-case ASCII key; part of the published schema.
        name: Display name, in the language of the articles.
        definition: What it covers, one or two sentences.
        iptc: IPTC Media Topic ids it corresponds to.
        terms: Its own lexicon terms, in the notation of `lexicon`, separated by commas.
    """

    key: str
    name: str
    definition: str = ""
    iptc: tuple[str, ...] = ()
    terms: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """The classes of one labelling task, in schema order, and the files that speak for them.

    Attributes:
        name: topic, genre or stance.
        classes: In the order of the published schema; earlier classes win ties.
        fallback: The class of an article that nothing speaks for.
        lexicon: Lexicon file, None where the classes bring their own terms or none.
        sections: Table of URL sections, None for none.
        rest: Whether `fallback` stands for "none of these"; then thin evidence for another class is not enough.
        rules: What decides borderline cases, the first that fits; for annotators, people and models.
    """

    name: str
    classes: tuple[LabelClass, ...]
    fallback: str
    lexicon: Path | None = None
    sections: Path | None = None
    rest: bool = False
    rules: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Class keys in schema order."""
        return tuple(c.key for c in self.classes)

    def build_lexicon(self) -> Lexicon:
        """The lexicon of file and classes; where there is neither, words of the classes' names and definitions.

        Labels with a leading underscore are cues for boundary functions and need no class.

        Raises:
            ValueError: The lexicon speaks for a class that the scheme does not have.
        """
        filed = load_lexicon(self.lexicon) if self.lexicon else Lexicon(())
        unknown = [label for label in filed.labels if label not in self.keys and not label.startswith("_")]
        if unknown:
            raise ValueError(f"lexicon {self.lexicon}: {unknown[0]!r} is no {self.name} class of the scheme")
        inline = [parse_term(entry, c.key) for c in self.classes for entry in listed(c.terms)]
        if not filed.terms and not inline:
            inline = [term for c in self.classes if c.key != self.fallback for term in _words_of(c)]
        return Lexicon((*filed.terms, *inline))


@dataclass(frozen=True, slots=True)
class Scheme:
    """A label scheme.

    Attributes:
        name: Short name, part of the labeler's name.
        version: Raised with every change of classes.
        topic: The topic task.
        genre: The genre task.
        stance: The stance task.
    """

    name: str
    version: str
    topic: Task
    genre: Task
    stance: Task


def _words_of(label: LabelClass) -> list[Term]:
    """Terms of a class that brings none: its name's words, and the nouns of its definition at less weight."""
    named = dict.fromkeys(word for word in _NAME_WORD.findall(label.name) if word.lower() not in _JOINING)
    defined = (w for w in dict.fromkeys(_NOUN.findall(label.definition)) if w not in named)
    return [
        *(Term(w, label.key, _NAME_WEIGHT, open_start=len(w) > 4, open_end=len(w) > 3) for w in named),
        *(Term(w, label.key, _DEFINITION_WEIGHT, open_end=True) for w in defined),
    ]


def _read_class(data: Any, where: str) -> LabelClass:
    if not isinstance(data, dict) or not _KEY.fullmatch(str(data.get("key", ""))):
        raise ValueError(
            f"{where}: every class needs a `key` of lower-case ASCII letters, digits and _, got {data!r:.60}"
        )
    unknown = sorted(set(data) - {"key", "name", "definition", "iptc", "terms"})
    if unknown:
        raise ValueError(f"{where}: class {data['key']} has an unknown field {unknown[0]!r}")
    terms, iptc = data.get("terms") or "", data.get("iptc") or ()
    if not isinstance(terms, str | list) or not isinstance(iptc, list | tuple):
        raise ValueError(f"{where}: of class {data['key']}, `terms` must be text or a list, `iptc` a list")
    return LabelClass(
        key=str(data["key"]),
        name=str(data.get("name") or data["key"]),
        definition=str(data.get("definition") or ""),
        iptc=tuple(str(i) for i in iptc),
        terms=terms if isinstance(terms, str) else ", ".join(str(t) for t in terms),
    )


def _read_task(name: str, data: Any, path: Path) -> Task:
    where = f"scheme {path.name}: {name}"
    if not isinstance(data, dict) or not isinstance(data.get("classes"), list) or len(data["classes"]) < 2:
        raise ValueError(f"{where} needs a list of at least two `classes`")
    classes = tuple(_read_class(c, where) for c in data["classes"])
    keys = [c.key for c in classes]
    twice = [k for k in keys if keys.count(k) > 1]
    if twice:
        raise ValueError(f"{where}: class {twice[0]} stands there twice")
    fallback = str(data.get("fallback") or ("other" if "other" in keys else keys[-1]))
    if fallback not in keys:
        raise ValueError(f"{where}: fallback {fallback!r} is not one of its classes ({', '.join(keys)})")
    files = {}
    for field in ("lexicon", "sections"):
        files[field] = (path.parent / str(data[field])).resolve() if data.get(field) else None
    rules = data.get("rules") or []
    if not isinstance(rules, list) or not all(isinstance(rule, str) for rule in rules):
        raise ValueError(f"{where}: rules must be a list of sentences")
    rest = bool(data.get("fallback")) or "other" in keys
    return Task(name, classes, fallback, files["lexicon"], files["sections"], rest, tuple(rules))


@cache
def load_scheme(path: Path | None = None) -> Scheme:
    """A scheme from its file, read once per process; tasks that the file leaves out are those of the default scheme.

    Args:
        path: The YAML file; None for the default scheme.

    Raises:
        ValueError: The file can't be read, or is no scheme; the message names the place.

    >>> load_scheme().topic.keys[:3], load_scheme().topic.fallback
    (('hardware', 'mobile', 'software'), 'other')
    """
    origin = path or DEFAULT_SCHEME
    data = read_yaml(origin)
    if not isinstance(data, dict) or "topic" not in data:
        raise ValueError(f"scheme {origin.name}: needs `topic` with its classes")
    unknown = sorted(set(data) - {"name", "version", *TASKS})
    if unknown:
        raise ValueError(f"scheme {origin.name}: unknown field {unknown[0]!r}")
    default = load_scheme() if path and origin.resolve() != DEFAULT_SCHEME.resolve() else None
    tasks = {t: getattr(default, t) if default and t not in data else _read_task(t, data.get(t), origin) for t in TASKS}
    return Scheme(str(data.get("name") or origin.stem), str(data.get("version", "1")), **tasks)
