"""``python -m tests.bench.books``: the trial balance of 200,000 operations, in a database of its own that goes after.

Three years of an office whose residents are charged and pay: half of the operations are przypis, half payments, one in
a hundred a surplus. A second office has as many, so that rows of others lie between. Rows come by SQL, without the
triggers that ask of each whether it balances.
"""

import os
from datetime import date
from statistics import median
from time import perf_counter

OPERATIONS, ROUNDS = 200_000, 7
BOOKED = """
    INSERT INTO payments_charge (municipality_id, kind, title, payer_name, amount_gr, due_on, reference)
    SELECT o.teryt, 'waste', 'Odpady', 'Jan Nowak', 9000, date '2026-01-31', 'bench:' || n
    FROM generate_series(1, %(half)s) n, (VALUES ('120610'), ('120613')) o (teryt);
    INSERT INTO payments_operation (municipality_id, kind, key, source, value_date, at)
    SELECT o.teryt, k.kind, k.kind || ':' || n, 'wyciąg 1', date '2024-01-01',
        timestamptz '2024-01-01 00:00 Europe/Warsaw' + n * interval '3 years' / %(half)s
    FROM generate_series(1, %(half)s) n, (VALUES ('assessment'), ('payment')) k (kind),
        (VALUES ('120610'), ('120613')) o (teryt) ORDER BY n;
    INSERT INTO payments_entry (operation_id, account_id, charge_id, amount_gr)
    SELECT o.id, a.id, CASE WHEN s.account IN ('receivable', 'income') THEN c.id END, s.amount
    FROM payments_operation o
    JOIN payments_charge c ON c.municipality_id = o.municipality_id
        AND c.reference = 'bench:' || split_part(o.key, ':', 2)
    JOIN (VALUES ('assessment', 'receivable', 9000), ('assessment', 'income', -9000), ('payment', 'receivable', -9000),
        ('payment', 'bank', 9000), ('payment', 'bank', 50), ('payment', 'unexplained', -50)) s (kind, account, amount)
        ON s.kind = o.kind AND (abs(s.amount) > 50 OR o.id %% 101 = 0)
    JOIN payments_ledgeraccount a ON a.municipality_id = o.municipality_id AND a.kind = s.account
    ORDER BY o.id;
"""


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "services.portal.settings.test"
    import django

    django.setup()
    from django.db import connections
    from django.test.utils import setup_databases, teardown_databases

    made = setup_databases(verbosity=0, interactive=False)
    try:
        keep_books()
        measure()
    finally:
        connections.close_all()
        teardown_databases(made, verbosity=0)


def keep_books() -> None:
    from django.db import connection

    from services.payments.ledger.books import account
    from services.payments.models import LedgerAccount
    from tests import factories

    for teryt in ("120610", "120613"):
        office = factories.municipality(teryt)
        for kind in LedgerAccount.Kind:
            account(office, kind)
    with connection.cursor() as cursor:
        for table in ("payments_operation", "payments_entry"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(BOOKED, {"half": OPERATIONS // 2})
        cursor.execute("VACUUM ANALYZE")


def measure() -> None:
    from services.payments.ledger.models import Entry, Operation
    from services.payments.ledger.turnover import trial_balance
    from spatial.municipalities.models import Municipality

    office = Municipality.objects.get(pk="120610")
    own = Entry.objects.filter(operation__municipality=office).count()
    print(f"{Operation.objects.filter(municipality=office).count()} operations of the office, {own} entries")
    for name, since, until in (
        ("a month", date(2026, 11, 1), date(2026, 11, 30)),
        ("a year", date(2026, 1, 1), date(2026, 12, 31)),
        ("the first month", date(2024, 1, 1), date(2024, 1, 31)),
    ):
        took = []
        for _ in range(ROUNDS):
            began = perf_counter()
            found = trial_balance(office, since=since, until=until)
            took.append(perf_counter() - began)
        assert found.balances, found.uneven
        print(f"{name}: median {median(took):.2f} s, slowest {max(took):.2f} s; journal {found.journal_gr}")


if __name__ == "__main__":
    main()
