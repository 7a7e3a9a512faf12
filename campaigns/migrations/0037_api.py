"""Tokens and webhooks. What happens is noted for webhooks by triggers: no way of changing a row is forgotten."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


# A workspace without webhooks pays one look into a table of a few rows, and only where a status changed.
_TRIGGERS = """
    CREATE FUNCTION note_for_webhooks(owner bigint, happened text, keys jsonb) RETURNS void LANGUAGE sql AS $$
        INSERT INTO campaigns_webhookcall
            (event_id, endpoint_id, kind, data, state, attempts, due_at, claimed_by, failure, at)
        SELECT gen_random_uuid(), e.id, happened, keys, 'waiting', 0, now(), '', '', now()
        FROM campaigns_webhookendpoint e
        WHERE e.workspace_id = owner AND e.enabled AND e.kinds @> to_jsonb(happened)
    $$;
    CREATE FUNCTION find_workspace(campaign bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
        SELECT workspace_id FROM campaigns_campaign WHERE id = campaign
    $$;

    CREATE FUNCTION note_message() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM campaigns_webhookendpoint WHERE enabled) THEN
            PERFORM note_for_webhooks(find_workspace(NEW.campaign_id), TG_ARGV[0], jsonb_build_object(
                'campaign', NEW.campaign_id, 'message', NEW.id, 'recipient', NEW.recipient_id));
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER note_ready_message AFTER UPDATE OF render_state ON campaigns_message FOR EACH ROW
        WHEN (OLD.render_state <> NEW.render_state AND NEW.render_state = 'ready')
        EXECUTE FUNCTION note_message('message.ready');
    CREATE TRIGGER note_failed_message AFTER UPDATE OF render_state ON campaigns_message FOR EACH ROW
        WHEN (OLD.render_state <> NEW.render_state AND NEW.render_state = 'failed')
        EXECUTE FUNCTION note_message('message.failed');
    CREATE TRIGGER note_approved_message AFTER UPDATE OF review_state, approved_hash ON campaigns_message
        FOR EACH ROW WHEN (
            NEW.review_state = 'approved' AND NEW.approved_hash <> ''
            AND (OLD.review_state <> NEW.review_state OR OLD.approved_hash <> NEW.approved_hash))
        EXECUTE FUNCTION note_message('message.approved');
    CREATE TRIGGER note_rejected_message AFTER UPDATE OF review_state ON campaigns_message FOR EACH ROW
        WHEN (OLD.review_state <> NEW.review_state AND NEW.review_state = 'rejected')
        EXECUTE FUNCTION note_message('message.rejected');

    CREATE FUNCTION note_delivery() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM campaigns_webhookendpoint WHERE enabled) THEN
            PERFORM note_for_webhooks(find_workspace(NEW.campaign_id), TG_ARGV[0], jsonb_build_object(
                'campaign', NEW.campaign_id, 'message', NEW.message_id, 'delivery', NEW.id,
                'channel', NEW.channel));
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER note_sent_delivery AFTER UPDATE OF state ON campaigns_delivery FOR EACH ROW
        WHEN (OLD.state <> NEW.state AND NEW.state = 'sent')
        EXECUTE FUNCTION note_delivery('message.sent');
    CREATE TRIGGER note_failed_delivery AFTER UPDATE OF state ON campaigns_delivery FOR EACH ROW
        WHEN (OLD.state <> NEW.state AND NEW.state = 'failed')
        EXECUTE FUNCTION note_delivery('message.not_sent');

    CREATE FUNCTION note_viewing() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM campaigns_webhookendpoint WHERE enabled) THEN
            PERFORM note_for_webhooks(c.workspace_id, TG_ARGV[0], jsonb_build_object(
                'campaign', c.id, 'message', m.id, 'recipient', m.recipient_id))
            FROM campaigns_message m JOIN campaigns_campaign c ON c.id = m.campaign_id
            WHERE m.id = NEW.message_id;
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER note_played_video AFTER INSERT ON campaigns_event FOR EACH ROW
        WHEN (NEW.kind = 'played' AND NEW.verdict = 'human') EXECUTE FUNCTION note_viewing('video.played');
    CREATE TRIGGER note_finished_video AFTER INSERT ON campaigns_event FOR EACH ROW
        WHEN (NEW.kind = 'ended' AND NEW.verdict = 'human') EXECUTE FUNCTION note_viewing('video.finished');
    CREATE TRIGGER note_opt_out AFTER INSERT ON campaigns_event FOR EACH ROW
        WHEN (NEW.kind = 'opted_out') EXECUTE FUNCTION note_viewing('opt_out');

    CREATE FUNCTION note_job() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM note_for_webhooks(NEW.workspace_id, TG_ARGV[0], jsonb_build_object(
            'job', NEW.public_id, 'kind', NEW.kind, 'campaign', NEW.campaign_id));
        RETURN NULL;
    END $$;
    CREATE TRIGGER note_done_job AFTER UPDATE OF state ON campaigns_job FOR EACH ROW
        WHEN (OLD.state <> NEW.state AND NEW.state = 'done') EXECUTE FUNCTION note_job('job.finished');
    CREATE TRIGGER note_failed_job AFTER UPDATE OF state ON campaigns_job FOR EACH ROW
        WHEN (OLD.state <> NEW.state AND NEW.state = 'failed') EXECUTE FUNCTION note_job('job.failed');

    CREATE FUNCTION note_run() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM note_for_webhooks(NEW.workspace_id, 'run.finished', jsonb_build_object(
            'campaign', NEW.id, 'state', NEW.state));
        RETURN NULL;
    END $$;
    CREATE TRIGGER note_finished_run AFTER UPDATE OF state ON campaigns_campaign FOR EACH ROW
        WHEN (OLD.state = 'rendering' AND NEW.state <> 'rendering') EXECUTE FUNCTION note_run();
"""
_NO_TRIGGERS = """
    DROP TRIGGER note_ready_message ON campaigns_message; DROP TRIGGER note_failed_message ON campaigns_message;
    DROP TRIGGER note_approved_message ON campaigns_message;
    DROP TRIGGER note_rejected_message ON campaigns_message; DROP FUNCTION note_message;
    DROP TRIGGER note_sent_delivery ON campaigns_delivery; DROP TRIGGER note_failed_delivery ON campaigns_delivery;
    DROP FUNCTION note_delivery;
    DROP TRIGGER note_played_video ON campaigns_event; DROP TRIGGER note_finished_video ON campaigns_event;
    DROP TRIGGER note_opt_out ON campaigns_event; DROP FUNCTION note_viewing;
    DROP TRIGGER note_done_job ON campaigns_job; DROP TRIGGER note_failed_job ON campaigns_job;
    DROP FUNCTION note_job;
    DROP TRIGGER note_finished_run ON campaigns_campaign; DROP FUNCTION note_run;
    DROP FUNCTION note_for_webhooks; DROP FUNCTION find_workspace;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0036_privacy'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=90)),
                ('prefix', models.CharField(max_length=16)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('scopes', models.JSONField(default=list)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('last_used_at', models.DateTimeField(blank=True, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('requests_left', models.FloatField(default=0)),
                ('refilled_at', models.DateTimeField(blank=True, null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_tokens', to=settings.AUTH_USER_MODEL)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_tokens', to='campaigns.workspace')),
            ],
            options={
                'ordering': ['-created_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='WebhookEndpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('url', models.CharField(max_length=2000)),
                ('kinds', models.JSONField(default=list)),
                ('secrets', models.JSONField(default=list)),
                ('personal_data', models.BooleanField(default=False)),
                ('enabled', models.BooleanField(default=True)),
                ('disabled_reason', models.TextField(blank=True)),
                ('failing_since', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='webhooks', to='campaigns.workspace')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='IdempotentAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=255)),
                ('digest', models.CharField(max_length=64)),
                ('status', models.PositiveSmallIntegerField()),
                ('content_type', models.CharField(max_length=100)),
                ('body', models.BinaryField()),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('token', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='campaigns.apitoken')),
            ],
            options={
                'indexes': [models.Index(fields=['at'], name='old_answers')],
                'constraints': [models.UniqueConstraint(fields=('token', 'key'), name='one_answer_per_key')],
            },
        ),
        migrations.CreateModel(
            name='WebhookCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(max_length=32)),
                ('data', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('calling', 'being called'), ('answered', 'answered'), ('failed', 'failed')], default='waiting', max_length=16)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('due_at', models.DateTimeField()),
                ('claimed_by', models.CharField(blank=True, max_length=100)),
                ('heartbeat_at', models.DateTimeField(blank=True, null=True)),
                ('status', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('failure', models.TextField(blank=True)),
                ('at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('endpoint', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calls', to='campaigns.webhookendpoint')),
            ],
            options={
                'ordering': ['-at', '-pk'],
                'indexes': [models.Index(fields=['endpoint', '-at'], name='campaigns_w_endpoin_b2834b_idx'), models.Index(condition=models.Q(('state', 'waiting')), fields=['due_at'], name='waiting_calls'), models.Index(condition=models.Q(('state', 'calling')), fields=['heartbeat_at'], name='open_calls')],
            },
        ),
        migrations.RunSQL(_TRIGGERS, _NO_TRIGGERS),
    ]
