"""Events say who caused them and which seconds were seen; only what people did is counted."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

_COUNTED = """
    count(*) FILTER (WHERE e.kind = 'page_viewed'), count(*) FILTER (WHERE e.kind = 'played'),
    count(*) FILTER (WHERE e.kind = 'ended'), count(*) FILTER (WHERE e.kind = 'clicked'),
    count(*) FILTER (WHERE e.kind = 'opted_out'),
    coalesce(sum(e.seconds) FILTER (WHERE e.kind = 'progress'), 0),
    coalesce(max(least(1, e.seconds / m.video_seconds))
        FILTER (WHERE e.kind = 'progress' AND m.video_seconds > 0), 0),
    max(e.at)
"""
_INSERT = f"""
    INSERT INTO campaigns_viewing
        (message_id, campaign_id, views, plays, ends, clicks, opt_outs, seconds, share, last_at)
    SELECT e.message_id, m.campaign_id, {_COUNTED}
    FROM {{events}} e JOIN campaigns_message m ON m.id = e.message_id
    WHERE e.verdict = 'human' GROUP BY e.message_id, m.campaign_id ORDER BY e.message_id
"""
_OF = "(SELECT * FROM campaigns_event WHERE message_id IN (SELECT message_id FROM {changed}))"
_FUNCTIONS = f"""
    CREATE OR REPLACE FUNCTION count_added_events() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        {_INSERT.format(events="added")}
        ON CONFLICT (message_id) DO UPDATE SET
            views = campaigns_viewing.views + EXCLUDED.views,
            plays = campaigns_viewing.plays + EXCLUDED.plays,
            ends = campaigns_viewing.ends + EXCLUDED.ends,
            clicks = campaigns_viewing.clicks + EXCLUDED.clicks,
            opt_outs = campaigns_viewing.opt_outs + EXCLUDED.opt_outs,
            seconds = campaigns_viewing.seconds + EXCLUDED.seconds,
            share = greatest(campaigns_viewing.share, EXCLUDED.share),
            last_at = greatest(campaigns_viewing.last_at, EXCLUDED.last_at);
        RETURN NULL;
    END $$;
    CREATE OR REPLACE FUNCTION count_changed_events() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM after_it a JOIN before_it b ON b.id = a.id WHERE a.verdict <> b.verdict) THEN
            DELETE FROM campaigns_viewing WHERE message_id IN (SELECT message_id FROM after_it);
            {_INSERT.format(events=_OF.format(changed="after_it"))};
            RETURN NULL;
        END IF;
        UPDATE campaigns_viewing v SET
            seconds = v.seconds + d.more_s, share = greatest(v.share, d.share), last_at = greatest(v.last_at, d.at)
        FROM (
            SELECT a.message_id, sum(a.seconds - b.seconds) AS more_s, max(a.at) AS at,
                coalesce(max(least(1, a.seconds / m.video_seconds)) FILTER (WHERE m.video_seconds > 0), 0) AS share
            FROM after_it a JOIN before_it b ON b.id = a.id AND b.message_id = a.message_id
            JOIN campaigns_message m ON m.id = a.message_id
            WHERE a.kind = 'progress' AND a.verdict = 'human' GROUP BY a.message_id
        ) d WHERE d.message_id = v.message_id;
        RETURN NULL;
    END $$;
    CREATE OR REPLACE FUNCTION count_removed_events() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM campaigns_viewing WHERE message_id IN (SELECT message_id FROM removed);
        {_INSERT.format(events=_OF.format(changed="removed"))};
        RETURN NULL;
    END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0032_queue'),
    ]

    operations = [
        migrations.AddField(
            model_name='workspace',
            name='embed_hosts',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name='campaign',
            name='link_days',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Counted from the sending, or from the approval if nothing was sent. Empty: without end.', null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='days that a link works'),
        ),
        migrations.CreateModel(
            name='Visitor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('viewing', models.UUIDField()),
                ('key', models.CharField(max_length=32)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='visitors', to='campaigns.message')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['message', 'at'], name='campaigns_v_message_e23ff0_idx'),
                    models.Index(fields=['key', 'at'], name='campaigns_v_key_a87d49_idx'),
                    models.Index(fields=['at'], name='campaigns_v_at_caa299_idx'),
                ],
            },
        ),
        migrations.AddField(
            model_name='event',
            name='sign',
            field=models.CharField(blank=True, choices=[('named', 'calls itself a program'), ('proxy', 'loads pictures for a mailbox'), ('ahead', 'loads ahead, for nobody yet'), ('head', 'asks for the head alone'), ('soon', 'came within seconds of the sending'), ('every_link', 'followed every link of the mail at once'), ('many', 'opened the links of many people at once')], max_length=16),
        ),
        migrations.AddField(
            model_name='event',
            name='verdict',
            field=models.CharField(choices=[('human', 'a person'), ('machine', 'a program')], default='human', max_length=8),
        ),
        migrations.AddField(
            model_name='event',
            name='watched',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AlterField(
            model_name='event',
            name='kind',
            field=models.CharField(choices=[('page_viewed', 'page viewed'), ('played', 'played'), ('progress', 'watched'), ('ended', 'watched to the end'), ('clicked', 'pressed the button'), ('opted_out', 'opted out')], max_length=16),
        ),
        migrations.AddField(
            model_name='viewing',
            name='clicks',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='viewingsummary',
            name='clicked',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='viewingsummary',
            name='lines',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='viewingsummary',
            name='machines',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.RunSQL(_FUNCTIONS, migrations.RunSQL.noop),
    ]
