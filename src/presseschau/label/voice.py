"""Whose voice a sentence speaks with: the article's own, or somebody's whom it quotes or reports.

Own voice and attributed speech are told apart by surface signs only: quotation marks, reporting verbs, source phrases
(laut, zufolge, nach Angaben) and the reporting subjunctive (Konjunktiv I; Duden, Die Grammatik, "Indirekte Rede").
The words are data, `lexicons/voice.yaml`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from presseschau.label.sentences import Kind, borders, fold, quotations, tokenize
from presseschau.label.yaml_file import read_yaml

# How much of a sentence is the article's own voice, by the sign that it is somebody else's.
_VOICES = {"": 1.0, "quote": 0.0, "reported": 0.1, "source": 0.1, "subjunctive": 0.15, "speaker": 0.15}
_PARTICLES = {
    **dict.fromkeys(("wirft", "warf", "werfen", "warfen"), ("vor",)),
    **dict.fromkeys(("haelt", "hielt", "halten", "hielten"), ("fuer",)),
    **dict.fromkeys(("spricht", "sprach", "sprechen", "sprachen"), ("von",)),
    **dict.fromkeys(("raeumt", "raeumte", "raeumen", "raeumten"), ("ein",)),
    **dict.fromkeys(("weist", "wies", "weisen", "wiesen"), ("hin", "zurueck", "daraufhin")),
}
_SAYS_IT = frozenset(("heisst", "hiess"))  # "heißt es im Bericht", not "das heißt" or "jetzt heißt es warten"
_BESIDE_IT = frozenset((",", ":", ".", "aus", "bei", "dazu", "dort", "im", "in", "seitens", "vom", "von", "weiter"))
_FINDS_IT = frozenset(("findet", "finden", "fand", "fanden", "nennt", "nennen", "nannte", "nannten"))
_VIEWS = frozenset(("ansicht", "auffassung", "meinung", "ueberzeugung"))  # "ist der Ansicht, dass"
_OURS = frozenset(("unser", "unsere"))
_APART = frozenset((",", ":", "(", "–", "—", "oder", "und"))  # "durch Bund oder Länder, sei es direkt oder nicht"
_BEFORE_SPEAKER = frozenset(("das", "der", "die", "ein", "eine", "ihr", "ihre", "sein", "seine"))


class Sentence(NamedTuple):
    """One sentence and whose voice it is.

    Attributes:
        start: Code-point offset in the text.
        end: End offset, exclusive.
        first: Index of its first token.
        last: Index after its last token.
        paragraph: Number of its paragraph, from 0.
        voice: 1 = the article's own, 0 = somebody else's.
        source: Why `voice` is below 1: `quote`, `reported`, `source`, `subjunctive` or `speaker`; "" for own voice.
    """

    start: int
    end: int
    first: int
    last: int
    paragraph: int
    voice: float
    source: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A text cut for stance, as parallel columns per token.

    Attributes:
        text: The text.
        tokens: Its words, marks and line breaks as they stand.
        forms: The same, folded.
        starts: Their code-point offsets.
        quoted: Per token 0 = outside, 1 = inside a quotation, 2 = inside a short quoted term (a title, a scare quote).
        sentences: In reading order, without overlap.
    """

    text: str
    tokens: Sequence[str]
    forms: Sequence[str]
    starts: Sequence[int]
    quoted: bytes
    sentences: Sequence[Sentence]


@dataclass(frozen=True, slots=True)
class VoiceLexicon:
    """The word lists of `lexicons/voice.yaml`, folded.

    `says`, `cites` and `supposes` hold every word that the search for a report, a source or a subjunctive starts from,
    `signs` every word that alone can make a sentence somebody else's.
    """

    abbreviations: frozenset[str]
    reporting: frozenset[str]
    reporting_weak: frozenset[str]
    sources: frozenset[str]
    source_nouns: frozenset[str]
    subjunctive: frozenset[str]
    subjunctive_weak: frozenset[str]
    first_person: frozenset[str]
    authors: frozenset[str]
    speakers: Kind
    says: frozenset[str]
    cites: frozenset[str]
    supposes: frozenset[str]
    signs: frozenset[str]

    def speaks(self, word: str) -> bool:
        """Whether a folded word names somebody who speaks.

        >>> load_voice().speaks("digitalminister"), load_voice().speaks("akku")
        (True, False)
        """
        return self.speakers.match(word)


@cache
def load_voice() -> VoiceLexicon:
    """The lists that are shipped with the package."""
    data = read_yaml(Path(__file__).parent / "lexicons/voice.yaml")
    speakers = Kind.of(map(fold, data.pop("speakers")), map(fold, data.pop("speaker_endings")))
    data.pop("version")
    lists = {k: frozenset(map(fold, v)) for k, v in data.items()}
    says = lists["reporting"] | lists["reporting_weak"]
    cites = lists["sources"] | lists["source_nouns"] | {"so"}
    supposes = lists["subjunctive"] | lists["subjunctive_weak"]
    signs = says | cites | supposes | {":"}
    return VoiceLexicon(speakers=speakers, says=says, cites=cites, supposes=supposes, signs=signs, **lists)


def read(text: str) -> Reading:
    """Tokens, sentences with their voice, and quotations of a text.

    >>> [s.voice for s in read("Das Gerät ist toll. „Das Gerät ist leider furchtbar“, sagt Meier.").sentences]
    [1.0, 0.1]
    """
    tokens, forms, starts = tokenize(text)
    marks = [i for i, token in enumerate(tokens) if not token[0].isalnum()]
    quoted = quotations(tokens, marks)
    lexicon = load_voice()
    sentences = []
    for first, last, paragraph in borders(tokens, forms, marks, lexicon.abbreviations):
        source, words = "", forms[first:last]
        signs, inside = lexicon.signs.intersection(words), quoted.count(1, first, last)
        if signs or inside:
            source = _source(words, tokens[first:last], signs, inside, lexicon)
        end = starts[last - 1] + len(tokens[last - 1])
        sentences.append(Sentence(starts[first], end, first, last, paragraph, _VOICES[source], source))
    return Reading(text, tokens, forms, starts, quoted, sentences)


def speaks_for_other(headline: Reading) -> bool:
    """Whether a headline gives somebody else's words: headlines drop the marks that a text would set.

    >>> [speaks_for_other(read(h)) for h in ("Rat nennt Plan unsinnig", "Ein unsinniger Plan")]
    [True, False]
    """
    says = load_voice().says
    if any(s.voice < 1.0 and s.source != "quote" for s in headline.sentences):
        return True
    # A verb that opens the headline is an imperative or a question, not a report; "heißt" alone reports nothing.
    said = [i for i, form in enumerate(headline.forms) if form in says and form not in _SAYS_IT]
    return any(headline.tokens[i][0].islower() for i in said)


def _source(
    words: Sequence[str], tokens: Sequence[str], signs: frozenset[str], inside: int, lexicon: VoiceLexicon
) -> str:
    """The sign that a sentence is not in the article's own voice, "" where it is.

    Args:
        words: The sentence, folded.
        tokens: The same as it stands.
        signs: Those of its words that alone can make it somebody else's.
        inside: How many of its words stand in a quotation.
        lexicon: Word lists.
    """
    if inside * 3 > len(words) * 2:
        return "quote"
    own = not inside and not lexicon.first_person.isdisjoint(words[:7])
    if not own and not lexicon.says.isdisjoint(signs) and _reports(words, inside > 0, lexicon):
        return "reported"
    if not lexicon.cites.isdisjoint(signs) and _names_source(words, tokens, lexicon):
        return "source"
    if not own and not lexicon.supposes.isdisjoint(signs) and _is_subjunctive(words, tokens, lexicon):
        return "subjunctive"
    if ":" in signs and ":" in words[1:6] and len(words) > 6 and lexicon.speaks(words[words.index(":") - 1]):
        return "speaker"
    return ""


def _reports(words: Sequence[str], quotes: bool, lexicon: VoiceLexicon) -> bool:
    """A reporting verb with something said: a quotation, a clause, or a subject that can speak."""
    for i, word in enumerate(words):
        if word not in lexicon.says:
            continue
        if not quotes and any(a in _OURS and b in lexicon.authors for a, b in pairwise(words[i + 1 : i + 4])):
            return False  # "schreibt unsere Autorin": the article itself
        if word in _SAYS_IT:
            if "es" in words[max(0, i - 1) : i + 2] and not _BESIDE_IT.isdisjoint(words[i + 1 : i + 3]):
                return True
            continue
        if word in _FINDS_IT and words[i + 1 : i + 2] == ["es"] and "dass" in words[i:]:
            return True
        strong = word in lexicon.reporting
        if quotes or (strong and ("dass" in words or ":" in words)):
            return True
        # Two-part verbs: "wirft ihm Arroganz vor", "hält den Plan für absurd".
        particles = _PARTICLES.get(word, ())
        if any(particle in words[i + 1 :] for particle in particles):
            return True
        if "hin" in particles:
            continue  # "weist Mängel auf"
        near = words[max(0, i - 5) : i + 6]
        if any(lexicon.speaks(w) for w in near) and (strong or "dass" in words[i:] or "als" in words[i:]):
            return True
        # A name beside the verb is unknown to any list: a comma before the verb marks the clause as what was said.
        if strong and i and (words[i - 1] == "," or (i + 1 < len(words) and words[i + 1] == ",")):
            return True
    return False


def _names_source(words: Sequence[str], tokens: Sequence[str], lexicon: VoiceLexicon) -> bool:
    """`laut X`, `X zufolge`, `nach Angaben von X`, `der Ansicht, dass`, `…, so der Y`; not `meiner Meinung nach`."""
    for i, word in enumerate(words):
        if word in lexicon.sources:
            return True
        if word in lexicon.source_nouns:
            near = words[max(0, i - 3) : i]
            behind = words[i + 1 : i + 2]
            if "meiner" in near or "unserer" in near or "meines" in near:
                continue
            if "nach" in near or "aus" in near or "laut" in near or "nach" in behind:
                return True
            if word in _VIEWS and "der" in near[-1:] and "dass" in words[i + 1 : i + 3]:
                return lexicon.first_person.isdisjoint(words[:i])
        elif word == "so" and i and words[i - 1] in (",", "“", '"', "”", "«") and i + 2 < len(words):
            if not (tokens[i + 1][0].isupper() or words[i + 1] in _BEFORE_SPEAKER):
                continue  # "so weit, so gut"
            if any(lexicon.speaks(w) for w in words[i + 1 : i + 7]) or (len(words) - i <= 4 and words[-1] == "."):
                return True
    return False


def _is_subjunctive(words: Sequence[str], tokens: Sequence[str], lexicon: VoiceLexicon) -> bool:
    """Konjunktiv I, not of the first person and not a set phrase (es sei denn, sei es, sei Dank, Man nehme)."""
    for i, word in enumerate(words):
        if word not in lexicon.supposes:
            continue
        strong = word in lexicon.subjunctive
        before, after = words[i - 1] if i else "", words[i + 1] if i + 1 < len(words) else ""
        if "ich" in words[max(0, i - 3) : i + 3] or before == "man":
            continue
        if word in ("sei", "seien") and (
            not i or after in ("dank", "angemerkt") or (before == "es" and after == "denn")
            or (after == "es" and before in _APART)
        ):  # fmt: skip
            continue
        # The rarer verbs look like a noun or a first person; they need a clause before them.
        if not strong and (i < 3 or tokens[i][0].isupper()):
            continue
        return True
    return False
