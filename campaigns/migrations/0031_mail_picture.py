"""The mail's picture: the words on it, whether it moves, and the frame that a person chose."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0030_search'),
    ]

    operations = [
        migrations.AddField(
            model_name='campaign',
            name='mail_names',
            field=models.BooleanField(default=True, help_text="The mail's picture greets the recipient.", verbose_name='name on the picture'),
        ),
        migrations.AddField(
            model_name='campaign',
            name='mail_preview',
            field=models.BooleanField(default=False, help_text='The mail shows some seconds of the personal moment instead of a still.', verbose_name='moving picture'),
        ),
        migrations.AddField(
            model_name='campaign',
            name='picture_text',
            field=models.CharField(blank=True, help_text='May hold columns. Empty: “Hi” and the first name.', max_length=200, verbose_name='words on the picture'),
        ),
        migrations.AddField(
            model_name='campaign',
            name='poster_moment',
            field=models.JSONField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='revision',
            name='poster_at_s',
            field=models.FloatField(blank=True, null=True),
        ),
    ]
