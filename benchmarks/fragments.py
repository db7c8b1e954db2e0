"""Do links open at the quoted words? 500 passages' links, followed in headless Chromium."""

from __future__ import annotations

import json
import random
import sys
import threading
from collections import Counter, defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fragment_pages import page_of
from fragment_sight import HEIGHT, WIDTH, follow
from harness import read_arguments, write_result
from playwright.sync_api import sync_playwright

from bot.links import link_to
from index.evaluation import read_set
from index.passages import split
from index.reading.inputs import read_input
from index.records import Article, Hit
from index.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Page

    Tried = list[tuple["Case", str, str]]

CHROMIUM = "/usr/bin/chromium"
TESTS = Path(__file__).parent.parent / "tests"
TEXTS = Path(__file__).with_name("fragment_texts.jsonl")
PASSAGES, SEED, WINDOW, WRONG = 500, 5, 256, 100
# So many hits have no sentence that answers; their passage is what the link names.
BARE = 0.1
TEASERS = 40
# Every fourth address is not plain.
ENDINGS, PLAIN = ("?ref=feed&utm=a,b", "#comments", "#!/story", "?q=%D1%96"), 4


@dataclass(frozen=True, slots=True)
class Case:
    """A hit whose link is followed, and the page that it leads to."""

    hit: Hit
    page: str

    @property
    def span(self) -> tuple[int, int]:
        """What the link names, in the article's offsets."""
        passage = self.hit.passage
        return self.hit.highlights[0] if self.hit.highlights else (passage.start, passage.end)


def hits_of(article: Article) -> Iterator[Hit]:
    """Each sentence of each passage of an article as the one that answers."""
    for passage in split(article, lambda texts: [len(text.split()) for text in texts], WINDOW):
        for start, end in sentences(passage.text, article.language):
            yield Hit(1, 1.0, passage, article, ((passage.start + start, passage.start + end),))


def drawn(articles: Sequence[Article], chance: random.Random) -> list[Hit]:
    """A sentence of each of 500 passages, each passage as likely as any other; a tenth without one."""
    passages: defaultdict[tuple[str, int], list[Hit]] = defaultdict(list)
    for article in articles:
        for hit in hits_of(article):
            passages[article.id, hit.passage.start].append(hit)
    hits = [chance.choice(each) for each in chance.sample(list(passages.values()), PASSAGES)]
    return [replace(hit, highlights=()) if chance.random() < BARE else hit for hit in hits]


def paged(hits: Sequence[Hit], chance: random.Random) -> list[Case]:
    """Each hit with its article's page, each time of another make, with others' titles around it."""
    titles = sorted({hit.article.title for hit in hits})
    some = min(len(titles), TEASERS)
    return [Case(hit, page_of(hit.article, chance.sample(titles, some), chance)) for hit in hits]


@contextmanager
def served(cases: Sequence[Case]) -> Iterator[str]:
    """The cases' pages by number, on loopback; the address of the site."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            number = self.path.partition("?")[0].removeprefix("/")
            body = cases[int(number)].page.encode("utf-8", "replace") if number.isdecimal() else b""
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def link_at(address: str, hit: Hit) -> str:
    """The hit's link were its article at that address, as it comes out of a message by Telegram's rules."""
    sys.path.append(str(TESTS))
    from bot_api.markup import parse_html

    link = link_to(replace(hit, article=replace(hit.article, url=address))) or address
    _, entities = parse_html(f'<a href="{escape(link)}">title</a>')
    return entities[0].url or ""


def try_all(cases: Sequence[Case], page: Page) -> Tried:
    """Each case with its link and what became of it."""
    tried = []
    with served(cases) as site:
        for number, case in enumerate(cases):
            ending = "" if number % PLAIN else ENDINGS[number // PLAIN % len(ENDINGS)]
            link = link_at(f"{site}/{number}{ending}", case.hit)
            tried.append((case, link, str(follow(page, link, case.span, case.hit.article.text))))
    return tried


def try_wrong(cases: Sequence[Case], page: Page) -> dict[str, dict[str, int]]:
    """What becomes of links that are wrong on purpose: of words that are not there, of another sentence."""
    absent: Counter[str] = Counter()
    other: Counter[str] = Counter()
    with served(cases) as site:
        for number, case in enumerate(cases):
            address, text = f"{site}/{number}", case.hit.article.text
            absent[follow(page, f"{address}#:~:text=nobody%20wrote%20{number}", case.span, text)] += 1
            wrong = replace(case.hit, highlights=(_another_sentence(case),))
            other[follow(page, link_at(address, wrong), case.span, text)] += 1
    return {"words that are not there": dict(absent), "another sentence": dict(other)}


def main() -> None:
    """Follow the links of a set's passages, of texts in other scripts, and links that are wrong."""
    given = read_arguments(__doc__ or "")
    corpus = read_set(given.set).corpus
    chance = random.Random(SEED)  # noqa: S311
    articles = [each for each in read_input(str(corpus), corpus.parent) if isinstance(each, Article)]
    cases = paged(drawn(articles, chance), chance)
    others = paged([hit for article in _texts() for hit in hits_of(article)], chance)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        tried, tried_others = try_all(cases, page), try_all(others, page)
        figures: dict[str, Any] = {
            "Chromium": browser.version,
            "passages": len(tried),
            **_shares(tried),
            "sentences in ten languages": {"sentences": len(others), **_shares(tried_others)},
            "links that are wrong on purpose": try_wrong(cases[:WRONG], page),
        }
        browser.close()
    _tell([*tried, *tried_others])
    write_result("fragments", figures)


def _texts() -> list[Article]:
    lines = map(json.loads, TEXTS.read_text(encoding="utf-8").splitlines())
    return [Article(id=line["language"], input=TEXTS.name, **line) for line in lines]


def _another_sentence(case: Case) -> tuple[int, int]:
    spans = sentences(case.hit.article.text, case.hit.article.language)
    apart = [span for span in spans if span[1] <= case.span[0] or span[0] >= case.span[1]]
    return max(apart, key=lambda span: span[1] - span[0])


def _shares(tried: Tried) -> dict[str, Any]:
    counted = Counter(outcome for _, _, outcome in tried)
    opened = sum(count for outcome, count in counted.items() if outcome.startswith("right"))
    return {"opened at the quoted words": round(opened / len(tried), 4), **dict(counted.most_common())}


def _tell(tried: Tried) -> None:
    for case, link, outcome in tried:
        if outcome != "right":
            start, end = case.span
            print(f"{outcome}: {case.hit.article.id} {case.hit.article.text[start:end]!r}\n    {link}")


if __name__ == "__main__":
    main()
