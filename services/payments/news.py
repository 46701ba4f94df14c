"""What others may listen to, each in the transaction that books it."""

from django.dispatch import Signal

#: a charge is paid whole; sent with ``charge`` and ``operation``, the payment that settled it
settled = Signal()
#: money for a charge has gone back; sent with ``charge``, ``amount_gr`` and ``operation``, the refund
returned = Signal()
