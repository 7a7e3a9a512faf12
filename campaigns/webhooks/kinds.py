"""What other systems can be told. The triggers of the database write these names, so none is ever renamed."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class EventKind(StrEnum):
    """What happened."""

    MESSAGE_READY = "message.ready"
    MESSAGE_FAILED = "message.failed"
    MESSAGE_APPROVED = "message.approved"
    MESSAGE_REJECTED = "message.rejected"
    MESSAGE_SENT = "message.sent"
    MESSAGE_NOT_SENT = "message.not_sent"
    VIDEO_PLAYED = "video.played"
    VIDEO_FINISHED = "video.finished"
    OPT_OUT = "opt_out"
    JOB_FINISHED = "job.finished"
    JOB_FAILED = "job.failed"
    RUN_FINISHED = "run.finished"


DESCRIPTIONS: Mapping[EventKind, str] = {
    EventKind.MESSAGE_READY: "a video is made",
    EventKind.MESSAGE_FAILED: "a video could not be made",
    EventKind.MESSAGE_APPROVED: "a video is approved",
    EventKind.MESSAGE_REJECTED: "a video is rejected",
    EventKind.MESSAGE_SENT: "a message has left",
    EventKind.MESSAGE_NOT_SENT: "a message could not be sent",
    EventKind.VIDEO_PLAYED: "somebody plays their video",
    EventKind.VIDEO_FINISHED: "somebody watched to the end",
    EventKind.OPT_OUT: "somebody asked for no further mails",
    EventKind.JOB_FINISHED: "work behind a page is done, such as an import",
    EventKind.JOB_FAILED: "such work failed",
    EventKind.RUN_FINISHED: "a run is over",
}
