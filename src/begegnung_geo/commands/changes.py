# SPDX-License-Identifier: MIT
"""Commands about two sites: compare."""

from pathlib import Path
from typing import Annotated

import typer

from begegnung_geo.commands.options import exit_codes, require_choice

_MOVED_MIN_M = 50.0  # points of two sources for one house lie up to some 45 m apart (judgement)


@exit_codes()
def compare(
    *,
    before: Annotated[Path, typer.Argument(metavar="SITE_A", help="Folder of the earlier site.")],
    after: Annotated[Path, typer.Argument(metavar="SITE_B", help="Folder of the later site.")],
    moved_min: Annotated[
        float, typer.Option("--moved-min", metavar="METRES", min=0, help="From here on a place has moved.")
    ] = _MOVED_MIN_M,
    language: Annotated[
        str, typer.Option("--language", metavar="de|en", help="Language of the report.")
    ] = "de",
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the report (.md), or all differences row by row (.csv)."),
    ] = None,
) -> None:
    """
    Tell what changed between two sites of a city: places, coverage, and what it is due to.

    Example: `begegnung-geo compare old/site/dortmund site/dortmund --out changes.md`
    """
    require_choice("--language", language, ("de", "en"))
    from begegnung_geo import comparisons  # noqa: PLC0415 - heavy

    if out is not None:
        require_choice("--out: the kind of file", out.suffix, comparisons.FORMATS)
    content = comparisons.compare_sites(before, after, moved_min_m=moved_min, language=language)
    if out is None:
        typer.echo(comparisons.tell(content, language=language))
    else:
        comparisons.write_comparison(out, content, language=language)
        typer.echo(f"done: {out}")
