"""Lato, embedded in each document; from the distribution's package fonts-lato."""

from functools import cache
from pathlib import Path

from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR, BOLD, ITALIC = "Lato", "Lato-Bold", "Lato-Italic"
_FILES = {REGULAR: "Lato-Regular.ttf", BOLD: "Lato-Bold.ttf", ITALIC: "Lato-Italic.ttf"}
_FOLDERS = (Path("/usr/share/fonts/truetype/lato"), Path("/usr/share/fonts/lato"), Path("/usr/local/share/fonts/lato"))


class MissingFont(RuntimeError):
    """The font is not installed: a fault of the installation, not of the person."""


@cache
def register() -> None:
    """Idempotent. Raises MissingFont with the remedy."""
    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, font_path(file)))
    addMapping(REGULAR, 0, 0, REGULAR)
    addMapping(REGULAR, 1, 0, BOLD)
    addMapping(REGULAR, 0, 1, ITALIC)


def font_path(file: str) -> str:
    for folder in _FOLDERS:
        if (folder / file).is_file():
            return str(folder / file)
    raise MissingFont(f"{file} not found in {', '.join(map(str, _FOLDERS))}; install it: apt-get install fonts-lato")
