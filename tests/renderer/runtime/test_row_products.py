"""A row of a product is the same alone and among others."""

from __future__ import annotations

import numpy as np
import pytest

from renderer.runtime.row_products import multiply_rows

RNG = np.random.default_rng(3)
ROWS = RNG.normal(size=(150, 40)).astype(np.float32)
MATRIX = RNG.normal(size=(40, 30)).astype(np.float32)


def test_the_product_is_that_of_the_matrices() -> None:
    assert np.allclose(multiply_rows(ROWS, MATRIX), ROWS @ MATRIX, atol=1e-4)


def test_further_axes_of_the_matrix_come_along() -> None:
    whole = multiply_rows(ROWS, MATRIX.reshape(40, 15, 2))
    assert whole.shape == (150, 15, 2)
    assert np.array_equal(whole.reshape(150, 30), multiply_rows(ROWS, MATRIX))


@pytest.mark.parametrize("part", [slice(0, 1), slice(3, 10), slice(50, 121)])
def test_some_rows_have_the_bytes_that_they_have_among_all(part: slice) -> None:
    assert np.array_equal(multiply_rows(ROWS[part], MATRIX), multiply_rows(ROWS, MATRIX)[part])
