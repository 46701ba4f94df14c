"""Stamp duty for wypis i wyrys, counted after the document exists and explained line by line."""

from dataclasses import dataclass
from datetime import date
from math import ceil

from planning.extracts.models import ExtractRate
from spatial.errors import ServiceError
from spatial.words import polish_money

A4_MM2 = 210 * 297


class NoRate(ServiceError):
    """No rate of stamp duty is entered for the day."""

    code = "no-rate"
    status = 409


@dataclass(frozen=True, slots=True)
class FeeLine:
    """One amount with its reason; ``operands`` say what was counted."""

    title: str
    operands: str
    amount_gr: int


@dataclass(frozen=True, slots=True)
class Fee:
    lines: tuple[FeeLine, ...]
    legal_basis: str

    @property
    def total_gr(self) -> int:
        return sum(line.amount_gr for line in self.lines)


def rate_on(day: date) -> ExtractRate:
    """Raises NoRate when no row covers the day: an amount is never guessed."""
    rate = ExtractRate.objects.on(day).order_by("-valid_from").first()
    if rate is None:
        raise NoRate(
            "W rejestrze nie ma stawki opłaty skarbowej na ten dzień. Uzupełnij stawki, zanim wydasz dokument."
        )
    return rate


def a4_parts(*, width_mm: float, height_mm: float) -> int:
    """Full or started A4 parts of a sheet: A4 1, A3 2, A2 4."""
    return max(1, ceil(round(width_mm * height_mm / A4_MM2, 2)))


def extract_fee(*, text_pages: int, drawing_parts: int, rate: ExtractRate) -> Fee:
    """30 zł up to the threshold of pages, 50 zł above; 20 zł for each A4 part, at most 200 zł (rates of the row).

    ``text_pages`` 0 = no wypis asked for; ``drawing_parts`` 0 = no wyrys.
    """
    lines = [*text_line(text_pages, rate), *drawing_line(drawing_parts, rate)]
    return Fee(tuple(lines), rate.legal_basis)


def text_line(pages: int, rate: ExtractRate) -> list[FeeLine]:
    if pages == 0:
        return []
    if pages <= rate.short_text_pages:
        return [FeeLine("Wypis", f"{pages} str., do {rate.short_text_pages} stron", rate.short_text_gr)]
    return [FeeLine("Wypis", f"{pages} str., powyżej {rate.short_text_pages} stron", rate.long_text_gr)]


def drawing_line(parts: int, rate: ExtractRate) -> list[FeeLine]:
    if parts == 0:
        return []
    amount = min(parts * rate.drawing_part_gr, rate.drawing_cap_gr)
    operands = f"{parts} × {polish_money(rate.drawing_part_gr)} za każdą część formatu A4"
    if amount < parts * rate.drawing_part_gr:
        operands += f", nie więcej niż {polish_money(rate.drawing_cap_gr)}"
    return [FeeLine("Wyrys", operands, amount)]
