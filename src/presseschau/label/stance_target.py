"""The main evaluated object of an article: the noun phrase its headline turns on, and its type."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from ..document import Document
from .voice import tokenize

_SITE = re.compile(r"\s+[-–|]\s+[A-ZÄÖÜ0-9][\w.&! ]{1,24}$")
_KICKER = re.compile(r"^(?:kommentar|test|review|im test|testbericht|kolumne|analyse|hintergrund|interview|angeblich|bericht|update|exklusiv|studie|umfrage|anzeige|video|podcast|in eigener sache|warnung|ratgeber|tipp)\b", re.IGNORECASE)
_DETERMINERS = frozenset("der die das des dem den ein eine einer eines einem einen dieser diese dieses diesen diesem kein keine".split())
_JOINERS = frozenset(("von", "des", "der", "&"))
_STOP = frozenset(
    """so wie was warum wer wann wo wieso weshalb welche welcher welches jetzt nun neue neuer neues neuen erste erster mehr viele alle es ich wir sie er ihr man
    im in am an auf aus bei mit nach ueber unter vor zu zum zur fuer gegen durch ohne um und oder aber doch nicht kein keine das die der dies diese dieser nur noch auch
    schon bitte hier heute morgen gestern wenn als ob dass weil damit bis seit von vom ist sind wird werden hat haben kann muss soll darf will wollen sollen koennen muessen
    zwei drei vier fuenf sechs sieben acht neun zehn plus top los ende grund gruende tipps test millionen milliarden euro dollar prozent jahr jahre jahren tag tage uhr zeit""".split()
)
_POLICY = re.compile(
    r"(?:gesetz|verordnung|richtlinie|reform|verbot|pflicht|kontrolle|ueberwachung|vorratsdatenspeicherung|datenschutz|strategie|politik|steuer|foerderung|ausstieg|abkommen"
    r"|vertrag|plan|urteil|entscheid|quote|praemie|regulierung|programm|paket|massnahme|wende|regel|haushalt|zoll|embargo|verfahren|initiative|lockerung|einfuehrung|abschaffung|mandat|agenda|pakt|act)(?:e|en|n|s|er|ung)?$"
)
_TECHNOLOGY = re.compile(
    r"(?:technologie|technik|intelligenz|ki|wasserstoff|energie|antrieb|funk|netz|chain|verfahren|verschluesselung|software|roboter|drohne|batterie|akku|chip|cloud|internet|laser|sensor|algorithmus"
    r"|quantencomputer|kernfusion|solar|photovoltaik|biometrie|gesichtserkennung|tracking|tracing|5g|6g|blockchain|bitcoin|speicher|streaming|impfstoff)(?:e|en|n|s)?$"
)
_COMPANY = re.compile(r"(?:konzern|firma|unternehmen|startup|start-up|bank|hersteller|anbieter|verlag|bahn|gmbh|ag|se|kg|inc|betreiber|verband|holding|gruppe|stiftung|verein|institut|universitaet|behoerde|amt|ministerium)(?:e|en|n|s|es)?$")
_PERSON = re.compile(r"(?:minister|ministerin|chef|chefin|praesident|praesidentin|kanzler|kanzlerin|gruender|gruenderin|politiker|politikerin|forscher|forscherin|autor|autorin|aktivist|aktivistin)(?:s|n|en|innen)?$")
_PRODUCT = re.compile(
    r"(?:phone|handy|smartphone|tablet|app|browser|auto|wagen|suv|e-bike|rad|uhr|watch|fernseher|tv|kamera|laptop|notebook|pc|rechner|konsole|spiel|game|serie|film|dienst|plattform|portal|messenger|tarif"
    r"|kopfhoerer|lautsprecher|drucker|monitor|grafikkarte|prozessor|system|tool|programm|version|update|modell|geraet|buch|podcast|station|schnittstelle|os)(?:e|en|n|s|er)?$"
)
_COMPANIES = frozenset(
    """google apple microsoft amazon facebook meta twitter tesla samsung huawei intel amd nvidia ibm sap siemens bosch telekom vodafone telefonica o2 bahn bvg volkswagen vw bmw daimler mercedes audi porsche
    netflix spotify uber airbnb alibaba tencent bytedance xiaomi sony nokia ericsson oracle adobe openai anthropic spacex boeing airbus lufthansa rwe eon vattenfall wirecard paypal ebay zalando otto rewe lidl aldi
    biontech pfizer moderna curevac astrazeneca bayer basf thyssenkrupp infineon qualcomm arm tsmc dell hp lenovo asus acer nintendo valve ubisoft electronic-arts disney warner""".split()
)
_PRODUCTS = frozenset("whatsapp iphone ipad macbook windows android chrome firefox telegram signal threema tiktok instagram youtube zoom teams skype chatgpt playstation xbox switch alexa siri kindle corona-warn-app".split())


@dataclass(frozen=True, slots=True)
class Target:
    """What an article evaluates: a name as it stands in the article, its type, and the folded words that mention it."""

    name: str
    kind: str
    mentions: frozenset[str]


def find_target(document: Document) -> Target | None:
    """The main target, None where neither headline nor text has a noun to offer.

    Candidates are runs of capitalised words in the headline; the one that the text repeats most wins, earlier ones first.
    """
    title = _SITE.sub("", (document.title or "").strip())
    for source in (title, document.text[:300]):
        runs = _noun_phrases(source)
        if runs:
            break
    else:
        return None
    counts = Counter(tokenize(document.text[:4000])[1])
    best = max(range(len(runs)), key=lambda i: (_weight(runs[i][0], counts, i), -i))
    forms, start, end = runs[best]
    return Target(source[start:end], kind_of(forms), frozenset(f for f in forms if len(f) > 2 and f not in _STOP))


def _weight(forms: list[str], counts: Counter[str], position: int) -> float:
    heads = [f for f in forms if f not in _STOP]
    seen = max((min(sum(counts[h + e] for e in ("", "s", "n", "en")), 12) for h in heads), default=0)
    named = any(h in _COMPANIES or h in _PRODUCTS or any(c.isdigit() for c in h) for h in heads)
    return seen + 3.0 * named + 1.5 * (position == 0)


def _noun_phrases(title: str) -> list[tuple[list[str], int, int]]:
    """Runs of capitalised words with their numbers: folded words, start, end."""
    tokens, forms, starts = tokenize(title)
    runs: list[list[int]] = []
    run: list[int] = []
    for i, word in enumerate(tokens):
        capital = word[0].isupper() or (bool(run) and word[0].isdigit()) or any(c.isupper() for c in word[1:])
        kicker = i == 0 and _KICKER.match(word) and ":" in title[:24]
        joins = run and forms[i] in _JOINERS and i + 1 < len(tokens) and tokens[i + 1][0].isupper()
        if joins or (capital and forms[i] not in _STOP and not kicker):
            run.append(i)
        elif run:
            runs.append(run)
            run = []
    if run:
        runs.append(run)
    return [([forms[i] for i in r[:6]], starts[r[0]], starts[r[:6][-1]] + len(tokens[r[:6][-1]])) for r in runs if any(len(tokens[i]) > 1 for i in r)]


def kind_of(forms: list[str]) -> str:
    """Type of a target by its words: known names first, then the head noun's ending."""
    if any(f in _PRODUCTS for f in forms):
        return "product"
    if any(f in _COMPANIES for f in forms):
        return "product" if len(forms) > 1 and any(any(c.isdigit() for c in f) for f in forms) else "company"
    for f in forms[::-1]:
        for kind, pattern in (("policy", _POLICY), ("person", _PERSON), ("company", _COMPANY), ("product", _PRODUCT), ("technology", _TECHNOLOGY)):
            if pattern.search(f):
                return kind
    return "product" if any(any(c.isdigit() for c in f) for f in forms) and len(forms) > 1 else "other"
