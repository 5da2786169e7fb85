from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0002_people_plans_and_notices")]

    operations = [
        migrations.AddField("holdrow", "discard_reason", models.CharField(blank=True, default="", max_length=500)),
        migrations.AddField("holdrow", "discarded_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("holdrow", "discarded_by", models.CharField(blank=True, default="", max_length=254)),
    ]
