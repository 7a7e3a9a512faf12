"""What is there in the new form: keys of recipients, revisions of what is approved, a history nobody changes."""

from django.db import migrations
from django.db.models import F
from django.db.models.functions import Lower, Trim
from django.utils import timezone

ROWS_AT_ONCE = 2000
COPIED = (
    "content_hash", "made_with", "lines", "video", "poster", "captions", "video_seconds", "segments",
)  # fmt: skip

APPEND_ONLY = """
    CREATE FUNCTION campaigns_refuse_change() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'The history is append-only.'; END $$;
    CREATE TRIGGER campaigns_history_append_only BEFORE UPDATE OR DELETE ON campaigns_historyentry
        FOR EACH ROW EXECUTE FUNCTION campaigns_refuse_change();
"""
CHANGEABLE = """
    DROP TRIGGER campaigns_history_append_only ON campaigns_historyentry;
    DROP FUNCTION campaigns_refuse_change();
"""


def give_keys(apps, schema_editor):
    """A recipient is told apart by the address."""
    apps.get_model("campaigns", "Recipient").objects.exclude(email="").update(key=Lower(Trim("email")))


def store_approved_contents(apps, schema_editor):
    revisions = apps.get_model("campaigns", "Revision").objects
    approved = apps.get_model("campaigns", "Message").objects.filter(
        review_state="approved", render_state="ready", approved_hash=F("content_hash")
    )
    fields = ("pk", "campaign__presenter_id", "reviewed_by_id", "reviewed_at", *COPIED)
    rows = approved.exclude(content_hash="").values(*fields).iterator(chunk_size=ROWS_AT_ONCE)
    revisions.bulk_create(
        (
            revisions.model(
                message_id=row["pk"],
                presenter_id=row["campaign__presenter_id"],
                approved_by_id=row["reviewed_by_id"],
                approved_at=row["reviewed_at"] or timezone.now(),
                **{name: row[name] for name in COPIED},
            )
            for row in rows
        ),
        batch_size=ROWS_AT_ONCE,
    )


class Migration(migrations.Migration):

    dependencies = [("campaigns", "0011_living_campaigns")]

    operations = [
        migrations.RunPython(give_keys, migrations.RunPython.noop),
        migrations.RunPython(store_approved_contents, migrations.RunPython.noop),
        migrations.RunSQL(APPEND_ONLY, CHANGEABLE),
    ]
