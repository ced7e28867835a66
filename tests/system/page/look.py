"""Looks at the page of a running exchange in headless Chromium: look.py URL CHROMIUM FOLDER API_KEY

Says "live" when it follows the page, waits for a trade and a delivery to appear, chooses windows by mouse and by
keyboard, pastes the key, and makes screenshots. Fails on anything on the browser's console, and on requests to other hosts.
"""

import sys
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, sync_playwright

PATIENCE_MS = 120_000


def choose(page: Page, first: int, last: int, by_mouse: bool) -> None:
    cells = page.locator("tbody.prices tr").first.locator("a")
    begin, end = cells.nth(first).get_attribute("data-begin"), cells.nth(last).get_attribute("data-end")
    if by_mouse:
        cells.nth(first).hover()
        page.mouse.down()
        cells.nth(last).hover()
        page.mouse.up()
    else:
        cells.nth(first - 1).focus()
        page.keyboard.press("ArrowRight")
        for _ in range(first, last):
            page.keyboard.press("Shift+ArrowRight")
        page.keyboard.press("Enter")
    page.wait_for_selector(f"#window .when[data-begin='{begin}'][data-end='{end}']", timeout=PATIENCE_MS)
    assert page.locator("#window .levels.ask").count() == 1, "the window's book is shown"


def own_view(page: Page, api_key: str) -> None:
    """The account of the key: its regions as bars, its trades; and nothing of it is left when it is forgotten."""
    page.fill("#key", api_key)
    page.press("#key", "Enter")
    page.wait_for_selector("#account .bars svg", timeout=PATIENCE_MS)
    assert page.locator("#account [data-trade]").count() == 2
    kept = page.evaluate("[location.href, document.cookie, JSON.stringify({...localStorage, ...sessionStorage})]")
    assert all(api_key not in place for place in kept), "the key is in no address and not kept"


def readable(page: Page) -> None:
    """No price is cut off, and the curve can be read."""
    clipped = "cells => cells.filter(cell => cell.scrollWidth > cell.clientWidth).map(cell => cell.textContent)"
    assert page.eval_on_selector_all("tbody.prices a", clipped) == [], "prices are cut off"
    height = page.eval_on_selector("#curve text", "text => text.getBoundingClientRect().height")
    assert height >= 10, f"the curve's labels are {height} pixels high"


def exact(page: Page) -> None:
    """What is rounded is exact on hover."""
    paid = page.locator("#settlement data.n").first
    assert "planck" in paid.get_attribute("title"), paid.get_attribute("title")


def main(url: str, chromium: str, folder: Path, api_key: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1400, "height": 1000}, color_scheme="light")
        problems: list[str] = []
        hosts: set[str] = set()
        page.on("console", lambda message: problems.append(message.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))

        page.goto(url, wait_until="domcontentloaded")
        page.wait_for_selector("#connection.live", timeout=PATIENCE_MS)
        assert page.locator("#trades [data-trade]").count() == 0
        print("live", flush=True)
        page.wait_for_selector("#trades [data-trade]", timeout=PATIENCE_MS)
        page.wait_for_selector("#settlement [data-instruction] .good", timeout=PATIENCE_MS)
        exact(page)

        choose(page, 3, 5, by_mouse=True)
        choose(page, 9, 11, by_mouse=False)
        assert page.locator("#curve path.last").count() >= 1, "the last trade is on the curve"
        readable(page)
        own_view(page, api_key)
        page.screenshot(path=folder / "light.png", full_page=True)
        page.click("#theme")
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"
        page.screenshot(path=folder / "dark.png", full_page=True)
        page.set_viewport_size({"width": 390, "height": 844})
        readable(page)
        page.screenshot(path=folder / "phone.png", full_page=True)
        sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert sideways <= 0, f"on a phone the page is {sideways} pixels too wide"

        assert problems == [], problems
        assert hosts == {urlsplit(url).netloc}, hosts
        browser.close()
    print("looked", flush=True)


main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4])
