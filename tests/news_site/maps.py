"""Lists of addresses for machines: sitemaps, indexes of sitemaps, and OPML lists of feeds."""

from __future__ import annotations

import gzip
from html import escape
from typing import TYPE_CHECKING

from news_site.moments import iso

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from news_site.pages import Page

_HEADER = '<?xml version="1.0" encoding="UTF-8"?>\n'
_MAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


def render_sitemap(
    pages: list[Page], address: Callable[[str], str], publisher: str, *, news: bool
) -> tuple[bytes, str]:
    """A sitemap's bytes and its content type; with `news`, titles and dates as news sitemaps have them."""
    entries = "".join(_entry(page, address(page.path), publisher if news else None) for page in pages)
    names = f"{_MAP} {_NEWS}" if news else _MAP
    return f"{_HEADER}<urlset {names}>\n{entries}</urlset>\n".encode(), "application/xml"


def render_index(maps: Sequence[str]) -> tuple[bytes, str]:
    """The bytes and the content type of an index of these sitemaps' addresses."""
    entries = "".join(f"<sitemap><loc>{escape(address)}</loc></sitemap>\n" for address in maps)
    return f"{_HEADER}<sitemapindex {_MAP}>\n{entries}</sitemapindex>\n".encode(), "application/xml"


def render_opml(feeds: Sequence[str], title: str, folder: str | None) -> tuple[bytes, str]:
    """The bytes and the content type of an OPML list of feeds' addresses, in a folder if one is named."""
    lines = "".join(
        f'<outline type="rss" text="{escape(address)}" xmlUrl="{escape(address)}"/>\n' for address in feeds
    )
    if folder is not None:
        lines = f'<outline text="{escape(folder)}">\n{lines}</outline>\n'
    text = (
        f'{_HEADER}<opml version="2.0">\n<head><title>{escape(title)}</title></head>\n'
        f"<body>\n{lines}</body>\n</opml>\n"
    )
    return text.encode(), "text/x-opml; charset=utf-8"


def packed(rendered: tuple[bytes, str], path: str) -> tuple[bytes, str]:
    """The same, as a gzip file where the path says it is one."""
    if not path.endswith(".gz"):
        return rendered
    return gzip.compress(rendered[0], mtime=0), "application/gzip"


def _entry(page: Page, url: str, publisher: str | None) -> str:
    changed = iso(page.modified or page.date)
    lastmod = f"<lastmod>{escape(changed)}</lastmod>" if changed else ""
    told = _news(page, publisher) if publisher is not None else ""
    return f"<url><loc>{escape(url)}</loc>{lastmod}{told}</url>\n"


def _news(page: Page, publisher: str) -> str:
    dated = iso(page.date)
    return (
        f"<news:news><news:publication><news:name>{escape(publisher)}</news:name>"
        f"<news:language>{escape(page.language)}</news:language></news:publication>"
        + (f"<news:publication_date>{escape(dated)}</news:publication_date>" if dated else "")
        + f"<news:title>{escape(page.title)}</news:title></news:news>"
    )
