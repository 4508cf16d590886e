"""A lens to focus and a picture that follows exposure, gain and white balance."""

from __future__ import annotations

import numpy as np
import pytest

from camstrm.frame import FrameTimes, RawFrame
from camstrm.imaging.measure import measure
from camstrm.wire.operations import Measure, Measurement
from camstrm.wire.views import Region
from tests.fakes.pictures.pixel_packing import ALL_CODES
from tests.simulator.raw_gentl import OpenCamera
from tests.simulator.scenario import CameraSpec

BEST = 620
"""Where scene.h has the picture sharp."""

SCENE = Region(0, 64, 640, 380)
"""All but the stamp and the running mark, which are sharp always."""

BARS = Region(0, 64, 640, 64)
GREY = Region(0, 380, 300, 60)
"""A part of the ramp, which is grey."""


def spec(**more: object) -> CameraSpec:
    return CameraSpec("A1", width=640, height=480, formats=("BayerRG8", "BayerRG12"), **more)  # type: ignore[arg-type]


def look(camera: OpenCamera, region: Region | None = None, name: str = "BayerRG8") -> Measurement:
    """Return what is measured of a new frame."""
    camera.set("PixelFormat", ALL_CODES[name])
    camera.start(buffers=2)
    handle = camera.fetch()
    data = camera.bytes_of(handle)
    camera.stop()
    camera.revoke_all()
    frame = RawFrame(np.frombuffer(data, np.uint8), 640, 480, ALL_CODES[name], FrameTimes(0))
    return measure(frame, Measure(region, bins=0, exact=True))


def means(found: Measurement) -> dict[str, float]:
    return {channel.name: channel.mean for channel in found.channels}


with_optics = pytest.mark.parametrize("run", [[spec(optics=True)]], indirect=True)


@with_optics
def test_sharpness_has_one_peak(camera: OpenCamera) -> None:
    steps = [0, 150, 300, 450, 540, 590, BEST, 650, 700, 800, 1000]
    sharp, whole = [], []
    for step in steps:
        camera.set("FocusStepper", step)
        sharp.append(look(camera, SCENE).sharpness)
        whole.append(look(camera).sharpness)
    peak = steps.index(BEST)
    assert sharp[: peak + 1] == sorted(sharp[: peak + 1]), "it only grows on the way there"
    assert sharp[peak:] == sorted(sharp[peak:], reverse=True), "and only falls behind it"
    assert sharp[peak] > 1.3 * sharp[peak - 1] > 0
    assert sharp[peak] > 1.3 * sharp[peak + 1]
    assert whole.index(max(whole)) == peak, "also with the stamp in it"


@with_optics
def test_exposure_and_gain_brighten_until_it_clips(camera: OpenCamera) -> None:
    usual = means(look(camera, BARS))["G"]
    camera.set("ExposureTime", 2500.0)
    assert means(look(camera, BARS))["G"] == pytest.approx(usual / 2, rel=0.05)
    camera.set("Gain", 6.02)
    assert means(look(camera, BARS))["G"] == pytest.approx(usual, rel=0.05)
    assert all(channel.clipped == 0 for channel in look(camera, BARS).channels)
    camera.set("Gain", 18.0)
    for name in ("BayerRG8", "BayerRG12"):
        green = next(c for c in look(camera, BARS, name).channels if c.name == "G")
        assert green.clipped > 20
        assert green.maximum == (255 if name == "BayerRG8" else 4095)


@with_optics
def test_grey_has_a_cast_that_white_balance_takes_away(camera: OpenCamera) -> None:
    cast = means(look(camera, GREY))
    assert cast["R"] < 0.8 * cast["G"]
    assert cast["B"] < 0.65 * cast["G"]
    for selector, name in ((0, "R"), (2, "B")):
        camera.set("BalanceRatioSelector", selector)
        camera.set("BalanceRatio", cast["G"] / cast[name])
    grey = means(look(camera, GREY))
    assert grey["R"] == pytest.approx(grey["G"], rel=0.03)
    assert grey["B"] == pytest.approx(grey["G"], rel=0.03)


@pytest.mark.parametrize("run", [[spec()]], indirect=True)
def test_without_optics_nothing_of_it_is_there(camera: OpenCamera) -> None:
    before = look(camera, BARS)
    camera.set("ExposureTime", 2500.0)
    assert means(look(camera, BARS)) == means(before)
    with pytest.raises(KeyError):
        camera.set("FocusStepper", 5)
