"""Fitting the learnt parts of the labeler again: on a small made-up reference, and the shipped files from theirs."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from conftest import ROOT
from presseschau.document import Document
from presseschau.label import Labeler, load_scheme
from presseschau.label.calibrate import load_calibration
from presseschau.label.scoring import macro_f1
from presseschau.label.style import DEFAULT_STYLE, StyleModel, load_style
from presseschau.label.style_fit import StyleRow, fit_style
from presseschau.label.training import Example, Fitted, Reference, judge, train

SHARED = Path(__file__).resolve().parents[2] / "shared"
SHIPPED = ROOT / "src/presseschau/label"
NEWS = "Der Anbieter {0} teilte am Montag mit, die neue App laufe nun auf Linux. Das sagte ein Sprecher laut dpa. "
VIEW = "Ich finde die App von {0} grandios und großartig. Warum nicht immer so? Wir brauchen mehr davon! Aber ja. "
BLAME = "Die Kamera von {0} ist miserabel, ein Debakel. Ich ärgere mich, und doch: Wir müssen das nicht dulden! "


def example(number: int) -> Example:
    kind = number % 4
    text = (NEWS, VIEW, NEWS, BLAME)[kind].format(f"Firma{number}") * 6
    title = ("App läuft auf Linux", "Eine gute App", "Handy bekommt Kamera", "Ein mieses Handy")[kind]
    return Example(
        f"{number:016x}",
        Document(text=text, title=f"{title} {number}"),
        "software" if kind < 2 else "mobile",
        "opinion" if kind % 2 else "news",
        ("neutral", "favor", "neutral", "against")[kind],
    )


MADE_UP = Reference("made_up", tuple(example(number) for number in range(48)))


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    """A fit on the made-up reference."""
    return train(MADE_UP)


def test_a_fit_is_the_same_each_time_and_whatever_the_order(tmp_path: Path, fitted: Fitted) -> None:
    mixed = Reference("made_up", tuple(sorted(MADE_UP.examples, key=lambda e: e.id[::-1])))
    for name, fit in (("a", fitted), ("b", train(mixed))):
        (tmp_path / name).mkdir()
        fit.write(tmp_path / name)
    for file in ("style_model.yaml", "calibration.yaml", "stance_model.yaml"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_what_is_written_can_be_read_and_names_its_reference(tmp_path: Path, fitted: Fitted) -> None:
    fitted.write(tmp_path)
    style = load_style(DEFAULT_STYLE, tmp_path / "style_model.yaml").model
    assert style == fitted.style
    assert style.weights["opinion"]
    assert set(style.weights) == set(load_scheme().genre.keys)
    tasks = load_calibration(tmp_path / "calibration.yaml")
    assert (tasks["topic"].reference, tasks["genre"].articles) == ("made_up", 48)
    assert fitted.provenance["reference"]["articles"] == 48
    assert len(fitted.provenance["reference"]["ids_sha256"]) == 64
    assert str(tmp_path) not in (tmp_path / "stance_model.yaml").read_text()


def test_a_fit_does_not_ask_the_model_that_it_replaces(monkeypatch: pytest.MonkeyPatch, fitted: Fitted) -> None:
    def gone(*_: object) -> None:
        raise AssertionError("the shipped weights of style were read")

    monkeypatch.setattr(StyleModel, "units", gone)
    with pytest.raises(AssertionError):
        Labeler(stance=False).label(MADE_UP.examples[0].document)
    monkeypatch.setattr(
        "presseschau.label.training._left_out", lambda rows, _: [{"news": 1.0, "opinion": 0.0}] * len(rows)
    )
    assert train(MADE_UP).style == fitted.style


def test_a_fit_tells_genres_and_sides_apart_that_it_has_not_seen(fitted: Fitted) -> None:
    report = judge(fitted, [example(number) for number in range(100, 120)])
    assert report["genre"]["accuracy"] == 1.0
    assert report["stance3"]["accuracy"] >= 0.9
    assert report["topic"]["limit"] > 0


def test_further_articles_teach_style_and_score_nothing(fitted: Fitted) -> None:
    further = Reference("more", tuple(replace(example(n), topic=None, stance=None) for n in range(200, 240)), 0.5)
    more = train(MADE_UP, further)
    assert more.provenance["further"]["weight"] == 0.5
    named = f"{MADE_UP.name}+more"  # what taught confidence is named beside it, and how much it was
    assert {c.reference for c in (*more.calibrations.values(), more.stance)} == {named}
    assert more.stance.articles == len(MADE_UP.examples) + 40
    assert replace(more.calibrations["topic"], reference=MADE_UP.name) == fitted.calibrations["topic"]
    assert more.style != fitted.style


def test_further_articles_teach_stance_in_full_and_are_not_scored(fitted: Fitted) -> None:
    liked = [replace(example(n), topic=None, genre="news", stance="favor") for n in range(200, 240, 2)]
    unlabelled = Reference("more", tuple(replace(e, stance=None) for e in liked), 0.5)
    without, more = train(MADE_UP, unlabelled), train(MADE_UP, replace(unlabelled, examples=tuple(liked)))
    assert more.stance.side["report"] > without.stance.side["report"]
    assert more.stance.articles == without.stance.articles == 48 + len(liked)
    assert more.style == without.style
    alone = train(MADE_UP, Reference("more", tuple(replace(e, genre=None) for e in liked), 0.5))
    assert alone.style == fitted.style  # without a genre it teaches stance only
    assert alone.stance != fitted.stance
    assert alone.provenance["left_out"]["genre"] == fitted.provenance["left_out"]["genre"]


def test_a_stance_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="'positive' is no stance"):
        replace(example(1), stance="positive")


def test_the_columns_of_further_labels_may_be_empty_or_lack(tmp_path: Path) -> None:
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        from fit_labels import id_of, read_further
    finally:
        sys.path.pop(0)
    rows = [{"url": f"https://example.org/{n}", "title": "Ein Titel", "text": NEWS.format(n) * 5} for n in range(2)]
    (tmp_path / "articles.jsonl").write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    ids, labels = [id_of(row) for row in rows], tmp_path / "some.csv"
    labels.write_text(f"# a comment\nid,topic,genre,stance\n{ids[0]},ai,,favor\n{ids[1]},,news,\n", "utf-8")
    found = {e.id: (e.topic, e.genre, e.stance) for e in read_further(labels, tmp_path / "articles.jsonl").examples}
    assert found == {ids[0]: ("ai", None, "favor"), ids[1]: (None, "news", None)}
    labels.write_text(f"id,topic,genre\n{ids[0]},ai,news\n", "utf-8")
    assert [e.stance for e in read_further(labels, tmp_path / "articles.jsonl").examples] == [None]


def test_references_that_teach_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        Reference("doubled", (example(1), example(1)))
    with pytest.raises(ValueError, match="needs topic, genre and stance"):
        train(Reference("half", tuple(replace(e, stance=None) for e in MADE_UP.examples)))
    with pytest.raises(ValueError, match="20 are needed"):
        train(Reference("small", MADE_UP.examples[:8]))
    with pytest.raises(ValueError, match="fewer than two genres"):
        fit_style([StyleRow({"length": 1.0}, {}, "news")], ("news", "opinion"))


def test_markers_are_offsets_so_a_text_that_names_its_genre_teaches_no_style() -> None:
    def weight(offset: float) -> float:
        rows = [
            StyleRow({"we": float(n % 2)}, {"opinion": offset * (n % 2)}, "opinion" if n % 2 else "news")
            for n in range(40)
        ]
        return fit_style(rows, ("news", "opinion")).weights["opinion"]["we"]

    assert weight(4.0) < weight(0.0)


def test_the_macro_f1_leaves_out_classes_with_too_few_articles() -> None:
    assert macro_f1([("a", "a"), ("a", "a"), ("b", "a")], enough=2) == pytest.approx(0.8)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the reference in ../shared")
def test_the_shipped_files_come_out_of_their_reference(tmp_path: Path) -> None:
    command = [
        sys.executable, ROOT / "scripts/fit_labels.py", "--output", tmp_path,
        "--labels", SHARED / "labels/gold_dev.jsonl", "--articles", SHARED / "labels/articles_dev.jsonl",
        "--further", ROOT / "data/reference/newspapers.csv", "--further-articles", SHARED / "text/articles.jsonl.gz",
    ]  # fmt: skip
    subprocess.run([str(part) for part in command], check=True, cwd=ROOT, capture_output=True)
    for file in ("style_model.yaml", "calibration.yaml", "stance_model.yaml"):
        assert (tmp_path / file).read_text("utf-8") == (SHIPPED / file).read_text("utf-8"), file


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (None, "No such file or directory"),
        ("kein JSON\n", "line 1 is no JSON: "),
        ('{"url": "https://a.example/x"}\n[1]\n', "line 2 is no JSON object"),
        ('{"url": "https://a.example/x"}\n', "a record has no 'text'"),
    ],
)
def test_a_file_that_cannot_be_learnt_from_is_told_in_one_line(tmp_path: Path, lines: str | None, message: str) -> None:
    file = tmp_path / "labels.jsonl"
    if lines is not None:
        file.write_text(lines)
    command = [sys.executable, ROOT / "scripts/fit_labels.py", "--labels", file, "--articles", file]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert message in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
