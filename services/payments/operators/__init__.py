"""Operators of online payments, by their code in addresses and rows."""

from services.payments.base import Operator
from services.payments.operators.payu import PayU
from services.payments.operators.przelewy24 import Przelewy24

OPERATORS: dict[str, type[Operator]] = {one.code: one for one in (Przelewy24, PayU)}
