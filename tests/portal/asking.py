"""What the address of the map asks for, read in the page itself."""

from urllib.parse import parse_qs

from playwright.sync_api import Page


def asked(page: Page) -> dict[str, str]:
    """Its query as the page has it now: `page.url` hears of `history.replaceState` a moment later."""
    return {name: values[0] for name, values in parse_qs(page.evaluate("location.search.slice(1)")).items()}
