"""Charges of cases that were filed for a party are the party's."""

from django.db import migrations

TOLD = """
    UPDATE payments_charge AS charge SET party_id = filed.on_behalf_of_id
    FROM fees_due AS due JOIN cases_case AS filed ON filed.id = due.case_id
    WHERE charge.reference = 'due:' || due.id AND charge.municipality_id = due.municipality_id
"""


class Migration(migrations.Migration):
    dependencies = [("fees", "0005_mandate_once"), ("payments", "0007_whose_party")]

    operations = [migrations.RunSQL(TOLD, migrations.RunSQL.noop)]
