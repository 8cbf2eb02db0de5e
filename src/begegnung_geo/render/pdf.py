# SPDX-License-Identifier: MIT
"""PDF of a fact sheet, tagged, from the same HTML, by WeasyPrint and the system's Pango."""

import importlib.util
import logging
from functools import cache

MISSING_PANGO = (
    "PDFs are left out: the system library Pango is missing; on Debian and Ubuntu "
    "`apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0`, then run again"
)
"""What a person is told where no PDF can be made."""

_PAGES = 2
# Districts with much to say: the same text set closer, before it would run on to a third page.
_CLOSE = "body { line-height: 1.28 } h2 { margin-top: 5pt } table { font-size: 7.6pt }"
_CLOSER = """@page { margin: 10mm 12mm 11mm } body { font-size: 8.8pt; line-height: 1.24 }
h2 { margin-top: 4pt } table { font-size: 7.2pt } th, td { padding-top: .7pt; padding-bottom: .7pt }
.chart img { width: 84% }"""
_VARIANT = "pdf/ua-1"  # tagged and titled; conformance has not been validated and is not claimed


@cache
def can_print() -> bool:
    """Return whether WeasyPrint finds the system libraries it needs."""
    if importlib.util.find_spec("weasyprint") is None:
        return False
    try:
        import weasyprint  # noqa: F401, PLC0415 - heavy, and fails where Pango is missing
    except OSError:
        return False
    return True


def render_pdf(page: str) -> bytes:
    """
    Return the PDF of a page that holds everything it shows.

    Parameters
    ----------
    page
        HTML; images are `data:` addresses. Nothing is loaded from anywhere else. What needs
        more than two pages is set closer, twice at most.

    Returns
    -------
    document
        Tagged PDF; the same page gives the same bytes.

    Raises
    ------
    OSError
        If Pango is missing; ask `can_print` first.
    """
    import weasyprint  # noqa: PLC0415 - heavy
    from weasyprint.urls import URLFetcher  # noqa: PLC0415

    # Links to other pages lead nowhere from a PDF; WeasyPrint drops them and would say so for each.
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    fetcher = URLFetcher(allowed_protocols={"data"})
    for style in ("", _CLOSE, _CLOSER):
        # Inside the page's own style, at its end: a style sheet given from outside would rank below it.
        text = page.replace("</style>", f"@media print {{ {style} }}</style>", 1)
        laid_out = weasyprint.HTML(string=text, url_fetcher=fetcher).render(pdf_variant=_VARIANT)
        if len(laid_out.pages) <= _PAGES:
            break
    document: bytes = laid_out.write_pdf(pdf_variant=_VARIANT)
    return document
