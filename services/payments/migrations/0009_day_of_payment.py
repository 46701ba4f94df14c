"""What the operator says of the time of payment, or the payer has shown, apart from when we heard of it.

Until now only the last was kept.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0008_costs_of_the_office")]

    operations = [
        migrations.RenameField("payment", "paid_at", "heard_at"),
        migrations.AlterField("payment", "heard_at", models.DateTimeField(null=True, verbose_name="potwierdzono")),
        migrations.AddField(
            "payment", "paid_at", models.DateTimeField(null=True, verbose_name="zapłacono według operatora")
        ),
        migrations.AddField("payment", "shown_on", models.DateField(null=True, verbose_name="zapłacono według dowodu")),
    ]
