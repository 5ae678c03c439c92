"""Names of authors are found where a text names them as such, and nowhere else."""

from __future__ import annotations

import pytest

from presseschau.bylines import names_in_bylines

STORY = "Die Stadtwerke bauen ein neues Netz, und niemand weiß, was es kostet. " * 5


def found(text: str, *authors: str) -> list[str]:
    return [text[start:end] for start, end in names_in_bylines(text, authors)]


@pytest.mark.parametrize(
    "line",
    [
        "Von Eva Muster, Berlin",
        "Von Eva Muster",
        "Text: Eva Muster",
        "Ein Kommentar von Eva Muster",
        "Interview: Eva Muster",
        "Autorin: Eva Muster",
        "Aufgezeichnet von Eva Muster",
        "Das Gespräch führte Eva Muster.",
        "Mitarbeit: Eva Muster",
    ],
)
def test_a_whole_line_at_either_end_needs_no_author_from_the_page(line: str) -> None:
    assert found(f"{line}\n\n{STORY}") == ["Eva Muster"]
    assert found(f"{STORY}\n\n{line}") == ["Eva Muster"]
    texts = ("\n\n".join([*[STORY] * at, line, *[STORY] * (8 - at)]) for at in range(9))
    assert [at for at, text in enumerate(texts) if found(text)] == [0, 1, 2, 6, 7, 8]


@pytest.mark.parametrize(
    "line",
    [
        "Eva Muster",
        "Eva Muster über die Kosten des Netzes",
        "Das Netz ist zu teuer, meint Eva Muster",
        "Eva Muster | Redaktion Netze",
        "Eva Muster ist Redakteurin in Halle.",
        "Mit der Bürgermeisterin sprach Eva Muster.",
        "Foto: Eva Muster",
        "(Eva Muster/dpa)",
        "Eva Muster (dpa)",
        "Eva Muster, Berlin",
        "– Eva Muster",
        "Ein Kommentar unserer Wirtschaftsredakteurin Eva Muster",
        "Zur Person: Eva Muster, Jahrgang 1980",
    ],
)
def test_an_author_of_the_page_is_found_in_what_speaks_of_one(line: str) -> None:
    middle = f"{STORY}\n\n" * 4
    assert found(f"{middle}{line}\n\n{middle}", "Eva Muster") == ["Eva Muster"]


def test_several_authors_share_a_byline() -> None:
    assert found(f"Von Eva Muster und Jan Beispiel\n\n{STORY}") == ["Eva Muster", "Jan Beispiel"]
    assert found(f"Von Eva Muster, Jan Beispiel\n\n{STORY}", "Eva Muster", "Jan Beispiel") == [
        "Eva Muster",
        "Jan Beispiel",
    ]


def test_credits_of_text_and_pictures() -> None:
    assert found(f"Text: Eva Muster, Fotos: Jan Beispiel\n\n{STORY}") == ["Eva Muster", "Jan Beispiel"]


def test_papers_print_names_in_capitals() -> None:
    assert found(f"VON EVA MUSTER\n\n{STORY}", "Eva Muster") == ["EVA MUSTER"]
    assert found(f"Von Eva Muster\n\n{STORY}", "EVA MUSTER") == ["Eva Muster"]
    assert found(f"VON GANZEM HERZEN\n\n{STORY}", "Eva Muster") == []


def test_either_end_of_a_long_paragraph_may_name_its_author() -> None:
    assert found(f"{STORY}{STORY}(Eva Muster)", "Eva Muster") == ["Eva Muster"]
    assert found(f"{STORY}Das sagt Eva Muster dazu. {STORY}", "Eva Muster") == []


@pytest.mark.parametrize(
    ("text", "author"),
    [
        ("Von Müllabfuhr bis Glasfaser", ""),
        ("Von Berlin nach Halle", ""),
        ("Die Beispiel GmbH über das Netz", "Beispiel GmbH"),
        ("Deutsche Telekom über das Netz", "Deutsche Telekom"),
        ("Das Netz der Eva Muster wird größer", "Eva Muster"),
        ("dpa über das Netz", "dpa"),
        ("Eva Muster, sagt der Bürgermeister, habe gewonnen.", "Eva Muster"),
        ("Eva Muster (34) gewinnt die Wahl.", "Eva Muster"),
        ("Das Gespräch führte Regie", ""),
        ("Von Eva Musterfrau ist nichts bekannt, sie schweigt.", "Eva Muster"),
    ],
)
def test_what_is_no_byline_stays(text: str, author: str) -> None:
    assert found(f"{text}\n\n{STORY}", *filter(None, [author])) == []
