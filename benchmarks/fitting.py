"""Fit the coefficients of the ranking and of the confidence on a set, and say what each signal is worth.

Writes what `index/answering/coefficients.json` holds. The passages and the signals are the product's own.
The ranking's weights make the passages that hold an answer likely among a question's candidates (the
listwise loss of Cao et al., "Learning to Rank", 2007, in its top-one form); the confidence is a logistic
regression over the first passage of every question, and of questions that no news answers.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from harness import read_arguments, write_result
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import KFold, StratifiedKFold

from index.answering.confidence import Traits, signals
from index.answering.evidence import Asked, Evidence
from index.answering.question import Moment, understand
from index.answering.search import search
from index.answering.topic import Topic
from index.coverage import DATABASE, Coverage
from index.encoder import SentenceEncoder
from index.engines.analysis import analyze
from index.engines.dense import Dense
from index.engines.lexical import Lexical
from index.evaluation import read_set
from index.sentences import sentences
from index.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from index.evaluation import Question
    from index.records import Article

Matrix = NDArray[np.float64]

COEFFICIENTS = Path(__file__).parent.parent / "index" / "answering" / "coefficients.json"
OFF_TOPIC = Path(__file__).parent.parent / "tests" / "questions" / "off_topic.jsonl"
RANKED_BY = ("meaning", "words", "share", "pairs", "lead", "fresh")
FOLDS, RIDGE = 10, 0.003
# Quiz questions are of the week they are asked in, which other questions are less.
FRESH_SHARE = 0.5
# The share of the answerable that the shipped threshold answers.
ANSWERED = 0.94
# Made-up questions stand for a regime that the set lacks, and are not natural: they count for little.
MADE_UP, MADE_UP_COUNTS, FEWEST = 300, 0.1, 5
NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+(?: [A-Z][a-z]+)*")
WORD = re.compile(r"[\w’'.-]+")  # noqa: RUF001
FORMS = (
    "{name} {rest}",
    "{rest} {name}",
    "What did {name} do about {rest}?",
    "Who is {name} {rest}?",
    "How did {name} {rest}?",
    "When did {name} {rest}?",
)


@dataclass(frozen=True)
class Case:
    """A question with the evidence for each passage, whether each holds an answer, and what else is known."""

    evidence: list[Evidence]
    holds: NDArray[np.bool_]
    traits: Traits
    answerable: bool
    kind: str

    def features(self, names: Sequence[str]) -> Matrix:
        """The evidence of each passage, of shape (passages, names)."""
        return np.array([[getattr(each, name) for name in names] for each in self.evidence])


class Gathering:
    """Asks questions of the set's coverage, and keeps what the product knows of each passage found."""

    def __init__(self, home: Path) -> None:
        self.store = Store.open(home / DATABASE)
        origin, newest = self.store.identity(), self.store.generation()
        self._dense, self._lexical = Dense.open(home, origin, newest), Lexical.open(home, origin, newest)
        self._encoder = SentenceEncoder()
        self._topic = Topic(self._encoder)

    def case(self, kind: str, text: str, now: date, answers: Sequence[str], *, answerable: bool) -> Case:
        """The case of a question that is asked on the day `now`."""
        query = understand(text, Moment(now))
        embedding = self._encoder.encode_question(query.text)
        asked = Asked(query.text, now, analyze)
        found = search(query, embedding, asked, dense=self._dense, lexical=self._lexical, store=self.store)
        texts = [each.passage.text.casefold() for each in found]
        holds = np.array([any(answer.casefold() in text for answer in answers) for text in texts])
        traits = Traits(query.recent, self._topic.strangeness(embedding), asked.mass)
        return Case([each.evidence for each in found], holds, traits, answerable, kind)


def main() -> None:
    """Index the set where it is not yet, gather the evidence, fit, print and write."""
    given = read_arguments(__doc__ or "")
    asked_set = read_set(given.set)
    with Coverage.open(given.home) as coverage:
        coverage.index([str(asked_set.corpus)])
    cases = list(gather(given.home, asked_set.questions))
    answerable = [case for case in cases if case.kind == "set" and case.answerable and case.holds.any()]
    ranking = fit_ranking(answerable, RANKED_BY)
    figures: dict[str, Any] = {"questions": len(cases), **ablate(answerable)}
    ranking["fresh"] *= FRESH_SHARE
    confidence, told = fit_confidence(cases, ranking)
    write_result("fitting", {**figures, **told})
    rounded = {
        of: {name: round(weight, 3) for name, weight in weights.items()}
        for of, weights in (("ranking", ranking), ("confidence", confidence))
    }
    COEFFICIENTS.write_text(json.dumps(rounded, indent=2) + "\n", encoding="utf-8")


def gather(home: Path, questions: Sequence[Question]) -> Iterator[Case]:
    """The cases of a set's questions, of those that no news answers, and of those made up from the set."""
    asking = Gathering(home)
    last = max((each.asked for each in questions if each.asked), default=datetime.now().astimezone().date())
    for each in questions:
        yield asking.case("set", each.text, each.asked or last, each.answers, answerable=each.answerable)
    for line in OFF_TOPIC.read_text(encoding="utf-8").splitlines():
        text = json.loads(line)["text"]
        if any(character.isalnum() for character in text):
            yield asking.case("off-topic", text, last, (), answerable=False)
    for true, false in make_up(list(asking.store.articles()), random.Random(7)):  # noqa: S311
        yield asking.case("made up", true, last, (), answerable=True)
        yield asking.case("made up", false, last, (), answerable=False)
    asking.store.close()


def make_up(articles: list[Article], rng: random.Random) -> Iterator[tuple[str, str]]:
    """Short questions from the words of a sentence, each beside one with a name of another article in it.

    Quiz questions are long; people on a phone ask in a few words, and about what is nearly in the news.
    """
    rng.shuffle(articles)
    names = [name for article in articles for name in NAME.findall(article.text[:1500])]
    made = 0
    for article in articles:
        spans = sentences(article.text, "en")
        text = article.text[slice(*rng.choice(spans))] if spans else ""
        words, named = [word for word in WORD.findall(text) if analyze(word)], NAME.findall(text)
        other = rng.choice(names)
        if len(words) < FEWEST or not named or set(analyze(other)) & set(analyze(article.text)):
            continue
        name = rng.choice(named)
        picked = sorted(rng.sample(range(len(words)), min(rng.randint(2, 6), len(words))))
        rest = " ".join(words[place] for place in picked if words[place] not in name.split())
        form, lower = rng.choice(FORMS), rng.random() < 0.5  # noqa: PLR2004
        both = form.format(name=name, rest=rest), form.format(name=other, rest=rest)
        yield (both[0].lower(), both[1].lower()) if lower else both
        made += 1
        if made == MADE_UP:
            return


def fit_ranking(cases: Sequence[Case], names: Sequence[str]) -> dict[str, float]:
    """The weights, by name, that put the passages which hold an answer first."""
    given = [(case.features(names), case.holds) for case in cases]

    def loss(weights: Matrix) -> tuple[float, Matrix]:
        total, slope = 0.0, np.zeros(len(names))
        for features, holds in given:
            scores = features @ weights
            every, good = logsumexp(scores), logsumexp(scores[holds])
            total += every - good
            slope += np.exp(scores - every) @ features - np.exp(scores[holds] - good) @ features[holds]
        return (
            total / len(given) + RIDGE * float(weights @ weights),
            slope / len(given) + 2 * RIDGE * weights,
        )

    found = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B")
    return dict(zip(names, found.x.tolist(), strict=True))


def ablate(cases: Sequence[Case]) -> dict[str, float]:
    """answer@1 and answer@3 of questions not fitted on: with all signals, without each, with two alone."""
    trials = {
        "meaning and words alone": RANKED_BY[:2],
        **{f"without {name}": [other for other in RANKED_BY if other != name] for name in RANKED_BY},
        "all": RANKED_BY,
    }
    figures = {}
    for trial, names in trials.items():
        first = np.array(list(unseen_ranks(cases, names)))
        for depth in (1, 3):
            figures[f"{trial}, answer@{depth}"] = round(float((first < depth).mean()), 3)
    return figures


def unseen_ranks(cases: Sequence[Case], names: Sequence[str]) -> Iterator[int]:
    """The place, from 0, of the first passage that holds an answer, for weights fitted on other questions."""
    for train, test in KFold(FOLDS, shuffle=True, random_state=0).split(np.arange(len(cases))):
        weights = np.array(list(fit_ranking([cases[place] for place in train], names).values()))
        for place in test:
            order = np.argsort(-(cases[place].features(names) @ weights), kind="stable")
            yield int(np.argmax(cases[place].holds[order]))


def fit_confidence(
    cases: Sequence[Case], ranking: dict[str, float]
) -> tuple[dict[str, float], dict[str, Any]]:
    """The coefficients with the threshold, and the figures of a cross-validation."""
    weights = np.array([ranking[name] for name in RANKED_BY])
    cases = [case for case in cases if case.evidence]
    rows = [
        signals(case.evidence[int(np.argmax(case.features(RANKED_BY) @ weights))], case.traits)
        for case in cases
    ]
    names = list(rows[0])
    matrix = np.array([[row[name] for name in names] for row in rows])
    labels = np.array([case.answerable for case in cases])
    kinds = np.array([case.kind for case in cases])
    counts = weigh_cases(labels, kinds)
    model = LogisticRegression(C=100.0, max_iter=5000)
    unseen = np.zeros(len(cases))
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(matrix, labels):
        model.fit(matrix[train], labels[train], sample_weight=counts[train])
        unseen[test] = model.predict_proba(matrix[test])[:, 1]
    model.fit(matrix, labels, sample_weight=counts)
    coefficients = dict(zip(names, model.coef_[0].tolist(), strict=True))
    mine = kinds == "set"
    threshold = float(np.quantile(unseen[mine & labels], 1 - ANSWERED))
    figures = {
        f"AUROC, {name} alone": round(roc_auc_score(labels[mine], matrix[mine, place]), 3)
        for place, name in enumerate(names)
    } | judge(unseen[mine], labels[mine])
    figures["off-topic answered"] = int((unseen[kinds == "off-topic"] >= threshold).sum())
    return {"intercept": float(model.intercept_[0]), **coefficients, "threshold": threshold}, figures


def weigh_cases(labels: NDArray[np.bool_], kinds: NDArray[np.str_]) -> Matrix:
    """How much each case counts: answerable ones as much as others, those made up a tenth."""
    counts = np.full(len(labels), MADE_UP_COUNTS)
    real = kinds != "made up"
    # Or the set's own share of answerable questions would be taken for the world's.
    for label in (True, False):
        some = real & (labels == label)
        counts[some] = real.sum() / 2 / some.sum()
    return counts


def judge(unseen: Matrix, labels: NDArray[np.bool_]) -> dict[str, Any]:
    """How well the confidence tells answerable from not, on questions it was not fitted on."""
    figures = {"AUROC, cross-validated": round(roc_auc_score(labels, unseen), 3)}
    for share in (ANSWERED, 0.95):
        bound = np.quantile(unseen[labels], 1 - share)
        figures[f"false answers at {share:.0%} answered"] = round(float((unseen[~labels] >= bound).mean()), 3)
    return figures


if __name__ == "__main__":
    main()
