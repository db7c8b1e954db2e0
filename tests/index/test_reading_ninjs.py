from __future__ import annotations

import json
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.reading.fields import Noticed, Origin
from index.reading.ninjs import looks_like_ninjs, read_ninjs
from index.records import Article, Skipped, Withdrawal

ORIGIN = Origin("wire/a.json", "wire/a.json")
TEXT = "NORTHTOWN, Norway (TG) — Ice held the harbour.\n\nForty ships waited outside."
OLD: dict[str, Any] = {
    "uri": "urn:newsml:gull.example:20241201:ice-1:2",
    "type": "text",
    "version": "2",
    "pubstatus": "usable",
    "headline": "Ice holds harbour",
    "body_text": TEXT,
    "firstcreated": "2024-12-01T08:00:00Z",
    "versioncreated": "2024-12-03T12:00:00+02:00",
    "byline": "By ANN LEE and BO EK, Associated Gulls Writer",
    "language": "en-GB",
    "located": "NORTHTOWN",
    "source": "TG",
    "link": "https://gull.example/ice",
}
NEW: dict[str, Any] = {
    "uri": "https://wire.gull.example/items/ice-1?version=2",
    "standard": {"name": "ninjs", "version": "3.0"},
    "type": "text",
    "pubStatus": "usable",
    "headlines": [{"role": "short", "value": "Ice"}, {"role": "main", "value": "Ice holds harbour"}],
    "bodies": [
        {"role": "text", "contentType": "text/plain", "value": "Ice holds harbour\nno"},
        {
            "role": "html",
            "contentType": "text/html",
            "value": "<h1>Ice holds harbour</h1><p>NORTHTOWN, Norway (TG) — Ice <b>held</b> the harbour.</p>"
            "<p hidden>no</p><script>no</script><figure><figcaption>no</figcaption></figure>"
            "<p>Forty ships waited outside.</p>",
        },
    ],
    "contentCreated": "2024-12-01T08:00:00Z",
    "versionCreated": "2024-12-03T10:00:00Z",
    "people": [
        {"name": "ANN LEE", "rel": "author"},
        {"name": "BO EK", "role": "byline"},
        {"name": "The mayor"},
    ],
    "language": "en",
    "infosources": [{"name": "TG"}],
    "altids": [{"role": "canonical", "value": "https://gull.example/ice"}],
}
SUMMARY = {"role": "summary", "contenttype": "text/html", "value": "<p>In short.</p>"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def read(value: Any) -> list[Article | Withdrawal | Skipped | Noticed]:
    """What is read of a JSON value."""
    return list(read_ninjs(json.dumps(value), ORIGIN))


def read_one(item: dict[str, Any], **changed: Any) -> Any:
    """The only thing that is read of an item with these fields changed; None takes one out."""
    (found,) = read({name: value for name, value in {**item, **changed}.items() if value is not None})
    return found


@pytest.mark.parametrize(
    ("item", "identity"),
    [(OLD, "urn:newsml:gull.example:20241201:ice-1"), (NEW, "https://wire.gull.example/items/ice-1")],
    ids=["1.x", "3.x"],
)
def test_an_item_of_any_version_is_an_article(item: dict[str, Any], identity: str) -> None:
    """Old and new names, plain and marked-up bodies give the same; the dateline stays as published."""
    assert read_one(item) == Article(
        id=identity,
        title="Ice holds harbour",
        text=TEXT,
        input="wire/a.json",
        source="TG",
        url="https://gull.example/ice",
        published=date(2024, 12, 1),
        updated=date(2024, 12, 3),
        authors=("ANN LEE", "BO EK"),
        language="en",
        issued=datetime(2024, 12, 3, 10, tzinfo=UTC),
        named=False,
    )


@pytest.mark.parametrize(
    "envelope",
    [
        OLD,
        [OLD],
        {"items": [OLD]},
        {"results": [OLD]},
        {"data": {"items": [{"meta": {}, "item": OLD}]}},
        {"data": {"item": OLD}},
        {"_items": [OLD], "_links": {}},
    ],
)
def test_agencies_wrap_items_in_envelopes(envelope: Any) -> None:
    """Items are found where agencies put them, and known as ninjs there."""
    assert looks_like_ninjs(envelope)
    assert [each.title for each in read(envelope) if isinstance(each, Article)] == ["Ice holds harbour"]


@pytest.mark.parametrize(
    "value",
    [None, 7, "uri", [], {}, {"_id": "a", "text": "Ice."}, {"uri": "a"}, [{"_id": "a"}], {"items": 7}],
)
def test_other_json_is_not_ninjs(value: Any) -> None:
    """Other records are left to other readers, and reading them says so."""
    assert not looks_like_ninjs(value)
    assert all(isinstance(each, Skipped) for each in read(value))
    assert read(value)


@pytest.mark.parametrize("text", ["", "no", '{"uri": ', "[" * 100_000, "\ufeff{", "1" * 5000])
def test_what_is_no_json_is_one_line(text: str) -> None:
    """Broken JSON is skipped with its reason."""
    (skipped,) = read_ninjs(text, ORIGIN)
    assert isinstance(skipped, Skipped)
    assert "no JSON" in skipped.reason or "no ninjs item" in skipped.reason


def test_a_byte_order_mark_is_no_harm() -> None:
    """A mark that is left before the JSON is read over."""
    (article,) = read_ninjs("\ufeff" + json.dumps(OLD), ORIGIN)
    assert isinstance(article, Article)


@pytest.mark.parametrize(
    ("changed", "identity"),
    [
        ({"altids": {"itemid": "abc", "etag": "x"}}, "abc"),
        ({"altids": [{"role": "itemid", "value": "abc"}]}, "abc"),
        ({"uri": "tag:gull.example,2024:newsml_ICE1:3"}, "tag:gull.example,2024:newsml_ICE1"),
        (
            {"uri": "urn:newsml:gull.example:20241201:241201-99-12345/4"},
            "urn:newsml:gull.example:20241201:241201-99-12345",
        ),
        (
            {"uri": "urn:newsml:gull.example:20241201T080000Z:ice"},
            "urn:newsml:gull.example:20241201T080000Z:ice",
        ),
        ({"uri": "https://w.example/a?x=1&version=3"}, "https://w.example/a?x=1"),
        ({"uri": "https://w.example/story?v=123"}, "https://w.example/story?v=123"),
        ({"uri": None, "altids": {"other": "x"}}, "https://gull.example/ice"),
    ],
)
def test_versions_of_an_item_have_one_id(changed: dict[str, Any], identity: str) -> None:
    """The agency's own id comes first, then the uri without its version, then the canonical link."""
    assert read_one(OLD, **changed).id == identity


def test_an_item_without_an_id_is_skipped() -> None:
    """What could never be recognised again is not kept."""
    skipped = read_one(OLD, uri="", link=None)
    assert skipped == Skipped("wire/a.json", "without an id: no altids.itemid, uri or canonical link")


@pytest.mark.parametrize(
    "changed",
    [
        {"link": {"href": "https://gull.example/b"}},
        {"link": None, "canonical": "https://gull.example/b"},
        {"link": None, "links": [{"rel": "canonical", "href": "https://gull.example/b"}]},
        {"link": None, "altids": {"canonical": "https://gull.example/b"}},
        {"link": None, "renditions": {"web": {"href": "https://gull.example/b"}}},
        {"link": "no address", "renditions": [{"name": "web", "href": "https://gull.example/b"}]},
        {"link": None, "associations": {"web": {"uri": "https://gull.example/b"}}},
    ],
)
def test_the_canonical_link_is_found(changed: dict[str, Any]) -> None:
    """Agencies put the web address in several places."""
    assert read_one(OLD, **changed).url == "https://gull.example/b"


@pytest.mark.parametrize("status", ["canceled", "Cancelled", "stat:canceled"])
def test_a_canceled_item_is_a_withdrawal(status: str) -> None:
    """With its editors' note as the reason, else a plain one; a text is not needed, nor is a type."""
    bare = {"uri": "a", "pubstatus": status, "versioncreated": "2024-12-03T10:00:00Z"}
    issued = datetime(2024, 12, 3, 10, tzinfo=UTC)
    assert read_one(bare) == Withdrawal("a", "wire/a.json", "canceled by the agency", issued)
    assert read_one(bare, ednote="A source\nlied.").reason == "A source lied."


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"ednote": "EDITORS: Story withdrawn."}, "EDITORS: Story withdrawn."),
        ({"ednote": "Kill this story."}, "Kill this story."),
        ({"headline": "KILL: Ice holds harbour"}, "KILL: Ice holds harbour"),
        ({"slugline": "BC-Ice-KILL"}, "Ice holds harbour"),
        ({"body_text": "This story has been withdrawn."}, "This story has been withdrawn."),
        ({"headline": "Report withdrawn"}, "Report withdrawn"),
    ],
)
def test_a_kill_note_is_a_withdrawal(changed: dict[str, Any], reason: str) -> None:
    """A usable item that says that its story is killed takes the story back."""
    assert read_one(OLD, **changed) == Withdrawal(
        "urn:newsml:gull.example:20241201:ice-1", "wire/a.json", reason, datetime(2024, 12, 3, 10, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"headline": "Police kill two in raid"},
        {"headline": "Troops withdrawn from the north"},
        {"ednote": "Updates with police saying that two were killed."},
        {"slugline": "kill-bill"},
        {"slugline": "WITHDRAWAL", "headline": "Troops begin to leave"},
        {"headline": "Report withdrawn", "body_text": TEXT + " The ice held." * 20},
        {"headline": "Series pulled", "body_text": TEXT + " The ice held." * 20},
        {"ednote": "Stories on the people killed in the floods will follow."},
        {"body_text": "The statue was removed from the square on Monday."},
    ],
)
def test_a_story_about_a_killing_is_an_article(changed: dict[str, Any]) -> None:
    """News of kills and withdrawals is not taken for a note."""
    assert isinstance(read_one(OLD, **changed), Article)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"pubstatus": "withheld"}, "withheld by the agency"),
        ({"type": "picture"}, "no text but 'picture'"),
        ({"type": "video"}, "no text but 'video'"),
        ({"type": "composite", "body_text": None}, "no text in it"),
        ({"body_text": ""}, "no text in it"),
        ({"embargoed": (datetime.now(tz=UTC) + timedelta(days=9)).isoformat()}, "under embargo until"),
    ],
)
def test_what_is_not_to_be_shown_is_skipped(changed: dict[str, Any], reason: str) -> None:
    """Withheld and embargoed items, pictures and items without a text are named with the reason."""
    skipped = read_one(OLD, **changed)
    assert isinstance(skipped, Skipped)
    assert "urn:newsml:gull.example:20241201:ice-1" in skipped.reason
    assert reason in skipped.reason


def test_an_embargo_that_is_over_is_none() -> None:
    """The past is free, and so is news of embargoes."""
    assert isinstance(read_one(OLD, embargoed="2024-12-01T09:00:00Z"), Article)
    assert isinstance(read_one(OLD, embargoed=False, embargo=""), Article)
    assert isinstance(read_one(OLD, ednote="Embargoed until 2024-12-01 09:00 GMT"), Article)
    assert isinstance(read_one(OLD, ednote="Embargo on oil: adds quotes"), Article)
    assert isinstance(read_one(OLD, ednote="Updates with embargo on arms"), Article)


@pytest.mark.parametrize(
    "changed",
    [
        {"embargoed": "2099-01-06 10:00 GMT"},
        {"embargoed": "Tue, 06 Jan 2099 10:00:00 GMT"},
        {"embargoed": 4070908800},
        {"embargoed": "soon"},
        {"embargoed": True},
        {"embargoed": {"until": "2099"}},
        {"embargo": "2099-01-06T10:00:00+0000"},
        {"ednote": "EMBARGOED until 0001 GMT Tuesday"},
        {"ednote": "Embargo: 2099-01-06 10:00 GMT"},
        {"ednote": "Sperrfrist 6. Januar, 10 Uhr"},
        {"ednote": "Story is embargoed until Monday; troops withdrawn from the city"},
    ],
)
def test_an_embargo_in_any_form_is_kept(changed: dict[str, Any]) -> None:
    """One that cannot be read is kept too."""
    skipped = read_one(OLD, **changed)
    assert isinstance(skipped, Skipped)
    assert "under embargo until" in skipped.reason


def test_a_kill_is_heard_through_an_embargo() -> None:
    """What is withdrawn is withdrawn, whenever it was to be shown."""
    assert isinstance(read_one(OLD, embargoed="soon", ednote="MANDATORY KILL"), Withdrawal)


def test_long_fields_cost_nothing() -> None:
    """Endless names and ids are passed over once."""
    started = time.monotonic()
    assert isinstance(read_one(OLD, byline=", a" * 60_000), Article)
    assert isinstance(read_one(OLD, uri="tag:a:" * 60_000 + "x"), Article)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("changed", "correction"),
    [
        ({"ednote": "Corrects name in third graf."}, "Corrects name in third graf."),
        ({"ednote": "Eds: CORRECTS the length"}, "Eds: CORRECTS the length"),
        ({"headline": "CORRECTION: Ice holds harbour"}, "CORRECTION: Ice holds harbour"),
        ({"ednote": "Updates with quotes."}, None),
        ({}, None),
    ],
)
def test_a_correction_has_its_words_and_its_day(changed: dict[str, Any], correction: str | None) -> None:
    """The day is that of the version; an update is no correction."""
    article = read_one(OLD, **changed)
    assert article.correction == correction
    assert article.corrected == (date(2024, 12, 3) if correction else None)


@pytest.mark.parametrize(
    ("changed", "authors"),
    [
        ({"byline": "By ANN LEE, TG"}, ("ANN LEE",)),
        ({"byline": "TG"}, ()),
        ({"byline": None, "by": "Von Ann Lee"}, ("Ann Lee",)),
        ({"byline": None, "bylines": [{"by": "By ANN LEE", "title": "Associated Gulls"}]}, ("ANN LEE",)),
        ({"byline": None, "authors": [{"name": "Ann Lee"}, "Bo Ek"]}, ("Ann Lee", "Bo Ek")),
        ({"byline": None}, ()),
    ],
)
def test_bylines_are_names(changed: dict[str, Any], authors: tuple[str, ...]) -> None:
    """The word "By", agencies and offices are not part of a name."""
    assert read_one(OLD, **changed).authors == authors


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        (
            {"body_text": "One line ends.\nAnother ends too.\nA third."},
            "One line ends.\n\nAnother ends too.\n\nA third.",
        ),
        (
            {"body_text": "A line that was\nwrapped by hand, and\ngoes on."},
            "A line that was\nwrapped by hand, and\ngoes on.",
        ),
        (
            {"body_text": "Ice held.\nForty ships waited\nto get in. The wind fell.\nIt was calm."},
            "Ice held.\nForty ships waited\nto get in. The wind fell.\nIt was calm.",
        ),
        (
            {"body_text": "    Ice held.\n    Forty ships waited\noutside, they said.\n    More to come."},
            "Ice held.\n\nForty ships waited\noutside, they said.\n\nMore to come.",
        ),
        ({"body_text": "Ice\nheld.\n\nShips\nwaited."}, "Ice\nheld.\n\nShips\nwaited."),
        ({"body_text": None, "bodies": [SUMMARY, {"role": "main", "value": "<p>Whole.</p>"}]}, "Whole."),
        (
            {"body_text": None, "bodies": [SUMMARY, {"role": "text", "value": "Whole."}]},
            "Whole.",
        ),
        ({"body_text": None, "bodies": [SUMMARY]}, "In short."),
        ({"body_text": "a < b, and <p> is a tag."}, "a < b, and <p> is a tag."),
        ({"body_xhtml": "<p>Marked up.</p>"}, "Marked up."),
        ({"body_text": None, "description_text": "Only a lead."}, "Only a lead."),
        ({"body_text": None, "descriptions": [{"role": "text", "value": "Only a lead."}]}, "Only a lead."),
        ({"body_text": None, "bodies": [{"value": "<p>No role.</p>"}]}, "No role."),
        ({"body_text": "Ice holds harbour\n\nIt does."}, "It does."),
    ],
)
def test_the_text_is_paragraphs(changed: dict[str, Any], text: str) -> None:
    """Markup comes first, lines are parted where they are paragraphs, the headline is not repeated."""
    assert read_one(OLD, **changed).text == text


def test_one_broken_item_does_not_hide_the_others() -> None:
    """Each is one line with its number, and the rest is read."""
    found = read({"items": [OLD, 7, {"uri": "p", "type": "picture", "pubstatus": "usable"}, NEW]})
    assert [type(each) for each in found] == [Article, Skipped, Skipped, Article]
    assert [each.reason for each in found if isinstance(each, Skipped)] == [
        "item 2: no object but '7'",
        "item 3: 'p': no text but 'picture'",
    ]


def test_a_date_that_cannot_be_read_has_a_word() -> None:
    """The article is read without it."""
    *noticed, article = read({**OLD, "firstcreated": "13/13/2025", "versioncreated": "soon"})
    remarks = [each.remark for each in noticed if isinstance(each, Noticed)]
    assert ["'13/13/2025'" in remarks[0], "'soon'" in remarks[1]] == [True, True]
    assert isinstance(article, Article)
    assert (article.published, article.issued) == (None, None)


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from([OLD, NEW]),
    st.dictionaries(st.sampled_from([*OLD, *NEW, "ednote", "slugline", "renditions", "embargoed"]), JSON),
)
def test_no_field_breaks_the_reading(item: dict[str, Any], changed: dict[str, Any]) -> None:
    """Values of any type in any field give an article, a withdrawal or a line."""
    found = read({**item, **changed})
    assert found
    assert all(isinstance(each, Article | Withdrawal | Skipped | Noticed) for each in found)
    for each in found:
        f"{each}".encode()


@settings(deadline=None, max_examples=60)
@given(JSON)
def test_no_json_breaks_the_reading(value: Any) -> None:
    """Any JSON at all is read or skipped."""
    assert isinstance(looks_like_ninjs(value), bool)
    assert read(value)
