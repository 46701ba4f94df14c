"""Row-level security: rows open to the transaction that has written an entry of the log, as far as the entry says."""

from django.db import migrations

LOG = """
    -- Stamped by the database, so that no entry can be dated back or used by another transaction.
    CREATE FUNCTION private.stamp_entry() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.at := transaction_timestamp();
        NEW.transaction := txid_current();
        RETURN NEW;
    END $$;
    CREATE TRIGGER stamp BEFORE INSERT ON private.access_entry
        FOR EACH ROW EXECUTE FUNCTION private.stamp_entry();

    CREATE FUNCTION private.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'private.access_entry: rows only come' USING ERRCODE = 'insufficient_privilege';
    END $$;
    CREATE TRIGGER only_come BEFORE UPDATE OR DELETE OR TRUNCATE ON private.access_entry
        FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();

    ALTER TABLE private.access_entry ADD CONSTRAINT access_entry_says_who_and_why
        CHECK (ground <> '' AND municipality_id <> '' AND (action NOT IN ('read', 'review') OR user_id IS NOT NULL));

    ALTER TABLE private.access_entry ENABLE ROW LEVEL SECURITY;
    ALTER TABLE private.access_entry FORCE ROW LEVEL SECURITY;
    CREATE POLICY come ON private.access_entry FOR INSERT WITH CHECK (true);
    CREATE POLICY own ON private.access_entry FOR SELECT
        USING (transaction = txid_current_if_assigned() AND at = transaction_timestamp());
    CREATE POLICY review ON private.access_entry FOR SELECT
        USING (nullif(current_setting('miedza.reviewing', true), '') IS NOT NULL
            AND municipality_id = current_setting('miedza.municipality', true));
"""

#: The entry that a setting names counts only in its own transaction, with the same municipality and ground stated.
OPENED = """
    CREATE FUNCTION private.opened(setting text) RETURNS private.access_entry LANGUAGE sql STABLE AS $$
        SELECT e FROM private.access_entry e
        WHERE e.id = nullif(current_setting(setting, true), '')::bigint
        AND e.transaction = txid_current_if_assigned() AND e.at = transaction_timestamp()
        AND e.municipality_id = current_setting('miedza.municipality', true)
        AND e.ground = current_setting('miedza.ground', true)
    $$;
    CREATE FUNCTION private.reading_in() RETURNS text LANGUAGE sql STABLE AS $$
        SELECT e.municipality_id FROM private.opened('miedza.reading') e WHERE e.action = 'read'
    $$;
    CREATE FUNCTION private.reads_all_parcels() RETURNS boolean LANGUAGE sql STABLE AS $$
        SELECT e.id IS NOT NULL AND e.parcels IS NULL FROM private.opened('miedza.reading') e
    $$;
    CREATE FUNCTION private.parcels_read() RETURNS text[] LANGUAGE sql STABLE AS $$
        SELECT e.parcels::text[] FROM private.opened('miedza.reading') e
    $$;
    CREATE FUNCTION private.reads(field text) RETURNS boolean LANGUAGE sql STABLE AS $$
        SELECT coalesce(field = ANY (e.fields), false) FROM private.opened('miedza.reading') e
    $$;
    CREATE FUNCTION private.writing_in() RETURNS text LANGUAGE sql STABLE AS $$
        SELECT e.municipality_id FROM private.opened('miedza.writing') e WHERE e.action IN ('import', 'take-back')
    $$;
"""

UNITS = "SELECT l.unit FROM private.parcel_unit l WHERE l.identifier = ANY (private.parcels_read())"
PARTIES = "SELECT unnest(s.parties) FROM private.share s WHERE s.unit IN (" + UNITS + ")"  # noqa: S608 - constants
OF_PARCEL = "identifier = ANY ((SELECT private.parcels_read())::text[])"

#: table, field that the entry must name, rows of the parcels that it names
TABLES = (
    ("parcel_unit", "name", OF_PARCEL),
    ("register_unit", "name", f"identifier IN ({UNITS})"),
    ("share", "name", f"unit IN ({UNITS})"),
    ("party", "name", f"identifier IN ({PARTIES})"),
    ("personal_number", "pesel", f"identifier IN ({PARTIES})"),
    ("land_book", "land_book", OF_PARCEL),
)


def secured(table, field, rows):
    """The sub-selects in brackets are asked once for a query, not once for a row."""
    return f"""
        ALTER TABLE private.{table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE private.{table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY reading ON private.{table} FOR SELECT
            USING (municipality_id = (SELECT private.reading_in()) AND (SELECT private.reads('{field}'))
                AND ((SELECT private.reads_all_parcels()) OR {rows}));
        CREATE POLICY writing ON private.{table}
            USING (municipality_id = (SELECT private.writing_in()))
            WITH CHECK (municipality_id = (SELECT private.writing_in()));
    """


def unsecured(table):
    return f"""
        DROP POLICY reading ON private.{table};
        DROP POLICY writing ON private.{table};
        ALTER TABLE private.{table} NO FORCE ROW LEVEL SECURITY;
        ALTER TABLE private.{table} DISABLE ROW LEVEL SECURITY;
    """


NOT_LOG = """
    DROP FUNCTION private.reading_in, private.reads_all_parcels, private.parcels_read, private.reads,
        private.writing_in, private.opened;
    DROP POLICY come ON private.access_entry;
    DROP POLICY own ON private.access_entry;
    DROP POLICY review ON private.access_entry;
    ALTER TABLE private.access_entry NO FORCE ROW LEVEL SECURITY;
    ALTER TABLE private.access_entry DISABLE ROW LEVEL SECURITY;
    ALTER TABLE private.access_entry DROP CONSTRAINT access_entry_says_who_and_why;
    DROP TRIGGER stamp ON private.access_entry;
    DROP TRIGGER only_come ON private.access_entry;
    DROP FUNCTION private.stamp_entry, private.refuse_change;
"""

#: Land books of before; the fingerprint is the one that an import computes (spatial.imports.staging).
TAKE_OVER = """
    INSERT INTO private.land_book
        (identifier, number, municipality_id, snapshot_id, valid_from, recorded_at, fingerprint)
    SELECT b.parcel_identifier, b.number, b.municipality_id, b.snapshot_id, s.state_on, s.published_at,
        md5('["' || b.number || '"]')
    FROM private.land_book_of_parcels b JOIN imports_snapshot s ON s.id = b.snapshot_id;
    DROP TABLE private.land_book_of_parcels;
"""
GIVE_BACK = """
    CREATE TABLE private.land_book_of_parcels (
        id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, parcel_identifier varchar(80) NOT NULL,
        number varchar(15) NOT NULL, municipality_id varchar(6) NOT NULL, snapshot_id bigint NOT NULL,
        CONSTRAINT land_book_one_for_parcel UNIQUE (parcel_identifier));
    INSERT INTO private.land_book_of_parcels (parcel_identifier, number, municipality_id, snapshot_id)
    SELECT identifier, number, municipality_id, snapshot_id FROM private.land_book
    WHERE valid_to IS NULL AND superseded_at IS NULL;
    DELETE FROM private.land_book;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("owners", "0001_initial"),
        ("imports", "0003_temporal"),
    ]

    operations = [
        migrations.RunSQL(TAKE_OVER, GIVE_BACK),
        migrations.RunSQL(LOG + OPENED, NOT_LOG),
        migrations.RunSQL(
            "".join(secured(*table) for table in TABLES), "".join(unsecured(table) for table, _, _ in TABLES)
        ),
    ]
