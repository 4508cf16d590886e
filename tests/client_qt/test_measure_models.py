"""Models of measurements and kept pictures, held to the vectors that the page's are held to."""

from __future__ import annotations

import json
from dataclasses import astuple
from typing import Any

import msgspec
import pytest

from camstrm.wire import CameraFrame
from camstrm.wire.operations import ChannelMeasurement, Measure, Measurement
from client_qt.model import histogram, snapshot
from client_qt.model.focus import Focus
from client_qt.model.freeze import Freeze
from client_qt.model.said import Said
from client_qt.model.sampler import Sampler
from tests.client_qt.viewing_vectors import vectors

HISTOGRAM, SNAPSHOT, FREEZE = vectors("histogram"), vectors("snapshot"), vectors("freeze")


@pytest.mark.parametrize("session", vectors("sampler")["sessions"], ids=lambda s: s["about"])
def test_when_is_measured(session: dict[str, Any]) -> None:
    sampler = Sampler()
    named = {name: Measure(bins=2**number) for number, name in enumerate("abc")}
    for step in session["steps"]:
        if "want" in step:
            camera, name = step["want"]
            sampler.want(camera, None if name is None else named[name])
        elif "answered" in step:
            assert sampler.answered(*step["answered"]) == step["gives"], step
        else:
            due = sampler.due(step["due"])
            gives = step["gives"] and (*step["gives"][:2], named[step["gives"][2]])
            assert (due and (*astuple(due)[:2], due.arguments)) == gives, step


@pytest.mark.parametrize("case", HISTOGRAM["bars"], ids=str)
def test_bars(case: dict[str, Any]) -> None:
    channels = [
        ChannelMeasurement(name, 0.0, 0, 0, 0.0, 0.0, 0.0, tuple(counts))
        for name, counts in case["histograms"].items()
    ]
    found = histogram.bars(channels, case["log"])
    assert found.top == case["top"]
    assert {name: pytest.approx(heights) for name, heights in case["heights"].items()} == (
        found.series
    )


@pytest.mark.parametrize("case", HISTOGRAM["measurements"], ids=lambda c: c["level"])
def test_figures_clipping_and_age(case: dict[str, Any]) -> None:
    measurement = msgspec.convert(case["measurement"], Measurement)
    assert msgspec.to_builtins(histogram.figures(measurement)) == case["figures"]
    assert histogram.clipping(measurement) == (case["level"], Said(*case["clipping"]))
    assert histogram.extent(measurement) == Said(*case["extent"])
    for now_us, key, values in case["ages"]:
        assert histogram.age(measurement, now_us) == Said(key, values)


@pytest.mark.parametrize("session", vectors("focus")["sessions"], ids=lambda s: s["about"])
def test_focus(session: dict[str, Any]) -> None:
    focus = Focus()
    for step in session["steps"]:
        if "add" in step:
            sharpness, frame_us, now_ms = step["add"]
            focus.add(float("nan") if sharpness is None else sharpness, frame_us, now_ms)
        if step.get("reset"):
            focus.reset()
        if "begin" in step:
            focus.begin(step["begin"])
        at, tone = step["at"], focus.tone(step["at"])
        found = {
            "level": focus.level,
            "peak": focus.peak,
            "relative": focus.relative,
            "fill": focus.bar.fill,
            "mark": focus.bar.mark,
            "trend": focus.trend(at),
            "tone": None if tone is None else [tone.frequency, tone.pause_ms],
            "said": [focus.said(at).key, focus.said(at).values],
        }
        for name in found.keys() & step.keys():
            wanted = step[name]
            if name not in ("said", "trend") and wanted is not None:
                wanted = pytest.approx(wanted, abs=1e-6)
            assert found[name] == wanted, (name, step)


def test_names_of_files_and_what_is_written_beside_a_picture() -> None:
    for name, safe in SNAPSHOT["names"]:
        assert snapshot.safe_name(name) == safe
    for case in SNAPSHOT["files"]:
        found = snapshot.file_name(
            case["camera"], case["time_us"], case["zone"], case["frame_id"], case["suffix"]
        )
        assert found == case["name"]
        assert snapshot.zoned_time(case["time_us"], case["zone"]) == case["zoned"]
    for case in SNAPSHOT["metadata"]:
        facts = msgspec.convert(case["facts"], snapshot.SnapshotFacts)
        assert json.dumps(snapshot.metadata(facts), separators=(",", ":")) == case["text"]


def test_a_frozen_picture() -> None:
    for session in FREEZE["sessions"]:
        freeze = Freeze()
        for step in session["steps"]:
            act, *arguments = step["act"]
            if arguments:
                arguments = [arguments[0] and CameraFrame(0, 2, frame_id=arguments[0])]
            given = getattr(freeze, act)(*arguments)
            assert given == step.get("gives", given)
            shown = None if freeze.frame is None else freeze.frame.frame_id
            assert [freeze.frozen, shown, freeze.passed] == [
                step["frozen"],
                step["frame"],
                step["passed"],
            ]
    time, *wanted = FREEZE["said"]
    assert Freeze().said(time) == Said(*wanted)
