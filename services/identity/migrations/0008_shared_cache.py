"""The table of the cache that all processes share: limits of tries, codes that were used (Django's DatabaseCache)."""

from django.db import migrations

MAKE = """
    CREATE UNLOGGED TABLE identity_cache (
        cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);
    CREATE INDEX identity_cache_expires ON identity_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("identity", "0007_confirmed_addresses")]

    operations = [migrations.RunSQL(MAKE, "DROP TABLE identity_cache")]
