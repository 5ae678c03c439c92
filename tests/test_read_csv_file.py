import bz2
import csv
import gzip
import io
import lzma

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from presseschau.document import Drop, Page
from presseschau.read import ReadError, open_source

PACK = {"": lambda data: data, ".gz": gzip.compress, ".zst": zstandard.compress}


def read(path, data: bytes | str | None = None, **options):
    if data is not None:
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    reader = open_source("csv", str(path), **options)
    return [item for unit in reader.units() for item in ([unit] if isinstance(unit, Drop) else reader.pages(unit))]


@pytest.mark.parametrize("ending", PACK)
def test_rows_with_quotes_and_lines_in_them(tmp_path, ending):
    data = 'url,text,published\r\nhttps://a.de/1,"Er sagt ""ja"",\r\ndann nein",2024-05-01\r\n\r\n,Nur Text,\r\n'
    first, second = read(tmp_path / f"a.csv{ending}", PACK[ending](data.encode()))
    assert first.source == f"a.csv{ending}#2"
    assert first.raw == 'Er sagt "ja",\r\ndann nein'
    assert first.published is not None
    assert second == Page(f"a.csv{ending}#5", "text", "Nur Text")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators(tmp_path, separator):
    data = (
        separator.join(["url", '"text"', "a b"])
        + "\n"
        + separator.join(["https://a.de/1", '"Hallo, du; da|dort"', "x"])
    )
    (page,) = read(tmp_path / "a.csv", data)
    assert (page.url, page.raw) == ("https://a.de/1", "Hallo, du; da|dort")


def test_a_separator_inside_quoted_names_does_not_count(tmp_path):
    (page,) = read(tmp_path / "a.csv", '"a,b,c,d";text\nx;Hallo\n')
    assert page.raw == "Hallo"


@pytest.mark.parametrize("quote", ["'", "$", "|"])
def test_a_quote_of_ones_own(tmp_path, quote):
    data = (
        f'url;{quote}text{quote}\nhttps://a.de/1;{quote}Er sagt; {quote}{quote}ja{quote}{quote},\ndann "nein{quote}\n'
    )
    (page,) = read(tmp_path / "a.csv", data, quote=quote)
    assert (page.url, page.raw) == ("https://a.de/1", f'Er sagt; {quote}ja{quote},\ndann "nein')


def test_no_quote_and_a_separator_of_ones_own(tmp_path):
    (page,) = read(tmp_path / "a.csv", 'url#text, kurz;"\n"x#Er sagt "ja", dann; nein\n', sep="#", quote="",
                   columns={"text": 'text, kurz;"'})  # fmt: skip
    assert (page.url, page.raw) == ('"x', 'Er sagt "ja", dann; nein')
    assert read(tmp_path / "b.csv", "url\ttext\nx\tHallo, du\n", sep="\\t")[0].raw == "Hallo, du"


@pytest.mark.parametrize(("sep", "quote"), [("ab", '"'), ("", '"'), (";", "''"), (";", ";"), ("\n", '"')])
def test_a_wrong_dialect_is_one_clear_line(tmp_path, sep, quote):
    with pytest.raises(ReadError, match="must be one character each"):
        read(tmp_path / "a.csv", "text\nx\n", sep=sep, quote=quote)


@pytest.mark.parametrize("stated", ["sep=#", "SEP=#", '"sep=#"', "\ufeffsep=#"])
@pytest.mark.parametrize("options", [{}, {"sep": "#"}])
def test_the_separator_that_a_spreadsheet_states(tmp_path, stated, options):
    (page,) = read(tmp_path / "a.csv", f"{stated}\r\nurl#text,;\r\nx#Hallo, du; dort\r\n", columns={"text": "text,;"},
                   **options)  # fmt: skip
    assert (page.source, page.raw) == ("a.csv#3", "Hallo, du; dort")


@pytest.mark.parametrize("ending", PACK)
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp1252", "mac-roman", "utf-16"])
def test_carriage_returns_end_lines_and_line_feeds_stand_in_cells(tmp_path, codec, ending):
    data = 'url;text\r1;"Käse:\neins"\r\r2;zwei\r3;' + "drei " * 40_000
    found = read(tmp_path / f"a.csv{ending}", PACK[ending](data.encode(codec)))
    assert [(page.source, page.raw[:11]) for page in found] == [
        (f"a.csv{ending}#2", "Käse:\neins"), (f"a.csv{ending}#5", "zwei"), (f"a.csv{ending}#6", "drei drei d"),
    ]  # fmt: skip
    assert len(found[2].raw) == 200_000


def test_what_is_no_header_is_told_in_one_short_line(tmp_path):
    (tmp_path / "a.csv").write_text('"' + "Satz eins.\nSatz zwei. " * 500 + '",politik\n')
    with pytest.raises(ReadError, match="the first line is the header") as caught:
        open_source("csv", str(tmp_path))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250


NOTHING = ["NA", "NaN", "nan", "None", "NULL", "null", "N/A", "<NA>", "#N/A", "#NV", "#NAME?"]


@pytest.mark.parametrize("nothing", NOTHING)
def test_what_writers_put_where_a_cell_is_empty(tmp_path, nothing):
    data = f"url,html,text,title,published,dept\n{nothing},{nothing},Da ist Text.,{nothing},{nothing},{nothing}\n"
    (page,) = read(tmp_path / "a.csv", data, keep=["dept"])
    assert page == Page("a.csv#2", "text", "Da ist Text.", extra=f'{{"dept":"{nothing}"}}')
    (drop,) = read(tmp_path / "b.csv", f"url,text\nhttps://a.de/1,{nothing}\n")
    assert (drop.reason, drop.detail) == ("empty", "html and text are empty")


def test_separators_at_the_end_of_lines_are_no_fields(tmp_path):
    good, bad = read(tmp_path / "a.csv", "url;text\nhttps://a.de/1;Hallo;;\nhttps://a.de/2;Hallo;;x\n")
    assert good.raw == "Hallo"
    assert bad.detail == "4 fields, the header has 2"


def test_one_column(tmp_path):
    assert [page.raw for page in read(tmp_path / "a.csv", "text\neins\nzwei\n")] == ["eins", "zwei"]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
def test_encodings(tmp_path, codec):
    data = "url;text\nhttps://a.de/1;„Käse“ – gut\n"
    mark = b"\xff\xfe" if codec == "utf-16-le" else b""
    (page,) = read(tmp_path / "a.csv", mark + data.encode(codec))
    assert (page.url, page.raw) == ("https://a.de/1", "„Käse“ – gut")


def test_a_spreadsheet_from_an_old_mac(tmp_path):
    data = "url;text\rhttps://a.de/1;„Größe“ – für süße Äpfel\r".encode("mac-roman")
    assert [page.raw for page in read(tmp_path / "a.csv", data)] == ["„Größe“ – für süße Äpfel"]
    texts = ["Mit 2 ‰ über die Brücke", "È vero"]
    data = "\r".join(["text", *texts, ""]).encode("mac-roman")
    assert [page.raw for page in read(tmp_path / "b.csv", data)] == texts
    texts = ["Für 5 €: „Süßes“", "Ärger um Renée"]
    data = "\r".join(["text", *texts, ""]).encode("cp1252")
    assert [page.raw for page in read(tmp_path / "c.csv", data)] == texts


@pytest.mark.parametrize("codec", ["cp1252", "cp850", "mac-roman"])
@pytest.mark.parametrize("ending", PACK)
def test_the_code_page_that_a_spreadsheet_saved_in(tmp_path, codec, ending):
    texts = ["Größe XL", "Für Käufer aus Österreich", "Äpfel", "5 % Öl", "Straße", "Renée"]
    data = "\r\n".join(["Überschrift;text", *(f"{text};{text}" for text in texts), ""]).encode(codec)
    pages = read(tmp_path / f"a.csv{ending}", PACK[ending](data), columns={"title": "Überschrift"})
    assert [(page.title, page.raw) for page in pages] == [(text, text) for text in texts]


def test_quotes_and_names_of_windows_1252_are_no_other_code_page(tmp_path):
    rows = ["„Ja“, rief Šimek – für 5 €", "„Nein“, sagte Ruža™ am 1. §", "‚So‘ …"]
    pages = read(tmp_path / "a.csv", "\n".join(["text", *rows]).replace(",", "").encode("cp1252"))
    assert [page.raw for page in pages] == [row.replace(",", "") for row in rows]
    utf8 = "text\n" + "Größe ß Ä Ÿ\n" * 9
    *_, last = read(tmp_path / "a.csv", utf8.encode() + "Käse à la Šimek\n".encode("cp1252"))
    assert last.raw == "Käse à la Šimek"


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark(tmp_path, codec):
    (page,) = read(tmp_path / "a.csv", 'url;text\r\nhttps://a.de/1;"„Käse“\nfür 5 €"\r\n'.encode(codec))
    assert (page.url, page.raw) == ("https://a.de/1", "„Käse“\nfür 5 €")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04\x14\0\6\0", "a workbook such as .xlsx, or another ZIP archive: save it as CSV UTF-8"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "a workbook such as .xls: save it as CSV UTF-8"),
        (gzip.compress(b"text\nx\n"), "packed by gzip: its name must end in .gz"),
        (zstandard.compress(b"text\nx\n"), "packed by Zstandard: its name must end in .zst"),
        (bz2.compress(b"text\nx\n"), "packed by bzip2: unpack it"),
        (lzma.compress(b"text\nx\n"), "packed by xz: unpack it"),
        (b"PAR1\x15\x04\x15\x10", "a Parquet table: that is for source=parquet"),
        (b"SQLite format 3\0\x10", "a database of SQLite"),
    ],
)
def test_a_file_that_is_no_text_is_told_with_what_to_do(tmp_path, data, said):
    (tmp_path / "b.csv").write_bytes(data)
    with pytest.raises(ReadError, match=r"b\.csv is ") as caught:
        open_source("csv", str(tmp_path))
    assert said in str(caught.value)
    (tmp_path / "a.csv").write_text("text\nJa\n")
    page, drop = read(tmp_path)
    assert page.raw == "Ja"
    assert (drop.source, drop.reason) == ("b.csv", "bad_record")
    assert said in drop.detail


def test_names_of_ours_in_capitals(tmp_path):
    (page,) = read(tmp_path / "a.csv", "URL;Title;TEXT;Published;Dept\nhttps://a.de/1;T;Ja;1.2.2024;x\n", keep=["Dept"])
    assert (page.url, page.title, page.raw, page.extra) == ("https://a.de/1", "T", "Ja", '{"Dept":"x"}')
    assert page.published is not None
    (page,) = read(tmp_path / "b.csv", "Text;HTML;Body;URL;url\neins;<p>zwei;drei;x;https://a.de/2\n",
                   columns={"text": "Body"})  # fmt: skip
    assert (page.url, page.raw) == ("https://a.de/2", "drei")
    (page,) = read(tmp_path / "c.csv", "Text;html\neins;<p>zwei\n")
    assert page.raw == "<p>zwei"
    (page,) = read(tmp_path / "d.csv", "URL;Url;text\na;b;eins\n")  # which of them is not for us to say
    assert (page.url, page.raw) == (None, "eins")


def test_a_column_that_is_named_for_one_field_is_no_other(tmp_path):
    (tmp_path / "a.csv").write_text("Text;body\neins;zwei\n")
    with pytest.raises(ReadError, match="no column html or text"):
        open_source("csv", str(tmp_path), columns={"title": "Text"})


def test_carriage_returns_as_workbooks_write_them(tmp_path):
    (page,) = read(tmp_path / "a.csv", 'title,text\nT_x000D_,"Eins._x000D_\n_x000D_\nZwei."\n')
    assert (page.title, page.raw) == ("T", "Eins.\r\n\r\nZwei.")


def test_a_quote_that_is_not_doubled_is_told_with_what_to_do(tmp_path):
    data = 'url\ttext\n1\t"Sie" kam\n2\tJa\n'
    drop, page = read(tmp_path / "a.tsv", data)
    assert drop.detail == "line 2: a quote in a quoted field is not doubled; source.quote='' takes quotes for letters"
    assert page.raw == "Ja"
    assert [page.raw for page in read(tmp_path / "a.tsv", data, quote="")] == ['"Sie" kam', "Ja"]


def test_tsv_columns_and_kept_columns(tmp_path):
    (page,) = read(tmp_path / "a.tsv", "link\tbody\tdept\nhttps://a.de/1\tb\t\n",
                   columns={"text": "body", "url": "link"}, keep=["dept"])  # fmt: skip
    assert page == Page("a.tsv#2", "text", "b", url="https://a.de/1", extra='{"dept":""}')


def test_bad_rows_are_told_and_the_rest_goes_on(tmp_path):
    data = 'url,text\n1,a\n2\n3,b,c\n4,"d" e\n5,f\n6,\n7,"never closed\n8,g\n'
    found = read(tmp_path / "a.csv", data)
    assert [(item.source.rpartition("#")[2], getattr(item, "reason", "page")) for item in found] == [
        ("2", "page"), ("3", "bad_record"), ("4", "bad_record"), ("5", "bad_record"), ("6", "page"), ("7", "empty"),
        ("8", "bad_record"),
    ]  # fmt: skip
    assert found[1].detail == "1 fields, the header has 2"
    assert found[2].detail == "3 fields, the header has 2"
    assert found[3].detail.startswith("line 5: ")
    assert found[-1].detail == "lines 8 to 9: unexpected end of data"


def test_the_rest_of_a_row_that_breaks_off_is_no_article(tmp_path):
    """As a program writes that puts quotes around a text and does not double those in it."""
    rest = 'Er sagte: "Ja" und ging.\nSie kam, sah, siegte.\n"Nein", rief er.\nEins, zwei, drei'
    rows = [f'{n},T,"{"Schön." if n % 2 else rest}"\n' for n in (1, 2, 3, 4, 5)]
    found = read(tmp_path / "a.csv", "id,title,text\n" + "".join(rows))
    assert [page.raw for page in found if isinstance(page, Page)] == ["Schön."] * 3
    broken = [drop for drop in found if isinstance(drop, Drop)]
    assert [(drop.source, drop.reason) for drop in broken if "begins as" in drop.detail] == [
        (f"a.csv#{n}", "bad_record") for n in (4, 5, 6, 9, 10, 11)
    ]
    assert broken[1].detail == "left over from the broken row of line 3: it begins as no row does"
    first = f'https://a.de/0,T,"{rest}"\nhttps://a.de/1,T,"Schön."\n'
    assert [page.raw for page in read(tmp_path / "b.csv", "url,title,text\n" + first) if isinstance(page, Page)] == [
        "Schön."
    ]


def test_rows_that_begin_in_several_ways_stay(tmp_path):
    data = 'title\ttext\nEins\ta\n"Zwei" fiel\tb\n4\tc\n"Fünf"\td\n'
    assert [item.raw if isinstance(item, Page) else None for item in read(tmp_path / "a.tsv", data)] == [
        "a", None, "c", "d",
    ]  # fmt: skip


def test_a_row_over_the_limit_is_left_out(tmp_path):
    data = "url,text\n1,a\n2," + "x" * 500 + "\n3,b\n4," + "y" * 5000 + '\n5,c\n6,"' + "z\n" * 4000
    found = read(tmp_path / "a.csv", data, max_bytes=400)
    kinds = [getattr(item, "reason", "page") for item in found]
    assert kinds[:5] == ["page", "too_large", "page", "too_large", "page"]
    assert kinds[5] == "too_large"
    assert "is a quote never closed?" in found[5].detail


def test_huge_fields_are_read(tmp_path):
    (page,) = read(tmp_path / "a.csv", "text\n" + "x" * 1_000_000 + "\n")
    assert len(page.raw) == 1_000_000


def test_a_cut_file_gives_the_rows_before_the_cut(tmp_path):
    data = "url,text\n" + "".join(f"https://a.de/{number},Text {number * 7919}\n" for number in range(3000))
    for cut in range(30, 60):
        *pages, last = read(tmp_path / "a.csv.gz", gzip.compress(data.encode())[:-cut])
        assert len(pages) > 2000
        assert [page.raw for page in pages] == [f"Text {number * 7919}" for number in range(len(pages))]
    assert last.reason == "truncated"
    assert last.source == f"a.csv.gz#{len(pages) + 2}"


def test_files_without_rows(tmp_path):
    (tmp_path / "a.csv").touch()
    (tmp_path / "b.csv").write_text("url,text\n")
    (tmp_path / "c.csv.gz").write_bytes(b"kein gzip")
    (tmp_path / "d.csv.gz").write_bytes(gzip.compress(b"\n\n"))
    assert [(drop.source, drop.reason) for drop in read(tmp_path)] == [
        ("a.csv", "empty"),
        ("c.csv.gz#1", "unreadable"),
        ("d.csv.gz", "empty"),
    ]


def test_wrong_column_names_are_told_at_once(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("link,body,abteilung\n1,x,y\n")
    for options, message in (
        (
            {},
            r"no column html or text \(it has link, body, abteilung\): name yours with source\.columns=\{text: ",
        ),
        ({"columns": {"text": "bodi"}}, r"source\.columns\.text=bodi: there is no such column; nearest is body"),
        ({"columns": {"text": "body"}, "keep": ["abteilun"]}, r"source\.keep=abteilun: .* nearest is abteilung"),
    ):
        with pytest.raises(ReadError, match=message):
            open_source("csv", str(path), **options)


def test_one_of_several_files_without_the_columns_goes_to_the_ledger(tmp_path):
    (tmp_path / "a.csv").write_text("link\nx\n")
    (tmp_path / "b.csv").write_text("text\nx\n")
    bad, good = read(tmp_path)
    assert bad.detail == "neither html nor text; it has link"
    assert isinstance(good, Page)


def test_a_name_twice_means_the_first(tmp_path):
    assert read(tmp_path / "a.csv", "text,text\neins,zwei\n")[0].raw == "eins"


CELL = st.text(max_size=20) | st.sampled_from(NOTHING)


@given(st.lists(st.tuples(CELL, CELL), max_size=8))
def test_what_a_writer_wrote_is_read(tmp_path_factory, rows):
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([("title", "text"), *rows])
    path = tmp_path_factory.getbasetemp() / "written.csv"
    found = read(path, out.getvalue().encode("utf-8", "replace"))
    wanted = [text.encode("utf-8", "replace").decode() for title, text in rows if title.strip() or text.strip()]
    assert len(found) == len(wanted)
    for item, text in zip(found, wanted, strict=True):
        assert item.raw == text if isinstance(item, Page) else not text.strip() or text in NOTHING


@given(st.binary(max_size=200) | st.text('ab",;\n\r\t ', max_size=60).map(str.encode), st.sampled_from(list(PACK)))
def test_any_bytes_never_raise(tmp_path_factory, data, ending):
    path = tmp_path_factory.getbasetemp() / f"any.csv{ending}"
    found = read(path, PACK[ending](b"url,text\n" + data))
    sources = [item.source for item in found]
    assert len(set(sources)) == len(sources)
    assert all("\n" not in item.detail for item in found if isinstance(item, Drop))
