"""History of rows by triggers of the database, so that no way of writing passes it by.

A migration follows a table by ``followed("cases_case")``. An added row is not copied, it is its own copy until it is
changed; then the columns that changed are kept as they were and as they became; of a removed row all are kept.
Of a column ``sealed_...`` only that it changed.
"""

from django.db.migrations import RunSQL

#: the account that ``services.audit.middleware`` has named; nobody for jobs and commands
NOTE = """
    CREATE OR REPLACE FUNCTION audit.note_change() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
        after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
        key text := coalesce(after, before) ->> 'id';
        hidden constant jsonb := '"…"';
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            SELECT jsonb_object_agg(b.key, CASE WHEN starts_with(b.key, 'sealed_') THEN hidden ELSE b.value END),
                jsonb_object_agg(b.key, CASE WHEN starts_with(b.key, 'sealed_') THEN hidden ELSE after -> b.key END)
            INTO before, after FROM jsonb_each(before) b WHERE b.value IS DISTINCT FROM after -> b.key;
            IF before IS NULL THEN
                RETURN NULL;
            END IF;
        ELSIF TG_OP = 'INSERT' THEN
            after := NULL;
        ELSE
            SELECT jsonb_object_agg(b.key, CASE WHEN starts_with(b.key, 'sealed_') THEN hidden ELSE b.value END)
            INTO before FROM jsonb_each(before) b;
        END IF;
        INSERT INTO audit.change (at, "table", key, action, old, new, user_id, transaction)
        VALUES (clock_timestamp(), TG_TABLE_NAME, key, lower(TG_OP), before, after,
            nullif(current_setting('miedza.user', true), '')::bigint, txid_current());
        RETURN NULL;
    END $$;
"""


def followed(table: str) -> RunSQL:
    """From this migration on; the key of the table is ``id``."""
    return RunSQL(
        f"CREATE TRIGGER history AFTER INSERT OR UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION audit.note_change()",
        f"DROP TRIGGER history ON {table}",
    )
