"""A page as HTML, the way news sites write theirs."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any

from news_site import furniture
from news_site.moments import iso

if TYPE_CHECKING:
    from news_site.pages import Page


def render_page(page: Page, url: str, publisher: str) -> tuple[bytes, str]:
    """The page's bytes and its content type."""
    above = furniture.above(page, publisher) if page.boilerplate else ""
    below = furniture.below(page, publisher) if page.boilerplate else ""
    text = (
        f'<!DOCTYPE html>\n<html lang="{escape(page.language)}">\n'
        f"<head>\n{_head(page, url, publisher)}</head>\n"
        f"<body>\n{above}<main>\n{_article(page)}</main>\n{below}</body>\n</html>\n"
    )
    claimed = page.charset if page.header_charset is None else page.header_charset
    content_type = f"text/html; charset={claimed}" if claimed else "text/html"
    return text.encode(page.charset, "xmlcharrefreplace"), content_type


def _head(page: Page, url: str, publisher: str) -> str:
    canonical = url if page.canonical is None else page.canonical
    claimed = page.charset if page.meta_charset is None else page.meta_charset
    lines = [
        f'<meta charset="{escape(claimed)}">' if claimed else "",
        f"<title>{escape(page.title)} | {escape(publisher)}</title>",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<link rel="canonical" href="{escape(canonical)}">' if canonical else "",
        *(_metadata(page, canonical or url, publisher) if page.metadata else []),
        page.extra_head,
    ]
    return "".join(f"{line}\n" for line in lines if line)


def _metadata(page: Page, url: str, publisher: str) -> list[str]:
    summary = next(iter(page.paragraphs), "")
    named = {"description": summary, "author": page.author}
    properties = {
        "og:type": "article",
        "og:title": page.title,
        "og:description": summary,
        "og:url": url,
        "og:site_name": publisher,
        "article:published_time": iso(page.date),
        "article:modified_time": iso(page.modified),
    }
    # A "</script>" within the text must not end the script.
    linked = json.dumps(_linked(page, url, publisher), ensure_ascii=False).replace("<", "\\u003c")
    return [
        *(f'<meta name="{name}" content="{escape(value)}">' for name, value in named.items() if value),
        *(
            f'<meta property="{name}" content="{escape(value)}">'
            for name, value in properties.items()
            if value
        ),
        f'<script type="application/ld+json">{linked}</script>',
    ]


def _linked(page: Page, url: str, publisher: str) -> dict[str, Any]:
    correction = {
        "@type": "CorrectionComment",
        "text": page.correction,
        "datePublished": iso(page.modified or page.date),
    }
    fields = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": page.title,
        "url": url,
        "mainEntityOfPage": {"@type": "WebPage", "@id": url},
        "datePublished": iso(page.date),
        "dateModified": iso(page.modified),
        "author": [{"@type": "Person", "name": page.author}] if page.author else None,
        "publisher": {"@type": "NewsMediaOrganization", "name": publisher},
        "inLanguage": page.language,
        "correction": correction if page.correction else None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _article(page: Page) -> str:
    byline = f'<span class="author" rel="author">By {escape(page.author)}</span> ' if page.author else ""
    dated = iso(page.date)
    when = f'<time datetime="{escape(dated)}">{escape(dated)}</time>' if dated else ""
    lines = [
        f"<h1>{escape(page.title)}</h1>",
        f'<p class="byline">{byline}{when}</p>' if byline or when else "",
        *(f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in page.paragraphs),
        f'<p class="correction"><strong>Correction:</strong> {escape(page.correction, quote=False)}</p>'
        if page.correction
        else "",
    ]
    return "<article>\n" + "".join(f"{line}\n" for line in lines if line) + "</article>\n"
