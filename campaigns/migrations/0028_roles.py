"""Rights of their own to edit, run, approve, send, export and record consent; what was watched, counted.

Who could change campaigns before keeps all of these rights, and who could change presenters the consent.
"""

import django.db.models.deletion
from django.db import migrations, models

CAMPAIGN_RIGHTS = (
    ("edit_campaign", "Can edit people, script, names and mail"),
    ("run_campaign", "Can start and stop samples and runs"),
    ("approve_campaign", "Can approve, reject and comment on videos"),
    ("send_campaign", "Can send, and decide about deliveries"),
    ("export_campaign", "Can export tables and videos"),
)
PRESENTER_RIGHTS = (("consent_presenter", "Can record and revoke consent"),)

# Rows are kept from changes by an earlier trigger. Databases of test runs are emptied after each test.
NOT_EMPTIED = r"""
    CREATE FUNCTION campaigns_refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF current_database() NOT LIKE 'test\_%' OR current_setting('campaigns.keep_history', true) = 'on' THEN
            RAISE EXCEPTION 'The history is append-only.';
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER campaigns_history_not_emptied BEFORE TRUNCATE ON campaigns_historyentry
        FOR EACH STATEMENT EXECUTE FUNCTION campaigns_refuse_truncate();
"""
EMPTIABLE = """
    DROP TRIGGER campaigns_history_not_emptied ON campaigns_historyentry;
    DROP FUNCTION campaigns_refuse_truncate();
"""


def keep_rights(apps, schema_editor):
    _give_with(apps, "campaign", CAMPAIGN_RIGHTS, "change_campaign")
    _give_with(apps, "presenter", PRESENTER_RIGHTS, "change_presenter")


def _give_with(apps, model, rights, before):
    """Give these rights to every group and person that has the permission ``before``."""
    permissions = apps.get_model("auth", "Permission").objects
    kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="campaigns", model=model
    )
    made = [
        permissions.get_or_create(content_type=kind, codename=codename, defaults={"name": name})[0]
        for codename, name in rights
    ]
    old = permissions.filter(content_type=kind, codename=before).first()
    for group in apps.get_model("auth", "Group").objects.filter(permissions=old) if old else ():
        group.permissions.add(*made)
    for user in apps.get_model("auth", "User").objects.filter(user_permissions=old) if old else ():
        user.user_permissions.add(*made)


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('campaigns', '0027_sample'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='campaign',
            options={'permissions': CAMPAIGN_RIGHTS},
        ),
        migrations.AlterModelOptions(
            name='presenter',
            options={'permissions': PRESENTER_RIGHTS},
        ),
        migrations.CreateModel(
            name='ViewingSummary',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('counted_at', models.DateTimeField()),
                ('work_s', models.FloatField(default=0)),
                ('opened', models.PositiveIntegerField(default=0)),
                ('played', models.PositiveIntegerField(default=0)),
                ('finished', models.PositiveIntegerField(default=0)),
                ('still_watching', models.JSONField(default=list)),
                ('campaign', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='viewing', to='campaigns.campaign')),
            ],
        ),
        migrations.RunPython(keep_rights, migrations.RunPython.noop),
        migrations.RunSQL(NOT_EMPTIED, EMPTIABLE),
    ]
