"""Models of money, in one place for Django."""

from services.payments.ledger.models import BankAccount, Charge, Entry, LedgerAccount, Operation
from services.payments.statements.models import (
    AccountMask,
    BankStatement,
    IndividualAccount,
    LineCharge,
    StatementLine,
)

__all__ = [
    "AccountMask",
    "BankAccount",
    "BankStatement",
    "Charge",
    "Entry",
    "IndividualAccount",
    "LedgerAccount",
    "LineCharge",
    "Operation",
    "StatementLine",
]
