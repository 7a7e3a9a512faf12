"""Review: what a person decides about exactly the content that they saw, of one message or of thousands."""

from campaigns.review.bulk import approve_unflagged, compute_unflagged_digest
from campaigns.review.decisions import approve, approve_alike, reject, reject_alike
from campaigns.review.personal_lines import find_personal_line_ids
from campaigns.review.risk import compute_doubt, compute_risk
from campaigns.review.undo import undo_last

__all__ = [
    "approve",
    "approve_alike",
    "approve_unflagged",
    "compute_doubt",
    "compute_risk",
    "compute_unflagged_digest",
    "find_personal_line_ids",
    "reject",
    "reject_alike",
    "undo_last",
]
