"""Boilerplate phrases of German sites by class, for short blocks."""

from __future__ import annotations

import re

_MONTH = r"(?:Jan|Feb|Mär|Maer|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez)\w*\.?"
_PHRASES: tuple[tuple[str, str], ...] = (
    ("date", rf"\b\d{{1,2}}\.\s?(?:\d{{1,2}}\.|{_MONTH})\s?(?:19|20)?\d\d\b|\b\d{{1,2}}[:.]\d\d Uhr\b|\b(?:19|20)\d\d-\d\d-\d\d\b"),
    ("date_start", rf"^\W*(?:\w+[:,]?\s){{0,3}}\d{{1,2}}\.\s?(?:\d{{1,2}}\.|{_MONTH})\s?(?:19|20)?\d\d\b"),
    ("reading", r"Lesezeit|Lesedauer|(?:\d|Min\.?|Minuten?) (?:zu )?[Ll]esen|^\W*(?:ca\. )?\d+ (?:Min\b|Minuten?$)|\bmin read"),
    ("byline", r"^(?:Von|Ein (?:Gastbeitrag|Kommentar|Artikel|Interview|Bericht) von|Text|Autor(?:in|en)?|Redaktion|Interview|Protokoll|Bericht|By|Par|Por|Di|Door|Av)\b:?\s+[A-ZÄÖÜ]"),
    ("credit", r"\b(?:Fotos?|Bild(?:er|quelle|nachweis)?|Quellen?|Grafik|Illustration|Copyright|Symbol(?:bild|foto)|Archiv(?:bild|foto)?|Photo|Video|Image|Credit)\s?:|©|\(c\)|\b(?:imago|IMAGO|picture[ -]alliance|Getty|dpa-|Reuters|REUTERS|AFP|EPA|APA|Keystone|KEYSTONE|Shutterstock|Unsplash|Pixabay|Adobe ?Stock|iStock)\b"),
    ("related", r"[Ll]esen Sie|[Ll]ies auch|[Mm]ehr zum|[Aa]uch interessant|[Dd]as könnte|[Ww]eitere (?:Artikel|Themen|Meldungen|Nachrichten|News|Beiträge|Informationen)|[Mm]ehr (?:dazu|aus|von|über|Artikel|News|Infos|Informationen|lesen)|[Ss]iehe auch|^Empfohlen|^Empfehlung|Zum Thema|[Mm]eistgelesen|[Mm]eist gelesen|Passend dazu|Ähnliche (?:Artikel|Beiträge)|[Rr]elated|[Rr]ead (?:more|also)|Top-?Themen|Themenseite|[Vv]erwandte|^Themen\b|Hier geht'?s|hier (?:lesen|klicken)|Aktuelle (?:News|Nachrichten)|Nächster Artikel|Vorheriger"),
    ("newsletter", r"[Nn]ewsletter|[Aa]bonnier|[Jj]etzt anmelden|E-Mail-Adresse|[Ww]hats[Aa]pp-(?:Kanal|Channel)|Telegram|Push-Nachricht|Subscribe"),
    ("consent", r"[Ee]xterne[rnm]? Inhalt|[Dd]atenschutz|[Cc]ookies?\b|[Ee]inwillig|personenbezogene|[Zz]ustimm|Inhalte? (?:anzeigen|laden|akzeptieren)|[Dd]rittanbieter|JavaScript|Javascript|Browser|Datenschutzerklärung"),
    ("comment", r"\b[Kk]ommentar(?:e|en)?\b|[Kk]ommentier|[Dd]iskutier|Leserbrief|Fehler (?:gefunden|melden|entdeckt)|Netiquette|[Ff]eedback|[Dd]isqus|Ihre Meinung|[Ss]chreiben Sie"),
    ("ad", r"^\W*(?:Anzeige|Werbung|Advertisement|ANZEIGE|WERBUNG|Advertorial)\b|[Aa]ffiliate|[Pp]rovision|[Pp]artner-?[Ll]ink|[Ss]ponsor|Rabatt|Gutschein"),
    ("paywall", r"\bAbo\b|[Aa]bonnement|[Jj]etzt testen|[Ww]eiterlesen|Probe(?:monat|abo)|[Kk]ostenlos|[Bb]ereits (?:registriert|Abonnent|Kunde)|[Ee]inloggen|[Rr]egistrier|[Zz]ugang|Euro (?:pro|im) Monat|€ ?/|[Kk]ündbar|[Dd]igitalabo|[Aa]bonnent|Premium"),
    ("share", r"^(?:Teilen|Drucken|Merken|Kopieren|Link|Facebook|Twitter|X|WhatsApp|E-Mail|Mail|Pinterest|LinkedIn|Xing|Artikel|Share|Feedback|Anhören|Vorlesen|Speichern|Folgen|Schliessen|Schließen|Menü|Suche|Zurück|Weiter|Mehr|Startseite|Home)\b|[Aa]uf (?:Facebook|Twitter|WhatsApp) teilen|Artikel (?:teilen|drucken|merken|vorlesen|anhören|hören)|[Ll]ink kopier|[Ff]olgen Sie|[Ff]ollow"),
    ("agency", r"^\W*(?:(?:Mit (?:Material|Informationen) (?:von|der)\s)?(?:dpa|afp|AFP|apa|APA|Reuters|rts|epd|kna|KNA|sid|SID|AP|DPA|sda|SDA|ots)[\w-]*(?:[/, -]+(?:\w{2,9}))*)\W*$|^(?:Quelle|Mit Material|Mit Agenturmaterial|Agentur)"),
    ("legal", r"Impressum|AGB|Nutzungsbedingungen|[Aa]lle Rechte|[Aa]ll rights|Vervielfältigung|Urheberrecht|Nachdruck|Originalartikel|Dieser (?:Artikel|Text|Beitrag) (?:erschien|ist|wurde|stammt)|Hinweis der Redaktion|Hinweis:|Anm(?:erkung)?\. ?d(?:er)?\.? Red|Transparenzhinweis|Korrektur"),
    ("person", r"^(?:[A-ZÄÖÜ][\wäöüß.-]+ ){1,3}(?:ist|schreibt|arbeitet|berichtet|studierte|war|leitet|gehört|volontierte)\b.*(?:Redakt|Journalist|Autor|Korrespondent|Ressort|Volont|Reporter)|^(?:Über den Autor|Über die Autorin|Zur Person|Zum Autor|Zur Autorin)"),
)  # fmt: skip
PHRASE_NAMES: tuple[str, ...] = tuple(name for name, _ in _PHRASES)
_RES = {name: re.compile(pattern) for name, pattern in _PHRASES}
_LONGEST = 400  # a longer block is running text, which may well mention a newsletter


def phrases(text: str, names: tuple[str, ...] = PHRASE_NAMES) -> int:
    """The classes of phrases that a short block contains, as bits in the order of `names`.

    >>> bool(phrases("Lesezeit: 3 Minuten") & 1 << PHRASE_NAMES.index("reading"))
    True
    """
    if len(text) > _LONGEST:
        return 0
    bits = 0
    for i, name in enumerate(names):
        if _RES[name].search(text):
            bits |= 1 << i
    return bits
