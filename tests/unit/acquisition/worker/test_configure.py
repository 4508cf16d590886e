from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

import pytest

from camstrm.acquisition.camera import Camera
from camstrm.acquisition.features.access import read_feature
from camstrm.acquisition.features.frame_rate import FrameRate
from camstrm.acquisition.worker.configure import CameraConfigurator
from camstrm.acquisition.worker.settings import AcquisitionSettings, acquisition_settings
from camstrm.config import CameraSettings, ProcessSettings, ProducerSettings
from camstrm.frame import pixel_format_code
from camstrm.profiles import (
    FeatureStep,
    GentlProfile,
    load_profiles,
    profile_candidates,
    profile_of,
)
from tests.fakes.gentl import node_map as fake
from tests.fakes.gentl.applied_steps import apply_steps
from tests.fakes.gentl.node_map import FakeNode, FakeNodeMap

PROFILES = load_profiles()
MONO8 = 0x01080001
HB_MONO8 = 0x81080001


def apply(nodes: FakeNodeMap, *steps: FeatureStep) -> list[str]:
    return [str(result) for result in apply_steps("cam", nodes, steps)]


def levels(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(r.levelname, r.getMessage()) for r in caplog.records]


def test_steps_are_applied_in_order() -> None:
    order: list[str] = []
    nodes = FakeNodeMap(
        Width=FakeNode(fake.INTEGER, 1, on_write=lambda _: order.append("Width")),
        Height=FakeNode(fake.INTEGER, 1, on_write=lambda _: order.append("Height")),
    )
    steps = (FeatureStep(("Height",), value=5), FeatureStep(("Width",), value=6))
    assert apply(nodes, *steps) == ["Height=5", "Width=6"]
    assert order == ["Height", "Width"]


def test_the_first_spelling_that_exists_is_meant() -> None:
    nodes = FakeNodeMap(
        GainRaw=FakeNode(fake.INTEGER, 1, access=fake.NOT_AVAILABLE),
        GainAbs=FakeNode(fake.INTEGER, 1),
    )
    assert apply(nodes, FeatureStep(("Gain", "GainRaw", "GainAbs"), value=3)) == ["GainAbs=3"]
    assert apply(nodes, FeatureStep(("Gamma", "GammaAbs"), value=3)) == [
        "Gamma=3 not applied: the camera has no such feature"
    ]


def selected(*entries: str) -> tuple[FakeNodeMap, dict[str, Any]]:
    """Return nodes whose Mode is one value for each entry of Selector, and these values."""
    values: dict[str, Any] = dict.fromkeys(entries, "On")
    mode = FakeNode(fake.ENUMERATION, "On", entries=["On", "Off"])
    selector = FakeNode(fake.ENUMERATION, entries[0], entries=entries)
    mode._on_write = lambda value: values.__setitem__(selector.value, value)
    return FakeNodeMap(Selector=selector, Mode=mode), values


def test_each_entry_of_a_selector_is_set_and_the_selector_restored() -> None:
    nodes, values = selected("FrameStart", "LineStart")
    nodes.Selector.value = "LineStart"  # type: ignore[attr-defined]
    step = FeatureStep(("Mode",), value="Off", each="Selector")
    assert apply(nodes, step) == ["Mode=Off", "Mode=Off"]
    assert values == {"FrameStart": "Off", "LineStart": "Off"}
    assert read_feature(nodes, "Selector").value == "LineStart"


def test_each_without_that_selector_is_set_once() -> None:
    nodes = FakeNodeMap(Mode=FakeNode(fake.ENUMERATION, "On", entries=["On", "Off"]))
    assert apply(nodes, FeatureStep(("Mode",), value="Off", each="Selector")) == ["Mode=Off"]


def test_one_entry_of_a_selector_is_set_and_the_selector_restored() -> None:
    nodes, values = selected("A", "B", "C")
    step = FeatureStep(("Mode",), value="Off", selector=("Selector", "B"))
    assert apply(nodes, step) == ["Mode=Off"]
    assert values == {"A": "On", "B": "Off", "C": "On"}
    assert read_feature(nodes, "Selector").value == "A"


def test_without_that_entry_nothing_is_set() -> None:
    nodes, values = selected("A")
    (told,) = apply(nodes, FeatureStep(("Mode",), value="Off", selector=("Selector", "X")))
    assert "not applied: selector: Selector=X not applied: no entry 'X'" in told
    assert values == {"A": "On"}
    (told,) = apply(nodes, FeatureStep(("Mode",), value="Off", selector=("Other", "X")))
    assert told.endswith("not applied: the camera has no such feature")


def test_the_first_entry_that_is_offered() -> None:
    format_node = FakeNode(fake.ENUMERATION, "Mono12", entries=["Mono12", "Mono8", "RGB8"])
    nodes = FakeNodeMap(PixelFormat=format_node)
    wanted = FeatureStep(("PixelFormat",), first_of=("BayerRG8", "Mono8", "RGB8"))
    assert apply(nodes, wanted) == ["PixelFormat=Mono8"]
    assert apply(nodes, FeatureStep(("PixelFormat",), first_of=("BayerRG8", "BayerGB8"))) == [
        "PixelFormat=BayerRG8 or BayerGB8 not applied: none of them is available"
    ]


@pytest.mark.parametrize(("code", "written"), [(MONO8, []), (HB_MONO8, ["Mono8"]), (0, ["Mono8"])])
def test_a_pixel_format_that_can_be_shown_is_kept(code: int, written: list[str]) -> None:
    format_node = FakeNode(fake.ENUMERATION, "HB_Mono8", entries=["HB_Mono8", "Mono8"])
    step = FeatureStep(("PixelFormat",), first_of=("Mono8",), keep_if_decodable=True)
    apply_steps("cam", FakeNodeMap(PixelFormat=format_node), [step], lambda: code)
    assert format_node.written == written


def test_what_the_user_asked_for_is_reported_and_what_a_profile_proposes_is_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    nodes = FakeNodeMap(Width=FakeNode(fake.INTEGER, 1, low=0, high=10))
    apply(
        nodes,
        FeatureStep(("Gain",), value=3, required=True, why="brighter"),
        FeatureStep(("Chunk",), value=3, why="smaller"),
        FeatureStep(("Width",), value=99, required=True),
        FeatureStep(("Width",), value=99),
        FeatureStep(("Width",), value=5, required=True),
        FeatureStep(("Width",), value=5),
    )
    missing = "not applied: the camera has no such feature"
    clamped = "(set to 10, the camera allows 0 to 10)"
    assert levels(caplog) == [
        ("WARNING", f"camera cam: Gain=3 {missing} (brighter)"),
        ("DEBUG", f"camera cam: Chunk=3 {missing} (smaller)"),
        ("INFO", f"camera cam: Width=99 {clamped}"),
        ("INFO", f"camera cam: Width=99 {clamped}"),
        ("INFO", "camera cam: Width=5"),
        ("DEBUG", "camera cam: Width=5"),
        ("INFO", "camera cam: 4 features set; not there: Chunk, Gain"),
    ]


def test_one_line_sums_up_what_was_refused(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    apply(FakeNodeMap(), *())
    assert caplog.records == []
    nodes = FakeNodeMap(Width=FakeNode(fake.INTEGER, 1, access=fake.READ_ONLY))
    apply(nodes, FeatureStep(("Width",), value=9), FeatureStep(("Width",), value=1))
    assert levels(caplog) == [
        ("INFO", "camera cam: 1 features set; Width=9 not applied: not writable now")
    ]


def chosen(camera: CameraSettings, cti: str, named: str = "") -> GentlProfile:
    """Return the profile that the grabber chooses."""
    return profile_of(PROFILES, ProducerSettings(cti=cti, profile=camera.profile or named))


def configurator_for(
    camera: CameraSettings, *, cti: str = "viky.cti", **options: Any
) -> CameraConfigurator:
    """Return what a camera process makes of the camera, chosen as the grabber does."""
    candidates = {} if camera.profile else profile_candidates(PROFILES, cti)
    profile = chosen(camera, cti)
    return CameraConfigurator(profile, camera, cti=cti, candidates=candidates, **options)


def settings_for(
    camera: CameraSettings, *, cti: str = "viky.cti", named: str = "", heartbeat_s: float = 0.0
) -> AcquisitionSettings:
    quirks = chosen(camera, cti, named).quirks
    return acquisition_settings(quirks, camera, ProcessSettings(), heartbeat_s=heartbeat_s)


def test_the_generic_profile_and_the_user_s_features_on_a_real_camera(
    camera: Camera, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    wanted = CameraSettings(
        serial="1",
        name="left",
        features={"Width": 320, "AcquisitionFrameRate": 60.0, "ExposureTime": 500.0},
    )
    configurator = configurator_for(wanted)
    configurator.configure(camera)
    nodes = camera.node_map
    assert read_feature(nodes, "Width").value == 320
    assert read_feature(nodes, "ChunkModeActive").value is False
    # RGBa8 can be shown, so the camera keeps it; the second component is off.
    assert read_feature(nodes, "PixelFormat").value == "RGBa8"
    assert read_feature(nodes, "ComponentSelector").value == "Intensity"
    assert camera.payload_size() >= 320 * 400 * 4
    told = levels(caplog)
    assert any(text.startswith("camera left: profile generic, ") for _, text in told)
    assert any(
        level == "WARNING" and text.startswith("camera left: ExposureTime=500.0 not applied")
        for level, text in told
    )
    assert configurator.buffer_count(camera.frame_rate().fps, camera.payload_size()) == 9


@pytest.mark.parametrize(
    ("cti", "camera", "options", "profile"),
    [
        ("viky.cti", CameraSettings(serial="1"), {}, "generic"),
        ("MvProducerGEV.cti", CameraSettings(serial="1"), {}, "hikrobot-gev"),
        ("viky.cti", CameraSettings(serial="1"), {"named": "hikrobot-gev"}, "hikrobot-gev"),
        ("viky.cti", CameraSettings(serial="1", profile="hikrobot-gev"), {}, "hikrobot-gev"),
    ],
)
def test_quirks_come_from_the_profile(
    cti: str, camera: CameraSettings, options: dict[str, Any], profile: str
) -> None:
    settings = settings_for(camera, cti=cti, **options)
    quirks = PROFILES[profile].quirks
    assert settings.quirks == quirks
    assert settings.quirks.open_retry_interval_s >= 2.0
    assert settings.heartbeat_s == quirks.heartbeat_timeout_s >= 3.0


def test_a_heartbeat_of_the_user_s_is_known_before_the_camera_is_open() -> None:
    camera = CameraSettings(serial="1", features={"GevHeartbeatTimeout": 7000})
    assert settings_for(camera).heartbeat_s == 7.0


def test_what_the_camera_told_goes_before_what_it_will_be_set_to() -> None:
    camera = CameraSettings(serial="1", features={"GevHeartbeatTimeout": 7000})
    assert settings_for(camera, heartbeat_s=9.0).heartbeat_s == 9.0


def test_the_user_s_number_of_buffers_is_taken() -> None:
    configurator = configurator_for(CameraSettings(serial="1", num_buffers=50))
    assert configurator.buffer_count(None, 10**9) == 50


class _Camera:
    """What configure() asks of a camera."""

    def __init__(self, vendor: str, tl_type: str, nodes: FakeNodeMap, stream: Any) -> None:
        self.info = type("Info", (), {"vendor": vendor, "tl_type": tl_type})()
        self.node_map = nodes
        self.stream_node_map = stream

    def pixel_format_code(self) -> int:
        code = pixel_format_code("Mono8")
        assert code is not None
        return code

    def frame_rate(self) -> FrameRate:
        return FrameRate(100.0, sure=True)

    def payload_size(self) -> int:
        return 1000


def profiles(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the profiles that the log names."""
    lines = [text for level, text in levels(caplog) if level == "INFO"]
    return [re.split("[ ,]", line)[3] for line in lines if ": profile " in line]


def test_a_reconnect_logs_only_what_differs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    gain = FakeNode(fake.INTEGER, 1, access=fake.READ_ONLY)
    camera: Any = _Camera("", "", FakeNodeMap(Gain=gain), FakeNodeMap())
    configurator = configurator_for(CameraSettings(serial="1", features={"Gain": 3, "Gamma": 1}))
    configurator.configure(camera)
    first = [text for _, text in levels(caplog)]
    assert len(first) == len(set(first)) == 3, "two that cannot be set, and the summary"
    caplog.clear()
    for _ in range(100):
        configurator.configure(camera)
    assert caplog.records == []
    gain.access = fake.READ_WRITE
    configurator.configure(camera)
    told = [text for _, text in levels(caplog)]
    assert told[0] == "camera 1: Gain=3"
    assert len(told) == 2, "and the summary, which counts it"


def test_what_a_process_before_has_logged_is_not_logged_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    gain = FakeNode(fake.INTEGER, 1)
    camera: Any = _Camera("", "", FakeNodeMap(Gain=gain), FakeNodeMap())
    configurator = configurator_for(CameraSettings(serial="1", features={"Gain": 3}), known=True)
    configurator.configure(camera)
    assert caplog.records == []
    gain.access = fake.READ_ONLY
    gain._value = 1
    configurator.configure(camera)
    assert [level for level, _ in levels(caplog)] == ["WARNING", "INFO"]


def test_the_profile_is_matched_again_by_vendor_and_bus(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.INFO)
    stream = FakeNodeMap(StreamBufferHandlingMode=FakeNode(fake.ENUMERATION, "x", entries=["x"]))
    camera: Any = _Camera("Hikrobot", "GEV", FakeNodeMap(), stream)
    configurator_for(CameraSettings(serial="1"), cti="other.cti").configure(camera)
    assert profiles(caplog) == ["hikrobot-gev"]
    caplog.clear()
    wanted = CameraSettings(serial="1", profile="flir-u3v")
    configurator_for(wanted, cti="o.cti").configure(camera)
    assert profiles(caplog) == ["flir-u3v"]


def test_features_of_the_data_stream_are_set_there() -> None:
    node = FakeNode(fake.INTEGER, 1)
    camera: Any = _Camera("", "", FakeNodeMap(), FakeNodeMap(StreamSomething=node))
    wanted = CameraSettings(serial="1", stream_features={"StreamSomething": 7})
    configurator_for(wanted).configure(camera)
    assert node.written == [7]
    camera.stream_node_map = None
    configurator_for(wanted).configure(camera)


def test_each_feature_is_noted_while_it_is_set_and_what_ended_a_process_is_left_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    notes: list[str] = []
    during: list[str] = []
    gamma = FakeNode(fake.FLOAT, 1.0)
    nodes = FakeNodeMap(
        Gamma=gamma,
        Sharpness=FakeNode(fake.INTEGER, 1, on_write=lambda _: during.append(notes[-1])),
        Hue=FakeNode(fake.FLOAT, 1.0, error=RuntimeError("the producer is broken")),
    )
    camera: Any = _Camera("", "", nodes, None)
    wanted = CameraSettings(serial="S1", features={"Gamma": 2.0, "Sharpness": 7})
    configurator = configurator_for(wanted, left_out=("Gamma",), note_step=notes.append)
    configurator.configure(camera)
    assert during == ["S1\nSharpness"]
    assert notes[-1] == ""
    assert gamma.written == []
    assert not any("Gamma" in note for note in notes)
    reason = "left out, because the camera's process ended each time while setting it"
    assert any(
        level == "WARNING" and text.startswith(f"camera S1: Gamma=2.0 not applied: {reason}")
        for level, text in levels(caplog)
    )
    failing = configurator_for(
        CameraSettings(serial="S1", features={"Hue": 2.0}), note_step=notes.append
    )
    with pytest.raises(RuntimeError):
        failing.configure(camera)
    assert notes[-2:] == ["S1\nHue", ""], "an exception is no death"


def test_a_misspelt_feature_of_the_configuration_is_warned_of_with_what_may_be_meant(
    caplog: pytest.LogCaptureFixture,
) -> None:
    nodes = FakeNodeMap(ExposureTime=FakeNode(fake.FLOAT, 1.0))
    step = FeatureStep(("exposureTime",), value=9.0, required=True, origin="config")
    apply(nodes, step, FeatureStep(("exposureTime",), value=9.0))
    assert levels(caplog)[0] == (
        "WARNING",
        (
            "camera cam: exposureTime=9.0 not applied: the camera has no such feature; "
            "did you mean ExposureTime?"
        ),
    )
