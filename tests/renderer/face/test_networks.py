"""The tracker's networks come with the product, small and plain, and any thread may use them."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnx
import pytest

from renderer.face.networks import FACE_DETECTOR, FACE_MESH, HAND_LANDMARKS, NAMES, find_weights_file, network

BYTES_MAX = 8_000_000


def test_all_networks_together_are_small() -> None:
    assert sum(find_weights_file(name).stat().st_size for name in NAMES) <= BYTES_MAX


@pytest.mark.parametrize("name", NAMES)
def test_a_network_is_one_file_of_standard_operators(name: str) -> None:
    model = onnx.load(find_weights_file(name))
    assert {node.domain for node in model.graph.node} == {""}
    assert not any(tensor.external_data for tensor in model.graph.initializer)


@pytest.mark.parametrize("name", NAMES)
def test_the_notice_tells_where_a_network_is_from(name: str) -> None:
    notice = find_weights_file(name).with_name("NOTICE").read_text(encoding="utf-8")
    assert f"{name}.onnx" in notice and "Apache License" in notice


def test_a_network_takes_pixels_and_names_what_it_gives() -> None:
    grey = np.full((192, 192, 3), 90, np.uint8)
    found = network(FACE_MESH)(grey)
    assert network(FACE_MESH).size_px == 192
    assert found["points"].shape == (478, 2)
    assert 0 <= float(found["presence"].item()) < 0.5
    assert network(FACE_DETECTOR)(grey[:128, :128])["boxes"].shape == (1, 896, 16)
    assert network(HAND_LANDMARKS)(np.zeros((224, 224, 3), np.uint8))["points"].shape == (21, 2)


def test_threads_share_a_network_and_see_what_one_sees() -> None:
    pictures = np.random.default_rng(5).integers(0, 256, (8, 192, 192, 3), np.uint8)
    mesh = network(FACE_MESH)
    alone = [mesh(picture)["points"] for picture in pictures]
    with ThreadPoolExecutor(4) as pool:
        shared = list(pool.map(lambda picture: mesh(picture)["points"], pictures))
    assert all(np.array_equal(a, b) for a, b in zip(alone, shared, strict=True))


def test_a_forked_child_loads_its_own_network() -> None:
    loaded = network(FACE_DETECTOR)
    child = os.fork()
    if not child:
        shared = True
        try:
            shared = network(FACE_DETECTOR) is loaded
        finally:
            os._exit(shared)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert network(FACE_DETECTOR) is loaded
