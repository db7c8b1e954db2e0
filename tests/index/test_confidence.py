from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fakes import FakeEncoder

from index.answering.coefficients import coefficients
from index.answering.confidence import Traits, assess, default_threshold, signals
from index.answering.evidence import Evidence
from index.answering.topic import Topic
from index.encoder import SentenceEncoder

GOOD = Evidence(cosine=0.7, meaning=2, words=2, share=0.9, context=1.0, pairs=0.5, lead=1.0, fresh=1.0)
ASKED = Traits(recent=False, strangeness=-0.3, mass=3.0)


def test_the_confidence_is_that_of_the_formula() -> None:
    """One over one plus e to the minus of the intercept and the weighted signals."""
    weights = coefficients("confidence")
    exponent = weights["intercept"] + sum(
        weights[name] * value for name, value in signals(GOOD, ASKED).items()
    )
    assert assess(GOOD, ASKED) == pytest.approx(1 / (1 + np.exp(-exponent)))


def test_every_signal_has_a_coefficient() -> None:
    """The file holds the signals' coefficients, the intercept and the threshold, and nothing else."""
    assert coefficients("confidence").keys() == signals(GOOD, ASKED).keys() | {"intercept", "threshold"}
    assert 0 < default_threshold() < 1


@pytest.mark.parametrize("name", ["cosine", "context", "pairs", "lead"])
def test_what_speaks_for_a_passage_makes_surer(name: str) -> None:
    """Less of any signal is less confidence."""
    assert assess(replace(GOOD, **{name: 0.0}), ASKED) < assess(GOOD, ASKED)  # type: ignore[arg-type]


def test_age_counts_only_where_the_present_is_asked_about() -> None:
    """An old passage answers a question about the past as well as a new one."""
    old = replace(GOOD, fresh=0.01)
    assert assess(old, ASKED) == assess(GOOD, ASKED)
    now = replace(ASKED, recent=True)
    assert assess(old, now) < assess(GOOD, now)


def test_what_is_no_question_about_news_is_less_sure() -> None:
    """The same passage, asked for by small talk."""
    assert assess(GOOD, replace(ASKED, strangeness=0.3)) < assess(GOOD, ASKED)


def test_small_talk_is_stranger_than_news() -> None:
    """Told by the nearest examples, with the encoder that ships; neither stands among them."""
    encoder = SentenceEncoder()
    topic = Topic(encoder)

    def strangeness(text: str) -> float:
        return topic.strangeness(encoder.encode_question(text))

    assert strangeness("How many protesters were detained in the capital?") < -0.1
    assert strangeness("heya, you ok there?") > 0.1


def test_the_examples_are_encoded_once() -> None:
    """They are read and encoded with the first question, and kept."""
    encoder = FakeEncoder()
    topic = Topic(encoder)
    embedding = encoder.encode_question("ships")
    first, calls = topic.strangeness(embedding), len(topic._examples[0])
    assert topic.strangeness(embedding) == first
    assert calls > 100
