"""How words are said, and what a message was made with: another voice or sound makes it anew."""

import campaigns.models
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def note_how_messages_were_made(apps, schema_editor):
    """Finished videos were made by the presenter and the voice that their campaign has."""
    alias = schema_editor.connection.alias
    campaigns = apps.get_model("campaigns", "Campaign").objects.using(alias)
    messages = apps.get_model("campaigns", "Message").objects.using(alias)
    for pk, presenter, engine, voice in campaigns.values_list("pk", "presenter_id", "voice_engine", "voice"):
        made_with = {"presenter": presenter, "voice": [engine, voice, ""], "pronunciations": []}
        messages.filter(campaign=pk, render_state="ready").update(made_with=made_with)


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0005_voice_choices'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='campaign',
            name='locale',
            field=models.CharField(blank=True, choices=campaigns.models.list_locale_choices, max_length=16),
        ),
        migrations.AddField(
            model_name='campaign',
            name='words_of',
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='message',
            name='made_with',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='presenter',
            name='voice',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name='presenter',
            name='voice_engine',
            field=models.CharField(blank=True, choices=campaigns.models.list_voice_choices, max_length=32),
        ),
        migrations.CreateModel(
            name='PersonalWord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('word', models.CharField(max_length=100)),
                ('key', models.CharField(max_length=200)),
                ('column', models.CharField(blank=True, max_length=300)),
                ('rows', models.PositiveIntegerField()),
                ('row_number', models.PositiveIntegerField()),
                ('spoken_in', models.CharField(blank=True, max_length=16)),
                ('ipa', models.CharField(blank=True, max_length=200)),
                ('source', models.CharField(blank=True, max_length=64)),
                ('doubt', models.PositiveSmallIntegerField(null=True)),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='words', to='campaigns.campaign')),
            ],
            options={
                'indexes': [models.Index(fields=['campaign', '-doubt', '-rows', 'key'], name='campaigns_p_campaig_680691_idx')],
                'constraints': [models.UniqueConstraint(fields=('campaign', 'key'), name='one_word_per_campaign')],
            },
        ),
        migrations.CreateModel(
            name='PronunciationEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('word', models.CharField(max_length=100)),
                ('key', models.CharField(db_index=True, editable=False, max_length=200)),
                ('said', models.CharField(max_length=100, verbose_name='said as')),
                ('is_ipa', models.BooleanField(default=False, verbose_name='in the phonetic alphabet (IPA)')),
                ('language', models.CharField(blank=True, max_length=16)),
                ('match_case', models.BooleanField(default=False, verbose_name='only with these capitals')),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('changed_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'pronunciation',
                'ordering': ['key', 'language', '-match_case'],
                'constraints': [models.UniqueConstraint(fields=('key', 'language', 'match_case'), name='one_entry_per_word')],
            },
        ),
        migrations.RunPython(note_how_messages_were_made, migrations.RunPython.noop),
    ]
