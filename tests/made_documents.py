"""Documents built from the pieces that publishers use, put together in ways that they do not: strategies."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from hypothesis import strategies as st
from made_pieces import Text, address, day, json_value, phrase, prose, words


def _fields(names: dict[str, Text]) -> st.SearchStrategy[dict[str, Any]]:
    """Some of these fields, each with what belongs there or with anything."""
    some = {name: usual | usual | usual | json_value for name, usual in names.items()}
    return st.fixed_dictionaries({}, optional=some)


_KINDS = st.sampled_from(
    ("NewsArticle", "Article", "WebPage", "BreadcrumbList", "Organization", "LiveBlogPosting")
)
linked_article = _fields(
    {
        "@type": _KINDS,
        "@id": address,
        "headline": words,
        "name": words,
        "datePublished": day,
        "dateModified": day,
        "author": words,
        "publisher": words,
        "mainEntityOfPage": address,
        "url": address,
        "inLanguage": st.just("uk"),
        "articleBody": prose,
        "correction": words,
        "isAccessibleForFree": st.sampled_from(("true", "False")),
    }
)
linked = st.one_of(
    linked_article,
    st.lists(linked_article, max_size=3),
    linked_article.map(lambda one: {"@graph": [one, one]}),
)
wire_item = _fields(
    {
        "uri": address | words,
        "type": st.sampled_from(("text", "picture", "composite")),
        "headline": words,
        "pubstatus": st.sampled_from(("usable", "canceled", "withheld", "stat:canceled")),
        "versioncreated": day,
        "firstcreated": day,
        "embargoed": day,
        "embargo": day,
        "body_text": prose,
        "body_xhtml": prose,
        "bodies": words,
        "slugline": words,
        "byline": words,
        "located": words,
        "ednote": words,
        "urgency": words,
        "copyrightholder": words,
        "language": st.sampled_from(("en", "uk-UA", "zz")),
        "altids": words,
        "headlines": words,
        "links": address,
        "associations": words,
        "version": day,
        "usageterms": words,
        "profile": words,
        "infosources": words,
    }
)
wire = st.one_of(
    wire_item, st.lists(wire_item, max_size=3), wire_item.map(lambda one: {"items": [one], "item": one})
)
record = _fields(
    {
        "_id": words,
        "id": words,
        "title": words,
        "text": prose,
        "url": address,
        "date": day,
        "updated": day,
        "source": words,
        "authors": words,
        "language": words,
        "correction": words,
        "link": address,
        "by": words,
    }
)


def _told(made: Any) -> str:
    return json.dumps(made, ensure_ascii=False)


def _element(name: str, attributes: dict[str, str], inside: str) -> str:
    said = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name}{said}>{inside}</{name}>"


_TAGS = (
    "p", "p", "p", "div", "section", "article", "main", "aside", "nav", "header", "footer", "h1", "h2",
    "ul", "li", "table", "tr", "td", "blockquote", "figure", "figcaption", "a", "b", "span", "time", "br",
    "iframe", "noscript", "template", "svg", "math", "style", "script", "textarea", "title", "base", "form",
    "select", "option", "button", "pre", "dl", "html", "body", "head", "frameset", "object", "plaintext",
    "xmp", "q", "details", "summary", "ruby", "rt", "x:y", "p>p",
)  # fmt: skip
_ATTRIBUTES = st.dictionaries(
    st.sampled_from(
        ("class", "id", "href", "itemprop", "datetime", "rel", "hidden", "style", "lang", "role", "name")
    ),
    st.sampled_from(
        ("article-body", "paywall", "byline", "author", "datePublished", "correction", "display:none")
    )
    | phrase,
    max_size=2,
)
_inner: Text = st.recursive(
    prose | words,
    lambda inside: st.builds(
        _element, st.sampled_from(_TAGS), _ATTRIBUTES, st.lists(inside, max_size=4).map("".join)
    ),
    max_leaves=12,
)
_META = st.builds(
    lambda key, name, content: f'<meta {key}="{name}" content="{escape(content)}">',
    st.sampled_from(("property", "name", "itemprop", "http-equiv")),
    st.sampled_from(
        (
            "og:title",
            "og:url",
            "og:site_name",
            "og:type",
            "article:published_time",
            "author",
            "date",
            "og:locale",
            "article:modified_time",
            "content-language",
            "charset",
            "citation_author",
            "dc.date",
            "robots",
        )
    ),
    phrase,
)
_HEAD = st.lists(
    _META
    | linked.map(lambda made: f'<script type="application/ld+json">{_told(made)}</script>')
    | words.map(lambda said: f"<title>{escape(said)}</title>")
    | address.map(lambda said: f'<link rel="canonical" href="{escape(said)}">'),
    max_size=6,
).map("".join)
page = st.builds(
    "<!doctype html><html><head>{}</head><body><article>{}{}</article>{}</body></html>".format,
    _HEAD,
    prose.map("<p>{}</p>".format),
    _inner,
    _inner,
)

_IN_ENTRY = (
    "title", "link", "guid", "description", "pubDate", "dc:date", "dc:creator", "content:encoded", "author",
    "id", "published", "updated", "summary", "content", "source", "media:group", "category", "entry",
    "item", "x",
)  # fmt: skip
_ENTRY = st.lists(
    st.builds(
        lambda name, said, raw: f"<{name}>{said if raw else escape(said)}</{name}>",
        st.sampled_from(_IN_ENTRY),
        phrase | prose | _inner,
        st.booleans(),
    )
    | address.map(lambda said: f'<link href="{escape(said)}" rel="alternate"/>'),
    max_size=6,
).map("".join)
_SPACES = (
    "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:content='http://purl.org/rss/1.0/modules/content/' "
    "xmlns:media='http://search.yahoo.com/mrss/'"
)
_RDF = "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'"
_FRAMES = st.sampled_from(
    (
        f"<rss version='2.0' {_SPACES}><channel><title>Gull</title>{{}}</channel></rss>",
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>Gull</title>{}</feed>",
        f"<rdf:RDF {_RDF} {_SPACES}>{{}}</rdf:RDF>",
        f"<?xml version='1.0' encoding='windows-1251'?><rss {_SPACES}><channel>{{}}</channel></rss>",
        "<!DOCTYPE rss [<!ENTITY a 'ice'><!ENTITY b '&a;&a;&a;'>]><rss><channel>{}&b;</channel></rss>",
    )
)
feed = st.builds(
    lambda frame, entries, tag: frame.replace("{}", "".join(f"<{tag}>{one}</{tag}>" for one in entries)),
    _FRAMES,
    st.lists(_ENTRY, max_size=4),
    st.sampled_from(("item", "entry")),
)
_LISTED = st.lists(
    st.builds(
        lambda name, said: f"<{name}>{escape(said)}</{name}>",
        st.sampled_from(
            ("loc", "lastmod", "news:title", "news:publication_date", "news:name", "news:news", "url")
        ),
        address | day | phrase,
    ),
    max_size=5,
).map("".join)
sitemap = st.builds(
    lambda root, listed, kind: (
        f"<{root} xmlns:news='n'>" + "".join(f"<{kind}>{one}</{kind}>" for one in listed) + f"</{root}>"
    ),
    st.sampled_from(("urlset", "sitemapindex", "urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'")),
    st.lists(_LISTED, max_size=4),
    st.sampled_from(("url", "sitemap")),
) | st.lists(address, max_size=4).map("\n".join)
opml = st.lists(
    st.builds(
        lambda key, said, text: f'<outline {key}="{escape(said)}" text="{escape(text)}"/>',
        st.sampled_from(("xmlUrl", "xmlurl", "url", "htmlUrl", "type")),
        address,
        phrase,
    ),
    max_size=5,
).map(lambda outlines: f"<opml version='2.0'><head/><body>{''.join(outlines)}</body></opml>")
_HEADER = st.lists(
    st.builds(
        "{}: {}".format,
        st.sampled_from(("title", "date", "url", "authors", "source", "language", "id", "x")),
        day | address | phrase | json_value.map(_told),
    ),
    max_size=5,
).map("\n".join)
_MARKS = st.sampled_from(
    (
        "# ",
        "## ",
        "> ",
        "* ",
        "1. ",
        "    ",
        "```\n",
        "***",
        "[a](",
        "![",
        "](",
        "<http://",
        "\n---\n",
        "\n===\n",
        "| ",
        "\\",
    )
)
note = st.builds(
    lambda frame, header, marked: frame.replace("H", header, 1) + marked,
    st.sampled_from(("---\nH\n---\n", "H\n\n", "date 2025-01-11\nH", "H")),
    _HEADER,
    st.lists(prose | phrase | _MARKS | st.just("\n\n"), max_size=8).map("".join),
)


@st.composite
def broken(draw: st.DrawFn, made: Text) -> bytes:
    """A document in some encoding, mostly as it was made, else cut, doubled or with noise in it."""
    encoding = draw(st.sampled_from(("utf-8", "utf-8", "utf-8", "utf-16", "cp1251", "latin-1")))
    errors = "surrogatepass" if encoding.startswith("utf") else "replace"
    raw = draw(made).encode(encoding, errors)
    for _ in range(draw(st.sampled_from((0, 0, 0, 1, 2)))):
        start = draw(st.integers(0, len(raw)))
        end = min(len(raw), start + draw(st.sampled_from((0, 1, 5, 80, 10_000))))
        between = draw(st.sampled_from((b"", raw[start:end] * 2, b"\0", b"\xff", b"<", b"&", b'"', b"\n")))
        raw = raw[:start] + between + raw[end:]
    return raw


DOCUMENTS: dict[str, Text] = {
    "page": page,
    "feed": feed,
    "sitemap": sitemap,
    "opml": opml,
    "wire": wire.map(_told),
    "record": record.map(_told),
    "note": note,
}
