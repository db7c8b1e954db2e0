from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.reading.dates import parse_day, parse_instant


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
        "3 Jan 2022 99:99",
        "3 Jan 2022 10:00 +9900",
        "1599-12-31",
        "9999-01-01",
    ],
)
def test_an_instant_that_does_not_exist_is_none(text: str) -> None:
    """Forms, times and years that a day would not be read from give no instant either."""
    assert parse_instant(text) is None


def test_the_future_ends_tomorrow() -> None:
    """An instant is believed as long as its day is."""
    assert parse_instant((datetime.now(tz=UTC) + timedelta(days=3)).isoformat()) is None


@given(st.text() | st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat()))
def test_an_instant_has_a_day_and_a_zone(text: str) -> None:
    """Where there is an instant there is a day, and the zone is always UTC."""
    instant = parse_instant(text)
    assert instant is None or (parse_day(text) is not None and instant.tzinfo is UTC)
