"""Rules of the office and people of cases keep their history too; a correction stays as it was made."""

from django.db import migrations

from services.audit.history import followed

STAYS = """
    CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON catalogue_amendment
        FOR EACH ROW EXECUTE FUNCTION audit.refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0004_retention"),
        ("cases", "0008_cosigning"),
        ("catalogue", "0005_cosigning"),
    ]

    operations = [
        *(followed(table) for table in ("cases_termrule", "cases_caseparty", "catalogue_formedition")),
        migrations.RunSQL(STAYS, "DROP TRIGGER stays ON catalogue_amendment"),
    ]
