from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.reading.dates import parse_day, parse_deadline, parse_instant


@pytest.mark.parametrize(
    "text",
    [
        "2022-01-03T10:00:00Z",
        " 2022-01-03T10:00:00 ",
        "2022-01-03 12:00:00 +0200",
        "2022-01-03T05:00:00-05:00",
        "2022-01-03 10:00:00 UTC",
        "Mon, 03 Jan 2022 10:00:00 +0000",
        "3 Jan 2022 02:00:00 -0800",
        "Mon, 3 Jan 2022 10:00 GMT",
        "Mon, 3 Jan 2022 10:00",
        "3 Jan 2022 05:00:00 EST",
        "3 Jan 2022 12:00 EET",
        "3 Jan 2022 10:00 XYZ",
        "2022-01-03 11:00:00 CET",
        "2022-01-03T05:00:00 EST",
        "2022-01-03 10:00 GMT",
        "2022-01-03T12:00+02:00[Europe/Kyiv]",
        "Mon, 3 Jan 2022 12:00:00 +02:00",
    ],
)
def test_an_instant_is_told_in_utc(text: str) -> None:
    """Zones are counted in; a missing or unknown one is UTC."""
    assert parse_instant(text) == datetime(2022, 1, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2022-01-03", "20220103", "3 Jan 2022"])
def test_a_day_alone_begins_at_midnight(text: str) -> None:
    """What has no time is its day's first instant."""
    assert parse_instant(text) == datetime(2022, 1, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "13/13/2025",
        "2022-01-03T25:00:00",
        "2022-01-03T10:00:00Z The bridge opened.",
        "2022-01-03 10:00 Ice",
        "3 Jan 2022 99:99",
        "3 Jan 2022 10:00 +9900",
        "1599-12-31",
        "9999-01-01",
    ],
)
def test_an_instant_that_does_not_exist_is_none(text: str) -> None:
    """Forms, times and years that a day would not be read from give no instant either."""
    assert parse_instant(text) is None
    assert parse_day(text) is None or "99" in text


@pytest.mark.parametrize(
    "text", ["2022-01-03T10:00:00 Europe/Kyiv", "2022-01-03 10:00 (Kyiv)", "2022-01-03T10:00:00+99:00"]
)
def test_a_day_is_known_where_only_the_zone_is_not(text: str) -> None:
    """There is no instant, but the day as it is written."""
    assert parse_day(text) == date(2022, 1, 3)
    assert parse_instant(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2099-01-06T10:00:00Z", datetime(2099, 1, 6, 10, tzinfo=UTC)),
        ("2099-01-06 10:00 GMT", datetime(2099, 1, 6, 10, tzinfo=UTC)),
        ("Tue, 06 Jan 2099 10:00:00 GMT", datetime(2099, 1, 6, 10, tzinfo=UTC)),
        ("4070908800", datetime(2099, 1, 1, tzinfo=UTC)),
        ("4070908800000", datetime(2099, 1, 1, tzinfo=UTC)),
        ("2099-01-06", datetime(2099, 1, 6, 12, tzinfo=UTC)),
        ("soon", None),
        ("2099-13-06T10:00:00Z", None),
        ("12", None),
        ("", None),
    ],
)
def test_a_deadline_may_lie_far_ahead(text: str, expected: datetime | None) -> None:
    """Its forms are those of an instant, and seconds or milliseconds since 1970."""
    assert parse_deadline(text) == expected


def test_the_future_ends_tomorrow() -> None:
    """An instant is believed as long as its day is."""
    assert parse_instant((datetime.now(tz=UTC) + timedelta(days=3)).isoformat()) is None


@given(st.text() | st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat()))
def test_an_instant_has_a_day_and_a_zone(text: str) -> None:
    """Where there is an instant there is a day, and the zone is always UTC."""
    instant = parse_instant(text)
    assert instant is None or (parse_day(text) is not None and instant.tzinfo is UTC)
