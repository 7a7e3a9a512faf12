"""A gate: the bounds that a figure must keep, and whether it does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Gate:
    """Bounds of one figure: between ``low`` and ``high`` is the floor, between the ``aim_`` ones the aim."""

    name: str
    says: str
    low: float | None = None
    high: float | None = None
    aim_low: float | None = None
    aim_high: float | None = None

    def verdict(self, value: float | None) -> str:
        """``aim``, ``floor``, ``missed`` or ``not measured``."""
        if value is None:
            return "not measured"
        if _is_inside(value, self.aim_low, self.aim_high):
            return "aim"
        return "floor" if _is_inside(value, self.low, self.high) else "missed"

    def bounds(self) -> str:
        return f"floor {_format_span(self.low, self.high)}, aim {_format_span(self.aim_low, self.aim_high)}"


def _is_inside(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


def _format_span(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"{low:g}" if low == high else f"{low:g} to {high:g}"
    return f"at least {low:g}" if low is not None else f"at most {high:g}"
