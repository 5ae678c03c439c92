"""Sentence borders and folding."""

from __future__ import annotations

import pytest

from presseschau.label.sentences import fold
from presseschau.label.stance_lexicon import load
from presseschau.label.stance_target import load_targets
from presseschau.label.voice import load_voice, read


def sentences(text: str) -> list[str]:
    return [text[s.start : s.end] for s in read(text).sentences]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Der Akku hält z. B. zwei Tage. Das reicht.", 2),
        ("Dr. Weber lobt den Plan von A. Kurz nicht.", 1),
        ("Am 3. Mai kam das Gerät. Es war zu teuer.", 2),
        ("Das kostet 3,5 Mio. Euro im Jahr 2021. Mehr nicht.", 2),
        ("Läuft das? Ja! Und wie …", 3),
        ("Gleise hat er 12! Die 3. Linie kommt. Nr. 4? Nein.", 4),
        ("Ein kurzer Titel\nDann kommt der Text. Er endet hier.", 3),
        ("Er fragte: „Geht das?“, und ging.", 1),
        ("Was der Test zeigt\nDann kommt der Text. Er endet hier.", 3),
    ],
)
def test_sentence_borders(text: str, count: int) -> None:
    assert len(sentences(text)) == count


def test_hard_wrapped_lines_do_not_end_sentences() -> None:
    text = "Die Uhr misst den Puls und\nzählt die Schritte des\nTrägers. Sie hält lange und\nlädt schnell."
    assert sentences(text) == [
        "Die Uhr misst den Puls und\nzählt die Schritte des\nTrägers.",
        "Sie hält lange und\nlädt schnell.",
    ]


def test_a_blank_line_starts_a_new_paragraph() -> None:
    assert [s.paragraph for s in read("Eins. Zwei.\n\nDrei.").sentences] == [0, 0, 1]


def test_fold_writes_umlauts_out() -> None:
    assert fold("Straßenüberwachung ÄÖ") == "strassenueberwachung aeoe"


def test_every_ending_of_the_lists_makes_compounds() -> None:
    for kind in (load().compounds, load_voice().speakers, *load_targets().kinds.values()):
        endings = [ending for some in kind.endings.values() for ending in some]
        assert endings
        assert all(kind.match(f"x{ending}") for ending in endings)  # one of three letters would never be found
