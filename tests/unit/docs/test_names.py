"""Names that the documents use are names that camstrm has."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import inspect

from camstrm.camera_state import COUNTERS, CameraState
from camstrm.config import Config
from camstrm.viewing.texts import Texts
from tests.documents import ROOT, blocks, documents, inline


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


STATES = read("docs/states.md")


def keys(kind: inspect.Type, prefix: str = "") -> Iterator[str]:
    """Yield each key of the configuration with the names of its tables."""
    while isinstance(kind, (inspect.Metadata, inspect.VarTupleType)):
        kind = kind.type if isinstance(kind, inspect.Metadata) else kind.item_type
    if isinstance(kind, inspect.StructType):
        for field in kind.fields:
            yield f"{prefix}{field.encode_name}"
            yield from keys(field.type, f"{prefix}{field.encode_name}.")


def test_every_key_of_the_configuration_exists() -> None:
    known = set(keys(inspect.type_info(Config)))
    tables = {key.partition(".")[0] for key in known}
    named = {
        key.rstrip(".")
        for document in documents()
        for text in inline(document)
        for key in re.findall(r"^([a-z]+(?:\.[a-z_]+)+)(?: = .*)?$", text)
        if key.partition(".")[0] in tables and not key.endswith((".js", ".py", ".css", ".json"))
    }
    assert len(named) > 10
    assert named <= known


def test_every_environment_variable_exists() -> None:
    sources = [
        *ROOT.glob("camstrm/**/*.py"),
        *ROOT.glob("client_qt/**/*.py"),
        *ROOT.glob("deploy/*"),
    ]
    code = "".join(
        p.read_text("utf-8") for p in sources if p.suffix not in (".md", ".ico") and p.is_file()
    )
    named = {
        name
        for document in documents()
        for text in [*inline(document), *(block.text for block in blocks(document))]
        for name in re.findall(r"CAMSTRM_[A-Z_]+", text)
    }
    assert {name for name in named if name not in code and name != "CAMSTRM_FUZZ_EXAMPLES"} == set()


def test_each_state_has_its_number_and_its_word() -> None:
    texts = Texts("en")
    rows = re.findall(r"^\| (\d) \| ([a-z ]+) \| (\w+) \|", STATES, re.MULTILINE)
    words = {
        CameraState.UNSUPPORTED: "unsupported_format",
        CameraState.WAITING_FOR_TRIGGER: "waiting_for_a_trigger",
    }
    wanted = [
        (str(int(s)), texts.say(f"states.{words.get(s, s.name.lower())}")) for s in CameraState
    ]
    assert [row[:2] for row in rows] == wanted


def test_each_counter_is_explained() -> None:
    section = STATES.split("## Counters of a camera")[1].split("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == list(COUNTERS)


def test_every_metric_exists() -> None:
    """Those of states.md, which tests/unit/deploy/test_monitoring.py compares with a bridge."""
    known = set(re.findall(r"`(camstrm_\w+)`", STATES))
    assert len(known) > 30
    named = {
        name
        for document in documents()
        for text in [*inline(document), *(block.text for block in blocks(document))]
        for name in re.findall(r"\bcamstrm_[a-z_]{6,}\b", text)
        if not name.startswith(("camstrm_wire", "camstrm_next", "camstrm_view", "camstrm_bundle_"))
    }
    assert named - known == set()


def test_the_age_of_an_old_picture_is_that_of_the_viewers() -> None:
    script = read("camstrm/bridge/page/static/camera_state.js")
    (milliseconds,) = re.findall(r"^const LEAST_OLD_MS = (\d+);", script, re.MULTILINE)
    assert f"older than {int(milliseconds) / 1000:g} s and" in STATES
