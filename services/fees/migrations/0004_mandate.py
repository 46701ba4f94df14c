"""Stamp duty on the document of a mandate is law: every installation starts with the rate in force."""

from datetime import date

from django.db import migrations

MANDATE = {"municipality": None, "code": "pelnomocnictwo", "valid_from": date(2007, 1, 1)}


def add_rate(apps, schema_editor):
    apps.get_model("fees", "FeeRate").objects.get_or_create(
        **MANDATE,
        defaults={
            "title": "Opłata skarbowa za pełnomocnictwo",
            "amount_gr": 1700,
            "source": "ustawa z dnia 16 listopada 2006 r. o opłacie skarbowej, załącznik, część IV (do potwierdzenia)",
        },
    )


def remove_rate(apps, schema_editor):
    apps.get_model("fees", "FeeRate").objects.filter(**MANDATE).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("fees", "0003_refunded"),
    ]

    operations = [
        migrations.RunPython(add_rate, remove_rate),
    ]
