"""Individual accounts: one number for one person or one charge, given once and never again."""

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from data.bank.nrb import virtual_nrb
from services.identity.models import User
from services.payments.ledger.models import Charge
from services.payments.statements.models import AccountMask, IndividualAccount
from spatial.errors import Conflict


@transaction.atomic
def individual_account(mask: AccountMask, *, charge: Charge | None = None, payer: User | None = None) -> str:
    """The NRB of a charge or of a person, given now where there is none. Raises Conflict when the mask is used up."""
    AccountMask.objects.select_for_update().get(pk=mask.pk)
    rows = IndividualAccount.objects.filter(mask=mask)
    held = rows.filter(charge=charge, payer=payer).first()
    if held is not None:
        return held.nrb
    number = (rows.aggregate(last=Max("number"))["last"] or 0) + 1
    try:
        nrb = virtual_nrb(mask.mask, number)
    except ValueError:
        raise Conflict(_("Skończyły się numery rachunków indywidualnych. Poproś bank o nową maskę.")) from None
    return IndividualAccount.objects.create(mask=mask, number=number, nrb=nrb, charge=charge, payer=payer).nrb
