"""What older videos were made with is noted, and a message that waits names no content any more."""

from django.db import migrations


def note_what_videos_were_made_with(apps, schema_editor):
    """By the presenter and in the voice of their campaign, which no older version changed without a run."""
    messages = apps.get_model("campaigns", "Message").objects
    old = messages.filter(made_with={}, render_state="ready").order_by()
    for campaign in apps.get_model("campaigns", "Campaign").objects.filter(pk__in=old.values("campaign")):
        voice = [campaign.voice_engine, campaign.voice, campaign.locale]
        made = {"presenter": campaign.presenter_id, "voice": voice, "pronunciations": []}
        old.filter(campaign=campaign).update(made_with=made)


def forget_replaced_contents(apps, schema_editor):
    """Their lines were replaced already, so the hash was that of another content."""
    waiting = apps.get_model("campaigns", "Message").objects.exclude(render_state="ready")
    waiting.exclude(content_hash="").update(content_hash="", approved_hash="")


class Migration(migrations.Migration):

    dependencies = [("campaigns", "0012_first_contents")]

    operations = [
        migrations.RunPython(note_what_videos_were_made_with, migrations.RunPython.noop),
        migrations.RunPython(forget_replaced_contents, migrations.RunPython.noop),
    ]
