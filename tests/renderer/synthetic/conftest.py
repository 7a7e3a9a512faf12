from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def graphics() -> None:
    """Drawing needs OpenGL through EGL; where there is none, the tests that draw are skipped visibly."""
    import moderngl

    try:
        moderngl.create_context(standalone=True, backend="egl").release()
    except Exception as error:
        pytest.skip(
            f"No OpenGL through EGL here ({error}); install the packages libegl1 and libgl1-mesa-dri."
        )
