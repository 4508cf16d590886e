"""Views of a frame: what is shown, how large, at which quality, and what two of them share."""

from __future__ import annotations

import numpy as np
import pytest
import simplejpeg
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from camstrm.errors import PayloadSizeError, UnsupportedPixelFormatError
from camstrm.imaging import PictureEncoder
from camstrm.imaging.demosaic import superpixel
from camstrm.imaging.pixel_blocks import PixelBlocks
from camstrm.wire import Region, View
from tests.fakes.pictures.pixel_packing import ALL_CODES, raw_frame
from tests.fakes.pictures.scenes import frame_of, natural_scene

SCENE = natural_scene(720, 960)
FRAME = frame_of("BayerRG8", SCENE)


def sides(view: View, **reduced: int) -> tuple[int, int]:
    picture = PictureEncoder(max_width=480, max_height=360).begin(FRAME).view(view, **reduced)
    assert picture is not None
    height, width = simplejpeg.decode_jpeg_header(picture.jpeg)[:2]
    assert (picture.width, picture.height) == (width, height)
    assert (picture.source_width, picture.source_height) == (960, 720)
    return width, height


@pytest.mark.parametrize(
    ("view", "wanted"),
    [
        (View(0), (480, 360)),
        (View(0, max_width=160), (160, 120)),
        (View(0, max_width=960, max_height=960), (960, 720)),
        (View(0, max_width=5000, max_height=5000), (960, 720)),
        (View(0, Region(8, 8, 64, 32)), (64, 32)),
        (View(0, Region(8, 8, 64, 32), max_width=5000), (64, 32)),
        (View(0, Region(0, 0, 640, 640), max_width=640, max_height=640), (640, 640)),
        (View(0, Region(0, 0, 640, 640), max_width=320, max_height=640), (320, 320)),
        (View(0, Region(3, 5, 64, 32)), (72, 40)),
        (View(0, Region(952, 712, 64, 64)), (8, 8)),
    ],
)
def test_a_picture_fits_the_limits_and_is_never_enlarged(
    view: View, wanted: tuple[int, int]
) -> None:
    assert sides(view) == wanted


def test_what_is_shown_is_said() -> None:
    begun = PictureEncoder().begin(FRAME)
    whole, part = begun.view(View(0, max_width=80)), begun.view(View(0, Region(3, 700, 9, 900)))
    assert whole is not None
    assert part is not None
    assert whole.region == Region(0, 0, 960, 720)
    assert part.region == Region(0, 696, 16, 24)


def test_nothing_of_a_region_outside_the_frame() -> None:
    begun = PictureEncoder().begin(FRAME)
    assert begun.view(View(0, Region(960, 0, 64, 64))) is None
    assert begun.view(View(0, Region(0, 720, 64, 64))) is None


def test_a_budget_lowers_every_quality_and_halves_regions_down_to_320_pixels() -> None:
    region = View(0, Region(0, 0, 960, 720), max_width=960, max_height=720)
    assert [sides(region, halvings=n) for n in range(4)] == [(960, 720), *[(480, 360)] * 3]
    native = View(0, Region(0, 0, 640, 640), max_width=640, max_height=640)
    assert [sides(native, halvings=n) for n in range(3)] == [(640, 640), *[(320, 320)] * 2]
    assert sides(View(0, Region(0, 0, 632, 640), 640, 640), halvings=3) == (632, 640)
    assert sides(View(0, max_width=960, max_height=960), halvings=3) == (120, 90)
    begun = PictureEncoder(quality=80).begin(FRAME)
    sizes = [
        len(begun.view(View(0, quality=wished), quality=most).jpeg)  # type: ignore[union-attr]
        for wished, most in ((95, 100), (None, 100), (80, 100), (95, 60), (40, 60), (40, 100))
    ]
    fine, usual, same, capped, coarse, also_coarse = sizes
    assert fine > usual == same > capped > coarse == also_coarse


@pytest.mark.parametrize("name", ["BayerRG8", "BayerRG12p", "Mono12", "Mono8", "RGB8"])
def test_pictures_of_one_frame_are_the_same_as_alone(name: str) -> None:
    frame = frame_of(name, natural_scene(180, 240))
    views = [View(0), View(0, max_width=60), View(0, max_width=30), View(0, max_width=50)]
    views += [View(0, Region(0, 0, 100, 100)), View(0, Region(0, 0, 100, 100), max_width=40)]
    encoder = PictureEncoder(max_width=120, max_height=90)
    for _ in range(2):  # also with the arrays of the frame before
        begun = encoder.begin(frame)
        together = [begun.view(view) for view in views]
        alone = [PictureEncoder(max_width=120, max_height=90).begin(frame) for view in views]
        assert together == [one.view(view) for one, view in zip(alone, views, strict=True)]


def test_colours_are_made_once_for_all_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[PixelBlocks] = []

    def counted(blocks: PixelBlocks) -> NDArray[np.uint8]:
        calls.append(blocks)
        return superpixel(blocks)

    monkeypatch.setattr("camstrm.imaging.image.superpixel", counted)
    begun = PictureEncoder(max_width=480, max_height=360).begin(FRAME)
    for view in (View(0), View(0, max_width=320), View(0, max_width=160)):
        begun.view(view)
    assert len(calls) == 1


def test_what_cannot_be_shown_is_refused_at_once() -> None:
    frame = raw_frame(bytes(100), 10, 11, ALL_CODES["Mono8"])
    with pytest.raises(PayloadSizeError, match="10x11 Mono8 needs 110 bytes, the buffer holds 100"):
        PictureEncoder().begin(frame)
    with pytest.raises(UnsupportedPixelFormatError):
        PictureEncoder().begin(raw_frame(bytes(100), 10, 10, 0x81080001))


NUMBERS = st.integers(0, 90) | st.integers(0, 70_000)
POSITIVE = st.integers(1, 90) | st.integers(1, 70_000)
VIEWS = st.builds(
    View,
    st.just(0),
    st.none() | st.builds(Region, NUMBERS, NUMBERS, POSITIVE, POSITIVE),
    st.none() | POSITIVE,
    st.none() | POSITIVE,
    st.none() | st.integers(1, 100),
)
FRAMES = st.tuples(st.sampled_from(sorted(ALL_CODES)), st.integers(1, 67), st.integers(1, 67))


@given(FRAMES, st.sampled_from([0, 0, 2]), st.lists(VIEWS, max_size=4), st.integers(0, 3))
@settings(deadline=None)
def test_any_view_of_any_frame_is_a_picture_or_none(
    size: tuple[str, int, int], padding_x: int, views: list[View], halvings: int
) -> None:
    name, width, height = size
    count = (width * 4 + padding_x) * height
    data = np.random.default_rng(count).integers(0, 256, count, np.uint8)
    begun = PictureEncoder().begin(raw_frame(data, width, height, ALL_CODES[name], padding_x))
    for view in views:
        picture = begun.view(view, halvings=halvings)
        if picture is None:
            assert view.region is not None
            assert view.region.x >= width or view.region.y >= height
        else:
            rows, columns, *_ = simplejpeg.decode_jpeg(picture.jpeg).shape
            assert (columns, rows) == (picture.width, picture.height)
            assert columns <= min(picture.region.width, view.max_width or width)
            assert rows <= min(picture.region.height, view.max_height or height)
