"""The document of a mandate is taxed once in an office, unless its rule says otherwise; part of a sum may go back."""

from datetime import date

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from services.audit.history import followed

RULE = {"municipality": None, "valid_from": date(2007, 1, 1)}
SOURCE = (
    "ustawa o opłacie skarbowej, art. 1 ust. 1 pkt 2 i art. 6 ust. 1 (do potwierdzenia: Minister Finansów, "
    "interpelacja 10785, liczy dokumenty złożone w sprawach)"
)


def add_rule(apps, schema_editor):
    apps.get_model("fees", "MandateRule").objects.get_or_create(**RULE, defaults={"taxed": "once", "source": SOURCE})


def remove_rule(apps, schema_editor):
    apps.get_model("fees", "MandateRule").objects.filter(**RULE).delete()


def fill_refunded(apps, schema_editor):
    """Until now all of a sum went back at once."""
    rows = apps.get_model("fees", "Due").objects.exclude(refunded_on=None)
    rows.update(refunded_gr=models.F("paid_gr"))


def name_mandates(apps, schema_editor):
    """Until now each case charged for the mandate by which it was filed."""
    dues = apps.get_model("fees", "Due").objects
    mandates = dues.filter(title="Opłata skarbowa za pełnomocnictwo", case__representation__basis="mandate")
    for due in mandates.select_related("case"):
        dues.filter(pk=due.pk).update(mandate=due.case.representation_id)


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0010_on_behalf_of"),
        ("audit", "0005_followed"),
        ("fees", "0004_mandate"),
        ("municipalities", "0002_head_title_genitive"),
        ("parties", "0002_duty_free"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MandateRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "taxed",
                    models.CharField(
                        choices=[("once", "raz, gdy dokument trafia do urzędu"), ("each-case", "w każdej sprawie")],
                        max_length=10,
                        verbose_name="ile razy",
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="od")),
                ("source", models.CharField(max_length=200, verbose_name="podstawa")),
            ],
            options={
                "verbose_name": "zasada opłaty za pełnomocnictwo",
                "verbose_name_plural": "zasady opłaty za pełnomocnictwo",
            },
        ),
        migrations.AddField(
            model_name="due",
            name="mandate",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="dues",
                to="parties.partylink",
                verbose_name="pełnomocnictwo",
            ),
        ),
        migrations.AddField(
            model_name="due",
            name="refunded_gr",
            field=models.PositiveIntegerField(default=0, verbose_name="zwrócono [gr]"),
        ),
        migrations.AddField(
            model_name="mandaterule",
            name="municipality",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="municipalities.municipality",
                verbose_name="gmina",
            ),
        ),
        migrations.AddConstraint(
            model_name="mandaterule",
            constraint=models.UniqueConstraint(
                fields=("municipality", "valid_from"), name="mandate_rule_dated", nulls_distinct=False
            ),
        ),
        migrations.RunPython(fill_refunded, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="due",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("refunded_gr", 0), ("refunded_on", None)),
                    models.Q(
                        ("refunded_gr__gt", 0),
                        ("refunded_gr__lte", models.F("paid_gr")),
                        ("refunded_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="due_refunded_of_paid",
            ),
        ),
        followed("fees_mandaterule"),
        migrations.RunPython(add_rule, remove_rule),
        migrations.RunPython(name_mandates, migrations.RunPython.noop),
    ]
