"""Zaświadczenia: what the registers say of a parcel, confirmed by the office."""
