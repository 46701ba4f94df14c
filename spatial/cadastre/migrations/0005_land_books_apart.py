from django.db import migrations

#: Their names are wanted by the new table; the rows are read once more and then go.
ASIDE = """
    ALTER TABLE private.land_book RENAME TO land_book_of_parcels;
    DO $$
    DECLARE name text;
    BEGIN
        FOR name IN SELECT indexname FROM pg_indexes
            WHERE schemaname = 'private' AND tablename = 'land_book_of_parcels' AND indexdef NOT LIKE '%UNIQUE%'
        LOOP
            EXECUTE 'DROP INDEX private.' || quote_ident(name);
        END LOOP;
    END $$;
"""


class Migration(migrations.Migration):
    """Land books move to ``spatial.owners``, which takes the rows over and drops this table."""

    dependencies = [
        ("cadastre", "0004_sources"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.DeleteModel(name="LandBook")],
            database_operations=[
                migrations.RunSQL(ASIDE, "ALTER TABLE private.land_book_of_parcels RENAME TO land_book")
            ],
        ),
    ]
