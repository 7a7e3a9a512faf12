"""Since when a person waits for a video or a take, and indexes of what is waited for and being made."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0029_presenters'),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='asked_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='presenter',
            name='asked_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('render_state', 'queued'), ('urgency__gt', 0)), fields=['-urgency', 'asked_at'], name='urgent_messages'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('render_state', 'rendering')), fields=['heartbeat_at'], name='rendering_messages'),
        ),
    ]
