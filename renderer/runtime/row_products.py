"""Matrix products whose rows do not depend on how many rows are worked out together.

BLAS chooses its kernel by the shape of a product, and on some processors other kernels round otherwise: a
line that is drawn in chunks would differ in its last bits from the line drawn whole.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


def multiply_rows(rows: Floats, matrix: Floats) -> Floats:
    """``rows`` [n, k] times ``matrix`` [k, ...] → float32 [n, ...], summed in the order of k."""
    shape = (len(rows), *matrix.shape[1:])
    product = np.zeros(shape, np.float32)
    columns = rows.astype(np.float32).T.reshape(rows.shape[1], len(rows), *[1] * (matrix.ndim - 1))
    for column, row in zip(columns, matrix.astype(np.float32), strict=True):
        product += column * row
    return product
