"""Rows of the logs go in one way only: ``audit.forget(years)``, never within two years of their writing.

The chain then starts at the link after those that went; where and with which digest, a row of ``audit.forgotten`` says.
"""

from django.db import migrations

FORGET = """
    CREATE TABLE audit.forgotten (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT transaction_timestamp(),
        log text NOT NULL, municipality text NOT NULL DEFAULT '', older_than timestamptz NOT NULL,
        removed bigint NOT NULL, number bigint NOT NULL DEFAULT 0, digest bytea NOT NULL DEFAULT '');
    COMMENT ON TABLE audit.forgotten IS 'Co usunięto z dzienników po okresie przechowywania; stąd zaczyna się łańcuch.';
    CREATE TRIGGER only_come BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.forgotten
        FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();

    -- Statements pass while the job runs; rows pass when they are old, links when their entry is gone.
    CREATE FUNCTION audit.refuse_unless_forgetting() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND current_setting('audit.forgetting', true) = 'on' THEN
            RETURN NULL;
        END IF;
        RAISE EXCEPTION '%.%: rows only come', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END $$;
    CREATE FUNCTION audit.refuse_young() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.at > now() - interval '2 years' THEN
            RAISE EXCEPTION '%.%: rows stay two years', TG_TABLE_SCHEMA, TG_TABLE_NAME
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN OLD;
    END $$;
    CREATE FUNCTION audit.refuse_held() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.log <> 'audit.entry' OR EXISTS (SELECT FROM audit.entry e WHERE e.id = OLD.row_id) THEN
            RAISE EXCEPTION 'audit.link: a link stays as long as its entry' USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN OLD;
    END $$;
    DROP TRIGGER only_come ON audit.entry;
    DROP TRIGGER only_come ON audit.link;
    DROP TRIGGER only_come ON audit.change;
    CREATE TRIGGER only_come BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.entry
        FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_unless_forgetting();
    CREATE TRIGGER only_come BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.link
        FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_unless_forgetting();
    CREATE TRIGGER only_come BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.change
        FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_unless_forgetting();
    CREATE TRIGGER young BEFORE DELETE ON audit.entry FOR EACH ROW EXECUTE FUNCTION audit.refuse_young();
    CREATE TRIGGER young BEFORE DELETE ON audit.change FOR EACH ROW EXECUTE FUNCTION audit.refuse_young();
    CREATE TRIGGER held BEFORE DELETE ON audit.link FOR EACH ROW EXECUTE FUNCTION audit.refuse_held();

    CREATE FUNCTION audit.forget(years integer) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = audit, pg_temp AS $$
    DECLARE
        before timestamptz := transaction_timestamp() - make_interval(years => years);
        head record;
        cut bigint;
        gone bigint;
        total bigint := 0;
    BEGIN
        IF years < 2 THEN
            RAISE EXCEPTION 'audit.forget: rows stay two years' USING ERRCODE = 'insufficient_privilege';
        END IF;
        PERFORM set_config('audit.forgetting', 'on', true);
        FOR head IN SELECT h.municipality FROM audit.head h WHERE h.log = 'audit.entry' ORDER BY 1 LOOP
            -- the last link before the first whose entry is young, or gone against the rules: that stays to be found
            SELECT coalesce(min(l.number) FILTER (WHERE e.id IS NULL OR e.at >= before) - 1, max(l.number)) INTO cut
            FROM audit.link l LEFT JOIN audit.entry e ON e.id = l.row_id
            WHERE l.log = 'audit.entry' AND l.municipality = head.municipality;
            INSERT INTO audit.forgotten (log, municipality, older_than, removed, number, digest)
            SELECT 'audit.entry', head.municipality, before, cut - coalesce((
                SELECT max(f.number) FROM audit.forgotten f
                WHERE f.log = 'audit.entry' AND f.municipality = head.municipality), 0), l.number, l.digest
            FROM audit.link l
            WHERE l.log = 'audit.entry' AND l.municipality = head.municipality AND l.number = cut;
            CONTINUE WHEN NOT FOUND;
            DELETE FROM audit.entry e USING audit.link l
            WHERE l.log = 'audit.entry' AND l.municipality = head.municipality AND l.number <= cut AND e.id = l.row_id;
            DELETE FROM audit.link l
            WHERE l.log = 'audit.entry' AND l.municipality = head.municipality AND l.number <= cut;
            GET DIAGNOSTICS gone = ROW_COUNT;
            total := total + gone;
        END LOOP;
        DELETE FROM audit.change c WHERE c.at < before;
        GET DIAGNOSTICS gone = ROW_COUNT;
        IF gone > 0 THEN
            INSERT INTO audit.forgotten (log, older_than, removed) VALUES ('audit.change', before, gone);
        END IF;
        PERFORM set_config('audit.forgetting', '', true);
        RETURN total + gone;
    END $$;
"""

KEEP_ALL = """
    DROP FUNCTION audit.forget;
    DROP TRIGGER young ON audit.entry;
    DROP TRIGGER young ON audit.change;
    DROP TRIGGER held ON audit.link;
    DROP TRIGGER only_come ON audit.entry;
    DROP TRIGGER only_come ON audit.link;
    DROP TRIGGER only_come ON audit.change;
    CREATE TRIGGER only_come BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.entry
        FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
    CREATE TRIGGER only_come BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.link
        FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
    CREATE TRIGGER only_come BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.change
        FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
    DROP TABLE audit.forgotten;
    DROP FUNCTION audit.refuse_unless_forgetting, audit.refuse_young, audit.refuse_held;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_history")]

    operations = [migrations.RunSQL(FORGET, KEEP_ALL)]
