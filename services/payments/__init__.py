"""Money that comes and goes: the ledger, payments, operators, bank statements."""
