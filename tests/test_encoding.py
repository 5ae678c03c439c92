"""Bytes to text: marks, headers, meta tags, detection; damage; binary junk."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presseschau.extract.encoding import as_utf8, declared_encoding, decode, is_utf8, looks_binary

TEXT = "Größe: für 5 € – „Käse“"
PAGE = f"<html><head><title>{TEXT}</title></head><body>{TEXT}</body></html>"


def page(charset: str, text: str = TEXT) -> str:
    return f'<html><head><meta charset="{charset}"></head><body>{text}</body></html>'


def header(charset: str) -> tuple[tuple[str, str], ...]:
    return (("content-type", f"text/html; charset={charset}"),)


@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le"])
def test_byte_order_mark_decides(codec: str) -> None:
    mark = {
        "utf-8": codecs.BOM_UTF8,
        "utf-16-le": codecs.BOM_UTF16_LE,
        "utf-16-be": codecs.BOM_UTF16_BE,
        "utf-32-le": codecs.BOM_UTF32_LE,
    }[codec]
    assert decode(mark + PAGE.encode(codec), header("iso-8859-1")) == PAGE


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf16_without_mark(codec: str) -> None:
    assert decode(PAGE.encode(codec)) == PAGE
    assert decode("<p>ASCII only</p>".encode(codec)) == "<p>ASCII only</p>"


def test_utf8_that_decodes_wins_over_header_and_meta() -> None:
    text = page("iso-8859-1")
    assert decode(text.encode(), header("iso-8859-1")) == text


def test_header_before_meta() -> None:
    text = page("iso-8859-1", "Ελλάδα")
    assert "Ελλάδα" in decode(text.encode("iso8859-7"), header("ISO-8859-7"))


@pytest.mark.parametrize(
    "head",
    [
        '<meta charset="windows-1250">',
        "<META CHARSET=windows-1250>",
        '<meta http-equiv="Content-Type" content="text/html; charset=windows-1250">',
        '<?xml version="1.0" encoding="windows-1250"?>',
        f'<!-- {"x" * 2000} --><meta charset="windows-1250">',
        '<!-- <meta charset="koi8-r"> --><meta charset="windows-1250">',
    ],
)
def test_charset_in_the_page(head: str) -> None:
    raw = f"{head}<p>Příliš žluťoučký kůň</p>".encode("cp1250")
    assert declared_encoding(raw) == "cp1250"
    assert decode(raw).endswith("<p>Příliš žluťoučký kůň</p>")


@pytest.mark.parametrize("label", ["iso-8859-1", "latin1", "us-ascii", "ISO-8859-1"])
def test_latin1_labels_mean_windows_1252(label: str) -> None:
    assert decode(page(label).encode("cp1252")) == page(label)


def test_meta_utf16_on_bytes_that_are_none_means_utf8() -> None:
    assert declared_encoding(b'<meta charset="utf-16">') == "utf-8"


@pytest.mark.parametrize("label", ["unicode_escape", "zip", "rot13", "idna", "erfunden"])
def test_only_known_labels_name_a_codec(label: str) -> None:
    raw = page(label).encode("cp1252")
    assert declared_encoding(raw) is None
    assert decode(raw, header(label)) == page(label)


def test_unknown_header_label_falls_through_to_meta() -> None:
    assert declared_encoding(b'<meta charset="koi8-r">', header("erfunden")) == "koi8-r"


def test_truncated_character_at_the_end() -> None:
    raw = "Wir hören ü".encode()
    assert decode(raw[:-1]) == "Wir hören "


def test_legacy_bytes_pasted_into_utf8_are_windows_1252() -> None:
    raw = page("utf-8", TEXT * 5).encode() + "Müller".encode("cp1252")
    assert decode(raw) == page("utf-8", TEXT * 5) + "Müller"


def test_mostly_utf8_wins_over_a_declared_single_byte_encoding() -> None:
    raw = page("iso-8859-1", TEXT * 5).encode() + b"\xe4"
    assert decode(raw, header("iso-8859-1")).count("Größe") == 5


def test_german_without_declaration_is_windows_1252() -> None:
    assert decode(PAGE.encode("cp1252")) == PAGE
    for text in ("Müll", "Fuß.", "Ärzte in Köln", "„Käse“ – 5 €"):  # too short for detection
        assert decode(text.encode("cp1252")) == text


def test_detection_by_content() -> None:
    text = "Съешь же ещё этих мягких французских булок, да выпей чаю. Сегодня в городе открылась новая выставка. " * 8
    assert decode(f"<p>{text}</p>".encode("cp1251")) == f"<p>{text}</p>"


def test_iso_2022_jp_is_ascii_but_not_utf8() -> None:
    text = page("iso-2022-jp", "日本語")
    assert decode(text.encode("iso2022_jp")) == text


@pytest.mark.parametrize("raw", [b"", b"\x00", b"\xff", b"\xff\xfe", b"\xff\xfe\x00", b"\xef\xbb\xbf", b"\x81" * 100])
def test_odd_bytes_decode_to_something(raw: bytes) -> None:
    assert isinstance(decode(raw), str)


@given(st.binary(max_size=400), st.sampled_from(["", "utf-8", "iso-8859-1", "gbk", "shift_jis", "utf-16", "x"]))
def test_never_raises(raw: bytes, charset: str) -> None:
    assert isinstance(decode(raw, header(charset)), str)
    looks_binary(raw)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff\x00\x1b"), max_size=200))
def test_utf8_round_trip(text: str) -> None:
    assert decode(text.encode()) == text


@pytest.mark.parametrize(
    "raw",
    [
        b"%PDF-1.7\n",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0",
        b"PK\x03\x04",
        b"\x1f\x8b\x08",
        bytes(range(256)) * 8,
        b"text" * 20 + b"\x00\x01\x02\x03" * 10,
    ],
)
def test_looks_binary(raw: bytes) -> None:
    assert looks_binary(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        PAGE.encode(),
        PAGE.encode("cp1252"),
        PAGE.encode("utf-16"),
        PAGE.encode("utf-16-le"),
        b"<p>" + b"a" * 99 + b"\x00</p>",
    ],
)
def test_text_does_not_look_binary(raw: bytes) -> None:
    assert not looks_binary(raw)


@given(st.lists(st.sampled_from(["a" * 7, "<p>", "ü", "„", "\U0001f600", "x", "\0"])).map("".join), st.data())
def test_is_utf8_agrees_with_the_decoder(text: str, data: st.DataObject) -> None:
    raw = bytearray(text.encode())
    for _ in range(data.draw(st.integers(0, 2))):
        if raw:
            raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    raw = raw[: data.draw(st.integers(0, len(raw)))]
    try:
        raw.decode("utf-8")
        valid = True
    except UnicodeDecodeError:
        valid = False
    assert is_utf8(bytes(raw)) is valid


@pytest.mark.parametrize("between", [8, 16, 64])
def test_halves_of_a_character_with_ascii_between_are_no_utf8(between: int) -> None:
    first, second = "ü".encode()[:1], "ü".encode()[1:]
    assert is_utf8(b"a" * 7 + first + second + b"a" * between)
    assert not is_utf8(b"a" * 7 + first + b"a" * between + second + b"a" * 7)


@given(st.binary(max_size=600))
def test_as_utf8_is_what_decode_makes_of_a_page(raw: bytes) -> None:
    assert as_utf8(raw).decode("utf-8") == decode(raw)


def test_as_utf8_keeps_bytes_that_are_utf8() -> None:
    raw = "<p>Grüße</p>".encode()
    assert as_utf8(raw, (("content-type", "text/html; charset=iso-8859-1"),)) is raw
