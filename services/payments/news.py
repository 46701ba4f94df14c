"""What others may listen to, each in the transaction that books it."""

from django.dispatch import Signal

#: charges are paid whole; sent with ``payments``, pairs of a charge and the operation that settled it
settled = Signal()
#: money for a charge has gone back; sent with ``charge``, ``amount_gr`` and ``operation``, the refund
returned = Signal()
#: charges were paid on another day than was written; sent with ``charges``, ``was`` and ``operation``, both operations
redated = Signal()
