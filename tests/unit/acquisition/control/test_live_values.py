from __future__ import annotations

import pytest

from camstrm.acquisition.control.live_values import LiveValues, same_value
from camstrm.feature import FeatureSetting, FeatureValue


def of(feature: str, value: FeatureValue, **selectors: str | int) -> FeatureSetting:
    return FeatureSetting(feature, value, selectors)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (1, 1, True),
        (1, 2, False),
        (1, 1.0, True),
        (4999.6, 4999.6000000001, True),
        (4999.6, 4999.7, False),
        (True, 1, False),
        ("On", "On", True),
        ("1", 1, False),
        (1.0, "1.0", False),
        (None, None, False),
        (float("nan"), 1.0, False),
    ],
)
def test_same_values(one: FeatureValue | None, other: FeatureValue | None, same: bool) -> None:
    assert same_value(one, other) is same


def test_values_stay_in_the_order_of_setting() -> None:
    live = LiveValues()
    live.note(of("ExposureAuto", "Off"))
    live.note(of("ExposureTime", 5000.0))
    live.note(of("Gain", 3.0))
    live.note(of("ExposureAuto", "Once"), of("ExposureTime", 100.0))
    assert live.settings() == (
        of("Gain", 3.0),
        of("ExposureAuto", "Once"),
        of("ExposureTime", 100.0),
    )


def test_a_feature_has_one_value_for_each_of_its_selectors() -> None:
    live = LiveValues()
    live.note(of("BalanceRatio", 1.5, BalanceRatioSelector="Red"))
    live.note(of("BalanceRatio", 1.2, BalanceRatioSelector="Blue"))
    live.note(of("BalanceRatio", 1.4, BalanceRatioSelector="Red"))
    assert [setting.value for setting in live.settings()] == [1.2, 1.4]
    assert live.differs("BalanceRatio", {"BalanceRatioSelector": "Blue"})
    assert not live.differs("BalanceRatio", {"BalanceRatioSelector": "Green"})
    assert not live.differs("BalanceRatio")


def test_what_the_configuration_says_is_left_out() -> None:
    live = LiveValues()
    live.note_configured(
        [of("ExposureTime", 4000.0), of("TriggerMode", "Off", TriggerSelector="FrameStart")]
    )
    live.note(of("ExposureTime", 5000.0), of("TriggerMode", "On", TriggerSelector="FrameStart"))
    assert len(live.settings()) == 2
    live.note(of("ExposureTime", 4000), of("TriggerMode", "Off", TriggerSelector="FrameStart"))
    assert live.settings() == ()
    live.note(of("TriggerMode", "Off", TriggerSelector="LineStart"))
    assert len(live.settings()) == 1, "nothing is said of this selector"
    assert live.configured("TriggerMode", {"TriggerSelector": "FrameStart"}) == "Off"
    assert live.configured("Gain") is None


def test_a_configured_value_without_selectors_counts_for_all() -> None:
    live = LiveValues()
    live.note_configured([of("TriggerMode", "Off")])
    live.note(of("TriggerMode", "Off", TriggerSelector="FrameStart"))
    assert live.settings() == ()
    assert live.configured("TriggerMode", {"TriggerSelector": "LineStart"}) == "Off"


def test_each_change_is_said_once() -> None:
    changes = []
    live = LiveValues(lambda: changes.append(live.settings()))
    live.note(of("Gain", 3.0))
    live.note(of("Gain", 3.0))
    live.forget([of("Gamma", 1.0)])
    live.forget([of("Gain", 0.0)])
    live.note()
    live.keep([of("Gain", 2.0)])
    assert changes == [(of("Gain", 3.0),), ()]
    assert live.settings() == (of("Gain", 2.0),)


def test_what_was_written_into_the_configuration_is_set_again_and_differs_no_more() -> None:
    live = LiveValues()
    live.note_configured([of("Gain", 1.0)])
    live.note(of("Gain", 2.0), of("Width", 640))
    live.written(["Gain"])
    assert live.differing() == (of("Width", 640),)
    assert live.settings() == (of("Gain", 2.0), of("Width", 640))
    assert not live.differs("Gain")
    assert live.configured("Gain") == 2.0
    live.note(of("Gain", 3.0))
    assert live.differs("Gain")
    live.forget([of("Gain", 3.0)])
    assert of("Gain", 2.0) in live.settings(), "a revert goes back to what was written"
    live.note(of("Gain", 1.0))
    assert live.differs("Gain"), "what the configuration said at the start is no longer it"
