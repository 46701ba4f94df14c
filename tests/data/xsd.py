"""Schemas compiled without a network: what they import by address lies in the shared files."""

from functools import cache
from pathlib import Path

from lxml import etree

#: schemas that are imported and of which nothing is used (README of the shared files)
STUBS = {
    "extdEncRule.xsd": '<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.opengis.net/gml/3.3/exr"/>'
}


class _Offline(etree.Resolver):
    def __init__(self, hosts: Path) -> None:
        self.hosts = hosts

    def resolve(self, system_url, public_id, context):
        """Addresses become paths by host; the two schemas of W3C are imported under several relative paths."""
        name = system_url.rpartition("/")[2]
        places = {"xlink.xsd": "www.w3.org/1999/xlink.xsd", "xml.xsd": "www.w3.org/2001/xml.xsd"}
        if name in STUBS:
            return self.resolve_string(STUBS[name], context)
        path = self.hosts / places.get(name, system_url.partition("://")[2])
        return self.resolve_filename(str(path), context) if path.is_file() else None


@cache
def schema(path: Path) -> etree.XMLSchema:
    """path: a schema below ../shared/data/real."""
    hosts = next(parent for parent in path.parents if (parent / "xsd_ogc_offline").is_dir()) / "xsd_ogc_offline"
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Offline(hosts))
    return etree.XMLSchema(etree.parse(path, parser))
