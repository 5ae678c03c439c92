import math
from datetime import UTC, date, datetime
from decimal import Decimal

import orjson
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from presseschau.document import Drop, Page
from presseschau.read import ReadError
from presseschau.read.record import Columns, extra_of, page_of, parse_object

PLAIN = Columns({})
MAY = datetime(2024, 5, 1, 10, 0, 0, tzinfo=UTC)


def page(record, columns=PLAIN) -> Page:
    found = page_of(record, "x#1", columns)
    assert isinstance(found, Page), found
    return found


def drop(record, columns=PLAIN) -> Drop:
    found = page_of(record, "x#1", columns)
    assert isinstance(found, Drop), found
    assert (found.source, found.stage, found.outcome) == ("x#1", "read", "failed")
    return found


def test_all_fields():
    record = {
        "url": " https://example.de/a ",
        "html": "<p>Käse",
        "title": " Titel ",
        "published": "2024-05-01T12:00:00+02:00",
        "crawled": 1714557600,
        "headers": {"Content-Type": "text/html", "Set-Cookie": ["a=1", "b=2"], "Age": 3, "Leer": None},
        "other": 1,
    }
    assert page(record) == Page(
        source="x#1",
        kind="html",
        raw="<p>Käse",
        url="https://example.de/a",
        title="Titel",
        published=MAY,
        crawled=MAY,
        headers=(("content-type", "text/html"), ("set-cookie", "a=1"), ("set-cookie", "b=2"), ("age", "3")),
    )


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        (str("<p>Größe 'L'\n".encode()), "<p>Größe 'L'\n".encode()),
        (str("<p>Größe \"L\" 'M'\\".encode("cp1252")), "<p>Größe \"L\" 'M'\\".encode("cp1252")),
        ("&lt;p class=&quot;a&quot;&gt;Größe&lt;/p&gt;\n", '<p class="a">Größe</p>\n'),
        ("b'Zitat' und 'noch eins'", "b'Zitat' und 'noch eins'"),
        ("b'", "b'"),
        ("b'Größe'", "b'Größe'"),
        ("&lt;p&gt; steht für <p>, &lt;b&gt;", "&lt;p&gt; steht für <p>, &lt;b&gt;"),
        ("&lt;p&gt; und &lt;b&gt; sind Marken.", "&lt;p&gt; und &lt;b&gt; sind Marken."),
    ],
)
def test_what_a_program_has_written_in_its_own_notation(cell, meant):
    assert page({"html": cell}).raw == meant


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x" * 32_767, "truncated"),
        ("x" * 32_765 + "😀", "truncated"),
        ("x" * 32_766, None),
        ("x" * 32_768, None),
        ("x" * 32_765 + ".\n", None),
        ("x" * 32_760 + "</HTML>", None),
    ],
)
def test_a_cell_that_a_workbook_has_cut(text, reason):
    found = page_of({"text": text}, "x#1", PLAIN)
    assert getattr(found, "reason", None) == reason


def test_json_in_the_place_of_a_page():
    found = page_of({"url": "https://example.de/a", "html": '{"a": 1}'}, "x#1", PLAIN)
    assert isinstance(found, Drop)
    assert (found.outcome, found.reason, found.detail, found.url) == (
        "dropped", "not_html", "JSON", "https://example.de/a"
    )  # fmt: skip
    assert page({"text": '{"a": 1}'}).kind == "text"


@pytest.mark.parametrize(
    "headers",
    [
        {"Age": 3, "Vary": ["a", "b"]},
        [("Age", "3"), ("Vary", "a"), ("Vary", "b")],
        {b"Age": [b"3"], b"Vary": [b"a", b"b"]},
    ],
)
def test_headers_as_python_writes_them(headers):
    assert page({"text": "t", "headers": str(headers)}).headers == (("age", "3"), ("vary", "a"), ("vary", "b"))


def test_a_title_with_entities_as_content_management_systems_give_it():
    assert (
        page({"text": "t", "title": "Käse &#038; Brot &#8211; &#8222;neu&#8220; &amp; R&D, Stadt&region"}).title
        == "Käse & Brot – „neu“ & R&D, Stadt&region"
    )
    assert page({"text": "t", "title": " &nbsp; "}).title is None


def test_a_title_in_the_notation_of_bytes():
    assert page({"text": "t", "title": str("Größe".encode())}).title == "Größe"


def test_html_before_text_unless_text_is_named():
    both = {"html": "<p>h", "text": "t", "body": "b"}
    assert page(both).kind == "html"
    named = page(both, Columns({"text": "body"}))
    assert (named.kind, named.raw) == ("text", "b")
    assert page(both, Columns({"text": "body", "html": "html"})).kind == "html"
    assert page({"html": " \n", "text": "t"}).kind == "text"
    assert page({"html": None, "text": "t"}).kind == "text"
    assert page({"html": "<p>h", "body": ""}, Columns({"text": "body"})).kind == "html"


def test_bytes_stay_bytes():
    assert page({"html": b"<p>K\xe4se"}).raw == b"<p>K\xe4se"


def test_renamed_fields_replace_ours():
    columns = Columns({"url": "link", "published": "when", "title": "head"})
    record = {"text": "t", "link": "https://a.de/1", "url": "https://b.de", "when": "2024-05-01 10:00", "head": "H"}
    found = page(record, columns)
    assert (found.url, found.published, found.title) == ("https://a.de/1", MAY, "H")


@pytest.mark.parametrize(
    ("record", "reason", "detail"),
    [
        ({"url": "https://a.de/"}, "bad_record", "neither html nor text; it has url"),
        ({}, "bad_record", "neither html nor text; it has nothing"),
        ({"text": 5}, "bad_record", "text is a number, not a string"),
        ({"text": ["t"]}, "bad_record", "text is a list, not a string"),
        ({"html": {"a": 1}}, "bad_record", "html is an object, not a string"),
        ({"text": "t", "url": 7}, "bad_record", "url is a number, not a string"),
        ({"text": "t", "title": True}, "bad_record", "title is a boolean, not a string"),
        ({"text": "t", "published": "gestern"}, "bad_record", "published is no date: 'gestern'"),
        ({"text": "t", "crawled": []}, "bad_record", "crawled is no date: []"),
        ({"text": "t", "headers": "{'a': kaputt}"}, "bad_record", "headers is no JSON: \"{'a': kaputt}\""),
        ({"text": "t", "headers": "[" * 99_999}, "bad_record", f"headers is no JSON: '{'[' * 56}..."),
        ({"text": "t", "headers": "kaputt"}, "bad_record", "headers is no JSON: 'kaputt'"),
        ({"text": "t", "headers": 5}, "bad_record", "headers is a number, not an object or a list of pairs"),
        ({"text": "t", "headers": ["a"]}, "bad_record", "headers holds 'a', not a pair of name and value"),
        ({"text": "t", "headers": {"a": {}}}, "bad_record", "header 'a' is an object, not a string"),
        ({"text": ""}, "empty", "html and text are empty"),
        ({"text": None, "html": " \n\t"}, "empty", "html and text are empty"),
    ],
)
def test_wrong_records_say_what_is_wrong(record, reason, detail):
    found = drop(record)
    assert (found.reason, found.detail) == (reason, detail)


def test_a_record_without_content_lists_what_it_has():
    record = {f"feld{number}": "x" for number in range(12)}
    detail = drop(record, Columns({"text": "body"})).detail
    assert detail == "neither body nor html; it has " + ", ".join(f"feld{number}" for number in range(8)) + " …"


def test_drops_carry_the_canonical_url():
    assert drop({"url": "https://A.de/1?utm_source=x#y"}).url == "https://a.de/1"
    assert drop({"url": "https://A.de/1", "text": "t", "published": "?"}).url == "https://a.de/1"


def test_size_limit():
    assert drop({"text": "x" * 11}, Columns({}, max_bytes=10)).reason == "too_large"
    assert page({"text": "x" * 10}, Columns({}, max_bytes=10)).raw == "x" * 10


@pytest.mark.parametrize(
    "headers",
    [
        {"A": "1", "B": "2"},
        [["A", "1"], ["B", "2"]],
        [("A", "1"), ("B", "2")],
        [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
        '{"A": "1", "B": "2"}',
        '[["A", "1"], ["B", 2]]',
    ],
)
def test_headers_in_any_shape(headers):
    assert page({"text": "t", "headers": headers}).headers == (("a", "1"), ("b", "2"))


def test_no_headers():
    assert page({"text": "t", "headers": ""}).headers == ()
    assert page({"text": "t", "headers": None}).headers == ()


def test_kept_columns_are_canonical_json():
    record = {"b": {"z": 1, "a": [1.5, None]}, "a": "ä", "text": "t"}
    assert page(record, Columns({}, ("b", "a", "fehlt"))).extra == '{"a":"ä","b":{"a":[1.5,null],"z":1},"fehlt":null}'
    assert page(record).extra is None


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (datetime(2024, 5, 1, tzinfo=UTC), '"2024-05-01T00:00:00+00:00"'),
        (date(2024, 5, 1), '"2024-05-01"'),
        (pd.Timestamp("2024-05-01T10:00:00.123456789"), '"2024-05-01T10:00:00.123456789"'),
        (Decimal("1.10"), '"1.10"'),
        (b"K\xc3\xa4se", '"Käse"'),
        (10**30, f'"{10**30}"'),
        (math.nan, "null"),
        (math.inf, "null"),
        ("\ud800", '"\ufffd"'),
        ({1: 2}, '{"1":2}'),
        ([("a", "b")], '[["a","b"]]'),
        (True, "true"),
    ],
)
def test_kept_values_json_has_no_type_for(value, written):
    assert extra_of({"x": value}, ["x"]) == f'{{"x":{written}}}'


def test_kept_values_nested_too_deep_fail_the_record():
    deep: list = []
    for _ in range(300):
        deep = [deep]
    assert drop({"text": "t", "x": deep}, Columns({}, ("x",))).detail == "nested more than 100 deep"


def test_json_as_pythons_own_writer_writes_it():
    assert parse_object(b'{"a": NaN, "b": "x\\ud83d", "c": -Infinity}') == {"a": None, "b": "x\ufffd", "c": None}
    assert parse_object(b' {"a": 1}\r\n') == {"a": 1}


def test_json_as_windows_writes_it():
    assert parse_object('{"a": "„Käse“ – groß“"}'.encode("cp1252")) == {"a": "„Käse“ – groß“"}


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"[1]", "a list, not an object"),
        (b'"x"', "a string, not an object"),
        (b"null", "null, not an object"),
        (b"{", "not JSON"),
        (b'{"a": "K\xc3\xa4se und Br\xc3\xb6t\xe4"}', "not JSON"),
        (b'{"a": ' + b"[" * 100_000, "not JSON"),
        (b"\x00\xff", "not JSON"),
    ],
)
def test_no_object(raw, message):
    with pytest.raises(ValueError, match=message):
        parse_object(raw)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
NESTED = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(["url", "html", "text", "title", "published", "crawled", "headers", "x"])


@given(st.dictionaries(FIELDS, NESTED))
def test_any_record_gives_a_page_or_a_drop(record):
    found = page_of(record, "x#1", Columns({}, ("x",)))
    if isinstance(found, Page):
        assert found.raw.strip()
        assert found.extra is not None
        orjson.loads(found.extra)
    else:
        assert found.reason in ("bad_record", "empty")
        assert "\n" not in found.detail


@pytest.mark.parametrize(
    ("names", "keep", "message"),
    [
        ({"txt": "body"}, (), r"source\.columns has no key 'txt'; nearest is text"),
        ({"text": ""}, (), r"source\.columns\.text is '', not the name of a column"),
        ({"text": 3}, (), r"source\.columns\.text is 3, not the name of a column"),
        ({}, ("a", 1), r"source\.keep=\['a', 1\] is not a list of column names"),
        ({}, ("a", "a"), r"source\.keep names a column twice"),
    ],
)
def test_wrong_columns(names, keep, message):
    with pytest.raises(ReadError, match=message):
        Columns(names, keep)


def test_wrong_limit():
    with pytest.raises(ReadError, match="max_bytes=0"):
        Columns({}, max_bytes=0)


def test_the_key_tells_options_apart():
    keys = [PLAIN.key("csv"), PLAIN.key("jsonl"), Columns({"text": "b"}).key("csv"), Columns({}, ("b",)).key("csv"),
            Columns({}, max_bytes=5).key("csv")]  # fmt: skip
    assert len(set(keys)) == len(keys)
    assert Columns({"text": "b", "url": "l"}).key("x") == Columns({"url": "l", "text": "b"}).key("x")
