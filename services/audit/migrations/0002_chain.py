"""Rows of the logs only come, and each is linked by its digest with the one before it in its municipality.

The link is made when the transaction commits (a deferred trigger): the chain's head is locked for that moment only,
however long the transaction was. An entry is canonical as JSON of PostgreSQL in UTC without nulls, so a column that
may be null can be added later without breaking chains.
"""

from django.db import migrations

CHAIN = """
    CREATE TABLE audit.head (
        log text NOT NULL, municipality text NOT NULL, number bigint NOT NULL DEFAULT 0,
        digest bytea NOT NULL DEFAULT '', PRIMARY KEY (log, municipality));
    CREATE TABLE audit.link (
        log text NOT NULL, municipality text NOT NULL, number bigint NOT NULL, row_id bigint NOT NULL,
        digest bytea NOT NULL, PRIMARY KEY (log, municipality, number), UNIQUE (log, row_id));
    COMMENT ON TABLE audit.head IS 'Ostatnie ogniwo łańcucha dziennika w gminie; "" to wpisy spoza gmin.';
    COMMENT ON TABLE audit.link IS 'Ogniwa: SHA-256 skrótu poprzedniego ogniwa i wpisu w postaci kanonicznej.';

    CREATE FUNCTION audit.canonical(anyelement) RETURNS bytea LANGUAGE sql STABLE SET timezone TO 'UTC' AS $$
        SELECT convert_to(jsonb_strip_nulls(to_jsonb($1))::text, 'UTF8')
    $$;

    CREATE FUNCTION audit.add_link(log text, municipality text, row_id bigint, entry bytea) RETURNS void
    LANGUAGE sql AS $$
        INSERT INTO audit.head (log, municipality) VALUES ($1, $2) ON CONFLICT DO NOTHING;
        WITH head AS (
            UPDATE audit.head h SET number = h.number + 1, digest = sha256(h.digest || $4)
            WHERE h.log = $1 AND h.municipality = $2 RETURNING h.number, h.digest)
        INSERT INTO audit.link (log, municipality, number, row_id, digest)
        SELECT $1, $2, head.number, $3, head.digest FROM head;
    $$;

    CREATE FUNCTION audit.link_entry() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM audit.add_link(
            TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME, coalesce(NEW.municipality_id, ''), NEW.id, audit.canonical(NEW));
        RETURN NULL;
    END $$;

    CREATE FUNCTION audit.stamp() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.at := transaction_timestamp();
        RETURN NEW;
    END $$;

    CREATE FUNCTION audit.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '%.%: rows only come', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END $$;

    CREATE TRIGGER stamp BEFORE INSERT ON audit.entry FOR EACH ROW EXECUTE FUNCTION audit.stamp();
    ALTER TABLE audit.entry ADD CONSTRAINT entry_says_why CHECK (ground <> '');
    CREATE TRIGGER only_come BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.entry
        FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
    CREATE TRIGGER only_come BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.link
        FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
    CREATE CONSTRAINT TRIGGER chain AFTER INSERT ON audit.entry DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION audit.link_entry();
    CREATE CONSTRAINT TRIGGER chain AFTER INSERT ON private.access_entry DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION audit.link_entry();

    -- Entries of before are linked in the order of their keys; the migration alone sees them.
    ALTER TABLE private.access_entry NO FORCE ROW LEVEL SECURITY;
    DO $$
    DECLARE entry private.access_entry;
    BEGIN
        FOR entry IN SELECT * FROM private.access_entry ORDER BY id LOOP
            PERFORM audit.add_link('private.access_entry', entry.municipality_id, entry.id, audit.canonical(entry));
        END LOOP;
    END $$;
    ALTER TABLE private.access_entry FORCE ROW LEVEL SECURITY;
"""

UNCHAIN = """
    DROP TRIGGER chain ON private.access_entry;
    DROP TRIGGER chain ON audit.entry;
    DROP TRIGGER only_come ON audit.entry;
    DROP TRIGGER stamp ON audit.entry;
    ALTER TABLE audit.entry DROP CONSTRAINT entry_says_why;
    DROP TABLE audit.link, audit.head;
    DROP FUNCTION audit.link_entry, audit.add_link, audit.canonical, audit.stamp, audit.refuse_change;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("owners", "0002_row_security"),
    ]

    operations = [migrations.RunSQL(CHAIN, UNCHAIN)]
