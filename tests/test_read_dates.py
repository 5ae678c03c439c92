import math
from datetime import UTC, date, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from presseschau.extract.metadata.dates import parse_date
from presseschau.read.dates import utc_date

MAY = datetime(2024, 5, 1, 10, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "2024-05-01T10:00:00Z",
        {"$date": "2024-05-01T10:00:00Z"},
        {"$date": 1714557600000},
        {"$date": {"$numberLong": "1714557600000"}},
        "2024-05-01T12:00:00+02:00",
        "2024-05-01 12:00:00.999999 +0200",
        "2024-05-01T10:00:00.123456789Z",
        "2024-05-01 10:00",
        "2024-05-01 10:00:00 UTC",
        "20240501T100000Z",
        "20240501100000",
        "Wed, 01 May 2024 10:00:00 GMT",
        "Wed, 01 May 2024 12:00:00 +0200",
        "Wednesday, 01-May-24 10:00:00 GMT",
        "01.05.2024, 12:00 Uhr",
        "1.5.2024 12:00:00",
        "Mi., 01.05.2024 12:00",
        "1. Mai 2024, 12:00 Uhr",
        "Mittwoch, 1. Mai 2024 um 12:00 MESZ",
        "May 1, 2024 10:00",
        "May 1, 2024 10:00 AM",
        "Wednesday, 1 May 2024, 10:00 a.m. GMT",
        "1. Mai 24, 12:00",
        "1-May-24 10:00",
        "1 May 2024 10:00:00 GMT",
        "01.05.24 12:00",
        "Mittwoch, den 1.Mai 2024 - 12:00 Uhr",
        "01.05.2024 | 12 Uhr",
        "1. Mai 2024 12:00 Uhr (MESZ)",
        "1. Mai 2024 Mittwoch 12:00 Uhr",
        "May 1, 2024 Wednesday 10:00 AM GMT",
        "2024-05-01T12:00:00+02:00[Europe/Berlin]",
        "Wed May 01 2024 12:00:00 GMT+0200 (Mitteleuropäische Sommerzeit)",
        20240501100000,
        "2024/05/01 10:00",
        "2024-5-1 10:00:00",
        "01may2024 10:00:00",
        "01MAY2024:10:00:00",
        "01-MAY-2024 10:00:00",
        "Wed May 01 12:00:00 CEST 2024",
        "Wed May  1 10:00:00 2024",
        1714557600,
        1714557600.9,
        "1714557600",
        1714557600123,
        1714557600123456,
        1714557600123456789,
        datetime(2024, 5, 1, 10, 0, 0, 5),  # noqa: DTZ001
        pd.Timestamp("2024-05-01T12:00:00.5", tz="Europe/Berlin"),
    ],
)
def test_dates(value):
    found = utc_date(value)
    assert found == MAY
    assert type(found) is datetime
    assert found.tzinfo is UTC


def test_a_german_date_is_local_time_as_on_pages():
    for text in (
        "01.05.2024, 14:30 Uhr",
        "15. Januar 2024 um 9.05 Uhr",
        "31.12.24 23:59",
        "01.05.2024 00:00",
        "1. Mai 2024",
    ):
        assert utc_date(text) == parse_date(text), text
    assert utc_date("01.05.2024, 14:30 UTC") == utc_date("May 1, 2024 14:30") == utc_date("2024-05-01 14:30")


def test_halves_of_a_day():
    day = datetime(2024, 5, 1, tzinfo=UTC)
    for text, hour in (("12:30 AM", 0), ("1:30 am", 1), ("12:30 p.m.", 12), ("2:30PM", 14)):
        for date_text in ("May 1, 2024", "Wed, 1 May 2024", "1-May-2024"):
            assert utc_date(f"{date_text} {text}") == day.replace(hour=hour, minute=30), text


def test_days():
    assert utc_date("01may2024") == utc_date("01-May-2024") == utc_date("1.5.2024 0:00") == utc_date("2024-05-01")
    assert utc_date("2024-05-01") == utc_date("01.05.2024") == utc_date("20240501") == utc_date(date(2024, 5, 1))
    assert utc_date("2024-05-01") == utc_date("1.5.24") == utc_date(20240501) == utc_date(20240501.0)
    assert utc_date("2024-05-01") == utc_date("1. Mai 2024 Mittwoch") == utc_date("01.05.2024, Mittwoch")
    assert utc_date("31.12.99") == datetime(1999, 12, 31, tzinfo=UTC)
    assert utc_date("2024-05-01") == datetime(2024, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "  ",
        "NaN",
        "NaT",
        "None",
        "null",
        "N/A",
        "NA",
        "#NV",
        "#NAME?",
        "-",
        "0000-00-00",
        math.nan,
        pd.NaT,
        "0001-01-01T00:00:00",
        "0001-01-01T00:00:00+05:00",
        "0001-01-01T00:00:00Z",
        "9999-12-31",
        "31.12.9999 23:59",
    ],
)
def test_no_date(value):
    assert utc_date(value) is None


@pytest.mark.parametrize(
    "value",
    ["gestern", "2024", "2024-13-01", "32.01.2024", "31.02.2024 10:00", True, {}, math.inf, -1e30, 10**30, "9" * 14,
     "2024-05-01T10:00:00+99:00", "0002-01-01T00:00:00+99:00", "Wed, 99 May 2024 10:00:00 GMT", "12:30",
     "5/1/2024", "1. Foo 2024", "Wed May 01 12:00:00 XYZ 2024", "31. Februar 2024", "1. Mai 2024 mittags", "1.5.245", "01.05.2014:30", 0, 2024, 45413, 45413.5, 20241301,
     {"$date": {}}, {"$date": {"$numberLong": {"$date": 0}}}, {"date": "2024-05-01"}],
)  # fmt: skip
def test_wrong_dates_are_errors(value):
    with pytest.raises(ValueError, match=r"^no date: "):
        utc_date(value)


@given(st.one_of(st.text(max_size=30), st.floats(), st.integers(), st.datetimes(), st.from_regex(r"[0-9.:T +-]{1,25}")))
def test_any_date_is_a_date_or_a_value_error(value):
    try:
        found = utc_date(value)
    except ValueError:
        return
    assert found is None or (found.tzinfo is UTC and found.microsecond == 0)
