"""Claims of rows by workers, their signs of life, and the clock that both go by."""

from __future__ import annotations

from campaigns.claims.claim import Claim as Claim
from campaigns.claims.claim import Heartbeat as Heartbeat
from campaigns.claims.claim import Heartbeats as Heartbeats
from campaigns.claims.claim import compute_stall_cutoff as compute_stall_cutoff
from campaigns.claims.claim import create_token as create_token
