"""Which take frames each line is shown over, and when it is heard (values only; see also walk.py)."""

from __future__ import annotations

from renderer.walk import PathFrame

__all__ = ["PathFrame"]
