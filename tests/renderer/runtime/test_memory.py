from __future__ import annotations

import platform

import pytest

from renderer.runtime.memory import count_frames_that_fit, read_free_memory_bytes, return_freed_memory


def test_what_is_drawn_at_once_is_bounded_by_bytes_however_much_memory_is_free() -> None:
    for frame_bytes in (2_000_000, 4_000_000, 9_000_000):
        assert count_frames_that_fit(frame_bytes) * frame_bytes <= 1_000_000_000


def test_larger_frames_are_drawn_in_smaller_groups_but_never_one_by_one() -> None:
    groups = [count_frames_that_fit(size) for size in (10_000, 4_000_000, 8_000_000, 10**12)]
    assert groups == sorted(groups, reverse=True)
    assert groups[-1] == 64


def test_the_free_memory_is_known_here() -> None:
    assert (read_free_memory_bytes() or 0) > 0


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has other settings")
def test_the_c_library_can_be_asked_to_give_back_what_is_freed() -> None:
    assert return_freed_memory()
