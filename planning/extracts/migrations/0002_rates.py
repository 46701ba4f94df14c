"""The stamp duty on an extract is law, not demo: every installation starts with the rates in force."""

from datetime import date

from django.db import migrations


def add_rates(apps, schema_editor):
    apps.get_model("plan_extracts", "ExtractRate").objects.get_or_create(
        valid_from=date(2007, 1, 1),
        defaults={
            "short_text_gr": 3000,
            "long_text_gr": 5000,
            "short_text_pages": 5,
            "drawing_part_gr": 2000,
            "drawing_cap_gr": 20000,
            "legal_basis": "ustawa z dnia 16 listopada 2006 r. o opłacie skarbowej, załącznik, część I",
            "source": "załącznik, kol. 2 poz. 51 (do potwierdzenia)",
        },
    )


def remove_rates(apps, schema_editor):
    apps.get_model("plan_extracts", "ExtractRate").objects.filter(valid_from=date(2007, 1, 1)).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("plan_extracts", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(add_rates, remove_rates),
    ]
