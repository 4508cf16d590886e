"""The tables of texts and keys are whole, and are filled in one way."""

from __future__ import annotations

import json
import re
from collections import Counter
from importlib.resources import files
from itertools import chain
from pathlib import Path

import pytest

from camstrm.viewing.keys import viewer_actions
from camstrm.viewing.texts import LANGUAGES, Texts, table

FILES = sorted(Path(str(files("camstrm.viewing.texts"))).glob("*.json"))
ENTRIES = {file.name: json.loads(file.read_text("utf-8")) for file in FILES}


def test_a_key_is_in_one_file_and_has_all_languages() -> None:
    keys = Counter(chain.from_iterable(ENTRIES.values()))
    assert [key for key, count in keys.items() if count > 1] == []
    for name, entries in ENTRIES.items():
        for key, texts in entries.items():
            assert tuple(texts) == LANGUAGES, (name, key)
            assert all(text.strip() == text != "" for text in texts.values()), (name, key)


def test_all_languages_have_the_same_places_for_values() -> None:
    for name, entries in ENTRIES.items():
        for key, texts in entries.items():
            places = [sorted(set(re.findall(r"\{(\w+)\}", text))) for text in texts.values()]
            # What is meant for one thing may leave the number out.
            if not key.endswith(".one"):
                assert places[1:] == places[:-1], (name, key)


def test_every_action_has_a_text_a_group_and_keys_of_its_own() -> None:
    texts = Texts()
    actions = viewer_actions()
    for action in actions:
        assert f"action.{action.id}" in texts, action.id
        assert f"group.{action.group}" in texts, action.group
    for what in ([a.id for a in actions], list(chain.from_iterable(a.keys for a in actions))):
        assert [item for item, count in Counter(what).items() if count > 1] == []


@pytest.mark.parametrize("language", ["ko", "ko_KR.UTF-8", "KO"])
def test_a_language_is_known_by_the_names_that_systems_give_it(language: str) -> None:
    assert Texts(language).say("group.picture") == "\uc601\uc0c1"


@pytest.mark.parametrize("language", ["", "C", "fr_FR", "en_US"])
def test_english_is_spoken_where_no_other_language_fits(language: str) -> None:
    assert Texts(language).say("group.picture") == "Picture"


def test_values_are_filled_in_once(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = {"a": "{x} and {y}", "b": "{count} cameras", "b.one": "one camera"}
    texts = Texts()
    monkeypatch.setattr(texts, "_table", entries)
    assert texts.say("a", x="{y}", y=2) == "{y} and 2"
    assert texts.say("a", x=1) == "1 and {y}"
    assert [texts.say("b", count=n) for n in (0, 1, 2)] == ["0 cameras", "one camera", "2 cameras"]
    with pytest.raises(KeyError):
        texts.say("c")


def test_a_table_has_the_texts_of_all_files() -> None:
    for language in LANGUAGES:
        assert len(table(language)) == sum(map(len, ENTRIES.values()))
