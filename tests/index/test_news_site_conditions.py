from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import TYPE_CHECKING

import httpx
import pytest
from news_site.site import NewsSite

if TYPE_CHECKING:
    from collections.abc import Iterator

WRITTEN = datetime(2025, 1, 11, 9, 30, tzinfo=UTC)
TEXT = ["The harbour froze in January.", "Forty ships waited < outside & did not leave."]


@pytest.fixture
def site() -> Iterator[NewsSite]:
    """A site with one page."""
    with NewsSite() as opened:
        opened.publish("/harbour", title="Harbour freezes", text=TEXT, date=WRITTEN, author="Ann Lee")
        yield opened


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    """A client that follows no redirects."""
    with httpx.Client(trust_env=False, timeout=5) as opened:
        yield opened


def test_validators_follow_the_bytes(site: NewsSite, client: httpx.Client) -> None:
    """Unchanged bytes keep both validators; each change gives new ones, later by a second, never ahead."""
    replies = []
    for number in range(5):
        site.update("/harbour", title=f"Harbour, day {number}", modified=None)
        replies += [client.get(site.url("/harbour")), client.get(site.url("/harbour"))]
    etags = [reply.headers["etag"] for reply in replies]
    moments = [parsedate_to_datetime(reply.headers["last-modified"]) for reply in replies]
    assert etags[::2] == etags[1::2]
    assert len(set(etags)) == 5
    assert moments[::2] == moments[1::2]
    assert all(later > earlier for earlier, later in zip(moments[::2], moments[2::2], strict=False))
    assert max(moments) <= datetime.now(tz=UTC)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("form", ["{}", "W/{}", '"x", {}', '"x",W/{} , "y"', "*"])
def test_a_known_etag_is_not_modified(site: NewsSite, client: httpx.Client, method: str, form: str) -> None:
    """If-None-Match takes lists, weak tags and a star; a 304 has no body, no length and no type."""
    etag = client.get(site.url("/harbour")).headers["etag"]
    reply = client.request(method, site.url("/harbour"), headers={"If-None-Match": form.format(etag)})
    assert (reply.status_code, reply.content) == (304, b"")
    assert reply.headers["etag"] == etag
    assert not {"content-length", "content-type", "last-modified"} & set(reply.headers)
    assert site.requests[-1].status == 304


@pytest.mark.parametrize("given", ['"x"', 'W/"x"', "x", "", '"x", "y"'])
def test_another_etag_is_answered_whatever_its_date_says(
    site: NewsSite, client: httpx.Client, given: str
) -> None:
    """With If-None-Match in the request, If-Modified-Since is not looked at."""
    modified = client.get(site.url("/harbour")).headers["last-modified"]
    headers = {"If-None-Match": given, "If-Modified-Since": modified}
    assert client.get(site.url("/harbour"), headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("form", "later", "status"),
    [
        ("%a, %d %b %Y %H:%M:%S GMT", 0, 304),
        ("%A, %d-%b-%y %H:%M:%S GMT", 0, 304),
        ("%a %b %d %H:%M:%S %Y", 0, 304),
        ("%a, %d %b %Y %H:%M:%S GMT", 1, 304),
        ("%a, %d %b %Y %H:%M:%S GMT", -1, 200),
        ("%Y-%m-%dT%H:%M:%SZ", 0, 200),
        ("yesterday", 0, 200),
    ],
)
def test_a_date_is_a_condition_too(
    site: NewsSite, client: httpx.Client, form: str, later: int, status: int
) -> None:
    """All three forms of HTTP's dates count, anything else is ignored; the date's own second is included."""
    modified = parsedate_to_datetime(client.get(site.url("/harbour")).headers["last-modified"])
    since = (modified + timedelta(seconds=later)).strftime(form)
    reply = client.get(site.url("/harbour"), headers={"If-Modified-Since": since})
    assert reply.status_code == status


def test_a_site_may_have_one_validator_or_none(site: NewsSite, client: httpx.Client) -> None:
    """Without an ETag, a 304 gives the date instead; without both there is no 304."""
    whole = client.get(site.url("/harbour"))
    conditions = {"If-Modified-Since": whole.headers["last-modified"]}
    site.headers("/harbour", {"ETag": None})
    assert "etag" not in client.get(site.url("/harbour")).headers
    dated = client.get(site.url("/harbour"), headers=conditions)
    assert (dated.status_code, dated.headers["last-modified"]) == (304, whole.headers["last-modified"])
    site.headers("/harbour", {"etag": None, "last-modified": None, "Cache-Control": "max-age=60"})
    bare = client.get(site.url("/harbour"), headers=conditions)
    assert (bare.status_code, bare.headers["cache-control"]) == (200, "max-age=60")
    assert client.get(site.url("/harbour"), headers={"If-None-Match": whole.headers["etag"]}).is_success


def test_head_is_get_without_the_body(site: NewsSite, client: httpx.Client) -> None:
    """The headers are the same, the length too."""
    whole, head = client.get(site.url("/harbour")), client.head(site.url("/harbour"))
    assert head.content == b""
    assert int(head.headers["content-length"]) == len(whole.content)
    assert {**head.headers, "date": ""} == {**whole.headers, "date": ""}


def test_other_methods_are_not_allowed(site: NewsSite, client: httpx.Client) -> None:
    """A POST is 405, and its body is in the records."""
    reply = client.post(site.url("/harbour"), content=b"word")
    assert (reply.status_code, reply.headers["allow"]) == (405, "GET, HEAD")
    assert (site.requests[-1].method, site.requests[-1].body) == ("POST", b"word")


def test_the_date_header_is_now(site: NewsSite, client: httpx.Client) -> None:
    """Answers are dated in the one form that HTTP sends."""
    dated = client.get(site.url("/harbour")).headers["date"]
    moment = parsedate_to_datetime(dated)
    assert abs(moment - datetime.now(tz=UTC)) < timedelta(seconds=5)
    assert format_datetime(moment, usegmt=True) == dated
