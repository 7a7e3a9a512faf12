"""The choices of a voice come from the table of voice engines, so that a new one needs no migration."""

import campaigns.models
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0004_problems_as_values'),
    ]

    operations = [
        migrations.AlterField(
            model_name='campaign',
            name='voice_engine',
            field=models.CharField(choices=campaigns.models.list_voice_choices, default=campaigns.models.get_default_voice, max_length=32),
        ),
    ]
