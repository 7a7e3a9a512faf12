"""Which of the 478 face points mean what: the one table of landmark sets; no other module holds a number.

The numbering is that of MediaPipe's face mesh: points 0 to 467 are the face, 468 to 477 the irises. A set is
used by its name alone (``points[:, list(JAW)]``). Bakes and base weights were fitted on these points in this
order, so a set never changes: what needs other points is a new set with a name of its own.
"""

from __future__ import annotations

POINTS = 478

# --- single points and pairs; the first of a pair is on the image's left, the person's right ---

EYE_CORNERS = (33, 263)  # outer corners
CHEEKS = (234, 454)  # widest points of the face beside the ears
MOUTH_CORNERS = (61, 291)
BETWEEN_EYES = 168
NOSE_BRIDGE = 6
NOSE_TIP = 4
NOSE_BASE = 2
CHIN = 152  # the lowest point of the chin

# --- lips, from one corner of the mouth to the other; equal places of upper and lower face each other ---

INNER_UPPER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
INNER_LOWER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
OUTER_UPPER = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
OUTER_LOWER = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
INNER_LIPS = tuple(dict.fromkeys(INNER_UPPER + INNER_LOWER))
OUTER_LIPS = OUTER_UPPER + OUTER_LOWER[-2:0:-1]  # closed, around the mouth
LIPS = tuple(sorted({*INNER_UPPER, *INNER_LOWER, *OUTER_UPPER, *OUTER_LOWER}))

# Upper and lower points of the inner lips that meet when the mouth closes.
GAP_UPPER, GAP_LOWER = INNER_UPPER[3:8], INNER_LOWER[3:8]
# The middle of each lip line: three points, and of the inner lips one.
INNER_UPPER_MIDDLE, INNER_LOWER_MIDDLE = INNER_UPPER[4:7], INNER_LOWER[4:7]
OUTER_UPPER_MIDDLE, OUTER_LOWER_MIDDLE = OUTER_UPPER[4:7], OUTER_LOWER[4:7]
INNER_MIDDLES = (INNER_UPPER[5], INNER_LOWER[5])
# On the red of the lips, between the inner and the outer line.
LIP_REDS = (12, 15, 38, 268, 86, 316)

# --- jaw, chin and the outline of the face ---

# The outline of the jaw, from below one ear over the chin to the other.
JAW = (132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361)
CHIN_EDGE = (148, 152, 377)  # the jaw's three lowest points, whose mean height tells how far it dropped
JAW_TIP = (148, 152, 171, 175, 377, 396)  # with the jaw and its lower teeth
NOSE_FOOT = (1, 2, 4, 5, 97, 98, 326, 327)  # with the skull and its upper teeth
LIPS_AND_JAW = (*LIPS, *JAW)  # what landmark distance and landmark flicker are measured on
# The whole outline of the face, closed.
OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip

# --- points that speech does not move; three sets, because what was fitted on each is stored ---

# For the crop and for aligning faces: forehead, temples, eye corners, bridge of the nose.
STABLE = (
    10, 151, 9, 8, 168, 6, 197, 195, 33, 133, 362, 263, 127, 356,
    162, 389, 21, 251, 54, 284, 103, 332, 67, 297, 109, 338, 234, 454,
)  # fmt: skip
# For the head's pose in the motion space; a bake stores the pose's mean and basis in this order. Eye corners,
# bridge and tip of the nose, forehead, temples.
HEAD_POSE = (
    33, 133, 263, 362, 168, 6, 197, 195, 5, 4, 1,
    8, 9, 151, 10, 67, 297, 109, 338, 103, 332, 127, 356, 162, 389, 21, 251, 234, 454,
)  # fmt: skip
# For the likeness of take frames in the base track: brow, bridge of the nose, temples, upper outline.
UPPER_FACE = (10, 338, 297, 332, 284, 251, 389, 356, 454, 109, 67, 103, 54, 21, 162, 127, 234, 168, 6, 197)
EYELIDS_AND_IRISES = (159, 145, 386, 374, 468, 473)  # a blink and a glance, for the same

# The eyes, one after the other: corners, and points of the upper and the lower lid that meet in a blink.
EYE_ENDS = (33, 133, 362, 263)
UPPER_LIDS = (160, 159, 158, 385, 386, 387)
LOWER_LIDS = (144, 145, 153, 380, 374, 373)

# --- regions of the lower face ---

# The upper edge of the lower face: cheek, under the nose, cheek (image left to right).
UNDER_NOSE = (147, 205, 203, 98, 97, 2, 326, 327, 423, 425, 376)
# The region whose look follows the mouth (lips, folds, chin), just inside the jaw's outline.
MOUTH_REGION = (
    187, 206, 98, 97, 2, 326, 327, 426, 411,
    435, 367, 364, 394, 395, 369, 396, 175, 171, 140, 170, 169, 135, 138, 215,
)  # fmt: skip
