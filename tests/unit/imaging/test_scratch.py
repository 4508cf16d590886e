from __future__ import annotations

import numpy as np

from camstrm.imaging.scratch import Scratch


def test_the_same_array_comes_again_while_its_shape_stays() -> None:
    scratch = Scratch()
    first = scratch.array("a", (3, 4))
    assert first.shape == (3, 4)
    assert first.dtype == np.uint8
    assert scratch.array("a", (3, 4)) is first
    assert scratch.array("b", (3, 4)) is not first


def test_another_shape_or_type_replaces_it() -> None:
    scratch = Scratch()
    first = scratch.array("a", (3, 4))
    assert scratch.array("a", (4, 3)) is not first
    assert scratch.array("a", (4, 3), np.uint16).dtype == np.uint16


def test_arrays_do_not_overlap_and_are_contiguous() -> None:
    scratch = Scratch()
    arrays = [scratch.array(str(i), (5, 7), np.uint16) for i in range(8)]
    for i, array in enumerate(arrays):
        assert array.flags.c_contiguous
        assert array.flags.writeable
        array[:] = i
    assert [int(array.max()) for array in arrays] == list(range(8))


def test_neighbours_are_not_aligned_alike() -> None:
    scratch = Scratch()
    distances = [scratch.array(str(i), (5, 7)).ctypes.data % 64 for i in range(4)]
    assert len(set(distances)) == 4
