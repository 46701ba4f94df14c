"""Numbers of cases in titles of transfers lead to the fees of the case."""

from collections.abc import Collection

from services.fees.models import Due
from services.payments.ledger.models import Charge
from services.payments.statements.tokens import TokenKind, case_numbers, register


def charges_of_cases(municipality: str, numbers: Collection[str]) -> dict[str, list[int]]:
    """Keys of charges by the number of the case."""
    dues = Due.objects.filter(municipality=municipality, case__number__in=numbers)
    cases = {f"due:{pk}": number for pk, number in dues.values_list("pk", "case__number")}
    rows = Charge.objects.filter(municipality=municipality, reference__in=cases)
    found: dict[str, list[int]] = {}
    for pk, reference in rows.values_list("pk", "reference"):
        found.setdefault(cases[reference], []).append(pk)
    return found


register(TokenKind(code="case", read=case_numbers, charges=charges_of_cases))
