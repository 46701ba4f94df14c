"""What others may listen to: a charge that is paid whole, in the transaction that books it."""

from django.dispatch import Signal

#: sent by ``services.payments.ledger.books`` with ``charge`` and ``operation`` (the payment that settled it)
settled = Signal()
