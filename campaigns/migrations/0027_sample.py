"""The sample that is made before a run, and whose turn it is."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0026_script'),
    ]

    operations = [
        migrations.AddField(
            model_name='campaign',
            name='sample_of',
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='campaign',
            name='served_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='message',
            name='sample_reason',
            field=models.CharField(blank=True, max_length=300),
        ),
    ]
