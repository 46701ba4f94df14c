"""``python -m tests.bench.first_map SITE [ROUNDS]``: from the click to the first whole map, on a phone over 4G.

The profile is that of Lighthouse for mobiles: 150 ms of latency, 1.6 Mbit/s down, 750 kbit/s up, a processor four times
slower, 360 x 740 px, an empty cache. "Whole" is OpenLayers' own word (``rendercomplete``).
"""

import statistics
import sys

from playwright.sync_api import sync_playwright

LATENCY_MS, DOWN, UP, SLOWER = 150, 1.6e6 / 8, 750e3 / 8, 4
OPENING = "/mapa/"


def first_map(site: str, rounds: int) -> list[tuple[float, float]]:
    """Milliseconds to the first picture of the map, and bytes that came until then, of each round."""
    found = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for _ in range(rounds):
            context = browser.new_context(base_url=site, viewport={"width": 360, "height": 740})
            page = context.new_page()
            session = context.new_cdp_session(page)
            session.send("Network.enable")
            session.send("Network.emulateNetworkConditions", {
                "offline": False, "latency": LATENCY_MS, "downloadThroughput": DOWN, "uploadThroughput": UP,
            })  # fmt: skip
            session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
            received = [0.0]
            session.on("Network.loadingFinished", lambda event, held=received: held.append(event["encodedDataLength"]))
            page.goto(OPENING, wait_until="commit")
            while not page.evaluate("performance.getEntriesByName('map-drawn').length"):
                page.wait_for_timeout(50)
            drawn = page.evaluate("performance.getEntriesByName('map-drawn')[0].startTime")
            found.append((float(drawn), sum(received)))
            context.close()
        browser.close()
    return found


if __name__ == "__main__":
    rows = first_map(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5)
    spent, came = (statistics.median(column) for column in zip(*rows, strict=True))
    print(f"first map {spent:.0f} ms, {came / 1000:.0f} kB")
