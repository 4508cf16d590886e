from collections.abc import Sequence

import pytest

from camstrm.config import CameraSettings, FeatureValue
from camstrm.profiles import (
    FeatureStep,
    GentlProfile,
    LinkFacts,
    load_profiles,
    plan_features,
    plan_stream_features,
)
from camstrm.profiles.profile import STAGES, FeatureRule

PROFILES = load_profiles()
GIGE = LinkFacts(mtu=1500, bytes_per_s=125e6, cameras=1)


def plan(
    name: str, link: LinkFacts | None = None, /, **features: FeatureValue
) -> tuple[FeatureStep, ...]:
    return plan_features(PROFILES[name], CameraSettings(serial="1", features=features), link)


def brief(steps: Sequence[FeatureStep]) -> list[tuple[str, FeatureValue | None]]:
    return [(step.names[0], step.value) for step in steps]


def value_of(steps: Sequence[FeatureStep], name: str) -> FeatureValue | None:
    values = [step.value for step in steps if step.names[0] == name]
    assert len(values) <= 1
    return values[0] if values else None


def test_generic_without_wishes_leaves_what_was_tuned() -> None:
    assert brief(plan("generic")) == [
        ("AcquisitionStop", True),
        ("TriggerMode", "Off"),
        ("AcquisitionMode", "Continuous"),
        ("ComponentEnable", False),
        ("PixelFormat", None),
        ("ChunkModeActive", False),
        ("GevHeartbeatTimeout", 3000),
    ]


def test_how_steps_are_to_be_set() -> None:
    steps = {step.names[0]: step for step in plan("generic")}
    assert steps["TriggerMode"].each == "TriggerSelector"
    assert steps["ComponentEnable"].selector == ("ComponentSelector", "Range")
    assert steps["PixelFormat"].first_of[0] == "BayerRG8"
    assert steps["PixelFormat"].keep_if_decodable
    assert not any(step.required for step in steps.values())
    assert {step.origin for step in steps.values()} == {"profile"}
    assert all(step.why for step in steps.values())


def test_full_order_for_a_hikrobot_gige_camera() -> None:
    camera = CameraSettings(
        serial="1",
        reset=True,
        ptp=True,
        features={
            "AcquisitionFrameRate": 400.0,
            "Unheard": 1,
            "Gain": 2.0,
            "ExposureTime": 1500.0,
            "OffsetX": 8,
            "Width": 320,
            "OfNobody": "x",
        },
    )
    assert brief(plan_features(PROFILES["hikrobot-gev"], camera, GIGE)) == [
        ("UserSetSelector", "Default"),
        ("UserSetLoad", True),
        ("AcquisitionStop", True),
        ("TriggerMode", "Off"),
        ("AcquisitionMode", "Continuous"),
        ("ImageCompressionMode", "Off"),
        ("ComponentEnable", False),
        ("OffsetX", 0),
        ("OffsetY", 0),
        ("PixelFormat", None),
        ("Width", 320),
        ("OffsetX", 8),
        ("ChunkModeActive", False),
        ("GevSCPSPacketSize", 1500),
        ("GevSCPSDoNotFragment", True),
        ("GevSCPD", 0),
        ("GevHeartbeatTimeout", 5000),
        ("GevIEEE1588", True),
        ("ExposureMode", "Timed"),
        ("ExposureAuto", "Off"),
        ("ExposureTime", 1500.0),
        ("GainAuto", "Off"),
        ("Gain", 2.0),
        ("Unheard", 1),
        ("OfNobody", "x"),
        ("AcquisitionFrameRateEnable", True),
        ("AcquisitionFrameRate", 400.0),
    ]


@pytest.mark.parametrize("name", list(PROFILES))
def test_any_plan_follows_the_stages(name: str) -> None:
    steps = plan(
        name, GIGE, TriggerMode="On", Foo=1, ExposureTime=1, Width=8, AcquisitionFrameRate=9
    )
    stages = [STAGES.index(step.stage) for step in steps]
    assert stages == sorted(stages)
    assert steps[-1].names[0] == "AcquisitionFrameRate"


def test_a_users_value_replaces_the_profiles_and_is_required() -> None:
    steps = plan("generic", PixelFormat="Mono8", ChunkModeActive=True)
    pixel_format = next(step for step in steps if step.names[0] == "PixelFormat")
    assert pixel_format == FeatureStep(
        names=("PixelFormat",),
        value="Mono8",
        required=True,
        origin="config",
        stage="geometry",
        why="set in the configuration",
    )
    assert value_of(steps, "ChunkModeActive") is True


def test_an_automatic_that_the_user_sets_stays_as_set() -> None:
    steps = plan("generic", ExposureAuto="Once", ExposureTime=10.0)
    assert value_of(steps, "ExposureAuto") == "Once"


def test_trigger_of_the_user_comes_after_all_triggers_off_and_lifts_the_rate_limit() -> None:
    steps = plan("generic", TriggerMode="On", TriggerSource="Line0", TriggerSelector="FrameStart")
    assert brief(steps)[1:6] == [
        ("TriggerMode", "Off"),
        ("AcquisitionMode", "Continuous"),
        ("TriggerSelector", "FrameStart"),
        ("TriggerSource", "Line0"),
        ("TriggerMode", "On"),
    ]
    assert brief(steps)[-1] == ("AcquisitionFrameRateEnable", False)
    assert ("AcquisitionFrameRateEnable", False) not in brief(plan("generic", TriggerMode="Off"))


def test_rate_limit_stays_if_the_user_sets_one_with_a_trigger() -> None:
    steps = plan("generic", TriggerMode="On", AcquisitionFrameRate=10)
    assert value_of(steps, "AcquisitionFrameRateEnable") is True


def test_other_spelling_of_a_feature_counts_as_given() -> None:
    steps = plan("generic", AcquisitionFrameRateAbs=25.0)
    assert brief(steps)[-2:] == [
        ("AcquisitionFrameRateEnable", True),
        ("AcquisitionFrameRateAbs", 25.0),
    ]
    assert steps[-1].names == ("AcquisitionFrameRateAbs", "AcquisitionFrameRate")
    assert steps[-2].names == ("AcquisitionFrameRateEnable", "AcquisitionFrameRateEnabled")


def test_flir_switches_the_rates_automatic_off_first() -> None:
    assert brief(plan("flir-u3v", AcquisitionFrameRate=50.0))[-3:] == [
        ("AcquisitionFrameRateAuto", "Off"),
        ("AcquisitionFrameRateEnable", True),
        ("AcquisitionFrameRate", 50.0),
    ]


def test_features_with_selectors() -> None:
    features: dict[str, FeatureValue] = {
        "BalanceRatio[BalanceRatioSelector=Red]": 1.5,
        "BalanceRatio[BalanceRatioSelector=Blue]": 2.5,
        "Line[LineSelector=Line1]": "x",
    }
    steps = plan("generic", **features)[-4:]
    assert [(s.names[0], s.selector, s.value) for s in steps] == [
        ("BalanceWhiteAuto", None, "Off"),
        ("BalanceRatio", ("BalanceRatioSelector", "Red"), 1.5),
        ("BalanceRatio", ("BalanceRatioSelector", "Blue"), 2.5),
        ("Line", ("LineSelector", "Line1"), "x"),
    ]


@pytest.mark.parametrize(
    ("name", "mtu", "size"),
    [
        ("hikrobot-gev", 0, None),
        ("hikrobot-gev", 1400, None),
        ("hikrobot-gev", 1500, 1500),
        ("hikrobot-gev", 8192, 8192),
        ("hikrobot-gev", 9000, 9000),
        ("hikrobot-gev", 65536, 9000),
        ("flir-gev", 1500, 1400),
        ("flir-gev", 8999, 1400),
        ("flir-gev", 9000, 9000),
        ("generic", 9000, None),
    ],
)
def test_packet_size_fits_the_network(name: str, mtu: int, size: int | None) -> None:
    assert value_of(plan(name, LinkFacts(mtu=mtu)), "GevSCPSPacketSize") == size


@pytest.mark.parametrize(
    ("name", "cameras", "limit"),
    [
        ("flir-gev", 1, 112_500_000),
        ("flir-gev", 2, 56_250_000),
        ("hikrobot-gev", 1, None),
        ("hikrobot-gev", 3, 37_500_000),
    ],
)
def test_throughput_is_shared(name: str, cameras: int, limit: int | None) -> None:
    link = LinkFacts(bytes_per_s=125e6, cameras=cameras)
    assert value_of(plan(name, link), "DeviceLinkThroughputLimit") == limit


def test_packet_delay_is_for_one_camera_on_its_link() -> None:
    assert value_of(plan("hikrobot-gev"), "GevSCPD") == 0
    assert value_of(plan("hikrobot-gev", LinkFacts(cameras=2)), "GevSCPD") is None


def test_stream_features() -> None:
    camera = CameraSettings(
        serial="1",
        features={"Gain": 1},
        stream_features={"StreamBufferHandlingMode": "NewestOnly", "Mine": 3},
    )
    steps = plan_stream_features(PROFILES["flir-gev"], camera, 24)
    assert brief(steps) == [
        ("StreamBufferHandlingMode", "NewestOnly"),
        ("StreamBufferCountMode", "Manual"),
        ("StreamBufferCountManual", 24),
        ("StreamPacketResendEnable", True),
        ("Mine", 3),
    ]
    assert steps[3].names == ("StreamPacketResendEnable", "GevPacketResendMode")
    assert [step.required for step in steps] == [True, False, False, False, True]


def test_a_rule_that_is_not_configurable_leaves_the_users_value_to_the_user_stage() -> None:
    profile = GentlProfile(
        name="x",
        features=(
            FeatureRule(name="A", stage="stop", value=1, configurable=False),
            FeatureRule(name="B", stage="rate", value=2),
        ),
    )
    camera = CameraSettings(serial="1", features={"A": 5})
    assert brief(plan_features(profile, camera)) == [("A", 1), ("A", 5), ("B", 2)]
