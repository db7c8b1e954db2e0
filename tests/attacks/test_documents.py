"""Documents that are small to send and ruinous to read: each is read or refused at once, and runs nothing."""

from __future__ import annotations

import gzip
import json
import os
import resource
import time
from typing import TYPE_CHECKING

import pytest
from articles import TEXT
from news_site import bombs

if TYPE_CHECKING:
    from pathlib import Path

    from index.coverage import Coverage
    from index.indexing import Report

# Seconds of processor time, on a slow machine; what these tries aim at are minutes, or all the memory.
AT_ONCE = 3.0
MEMORY = 400_000
GOOD = json.dumps({"_id": "gale", "title": "Gale", "text": "A gale blew all night long."}).encode()


def read(coverage: Coverage, folder: Path, name: str, content: bytes) -> Report:
    """What becomes of a document, which must be soon, and in no more than 400 MB."""
    file = folder / name
    file.write_bytes(content)
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    report = coverage.index([str(file)])
    assert time.process_time() - begun < AT_ONCE
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEMORY
    return report


def gzipped_zeros(size: int) -> bytes:
    """A sound gzip of so many zeros."""
    return b"".join(bombs.gzip_zeros(size))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(gzipped_zeros(1 << 29), id="half a gigabyte of zeros"),
        pytest.param(gzip.compress(b"\n" * 50_000_000), id="fifty million blank lines"),
        pytest.param(gzip.compress(b"x\n" * 10_000_000), id="ten million strange lines"),
        pytest.param(gzip.compress((GOOD + b"\n") * 30_000), id="one article, 30,000 times"),
        pytest.param(gzip.compress(GOOD)[:-12], id="cut off"),
        pytest.param(gzip.compress(b"") * 50_000, id="fifty thousand empty parts"),
        pytest.param(gzip.compress(gzip.compress(gzip.compress(GOOD))), id="packed three times"),
    ],
)
def test_packed_bomb(coverage: Coverage, tmp_path: Path, content: bytes) -> None:
    """A packed document unpacks to far more than it is: only so much of it is unpacked."""
    report = read(coverage, tmp_path, "bomb.jsonl.gz", content)
    assert report.articles <= 1


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"[" * 200_000, id="deep lists"),
        pytest.param(b'{"text":' * 200_000, id="deep objects"),
        pytest.param(
            b'{"_id": "a", "text": "b", "metadata": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", id="deep inside"
        ),
        pytest.param(b'{"_id": "a", "text": "b", "n": ' + b"9" * 100_000 + b"}", id="a huge number"),
        pytest.param(b'{"_id": "a", "text": "b", "date": 1e999}', id="an infinite date"),
        pytest.param(b'{"_id": "a", "text": "b", "date": NaN, "updated": -1e308}', id="no number for a date"),
        pytest.param(rb'{"_id": "\ud800", "title": "\udfff", "text": "\ud83d \u0000"}', id="lone surrogates"),
        pytest.param(b'{"_id": "a", "text": "' + b"x" * 2_000_000 + b'"}', id="two megabytes, one word"),
        pytest.param(b'{"_id": "' + b"a" * 1_000_000 + b'", "text": "b"}', id="a huge id"),
        pytest.param(b'{"_id": "a", "_id": "b", "text": "c", "text": ["d"]}', id="duplicate keys"),
        pytest.param(
            b'{"__class__": "os.system", "_id": {"$ref": "/"}, "text": "b"}', id="an object to be made"
        ),
        pytest.param(b'{"_id": "a", "text": "' + b"\\n" * 300_000 + b'b"}', id="300,000 line ends"),
    ],
)
def test_hostile_line(coverage: Coverage, tmp_path: Path, line: bytes) -> None:
    """A line of JSON is nested, huge or no text: it is an article or is skipped, and the next is read."""
    report = read(coverage, tmp_path, "news.jsonl", line + b"\n" + GOOD)
    assert "gale" in [found[0].article.id for found in coverage.history("gale")]
    assert report.articles + len(report.skipped) >= 1


LAUGHS = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]\n" for n in range(1, 12))


@pytest.mark.parametrize("name", ["news.txt", "news.md"])
@pytest.mark.parametrize(
    "front",
    [
        pytest.param(f"l0: &l0 laugh\n{LAUGHS}title: *l11", id="billion laughs"),
        pytest.param("title: !!python/object/apply:os.system ['touch run']", id="a command"),
        pytest.param("title: !!python/name:os.system", id="a name"),
        pytest.param("title: " + "[" * 20_000, id="deep lists"),
        pytest.param("title: " + "9" * 20_000, id="a huge number"),
        pytest.param("date: 1:1:1:1:1:1:1:1:1:1:1:1:1:1:1:1:1:1:1", id="a number to the base of sixty"),
        pytest.param("title: &a [*a]", id="a list that holds itself"),
        pytest.param("? " * 5_000 + "a", id="deep keys"),
        pytest.param("title: 'a\n" * 3_000, id="quotes without end"),
        pytest.param("<<: {title: x}\ntitle: &x *x", id="merged"),
    ],
)
def test_hostile_front_matter(coverage: Coverage, tmp_path: Path, name: str, front: str) -> None:
    """Front matter is a bomb or an order to run something: it is read as words, or refused."""
    before = sorted(os.listdir())  # noqa: PTH208 - where a command would leave its trace
    read(coverage, tmp_path, name, f"---\n{front}\n---\n{TEXT}".encode())
    assert sorted(os.listdir()) == before  # noqa: PTH208


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(bombs.deep_html(200_000), id="200,000 elements deep"),
        pytest.param(b"<p " + b"a=b " * 200_000 + b">x", id="200,000 attributes"),
        pytest.param(b"<" * 2_000_000, id="two million openings"),
        pytest.param(b"<!--" * 500_000, id="comments without end"),
        pytest.param(b"<script>" * 200_000, id="scripts without end"),
        pytest.param(b"<a href='" * 200_000, id="quotes without end"),
        pytest.param(b"&#x110000;&#0;&#xd800;&#99999999999999999999;" * 20_000, id="letters that are none"),
        pytest.param(b"<p>" + b"x" * 2_000_000, id="two megabytes on one line"),
        pytest.param(b"<table>" * 20_000, id="tables in tables"),
        pytest.param(b"<p>" * 200_000, id="200,000 paragraphs"),
        pytest.param(
            b"<script type='application/ld+json'>" + b'{"@graph":[' * 50_000 + b"</script><p>x</p>",
            id="deep JSON-LD",
        ),
        pytest.param(
            b'<script type="application/ld+json">[{"@id":"a","author":{"@id":"a"}}]</script>x',
            id="JSON-LD that refers to itself",
        ),
        pytest.param(
            b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><p>&x;</p>", id="XXE"
        ),
        pytest.param(b"<meta charset=utf-7>+ADw-script+AD4-", id="UTF-7"),
    ],
)
def test_hostile_page(coverage: Coverage, tmp_path: Path, page: bytes) -> None:
    """A saved page is nested, endless or declares what it is not: it is read or refused at once."""
    report = read(coverage, tmp_path, "page.html", page)
    assert report.articles + len(report.skipped) == 1
    assert coverage.history("root:") == []


@pytest.mark.parametrize(
    "wire",
    [
        pytest.param("[" * 300_000, id="deep lists"),
        pytest.param('{"uri":' * 100_000, id="deep objects"),
        pytest.param('{"uri": "a", "headline": ' + "9" * 10_000 + "}", id="a huge number"),
        pytest.param("[" + ",".join(['{"uri": "a"}'] * 20_000) + "]", id="20,000 items that are none"),
        pytest.param(
            json.dumps({"uri": "a", "headline": "b", "body_xhtml": "<div>" * 100_000}), id="deep markup"
        ),
        pytest.param(
            json.dumps({"uri": "a", "headline": "b", "body_text": "x " * 250_000}),
            id="half a megabyte of words",
        ),
        pytest.param(
            '{"uri": "\\ud800", "headline": "\\udfff", "body_text": "\\ud83d"}', id="lone surrogates"
        ),
    ],
)
def test_hostile_newswire(coverage: Coverage, tmp_path: Path, wire: str) -> None:
    """Newswire is nested, huge or no text: it is read or refused at once."""
    read(coverage, tmp_path, "wire.json", wire.encode())


@pytest.mark.parametrize("name", ["news.txt", "news.md"])
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x" * 2_000_000, id="two megabytes on one line"),
        pytest.param("*" * 100_000, id="stars"),
        pytest.param("[" * 40_000, id="brackets"),
        pytest.param("> " * 100_000 + "x", id="deep quotations"),
        pytest.param("`" * 10_000, id="backticks"),
        pytest.param("\u00ab" * 130_000, id="quotation marks without end"),
        pytest.param("a. " * 100_000, id="100,000 sentences"),
        pytest.param("Mr. " * 60_000, id="abbreviations"),
        pytest.param("\u0301" * 100_000, id="accents on nothing"),
        pytest.param("\u202e\u2066" * 40_000, id="directions"),
        pytest.param(" \n" * 100_000 + "x", id="white space"),
        pytest.param("title: a\n" * 100_000, id="key lines"),
        pytest.param("---\n" * 100_000, id="dashes"),
    ],
)
def test_hostile_text(coverage: Coverage, tmp_path: Path, name: str, text: str) -> None:
    """A text is one line, one letter or one sign again and again: it costs no more than its length."""
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    begun = time.process_time()
    coverage.index([str(file)])
    # A megabyte of words takes a second or two to split and store, and is worth it.
    assert time.process_time() - begun < AT_ONCE + 4 * len(text) / 1e6


def test_special_files(coverage: Coverage, tmp_path: Path) -> None:
    """A folder holds a pipe, a device's link and links in a circle: it is read to its end."""
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "zero.txt").symlink_to("/dev/zero")
    (tmp_path / "circle").symlink_to(tmp_path)
    (tmp_path / "nowhere.txt").symlink_to(tmp_path / "none")
    (tmp_path / "news.txt").write_text(TEXT)
    report = coverage.index([str(tmp_path)])
    assert report.articles == 1
