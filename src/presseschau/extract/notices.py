"""What a page says about itself in whole sentences that look like an article's; only wordings that no article has."""

from __future__ import annotations

import re

import ahocorasick

_NOTICE = re.compile(
    r"""ich \s bin \s (?:damit|mit \s der) \b .{0,60} (?:einverstanden|drittanbieter|newsletter|angezeigt)
      | an \s dieser \s stelle \s (?:finden|findest|ist|befindet|steht|haben) \b .{0,80} inhalt
      | extern\w* \s inhalt\w* \b .{0,60}
        (?:eingebunden|ein(?:zu)?binden|angezeigt|an(?:zu)?zeigen|geladen|laden\b|zustimm)
      | bitte \s (?:aktivieren|deaktivieren|erlauben) \s sie \b .{0,60} (?:javascript|blocker|cookies|browser)
      | mit \s (?:dem|einem|ihrem)? \s? klick \s (?:auf|hier) \b .{0,120}
        (?:datenschutzerklärung|einverstanden|(?:stimmen|willigen|akzeptieren) \s sie|stimme \s ich)
      | es \s (?:gilt|gelten) \s (?:die|unsere) \s (?:\w+\s){0,2} (?:datenschutz|nutzungsbedingungen|agb)
      | (?:diesem|dieser|unserem|unserer) \s (?:artikel|beitrag|text|seite) \b .{0,40} affiliate-?links? \b
      | (?:erhalten|bekommen|erhält|bekommt) \s (?:wir|die \s redaktion) \b .{0,60} provision
      | (?:wir|die \s redaktion) \s (?:erhalten|bekommen|erhält|bekommt) \b .{0,60} provision
      | \A .{0,120} (?:alle \s rechte \s vorbehalten | all \s rights \s reserved) (?:\. | .{0,40} \Z)
      | sie \s haben \b .{0,40} (?:javascript|blocker) \b .{0,60} (?:aktiviert|deaktiviert|ausgeschaltet)
      | (?:vielen|herzlichen) \s dank ,? \s (?:für|dass) \b .{0,60} (?:anmeldung|registrierung|interesse)
      | sie \s sich \b .{0,80} newsletter \b (?:\s an\b | .{0,40} \b (?:anmelden|eintragen|registrieren)\b)
      | newsletter \b (?:\s\w+){0,3} \s informiert \s (?:sie|dich|euch) \b
      | wir \s und \s unsere \s (?:bis \s zu \s)? (?:\d+\s)? partner \b .{0,40}
        (?:verarbeite|speicher|nutz|verwende)
      | besuchen \s sie \s (?:unsere|diese) \s (?:web)?seite \b .{0,40} mit \s werbung
      | nutzen \s sie \b .{0,60} \b pur-?abo
      | unsere[nm]? \s (?:\w+-)?kanal \b .{0,30} abonnier
      | abonnieren \s sie \b .{0,60} (?:newsletter|kanal|whatsapp)""",
    re.VERBOSE | re.IGNORECASE,
)
_LONGEST = 500
# One of these words is in every match of the above; asking for them first is many times faster.
_TRIGGERS = ahocorasick.Automaton()
for _word in (
    "einverstanden", "drittanbieter", "newsletter", "angezeigt", "inhalt", "javascript", "blocker", "cookies",
    "browser", "datenschutz", "klick", "nutzungsbedingungen", "agb", "affiliate", "provision", "vorbehalten",
    "reserved", "partner", "werbung", "pur", "anmeldung", "registrierung", "interesse", "kanal", "whatsapp",
):  # fmt: skip
    _TRIGGERS.add_word(_word, _word)
_TRIGGERS.make_automaton()


def is_notice(text: str) -> bool:
    """Whether a line is a page's word about itself: consent, adverts, scripts, rights.

    >>> is_notice("Bitte aktivieren Sie JavaScript in Ihrem Browser."), is_notice("Der Browser kann nun JavaScript.")
    (True, False)
    """
    if len(text) > _LONGEST:
        return False
    return next(_TRIGGERS.iter(text.lower()), None) is not None and _NOTICE.search(text) is not None
