"""How well articles are ranked, by trec_eval's own definitions through ir_measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ir_measures import RR, R, iter_calc, nDCG

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from index.evaluation.runs import Line

MEASURES = {"ndcg@10": nDCG @ 10, "recall@10": R @ 10, "mrr@10": RR @ 10}


def rank_articles(line: Line) -> dict[str, float]:
    """A line's articles with scores that fall by one; each stands where its first passage stands."""
    named = dict.fromkeys(hit["article"]["id"] for hit in line["hits"])
    # trec_eval orders by score and equal scores by id, so our ranks are what it must be given as scores.
    return {article: float(len(named) - place) for place, article in enumerate(named)}


def rate_rankings(
    qrels: Mapping[str, Mapping[str, int]], lines: Iterable[Line]
) -> dict[str, dict[str, float]]:
    """For each metric the value of each judged question: one with at least one article worth finding."""
    ranked = {line["query_id"]: rank_articles(line) for line in lines}
    judged = {
        question: dict(articles)
        for question, articles in qrels.items()
        if question in ranked and any(worth > 0 for worth in articles.values())
    }
    rated: dict[str, dict[str, float]] = {name: dict.fromkeys(judged, 0.0) for name in MEASURES}
    if judged:
        names = {measure: name for name, measure in MEASURES.items()}
        for each in iter_calc(list(names), judged, {question: ranked[question] for question in judged}):
            rated[names[each.measure]][each.query_id] = each.value
    return rated
