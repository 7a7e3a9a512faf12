"""How far a job is, as the work tells it and as pages show it."""

from __future__ import annotations

from campaigns.claims import Claim
from campaigns.engine import Step


class RefusedJob(Exception):
    """The job cannot be done; the sentence says why and what to do, in the person's words."""


class JobProgress:
    """Given to the work of a job, which calls it often: it raises Cancelled once somebody cancelled."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim

    def __call__(self, stage: str, done: int = 0, total: int = 0) -> None:
        """``stage`` is a short phrase such as “reading rows”; ``total`` 0: not known."""
        self._claim(Step(stage, done, total))
