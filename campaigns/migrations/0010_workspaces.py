"""Workspaces. What is there belongs to the first one, and everybody who is there is a member of it."""

from django.conf import settings
from django.db import migrations, models

FIRST = "Workspace"


def create_first_workspace(apps, schema_editor):
    users = apps.get_model(settings.AUTH_USER_MODEL).objects.all()
    apps.get_model("campaigns", "Workspace").objects.create(name=FIRST).members.set(users)


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('campaigns', '0009_presenter_voice'),
    ]

    operations = [
        migrations.CreateModel(
            name='Workspace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.AddField(
            model_name='workspace',
            name='members',
            field=models.ManyToManyField(blank=True, related_name='workspaces', to=settings.AUTH_USER_MODEL),
        ),
        migrations.RunPython(create_first_workspace, migrations.RunPython.noop),
    ]
