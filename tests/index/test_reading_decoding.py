import codecs
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import InputError
from index.reading.decoding import clean, decode, one_line, shown

ANY_TEXT = st.text(alphabet=st.characters(codec=None, exclude_categories=()))


@pytest.mark.parametrize(
    "raw",
    [
        "Київ, 5 °C".encode(),
        codecs.BOM_UTF8 + "Київ, 5 °C".encode(),
        codecs.BOM_UTF16_LE + "Київ, 5 °C".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "Київ, 5 °C".encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8 with a mark", "utf-16 little", "utf-16 big"],
)
def test_a_byte_order_mark_tells_the_encoding_and_is_not_text(raw: bytes) -> None:
    """UTF-8 with and without a mark and UTF-16 with one give the same text."""
    assert decode(raw, "a.txt") == "Київ, 5 °C"


@pytest.mark.parametrize(
    ("raw", "byte", "offset", "encoding"),
    [
        (b"caf\xe9 noir", "0xe9", 3, "UTF-8"),
        (codecs.BOM_UTF8 + b"caf\xe9", "0xe9", 6, "UTF-8"),
        (codecs.BOM_UTF16_LE + b"a\x00b", "0x62", 4, "UTF-16"),
    ],
)
def test_what_is_no_utf_8_names_the_byte_and_the_cure(
    raw: bytes, byte: str, offset: int, encoding: str
) -> None:
    """The message names the input, the first bad byte with its offset in the file, and what to do."""
    with pytest.raises(InputError) as raised:
        decode(raw, "news/a.txt")
    assert (
        str(raised.value) == f"news/a.txt: byte {byte} at offset {offset} is not {encoding}; save it as UTF-8"
    )


@given(st.binary())
def test_bytes_either_decode_or_raise_an_input_error(raw: bytes) -> None:
    """No bytes make any other exception than InputError."""
    with contextlib.suppress(InputError):
        assert isinstance(decode(raw, "a.txt"), str)


@given(ANY_TEXT)
def test_text_survives_a_round_trip_in_utf_8(text: str) -> None:
    """What was written as UTF-8 is read as it was, unless it began with a mark."""
    written = text.encode("utf-8", "replace")
    if not written.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        assert decode(written, "a.txt") == written.decode()


@given(ANY_TEXT)
def test_clean_text_stays_as_it_is(text: str) -> None:
    """Cleaning twice is cleaning once."""
    assert clean(clean(text)) == clean(text)


@given(ANY_TEXT)
def test_clean_text_can_be_stored_and_shown(text: str) -> None:
    """No clean text has control characters but line ends, surrogates, or outer white space."""
    cleaned = clean(text)
    cleaned.encode()
    assert not [char for char in cleaned if (char < " " or "\x7f" <= char <= "\x9f") and char != "\n"]
    assert cleaned == cleaned.strip()


DROPPED = "\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u030a\u0333\u033f"


@given(st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters=DROPPED) | st.just("\n")))
def test_nothing_else_is_altered(text: str) -> None:
    """Text without control characters, and what no chat shows, keeps every character between its ends."""
    assert clean(text) == text.strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("a\x00b\x1b[31mc\x9bd\x7f", "ab[31mcd"),
        ("a\tb", "a b"),
        ("a\u2028b\u2029c", "a\nb\nc"),
        ("a\u202eb\u202cc\u2066d", "abc\u2066d"),
        # "Å" in two parts becomes one letter rather than lose its ring; a line over a letter is lost.
        ("A\u030alesund, a\u0323\u030a", "\u00c5lesund, \u1ea1"),
        ("a\u0333b\u033f", "ab"),
        ("a\ud800b", "a\ufffdb"),
        (" \n a \n ", "a"),
        ("“a”\u00a0— b\u200bc", "“a”\u00a0— b\u200bc"),
    ],
)
def test_what_is_cleaned(text: str, expected: str) -> None:
    """Line ends become one kind, controls go, lone surrogates are replaced, quotation marks stay."""
    assert clean(text) == expected


def test_a_line_has_no_line_ends_and_keeps_its_spaces() -> None:
    """A name on several lines becomes one line of the same length."""
    assert one_line("a\nb\t c  d") == "a b  c  d"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("13/13/2025", "'13/13/2025'"),
        ("a\x1b\nb", "'a b'"),
        ("x" * 80, f"'{'x' * 80}'"),
        ("x" * 81, f"'{'x' * 79}…'"),
        (7, "'7'"),
        ([["deep"]], "a list"),
        ({"a": 1}, "an object"),
    ],
)
def test_an_offending_value_is_shown_short_and_on_one_line(value: object, expected: str) -> None:
    """At most 80 characters without controls are shown; lists and objects are only named."""
    assert shown(value) == expected
