from __future__ import annotations

import numpy as np

from camstrm.imaging.scratch import Scratch


def test_the_next_picture_gets_the_same_arrays_in_the_same_order() -> None:
    scratch = Scratch()
    first, second = scratch.array((3, 4)), scratch.array((3, 4), np.uint16)
    assert first.shape == (3, 4)
    assert first.dtype == np.uint8
    assert not np.shares_memory(first, second)
    scratch.next_picture()
    assert scratch.array((3, 4)) is first
    assert scratch.array((3, 4), np.uint16) is second


def test_another_shape_or_type_replaces_it() -> None:
    scratch = Scratch()
    first, second = scratch.array((3, 4)), scratch.array((3, 4))
    scratch.next_picture()
    assert scratch.array((4, 3)) is not first
    assert scratch.array((3, 4), np.uint16).dtype == np.uint16
    scratch.next_picture()
    assert scratch.array((3, 4)) is not first
    assert scratch.array((3, 4)) is not second


def test_arrays_that_the_last_picture_did_not_use_are_let_go() -> None:
    scratch = Scratch()
    unused = [scratch.array((3, 4)) for _ in range(2)][1]
    scratch.next_picture()
    scratch.array((3, 4))
    scratch.next_picture()
    scratch.array((3, 4))
    assert scratch.array((3, 4)) is not unused


def test_arrays_do_not_overlap_and_are_contiguous() -> None:
    scratch = Scratch()
    arrays = [scratch.array((5, 7), np.uint16) for _ in range(8)]
    for i, array in enumerate(arrays):
        assert array.flags.c_contiguous
        assert array.flags.writeable
        array[:] = i
    assert [int(array.max()) for array in arrays] == list(range(8))


def test_neighbours_are_not_aligned_alike() -> None:
    scratch = Scratch()
    distances = [scratch.array((5, 7)).ctypes.data % 64 for _ in range(4)]
    assert len(set(distances)) == 4
