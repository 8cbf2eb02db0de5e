# SPDX-License-Identifier: MIT
"""What every page must pass in the browser."""

from axe_core_python.sync_playwright import Axe


def find_violations(page, *, iframes: bool = True) -> list[str]:
    found = Axe().run(page, options=f"{{iframes: {str(iframes).lower()}}}")["violations"]
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:200]}" for rule in found]


def check_widths(page, widths) -> None:
    for width in widths:
        page.set_viewport_size({"width": width, "height": 640})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        captions = (
            "[...document.querySelectorAll('.scroll caption')].map(c => c.getBoundingClientRect().width)"
        )
        assert all(caption <= width for caption in page.evaluate(captions))  # read without scrolling sideways
