"""Lists of outlets: their form, the list that comes with the project, and the houses that splits are fed from."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT
from presseschau.read import ReadError
from presseschau.read.outlets import Outlet, Selection, houses, load_outlets
from presseschau.split import Benchmark
from presseschau.stable import registrable_domain

LISTS = sorted((ROOT / "configs" / "source" / "publishers").glob("*.yaml"))
TECH = ROOT / "configs" / "source" / "publishers" / "tech_de.yaml"


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_a_list_is_sorted_and_names_nothing_twice(path: Path) -> None:
    outlets = load_outlets(path)  # checks the form of each
    hosts = [outlet.host for outlet in outlets]
    assert hosts == sorted(set(hosts))
    names = [outlet.name.casefold() for outlet in outlets]
    assert len(set(names)) == len(names)
    assert not [h for h in hosts if any(h.endswith(f".{other}") for other in hosts)], "a host stands below another one"
    for outlet in outlets:
        assert len(set(outlet.sections)) == len(outlet.sections)
        for section in outlet.sections:
            assert section.endswith("/"), f"{outlet.host}: {section} would keep other sections, too"
            assert not any(section != other and section.startswith(other) for other in outlet.sections)


def test_the_list_of_technology_outlets() -> None:
    outlets = load_outlets(TECH)
    assert len(outlets) >= 45
    assert {outlet.country for outlet in outlets} == {"de", "at", "ch"}
    assert sum(bool(outlet.sections) for outlet in outlets) >= 15
    for country in ("at", "ch"):
        assert sum(outlet.country == country for outlet in outlets) >= 5
    known = {outlet.house for outlet in outlets}
    assert not {a for a in known for b in known if a != b and a.replace("_", "") == b.replace("_", "")}


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_houses_for_splits_are_those_of_the_list(path: Path) -> None:
    expected = houses(load_outlets(path))
    config = yaml.safe_load((ROOT / "configs" / "split" / "houses" / path.name).read_text(encoding="utf-8"))
    assert config == expected, "write this into it:\n" + "\n".join(
        f"{k}: [{', '.join(v)}]" for k, v in expected.items()
    )
    Benchmark(houses=config)
    assert all(registrable_domain(domain) == domain for members in config.values() for domain in members)


def test_houses_reach_the_split_from_the_command_line() -> None:
    from hydra import compose, initialize_config_dir

    for split in ("benchmark", "publisher"):
        with initialize_config_dir(str(ROOT / "configs"), version_base="1.3"):
            config = compose("build", overrides=["+split/houses=tech_de", f"split={split}"])
        assert dict(config.split.houses) == houses(load_outlets(TECH))


GOOD = {"host": "blatt.de", "name": "Blatt", "house": "blatt", "country": "de"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"host": "www.blatt.de"}, "leave out www"),
        ({"host": "Blatt.de"}, "not a host name in lower case"),
        ({"host": "https://blatt.de"}, "not a host name"),
        ({"host": "de"}, "not a host name"),
        ({"host": None}, "host is None, not text"),
        ({"name": " "}, "has no name"),
        ({"house": "Blatt AG"}, "house 'Blatt AG' is not a key"),
        ({"country": "DE"}, "country 'DE' is not a code"),
        ({"country": False}, "country is False, not text"),  # a bare `no` in YAML
        ({"sections": "/netz/"}, "sections is '/netz/', not a list"),
        ({"sections": ["netz"]}, "section 'netz' is not a path prefix"),
        ({"sections": ["/"]}, "section '/' is not a path prefix"),
        ({"sections": ["/netz/*"]}, "is not a path prefix"),
        ({"section": ["/netz/"]}, "'section' is not known; nearest is sections"),
    ],
)
def test_a_wrong_outlet_is_named(tmp_path: Path, change: dict[str, object], message: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump([GOOD | {"host": "erst.de"}, GOOD | change]), encoding="utf-8")
    with pytest.raises(ReadError, match=rf"mine\.yaml: outlet 2: .*{message}"):
        load_outlets(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a list of outlets"),
        ("a: b", "not a list of outlets"),
        ("- [", "not a YAML file"),
        ("- blatt.de", "outlet 1: not a mapping"),
        (yaml.safe_dump([GOOD, GOOD]), r"blatt\.de twice"),
    ],
)
def test_a_wrong_list_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ReadError, match=rf"mine\.yaml: {message}") as caught:
        load_outlets(path)
    assert "\n" not in str(caught.value)


def test_a_list_that_is_not_there_names_the_nearest() -> None:
    with pytest.raises(ReadError, match=r"there is no publisher list .*tech_dee\.yaml; nearest is tech_de"):
        load_outlets(TECH.with_name("tech_dee.yaml"))


CHOSEN = Selection.of(
    [
        Outlet("blatt.de", "Blatt", "blatt", "de", ("/netz/", "/wissen/technik/")),
        Outlet("labor.blatt.de", "Labor", "blatt", "de"),
        Outlet("bote.at", "Bote", "bote", "at"),
    ]
)


@pytest.mark.parametrize(
    ("url", "refusal"),
    [
        ("https://bote.at", None),
        ("http://www.bote.at:8080/a", None),
        ("HTTPS://WWW.BOTE.AT/a", None),
        ("https://a.b.bote.at/a", None),
        ("https://bote.at./a", None),
        ("<https://bote.at/a>", None),  # WARC 1.0 allowed angle brackets
        ("https://leser:geheim@bote.at/a", None),
        ("https://bote.at@boese.example/a", "(other host)"),
        ("https://boese.example/https://bote.at/", "(other host)"),
        ("https://boese.example?bote.at", "(other host)"),
        ("https://bote.at.boese.example/", "(other host)"),
        ("https://derbote.at/", "(other host)"),
        ("https://at/", "(other host)"),
        ("dns:bote.at", "(other host)"),
        ("", "(other host)"),
        ("https://blatt.de/netz/a", None),
        ("https://blatt.de/wissen/technik/a?b#c", None),
        ("https://blatt.de/netzwerk/a", "(other section)"),
        ("https://blatt.de/wissen/", "(other section)"),
        ("https://blatt.de", "(other section)"),
        ("https://blatt.de/a?x=/netz/", "(other section)"),
        ("https://labor.blatt.de/a", None),
    ],
)
def test_selection(url: str, refusal: str | None) -> None:
    assert CHOSEN.refusal(url) == refusal


@given(st.text(max_size=60), st.sampled_from(["", "http://", "https://"]))
def test_selection_never_fails(text: str, scheme: str) -> None:
    CHOSEN.refusal(scheme + text)
