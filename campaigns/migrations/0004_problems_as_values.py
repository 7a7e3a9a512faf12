"""A problem of version 0.2 was a column and a sentence; from now on it also says its source, row and code."""

from django.db import migrations

FROM_SCRIPT = "Script, line "  # how version 0.2 began every problem that a script caused
ROWS_AT_ONCE = 1000


def add_values(apps, schema_editor):
    _rewrite(apps, schema_editor, _with_values)


def remove_values(apps, schema_editor):
    _rewrite(apps, schema_editor, _without_values)


def _rewrite(apps, schema_editor, rewritten):
    recipients = apps.get_model("campaigns", "Recipient").objects.using(schema_editor.connection.alias)
    with_problems = recipients.exclude(problems=[]).order_by("pk")
    batch = list(with_problems[:ROWS_AT_ONCE])
    while batch:
        for row in batch:
            row.problems = [rewritten(problem, row.row_number) for problem in row.problems]
        recipients.bulk_update(batch, ["problems"])
        batch = list(with_problems.filter(pk__gt=batch[-1].pk)[:ROWS_AT_ONCE])


def _with_values(problem, row_number):
    if "code" in problem:
        return problem
    by_script = problem["message"].startswith(FROM_SCRIPT)
    return {
        "code": "unknown",
        "source": "script" if by_script else "spreadsheet",
        "message": problem["message"],
        "row": row_number,
        "column": problem["column"] or None,
    }


def _without_values(problem, row_number):
    return {"column": problem["column"] or "", "message": problem["message"]}


class Migration(migrations.Migration):

    dependencies = [
        ("campaigns", "0003_delivery_link"),
    ]

    operations = [migrations.RunPython(add_values, remove_values)]
