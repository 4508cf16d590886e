"""The profiles that camstrm ships: complete, in order, and each entry with its source."""

from collections.abc import Mapping

import pytest

from camstrm.profiles import GentlProfile, load_profiles
from camstrm.profiles.profile import STAGES, FeatureRule

NAMES = ["generic", "flir-u3v", "flir-gev", "hikrobot-u3v", "hikrobot-gev"]

PROFILES = load_profiles()


@pytest.fixture(params=NAMES)
def profile(request: pytest.FixtureRequest) -> GentlProfile:
    return PROFILES[request.param]


def test_all_are_shipped_and_bases_come_first() -> None:
    assert list(PROFILES) == NAMES


def test_every_entry_has_reason_and_source(profile: GentlProfile) -> None:
    entries = [
        *profile.locations,
        *profile.environment,
        *profile.features,
        *profile.stream_features,
        *profile.quirk_notes,
        profile.num_buffers,
        *([profile.usb] if profile.usb else []),
    ]
    for entry in entries:
        assert entry.why, entry
        assert entry.source, entry


def test_maker_profiles_claim_nothing_as_verified() -> None:
    for name in NAMES[1:]:
        own = PROFILES[name]
        base = PROFILES["generic"]
        claimed = [rule for rule in own.features if rule.verified and rule not in base.features]
        claimed_quirks = [
            note for note in own.quirk_notes if note.verified and note not in base.quirk_notes
        ]
        assert not claimed
        assert not claimed_quirks
        assert not any(rule.verified for rule in (*own.locations, *own.environment))


def test_features_follow_the_stages(profile: GentlProfile) -> None:
    stages = [STAGES.index(rule.stage) for rule in profile.features]
    assert stages == sorted(stages)


def test_order_of_what_depends_on_each_other(profile: GentlProfile) -> None:
    keys = [rule.key for rule in profile.features]
    for chain in (
        ["UserSetSelector", "UserSetLoad", "AcquisitionStop", "TriggerMode off"],
        ["TriggerMode off", "TriggerSelector", "TriggerSource", "TriggerMode"],
        ["AcquisitionMode", "OffsetX zero", "BinningHorizontal", "PixelFormat", "Width", "OffsetX"],
        ["Height", "OffsetY", "ChunkModeActive", "GevSCPSPacketSize", "GevSCPD"],
        ["DeviceLinkThroughputLimit", "GevHeartbeatTimeout", "GevIEEE1588", "ExposureMode"],
        ["ExposureAuto", "ExposureTime", "GainAuto", "Gain", "AcquisitionFrameRateEnable"],
        ["AcquisitionFrameRateEnable", "AcquisitionFrameRate"],
    ):
        places = [keys.index(key) for key in chain]
        assert places == sorted(places), chain
    assert keys[-1] == "AcquisitionFrameRate"


def by_key(profile: GentlProfile) -> Mapping[str, FeatureRule]:
    return {rule.key: rule for rule in profile.features}


def test_hikrobot() -> None:
    for name in ("hikrobot-u3v", "hikrobot-gev"):
        profile = PROFILES[name]
        assert profile.quirks.preopen_bypass
        assert profile.quirks.text_encoding == "gbk"
        assert profile.process == "camera"
        rules = by_key(profile)
        assert rules["ImageCompressionMode"].value == "Off"
        keys = list(rules)
        assert (
            keys.index("AcquisitionMode")
            < keys.index("ImageCompressionMode")
            < keys.index("OffsetX zero")
        )


def test_flir() -> None:
    for name in ("flir-u3v", "flir-gev"):
        profile = PROFILES[name]
        assert profile.process == "producer"
        assert profile.quirks.close_open_pause_s == 3.0
        assert profile.quirks.text_encoding == "utf-8"
        keys = list(by_key(profile))
        assert keys.index("AcquisitionFrameRateAuto") < keys.index("AcquisitionFrameRateEnable")
        assert by_key(profile)["AcquisitionFrameRateEnable"].names == (
            "AcquisitionFrameRateEnable",
            "AcquisitionFrameRateEnabled",
        )


def test_gige_profiles_wait_for_the_heartbeat() -> None:
    for name, milliseconds in (("hikrobot-gev", 5000), ("flir-gev", 5000), ("generic", 3000)):
        quirks = PROFILES[name].quirks
        assert by_key(PROFILES[name])["GevHeartbeatTimeout"].value == milliseconds
        assert quirks.heartbeat_timeout_s == milliseconds / 1000
        # Trying more often restarts the heartbeat time and keeps the camera locked.
        assert quirks.open_retry_interval_s >= 2.0


def test_gige_profiles_inherit_the_locations_or_have_their_own() -> None:
    assert PROFILES["flir-gev"].locations == PROFILES["flir-u3v"].locations
    assert all("GEV" in rule.path for rule in PROFILES["hikrobot-gev"].locations)
    assert all("U3V" in rule.path for rule in PROFILES["hikrobot-u3v"].locations)


def test_generic_guesses_no_location() -> None:
    generic = PROFILES["generic"]
    assert (generic.locations, generic.environment, generic.file_pattern) == ((), (), "")


def test_usb_vendor_ids_and_what_to_install() -> None:
    usb = {name: profile.usb for name, profile in PROFILES.items() if profile.usb}
    assert {name: rule.vendor for name, rule in usb.items()} == {
        "flir-u3v": ("1e10", "1724"),
        "flir-gev": ("1e10", "1724"),
        "hikrobot-u3v": ("2bdf",),
        "hikrobot-gev": ("2bdf",),
    }
    assert [rule.maker for rule in usb.values()] == ["FLIR", "FLIR", "Hikrobot", "Hikrobot"]
    assert {profile.sdk for profile in PROFILES.values()} == {
        "",
        "Hikrobot MVS",
        "Teledyne Spinnaker",
    }
