"""Living recipients, revisions, jobs, history, and what belongs to a workspace."""

import campaigns.models.jobs
import campaigns.models.messages
import campaigns.models.workspaces
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0010_workspaces'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Comment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content_hash', models.CharField(max_length=64)),
                ('at_s', models.FloatField(default=0)),
                ('text', models.TextField()),
                ('written_at', models.DateTimeField(auto_now_add=True)),
                ('resolved_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['at_s', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='HistoryEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('actor_name', models.CharField(blank=True, max_length=200)),
                ('verb', models.CharField(max_length=64)),
                ('about', models.CharField(blank=True, max_length=300)),
                ('details', models.JSONField(default=dict)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name_plural': 'history',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(max_length=32)),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('running', 'at work'), ('done', 'done'), ('failed', 'failed'), ('cancelled', 'cancelled')], default='waiting', editable=False, max_length=16)),
                ('options', models.JSONField(default=dict)),
                ('result', models.JSONField(default=dict)),
                ('file', models.FileField(blank=True, max_length=300, upload_to=campaigns.models.jobs.job_path)),
                ('file_name', models.CharField(blank=True, max_length=200)),
                ('stage', models.CharField(blank=True, max_length=100)),
                ('done', models.PositiveIntegerField(default=0)),
                ('total', models.PositiveIntegerField(default=0)),
                ('failure', models.TextField(blank=True)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('claimed_by', models.CharField(blank=True, max_length=100)),
                ('heartbeat_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='Revision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content_hash', models.CharField(max_length=64)),
                ('made_with', models.JSONField(default=dict)),
                ('lines', models.JSONField(default=list)),
                ('video', models.CharField(max_length=300)),
                ('poster', models.CharField(blank=True, max_length=300)),
                ('preview', models.CharField(blank=True, max_length=300)),
                ('captions', models.CharField(blank=True, max_length=300)),
                ('video_seconds', models.FloatField(default=0)),
                ('segments', models.JSONField(default=list)),
                ('approved_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-approved_at'],
            },
        ),
        migrations.CreateModel(
            name='ScriptVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('script', models.TextField()),
                ('saved_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['-number'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='pronunciationentry',
            name='one_entry_per_word',
        ),
        migrations.RemoveConstraint(
            model_name='recipient',
            name='one_recipient_per_row',
        ),
        migrations.AddField(
            model_name='campaign',
            name='archived_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='campaign',
            name='column_roles',
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name='campaign',
            name='duplicates',
            field=models.CharField(blank=True, editable=False, max_length=16),
        ),
        migrations.AddField(
            model_name='campaign',
            name='follow_up_of',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='follow_ups', to='campaigns.campaign'),
        ),
        migrations.AddField(
            model_name='campaign',
            name='key_column',
            field=models.CharField(blank=True, editable=False, max_length=300),
        ),
        migrations.AddField(
            model_name='campaign',
            name='needs_second_approver',
            field=models.BooleanField(default=False, help_text='A message leaves only after two different people approved it.', verbose_name='two people approve'),
        ),
        migrations.AddField(
            model_name='campaign',
            name='sample_confirmed_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='campaign',
            name='sheet_choice',
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name='message',
            name='first_approved_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='message',
            name='first_approved_hash',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name='message',
            name='is_sample',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='message',
            name='poster_at_s',
            field=models.FloatField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='message',
            name='preview',
            field=models.FileField(blank=True, max_length=300, upload_to=campaigns.models.messages.message_path),
        ),
        migrations.AddField(
            model_name='message',
            name='risk',
            field=models.FloatField(default=0),
        ),
        migrations.AddField(
            model_name='message',
            name='urgency',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='recipient',
            name='key',
            field=models.CharField(blank=True, max_length=400),
        ),
        migrations.AddField(
            model_name='recipient',
            name='removed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='suppression',
            name='email',
            field=models.EmailField(max_length=320),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['campaign', 'review_state', '-risk'], name='campaigns_m_campaig_e80f8b_idx'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['campaign', 'content_hash'], name='campaigns_m_campaig_ac51a2_idx'),
        ),
        migrations.AddIndex(
            model_name='recipient',
            index=models.Index(fields=['campaign', 'row_number'], name='campaigns_r_campaig_b02f37_idx'),
        ),
        migrations.AddIndex(
            model_name='recipient',
            index=models.Index(fields=['campaign', 'key'], name='campaigns_r_campaig_a0aeee_idx'),
        ),
        migrations.AddIndex(
            model_name='recipient',
            index=models.Index(fields=['campaign', 'verdict', 'row_number'], name='campaigns_r_campaig_ea7478_idx'),
        ),
        migrations.AddField(
            model_name='comment',
            name='message',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='comments', to='campaigns.message'),
        ),
        migrations.AddField(
            model_name='comment',
            name='written_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historyentry',
            name='actor',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historyentry',
            name='campaign',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='campaigns.campaign'),
        ),
        migrations.AddField(
            model_name='job',
            name='campaign',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='jobs', to='campaigns.campaign'),
        ),
        migrations.AddField(
            model_name='job',
            name='created_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='job',
            name='presenter',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='jobs', to='campaigns.presenter'),
        ),
        migrations.AddField(
            model_name='revision',
            name='approved_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='revision',
            name='message',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='revisions', to='campaigns.message'),
        ),
        migrations.AddField(
            model_name='revision',
            name='presenter',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='campaigns.presenter'),
        ),
        migrations.AddField(
            model_name='scriptversion',
            name='campaign',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='script_versions', to='campaigns.campaign'),
        ),
        migrations.AddField(
            model_name='scriptversion',
            name='saved_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='job',
            name='workspace',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='jobs', to='campaigns.workspace'),
        ),
        migrations.AddField(
            model_name='historyentry',
            name='workspace',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='campaigns.workspace'),
        ),
        migrations.AddField(
            model_name='campaign',
            name='workspace',
            field=models.ForeignKey(default=campaigns.models.workspaces.get_first_workspace, on_delete=django.db.models.deletion.PROTECT, related_name='campaigns', to='campaigns.workspace'),
        ),
        migrations.AddField(
            model_name='presenter',
            name='workspace',
            field=models.ForeignKey(default=campaigns.models.workspaces.get_first_workspace, on_delete=django.db.models.deletion.PROTECT, related_name='presenters', to='campaigns.workspace'),
        ),
        migrations.AddField(
            model_name='pronunciationentry',
            name='workspace',
            field=models.ForeignKey(default=campaigns.models.workspaces.get_first_workspace, on_delete=django.db.models.deletion.CASCADE, related_name='pronunciations', to='campaigns.workspace'),
        ),
        migrations.AddField(
            model_name='suppression',
            name='workspace',
            field=models.ForeignKey(default=campaigns.models.workspaces.get_first_workspace, on_delete=django.db.models.deletion.CASCADE, related_name='suppressions', to='campaigns.workspace'),
        ),
        migrations.AddConstraint(
            model_name='pronunciationentry',
            constraint=models.UniqueConstraint(fields=('workspace', 'key', 'language', 'match_case'), name='one_entry_per_word'),
        ),
        migrations.AddConstraint(
            model_name='suppression',
            constraint=models.UniqueConstraint(fields=('workspace', 'email'), name='one_suppression_per_address'),
        ),
        migrations.AddConstraint(
            model_name='revision',
            constraint=models.UniqueConstraint(fields=('message', 'content_hash'), name='one_revision_per_content'),
        ),
        migrations.AddConstraint(
            model_name='scriptversion',
            constraint=models.UniqueConstraint(fields=('campaign', 'number'), name='one_script_per_number'),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(fields=['campaign', 'kind', '-created_at'], name='campaigns_j_campaig_af5a11_idx'),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(fields=['state', 'created_at'], name='campaigns_j_state_4f679f_idx'),
        ),
        migrations.AddIndex(
            model_name='historyentry',
            index=models.Index(fields=['campaign', '-at'], name='campaigns_h_campaig_ff6c1c_idx'),
        ),
        migrations.AddIndex(
            model_name='historyentry',
            index=models.Index(fields=['workspace', '-at'], name='campaigns_h_workspa_efb62e_idx'),
        ),
    ]
