import pytest
from hypothesis import given
from hypothesis import strategies as st

from presseschau.read import open_source
from presseschau.read.mojibake import once_encoded

GERMAN = "Die Bürger „wünschen“ sich größere Plätze – und süße Äpfel für 5 € im Café.\u00a0…"


def twice(text, codec):
    """A text as it comes out of a program that takes its UTF-8 for something else; bytes that it lacks go through."""
    return "".join(
        bytes([byte]).decode(codec) if codec == "latin-1" or byte not in b"\x81\x8d\x8f\x90\x9d" else chr(byte)
        for byte in text.encode()
    )


@pytest.mark.parametrize("codec", ["cp1252", "latin-1"])
@pytest.mark.parametrize("text", [GERMAN, "Öl", "ÄÖÜ äöü ß „“‚‘ 😀 ſ", "ü" * 1_000])
def test_encoded_twice(text, codec):
    assert once_encoded(twice(text, codec)) == text


@pytest.mark.parametrize(
    "text",
    [GERMAN, "", "SÃO PAULO", "Ein Umlaut wird zu Ã¼, wenn Bytes für Zeichen gehalten werden: häufig.", "â€ž allein"],
)
def test_other_texts_stay(text):
    assert once_encoded(text) == text


@given(
    st.text(alphabet="aä öü\nßÄÖÜ„“‚‘–…€é\u00a0😀").map(lambda text: f"ä{text}"), st.sampled_from(["cp1252", "latin-1"])
)
def test_any_german_text_comes_back(text, codec):
    assert once_encoded(twice(text, codec)) == text == once_encoded(text)


@given(st.text(alphabet="ÃÂâ¤¶¼€žœ aü"))
def test_never_raises(text):
    once_encoded(text)


def test_a_text_file(tmp_path):
    (tmp_path / "a.txt").write_text(twice("\ufeffGrüße aus Köln\n", "cp1252"), "utf-8")
    (tmp_path / "b.txt").write_bytes("SÃO für alle".encode())
    (tmp_path / "c.txt").write_bytes(b"S\xc3\x83O f\xfcr alle")  # a line of another program among them
    reader = open_source("text", str(tmp_path))
    first, *others = (page.raw for unit in reader.units() for page in reader.pages(unit))
    assert first == "Grüße aus Köln\n"
    assert others == ["SÃO für alle".encode(), b"S\xc3\x83O f\xfcr alle"]


def test_text_and_title_of_a_table(tmp_path):
    (tmp_path / "a.csv").write_text(
        twice("\ufeffurl;Überschrift;text\nhttps://a.de/ä;Grüße;„Größe“ für alle\n", "cp1252"), "utf-8"
    )
    reader = open_source("csv", str(tmp_path), columns={"title": "Überschrift"})
    (page,) = (page for unit in reader.units() for page in reader.pages(unit))
    assert (page.title, page.raw, page.url) == ("Grüße", "„Größe“ für alle", "https://a.de/ä")
