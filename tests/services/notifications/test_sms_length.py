"""Length of an SMS against the tables of 3GPP TS 23.038 (6.2.1) and the packing of 23.040, written down anew here."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.notifications.channels.gsm import folded, length

ESC = 0x1B
#: 6.2.1, column by column: the code of a sign is its place
COLUMNS = (
    "@£$¥èéùìòÇ\nØø\rÅå",
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ",
    " !\"#¤%&'()*+,-./",
    "0123456789:;<=>?",
    "¡ABCDEFGHIJKLMNO",
    "PQRSTUVWXYZÄÖÑÜ§",
    "¿abcdefghijklmno",
    "pqrstuvwxyzäöñüà",
)
CODES = {sign: code for code, sign in enumerate("".join(COLUMNS)) if code != ESC}
#: 6.2.1.1: codes after the escape
EXTENDED = {
    "\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40, "€": 0x65,
}  # fmt: skip
GSM_TEXT = st.text(st.sampled_from([*CODES, *EXTENDED]), max_size=700)


def septets(text: str) -> list[int]:
    return [code for sign in text for code in ([ESC, EXTENDED[sign]] if sign in EXTENDED else [CODES[sign]])]


def segments(units: list[int], *, alone: int, each: int, begins_pair) -> int:
    """Cut as a phone does: a pair that would be divided goes whole to the next part."""
    if len(units) <= alone:
        return 1
    count = 0
    while units:
        cut = min(each, len(units))
        if cut < len(units) and begins_pair(units[cut - 1]):
            cut -= 1
        units, count = units[cut:], count + 1
    return count


@given(GSM_TEXT)
@settings(max_examples=50)
def test_the_seven_bit_alphabet(text: str):
    codes = septets(text)

    found = length(text)

    assert (found.units, found.is_unicode) == (len(codes), False)
    assert found.parts == segments(codes, alone=160, each=153, begins_pair=lambda code: code == ESC)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300).map(lambda text: text + "ą"))
@settings(max_examples=50)
def test_the_sixteen_bit_alphabet(text: str):
    data = text.encode("utf-16-be")
    units = [int.from_bytes(data[at : at + 2]) for at in range(0, len(data), 2)]

    found = length(text)

    assert (found.units, found.is_unicode) == (len(units), True)
    assert found.parts == segments(units, alone=70, each=67, begins_pair=lambda unit: 0xD800 <= unit < 0xDC00)


def test_at_the_borders():
    lengths = ("a" * 160, "a" * 161, "a" * 306, "a" * 307, "€" * 80, "€" * 81, "a" * 152 + "{" + "a" * 152,
               "ą" * 70, "ą" * 71, "ą" * 134, "ą" * 135, "😀" * 35, "😀" * 36)  # fmt: skip

    assert [length(text).parts for text in lengths] == [1, 2, 2, 3, 1, 2, 3, 1, 2, 2, 3, 1, 2]


def test_polish_is_folded_into_the_cheap_alphabet():
    text = folded("Zażółć gęślą jaźń – „Łąka” …")

    assert text == 'Zazolc gesla jazn - "Laka" ...'
    assert not length(text).is_unicode
    assert folded("Größe è Ñ €") == "Größe è Ñ €"  # already in the tables
