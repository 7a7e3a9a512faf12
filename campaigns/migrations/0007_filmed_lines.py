"""Lines that a take says: whether a campaign wants them, and what its run found."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0006_pronunciations'),
    ]

    operations = [
        migrations.AddField(
            model_name='campaign',
            name='use_filmed_lines',
            field=models.BooleanField(default=True, help_text='Lines that the take says word for word are shown and heard as in the take.', verbose_name='show lines as they were filmed'),
        ),
        migrations.AddField(
            model_name='campaign',
            name='filmed_lines',
            field=models.JSONField(blank=True, editable=False, null=True),
        ),
    ]
