"""Days of the law are rows: every installation starts with them. Rules, shipments and proofs keep their history."""

from datetime import date

from django.db import migrations

from services.audit.history import followed

RULES = (
    ("account-second", 7, date(2022, 7, 7), "art. 46 § 5 KPA w brzmieniu sprzed 2021 r. (do potwierdzenia)"),
    ("account-deemed", 14, date(2022, 7, 7), "art. 46 § 6 KPA w brzmieniu sprzed 2021 r. (do potwierdzenia)"),
    (
        "ade-deemed",
        14,
        date(2021, 10, 5),
        "art. 42 ust. 2 ustawy o doręczeniach elektronicznych, reguła R13 (do potwierdzenia)",
    ),
    ("paper-deemed", 14, date(1961, 1, 1), "art. 44 § 1 i 4 KPA"),
)


def add_rules(apps, schema_editor):
    rules = apps.get_model("delivery", "DeliveryRule").objects
    for code, days, since, source in RULES:
        rules.get_or_create(
            municipality=None, code=code, valid_from=since, defaults={"days_count": days, "source": source}
        )


def remove_rules(apps, schema_editor):
    codes = [code for code, *_ in RULES]
    apps.get_model("delivery", "DeliveryRule").objects.filter(municipality=None, code__in=codes).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0001_shipments"),
        ("audit", "0005_followed"),
    ]

    operations = [
        migrations.RunPython(add_rules, remove_rules),
        followed("delivery_deliveryrule"),
        followed("delivery_shipment"),
        followed("delivery_evidence"),
    ]
