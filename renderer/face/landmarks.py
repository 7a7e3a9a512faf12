"""Which of the 478 face points mean what; the numbering is that of the face-mesh tracker."""

from __future__ import annotations

POINTS = 478

# Points that speech does not move: forehead, temples, eye corners, bridge of the nose.
STABLE = (
    10, 151, 9, 8, 168, 6, 197, 195, 33, 133, 362, 263, 127, 356,
    162, 389, 21, 251, 54, 284, 103, 332, 67, 297, 109, 338, 234, 454,
)  # fmt: skip

EYE_CORNERS = (33, 263)  # outer corners, image left and image right
CHEEKS = (234, 454)  # widest points of the face beside the ears
NOSE_TIP = 4
NOSE_BASE = 2
NOSE_BRIDGE = 6
NOSE_FOOT = (1, 2, 4, 5, 97, 98, 326, 327)  # with the skull and its upper teeth
CHIN = 152
JAW_TIP = (148, 152, 171, 175, 377, 396)  # with the jaw and its lower teeth
MOUTH_CORNERS = (61, 291)

# Inner lips from one mouth corner to the other; equal places face each other.
INNER_UPPER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
INNER_LOWER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
OUTER_LIPS = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146)
INNER_LIPS = tuple(dict.fromkeys(INNER_UPPER + INNER_LOWER))

# The outline of the jaw, from below one ear over the chin to the other.
JAW = (132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361)
# The whole outline of the face, closed.
OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip

# The upper edge of the lower face: cheek, under the nose, cheek (image left to right).
UNDER_NOSE = (147, 205, 203, 98, 97, 2, 326, 327, 423, 425, 376)
# The region whose look follows the mouth (lips, folds, chin), just inside the jaw's outline.
MOUTH_REGION = (
    187, 206, 98, 97, 2, 326, 327, 426, 411,
    435, 367, 364, 394, 395, 369, 396, 175, 171, 140, 170, 169, 135, 138, 215,
)  # fmt: skip
