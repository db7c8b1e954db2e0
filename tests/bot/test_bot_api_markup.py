from __future__ import annotations

import html

import pytest
from bot_api.entities import tidy
from bot_api.links import checked_link
from bot_api.markup import MarkupError, parse_html
from hypothesis import given
from hypothesis import strategies as st

WORDS = st.text(st.characters(codec="utf-8"))


@pytest.mark.parametrize(
    ("source", "plain", "kinds"),
    [
        ("a <b>b</b> <i>c</i>", "a b c", [("bold", 2, 1), ("italic", 4, 1)]),
        ("🏟<em>🏟 &lt🏟</>", "🏟🏟 <🏟", [("italic", 2, 6)]),
        ("<STRONG>x</strong\n>", "x", [("bold", 0, 1)]),
        ("<u>a</u><ins>b</ins>", "ab", [("underline", 0, 1), ("underline", 1, 1)]),
        ("<s>a</s><strike>b</strike><del>c</del>", "abc", [("strikethrough", at, 1) for at in range(3)]),
        ("<span class='tg-spoiler'>a</span>", "a", [("spoiler", 0, 1)]),
        ("<tg-spoiler>a</tg-spoiler>", "a", [("spoiler", 0, 1)]),
        ("<tg-emoji emoji-id='5'>👍</tg-emoji>", "👍", [("custom_emoji", 0, 2)]),
        ("<a href='https://a.example/?q=1&amp;r=2'>x</a>", "x", [("text_link", 0, 1)]),
        ("<a>a.example</a>", "a.example", [("text_link", 0, 9)]),
        ("<a href='ftp://a.example'>x</a><a href='tg://user?id=1'>y</a>", "xy", []),
        ("<pre><code class='language-python'>x</code></pre>", "x", [("pre", 0, 1)]),
        ("<code class='language-python'>x</code>", "x", [("code", 0, 1)]),
        ("<blockquote expandable>x</blockquote>", "x", [("expandable_blockquote", 0, 1)]),
        ("<blockquote cite=nobody>x</blockquote>", "x", [("blockquote", 0, 1)]),
        (
            "&ge;&lt;&gt;&amp;&quot;&laquo;&nbsp;&apos;&#12345678;&",
            '&ge;<>&"&laquo;&nbsp;&apos;&#12345678;&',
            [],
        ),
        ("&#65;&#x42;&#x1F600;&#0;", "AB😀&#0;", []),
        ("<b></b>>", ">", []),
    ],
)
def test_html_read(source: str, plain: str, kinds: list[tuple[str, int, int]]) -> None:
    """HTML yields the plain text and entities that Telegram reads from it."""
    text, entities = parse_html(source)
    assert (text, [(one.type, one.offset, one.length) for one in entities]) == (plain, kinds)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("🏟 🏟&lt;<abac aba>", 'Unsupported start tag "abac" at byte offset 13'),
        ("a < b > c", 'Unsupported start tag "" at byte offset 2'),
        ("a<br/>", 'Unsupported start tag "br/" at byte offset 1'),
        ("<p>x</p>", 'Unsupported start tag "p" at byte offset 0'),
        ("é <", "Unclosed start tag at byte offset 3"),
        ("<i aba = ", 'Unclosed start tag "i" at byte offset 0'),
        ("<a href='x>y</a>", "Unclosed start tag at byte offset 0"),
        ("<i =a>", 'Empty attribute name in the tag "i" at byte offset 0'),
        ("<a href=http://x>y</a>", "Unexpected end of name token at byte offset 8"),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("<i>a</i ", "Unclosed end tag at byte offset 4"),
        ("<b><i>x</i>", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<span class='x'>y</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<tg-emoji emoji-id='x'>y</tg-emoji>", "Invalid custom emoji identifier specified"),
        ("&#xDFDF", "Text contains invalid Unicode characters after decoding HTML entities"),
    ],
)
def test_html_refused(source: str, reason: str) -> None:
    """What is no HTML to Telegram is refused in its words, at the byte where it goes wrong."""
    with pytest.raises(MarkupError) as error:
        parse_html(source)
    assert str(error.value).partition(", check for")[0] == reason


@given(WORDS, WORDS, WORDS)
def test_escaped_text_survives(before: str, inside: str, after: str) -> None:
    """Escaped text reads back as itself, and an entity's offsets cut out what stood in the tag."""
    text, entities = parse_html(f"{html.escape(before)}<b>{html.escape(inside)}</b>{html.escape(after)}")
    assert text == before + inside + after
    units = text.encode("utf-16-le")
    assert [units[2 * one.offset : 2 * one.end].decode("utf-16-le") for one in entities] == [inside] * bool(
        inside
    )


@pytest.mark.parametrize(
    ("source", "text", "kinds"),
    [
        ("<blockquote>a<blockquote>b</blockquote></blockquote>", "ab", [("blockquote", 0, 2)]),
        (
            "<b>a<a href='a.example'>b</a>c</b>",
            "abc",
            [("bold", 0, 1), ("text_link", 1, 1), ("bold", 1, 1), ("bold", 2, 1)],
        ),
        ("<code>a<b>b</b></code>", "ab", [("code", 0, 2)]),
        ("<b>a</b><strong>b</strong>", "ab", [("bold", 0, 2)]),
        (" \n<b> a </b> \n", " a", [("bold", 0, 2)]),
        ("x\r<i>y</i>\u202e", "xy", [("italic", 1, 1)]),
    ],
)
def test_entities_put_in_order(source: str, text: str, kinds: list[tuple[str, int, int]]) -> None:
    """Nested quotes, styles in code, blanks at the ends and control characters are put in order."""
    tidied, entities = tidy(*parse_html(source))
    assert (tidied, [(one.type, one.offset, one.length) for one in entities]) == (text, kinds)


def test_surplus_entities_ignored() -> None:
    """Of more than a hundred entities the first hundred count."""
    _, entities = tidy(*parse_html("<b>x</b> " * 120))
    assert [one.offset for one in entities] == list(range(0, 200, 2))


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("HTTPS://A.example", "https://a.example/"),
        ("a.example?q", "http://a.example/?q"),
        (
            "https://a.example/x#:~:text=two%20words,and more",
            "https://a.example/x#:~:text=two%20words,and%20more",
        ),
        ("https://me@a.example:8080/", "https://me@a.example:8080/"),
        ("http://[::1]/x", "http://[::1]/x"),
        ("tg://resolve?domain=x", "tg://resolve?domain=x"),
        ("ftp://a.example", None),
        ("javascript:alert(1)", None),
        ("https://localhost/", None),
        ("https://a b.example/", None),
        ("https://a.example:0/", None),
        ("https://", None),
    ],
)
def test_links_checked(link: str, kept: str | None) -> None:
    """A link is written down the way Telegram does, and what it takes for none is none."""
    assert checked_link(link) == kept
