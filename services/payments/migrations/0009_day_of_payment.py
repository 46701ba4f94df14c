"""What the operator says of the time of payment, apart from when we heard of it; until now only the second was kept."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0008_costs_of_the_office")]

    operations = [
        migrations.RenameField("payment", "paid_at", "heard_at"),
        migrations.AlterField("payment", "heard_at", models.DateTimeField(null=True, verbose_name="potwierdzono")),
        migrations.AddField(
            "payment", "paid_at", models.DateTimeField(null=True, verbose_name="zapłacono według operatora")
        ),
    ]
