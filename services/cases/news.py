"""What others may listen to: each event of a case, in the transaction that records it."""

from django.dispatch import Signal

#: sent by ``services.cases.services.record_all`` with ``events``, lines of one or of many cases
recorded = Signal()
