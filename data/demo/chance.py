"""Chance that is the same on every machine and in every run: a generator per name."""

from hashlib import blake2b

import numpy as np


def dice(*names: str | int) -> np.random.Generator:
    """Random generator that depends on the names alone, not on what was drawn before."""
    digest = blake2b("|".join(map(str, names)).encode(), digest_size=8).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest)))
