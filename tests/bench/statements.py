"""``python -m tests.bench.statements``: a statement of 10,000 lines, in a database of its own that goes afterwards.

Half of the lines name a case, each of another applicant, of whom every fourth wants e-mails of news; a quarter come by
individual accounts, the rest look alike or like nothing. Measured is the whole of ``manage.py import statement``:
reading, keeping, matching, booking, and telling the cases and the people.
"""

import os
import tempfile
from datetime import date
from pathlib import Path
from time import perf_counter, process_time

LINES, DAY = 10_000, date(2026, 11, 27)


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "services.portal.settings.test"
    import django

    django.setup()
    from django.db import connections
    from django.test.utils import setup_databases, teardown_databases

    made = setup_databases(verbosity=0, interactive=False)
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "wyciag.sta"
            path.write_text(prepared(), encoding="cp1250")
            report_of(path)
    finally:
        connections.close_all()
        teardown_databases(made, verbosity=0)


def prepared() -> str:
    """Charges of two kinds in the books, and the statement that pays them."""
    from django.utils import timezone

    from services.cases.models import Case
    from services.fees.models import Due
    from services.payments.models import AccountMask, BankAccount, IndividualAccount
    from tests import factories
    from tests.data.bank_samples import MASK, OFFICE, Said, mt940

    skala = factories.municipality("120610")
    people = applicants(skala)
    bank = BankAccount.objects.create(
        municipality=skala, nrb=OFFICE, title="Opłaty", purpose="stamp-duty", valid_from="2020-01-01"
    )
    mask = AccountMask.objects.create(municipality=skala, bank_account=bank, mask=MASK)
    cases = Case.objects.bulk_create(
        Case(municipality=skala, number=f"OR.1510.{at}.2026", service="x", title="x", applicant=one,
             filed_at=timezone.now()) for at, one in enumerate(people, 1)
    )  # fmt: skip
    dues = Due.objects.bulk_create(
        Due(municipality=skala, case=case, title="Opłata", amount_gr=1700, due_on=DAY) for case in cases
    )
    assessed(skala, [(f"due:{due.pk}", "stamp-duty", 1700) for due in dues])
    waste = assessed(skala, [(f"waste:{at}", "waste", 9000 + at) for at in range(LINES // 4)])
    from data.bank.nrb import virtual_nrb

    accounts = IndividualAccount.objects.bulk_create(
        IndividualAccount(mask=mask, number=at, nrb=virtual_nrb(MASK, at), charge=charge)
        for at, charge in enumerate(waste, 1)
    )
    said = [Said(1700, f"Opłata za sprawę {case.number}", reference=f"A{case.pk}") for case in cases]
    said += [Said(9000 + at, "odpady", to=one.nrb, reference=f"B{at}") for at, one in enumerate(accounts)]
    said += [Said(100 + at, "nie wiadomo", f"Osoba {at}", reference=f"C{at}") for at in range(LINES - len(said))]
    return mt940(said)


def applicants(skala):
    """As many as half of the lines; every fourth has an e-mail and wants to hear of cases."""
    from django.utils import timezone

    from services.identity.models import User
    from services.identity.protected import fingerprint, sealed
    from services.notifications.models import Channel, ChannelAddress, Consent

    at = timezone.now()
    people = User.objects.bulk_create(
        User(username=f"p{at}", first_name="Anna", last_name=f"Nowak {at}") for at in range(LINES // 2)
    )
    ChannelAddress.objects.bulk_create(
        ChannelAddress(
            user=one, channel=Channel.EMAIL, sealed=sealed(f"{one.username}@example.org"),
            fingerprint=fingerprint(f"{one.username}@example.org"), added_at=at, confirmed_at=at,
        )
        for one in people[::4]
    )  # fmt: skip
    Consent.objects.bulk_create(
        Consent(
            user=one, municipality=skala, topic="application.status", channel=Channel.EMAIL, is_given=True,
            text_version="1", at=at, source="portal", actor=one,
        )
        for one in people[::4]
    )  # fmt: skip
    return people


def assessed(skala, wanted):
    """Charges with their przypis, many at once."""
    from django.db import transaction

    with transaction.atomic():
        return charged(skala, wanted)


def charged(skala, wanted):
    from django.utils import timezone

    from services.payments.ledger.books import account
    from services.payments.models import Charge, Entry, LedgerAccount, Operation

    at = timezone.now()
    charges = Charge.objects.bulk_create(
        Charge(municipality=skala, kind=kind, title="Opłata", payer_name="Jan Nowak", amount_gr=amount, due_on=DAY,
               reference=reference) for reference, kind, amount in wanted
    )  # fmt: skip
    operations = Operation.objects.bulk_create(
        Operation(
            municipality=skala, kind="assessment", key=f"assess:{one.reference}", source="x", value_date=DAY, at=at
        )
        for one in charges
    )
    owed, income = (account(skala, kind) for kind in (LedgerAccount.Kind.RECEIVABLE, LedgerAccount.Kind.INCOME))
    Entry.objects.bulk_create(
        Entry(operation=operation, account=side, charge=charge, amount_gr=sign * charge.amount_gr)
        for operation, charge in zip(operations, charges, strict=True)
        for side, sign in ((owed, 1), (income, -1))
    )
    return charges


def report_of(path: Path) -> None:
    from django.db import connection

    from services.payments.importers import read_statements
    from spatial.imports import registry
    from spatial.imports.registry import Terms
    from spatial.imports.services import run_import

    registry.discover()
    started = perf_counter()
    list(read_statements([path], {}).records)
    read = perf_counter() - started
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    started, own = perf_counter(), process_time()
    report = run_import(source="statement", paths=[path], terms=Terms(municipality="120610"), today=DAY)
    whole, own = perf_counter() - started, process_time() - own
    assert report.outcome == "published", report.findings
    print(f"{LINES} lines: reading {read:.1f} s, import {whole:.1f} s, of it own time {own:.1f} s")
    print(report.counts)
    from services.cases.models import CaseEvent
    from services.notices.models import Notice
    from services.notifications.models import Delivery

    told = (model.objects.count() for model in (CaseEvent, Notice, Delivery))
    print("told: {} cases, {} people, {} e-mails".format(*told))


if __name__ == "__main__":
    main()
