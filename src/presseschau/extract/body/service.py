"""Pages that stand in an article's place: errors, logins, checks for robots, walls of consent. Their title says so."""

from __future__ import annotations

import re

_SERVICE = re.compile(
    r"""(?: (?:http\W*)? (?:fehler|error)? \s* [45]\d\d \W* )?
        (?: (?:fehler|error)
          | (?:die \s)? (?:seite|artikel|inhalt|dokument|datei) \s
            (?: (?:konnte|wurde) \s (?:leider \s)? )? nicht \s
            (?:gefunden|verfügbar|vorhanden|erreichbar) (?:\s werden)?
          | (?: (?:page|file|document) \s )? not \s found
          | zugriff \s (?:verweigert|nicht \s gestattet) | access \s denied
          | service \s (?:temporarily \s)? unavailable | bad \s gateway | internal \s server \s error
          | wartungsmodus | (?:site|website) \s (?:is \s)? under \s maintenance )
      | (?:http\W*)? (?:fehler|error) \s* [45]\d\d | [45]\d\d
      | just \s a \s moment | attention \s required | (?:nur \s)? einen \s moment (?:,? \s bitte)?
      | sind \s sie \s ein \s roboter | are \s you \s a \s robot | checking \s your \s browser
      | anmelden | login | log \s in | einloggen | passwort \s vergessen | registrieren
      | zustimmung \s erforderlich | (?:cookie|datenschutz|privatsphäre)-? \s? einstellungen""",
    re.VERBOSE | re.IGNORECASE,
)


def is_service_page(title: str | None) -> bool:
    """Whether a title is nothing but the name of a page that is no article.

    >>> is_service_page("404 – Seite nicht gefunden"), is_service_page("Seite nicht gefunden: Archiv sucht ein Blatt")
    (True, False)
    """
    return title is not None and _SERVICE.fullmatch(title.strip(" –-|.:!?…")) is not None
