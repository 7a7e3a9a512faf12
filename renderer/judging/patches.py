"""Small patches of mouths laid flat, and how far each is from every patch that was filmed at its place.

What a renderer gets wrong (a torn lip, a doubled edge, streaks) is small and local, and of a kind that no
frame of the take shows there; what a speaker does is shown by some frame. Source of the idea: the memory of
normal patches in "Towards Total Recall in Industrial Anomaly Detection" (Roth et al., 2022).
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from renderer.scoring.mouth_map import COLUMNS, ROWS

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]

STEP = 4  # map places between patches
_SIDE, _CELL = 8, 2  # a patch's side, and that of the cells of which it keeps the mean, in map places
# How light a patch is counts half: lamps and exposure change it, faults change what is in it.
_MEAN_WEIGHT = 0.5
GRID_ROWS, GRID_COLUMNS = ROWS // STEP, COLUMNS // STEP


def cut_patches(maps: Bytes) -> Floats:
    """Maps [n, ROWS, COLUMNS, 3] → what their patches show [n, GRID_ROWS, GRID_COLUMNS, D]."""
    around = (_SIDE - STEP) // 2
    edge = ((0, 0), (around, around), (around, around), (0, 0))
    # Lightness, and green to red, by which lips differ from teeth, dark and skin.
    lab = np.stack([cv2.cvtColor(one, cv2.COLOR_RGB2LAB)[..., :2] for one in maps]).astype(np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(lab, edge, mode="edge"), (_SIDE, _SIDE), (1, 2))
    windows = windows[:, ::STEP, ::STEP]  # [n, rows, columns, 2, side, side]
    cells = _SIDE // _CELL
    shape = (*windows.shape[:4], cells, _CELL, cells, _CELL)
    kept = windows.reshape(shape).mean((5, 7)).reshape(*windows.shape[:4], -1)
    mean = kept.mean(-1, keepdims=True)
    flat = (kept - mean).reshape(*windows.shape[:3], -1)
    return np.concatenate([flat, _MEAN_WEIGHT * mean[..., 0]], axis=-1).astype(np.float32)


def measure_distances(patches: Floats, filmed: Floats, barred: Flags | None = None) -> Floats:
    """From each patch [n, rows, columns, D] to the nearest ``filmed`` [m, rows, columns, D] at its place, in
    grey levels [n, rows, columns]; infinite where all frames are ``barred`` [n, m]."""
    count, rows, columns, size = patches.shape
    nearest = np.empty((count, rows, columns), np.float32)
    for row in range(rows):
        for column in range(columns):
            here, there = patches[:, row, column], filmed[:, row, column]
            squares = (here**2).sum(1)[:, None] + (there**2).sum(1)[None] - 2 * here @ there.T
            if barred is not None:
                squares[barred] = np.inf
            nearest[:, row, column] = squares.min(1)
    return np.sqrt(np.maximum(nearest, 0) / size)


def bar_near_frames(frames: npt.NDArray[np.int_], near: int) -> Flags:
    """Which frames [n, n] are no judges of each other, because they were filmed within ``near`` frames."""
    return np.asarray(np.abs(frames[:, None] - frames[None]) <= near)
