"""Which documents are no usable article, and why: the first of six named reasons that applies."""

from __future__ import annotations

import re
from dataclasses import dataclass

from presseschau.document import Document

_WORD = re.compile(r"\w+")
_LETTER = re.compile(r"[^\W\d_]")
# Ways in which the end of a free excerpt says that the rest costs money or a login.
_PAYWALL = re.compile(
    r"""\bweiterlesen\b (?= \s* (?:mit|nur|für|im|ab|\W*$) )
      | (?:ganzen?|vollständigen?|kompletten?|gesamten?) \s+ (?:artikel|text|beitrag|bericht) \s+
        (?:\w+\s+){0,3} (?:lesen|abonn\w+|kaufen|freischalten|sehen)
      | lesen \s+ sie \s+ (?:\w+\s+){0,2} (?:ganzen?|vollständigen?|kompletten?|gesamten?) \s+
        (?:artikel|text|beitrag|bericht)
      | (?:artikel|text|beitrag|inhalt)e? \s+ (?:ist|sind|steht|gibt \s+ es|lesen) \s+ (?:\w+\s+){0,3} (?:für|mit) \s+
        (?:\S+\s+){0,2} (?:abonnent\w*|abonnement|abo\b|mitglieder|registrierte|premium|plus)
      | exklusiv \s+ für \s+ (?:\S+\s+){0,2} (?:abonnent\w*|mitglieder|registrierte|premium|plus)
      | (?-i: \b (?:Jetzt|Gratis|Kostenlos|Gleich|Hier) ) \s+
        (?: (?:kostenlos|gratis|unverbindlich|digital|online|für|nur|einen?|\d\S*|euro|€|monate?|tage|wochen) \s+ ){0,7}
        (?:testen|abonnieren|registrieren|freischalten|weiterlesen)
      | (?:bereits|schon|noch \s+ kein) \s+ (?:\w+\s+){0,2} (?:abo\b|abonnent\w*|konto \s* \?|registriert \s* \?)
      | abo \s+ (?:abschließen|abschliessen|testen|wählen)
      | (?:artikel|text|beitrag|inhalt) \s+ ist \s+ (?:teil|bestandteil) \s+ (?:unsere[sr]|des|von|eines) \s+
        (?:\S+\s+){0,2} \S*(?:abos?|abonnements?|plus|premium)\b
      | testen \s+ sie \s+ (?:\S+\s+){0,2} (?:abo|plus|premium|digital\w*) \s+ (?:\S+\s+){0,4}
        (?:tage?|wochen?|monate?|kostenlos|gratis|euro|€)
      | \b (?:sie \s+ (?:möchten|wollen) | (?:möchten|wollen) \s+ sie) \s+
        (?:(?:den|diesen) \s+ (?:\w+\s+)? (?:artikel|text|beitrag|bericht) \s+)? (?:weiter|zu \s ende \s)?lesen \s* \?
      | (?:haben|erhalten|bekommen) \s+ sie \s+ (?:\S+\s+){0,3} zugriff \s+ auf \s+ (?:alle|sämtliche)\b
      | (?:melden \s+ sie \s+ sich \s+ (?:\w+\s+)? an|registrieren \s+ sie \s+ sich (?:\s+\w+){0,2}|einloggen|anmelden
          |schlie(?:ß|ss)en \s+ sie \s+ (?:\w+\s+){0,3} \w*abo\w* \s+ ab) ,? \s+ um \s+
        (?:\w+\s+){0,5} (?:weiter|lesen)
      | um \s+ (?:den|diesen) \s+ (?:\w+\s+)? (?:artikel|text|beitrag|bericht) \s+ (?:\w+\s+){0,2}
        (?:zu \s+ lesen|lesen \s+ zu \s+ können|weiterzulesen) , \s+ (?:benötigen|brauchen) \s+ sie\b""",
    re.VERBOSE | re.IGNORECASE,
)
# What a site says about itself and its terms, where a title is nothing else.
_ABOUT = r"""(?: impressum | imprint | mediadaten | netiquette | kontakt | über \s uns | agbs?
  | datenschutz (?: -?(?:erklärung|hinweise?|bestimmungen?|informationen?|richtlinien?) )? | privacy (?: \s policy)?
  | (?:allgemeine \s)? (?:geschäfts|nutzungs|teilnahme) bedingungen | terms \s of \s (?:use|service)
  | cookie-? \s? (?:richtlinien?|hinweise?|policy) | widerrufs (?:belehrung|recht)
  | barrierefreiheitserklärung | erklärung \s zur \s barrierefreiheit | haftungsausschluss | disclaimer )"""
_ABOUT_SITE = re.compile(
    rf"(?: unsere? \s )? {_ABOUT} (?: \s* (?: & | \bund\b | [/,|–-] ) \s* {_ABOUT} )*"
    r" (?: \s* \( (?: agb | stand \b [^)]* ) \) )?",
    re.VERBOSE | re.IGNORECASE,
)
# A title of these words alone is what a server answers in place of a page, if it says that it was not found.
_ERROR_WORDS = frozenset((
    "404", "410", "http", "fehler", "error", "die", "diese", "der", "dieser", "das", "seite", "artikel", "beitrag",
    "dokument", "page", "konnte", "wurde", "werden", "leider", "nicht", "mehr", "gefunden", "not", "found",
))  # fmt: skip
_ERROR_THINGS = frozenset(("seite", "artikel", "beitrag", "dokument", "page"))
_TEXT_PATHS = ("clean", "dump")
_END_CHARS = 400


def paywall_phrase(text: str) -> str | None:
    """The wording near the end of a text that says that the rest is not free, None where there is none.

    >>> paywall_phrase("Der Konzern spart. Jetzt kostenlos testen und weiterlesen.")
    'Jetzt kostenlos testen'
    """
    match = _PAYWALL.search(text[-_END_CHARS:])
    return match[0].strip() if match else None


def _is_error(title: str) -> bool:
    """Whether a title says no more than that there is no such page."""
    words = set(_WORD.findall(title.lower()))
    missing = {"nicht", "gefunden"} <= words or {"not", "found"} <= words
    return words <= _ERROR_WORDS and ("404" in words or (missing and not words.isdisjoint(_ERROR_THINGS)))


@dataclass(frozen=True, slots=True)
class Filter:
    """The filter stage; a document that passes gets None, any other the reason and a detail for its ledger row.

    The checks run from what is wrong with the page to what is wrong with the text, so that a reason names the cause:

    1. `no_article`: the extractor found no text on a page, or only menus in a dump; or the page's title is nothing but
       "Impressum", "Datenschutzerklärung", "Seite nicht gefunden" and the like. Not for clean text, which is an article
       by declaration.
    2. `no_letters`: nothing to read (figures, signs, an empty file).
    3. `listing`: an index or section front. Not for text input.
    4. `paywall_stub`: an excerpt; the page says that it is not free and shows little, or little ends in an offer.
    5. `too_short`: fewer words or characters than a label can rest on.
    6. `not_german`: another language, or too unsure.

    Attributes:
        min_words: Fewer words are `too_short`. 40 is about three sentences.
        min_chars: The same in characters, for texts of few long or many short words.
        paywall_max_words: A page that says `isAccessibleForFree: false` and shows at most so many words is an excerpt;
            longer ones show the article all the same.
        paywall_phrase_max_words: A text up to this length that ends in an offer to subscribe is an excerpt, unless the
            page says that it is free.
        languages: ISO codes that are kept.
        min_language_score: Below this the language is a guess.
    """

    min_words: int = 40
    min_chars: int = 250
    paywall_max_words: int = 150
    paywall_phrase_max_words: int = 250
    languages: tuple[str, ...] = ("de",)
    min_language_score: float = 0.5

    def __post_init__(self) -> None:
        for name in ("min_words", "min_chars", "paywall_max_words", "paywall_phrase_max_words"):
            if getattr(self, name) < 0:
                raise ValueError(f"filter.{name} must be at least 0, not {getattr(self, name)!r}")
        if not 0 <= self.min_language_score <= 1:
            raise ValueError(f"filter.min_language_score must be 0 to 1, not {self.min_language_score!r}")
        if not self.languages or not all(self.languages):
            raise ValueError(f"filter.languages={list(self.languages)} must name one ISO code or more, such as [de]")

    def __call__(self, document: Document) -> tuple[str, str] | None:
        """Reason and detail where the document is dropped, None where it stays; reads its language, never sets it."""
        text = document.text
        is_page = document.path not in _TEXT_PATHS
        if document.path != "clean" and not text.strip():
            return "no_article", "the extractor found no text on the page"
        if not _LETTER.search(text):
            return "no_letters", f"{len(text)} characters, none of them a letter"
        if is_page and _ABOUT_SITE.fullmatch((document.title or "").strip()):
            return "no_article", f"what a site says about itself: “{document.title}”"
        if is_page and _is_error(document.title or ""):
            return "no_article", f"an error page: “{document.title}”"
        if is_page and document.listing:
            return "listing", f"an index or a list of links, {len(text.split())} words"
        # How many there are beyond the limits plays no part.
        words = len(text.split(None, max(self.min_words, self.paywall_max_words, self.paywall_phrase_max_words) + 1))
        if stub := self._paywall_stub(document, words):
            return "paywall_stub", stub
        if words < self.min_words:
            return "too_short", f"{words} words, fewer than {self.min_words}"
        if len(text) < self.min_chars:
            return "too_short", f"{len(text)} characters, fewer than {self.min_chars}"
        return self._foreign(document)

    def _paywall_stub(self, document: Document, words: int) -> str | None:
        if document.free is False and words <= self.paywall_max_words:
            return f"the page says that it is not free and shows {words} words"
        if document.free is not True and words <= self.paywall_phrase_max_words:
            phrase = paywall_phrase(document.text)
            return f"{words} words, then “{phrase}”" if phrase else None
        return None

    def _foreign(self, document: Document) -> tuple[str, str] | None:
        code, score = document.language, document.language_score
        if code not in self.languages:
            return "not_german", f"language {code or 'unknown'}, score {score:.2f}"
        if score < self.min_language_score:
            return "not_german", f"language {code} with score {score:.2f}, below {self.min_language_score}"
        return None
