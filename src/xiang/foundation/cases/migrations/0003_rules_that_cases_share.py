import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0002_inbox_index_covers_its_counters'),
    ]

    operations = [
        migrations.CreateModel(
            name='CaseRules',
            fields=[
                ('digest', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('content', models.JSONField()),
            ],
        ),
        migrations.AddField(
            model_name='case',
            name='kept_rules',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.caserules'),
        ),
    ]
