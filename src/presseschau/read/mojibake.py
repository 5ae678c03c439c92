"""UTF-8 that a spreadsheet or a scraper has read as windows-1252 and saved as UTF-8 once more: `fÃ¼r` for `für`."""

from __future__ import annotations

import re

TWICE = "Ã".encode()  # in every text that `once_encoded` changes
_UMLAUT = re.compile("[äöüÄÖÜß]")
_UMLAUT_TWICE = re.compile("Ã[¤¶¼„–œŸ\x84\x96\x9c\x9f]")  # the same letters
# What the bytes of a character of UTF-8 are in windows-1252, where it lacks one in Latin 1.
_RUN = re.compile("[\xc2-\xf4][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]{1,3}")


def once_encoded(text: str) -> str:
    """A text whose umlauts were mostly encoded twice, as it was; any other as it is.

    >>> once_encoded("Er rief: â€žFÃ¼r alle!â€œ"), once_encoded("Für „Ã¼“ ist ein Werkzeug schuld")
    ('Er rief: „Für alle!“', 'Für „Ã¼“ ist ein Werkzeug schuld')
    """
    if "Ã" not in text or len(_UMLAUT_TWICE.findall(text)) <= len(_UMLAUT.findall(text)):
        return text
    return _RUN.sub(_decoded, text)


def _decoded(run: re.Match[str]) -> str:
    raw = b"".join(sign.encode("latin-1" if sign < "\u0100" else "cp1252") for sign in run[0])
    for size in range(len(raw), 1, -1):  # what follows the character may look as if it went on
        try:
            return raw[:size].decode("utf-8") + run[0][size:]
        except UnicodeDecodeError:
            continue
    return run[0]
