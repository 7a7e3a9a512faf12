"""Since when a person waits for a video or a take, indexes of what is waited for; roles in one workspace."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0031_mail_picture'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='asked_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='message',
            name='stretch',
            field=models.PositiveSmallIntegerField(default=0),
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
        migrations.CreateModel(
            name='MemberRole',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=32)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='workspace_roles', to=settings.AUTH_USER_MODEL)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='member_roles', to='campaigns.workspace')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'workspace', 'role'), name='one_role_per_member')],
            },
        ),
    ]
