"""A refund has its ground, may be of a part, or of a line of the bank: that too needs two people."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def name_surpluses(apps, schema_editor):
    """Until now money went back because an act was not made, or because it paid nothing."""
    apps.get_model("payments", "Refund").objects.exclude(fault=None).update(ground="unexplained")


class Migration(migrations.Migration):
    dependencies = [
        ("municipalities", "0002_head_title_genitive"),
        ("payments", "0004_statements"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="refund",
            name="ground",
            field=models.CharField(
                choices=[
                    ("not-made", "urząd nie wykonał czynności"),
                    ("overpaid", "nadpłata"),
                    ("unexplained", "wpłata, która niczego nie opłaca"),
                ],
                default="not-made",
                max_length=12,
                verbose_name="podstawa",
            ),
            preserve_default=False,
        ),
        migrations.RunPython(name_surpluses, migrations.RunPython.noop),
        migrations.AddField(
            model_name="refund",
            name="line",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refunds",
                to="payments.statementline",
                verbose_name="pozycja wyciągu",
            ),
        ),
        migrations.AlterField(
            model_name="statementline",
            name="state",
            field=models.CharField(
                choices=[
                    ("matched", "rozliczona"),
                    ("suggested", "jest propozycja"),
                    ("exception", "do wyjaśnienia"),
                    ("ignored", "pominięta"),
                    ("returning", "do zwrotu"),
                    ("returned", "zwrócona"),
                ],
                max_length=10,
                verbose_name="stan",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["asked", "done"])), fields=("line",), name="line_goes_back_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("charge__isnull", False), ("fault", None), ("line", None)),
                    models.Q(("charge", None), ("fault__isnull", False), ("line", None)),
                    models.Q(("charge", None), ("fault", None), ("line__isnull", False)),
                    _connector="OR",
                ),
                name="refund_of_one_thing",
            ),
        ),
    ]
