"""What review sorts and finds by: the risk of what was rendered before, and indexes for pages of it."""

from django.conf import settings
from django.db import migrations, models

from campaigns.review.risk import compute_risk

ROWS_AT_ONCE = 2000


def compute_risks(apps, schema_editor):
    messages = apps.get_model("campaigns", "Message").objects
    judged = messages.filter(render_state="ready").order_by("pk").only("pk", "scores", "flags", "risk")
    last = 0
    while rows := list(judged.filter(pk__gt=last)[:ROWS_AT_ONCE]):
        for row in rows:
            row.risk = compute_risk(row.scores, row.flags)
        messages.bulk_update(rows, ["risk"])
        last = rows[-1].pk


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0024_scale'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='message',
            name='campaigns_m_campaig_ac51a2_idx',
        ),
        migrations.AddField(
            model_name='campaign',
            name='review_sample',
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['campaign', 'content_hash', 'recipient'], name='campaigns_m_campaig_1d7141_idx'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['campaign', '-risk', 'recipient'], name='campaigns_m_campaig_04e9e8_idx'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['campaign', '-ready_at', 'recipient'], name='campaigns_m_campaig_1a5d81_idx'),
        ),
        migrations.AddIndex(
            model_name='recipient',
            index=models.Index(fields=['campaign', 'name'], name='campaigns_r_campaig_605159_idx'),
        ),
        migrations.RunPython(compute_risks, migrations.RunPython.noop),
    ]
