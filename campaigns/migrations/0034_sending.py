"""Sending: what a person confirmed, a series of refused senders, moments by the database's clock."""

import hashlib
import json

import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

WORDS = (
    "email_subject", "email_body", "call_to_action_label", "call_to_action_url", "sender_name", "mail_names",
    "picture_text", "mail_preview",
)  # fmt: skip


def confirm_what_waits(apps, schema_editor):
    """What waits to be sent was confirmed with the words that its campaign has now, as far as is known."""
    deliveries = apps.get_model("campaigns", "Delivery").objects.filter(state="scheduled")
    campaigns = apps.get_model("campaigns", "Campaign").objects
    for campaign in campaigns.filter(pk__in=deliveries.values("message__campaign")):
        told = [*(getattr(campaign, name) for name in WORDS), settings.DEFAULT_FROM_EMAIL]
        digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
        campaigns.filter(pk=campaign.pk).update(mail_confirmed=digest)


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0033_tracking"),
    ]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="mail_confirmed",
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name="campaign",
            name="pace",
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name="campaign",
            name="sender_refusals",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="delivery",
            name="confirmed",
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name="delivery",
            name="words_hash",
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name="workspace",
            name="blocked_words",
            field=models.TextField(blank=True),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="created_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
        ),
        migrations.AlterField(
            model_name="historyentry",
            name="at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
        ),
        migrations.AlterField(
            model_name="job",
            name="created_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("sent_at__isnull", False)),
                fields=["campaign", "sent_at"],
                name="sent_moments",
            ),
        ),
        migrations.RunPython(confirm_what_waits, migrations.RunPython.noop),
    ]
