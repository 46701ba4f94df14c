from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0007_whose_party"),
    ]

    operations = [
        migrations.AlterField(
            model_name="ledgeraccount",
            name="kind",
            field=models.CharField(
                choices=[
                    ("receivable", "należności"),
                    ("income", "dochody"),
                    ("announced", "wpłaty zapowiedziane"),
                    ("bank", "rachunek bankowy"),
                    ("cash", "kasa"),
                    ("unexplained", "do wyjaśnienia"),
                    ("expense", "koszty urzędu"),
                ],
                max_length=12,
                verbose_name="rodzaj",
            ),
        ),
    ]
