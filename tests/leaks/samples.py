"""How each address of the office is visited. A new pattern without a line here fails the crawl: say how to visit it.

Braces are filled from ``tests.leaks.conftest.Office``; several lines visit several forms of one address.
"""

FORMS = ("", "?f=json", "?f=html", "?lang=en")

SAMPLES: dict[str, list[str]] = {
    # portal
    "": ["/"],
    "mapa/": ["/mapa/", "/mapa/?dzialka={parcel}", "/mapa/?osadzona=1"],
    "mapa/dzialka": ["/mapa/dzialka?lon={lon}&lat={lat}", "/mapa/dzialka?lon=x&lat=1", "/mapa/dzialka"],
    "dzialki/<path:identifier>/": [
        "/dzialki/{parcel}/", "/dzialki/{parcel}/?f=json", "/dzialki/{parcel}/?na-dzien=2026-03-01",
        "/dzialki/{parcel}/?na-dzien=x", "/dzialki/{unit_number}/", "/dzialki/x/",
    ],
    "plany/<str:public_id>/": ["/plany/{plan}/", "/plany/{plan}/?f=json", "/plany/x/"],
    "szukaj": ["/szukaj?q={parcel}", "/szukaj?q={parcel}&f=json", "/szukaj?q=Cianowice&f=json", "/szukaj"],
    "urzad/wzornik/": ["/urzad/wzornik/"],
    "healthz": ["/healthz"],
    "logowanie/": ["/logowanie/", "/logowanie/?next=/moje/"],
    "wyloguj/": ["/wyloguj/"],
    "i18n/setlang/": ["/i18n/setlang/"],
    # OGC API and tiles; {collection} is each collection in turn, {item} its first item
    "^ogc/?$": [f"/ogc/{form}" for form in FORMS],
    "^ogc/conformance/?$": ["/ogc/conformance", "/ogc/conformance?f=html"],
    "^ogc/(?:openapi|api)/?$": ["/ogc/openapi", "/ogc/api?f=html"],
    "^ogc/collections/?$": [f"/ogc/collections{form}" for form in FORMS],
    "^ogc/collections/(?P<name>[^/]+)/?$": [f"/ogc/collections/{{collection}}{form}" for form in FORMS],
    "^ogc/collections/(?P<name>[^/]+)/queryables/?$": [
        f"/ogc/collections/{{collection}}/queryables{form}" for form in FORMS
    ],
    "^ogc/collections/(?P<name>[^/]+)/schema/?$": [f"/ogc/collections/{{collection}}/schema{form}" for form in FORMS],
    "^ogc/collections/(?P<name>[^/]+)/items/?$": [
        *(f"/ogc/collections/{{collection}}/items{form}" for form in FORMS),
        "/ogc/collections/{collection}/items?bbox=19,50,20,51&limit=1&offset=1",
        "/ogc/collections/{collection}/items?datetime=2015-01-01/..",
        "/ogc/collections/{collection}/items?skipGeometry=true&sortby=-municipality",
        "/ogc/collections/{collection}/items?crs=http://www.opengis.net/def/crs/EPSG/0/2178",
        "/ogc/collections/{collection}/items?resulttype=hits",
        "/ogc/collections/{collection}/items?filter=municipality IS NOT NULL",
        "/ogc/collections/{collection}/items?limit=x", "/ogc/collections/{collection}/items?filter=((",
        "/ogc/collections/{collection}/items?bbox=a",
    ],
    "^ogc/tileMatrixSets/?$": [f"/ogc/tileMatrixSets{form}" for form in FORMS],
    "^ogc/tileMatrixSets/(?P<grid>[^/]+)/?$": ["/ogc/tileMatrixSets/PL1992Quad", "/ogc/tileMatrixSets/nic"],
    "^ogc/collections/(?P<name>[^/]+)/tiles/?$": [f"/ogc/collections/{{collection}}/tiles{form}" for form in FORMS],
    "^ogc/collections/(?P<name>[^/]+)/tiles/(?P<grid>[^/]+)/?$": [
        f"/ogc/collections/{{collection}}/tiles/WebMercatorQuad{form}" for form in FORMS
    ],
    "^ogc/collections/(?P<name>[^/]+)/tiles/(?P<grid>[^/]+)/(?P<zoom>[^/]+)/(?P<row>[^/]+)/(?P<column>[^/]+)$": [
        "/ogc/collections/{collection}/tiles/WebMercatorQuad/{rowed}",
        "/ogc/collections/{collection}/tiles/WebMercatorQuad/14/x/1",
    ],
    "^ogc/collections/catalogue/items/?$": [
        *(f"/ogc/collections/catalogue/items{form}" for form in FORMS),
        "/ogc/collections/catalogue/items?f=dcat", "/ogc/collections/catalogue/items?q=x&bbox=19,50,20,51",
    ],
    "^ogc/collections/catalogue/items/(?P<identifier>[^/]+)/?$": [
        "/ogc/collections/catalogue/items/wms?f=iso19139", "/ogc/collections/catalogue/items/wms?f=dcat",
        "/ogc/collections/catalogue/items/wms", "/ogc/collections/catalogue/items/nic",
    ],
    "^ogc/styles/?$": [f"/ogc/styles{form}" for form in FORMS],
    "^ogc/styles/(?P<name>[^/]+)/?$": ["/ogc/styles/all", "/ogc/styles/nic"],
    "^ogc/styles/(?P<name>[^/]+)/metadata/?$": ["/ogc/styles/{collection}/metadata"],
    "^ogc/collections/(?P<name>[^/]+)/styles/?$": ["/ogc/collections/{collection}/styles"],
    "^styles/sprite(?P<scale>(?:@2x)?)\\.(?P<extension>json|png)$": ["/styles/sprite.json", "/styles/sprite@2x.png"],
    "^glyphs/(?P<fonts>[^/]+)/(?P<first>[0-9]+)-(?P<last>[0-9]+)\\.pbf$": ["/glyphs/nic/0-255.pbf"],
    "^ogc/map/?$": ["/ogc/map?width=x", "/ogc/map?collections=nic"],
    "^ogc/styles/(?P<style>[^/]+)/map/?$": ["/ogc/styles/nic/map"],
    "^ogc/collections/(?P<name>[^/]+)/map/?$": ["/ogc/collections/{collection}/map?bbox=a"],
    "^ogc/collections/(?P<name>[^/]+)/styles/(?P<style>[^/]+)/map/?$": ["/ogc/collections/{collection}/styles/x/map"],
    "^pobierz/(?P<teryt>[0-9]{6})\\.(?P<form>gpkg|pmtiles)$": ["/pobierz/120610.gpkg", "/pobierz/999999.pmtiles"],
    "^wfs/?$": [
        "/wfs?SERVICE=WFS&REQUEST=GetCapabilities", "/wfs?SERVICE=WFS&VERSION=2.0.0&REQUEST=DescribeFeatureType",
        "/wfs?SERVICE=WFS&VERSION=2.0.0&REQUEST=GetFeature&TYPENAMES={collection}",
        "/wfs?SERVICE=WFS&VERSION=2.0.0&REQUEST=GetFeature&TYPENAMES={collection}&OUTPUTFORMAT=geojson",
        "/wfs?SERVICE=WFS&VERSION=2.0.0&REQUEST=GetFeature&TYPENAMES={collection}&SORTBY=owner",
        "/wfs?SERVICE=WFS&REQUEST=ListStoredQueries", "/wfs",
    ],
    "^ogc/tiles/?$": [f"/ogc/tiles{form}" for form in FORMS],
    "^ogc/tiles/(?P<grid>[^/]+)/?$": [f"/ogc/tiles/WebMercatorQuad{form}" for form in FORMS],
    "^ogc/tiles/(?P<grid>[^/]+)/(?P<zoom>[^/]+)/(?P<row>[^/]+)/(?P<column>[^/]+)$": [
        "/ogc/tiles/WebMercatorQuad/{rowed}",
        "/ogc/tiles/WebMercatorQuad/{rowed}?collections={collection}",
        "/ogc/tiles/WebMercatorQuad/{rowed}?collections=nic",
    ],
    "^ogc/collections/(?P<name>[^/]+)/items/(?P<identifier>.+)$": [
        *(f"/ogc/collections/{{collection}}/items/{{item}}{form}" for form in FORMS),
        "/ogc/collections/{collection}/items/{unit_number}",
    ],
    "^ogc/processes/?$": ["/ogc/processes", "/ogc/processes?f=html", "/ogc/processes?limit=1"],
    "^ogc/processes/(?P<name>[^/]+)/?$": ["/ogc/processes/plan-extract-preview", "/ogc/processes/x"],
    "^ogc/processes/(?P<name>[^/]+)/execution/?$": ["/ogc/processes/plan-extract-preview/execution"],
    "^ogc/jobs/?$": ["/ogc/jobs", "/ogc/jobs?f=html", "/ogc/jobs?status=x"],
    "^ogc/jobs/(?P<identifier>[^/]+)/?$": ["/ogc/jobs/1"],
    "^ogc/jobs/(?P<identifier>[^/]+)/results/?$": ["/ogc/jobs/1/results"],
    "^ogc/.*$": ["/ogc/x"],
    "^tiles/(?P<name>[^/]+)/(?P<zoom>[^/]+)/(?P<column>[^/]+)/(?P<row>[^/]+)\\.mvt$": [
        "/tiles/{collection}/{tile}.mvt", "/tiles/{collection}/99/0/0.mvt", "/tiles/{collection}/a/b/c.mvt",
    ],
    "^tiles/(?P<name>[^/]+)\\.json$": ["/tiles/{collection}.json"],
    # extracts and documents
    "uslugi/wypis-i-wyrys/": ["/uslugi/wypis-i-wyrys/", "/uslugi/wypis-i-wyrys/?dzialka={parcel}"],
    "moje/": ["/moje/"],
    "moje/sprawy/<int:pk>/": ["/moje/sprawy/{case}/"],
    "urzad/": ["/urzad/", "/urzad/?stan=zakonczone"],
    "urzad/sprawy/<int:pk>/": ["/urzad/sprawy/{case}/", "/urzad/sprawy/{issued_case}/"],
    "urzad/sprawy/<int:pk>/podglad/<int:index>.pdf": ["/urzad/sprawy/{case}/podglad/0.pdf"],
    "urzad/sprawy/<int:pk>/fragmenty/": ["/urzad/sprawy/{case}/fragmenty/"],
    "urzad/sprawy/<int:pk>/popraw/": ["/urzad/sprawy/{case}/popraw/"],
    "urzad/sprawy/<int:pk>/wydaj/": ["/urzad/sprawy/{case}/wydaj/"],
    "urzad/sprawy/<int:pk>/odmow/": ["/urzad/sprawy/{case}/odmow/"],
    "weryfikacja/": ["/weryfikacja/"],
    "weryfikacja/<str:code>/": ["/weryfikacja/{code}/", "/weryfikacja/x/"],
    "dokumenty/<str:code>.pdf": ["/dokumenty/{code}.pdf"],
    # back office of the registers
    "urzad/dane/": ["/urzad/dane/"],
    "urzad/dane/<int:teryt>/historia/": ["/urzad/dane/120610/historia/"],
    "urzad/dane/<int:teryt>/<slug:source>/": ["/urzad/dane/120610/egib/"],
    "urzad/dane/<int:teryt>/<slug:source>/zrodlo/": ["/urzad/dane/120610/egib/zrodlo/"],
    "urzad/dane/dostawa/<int:pk>/": ["/urzad/dane/dostawa/{upload}/"],
    "urzad/dane/dostawa/<int:pk>/stan/": ["/urzad/dane/dostawa/{upload}/stan/"],
    "urzad/dane/dostawa/<int:pk>/decyzja/": ["/urzad/dane/dostawa/{upload}/decyzja/"],
    "urzad/dane/dostawa/<int:pk>/ustalenia/": ["/urzad/dane/dostawa/{upload}/ustalenia/"],
    "urzad/dane/dostawa/<int:pk>/ustalenia.<str:form>": [
        f"/urzad/dane/dostawa/{{upload}}/ustalenia.{form}" for form in ("csv", "json", "gpkg", "x")
    ],
    "urzad/dane/dostawa/<int:pk>/zmiany/": [
        "/urzad/dane/dostawa/{upload}/zmiany/", "/urzad/dane/dostawa/{upload}/zmiany/?rejestr=party",
    ],
    "urzad/dane/dostawa/<int:pk>/mapa.json": ["/urzad/dane/dostawa/{upload}/mapa.json"],
    "urzad/dane/historia/<int:pk>/": ["/urzad/dane/historia/{delivery}/"],
    "urzad/dane/historia/<int:pk>/ustalenia/": ["/urzad/dane/historia/{delivery}/ustalenia/"],
    "urzad/dane/historia/<int:pk>/ustalenia.<str:form>": [
        f"/urzad/dane/historia/{{delivery}}/ustalenia.{form}" for form in ("csv", "json", "gpkg")
    ],
    "urzad/dane/historia/<int:pk>/cofnij/": ["/urzad/dane/historia/{delivery}/cofnij/"],
    # the planner's workshop
    "urzad/plany/": ["/urzad/plany/"],
    "urzad/plany/<int:teryt>/nowy/": ["/urzad/plany/120610/nowy/"],
    "urzad/plany/zapis/<int:plan>/zmien/": ["/urzad/plany/zapis/{plan_row}/zmien/"],
    "urzad/plany/szkic/<int:pk>/": ["/urzad/plany/szkic/{draft}/"],
    "urzad/plany/szkic/<int:pk>/opublikuj/": ["/urzad/plany/szkic/{draft}/opublikuj/"],
    "urzad/plany/szkic/<int:pk>/porzuc/": ["/urzad/plany/szkic/{draft}/porzuc/"],
    "urzad/plany/szkic/<int:pk>/dane/": ["/urzad/plany/szkic/{draft}/dane/"],
    "urzad/plany/szkic/<int:pk>/dokumenty/": ["/urzad/plany/szkic/{draft}/dokumenty/?nowy=1"],
    "urzad/plany/szkic/<int:pk>/zwiazki/": ["/urzad/plany/szkic/{draft}/zwiazki/?nowy=1"],
    "urzad/plany/szkic/<int:pk>/tereny/": ["/urzad/plany/szkic/{draft}/tereny/"],
    "urzad/plany/szkic/<int:pk>/wczytaj/<slug:what>/": ["/urzad/plany/szkic/{draft}/wczytaj/tereny/"],
    "urzad/plany/szkic/<int:pk>/mapa/": ["/urzad/plany/szkic/{draft}/mapa/"],
    "urzad/plany/szkic/<int:pk>/ksztalty.json": ["/urzad/plany/szkic/{draft}/ksztalty.json"],
    "urzad/plany/szkic/<int:pk>/tekst/": ["/urzad/plany/szkic/{draft}/tekst/"],
    "urzad/plany/szkic/<int:pk>/tekst/wczytaj/": ["/urzad/plany/szkic/{draft}/tekst/wczytaj/"],
    "urzad/plany/szkic/<int:pk>/tekst/propozycja/": ["/urzad/plany/szkic/{draft}/tekst/propozycja/"],
    "urzad/plany/szkic/<int:pk>/tekst/dodaj/": ["/urzad/plany/szkic/{draft}/tekst/dodaj/"],
    "urzad/plany/szkic/<int:pk>/tekst/jednostka/<str:key>/": ["/urzad/plany/szkic/{draft}/tekst/jednostka/x/"],
    "urzad/plany/szkic/<int:pk>/tekst/jednostka/<str:key>/ruch/": [
        "/urzad/plany/szkic/{draft}/tekst/jednostka/x/ruch/",
    ],
    "urzad/plany/szkic/<int:pk>/arkusze/": ["/urzad/plany/szkic/{draft}/arkusze/"],
    "urzad/plany/szkic/<int:pk>/arkusze/<str:number>/usun/": ["/urzad/plany/szkic/{draft}/arkusze/1/usun/"],
    # owners: the question only; the answer to POST is tried in tests/services/test_disclosure.py
    "urzad/dzialki/<path:identifier>/wlasciciele/": ["/urzad/dzialki/{parcel}/wlasciciele/"],
    "urzad/dziennik-dostepu/": ["/urzad/dziennik-dostepu/", "/urzad/dziennik-dostepu/?dzialka={parcel}"],
}  # fmt: skip
