"""Vector files out of a ZIP, each unpacked under a name of ours; no path of an archive is ever used."""

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from data.records import UnreadableFileError

MAX_UNPACKED_BYTES = 1 << 30
MAX_ZIP_MEMBERS = 100
MAX_LAYERS = 20
_SHAPEFILE_PARTS = frozenset({".shp", ".shx", ".dbf", ".prj", ".cpg"})
#: formats of one file; a shapefile has parts
_WHOLE = frozenset({".gpkg", ".geojson", ".json", ".gml", ".xml"})
_ARCHIVES = frozenset({".zip", ".rar", ".7z", ".gz", ".tgz"})


def unpacked_vectors(archive: Path, folder: Path) -> list[tuple[str, Path]]:
    """Name of each layer (the file's own, without its ending) and the file in the folder.

    Shapefiles of one archive are layers of one delivery; of the formats of one file there may be one.
    Raises UnreadableFileError: unreadable-archive, archive-too-large, archive-in-archive, unsupported-format.
    """
    try:
        with zipfile.ZipFile(archive) as content:
            layers = _wanted(content.infolist())
            return [(name, _unpacked(content, members, folder, place)) for place, (name, members) in enumerate(layers)]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as fault:
        raise UnreadableFileError(
            "unreadable-archive",
            f"Archiwum ZIP jest uszkodzone lub zaszyfrowane ({type(fault).__name__}). Wyślij je ponownie, bez hasła.",
        ) from None


def _wanted(members: Sequence[zipfile.ZipInfo]) -> list[tuple[str, list[zipfile.ZipInfo]]]:
    """Layers of the archive in the order of their names, each with the members it is made of."""
    members = [member for member in members if not member.is_dir() and "__MACOSX" not in member.filename]
    parts = [member for member in members if _ending(member) in _SHAPEFILE_PARTS]
    whole = [member for member in members if _ending(member) in _WHOLE]
    if len(members) > MAX_ZIP_MEMBERS or sum(member.file_size for member in parts + whole) > MAX_UNPACKED_BYTES:
        raise UnreadableFileError(
            "archive-too-large", "Archiwum po rozpakowaniu jest za duże lub ma zbyt wiele plików. Podziel je."
        )
    shapes = sorted((member for member in parts if _ending(member) == ".shp"), key=lambda member: member.filename)
    if shapes and len(shapes) <= MAX_LAYERS:
        return [(_name(shape), [part for part in parts if _stem(part) == _stem(shape)]) for shape in shapes]
    if not shapes and len(whole) == 1:
        return [(_name(whole[0]), whole)]
    raise _nothing_to_read(members, shapes=len(shapes), whole=len(whole))


def _nothing_to_read(members: Sequence[zipfile.ZipInfo], *, shapes: int, whole: int) -> UnreadableFileError:
    if any(_ending(member) in _ARCHIVES for member in members) and not whole:
        return UnreadableFileError(
            "archive-in-archive", "W archiwum ZIP jest następne archiwum. Rozpakuj je i wyślij sam plik z danymi."
        )
    return UnreadableFileError(
        "unsupported-format",
        f"Archiwum ZIP powinno zawierać pliki .shp (z .dbf i .prj, najwyżej {MAX_LAYERS}) albo jeden plik GeoPackage, "
        f"GeoJSON lub GML, a zawiera: .shp {shapes}, pozostałych {whole}. Spakuj właściwe pliki.",
    )


def _unpacked(content: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo], folder: Path, place: int) -> Path:
    """The first part of the layer on disk, all parts beside it."""
    home = folder / str(place)
    home.mkdir()
    for member in members:
        target = home / f"dane{_ending(member)}"
        with content.open(member) as packed, target.open("wb") as plain:
            _copy_limited(packed, plain)
    first = next((member for member in members if _ending(member) == ".shp"), members[0])
    return home / f"dane{_ending(first)}"


def _copy_limited(packed: IO[bytes], plain: IO[bytes]) -> None:
    """Copy a member, never more than the limit: the size that an archive declares may be untrue."""
    left = MAX_UNPACKED_BYTES
    while piece := packed.read(1 << 20):
        left -= len(piece)
        if left < 0:
            raise UnreadableFileError("archive-too-large", "Archiwum po rozpakowaniu jest za duże. Podziel je.")
        plain.write(piece)


def _ending(member: zipfile.ZipInfo) -> str:
    return Path(member.filename).suffix.lower()


def _stem(member: zipfile.ZipInfo) -> str:
    """Path without the ending: parts of one shapefile share it."""
    return member.filename[: -len(Path(member.filename).suffix)].lower()


def _name(member: zipfile.ZipInfo) -> str:
    """Name to show; whatever is neither letter, digit nor a common sign is left out."""
    return re.sub(r"[^\w .-]", "", re.split(r"[/\\]", member.filename)[-1].rpartition(".")[0])[:60] or "warstwa"
