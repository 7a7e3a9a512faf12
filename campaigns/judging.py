"""Verdicts after the script changed: the file's own problems stay, the script's are found anew."""

from __future__ import annotations

from campaigns.models import Campaign, Recipient
from campaigns.recipients import script_problems, unknown_column
from campaigns.scripts import ScriptError, check
from campaigns.spreadsheet import Row
from campaigns.states import RowVerdict

FROM_SCRIPT = "Script, line "  # how every problem that a script causes begins


def judge_again(campaign: Campaign) -> int:
    """Judge every row by the saved script; returns how many rows changed. A broken script changes nothing."""
    try:
        check(campaign.script)
    except ScriptError:
        return 0
    changed = [row for row in campaign.recipients.all() if _judge(row, campaign.script)]
    Recipient.objects.bulk_update(changed, ["verdict", "problems"], batch_size=1000)
    return len(changed)


def script_fault(campaign: Campaign) -> str:
    """What is wrong with the saved script for everybody; empty where nothing is."""
    try:
        check(campaign.script)
    except ScriptError as error:
        return str(error)
    rows = campaign.recipients.order_by("row_number").values_list("values", flat=True)
    return str(unknown_column(campaign.script, rows.iterator()) or "")


def _judge(row: Recipient, script: str) -> bool:
    before = (row.verdict, row.problems)
    kept = [problem for problem in row.problems if not problem["message"].startswith(FROM_SCRIPT)]
    found = script_problems(Row(row.row_number, row.values), script)
    row.problems = kept + [{"column": problem.column, "message": problem.message} for problem in found]
    row.verdict = RowVerdict.REJECTED if row.problems else RowVerdict.VALID
    return (row.verdict, row.problems) != before
