"""The books only grow, and what does not sum to zero does not come in.

The sum is asked when the transaction commits (a deferred trigger), so entries may come one by one. Rows of another
municipality do not meet in one operation.
"""

from django.db import migrations

GROWS = """
    CREATE FUNCTION payments_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '%: rows only come', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END $$;
    CREATE TRIGGER only_come BEFORE UPDATE OR DELETE ON payments_operation
        FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();
    CREATE TRIGGER only_come BEFORE UPDATE OR DELETE ON payments_entry
        FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();

    CREATE FUNCTION payments_refuse_unbalanced(asked bigint) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
        total bigint;
        sides bigint;
        strangers bigint;
    BEGIN
        SELECT sum(e.amount_gr), count(*), count(*) FILTER (
            WHERE a.municipality_id <> o.municipality_id OR c.municipality_id <> o.municipality_id)
        INTO total, sides, strangers
        FROM payments_operation o
        JOIN payments_entry e ON e.operation_id = o.id
        JOIN payments_ledgeraccount a ON a.id = e.account_id
        LEFT JOIN payments_charge c ON c.id = e.charge_id
        WHERE o.id = asked;
        IF sides < 2 OR total <> 0 OR strangers > 0 THEN
            RAISE EXCEPTION 'operation %: % entries, sum %, % of another municipality', asked, sides, total, strangers
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END $$;
    CREATE FUNCTION payments_balanced_operation() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM payments_refuse_unbalanced(NEW.id);
        RETURN NULL;
    END $$;
    CREATE FUNCTION payments_balanced_entry() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM payments_refuse_unbalanced(NEW.operation_id);
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER balanced AFTER INSERT ON payments_operation DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION payments_balanced_operation();
    CREATE CONSTRAINT TRIGGER balanced AFTER INSERT ON payments_entry DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION payments_balanced_entry();
"""
CHANGES = """
    DROP TRIGGER balanced ON payments_entry;
    DROP TRIGGER balanced ON payments_operation;
    DROP FUNCTION payments_balanced_entry, payments_balanced_operation;
    DROP FUNCTION payments_refuse_unbalanced;
    DROP TRIGGER only_come ON payments_entry;
    DROP TRIGGER only_come ON payments_operation;
    DROP FUNCTION payments_refuse_change;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_ledger")]

    operations = [migrations.RunSQL(GROWS, CHANGES)]
