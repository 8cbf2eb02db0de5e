# SPDX-License-Identifier: MIT
"""Profiles that point at the stand-in, with waits short enough for tests."""

from typing import Any

from begegnung_geo.config import build_profile
from begegnung_geo.profile import Profile

SHORT = {
    "contact": "test@example.org",
    "allow_http_hosts": ["127.0.0.1"],
    "wait_total_s": 2.0,
    "transfer_total_s": 15.0,
    "attempts_max": 6,
    "backoff_start_s": 0.02,
    "backoff_max_s": 0.1,
    "connect_timeout_s": 2.0,
    "read_timeout_s": 2.0,
    "overpass_timeout_s": 5,
    "pause_default_s": 0.0,
    "answer_max_mb": 8.0,
}
BOX = (7.53, 51.43, 7.58, 51.47)


def build_standin_profile(sources: dict[str, Any], *, url: str, **fetch: Any) -> Profile:
    """Return a profile whose services are all at `url`."""
    content = {
        "city": {"key": "standin", "name": "Stand-in", "ags": "05913000"},
        "study": {"box_wgs84": list(BOX)},
        "fetch": {**SHORT, "nominatim_url": f"{url}/nominatim", "portal_url": url, **fetch},
        "sources": sources,
    }
    content["fetch"]["geofabrik_index_url"] = f"{url}/index-v1.json"
    return build_profile(content, where="test")
