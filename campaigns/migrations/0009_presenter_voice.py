"""A voice like the presenter's, with a consent of its own."""

import campaigns.models
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0008_recordings'),
    ]

    operations = [
        migrations.AddField(
            model_name='presenter',
            name='fitted_voice',
            field=models.FileField(blank=True, editable=False, max_length=300, upload_to=campaigns.models.presenter_path),
        ),
        migrations.AddField(
            model_name='presenter',
            name='voice_consent_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='presenter',
            name='voice_consent_by',
            field=models.CharField(blank=True, max_length=200, verbose_name='person who consented to the voice'),
        ),
        migrations.AddField(
            model_name='presenter',
            name='voice_consent_revoked_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='presenter',
            name='voice_facts',
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name='presenter',
            name='voice_failure',
            field=models.TextField(blank=True, editable=False),
        ),
        migrations.AddField(
            model_name='presenter',
            name='voice_sample',
            field=models.FileField(blank=True, editable=False, max_length=300, upload_to=campaigns.models.presenter_path),
        ),
    ]
