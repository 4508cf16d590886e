"""The Grafana dashboard and the alert rules, compared with what a running bridge exports."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml  # type: ignore[import-untyped]
from prometheus_client.parser import text_string_to_metric_families

from camstrm.camera_state import CameraState
from camstrm.wire import FROM_VIEWER, Ack, Call, Reply, Status
from tests.fakes.bridge.running_bridge import connected_viewer, running_bridge
from tests.fakes.grabber.fake_grabber import FakeGrabber

DEPLOY = Path(__file__).parents[3] / "deploy"
DASHBOARD = DEPLOY / "grafana" / "camstrm.json"
RULES = DEPLOY / "prometheus" / "camstrm.rules.yml"

LEFT_OUT = {
    "camstrm_camera_frames_overwritten_total": "normal wherever a camera is faster than the stream",
    "camstrm_camera_frame_rate_hertz": "the rate of frames_delivered, which has a history",
    "camstrm_camera_picture_rate_hertz": "the rate of frames_encoded, which has a history",
    "camstrm_camera_frame_interval_seconds": "for viewers: from when on a picture is old",
    "camstrm_camera_width_pixels": "changes by hand only; for those who ask",
    "camstrm_camera_height_pixels": "changes by hand only; for those who ask",
}
"""Metrics of cameras that the dashboard does not show, and why."""

NAME = re.compile(r"\b(?:camstrm|process)_[a-z0-9_]+")
MATCHER = re.compile(r"""([a-z_]+)\s*(?:=~|!~|!=|=)\s*"([^"]*)\"""")
GROUPED = re.compile(r"\b(?:by|on)\s*\(([^)]*)\)")


Exported = dict[str, dict[str, set[str]]]
"""Values of each label of each metric, by the metric's name."""


@pytest.fixture
async def exported(tmp_path: Path) -> Exported:
    found: Exported = {}
    async with (
        running_bridge(tmp_path) as bridge,
        FakeGrabber(bridge.socket_path, ("left", "right")) as grabber,
        connected_viewer(bridge.url) as viewer,
        aiohttp.ClientSession(bridge.url) as session,
    ):
        await grabber.send_status()
        sent = await grabber.send_bundle()
        await viewer.bundle()
        await viewer.send(FROM_VIEWER.encode(Ack(sent.seq)).decode())
        await viewer.send(FROM_VIEWER.encode(Call(1, 0, "set")).decode())
        await viewer.control(lambda m: isinstance(m, Reply))
        await viewer.control(lambda m: isinstance(m, Status) and len(m.cameras) == 2)
        async with session.get("/metrics") as answer:
            text = await answer.text()
    for family in text_string_to_metric_families(text):
        # What has no value yet (no event so far) is there with its name.
        if family.type == "counter":
            found.setdefault(f"{family.name}_total", {})
        elif family.type == "histogram":
            for part in ("bucket", "sum", "count"):
                found.setdefault(f"{family.name}_{part}", {})
        for sample in family.samples:
            labels = found.setdefault(sample.name, {})
            for name, value in sample.labels.items():
                labels.setdefault(name, set()).add(value)
    return found


def dashboard() -> dict[str, Any]:
    value = json.loads(DASHBOARD.read_text())
    assert isinstance(value, dict)
    return value


def panels() -> list[dict[str, Any]]:
    return [panel for panel in dashboard()["panels"] if panel["type"] != "row"]


def rules() -> list[dict[str, Any]]:
    document = yaml.safe_load(RULES.read_text())
    return [rule for group in document["groups"] for rule in group["rules"]]


def queries() -> list[str]:
    shown = [target["expr"] for panel in panels() for target in panel["targets"]]
    variables = [v["query"] for v in dashboard()["templating"]["list"] if v["type"] == "query"]
    return shown + [v["query"] for v in variables] + [rule["expr"] for rule in rules()]


async def test_every_name_and_label_of_dashboard_and_alerts_is_one_of_a_running_bridge(
    exported: Exported,
) -> None:
    # Prometheus adds these.
    labels = {"job", "instance", "le"}.union(*exported.values())
    for query in queries():
        names = NAME.findall(query)
        assert names or query.startswith("up{"), query
        for name in names:
            assert name in exported, f"{name}, in: {query}"
        for label, value in MATCHER.findall(query):
            assert label in labels, f"{label}, in: {query}"
            known = set().union(*(exported[name].get(label, set()) for name in names))
            assert "$" in value or label == "job" or value in known, f"{value}, in: {query}"
        for group in GROUPED.findall(query):
            assert set(re.split(r"\s*,\s*", group.strip())) <= labels, query


async def test_the_document_names_every_metric_and_no_other(exported: Exported) -> None:
    text = (DEPLOY.parent / "docs" / "states.md").read_text()
    named = set(re.findall(r"`(camstrm_[a-z0-9_]+)`", text))
    histograms = {name.removesuffix("_bucket") for name in exported if name.endswith("_bucket")}
    parts = {f"{name}_{part}" for name in histograms for part in ("bucket", "sum", "count")}
    own = {name for name in exported.keys() - parts if name.startswith("camstrm_")}
    assert named == own | histograms


async def test_every_metric_of_cameras_is_shown_or_left_out_with_its_reason(
    exported: Exported,
) -> None:
    used = {
        name for panel in panels() for t in panel["targets"] for name in NAME.findall(t["expr"])
    }
    of_cameras = {name for name in exported if name.startswith("camstrm_camera_")}
    # A histogram is shown by its buckets.
    of_cameras -= {n for n in of_cameras if n.endswith(("_seconds_sum", "_seconds_count"))}
    assert len(of_cameras) > 20
    assert of_cameras - used == LEFT_OUT.keys()
    others = {n for n in exported if n.startswith("camstrm_")} - of_cameras - used
    assert {n for n in others if not n.endswith(("_sum", "_count"))} == set()


def test_each_panel_can_be_read() -> None:
    titles = [panel["title"] for panel in panels()]
    assert len(set(titles)) == len(titles)
    for panel in panels():
        assert panel["description"].endswith("."), panel["title"]
        defaults = panel["fieldConfig"]["defaults"]
        assert defaults["unit"], panel["title"]
        assert defaults["thresholds"]["steps"][0]["value"] is None
        if panel["type"] == "timeseries":
            legends = [target["legendFormat"] for target in panel["targets"]]
            assert all(legends), panel["title"]
            assert len(set(legends)) == len(legends), panel["title"]
        if "histogram_quantile" in panel["targets"][0]["expr"]:
            assert defaults["unit"] == "s", panel["title"]


def test_panels_stand_beside_each_other() -> None:
    taken: dict[tuple[int, int], str] = {}
    for panel in dashboard()["panels"]:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        for x in range(at["x"], at["x"] + at["w"]):
            for y in range(at["y"], at["y"] + at["h"]):
                assert taken.setdefault((x, y), panel["title"]) == panel["title"]
    ids = [panel["id"] for panel in dashboard()["panels"]]
    assert len(set(ids)) == len(ids)


def test_the_timeline_has_the_words_and_colours_of_every_state_of_a_camera() -> None:
    (timeline,) = [panel for panel in panels() if panel["type"] == "state-timeline"]
    options = timeline["fieldConfig"]["defaults"]["mappings"][0]["options"]
    shown = {int(number): (to["text"], to["color"]) for number, to in options.items()}
    page = (DEPLOY.parent / "docs/states.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d) \| ([a-z ]+) \| (\w+) \|", page, re.MULTILINE)
    colours = {"grey": "text"}  # Grafana's word for the colour of its letters
    assert shown == {int(n): (word, colours.get(colour, colour)) for n, word, colour in rows}
    assert set(shown) == {state.value for state in CameraState}


def test_each_alert_says_what_to_do() -> None:
    assert len({rule["alert"] for rule in rules()}) == len(rules()) > 10
    for rule in rules():
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["description"].strip().endswith("."), rule["alert"]


def test_prometheus_reads_the_bridge_under_the_name_that_the_alerts_use() -> None:
    document = yaml.safe_load((RULES.parent / "prometheus.yml").read_text())
    assert document["rule_files"] == [RULES.name]
    assert [job["job_name"] for job in document["scrape_configs"]] == ["camstrm"]
