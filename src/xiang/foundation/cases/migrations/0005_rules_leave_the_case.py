import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0004_rules_are_kept_once'),
    ]

    operations = [
        migrations.AlterField(
            model_name='case',
            name='kept_rules',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.caserules'),
        ),
        migrations.RemoveField(
            model_name='case',
            name='rules',
        ),
    ]
