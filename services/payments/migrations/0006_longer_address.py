from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0005_two_people")]

    operations = [
        migrations.AlterField(
            model_name="payment",
            name="url",
            field=models.CharField(blank=True, max_length=2000, verbose_name="adres płatności"),
        ),
    ]
