"""Fit the confidence's coefficients on a set's questions, and say how well they tell answerable from not.

Prints what `index/answering/confidence.py` holds. The passages and signals are the product's own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from harness import corpus_of, read_arguments, read_questions, write_result
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score, roc_curve
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from index.answering.confidence import signals
from index.answering.question import understand
from index.answering.search import search
from index.answering.words import word_weights
from index.coverage import DATABASE, Coverage
from index.encoder import SentenceEncoder
from index.engines.dense import Dense
from index.engines.lexical import Lexical, analyze
from index.store import Store

FOLDS = 10
# The rate of answering at which the false answers are told.
KEPT = 0.95


def main() -> None:
    """Index the set where it is not yet, take the signals of every question, fit, and print."""
    given = read_arguments(__doc__ or "")
    with Coverage.open(given.home) as coverage:
        coverage.index([corpus_of(given.set)])
    store, encoder = Store.open(given.home / DATABASE), SentenceEncoder()
    origin, newest = store.identity(), store.generation()
    dense, lexical = Dense.open(given.home, origin, newest), Lexical.open(given.home, origin, newest)
    rows, labels = [], []
    for question in read_questions(given.set):
        query = understand(question.text)
        found = search(query, 1, encoder=encoder, dense=dense, lexical=lexical, store=store)
        rows.append(signals(word_weights(query.text, analyze), found[0], analyze))
        labels.append(question.answerable)
    store.close()
    write_result("confidence", fit(np.array(rows), np.array(labels)))


def fit(rows: Any, labels: Any) -> dict[str, Any]:
    """The coefficients, and the figures of a cross-validation, for signals of shape (questions, 2)."""
    # Both kinds count alike, or the set's own share of answerable questions would be taken for the world's.
    model = LogisticRegression(C=100.0, class_weight="balanced")
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    unseen = cross_val_predict(model, rows, labels, cv=folds, method="predict_proba")[:, 1]
    false, true, thresholds = roc_curve(labels, unseen)
    kept = int(np.argmax(true >= KEPT))
    model.fit(rows, labels)
    return {
        "questions": len(labels),
        "AUROC, best cosine alone": round(roc_auc_score(labels, rows[:, 0]), 3),
        "AUROC, share of words alone": round(roc_auc_score(labels, rows[:, 1]), 3),
        "AUROC, both, cross-validated": round(roc_auc_score(labels, unseen), 3),
        "false answers at 95 % answered": round(float(false[kept]), 3),
        "threshold for 95 % answered": round(float(thresholds[kept]), 3),
        "intercept": round(float(model.intercept_[0]), 3),
        "cosine": round(float(model.coef_[0][0]), 3),
        "share": round(float(model.coef_[0][1]), 3),
    }


if __name__ == "__main__":
    main()
