"""What a script that is not saved yet would cost, while a person types: from a part of the rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from campaigns.models import Campaign
from campaigns.runs.cost_history import format_cost, load_cost_history
from campaigns.scripts.faults import ScriptError
from campaigns.scripts.spoken_length import add_pauses
from campaigns.scripts.template import Line, fill
from campaigns.states import RowVerdict

SAMPLE_ROWS = 200


@dataclass(frozen=True)
class ScriptCost:
    """About what all videos take if nothing of them was made before. Seconds; ``work_s`` of a worker."""

    videos: int
    video_s: float
    personal_percent: int
    work_s: float

    @property
    def price(self) -> str:
        """Such as “0.42 EUR”; empty where no price is set."""
        return format_cost(self.work_s)


def estimate_script(campaign: Campaign, script: str) -> ScriptCost | None:
    """The cost for all valid rows, from the first ones of them. None where the script fills none.

    What each of these rows has for itself is taken to be as much in every other row.
    """
    rows = campaign.recipients.filter(removed_at=None, verdict=RowVerdict.VALID)
    values = rows.order_by("row_number").values_list("values", flat=True)
    filled = [lines for row in values[:SAMPLE_ROWS] if (lines := _fill(script, row))]
    if not filled:
        return None
    videos = rows.count()
    history = load_cost_history(campaign)
    counts = Counter(line for lines in filled for line in lines)
    seconds = {line: history.estimate_line_s(line.text) for line in counts}
    each_s = sum(add_pauses(sum(seconds[line] for line in lines), len(lines)) for lines in filled)
    scale = videos / len(filled)
    shared = {line for line, count in counts.items() if count > 1 and count == len(filled)}
    own_s = scale * sum(seconds[line] for line in counts if line not in shared)
    said_s = sum(seconds[line] * count for line, count in counts.items())
    own_said_s = sum(seconds[line] * count for line, count in counts.items() if line not in shared)
    new_s = own_s + sum(seconds[line] for line in shared)
    return ScriptCost(
        videos=videos,
        video_s=each_s * scale,
        personal_percent=round(100 * own_said_s / said_s) if said_s else 0,
        work_s=new_s * history.work_per_new_s + videos * history.join_s,
    )


def _fill(script: str, values: dict[str, str]) -> tuple[Line, ...]:
    try:
        return fill(script, values)
    except ScriptError:
        return ()
