"""Models of money, in one place for Django."""

from services.payments.ledger.models import BankAccount, Charge, Entry, LedgerAccount, Operation

__all__ = ["BankAccount", "Charge", "Entry", "LedgerAccount", "Operation"]
