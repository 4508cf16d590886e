"""What the broadcast's figures rest on: pictures, stamps and sums of what clients received."""

from __future__ import annotations

from pathlib import Path

import pytest
import simplejpeg

from bench.broadcast.clients import Received
from bench.broadcast.load_clients import summary
from bench.broadcast.picture_set import SET_SIZE, write_picture_set
from bench.broadcast.stamped_jpeg import PICTURE_SIZES, STAMP_SIZE, find_stamp, load_jpegs, stamped


@pytest.fixture(scope="module")
def jpegs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("jpegs")
    write_picture_set(folder)
    return folder


def test_pictures_are_jpegs_of_exactly_the_size_of_a_set(jpegs: Path) -> None:
    pictures = load_jpegs(jpegs)
    assert sum(map(len, pictures)) == SET_SIZE
    sizes = [simplejpeg.decode_jpeg_header(jpeg)[:2] for jpeg in pictures]
    assert sizes == [(height, width) for width, height in PICTURE_SIZES]
    for jpeg in pictures:
        simplejpeg.decode_jpeg(jpeg, colorspace="GRAY", strict=True)


def test_stamp_is_found_and_leaves_the_picture_as_it_is(jpegs: Path) -> None:
    jpeg = load_jpegs(jpegs)[1]
    marked = stamped(jpeg, 7, 1_234_567_890_123_456_789)
    assert find_stamp(b"before" + marked) == (7, 1_234_567_890_123_456_789)
    assert find_stamp(marked[:20]) is None
    assert find_stamp(jpeg) is None
    assert len(marked) == len(jpeg) + STAMP_SIZE
    before = simplejpeg.decode_jpeg(jpeg, colorspace="GRAY")
    assert (simplejpeg.decode_jpeg(marked, colorspace="GRAY") == before).all()


def test_summary_counts_gaps_wrong_order_and_silence() -> None:
    def row(*numbers: int) -> list[Received]:
        return [Received(2_000_000, 1_000_000, seq, 10) for seq in numbers]

    load = summary([row(1, 2, 5), row(3, 2, 2), row()], 1, 2.0)
    assert (load.gaps, load.misordered, load.silent) == ([2, 0, 0], 2, 1)
    assert (load.sets, load.sets_per_s) == (6, 1.0)
    assert (load.age_p50_ms, load.age_p99_ms) == (1.0, 1.0)
    three_each = summary([row(1, 1, 1, 2, 2, 2)], 3, 1.0)
    assert (three_each.sets, three_each.misordered) == (2, 0)
