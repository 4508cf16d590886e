"""The search through features: mistakes are forgiven, and what cannot fit is not looked at."""

from __future__ import annotations

import random

import pytest

from camstrm.feature import FeatureInfo
from client_qt.model.feature_search import Query, SearchedFeature

WORDS = "Exposure Time Gain Auto Trigger Selector Mode Line Gev Packet Size".split()


def rank(name: str, query: str, tooltip: str = "") -> int | None:
    return SearchedFeature(FeatureInfo(name, "float", tooltip=tooltip)).rank(Query(query))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("exposure_time", 0),
        ("expo", 1),
        ("time", 2),
        ("suret", 3),
        ("time exposure", 4),
        ("exposrue", 5),
        ("expsur", 5),
        ("eqposurre", 5),
        ("shutter", 6),
        ("expxyz", None),
        ("", None),
        ("._-", None),
    ],
)
def test_how_well_a_feature_fits(query: str, expected: int | None) -> None:
    assert rank("ExposureTime", query, "The shutter time") == expected


@pytest.mark.parametrize("seed", range(200))
def test_one_mistake_in_a_word_is_forgiven(seed: int) -> None:
    rng = random.Random(seed)
    word = rng.choice([word for word in WORDS if len(word) > 5])
    place = rng.randrange(1, len(word) - 1)
    letters = list(word)
    kind = rng.randrange(4)
    if kind == 0:
        del letters[place]
    elif kind == 1:
        letters.insert(place, "q")
    elif kind == 2:
        letters[place] = "q"
    else:
        letters[place - 1 : place + 1] = reversed(letters[place - 1 : place + 1])
    found = rank(f"Gev{word}Mode", "".join(letters))
    assert found is not None
    assert found <= 5
