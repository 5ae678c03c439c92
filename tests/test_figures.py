"""The card's plots: the same bytes each time, described in words, drawn only when a dataset is written."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presseschau.publish.card.read import read_card
from presseschau.publish.figures import (
    NAMES,
    by_period,
    check_figures,
    figures_of,
    length_name,
    sure_share,
    write_figures,
)
from presseschau.publish.figures.plots import PLOTS
from presseschau.publish.statistics import LENGTHS, Statistics, count

MONTHS = st.dictionaries(
    st.builds("{:04d}-{:02d}".format, st.integers(1, 2100), st.integers(1, 12)),
    st.dictionaries(st.sampled_from(["train", "test"]), st.integers(1, 9), min_size=1),
    min_size=1,
    max_size=30,
)


@pytest.fixture(scope="module")
def counted(sample: Path) -> Statistics:
    return count(sample)


def test_the_card_shows_every_figure_with_a_text(sample: Path) -> None:
    _, prose = read_card(sample)
    assert sorted(path.stem for path in (sample / "figures").iterdir()) == sorted(NAMES)
    for name in NAMES:
        assert f"](figures/{name}.png)" in prose
    assert list(check_figures(sample)) == []


def test_bytes_are_the_same_and_say_nothing_of_software_or_time(
    sample: Path, counted: Statistics, tmp_path: Path
) -> None:
    write_figures(tmp_path, counted)
    for name in NAMES:
        data = (tmp_path / "figures" / f"{name}.png").read_bytes()
        assert data == (sample / "figures" / f"{name}.png").read_bytes()
        assert data.startswith(b"\x89PNG")
        assert not any(word in data for word in (b"tEXt", b"iTXt", b"tIME", b"Matplotlib"))
        assert len(data) < 200_000


def test_the_style_of_the_user_changes_nothing(sample: Path, counted: Statistics, tmp_path: Path) -> None:
    import matplotlib as mpl

    with mpl.rc_context({"font.size": 30, "axes.grid": False, "figure.dpi": 30}):
        write_figures(tmp_path, counted)
        assert mpl.rcParams["font.size"] == 30
    assert (tmp_path / "figures/topics.png").read_bytes() == (sample / "figures/topics.png").read_bytes()


def test_words_say_what_is_drawn(counted: Statistics) -> None:
    figures = figures_of(counted)
    pages = counted.manifest["pages"]
    assert f"{pages['input']:,} input pages" in figures["funnel"].alt
    topic, own = max(counted.labels["topic"].items(), key=lambda item: sum(item[1].values()))
    assert f"{topic} {sum(own.values())}" in figures["topics"].alt
    for figure in figures.values():
        assert not set("[]\n") & set(figure.alt)
        assert figure.alt.endswith(".")


def test_the_highest_columns_are_told_with_their_numbers(counted: Statistics) -> None:
    months = {"2025-01": {"train": 2, "test": 1}, "2025-02": {"train": 5}, "2025-03": {"train": 3}}
    figures = figures_of(replace(counted, months=months, undated={}, lengths={0: 4, 1: 1, 2: 1_500}))
    assert figures["timeline"].alt.endswith("; most in 2025-02 (5), 0 without a date.")
    assert figures["lengths"].alt.endswith("; most common: 71–100 (1,500), ≤ 50 (4).")


def test_only_pieces_with_articles_are_drawn(counted: Statistics) -> None:
    from matplotlib.figure import Figure

    months = {"2025-01": {"train": 2, "test": 1}, "2025-02": {"test": 4}, "2025-04": {"train": 3}}
    shown = PLOTS["timeline"](replace(counted, months=months, splits={"train": 5, "validation": 1, "test": 5}))
    assert shown is not None
    axes = Figure().add_subplot()
    shown.draw(axes)
    boxes = [box.get_bbox() for box in axes.patches]
    drawn = [(round(b.x0 + b.width / 2), b.y0, b.y1) for b in boxes]
    assert drawn == [(0, 0, 2), (3, 0, 3), (0, 2, 3), (1, 0, 4)]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["train", "test"]


def test_what_is_not_there_is_not_drawn(counted: Statistics, tmp_path: Path) -> None:
    bare = replace(counted, months={}, lengths={})
    write_figures(tmp_path, bare)
    figures = figures_of(bare)
    assert set(NAMES) - set(figures) == {"timeline", "lengths"}
    assert not (tmp_path / "figures/timeline.png").exists()


def test_names_are_drawn_as_they_are(counted: Statistics, tmp_path: Path) -> None:
    odd = {"$x$ \\frac{": 3, "$\\frac{$": 2, "[a](b)": 2, "ß" * 300: 1}
    write_figures(tmp_path, replace(counted, publishers=odd))
    assert figures_of(replace(counted, publishers=odd))["publishers"].alt.count("(a)(b)") == 1


def test_a_reason_of_two_stages_is_one_bar(counted: Statistics) -> None:
    counts = [
        {"outcome": "kept", "stage": None, "reason": None, "pages": 5},
        {"outcome": "dropped", "stage": "filter", "reason": "takedown", "pages": 2},
        {"outcome": "dropped", "stage": "publish", "reason": "takedown", "pages": 3},
    ]
    plot = PLOTS["funnel"](replace(counted, manifest={**counted.manifest, "counts": counts}))
    assert plot is not None
    assert plot.alt.endswith("kept 5, dropped: takedown 5.")


def test_the_check_names_what_is_wrong(sample: Path, tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures/more.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "figures/topics.png").write_bytes(b"no picture")
    (tmp_path / "README.md").write_text("![ ](figures/topics.png) ![x](figures/gone.png)", encoding="utf-8")
    assert list(check_figures(tmp_path)) == [
        "README.md: shows figures/gone.png, which is missing",
        "figures/topics.png: is no PNG file",
        "README.md: figures/topics.png has no alternative text",
        "figures/more.png: the card does not show it",
    ]


def test_page_workers_do_not_load_the_plotter() -> None:
    code = (
        "import sys, presseschau.pipeline.pages, presseschau.publish.figures, presseschau.publish.report; "
        "print([m for m in ('matplotlib', 'mlcroissant') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@given(MONTHS)
def test_no_article_is_lost_and_periods_are_few_and_in_order(months: dict[str, dict[str, int]]) -> None:
    periods, unit = by_period(months)
    assert list(periods) == sorted(periods)
    assert sum(n for own in periods.values() for n in own.values()) == sum(
        n for own in months.values() for n in own.values()
    )
    assert unit in ("month", "quarter", "year")
    assert len(periods) <= 120


def test_periods_without_articles_are_shown() -> None:
    periods, unit = by_period({"2025-11": {"train": 1}, "2026-02": {"test": 2}})
    assert unit == "month"
    assert periods == {"2025-11": {"train": 1}, "2025-12": {}, "2026-01": {}, "2026-02": {"test": 2}}
    assert by_period({"2010-01": {"train": 1}, "2020-01": {"train": 1}})[1] == "quarter"
    assert by_period({"1990-01": {"train": 1}, "2020-01": {"train": 1}})[1] == "year"


def test_lengths_are_counted_in_words(counted: Statistics, sample: Path) -> None:
    import pyarrow.dataset as ds

    found: dict[int, int] = {}
    for text in ds.dataset(sample / "data").to_table(["text"]).column("text").to_pylist():
        bin_ = sum(len(text.split()) > end for end in LENGTHS)
        found[bin_] = found.get(bin_, 0) + 1
    assert sum(counted.lengths.values()) == sum(found.values())
    assert sum(abs(counted.lengths.get(b, 0) - found.get(b, 0)) for b in range(len(LENGTHS) + 1)) <= 4
    assert length_name(0) == "≤ 50"


def test_the_share_of_sure_labels(counted: Statistics) -> None:
    bins = {19: 3, 16: 1, 15: 4}
    assert sure_share(replace(counted, confidences={"topic": bins}), "topic") == 0.5


def test_a_home_that_cannot_be_written_is_no_matter(sample: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from presseschau.publish.figures import write_figures; "
        "from presseschau.publish.statistics import count; "
        "write_figures(Path(sys.argv[2]), count(Path(sys.argv[1])), ['genres'])"
    )
    (tmp_path / "file").write_text("")  # below a file not even root can make a folder
    nowhere = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"), str(tmp_path / "file" / "x"))
    environment = {key: value for key, value in os.environ.items() if key != "MPLCONFIGDIR"} | nowhere
    done = subprocess.run(
        [sys.executable, "-c", code, str(sample), str(tmp_path)], env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "figures" / "genres.png").read_bytes() == (sample / "figures" / "genres.png").read_bytes()


def test_articles_without_a_publisher_are_none_of_the_publishers(sample: Path) -> None:
    counted = count(sample)
    known = {name: n for name, n in counted.publishers.items() if name != "(unknown)"}
    for publishers, alt in (
        (known, f"of articles of the {len(known)} publishers with most: "),
        ({"(unknown)": 30, **known}, f"of articles of the {len(known)} publishers with most: (unknown) 30, "),
        ({"(unknown)": 30}, "of articles by publisher: (unknown) 30."),
    ):
        assert alt in figures_of(replace(counted, publishers=publishers))["publishers"].alt
