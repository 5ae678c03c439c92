"""Contact data goes, what looks like it stays, whatever the order of the kinds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presseschau.document import Document
from presseschau.masking import KINDS, MASKS, Masking

mask = Masking()


@pytest.mark.parametrize(
    "number",
    [
        "089 12345678", "(089) 123456-78", "+49 89 1234567", "+49 (0) 89 / 12 34 567", "0049 89 1234567",
        "0171/1234567", "01711234567", "030/2345678", "0511 – 12 34 56", "+49 170 123 456", "08178//9969614",
        "044 123 45 67", "+41 44 123 45 67", "01 / 234 56 78", "+43 1 2345678", "+423 234 56 78",
        "06151\u2011123456", "+49 6151\u2010123456", "(0 61 51) 12 34 56", "0 30 / 90 18 20",
        "06641234567", "0664.123.45.67", "0791234567", "079.123.45.67",
    ],
)  # fmt: skip
@pytest.mark.parametrize("sentence", ["Rufen Sie {} an.", "{}", "Anfragen ({}) bis Montag", "Zentrale: {}, täglich"])
def test_telephone_numbers_go(number: str, sentence: str) -> None:
    assert mask(sentence.format(number)) == (sentence.format(MASKS["phone"]), {"phone": 1})


@pytest.mark.parametrize(
    "text",
    [
        "Tel.: 12 34 56",
        "Tel. 123456",
        "Tel. ١٢٣٤٥٦",
        "Tel.-Nr.: 123456",
        "Telefon-Nr. 012345",
        "Fax: 1\u00a0–\u00a02345",
        "Telefon: 040.1234.567",
        "☎08171/21371",
        "Fax: 22 33 44",
    ],
)
def test_after_a_label_a_local_number_is_one(text: str) -> None:
    assert mask(text)[1] == {"phone": 1}
    assert mask(text.partition(" ")[2])[1] == {} or text.startswith(("☎", "Telefon"))


def test_a_bracket_that_is_open_before_a_number_stays() -> None:
    assert mask("Tel.: (12 34 56, abends)")[0] == "Tel.: ([TELEFON], abends)"
    assert mask("Eva (0171 2345678, abends)")[0] == "Eva ([TELEFON], abends)"


@pytest.mark.parametrize(
    "text",
    [
        "von 0-100 km/h", "am 01.02.2024", "192.168.178.1", "10.000.000 Nutzer", "+10.000.000 Nutzer", "+10 000 000 000",
        "01067 Dresden", "die Gebiete 01067 01069", "CVE-0123-45678", "2024-01-02", "ISO 27001", "0,8 bis 0,9",
        "08:30 - 09:30 Uhr", "ISBN 978-3-86680-192-9", "die Karte 0123 4567 8901 2345", "https://a.example/0171-1234567",
        "Ausgabe 01/2024 2025", "+4,5 Prozent", "007 2021 2022", "Tel Aviv 2024", "das Telefon 2024", "Fax 5",
        "Handy 15000 mAh", "0x1234 56789", "+ 1.234.567 Euro", "RTX 4090 16 GB", "Version 0.12.345.678", "0 Uhr 45678",
    ],
)  # fmt: skip
def test_other_numbers_stay(text: str) -> None:
    assert mask(f"Siehe {text}.") == (f"Siehe {text}.", {})


@pytest.mark.parametrize(
    "number", ["0800 1234567", "0900 123456", "0180 5 123456", "+49 800 1234567", "116 116", "110"]
)
def test_service_numbers_are_no_persons(number: str) -> None:
    assert mask(f"Hotline {number}.")[1] == {}


@pytest.mark.parametrize(
    ("place", "number", "service"),
    [
        ("Wien", "01/370 12 34", "0137 1234567"),
        ("Wien", "(01) 804 12 34", "01 80 5 / 12 34 56"),
        ("Bern", "031 311 22 33", "0311"),
        ("Biel", "032 322 21 11", "032 123456"),
        ("Pfaffenhofen", "08441/12345", "0844 123 456"),
        ("Marktheidenfeld", "(09391) 12345", "0939 12 34 56"),
    ],
)
def test_an_area_code_whose_digits_begin_a_service_number(place: str, number: str, service: str) -> None:
    assert mask(f"Nach {place}: {number}.") == (f"Nach {place}: [TELEFON].", {"phone": 1})
    assert mask(f"Hotline {service}.")[1] == {}


@pytest.mark.parametrize(
    ("before", "number", "after"),
    [
        ("Artikelnummer ", "0815-4711", ""),
        ("Bestell-Nr.: ", "0371 456 789", ""),
        ("Los-Nr. ", "030 123456", ""),
        ("für ", "+45 345 678", " Euro"),
        ("bei ", "0433 920 000", " Hz"),
    ],
)
def test_numbers_of_things_stay(before: str, number: str, after: str) -> None:
    assert mask(f"{before}{number}{after}")[1] == {}
    assert mask(f"Büro {number} in der Stadt")[1] == {"phone": 1}


@pytest.mark.parametrize("before", ["Stuttgart", "kostenlos", "Kunden:", "Kundendienst-Nr.", "Bestellungen", "Teil"])
def test_what_ends_like_a_thing_is_none(before: str) -> None:
    assert mask(f"{before} 0711 123456") == (f"{before} [TELEFON]", {"phone": 1})


@pytest.mark.parametrize("text", ["Am 01.6.2025 10.000 Gäste", "01/6/2025 12.000.000", "0110 1001 0110"])
def test_dates_before_figures_and_binary_stay(text: str) -> None:
    assert mask(text) == (text, {})


@pytest.mark.parametrize(
    "address",
    ["eva@web.example", "eva.maria_muster+x@post.blatt.example", "e.muster (at) blatt.example", "m [at] web [dot] example",
     "Müller@büro.example", "e.muster <at> blatt.example", "e.muster|at|blatt.example", "e.muster*at*blatt.example",
     "e.muster[at]blatt(.)example"],
)  # fmt: skip
def test_addresses_go(address: str) -> None:
    assert mask(f"Schreiben Sie an {address}.") == ("Schreiben Sie an [E-MAIL].", {"email": 1})


def test_a_name_is_found_behind_any_number_of_signs() -> None:
    text = "@eva (at) [at] .a@b @ e@web.example, m@web.example; x(at)web.example!"
    assert mask(text) == ("@eva (at) [at] .a@b @ [E-MAIL], [E-MAIL]; [E-MAIL]!", {"email": 3})


@pytest.mark.parametrize(
    "text",
    ["redaktion@blatt.example", "Presse@blatt.example", "@eva@mastodon.example", "lodash@4.17.21", "@handle", "a @ b",
     "**at**", "Mann <at> Frau", "a|at|b", "Treffen (at) home", "git@host.example:x"],
)  # fmt: skip
def test_addresses_by_role_handles_and_versions_stay(text: str) -> None:
    assert mask(f"Siehe {text}")[1] == {}


@pytest.mark.parametrize(
    "iban",
    ["DE89 3704 0044 0532 0130 00", "DE89370400440532013000", "AT611904300234573201", "CH93 0076 2011 6238 5295 7",
     "LI21 0881 0000 2324 013A A", "FO62 6460 0001 6316 34", "DE 89 3704 0044 0532 0130 00",
     "DE89.3704.0044.0532.0130.00"],
)  # fmt: skip
def test_accounts_go(iban: str) -> None:
    assert mask(f"Konto {iban}, Bank X") == ("Konto [IBAN], Bank X", {"iban": 1})
    assert mask(f"Konto {iban} BLZ 5")[0] == "Konto [IBAN] BLZ 5"


@pytest.mark.parametrize(
    "iban",
    ["AT611904300234573201", "BE68539007547034", "CH9300762011623852957", "CZ6508000000192000145399", "DK5000400440116243",
     "EE382200221020145685", "ES9121000418450200051332", "FI2112345600000785", "FR1420041010050500013M02606",
     "GB29NWBK60161331926819", "HU42117730161111101800000000", "IE29AIBK93115212345678", "IT60X0542811101000000123456",
     "LI21088100002324013AA", "LT121000011101001000", "LU280019400644750000", "LV80BANK0000435195001",
     "MT84MALT011000012345MTLCAST001S", "NL91ABNA0417164300", "NO9386011117947", "PL61109010140000071219812874",
     "PT50000201231234567890154", "SE4550000000058398257466"],
)  # fmt: skip
def test_the_example_of_every_country_in_the_registry_goes(iban: str) -> None:
    assert mask(iban) == ("[IBAN]", {"iban": 1})


@pytest.mark.parametrize("number", ["DE551000000000000001", "DE55 1000 0000 0000 0001"])
def test_right_check_digits_at_a_wrong_length_are_no_account(number: str) -> None:
    assert mask(f"Teil {number}") == (f"Teil {number}", {})


def test_an_account_that_its_label_runs_into_goes() -> None:
    assert mask("IBANDE89370400440532013000") == ("IBAN[IBAN]", {"iban": 1})


def test_wrong_check_digits_are_no_account() -> None:
    assert mask("Muster DE89 3704 0044 0532 0130 01 im Test") == ("Muster DE89 3704 0044 0532 0130 01 im Test", {})


def test_kinds_can_be_switched_off_one_by_one() -> None:
    text = "Von Eva Muster\n\neva@web.example, 0171 2345678, DE89370400440532013000"
    assert mask(text) == ("Von [NAME]\n\n[E-MAIL], [TELEFON], [IBAN]", dict.fromkeys(KINDS, 1))
    assert Masking(email=False, phone=False, iban=False, byline=False)(text) == (text, {})
    for kind in KINDS:
        assert Masking(**{kind: False})(text)[1] == {k: 1 for k in KINDS if k != kind}


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("0171.2345678@web.example", {"email": 1}),
        ("089/2345678 eva@web.example", {"email": 1, "phone": 1}),
        ("DE89 3704 0044 0532 0130 00", {"iban": 1}),
        ("eva@web.example+49 89 1234567", {"email": 1, "phone": 1}),
    ],
)
def test_no_kind_takes_a_part_of_another(text: str, counts: dict[str, int]) -> None:
    assert mask(text)[1] == counts


PIECES = st.sampled_from(
    ["eva@web.example", "0171 2345678", "DE89370400440532013000", "+49 89 1234567", "am 1.2.2024", "Tel.: ", "(at)", "@", "+",
     "0", " ", "\n\n", "12 34 56", ".", "/", "-", "(", ")", "Wort", "[TELEFON]"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=12).map("".join))
def test_a_second_run_finds_nothing(text: str) -> None:
    made, counts = mask(text)
    assert mask(made) == (made, {})
    assert sum(counts.values()) == sum(made.count(m) - text.count(m) for m in MASKS.values())


@given(st.text(max_size=200))
def test_any_text_is_taken(text: str) -> None:
    made, counts = mask(text)
    assert (made == text) == (counts == {})


@pytest.mark.parametrize("piece", ["0 ", "0171 ", "a.", "a@", "a (at) ", "@", "+1 ", "DE89 ", "(", "Tel. ", "1-"])
def test_long_input_takes_linear_time(piece: str) -> None:
    mask(piece * 20_000)


def test_a_document_is_masked_in_text_title_and_teaser() -> None:
    lead = "Fragen an eva@web.example."
    document = Document(f"{lead}\n\nOder 0171 2345678.", title="Eva, 0171 2345678, erzählt", teaser=lead)
    made, counts = mask.document(document)
    assert made.text == "Fragen an [E-MAIL].\n\nOder [TELEFON]."
    assert made.title == "Eva, [TELEFON], erzählt"
    assert made.teaser == "Fragen an [E-MAIL]."
    assert counts == {"email": 1, "phone": 2}
    plain = Document("Nichts davon.", title=None, teaser=None)
    assert mask.document(plain) == (plain, {})


def test_authors_are_masked_where_the_text_names_them_as_such() -> None:
    text = "Ein Kommentar von Eva Muster\n\n" + "Die Stadt baut Radwege. " * 20 + "\n\nEva Muster ist freie Autorin."
    document = Document(
        text, title="Eva Muster über Radwege", teaser="Ein Kommentar von Eva Muster", authors=("Eva Muster",)
    )
    masked, counts = Masking().document(document)
    assert masked.text.startswith("Ein Kommentar von [NAME]\n\n")
    assert masked.text.endswith("[NAME] ist freie Autorin.")
    assert (masked.title, masked.teaser) == ("[NAME] über Radwege", "Ein Kommentar von [NAME]")
    assert counts == {"byline": 3}
