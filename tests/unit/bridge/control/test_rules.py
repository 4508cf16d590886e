from __future__ import annotations

import pytest

from camstrm.bridge.control.role import Role
from camstrm.bridge.control.rules import FeatureRules
from camstrm.config import ControlSettings
from camstrm.wire import CameraInfo

DEFAULT = FeatureRules(ControlSettings())


@pytest.mark.parametrize(
    "feature",
    """ExposureTime ExposureTimeAbs ExposureAuto AutoExposureExposureTimeUpperLimit Gain GainRaw
    GainAuto BlackLevel Gamma GammaEnable BalanceRatio BalanceWhiteAuto AcquisitionFrameRate
    AcquisitionFrameRateEnable TriggerMode TriggerSource TriggerSoftware Width Height OffsetX
    OffsetY BinningHorizontal TestPattern TestImageSelector DeviceIndicatorMode FocusStepper
    IrisStepper ZoomStepper""".split(),
)
def test_what_changes_the_picture_is_for_control_by_default(feature: str) -> None:
    assert DEFAULT.of_change(feature, Role.CONTROL) is None


@pytest.mark.parametrize(
    "feature",
    """UserSetLoad PixelFormat LineMode LineInverter UserOutputValue DeviceUserID PtpEnable
    exposuretime TestPendingAck SequencerMode""".split(),
)
def test_all_else_is_for_admins_and_the_refusal_says_which_list(feature: str) -> None:
    refusal = DEFAULT.of_change(feature, Role.CONTROL)
    assert refusal is not None
    assert refusal.problem == (
        f"{feature} may not be changed: no pattern of bridge.control.allow (its default; a "
        "configuration file may set another) fits"
    )
    assert "admin" in refusal.remedy
    assert DEFAULT.of_change(feature, Role.ADMIN) is None


@pytest.mark.parametrize(
    "feature",
    """DeviceReset DeviceFactoryReset UserSetSave UserSetDefault UserSetDefaultSelector FileOpenMode
    FileOperationExecute FileAccessBuffer FileSelector DeviceFirmwareUpdate GevPersistentIPAddress
    GevCurrentIPConfigurationPersistentIP GevPersistentSubnetMask GevPersistentDefaultGateway GevCCP
    GevSCDA GevSCPHostPort GevHeartbeatTimeout DeviceLinkHeartbeatTimeout AcquisitionStop
    TLParamsLocked""".split(),
)
def test_nobody_may_change_what_is_denied(feature: str) -> None:
    for role in Role:
        refusal = DEFAULT.of_change(feature, role)
        assert refusal is not None
        assert f"nobody may change {feature}: pattern '" in refusal.problem
        assert "of bridge.control.deny (its default" in refusal.problem
        assert "Not even an admin" in refusal.remedy
        assert DEFAULT.of_selector(feature, role) is not None


def test_the_deny_list_wins() -> None:
    role = Role.CONTROL
    rules = FeatureRules(ControlSettings(allow=("*",), deny=("Gain?uto",)), "/etc/c.toml")
    assert rules.of_change("Gain", role) is None
    assert rules.of_change("DeviceReset", role) is None, "a list of one's own takes its place"
    refusal = rules.of_change("GainAuto", role)
    assert refusal is not None
    assert refusal.problem == (
        "nobody may change GainAuto: pattern 'Gain?uto' of bridge.control.deny in /etc/c.toml"
    )


def test_a_refusal_names_the_file() -> None:
    role = Role.CONTROL
    rules = FeatureRules(ControlSettings(allow=("Gain",)), "/etc/c.toml")
    refusal = rules.of_change("Width", role)
    assert refusal is not None
    assert "no pattern of bridge.control.allow in /etc/c.toml fits" in refusal.problem
    denied = rules.of_change("DeviceReset", role)
    assert denied is not None
    assert "bridge.control.deny (its default; /etc/c.toml may set another)" in denied.problem


@pytest.mark.parametrize("locked", ["left", "SN1"])
def test_a_locked_camera_is_for_admins(locked: str) -> None:
    rules = FeatureRules(ControlSettings(locked=(locked,)), "/etc/c.toml")
    camera = CameraInfo(0, "left", "SN1")
    refusal = rules.of_camera(camera, Role.CONTROL)
    assert refusal is not None
    assert refusal.problem == "left is locked: bridge.control.locked in /etc/c.toml"
    assert rules.of_camera(camera, Role.ADMIN) is None
    assert rules.of_camera(CameraInfo(1, "right", "SN2"), Role.CONTROL) is None
    assert rules.of_camera(CameraInfo(1, "right", ""), Role.CONTROL) is None


def test_a_lock_holds_however_the_name_is_composed() -> None:
    rules = FeatureRules(ControlSettings(locked=("caf\u00e9",)))
    assert rules.of_camera(CameraInfo(0, "cafe\u0301"), Role.CONTROL) is not None


@pytest.mark.parametrize("name", ["TriggerSelector", "LUTIndex", "BalanceRatioSelector"])
def test_selectors(name: str) -> None:
    for role in Role:
        assert DEFAULT.of_selector(name, role) is None


@pytest.mark.parametrize("name", ["ExposureTime", "UserSetLoad", "DeviceReset", "Gain"])
def test_a_feature_is_not_written_in_the_place_of_a_selector(name: str) -> None:
    assert DEFAULT.of_selector(name, Role.VIEW) is not None
    assert DEFAULT.of_selector(name, Role.CONTROL) is not None
