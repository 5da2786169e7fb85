"""Events written before there was a column for whom they are about."""

from django.db import migrations

AT_ONCE = 1000


def fill(apps, _editor):
    events = apps.get_model("store", "AuditEvent").objects
    found = []
    for row in events.filter(person="", about__has_key="person").only("about").iterator(AT_ONCE):
        row.person = str(row.about["person"])[:64]
        found.append(row)
        if len(found) == AT_ONCE:
            events.bulk_update(found, ["person"])
            found.clear()
    events.bulk_update(found, ["person"])


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0005_real_time_and_installation'),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
