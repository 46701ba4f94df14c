"""PDF/A-2: what an office may keep for ever and seal (fonts inside, colours defined, the title in XMP).

Level U: every letter can be extracted as text. The document is not tagged, so it is no level A and no PDF/UA.
"""

from datetime import date
from functools import cache
from io import BytesIO

from pikepdf import Array, Dictionary, Name, Pdf, Stream, String
from PIL import ImageCms


def archival(pdf: bytes, *, title: str, author: str, made_on: date) -> bytes:
    """The same pages as PDF/A-2u; deterministic, the date is the document's own."""
    with Pdf.open(BytesIO(pdf)) as document:
        drop_unused_fonts(document)
        document.Root.OutputIntents = Array([output_intent(document)])
        moment = f"{made_on.isoformat()}T00:00:00+00:00"
        stamp = String(f"D:{made_on:%Y%m%d}000000+00'00'")
        document.docinfo = document.make_indirect(
            Dictionary(Title=String(title), Author=String(author), Creator=String("Miedza"), Producer=String("Miedza"))
        )
        document.docinfo.CreationDate = document.docinfo.ModDate = stamp
        with document.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as xmp:
            xmp["dc:title"] = title
            xmp["dc:creator"] = [author]
            xmp["xmp:CreatorTool"] = "Miedza"
            xmp["pdf:Producer"] = "Miedza"
            xmp["xmp:CreateDate"] = xmp["xmp:ModifyDate"] = moment
            xmp["pdfaid:part"], xmp["pdfaid:conformance"] = "2", "U"
        out = BytesIO()
        document.save(out, deterministic_id=True, min_version="1.7")
        return out.getvalue()


def drop_unused_fonts(document: Pdf) -> None:
    """ReportLab names Helvetica on each page and never uses it; a font that is not inside may not be named."""
    for page in document.pages:
        fonts = page.Resources.get("/Font", Dictionary())
        for name in [key for key, font in fonts.items() if font.get("/Subtype") == Name.Type1]:
            assert f"{name} ".encode() not in page.Contents.read_bytes(), f"{name} is used and cannot be left out"
            del fonts[name]


def output_intent(document: Pdf) -> Dictionary:
    profile = Stream(document, srgb())
    profile.N = 3
    return Dictionary(
        Type=Name.OutputIntent,
        S=Name("/GTS_PDFA1"),
        OutputConditionIdentifier=String("sRGB"),
        Info=String("sRGB IEC61966-2.1"),
        DestOutputProfile=document.make_indirect(profile),
    )


@cache
def srgb() -> bytes:
    """ICC profile of sRGB with its moment of creation blanked: equal bytes on each machine of one release."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = bytes.fromhex("07d0 0001 0001 0000 0000 0000".replace(" ", ""))  # 2000-01-01
    profile[84:100] = bytes(16)  # profile id: zero means not computed
    return bytes(profile)
