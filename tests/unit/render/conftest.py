# SPDX-License-Identifier: MIT
"""The hand-made town, built once."""

import pytest

from begegnung_geo.render.content import SiteContent
from begegnung_geo.render.site import render_site
from begegnung_geo.render.statements import Speaker
from begegnung_geo.render.text import Words
from small_town import build_town


@pytest.fixture(scope="session")
def town() -> SiteContent:
    return build_town()


@pytest.fixture(scope="session")
def speaker(town) -> Speaker:
    return Speaker(town, Words("de"))


@pytest.fixture(scope="session")
def site(town) -> dict[str, str]:
    return render_site(town)
