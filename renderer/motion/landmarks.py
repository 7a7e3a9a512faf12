"""Which of the 478 face-mesh points mean what; every room that names a point takes it from here."""

from __future__ import annotations

POINTS = 478

# The inner and outer lip line, from the person's right corner to the left one.
INNER_UPPER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
INNER_LOWER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
OUTER_UPPER = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
OUTER_LOWER = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
LIPS = tuple(sorted({*INNER_UPPER, *INNER_LOWER, *OUTER_UPPER, *OUTER_LOWER}))

# Upper and lower inner-lip points that meet when the mouth closes.
GAP_UPPER = (81, 82, 13, 312, 311)
GAP_LOWER = (178, 87, 14, 317, 402)

CORNERS = (61, 291)
CHIN = (148, 152, 377)
NOSE_BASE = 2
FACE_SIDES = (234, 454)

# Points that speech hardly moves: eye corners, bridge and tip of the nose, forehead, temples.
STABLE = (
    *(33, 133, 263, 362),
    *(168, 6, 197, 195, 5, 4, 1),
    *(8, 9, 151, 10, 67, 297, 109, 338, 103, 332),
    *(127, 356, 162, 389, 21, 251, 234, 454),
)
