"""Stated dates to UTC."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presseschau.extract.metadata.dates import aware, parse_date

CRAWLED = datetime(2024, 3, 12, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2024-03-12T14:05:31.368+01:00", "2024-03-12T13:05:31"),
        ("2024-03-12T14:05:31Z", "2024-03-12T14:05:31"),
        ("2024-03-12T14:05+0100", "2024-03-12T13:05:00"),
        ("2024-03-12 14:05:00 -05", "2024-03-12T19:05:00"),
        ("2024-03-12 14:05 +05:30", "2024-03-12T08:35:00"),
        ("20240312T140500Z", "2024-03-12T14:05:00"),
        # naive times are local: winter, summer
        ("2024-03-12T14:05:00", "2024-03-12T13:05:00"),
        ("2024-07-12 14:05", "2024-07-12T12:05:00"),
        ("2024-07-12 14:05 MESZ", "2024-07-12T12:05:00"),
        # a date keeps its day: bare, filled up with a midnight, or stored as Berlin's midnight
        ("2024-03-12", "2024-03-12T00:00:00"),
        ("2024-03-12T00:00:00", "2024-03-12T00:00:00"),
        ("2024-03-12T00:00:00+01:00", "2024-03-12T00:00:00"),
        ("2024-03-12T00:00:00+08:00", "2024-03-12T00:00:00"),
        ("2024-03-11T23:00:00Z", "2024-03-12T00:00:00"),
        ("2024-07-11T22:00:00.000Z", "2024-07-12T00:00:00"),
        ("2024-03-11T23:00:01Z", "2024-03-11T23:00:01"),
        ("12. März 2024, 14:05 Uhr", "2024-03-12T13:05:00"),
        ("12. M\u00e4r. 2024", "2024-03-12T00:00:00"),
        ("Veröffentlicht am Dienstag, 5. Jänner 2021 um 07.30 Uhr", "2021-01-05T06:30:00"),
        ("Stand: 12.03.2024 | 14:05", "2024-03-12T13:05:00"),
        ("12.3.24", "2024-03-12T00:00:00"),
        ("5. Jän. 2024", "2024-01-05T00:00:00"),
        ("Stand: 2024-03-12", "2024-03-12T00:00:00"),
        # the day before the month, but with AM or PM, or where that is no date
        ("Veröffentlicht am 12/03/2024 - 14:05", "2024-03-12T13:05:00"),
        ("12-03-2024", "2024-03-12T00:00:00"),
        ("3/12/2024 2:05 PM", "2024-03-12T13:05:00"),
        ("3/15/2024", "2024-03-15T00:00:00"),
        ("am 12. 3. 2024.", "2024-03-12T00:00:00"),
        ("12.03.2024 99:99", "2024-03-12T00:00:00"),
        ("March 12, 2024 2:05 PM", "2024-03-12T13:05:00"),
        ("12 Dec 2023", "2023-12-12T00:00:00"),
        ("Mar 12, 2024 2:05 PM", "2024-03-12T13:05:00"),
        ("12 Mar 2024 2:05 p.m.", "2024-03-12T13:05:00"),
        ("2024/03/12", "2024-03-12T00:00:00"),
        ("2024/03/12 14:05:00", "2024-03-12T13:05:00"),
        ("Tue, 12 Mar 2024 14:05:00 +0100", "2024-03-12T13:05:00"),
        ("Tue, 12 Mar 2024 14:05:00 GMT", "2024-03-12T14:05:00"),
        ("1710252300", "2024-03-12T14:05:00"),
        ("1710252300000", "2024-03-12T14:05:00"),
        ("2024-03-12T24:00:00Z", "2024-03-12T00:00:00"),
        ("Mi, 2024/03/12 14:05", "2024-03-12T13:05:00"),
        ("12 . 3 . 2024", "2024-03-12T00:00:00"),
        ("12. III. 2024", "2024-03-12T00:00:00"),
        ("1.XII.2023", "2023-12-01T00:00:00"),
        ("12-Mar-2024", "2024-03-12T00:00:00"),
        ("12.Mär.2024", "2024-03-12T00:00:00"),
        ("2nd March 2024", "2024-03-02T00:00:00"),
        # years of two digits, also of the last century
        ("12. März '24", "2024-03-12T00:00:00"),
        ("12. März 24, 14:05 Uhr", "2024-03-12T13:05:00"),
        ("12. Mrz 24 14:05", "2024-03-12T13:05:00"),
        ("Eva Muster | 12. März 24 | Bern", "2024-03-12T00:00:00"),
        ("12.03.’24", "2024-03-12T00:00:00"),
        ("12.03.97", "1997-03-12T00:00:00"),
    ],
)
def test_parse(text: str, iso: str) -> None:
    found = parse_date(text)
    assert found is not None
    assert found.tzinfo is UTC
    assert found.isoformat() == iso + "+00:00"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Dienstag",
        "14:05 Uhr",
        "2024",
        "31.02.2024",
        "0001-01-01T00:00:00Z",
        "0000-00-00",
        "2999-01-01",
        "Version 1.2.3",
        "192.168.12.2024",
        "1.2.2024.5",
        "12345",
        "März 2024",
        # an hour is no year
        "12.03. 14:05",
        "12.3. 14 Uhr",
        "12. März 14 Uhr",
        "12. März 14:05",
        "Bis 3. Mai 20 Prozent Rabatt",
        "Kapitel 3. ii. 2024",
    ],
)
def test_no_date(text: str) -> None:
    assert parse_date(text, CRAWLED) is None


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("vor 3 Stunden", "2024-03-12T12:00:00"),
        ("vor ca. 45 Min.", "2024-03-12T14:15:00"),
        ("Aktualisiert vor einer Stunde", "2024-03-12T14:00:00"),
        ("vor 2 Tagen", "2024-03-10T15:00:00"),
        ("heute, 14:05 Uhr", "2024-03-12T13:05:00"),
        ("Gestern um 08:00", "2024-03-11T07:00:00"),
        ("vorgestern", "2024-03-10T00:00:00"),
    ],
)
def test_relative(text: str, iso: str) -> None:
    found = parse_date(text, CRAWLED)
    assert found is not None
    assert found.isoformat() == iso + "+00:00"
    assert parse_date(text) is None


def test_future_dates_are_not_believed() -> None:
    assert parse_date("2024-03-20T08:00:00Z", CRAWLED) is None
    assert parse_date("2024-03-13T08:00:00Z", CRAWLED) is not None
    assert parse_date("2024-03-20T08:00:00Z") is not None


def test_naive_crawl_time_is_utc() -> None:
    assert parse_date("vor 1 Stunde", CRAWLED.replace(tzinfo=None)) == datetime(2024, 3, 12, 14, 0, tzinfo=UTC)


def test_aware_rounds_down_to_seconds() -> None:
    assert aware(datetime(2024, 3, 12, 14, 5, 1, 999_999)) == datetime(2024, 3, 12, 13, 5, 1, tzinfo=UTC)  # noqa: DTZ001


ANY_MOMENT = st.datetimes(timezones=st.none() | st.just(UTC))


@given(
    st.text(alphabet="0123456789-:.+TZ, aeuhrvomUM/", max_size=40)
    | st.sampled_from(["vor 999 Wochen", "vor 1 Sekunde", "gestern, 14:00 Uhr", "heute", "2024-03-12"])
    | ANY_MOMENT.map(str),
    st.just(CRAWLED) | ANY_MOMENT,
)
def test_never_raises(text: str, crawled: datetime) -> None:
    parse_date(text, crawled)


@pytest.mark.parametrize("crawled", [datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)])
def test_a_crawl_date_that_stands_for_an_unknown_one_is_none(crawled: datetime) -> None:
    assert parse_date("2024-03-12", crawled) == datetime(2024, 3, 12, tzinfo=UTC)
    assert parse_date("gestern, 14:00 Uhr", crawled) is None


@given(st.datetimes(datetime(1991, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_iso_round_trip(moment: datetime) -> None:
    found = parse_date(moment.isoformat())
    assert found is not None
    assert abs((found - moment).total_seconds()) < 1 or (found.hour, found.minute, found.second) == (0, 0, 0)
