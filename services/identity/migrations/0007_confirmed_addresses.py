"""Addresses of accounts that were there before registration: the office gave them, so they are confirmed."""

from django.db import migrations
from django.db.models import Count
from django.db.models.functions import Lower


def confirm(apps, schema_editor):
    """Addresses that two accounts share stay out: neither could sign in by them."""
    users = apps.get_model("identity", "User").objects.exclude(email="").annotate(address=Lower("email"))
    shared = users.values("address").annotate(count=Count("pk")).filter(count__gt=1).values("address")
    EmailAddress = apps.get_model("account", "EmailAddress")
    EmailAddress.objects.bulk_create(
        (
            EmailAddress(user_id=user.pk, email=user.address, verified=True, primary=True)
            for user in users.exclude(address__in=shared)
        ),
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("identity", "0006_sign_ins"), ("account", "0009_emailaddress_unique_primary_email")]

    operations = [migrations.RunPython(confirm, migrations.RunPython.noop)]
