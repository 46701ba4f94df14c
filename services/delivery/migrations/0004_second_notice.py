"""The second notice of a letter at the post office comes when the first seven days have passed (KPA art. 44 § 2-3)."""

from datetime import date

from django.db import migrations, models

CODE = "paper-second"


def add_rule(apps, schema_editor):
    apps.get_model("delivery", "DeliveryRule").objects.get_or_create(
        municipality=None, code=CODE, valid_from=date(1961, 1, 1),
        defaults={"days_count": 7, "source": "art. 44 § 2 i 3 KPA"},
    )  # fmt: skip


def remove_rule(apps, schema_editor):
    apps.get_model("delivery", "DeliveryRule").objects.filter(municipality=None, code=CODE).delete()


class Migration(migrations.Migration):
    dependencies = [("delivery", "0003_party_address")]

    operations = [
        migrations.AlterField(
            model_name="deliveryrule",
            name="code",
            field=models.CharField(
                choices=[
                    ("account-second", "drugie zawiadomienie o piśmie na koncie"),
                    ("account-deemed", "doręczenie zastępcze na koncie"),
                    ("ade-deemed", "doręczenie zastępcze na adres do doręczeń elektronicznych"),
                    ("paper-second", "drugie zawiadomienie o liście"),
                    ("paper-deemed", "doręczenie zastępcze listu"),
                ],
                max_length=20,
                verbose_name="kod",
            ),
        ),
        migrations.RunPython(add_rule, remove_rule),
    ]
