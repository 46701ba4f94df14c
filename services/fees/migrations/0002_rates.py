"""Stamp duty is law, not demo: every installation starts with the rate in force. Rates and sums keep their history."""

from datetime import date

from django.db import migrations

from services.audit.history import followed

CERTIFICATE = {"municipality": None, "code": "zaswiadczenie", "valid_from": date(2007, 1, 1)}


def add_rate(apps, schema_editor):
    apps.get_model("fees", "FeeRate").objects.get_or_create(
        **CERTIFICATE,
        defaults={
            "title": "Opłata skarbowa za zaświadczenie",
            "amount_gr": 1700,
            "source": "ustawa z dnia 16 listopada 2006 r. o opłacie skarbowej, załącznik, część II (do potwierdzenia)",
        },
    )


def remove_rate(apps, schema_editor):
    apps.get_model("fees", "FeeRate").objects.filter(**CERTIFICATE).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("fees", "0001_dues"),
        ("audit", "0005_followed"),
    ]

    operations = [
        migrations.RunPython(add_rate, remove_rate),
        followed("fees_feerate"),
        followed("fees_due"),
    ]
