"""Pages of the live server in the one browser of the run."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from spatial.cadastre.models import Parcel


@pytest.fixture
def open_page(browser: Browser, live_server) -> Iterator[Callable[..., Page]]:
    """Opens an address of the live server; the test fails afterwards when a script of the page failed."""
    contexts, faults = [], []

    def open_page(address: str, *, width: int = 1280, height: int = 800, scheme: str = "light") -> Page:
        context = browser.new_context(
            base_url=live_server.url, viewport={"width": width, "height": height}, color_scheme=scheme, locale="pl-PL",
            reduced_motion="reduce",
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(address)
        if "/mapa/" in address:
            page.wait_for_selector("html[data-map=ready]")
        page.wait_for_load_state("networkidle")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def covered_parcel(make_parcel, make_zone) -> Parcel:
    """100 m x 100 m near Skała: 70 m of it farmland R.3, 30 m for houses MN.1."""
    parcel = make_parcel(number="123/4")
    make_zone("MN.1", east=-400, north=-400, width=430, height=900, class_2021="MN")
    make_zone("R.3", east=30, north=-400, width=900, height=900, name="tereny rolnicze", class_2021="R")
    return parcel
