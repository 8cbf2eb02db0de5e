# SPDX-License-Identifier: MIT
"""The folium figure without a network: known assets inside, unknown ones refused, hashes right."""

import base64
import hashlib
import json
import re

import folium
import pytest
from branca.element import JavascriptLink

from begegnung_geo.render.maps import OfflineMap
from begegnung_geo.render.offline import OfflineFigure, UnknownAssetError, dump_json, read_leaflet


def test_scripts_and_styles_have_the_hashes_the_policy_allows(site):
    for path, page in site.items():
        policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1].replace("&#39;", "'")
        for tag in ("style", "script"):
            texts = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
            digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts]
            wanted = " ".join(f"'sha256-{digest}'" for digest in digests) or "'none'"
            assert f"{tag}-src {wanted};" in policy
            assert len(texts) == (0 if tag == "script" and "sheets/" in path else 1)


def test_a_layer_that_needs_a_foreign_file_fails_the_build():
    figure = OfflineFigure(template="layout.html", context={}, scripts=(), styles=())
    figure.header.add_child(JavascriptLink("https://example.org/plugin.js"), name="plugin")
    with pytest.raises(UnknownAssetError, match="plugin"):
        figure.render()


def test_folium_is_the_map_and_its_random_ids_are_not_on_the_page(site):
    assert isinstance(OfflineMap(), folium.Map)
    assert OfflineMap().get_name() == "map_karte"
    page = site["maps/stadtkarte.html"]
    assert "var map_karte = begegnung.createMap" in page
    assert not re.search(r"[a-z]_[0-9a-f]{32}", page)


def test_leaflet_comes_whole_from_its_package_with_its_notice_and_images_inside():
    assert "Leaflet 1.9" in read_leaflet("leaflet.js")[:200]
    assert "sourceMappingURL" not in read_leaflet("leaflet.js")
    css = read_leaflet("leaflet.css")
    assert "url(images/" not in css
    assert css.count("url(data:image/png;base64,") == 3


def test_an_asset_that_is_not_in_the_package_is_refused():
    with pytest.raises(UnknownAssetError, match="nope"):
        read_leaflet("nope.js")


def test_json_cannot_end_its_element_and_reads_back_the_same():
    content = {"name": "</script><!--", "other": "a&b\u2028\u2029\"'ü"}
    text = dump_json(content)
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == content


def test_json_refuses_not_a_number():
    with pytest.raises(ValueError, match="JSON"):
        dump_json({"share": float("nan")})
