"""Picture path per format: raw frame to JPEG, beside libjpeg-turbo on the finished picture."""

from __future__ import annotations

import contextlib
import statistics
import time
from dataclasses import dataclass, field

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from bench.picture.jpeg_floor import Timed, build_jpeg_floor, c_encoder, simplejpeg_encoder
from bench.picture.scene import camera_scene, frame_of
from bench.report import Findings, Row
from camstrm.frame import RawFrame
from camstrm.imaging import PictureEncoder
from camstrm.imaging.scale import fit_size
from tests.fakes.pictures.decoded import to_image
from tests.fakes.pictures.scenes import psnr

WIDTH, HEIGHT, QUALITY = 2656, 2304, 80
MAX_WIDTH, MAX_HEIGHT = 1328, 1152
FORMATS = ("Mono8", "Mono12p", "Mono12Packed", "BayerRG8", "BayerRG12p", "RGB8", "YUV422_8")
SMALL = (640, 480)
SMALL_FORMATS = ("Mono8", "BayerRG8")

TARGETS = {"Mono8": ("grey", 1.3), "BayerRG8": ("4:2:0", 1.6)}
TARGETS |= dict.fromkeys(("Mono12p", "Mono12Packed", "BayerRG12p"), ("grey", 2.4))
"""For the halved picture: which floor, and how many times its time at most."""

MIN_PSNR_DB = 30.0
DAMAGED_DB = 22.0
"""Below it a JPEG does not show what the camera saw: it counts as lost."""


@dataclass
class Course:
    """One format on its way: the frame, what it should look like, and what was measured."""

    name: str
    frame: RawFrame
    finished: NDArray[np.uint8]
    encoder: PictureEncoder = field(default_factory=lambda: PictureEncoder(quality=QUALITY))
    jpeg: bytes = b""
    lost: int = 0
    seconds: list[float] = field(default_factory=list)
    ratios: dict[str, list[float]] = field(default_factory=dict)

    def encode(self) -> float:
        """Encode once, to the same bytes each time, or it counts; return the seconds of CPU."""
        begin = time.thread_time()
        picture = self.encoder.encode(self.frame)
        seconds = time.thread_time() - begin
        self.jpeg = self.jpeg or picture.jpeg
        self.lost += picture.jpeg != self.jpeg
        return seconds

    def check(self) -> None:
        """Count all pictures as lost when the JPEG does not show the finished picture."""
        shown = simplejpeg.decode_jpeg(self.jpeg, "GRAY" if self.finished.ndim == 2 else "RGB")
        if shown.size != self.finished.size or (
            psnr(shown.reshape(self.finished.shape), self.finished) < DAMAGED_DB
        ):
            self.lost = max(len(self.seconds), 1)


def run(*, short: bool) -> Findings:
    """Return a row for each format: ms of CPU, and the ratio to encoding the finished picture."""
    cv2.setNumThreads(1)
    rounds = 3 if short else 40
    scene = camera_scene(WIDTH, HEIGHT)
    rows = _measure(FORMATS, scene, rounds, with_c=not short)
    rows.append(_bayer_quality(scene))
    return Findings(rows + _measure(SMALL_FORMATS, camera_scene(*SMALL), rounds * 3, with_c=False))


def _measure(
    names: tuple[str, ...], scene: NDArray[np.uint8], rounds: int, *, with_c: bool
) -> list[Row]:
    courses = [_course(name, scene) for name in names]
    grey = next(c.finished for c in courses if c.finished.ndim == 2)
    colour = next(c.finished for c in courses if c.finished.ndim == 3)
    floors = {
        "grey": simplejpeg_encoder(grey, QUALITY),
        "4:2:0": simplejpeg_encoder(colour, QUALITY),
    }
    halved = scene.shape[1] > MAX_WIDTH
    program, problem = build_jpeg_floor() if with_c else (None, "")
    if program is None:
        _take_turns(courses, floors, rounds)
        return [_row(course, "simplejpeg", halved=halved, note=problem) for course in courses]
    with contextlib.ExitStack() as stack:
        in_c = {
            way: stack.enter_context(c_encoder(program, way, image, QUALITY))
            for way, image in (("plane", grey), ("grey", grey), ("rgb", colour))
        }
        in_turn = {"grey": in_c["grey"], "4:2:0": in_c["rgb"], "Y plane": in_c["plane"]}
        _take_turns(courses, in_turn, rounds)
        rows = [_row(course, "tjCompress2 in C", halved=halved) for course in courses]
        # Newer encoders hand a grey picture over as a Y plane; tjbench, the target, does not.
        others = {"Y plane": in_c["plane"], "simplejpeg": floors["grey"]}
        rows.append(_floor_row("grey", in_c["grey"], others, rounds))
        rows.append(_floor_row("4:2:0", in_c["rgb"], {"simplejpeg": floors["4:2:0"]}, rounds))
        return rows


def _course(name: str, scene: NDArray[np.uint8]) -> Course:
    frame = frame_of(name, scene)
    size = fit_size(frame.width, frame.height, MAX_WIDTH, MAX_HEIGHT)
    finished = cv2.resize(to_image(frame), size, interpolation=cv2.INTER_AREA)
    return Course(name, frame, finished)


def _take_turns(courses: list[Course], floors: dict[str, Timed], rounds: int) -> None:
    for course in courses:
        course.encode()  # the scratch arrays are made
        course.ratios = {kind: [] for kind in floors}
        for _ in range(rounds):
            seconds = course.encode()
            course.seconds.append(seconds)
            for kind, floor in floors.items():
                course.ratios[kind].append(seconds / floor())
        course.check()


def _row(course: Course, encoder: str, *, halved: bool, note: str = "") -> Row:
    kind = "grey" if course.finished.ndim == 2 else "4:2:0"
    against, limit = TARGETS.get(course.name, (kind, 0.0)) if halved else (kind, 0.0)
    ratios = {kind: statistics.median(values) for kind, values in course.ratios.items()}
    notes = [f"JPEG of {len(course.jpeg) / 1e3:.0f} KB"]
    for other in (kind, "Y plane") if kind == "grey" else (kind,):
        if other != against and other in ratios:
            notes.append(f"{ratios[other]:.2f} x {other}")
    width, height = course.frame.width, course.frame.height
    return Row(
        f"{course.name} {width}x{height}{' halved' if halved else ''}",
        statistics.median(course.seconds) * 1e3,
        "ms of CPU",
        ratios[against],
        f"{encoder}, {against}",
        course.lost,
        f"<= {limit:g} x {against}" if limit else "",
        ratios[against] <= limit if limit else None,
        "; ".join([*notes, note] if note else notes),
    )


def _floor_row(kind: str, floor: Timed, others: dict[str, Timed], rounds: int) -> Row:
    times = [(floor(), *(other() for other in others.values())) for _ in range(rounds)]
    ratios = [
        f"{name} {statistics.median(row[number] / row[0] for row in times):.2f} x of it"
        for number, name in enumerate(others, 1)
    ]
    return Row(
        f"floor: tjCompress2 in C, {kind}, {MAX_WIDTH}x{MAX_HEIGHT}",
        statistics.median(row[0] for row in times) * 1e3,
        "ms of CPU",
        note=", ".join(ratios),
    )


def _bayer_quality(scene: NDArray[np.uint8]) -> Row:
    """Compare the halved Bayer picture with a full demosaic that is averaged."""
    course = _course("BayerRG8", scene)
    course.encode()
    course.check()
    shown = simplejpeg.decode_jpeg(course.jpeg)
    full = simplejpeg.decode_jpeg(simplejpeg.encode_jpeg(course.finished, QUALITY))
    size = (course.finished.shape[1], course.finished.shape[0])
    truth = cv2.resize(scene, size, interpolation=cv2.INTER_AREA)
    value = psnr(shown, course.finished)
    return Row(
        f"BayerRG8 {WIDTH}x{HEIGHT} halved: PSNR of the JPEG",
        value,
        "dB against full demosaic and area",
        lost=course.lost,
        target=f">= {MIN_PSNR_DB:g} dB",
        met=value >= MIN_PSNR_DB,
        note=f"against the scene {psnr(shown, truth):.1f} dB, "
        f"the full demosaic as JPEG {psnr(full, truth):.1f} dB",
    )
