"""What others may listen to: somebody may no longer act for a party, in the transaction that says so."""

from django.dispatch import Signal

#: sent by ``services.parties.mandates.revoke`` and ``services.parties.people.end_others`` with ``link``, ``by``, ``at``
ended = Signal()
