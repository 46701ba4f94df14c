"""Changes of settings are written down; of sealed columns the history keeps only that they changed."""

from django.db import migrations, models

from services.audit.history import NOTE


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0006_parties"),
    ]

    operations = [
        migrations.RunSQL(NOTE, migrations.RunSQL.noop),
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
                    ("setting", "ustawienie urzędu"),
                ],
                max_length=12,
                verbose_name="czynność",
            ),
        ),
    ]
