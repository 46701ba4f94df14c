"""A record as ISO 19139, with what INSPIRE asks (technical guidelines 2.0): theme, lineage, conformity, limitations.

pygeometa writes ISO 19139 without lineage and conformity, and a DCAT that is no DCAT-AP.
"""

from lxml import etree

from spatial.ogc.records.catalogue import INSPIRE, LICENCE, Record

GMD, GCO = "http://www.isotc211.org/2005/gmd", "http://www.isotc211.org/2005/gco"
SRV, GMX, XLINK = "http://www.isotc211.org/2005/srv", "http://www.isotc211.org/2005/gmx", "http://www.w3.org/1999/xlink"
GML = "http://www.opengis.net/gml"
LISTS = "http://standards.iso.org/iso/19139/resources/gmxCodelists.xml"
SPACES = {"gmd": GMD, "gco": GCO, "srv": SRV, "gmx": GMX, "xlink": XLINK, "gml": GML}
NO_LIMITS = "http://inspire.ec.europa.eu/metadata-codelist/LimitationsOnPublicAccess/noLimitations"
INTEROPERABILITY = "Rozporządzenie Komisji (UE) nr 1089/2010 z dnia 23 listopada 2010 r."
LINEAGE = (
    "Rejestry gminy i dostawy ewidencji gruntów i budynków, wczytane i sprawdzone przez system Miedza; dane pokazują "
    "stan bieżący rejestrów."
)

type Node = etree._Element


def iso19139(record: Record, language: str) -> bytes:
    """The document, UTF-8."""
    root = etree.Element(f"{{{GMD}}}MD_Metadata", nsmap=SPACES)
    text(root, "fileIdentifier", record.id)
    coded(root, "language", "LanguageCode", "pol" if language == "pl" else "eng",
          book="http://www.loc.gov/standards/iso639-2/")  # fmt: skip
    coded(root, "characterSet", "MD_CharacterSetCode", "utf8")
    coded(root, "hierarchyLevel", "MD_ScopeCode", record.type)
    if record.type == "service":
        text(root, "hierarchyLevelName", "service")
    party(root, "contact", record)
    date_of(root, "dateStamp", record)
    text(root, "metadataStandardName", "ISO 19115")
    text(root, "metadataStandardVersion", "2003/Cor.1:2006")
    system(root)
    identification(root, record, language)
    distribution(root, record)
    quality(root, record)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def identification(root: Node, record: Record, language: str) -> None:
    kind = f"{{{SRV}}}SV_ServiceIdentification" if record.type == "service" else f"{{{GMD}}}MD_DataIdentification"
    held = etree.SubElement(node(root, "identificationInfo"), kind)
    cited = node(held, "citation", "CI_Citation")
    text(cited, "title", record.title[language])
    dated(cited, record)
    text(node(cited, "identifier", "MD_Identifier"), "code", record.access[0].href)
    text(held, "abstract", record.description[language])
    party(held, "pointOfContact", record)
    words(held, record.keywords)
    if record.inspire:
        words(held, (INSPIRE[record.inspire][language],), thesaurus="GEMET - INSPIRE themes, version 1.0")
    limits = node(held, "resourceConstraints", "MD_LegalConstraints")
    coded(limits, "accessConstraints", "MD_RestrictionCode", "otherRestrictions")
    anchor(limits, "otherConstraints", NO_LIMITS, "brak ograniczeń w publicznym dostępie")
    uses = node(held, "resourceConstraints", "MD_LegalConstraints")
    coded(uses, "useConstraints", "MD_RestrictionCode", "otherRestrictions")
    anchor(uses, "otherConstraints", LICENCE, "CC0 1.0")
    if record.type == "service":
        name = etree.SubElement(etree.SubElement(held, f"{{{SRV}}}serviceType"), f"{{{GCO}}}LocalName")
        name.text = record.service_type
        box(etree.SubElement(held, f"{{{SRV}}}extent"), record)
        coupling = etree.SubElement(held, f"{{{SRV}}}couplingType")
        etree.SubElement(
            coupling, f"{{{SRV}}}SV_CouplingType", codeList=f"{LISTS}#SV_CouplingType", codeListValue="loose"
        )
        operation = etree.SubElement(
            etree.SubElement(held, f"{{{SRV}}}containsOperations"), f"{{{SRV}}}SV_OperationMetadata"
        )
        told = etree.SubElement(etree.SubElement(operation, f"{{{SRV}}}operationName"), f"{{{GCO}}}CharacterString")
        told.text = "GetCapabilities"
        platform = etree.SubElement(operation, f"{{{SRV}}}DCP")
        etree.SubElement(platform, f"{{{SRV}}}DCPList", codeList=f"{LISTS}#DCPList", codeListValue="WebServices")
        online(etree.SubElement(operation, f"{{{SRV}}}connectPoint"), record.access[0].href, "", "")
        return
    coded(held, "spatialRepresentationType", "MD_SpatialRepresentationTypeCode", "vector")
    coded(held, "language", "LanguageCode", "pol", book="http://www.loc.gov/standards/iso639-2/")
    coded(held, "characterSet", "MD_CharacterSetCode", "utf8")
    etree.SubElement(node(held, "topicCategory"), f"{{{GMD}}}MD_TopicCategoryCode").text = record.topic
    box(node(held, "extent"), record)


def distribution(root: Node, record: Record) -> None:
    held = node(root, "distributionInfo", "MD_Distribution")
    options = node(held, "transferOptions", "MD_DigitalTransferOptions")
    for one in record.access:
        online(node(options, "onLine"), one.href, one.title, one.protocol)


def quality(root: Node, record: Record) -> None:
    held = node(root, "dataQualityInfo", "DQ_DataQuality")
    coded(node(held, "scope", "DQ_Scope"), "level", "MD_ScopeCode", record.type)
    result = node(node(held, "report", "DQ_DomainConsistency"), "result", "DQ_ConformanceResult")
    cited = node(result, "specification", "CI_Citation")
    text(cited, "title", INTEROPERABILITY)
    day = node(cited, "date", "CI_Date")
    etree.SubElement(node(day, "date"), f"{{{GCO}}}Date").text = "2010-12-08"
    coded(day, "dateType", "CI_DateTypeCode", "publication")
    text(result, "explanation", "Zgodności nie badano; dane nie mają postaci schematów INSPIRE.")
    etree.SubElement(node(result, "pass"), f"{{{GCO}}}Boolean").text = "false"
    text(node(held, "lineage", "LI_Lineage"), "statement", LINEAGE)


def party(parent: Node, role: str, record: Record) -> None:
    held = node(parent, role, "CI_ResponsibleParty")
    text(held, "organisationName", record.publisher)
    coded(held, "role", "CI_RoleCode", "pointOfContact")


def words(parent: Node, told: tuple[str, ...], thesaurus: str = "") -> None:
    held = node(parent, "descriptiveKeywords", "MD_Keywords")
    for one in told:
        text(held, "keyword", one)
    if thesaurus:
        cited = node(held, "thesaurusName", "CI_Citation")
        text(cited, "title", thesaurus)
        day = node(cited, "date", "CI_Date")
        etree.SubElement(node(day, "date"), f"{{{GCO}}}Date").text = "2008-06-01"
        coded(day, "dateType", "CI_DateTypeCode", "publication")


def box(parent: Node, record: Record) -> None:
    extent = etree.SubElement(parent, f"{{{GMD}}}EX_Extent")
    bounds = node(extent, "geographicElement", "EX_GeographicBoundingBox")
    west, south, east, north = record.box
    for name, edge in (("west", west), ("east", east), ("south", south), ("north", north)):
        axis = "Longitude" if name in ("west", "east") else "Latitude"
        etree.SubElement(node(bounds, f"{name}Bound{axis}"), f"{{{GCO}}}Decimal").text = f"{edge:.5f}"


def system(root: Node) -> None:
    held = node(node(root, "referenceSystemInfo", "MD_ReferenceSystem"), "referenceSystemIdentifier", "RS_Identifier")
    anchor(held, "code", "http://www.opengis.net/def/crs/EPSG/0/2178", "EPSG:2178")


def online(parent: Node, href: str, title: str, protocol: str) -> None:
    held = etree.SubElement(parent, f"{{{GMD}}}CI_OnlineResource")
    etree.SubElement(node(held, "linkage"), f"{{{GMD}}}URL").text = href
    if protocol:
        text(held, "protocol", protocol)
        text(held, "name", title)


def dated(cited: Node, record: Record) -> None:
    day = node(cited, "date", "CI_Date")
    date_of(day, "date", record)
    coded(day, "dateType", "CI_DateTypeCode", "revision")


def date_of(parent: Node, name: str, record: Record) -> None:
    etree.SubElement(node(parent, name), f"{{{GCO}}}Date").text = record.day.isoformat()


def node(parent: Node, name: str, kind: str = "") -> Node:
    held = etree.SubElement(parent, f"{{{GMD}}}{name}")
    return etree.SubElement(held, f"{{{GMD}}}{kind}") if kind else held


def text(parent: Node, name: str, value: str) -> None:
    etree.SubElement(node(parent, name), f"{{{GCO}}}CharacterString").text = value


def coded(parent: Node, name: str, kind: str, value: str, *, book: str = LISTS) -> None:
    at = book if book != LISTS else f"{LISTS}#{kind}"
    etree.SubElement(node(parent, name), f"{{{GMD}}}{kind}", codeList=at, codeListValue=value).text = value


def anchor(parent: Node, name: str, href: str, words: str) -> None:
    etree.SubElement(node(parent, name), f"{{{GMX}}}Anchor", {f"{{{XLINK}}}href": href}).text = words
