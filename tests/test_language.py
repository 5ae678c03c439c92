"""Language: standard German kept, its neighbours and everything else told apart."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presseschau.language import detect_language

SHARED = Path(__file__).resolve().parents[2] / "shared"

GERMAN = [
    "Die Regierung hat am Montag ein neues Gesetz für Rechenzentren beschlossen, das ab Herbst gelten soll.",
    "Der Bundesrat will die grossen Strassen der Schweiz entlasten und dafür mehr Geld für die Bahn ausgeben.",
    "Im Jänner hat der Nationalrat beschlossen, dass heuer keine neuen Abgaben kommen.",
    "Das neue Update für das Smartphone bringt einen Dark Mode, Push Notifications und mehr Performance im Gaming.",
    "Kein Anschluss im Zug",
    "NEUE GRAFIKKARTEN IM TEST: WAS DIE MODELLE FÜR SPIELER TAUGEN",
    "Warum der Konzern jetzt seine Cloud-Sparte verkauft",
    "Der Chef sagte am Freitag: „We are very happy.“ Mehr wollte er zu den Plänen für das nächste Jahr nicht verraten.",
]
OTHERS = {
    "lb": "D'Regierung huet e Méindeg en neit Gesetz fir d'Rechenzentren gestëmmt, dat vum Hierscht un gëlle soll.",
    "gsw": "D Regierig het am Mäntig es neus Gsetz für d Rächezäntre beschlosse, wo ab em Herbscht söll gälte.",
    "nds": "De Regeeren hett an'n Maandag en nee Gesett för de Rekenzentren beslaten, dat schall nu gellen.",
    "bar": "De Regiarung hod am Mondog a neis Gsetz fia de Rechnzentren bschlossn, des wo ob Hirgst göitn soi.",
    "nl": "De regering heeft maandag een nieuwe wet voor datacentra aangenomen, die vanaf de herfst moet gelden.",
    "da": "Regeringen har mandag vedtaget en ny lov om datacentre, som skal gælde fra efteråret.",
    "en": "The government passed a new law on data centres on Monday, which is to apply from autumn.",
    "fr": "Le gouvernement a adopté lundi une nouvelle loi sur les centres de données, qui doit entrer en vigueur.",
    "pl": "Rząd przyjął w poniedziałek nową ustawę o centrach danych, która ma obowiązywać od jesieni.",
}


@pytest.mark.parametrize("text", GERMAN)
def test_standard_german_is_german(text: str) -> None:
    language = detect_language(text)
    assert language.code == "de"
    assert 0.5 <= language.score <= 1


@pytest.mark.parametrize(("code", "text"), OTHERS.items())
def test_neighbours_and_others_have_their_own_code(code: str, text: str) -> None:
    assert detect_language(text).code == code


@pytest.mark.parametrize(("code", "text"), [*(("de", GERMAN[i]) for i in (0, 1, 2, 3, 7)), *OTHERS.items()])
def test_what_words_settle_is_not_asked_of_langdetect(code: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("presseschau.language._langdetect")
    assert detect_language(text).code == code


def test_the_more_words_tell_the_surer_is_the_language() -> None:
    for little, more in ((GERMAN[3], f"{GERMAN[3]} {GERMAN[2]}"), (OTHERS["gsw"], f"{OTHERS['gsw']} Das isch so gsi.")):
        once, twice = detect_language(little), detect_language(more)
        assert once.code == twice.code
        assert 0.85 < once.score < twice.score
    assert {detect_language(text * 20).score for text in (GERMAN[0], OTHERS["en"])} == {1.0}


def test_spelling_tells_what_has_no_function_words() -> None:
    assert detect_language("Hüt Zmittag Röschti, Gschnätzlets, Chäschüechli.").code == "gsw"


@pytest.mark.parametrize("text", ["", " \n", "12.5 % – 2024/25 !", "+++ 🙂 3:1 +++", "\ud800"])
def test_text_without_letters_has_no_language(text: str) -> None:
    language = detect_language(text)
    assert (language.code, language.score) == (None, 0.0)


def test_a_script_that_nobody_lists_is_no_crash() -> None:
    assert detect_language("ᚠᚢᚦᚨᚱᚲ ᚷᚹᚺᚾᛁᛃ").code is None


def test_english_page_with_a_german_menu_is_not_german() -> None:
    menu = "Startseite\nÜber uns\nImpressum\nDatenschutz\nKontakt und Anfahrt\nJetzt für den Newsletter anmelden\n"
    assert detect_language(menu + (OTHERS["en"] + " ") * 30).code == "en"


def test_german_article_with_a_long_english_quote_stays_german() -> None:
    assert detect_language((GERMAN[0] + " ") * 12 + (OTHERS["en"] + " ") * 4 + (GERMAN[1] + " ") * 12).code == "de"


@given(st.text(max_size=300))
def test_any_text_has_a_score_between_0_and_1(text: str) -> None:
    language = detect_language(text)
    assert 0 <= language.score <= 1
    assert (language.code is None) == (language.score == 0)


def test_same_answer_in_every_process() -> None:
    unsure = "Madrid Berlin Paris Roma London Tokio 2024 Cup Final Team"
    code = f"from presseschau import detect_language as d; l = d({unsure!r}); print(l.code, l.score)"
    answers = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("0", "1")
    }
    here = detect_language(unsure)
    assert answers == {f"{here.code} {here.score}\n"}


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the measured sentences are not beside the repository")
def test_measured_sentences() -> None:
    with gzip.open(SHARED / "langid/sentences.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [row for row in map(json.loads, file) if len(row["text"]) >= 60]
    total: Counter[bool] = Counter()
    as_german: Counter[bool] = Counter()
    for i, row in enumerate(rows):
        german = row["lang"] == "deu"
        if german or i % 5 == 0:
            total[german] += 1
            as_german[german] += detect_language(row["text"]).code == "de"
    assert as_german[True] / total[True] >= 0.995
    assert as_german[False] / total[False] <= 0.03
