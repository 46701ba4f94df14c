"""Rates of the annex to the stamp-duty act; where the sum was not read in the act itself, its source says so."""

from datetime import date

from django.db import migrations

ACT = "ustawa z dnia 16 listopada 2006 r. o opłacie skarbowej, załącznik, część {part}{doubt}"
DOUBT = " (do potwierdzenia)"
#: code, title, grosze, part of the annex
RATES = (
    ("niezaleganie", "Opłata skarbowa za zaświadczenie o niezaleganiu w podatkach", 2100, "II"),
    ("pelnomocnictwo", "Opłata skarbowa za pełnomocnictwo", 1700, "IV"),
    ("warunki-zabudowy", "Opłata skarbowa za decyzję o warunkach zabudowy", 59800, "I"),
    ("przeniesienie-warunkow", "Opłata skarbowa za przeniesienie decyzji o warunkach zabudowy", 5600, "I"),
    ("uwarunkowania", "Opłata skarbowa za decyzję o środowiskowych uwarunkowaniach", 20500, "I"),
    ("odpis", "Opłata skarbowa za stronę odpisu lub kopii", 500, "II"),
)
SEEN = {"warunki-zabudowy", "pelnomocnictwo"}


def add_rates(apps, schema_editor):
    rates = apps.get_model("fees", "FeeRate").objects
    for code, title, amount_gr, part in RATES:
        source = ACT.format(part=part, doubt="" if code in SEEN else DOUBT)
        rates.get_or_create(
            municipality=None, code=code, valid_from=date(2007, 1, 1),
            defaults={"title": title, "amount_gr": amount_gr, "source": source},
        )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("fees", "0002_rates")]

    operations = [migrations.RunPython(add_rates, migrations.RunPython.noop)]
