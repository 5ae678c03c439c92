"""Where readers' comments begin, by their wording: the heading of a thread, and who says it above each comment."""

from __future__ import annotations

import re
from collections.abc import Sequence

# The heading of a thread, with a count or by a word that heads nothing else: "Antworten" may be the article's own, and
# so may be "5 Antworten auf die Lage"; a thread quotes what it answers.
THREAD = re.compile(
    r"""(?: (?:\d+|Ein) \s (?:Leser-?)?
            (?: (?:Kommentare?|Comments?) (?:\s (?:zu[mr]?|auf|on|to) \b .{1,200})?
              | (?:Antworten|Gedanken?|Meinungen|Responses?|Thoughts?)
                (?:\s (?:zu[mr]?|auf|on|to) \s ["„“”«»‚‘'] .{1,200})? ) (?<!\bEin \s Kommentar)
          | (?:Leser-?)? (?:Kommentare|Antworten|Diskussion|Meinungen|Leserbriefe|Comments) \s? \(\d+\)
          | (?:Leser|Nutzer|User)?-?kommentare | Leserbriefe | Leserstimmen | Comments ) \W{0,20} $""",
    re.VERBOSE | re.IGNORECASE,
)
# Below a heading "Rita sagt:", and with a time also without one: "Rita schrieb am 3. Mai 2025 um 9:10 Uhr:".
_SAID = re.compile(
    r"""\S.{0,40}\s (?:sagte?|hat\sgesagt|schrieb|schreibt|meinte?|kommentierte?|says|said|wrote)
        (?: \s (?:am|on) \s .{0,25}\d .{0,20} | \s?(?::|…|\.\.\.) ) $""",
    re.VERBOSE,
)
_TIMED = re.compile(r"\d[:.]\d\d(?!\.?\d)\D*$")  # no day: a report may well say who wrote on which
_LONGEST = 120  # characters of such a line
WITHIN = 3  # lines below a heading, by which `is_answered` judges


def is_answered(below: Sequence[str]) -> bool:
    """Whether one of the lines right below a heading says who speaks, as above comments."""
    return any(map(_SAID.match, below))


def dated_comments(texts: Sequence[str]) -> list[int]:
    """The lines that say who wrote at what time, each above a comment; [] where only one does."""
    said = [i for i, text in enumerate(texts) if len(text) <= _LONGEST and _TIMED.search(text) and _SAID.match(text)]
    return said if len(said) > 1 else []
