"""Looks at parties are written down; who acts for whom keeps its history."""

from django.db import migrations, models

from services.audit.history import followed


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0005_followed"),
        ("parties", "0001_parties_and_links"),
    ]

    operations = [
        migrations.AlterField(
            model_name="auditentry",
            name="action",
            field=models.CharField(
                choices=[
                    ("case", "akta sprawy"),
                    ("course", "metryka sprawy"),
                    ("attachment", "załącznik"),
                    ("document", "wydany dokument"),
                    ("review", "przegląd dziennika"),
                    ("erasure", "usunięcie danych konta"),
                    ("party", "dane osoby albo firmy"),
                ],
                max_length=12,
                verbose_name="czynność",
            ),
        ),
        followed("parties_partylink"),
    ]
