"""Consents as entries that nobody changes, parts of the render cache by message, erased addresses; a history
whose names can be erased, through one function, and that may expire, through another."""

import campaigns.models.consent
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

PICTURE = "The person in this take agreed to be shown saying words that they did not say"
VOICE = "The person agreed, apart from that, to a voice like theirs saying such words"
ROWS_AT_ONCE = 1000

# The history is refused every change but two: names in it become “erased”, where campaigns_redact_history asks,
# and entries older than 30 days go, where campaigns_expire_history asks.
REDACTABLE = """
    CREATE FUNCTION campaigns_keep_history() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'UPDATE' AND current_setting('campaigns.redacting', true) = 'on'
            AND to_jsonb(NEW) - ARRAY['about', 'details', 'actor_name']
                = to_jsonb(OLD) - ARRAY['about', 'details', 'actor_name'] THEN
            RETURN NEW;
        END IF;
        IF TG_OP = 'DELETE' AND current_setting('campaigns.expiring', true) = 'on'
            AND OLD.at < now() - interval '30 days' THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'The history is append-only.';
    END $$;
    DROP TRIGGER campaigns_history_append_only ON campaigns_historyentry;
    CREATE TRIGGER campaigns_history_append_only BEFORE UPDATE OR DELETE ON campaigns_historyentry
        FOR EACH ROW EXECUTE FUNCTION campaigns_keep_history();

    CREATE FUNCTION campaigns_redact_history(entry bigint, new_about text, new_details jsonb)
        RETURNS void LANGUAGE plpgsql AS $$ BEGIN
        PERFORM set_config('campaigns.redacting', 'on', true);
        UPDATE campaigns_historyentry SET about = new_about, details = new_details WHERE id = entry;
        PERFORM set_config('campaigns.redacting', 'off', true);
    END $$;

    CREATE FUNCTION campaigns_expire_history(owner bigint, before timestamptz)
        RETURNS bigint LANGUAGE plpgsql AS $$ DECLARE gone bigint; BEGIN
        PERFORM set_config('campaigns.expiring', 'on', true);
        DELETE FROM campaigns_historyentry WHERE workspace_id = owner AND at < before;
        GET DIAGNOSTICS gone = ROW_COUNT;
        PERFORM set_config('campaigns.expiring', 'off', true);
        RETURN gone;
    END $$;

    CREATE TRIGGER campaigns_consents_append_only BEFORE UPDATE OR DELETE ON campaigns_consententry
        FOR EACH ROW EXECUTE FUNCTION campaigns_refuse_change();
    CREATE TRIGGER campaigns_consents_not_emptied BEFORE TRUNCATE ON campaigns_consententry
        FOR EACH STATEMENT EXECUTE FUNCTION campaigns_refuse_truncate();
"""
UNREDACTABLE = """
    DROP TRIGGER campaigns_consents_not_emptied ON campaigns_consententry;
    DROP TRIGGER campaigns_consents_append_only ON campaigns_consententry;
    DROP FUNCTION campaigns_expire_history(bigint, timestamptz);
    DROP FUNCTION campaigns_redact_history(bigint, text, jsonb);
    DROP TRIGGER campaigns_history_append_only ON campaigns_historyentry;
    DROP FUNCTION campaigns_keep_history();
    CREATE TRIGGER campaigns_history_append_only BEFORE UPDATE OR DELETE ON campaigns_historyentry
        FOR EACH ROW EXECUTE FUNCTION campaigns_refuse_change();
"""


def begin_consents(apps, schema_editor):
    """What is known of consents that were recorded before: the newest of each kind, and its revocation."""
    entry = apps.get_model("campaigns", "ConsentEntry")
    made = []
    for presenter in apps.get_model("campaigns", "Presenter").objects.order_by("pk"):
        wordings = presenter.consent_wording.splitlines()
        about = {
            "workspace_id": presenter.workspace_id, "presenter_id": presenter.pk,
            "presenter_name": presenter.name, "take_sha256": presenter.take_sha256,
        }  # fmt: skip
        kinds = (
            ("picture", PICTURE, presenter.consent_by, presenter.consent_at, presenter.consent_revoked_at),
            (
                "voice", VOICE, presenter.voice_consent_by, presenter.voice_consent_at,
                presenter.voice_consent_revoked_at,
            ),
        )  # fmt: skip
        for kind, wording, person, given_at, revoked_at in kinds:
            if given_at is None:
                continue
            kept = wording if wording in wordings else ""
            note = presenter.consent_note if kind == "picture" else ""
            shared = {**about, "kind": kind, "person": person}
            made.append(entry(**shared, act="given", wording=kept, note=note, at=given_at))
            if revoked_at is not None:
                made.append(entry(**shared, act="revoked", at=revoked_at))
    entry.objects.bulk_create(made, batch_size=ROWS_AT_ONCE)


def give_right(apps, schema_editor):
    """Whoever may revoke consents may answer for people's data, too."""
    permissions = apps.get_model("auth", "Permission").objects
    kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="campaigns", model="workspace"
    )
    name = "Can export and erase what is held about a person"
    made, _ = permissions.get_or_create(content_type=kind, codename="erase_person", defaults={"name": name})
    before = permissions.filter(content_type__app_label="campaigns", codename="consent_presenter").first()
    for group in apps.get_model("auth", "Group").objects.filter(permissions=before) if before else ():
        group.permissions.add(made)
    for user in apps.get_model("auth", "User").objects.filter(user_permissions=before) if before else ():
        user.user_permissions.add(made)


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('campaigns', '0034_sending'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='parts',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='workspace',
            name='retention',
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.CreateModel(
            name='ConsentEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('presenter_name', models.CharField(max_length=200)),
                ('take_sha256', models.CharField(blank=True, max_length=64)),
                ('kind', models.CharField(max_length=16)),
                ('act', models.CharField(max_length=16)),
                ('person', models.CharField(max_length=200)),
                ('wording', models.TextField(blank=True)),
                ('note', models.TextField(blank=True)),
                ('document', models.FileField(blank=True, max_length=300, upload_to=campaigns.models.consent.document_path)),
                ('recorded_by_name', models.CharField(blank=True, max_length=200)),
                ('at', models.DateTimeField()),
                ('presenter', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='consents', to='campaigns.presenter')),
                ('recorded_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('workspace', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='consents', to='campaigns.workspace')),
            ],
            options={
                'ordering': ['-at', '-pk'],
                'indexes': [models.Index(fields=['presenter', '-at'], name='campaigns_c_present_c9bf1f_idx')],
            },
        ),
        migrations.CreateModel(
            name='ErasedAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='erased_addresses', to='campaigns.workspace')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('workspace', 'digest'), name='one_digest_per_erased_address')],
            },
        ),
        migrations.AlterModelOptions(
            name='workspace',
            options={'ordering': ['name'], 'permissions': (('erase_person', 'Can export and erase what is held about a person'),)},
        ),
        migrations.RunPython(begin_consents, migrations.RunPython.noop),
        migrations.RunPython(give_right, migrations.RunPython.noop),
        migrations.RunSQL(REDACTABLE, UNREDACTABLE),
    ]
