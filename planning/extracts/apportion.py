"""Whole units shared out by weight, so that what is printed adds up to what is official."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction


def apportion(total: int, weights: Sequence[float]) -> list[int]:
    """Largest remainder: whole parts that sum to ``total``; equal remainders favour the earlier part.

    ``apportion(10, [1, 1, 1]) == [4, 3, 3]``. Raises ValueError without a positive weight or with a negative one.
    """
    exact = [Fraction(weight) for weight in weights]
    whole = sum(exact)
    if whole <= 0 or min(exact) < 0:
        raise ValueError(f"cannot share {total} by {weights!r}")
    quotas = [total * weight / whole for weight in exact]
    parts = [int(quota) for quota in quotas]
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - quotas[i], i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts


def percentages(weights: Sequence[float]) -> list[Decimal]:
    """Per cent to one decimal place that sum to 100.0."""
    return [Decimal(tenths) / 10 for tenths in apportion(1000, weights)]
